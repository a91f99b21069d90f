//! How well voices arrive: judged from what the voice engine and the other listeners count.

use super::snapshot::{Grade, TalkerQuality};
use crate::media::engine::HeardQuality;
use hallway_protocol::{
    ids::PersonId,
    listening::{Reception, TalkerReport},
};
use std::collections::VecDeque;

/// A judgement is of so many seconds: long enough to be steady, short enough to follow.
const SECONDS: usize = 5;
/// Fewest packets that are judged: half a second of them.
const FEWEST_PACKETS: u64 = 25;
/// Share of made-up sound from which it is noticed, and from which words are lost.
const MADE_UP: (f32, f32) = (0.02, 0.08);
/// Share of lost packets from which somebody's voice is noticeably worse for the others, and from which words are lost.
/// Higher than that of made-up sound, since most of what is lost is rebuilt from copies.
const LOST: (f32, f32) = (0.05, 0.15);
/// Delay from mouth to ear, in milliseconds, from which people notice it, and from which they talk into each other; the
/// latter is the bound of ITU-T G.114.
const DELAY_MS: (f32, f32) = (250.0, 400.0);

/// From a talker's mouth to the own ear, in milliseconds, as far as this client can know: the time of one packet, the
/// way to the server and from it, and what the jitter buffer holds back. The talker's way to the server is taken to be as
/// long as the own one, so that both ways are one round trip. What the two sound systems add is unknown and left out.
#[must_use]
pub fn mouth_to_ear(packet_ms: f32, rtt_ms: f32, buffer_ms: f32) -> f32 {
    packet_ms + rtt_ms + buffer_ms
}

/// One talker's totals of the last seconds.
#[derive(Clone, Debug, Default)]
pub struct ReceptionTrack {
    totals: VecDeque<HeardQuality>,
}

impl ReceptionTrack {
    /// Takes the totals of a second's end in; what that second brought, where any packet was due in it.
    pub fn add(&mut self, totals: HeardQuality) -> Option<Reception> {
        if self.totals.back().is_some_and(|last| totals.expected < last.expected) {
            // The engine began to count anew.
            self.totals.clear();
        }
        let second = since(&totals, self.totals.back());
        self.totals.push_back(totals);
        if self.totals.len() > SECONDS + 1 {
            self.totals.pop_front();
        }
        (second.expected > 0).then_some(second)
    }

    /// How well the talker is heard; nothing where too little was.
    #[must_use]
    pub fn quality(&self, person: PersonId, rtt_ms: f32, packet_ms: f32) -> Option<TalkerQuality> {
        let newest = self.totals.back()?;
        // The first totals of all are those of the first second: what was before is nothing.
        let before = if self.totals.len() > SECONDS { self.totals.front() } else { None };
        let heard = since(newest, before);
        if u64::from(heard.expected) < FEWEST_PACKETS {
            return None;
        }
        let made_up = newest.concealed.saturating_sub(before.map_or(0, |before| before.concealed));
        let made_up = made_up as f32 / f32::from(heard.expected);
        let buffer_ms = f32::from(heard.buffer_ms);
        let (grade, reason) = judge(&heard, made_up, mouth_to_ear(packet_ms, rtt_ms, buffer_ms));
        let (loss, jitter_ms) = (heard.loss(), f32::from(heard.jitter_ms));
        Some(TalkerQuality { person, grade, reason, loss, jitter_ms, buffer_ms })
    }
}

/// What came between two totals.
fn since(totals: &HeardQuality, before: Option<&HeardQuality>) -> Reception {
    let before = before.copied().unwrap_or_default();
    let count = |now: u64, before: u64| u16::try_from(now.saturating_sub(before)).unwrap_or(u16::MAX);
    Reception {
        expected: count(totals.expected, before.expected),
        lost: count(totals.lost, before.lost),
        late: count(totals.late, before.late),
        jitter_ms: u16::try_from(totals.jitter_ms).unwrap_or(u16::MAX),
        buffer_ms: u16::try_from(totals.buffer_ms).unwrap_or(u16::MAX),
    }
}

/// How well somebody is heard of whose sound this share is made up, and which comes so late; and why.
fn judge(heard: &Reception, made_up: f32, delay_ms: f32) -> (Grade, String) {
    let (sound, delay) = (grade(made_up, MADE_UP), grade(delay_ms, DELAY_MS));
    if sound == Grade::Good && delay == Grade::Good {
        return (Grade::Good, "The sound arrives whole.".to_owned());
    }
    if delay > sound {
        let text = format!("The sound is {:.1} s late: it has a long way, or comes unevenly.", delay_ms / 1000.0);
        return (delay, text);
    }
    let cause = if heard.late > heard.lost {
        format!("much of it comes too late, since the network's delay varies by {} ms", heard.jitter_ms)
    } else {
        "the network loses it".to_owned()
    };
    (sound, format!("{} of the sound is missing: {cause}.", percent(made_up)))
}

