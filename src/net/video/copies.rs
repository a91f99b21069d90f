//! Which pictures are sent twice: those whose receivers lose many packets to the air.
//!
//! A keyframe for each lost frame costs a round trip and ten frames' bytes, so at a loss of one in five hardly anything
//! else is seen. Two copies, a moment apart, get one in twenty-five lost instead. Where packets are lost in a queue, copies
//! would only make it longer; there the bitrate goes down.

use hallway_protocol::{
    ids::PersonId,
    limits::CALL_MEMBERS,
    video::{StreamKey, VideoReport},
};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Share of packets lost from which on they are sent twice, and below which they no longer are.
const FROM: f32 = 0.07;
const UNTIL: f32 = 0.04;
/// A queue beyond this says that the link is full.
const FULL_QUEUE_MS: u16 = 60;
/// Fewest packets that tell a loss.
const FEWEST_PACKETS: u16 = 5;
/// How much of the mean a new report is.
const NEW: f32 = 0.3;
/// A receiver of whom nothing was heard for so long doesn't count any more.
const FORGOTTEN: Duration = Duration::from_secs(4);
/// Most receivers: all in a call, and each of a camera's and a screen's encodings.
const MOST_LINKS: usize = CALL_MEMBERS * 6;

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug, Default)]
pub(super) struct Copies {
    links: BTreeMap<(PersonId, StreamKey), AirLink>,
}

/// The way to one receiver.
#[derive(Debug)]
struct AirLink {
    /// Share of packets that the air takes, each copy counted for itself.
    loss: f32,
    is_copied: bool,
    heard: Instant,
}

impl Copies {
    /// A receiver told how a stream comes.
    pub(super) fn reported(&mut self, report: &VideoReport, now: Instant) {
        self.links.retain(|_, link| now.saturating_duration_since(link.heard) < FORGOTTEN);
        let key = (report.person, report.stream);
        if report.expected < FEWEST_PACKETS || (!self.links.contains_key(&key) && self.links.len() >= MOST_LINKS) {
            return;
        }
        let is_copied = self.are_made_of(report.stream);
        let link = self.links.entry(key).or_insert(AirLink { loss: 0.0, is_copied: false, heard: now });
        link.heard = now;
        if report.queue_ms >= FULL_QUEUE_MS {
            // What is lost now is not lost to the air.
            link.is_copied = false;
            return;
        }
        let lost = f32::from(report.lost) / f32::from(report.expected);
        // Of what is sent twice, both copies must be lost.
        let loss = if is_copied { lost.sqrt() } else { lost };
        link.loss += NEW * (loss - link.loss);
        let enough = if link.is_copied { UNTIL } else { FROM };
        link.is_copied = link.loss >= enough;
    }

    /// Whether a stream's packets are sent twice.
    #[must_use]
    pub(super) fn are_made_of(&self, stream: StreamKey) -> bool {
        self.links.iter().any(|((_, of), link)| *of == stream && link.is_copied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::video::{Layer, Source};

    const CAMERA: StreamKey = StreamKey { source: Source::Camera, layer: Layer::Medium };
    const SCREEN: StreamKey = StreamKey { source: Source::Screen, layer: Layer::Large };

    /// Reports of each half second for so many seconds, as of a link whose air takes this share of packets.
    fn report(copies: &mut Copies, from: Instant, seconds: u32, loss: f32, queue_ms: u16) -> Instant {
        let mut now = from;
        for _ in 0..2 * seconds {
            now += Duration::from_millis(500);
            let share = if copies.are_made_of(CAMERA) { loss * loss } else { loss };
            copies.reported(
                &VideoReport {
                    person: PersonId(2),
                    stream: CAMERA,
                    expected: 1000,
                    lost: (1000.0 * share) as u16,
                    bytes: 1,
                    interval_ms: 500,
                    queue_ms,
                    frames: 15,
                },
                now,
            );
        }
        now
    }

    #[test]
    fn much_loss_of_the_air_is_met_with_copies_for_as_long_as_it_lasts() {
        let (mut copies, now) = (Copies::default(), Instant::now());
        let now = report(&mut copies, now, 10, 0.05, 0);
        assert!(!copies.are_made_of(CAMERA), "a little loss");
        let now = report(&mut copies, now, 2, 0.2, 0);
        assert!(copies.are_made_of(CAMERA) && !copies.are_made_of(SCREEN));
        let now = report(&mut copies, now, 30, 0.2, 0);
        assert!(copies.are_made_of(CAMERA), "copies that help are kept");
        report(&mut copies, now, 5, 0.01, 0);
        assert!(!copies.are_made_of(CAMERA), "the air is good again");
    }

    #[test]
    fn a_full_link_gets_no_copies() {
        let (mut copies, now) = (Copies::default(), Instant::now());
        let now = report(&mut copies, now, 5, 0.3, 150);
        assert!(!copies.are_made_of(CAMERA));
        let now = report(&mut copies, now, 2, 0.3, 0);
        assert!(copies.are_made_of(CAMERA));
        report(&mut copies, now, 1, 0.3, 150);
        assert!(!copies.are_made_of(CAMERA));
    }

    #[test]
    fn receivers_are_bounded_and_forgotten() {
        let (mut copies, now) = (Copies::default(), Instant::now());
        let of = |person: u32, lost| VideoReport {
            person: PersonId(person),
            stream: SCREEN,
            expected: 10,
            lost,
            bytes: 1,
            interval_ms: 500,
            queue_ms: 0,
            frames: 1,
        };
        for person in 0..1000 {
            copies.reported(&of(person, 10), now);
        }
        assert_eq!(copies.links.len(), MOST_LINKS);
        assert!(copies.are_made_of(SCREEN));
        copies.reported(&of(7, 0), now + FORGOTTEN);
        assert!(!copies.are_made_of(SCREEN) && copies.links.len() == 1);
    }
}