/// How well the own voice is heard by the one who hears it worst; nothing where too little was.
#[must_use]
pub fn own_quality(me: PersonId, report: &TalkerReport) -> Option<TalkerQuality> {
    let TalkerReport { listeners, worst } = report;
    if *listeners == 0 || u64::from(worst.expected) < FEWEST_PACKETS {
        return None;
    }
    let grade = grade(worst.loss(), LOST);
    let reason = match (grade, *listeners) {
        (Grade::Good, _) => "Your voice arrives whole.".to_owned(),
        (_, 1) => format!("Your listener misses {} of your packets.", percent(worst.loss())),
        (_, listeners) => format!("One of {listeners} listeners misses {} of your packets.", percent(worst.loss())),
    };
    let (jitter_ms, buffer_ms) = (worst.jitter_ms.into(), worst.buffer_ms.into());
    Some(TalkerQuality { person: me, grade, reason, loss: worst.loss(), jitter_ms, buffer_ms })
}

fn grade(value: f32, (fair, poor): (f32, f32)) -> Grade {
    match value {
        value if value >= poor => Grade::Poor,
        value if value >= fair => Grade::Fair,
        _ => Grade::Good,
    }
}

fn percent(share: f32) -> String {
    format!("{:.0} %", (share * 100.0).clamp(1.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: PersonId = PersonId(2);

    fn totals(expected: u64, lost: u64, late: u64, concealed: u64, buffer_ms: u32) -> HeardQuality {
        HeardQuality { expected, lost, late, concealed, jitter_ms: 30, buffer_ms, target_ms: buffer_ms }
    }

    fn judged(totals: HeardQuality, rtt_ms: f32) -> TalkerQuality {
        let mut track = ReceptionTrack::default();
        track.add(totals);
        track.quality(ANN, rtt_ms, 20.0).unwrap()
    }

    #[test]
    fn a_voice_is_judged_by_what_is_missing_and_how_late_it_is() {
        let table = [
            (totals(100, 0, 0, 0, 40), 30.0, Grade::Good, "The sound arrives whole."),
            (totals(100, 9, 0, 1, 40), 30.0, Grade::Good, "The sound arrives whole."),
            (totals(100, 5, 0, 3, 40), 30.0, Grade::Fair, "3 % of the sound is missing: the network loses it."),
            (totals(100, 20, 0, 12, 40), 30.0, Grade::Poor, "12 % of the sound is missing: the network loses it."),
            (
                totals(100, 1, 6, 6, 40),
                30.0,
                Grade::Fair,
                "6 % of the sound is missing: much of it comes too late, since the network's delay varies by 30 ms.",
            ),
            (
                totals(100, 0, 0, 0, 200),
                90.0,
                Grade::Fair,
                "The sound is 0.3 s late: it has a long way, or comes unevenly.",
            ),
            (
                totals(100, 4, 0, 4, 300),
                300.0,
                Grade::Poor,
                "The sound is 0.6 s late: it has a long way, or comes unevenly.",
            ),
        ];
        for (totals, rtt_ms, grade, reason) in table {
            let quality = judged(totals, rtt_ms);
            assert_eq!((quality.grade, quality.reason.as_str()), (grade, reason), "{totals:?}");
        }
        assert!((judged(totals(100, 3, 1, 0, 40), 30.0).loss - 0.04).abs() < 1e-6);
    }

    #[test]
    fn a_judgement_is_of_the_last_seconds() {
        let mut track = ReceptionTrack::default();
        assert_eq!(track.quality(ANN, 30.0, 20.0), None);
        for second in 1..=20 {
            // The first five seconds lose a fifth.
            let lost = 10 * second.min(5);
            let brought = track.add(totals(50 * second, lost, 0, lost, 40)).unwrap();
            assert_eq!((brought.expected, brought.lost), (50, if second <= 5 { 10 } else { 0 }), "{second}");
            let expected = if second < 10 { Grade::Poor } else { Grade::Good };
            let quality = track.quality(ANN, 30.0, 20.0).unwrap();
            assert_eq!(quality.grade >= Grade::Fair, expected == Grade::Poor, "{second}: {quality:?}");
        }
        assert_eq!(track.add(totals(1000, 50, 0, 50, 40)), None, "nobody spoke");
        let anew = track.add(totals(30, 3, 0, 3, 40)).unwrap();
        assert_eq!((anew.expected, anew.lost), (30, 3), "counted anew");
        assert_eq!(track.quality(ANN, 30.0, 20.0).unwrap().grade, Grade::Poor);
    }

    #[test]
    fn a_packet_that_was_given_up_and_came_late_is_no_negative_loss() {
        let mut track = ReceptionTrack::default();
        track.add(totals(50, 4, 0, 4, 40));
        let second = track.add(totals(100, 2, 2, 4, 40)).unwrap();
        assert_eq!((second.lost, second.late), (0, 2));
    }

    #[test]
    fn ones_own_voice_is_judged_by_who_hears_it_worst() {
        let report = |listeners, lost| TalkerReport {
            listeners,
            worst: Reception { expected: 50, lost, ..Reception::default() },
        };
        let table = [
            (report(3, 1), Grade::Good, "Your voice arrives whole."),
            (report(1, 4), Grade::Fair, "Your listener misses 8 % of your packets."),
            (report(3, 10), Grade::Poor, "One of 3 listeners misses 20 % of your packets."),
        ];
        for (report, grade, reason) in table {
            let quality = own_quality(ANN, &report).unwrap();
            assert_eq!((quality.grade, quality.reason.as_str()), (grade, reason));
        }
        assert_eq!(own_quality(ANN, &report(0, 0)), None);
    }
}
