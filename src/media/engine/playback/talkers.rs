//! Everybody who is heard, in the room and in the call.

use super::wishes::Wish;
use crate::media::{
    engine::{Heard, HeardInCall, HeardQuality, VoiceStats},
    voice::{
        delay::FIRST_TARGET,
        frames::PACKET_TICKS,
        level::dbfs,
        mixer::{MIX_FRAMES, Mix, SmoothGains},
        talker::Talker,
    },
};
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Most people heard at a time, in room and call together. Few speak at a time; this bounds what a hostile server can
/// make us hold.
pub(super) const MOST_TALKERS: usize = 64;
/// A decoder is kept this long after its person's last word.
const KEEP_TALKER: Duration = Duration::from_secs(60);

/// Loudness from which somebody who is heard is taken to speak: a voice is louder, the noise of an open microphone is not.
const SPEECH_DBFS: f32 = -45.0;

/// Among whom somebody is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::media::engine) enum Circle {
    /// The people in the room, each from their place.
    Room,
    /// The people in the call, from the middle.
    Call,
}

impl Circle {
    fn gains(self, wish: Wish) -> SmoothGains {
        SmoothGains::new(match self {
            Self::Room => wish.in_the_room(),
            Self::Call => wish.in_the_call(),
        })
    }
}

struct Entry {
    talker: Talker,
    gains: SmoothGains,
    heard_at: Duration,
}

/// See the [module's description](self).
#[derive(Default)]
pub(super) struct Talkers {
    entries: BTreeMap<(Circle, PersonId), Entry>,
    /// Totals of those who are gone.
    gone: VoiceStats,
}

impl Talkers {
    /// Takes a packet of somebody, who is to be heard with this wish.
    pub(super) fn hear(&mut self, circle: Circle, speaker: PersonId, wish: Wish, packet: VoicePacket, now: Duration) {
        if !self.entries.contains_key(&(circle, speaker)) && !self.admit(circle, speaker, wish, now) {
            self.gone.dropped += 1;
            return;
        }
        if let Some(entry) = self.entries.get_mut(&(circle, speaker)) {
            entry.talker.hear(packet, now);
            entry.heard_at = now;
        }
    }

    fn admit(&mut self, circle: Circle, speaker: PersonId, wish: Wish, now: Duration) -> bool {
        if self.entries.len() >= MOST_TALKERS {
            return false;
        }
        let last_heard = self.entries.values().max_by_key(|entry| entry.heard_at);
        let target = last_heard.map_or(FIRST_TARGET, |entry| entry.talker.jitter().network_target());
        match Talker::expecting(target) {
            Ok(talker) => {
                let entry = Entry { talker, gains: circle.gains(wish), heard_at: now };
                self.entries.insert((circle, speaker), entry).is_none()
            }
            Err(error) => {
                tracing::debug!(%error, %speaker, "no decoder for a speaker");
                false
            }
        }
    }

    pub(super) fn forget(&mut self, circle: Circle, speaker: PersonId) {
        if let Some(entry) = self.entries.remove(&(circle, speaker)) {
            add_totals(&mut self.gone, &entry.talker);
        }
    }

    /// Hears somebody like this from now on, wherever they speak.
    pub(super) fn follow(&mut self, speaker: PersonId, wish: Wish) {
        for (circle, gains) in [(Circle::Room, wish.in_the_room()), (Circle::Call, wish.in_the_call())] {
            match self.entries.get_mut(&(circle, speaker)) {
                Some(entry) if entry.talker.is_idle() => entry.gains = SmoothGains::new(gains),
                Some(entry) => entry.gains.set(gains),
                None => {}
            }
        }
    }

    /// Whether anybody is to be heard.
    pub(super) fn are_heard(&self) -> bool {
        self.entries.values().any(|entry| !entry.talker.is_idle())
    }

    /// Whether anybody says something now that is to be heard.
    pub(super) fn speak(&self) -> bool {
        self.entries.values().any(|entry| {
            !entry.talker.is_idle() && !entry.gains.is_silent() && dbfs(entry.talker.level()) > SPEECH_DBFS
        })
    }

    /// Adds so many frames of everybody in the circle to the mix.
    pub(super) fn render(&mut self, circle: Circle, frames: usize, now: Duration, mix: &mut Mix) {
        let mut samples = [0.0; MIX_FRAMES];
        let samples = &mut samples[..frames.min(MIX_FRAMES)];
        for (_, entry) in
            self.entries.iter_mut().filter(|((other, _), entry)| *other == circle && !entry.talker.is_idle())
        {
            entry.talker.render(now, samples);
            mix.add_from(samples, &mut entry.gains);
        }
    }

    pub(super) fn forget_the_silent(&mut self, now: Duration) {
        let gone = &mut self.gone;
        self.entries.retain(|_, entry| {
            let keep = !entry.talker.is_idle() || now.saturating_sub(entry.heard_at) < KEEP_TALKER;
            if !keep {
                add_totals(gone, &entry.talker);
            }
            keep
        });
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// All that is known, in statistics that are otherwise untouched. At `at`, so many samples that were rendered are
    /// still to be played.
    pub(super) fn stats(&self, ahead: i32, at: Instant) -> VoiceStats {
        let mut stats = self.gone.clone();
        for (&(circle, speaker), Entry { talker, .. }) in &self.entries {
            add_totals(&mut stats, talker);
            stats.buffer_ms = stats.buffer_ms.max(ms(talker.jitter().depth()));
            if talker.is_idle() {
                continue;
            }
            let heard = Heard { speaker, level_dbfs: dbfs(talker.level()), quality: quality(talker) };
            match circle {
                Circle::Room => stats.heard.push(heard),
                Circle::Call => stats.heard_in_call.extend(talker.media_time().map(|media_time| {
                    let media_time = media_time.wrapping_sub(ahead.cast_unsigned());
                    HeardInCall { heard, media_time, at }
                })),
            }
        }
        stats
    }
}

fn ms(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

fn quality(talker: &Talker) -> HeardQuality {
    let (jitter, counts) = (talker.jitter(), talker.jitter_counts());
    HeardQuality {
        expected: counts.expected(),
        lost: counts.lost(),
        late: counts.late,
        concealed: counts.made_up_ticks / u64::from(PACKET_TICKS),
        jitter_ms: ms(jitter.jitter()),
        buffer_ms: ms(jitter.delay()),
        target_ms: ms(jitter.target()),
    }
}

fn add_totals(stats: &mut VoiceStats, talker: &Talker) {
    let (jitter, made_up) = (talker.jitter_counts(), talker.counts());
    stats.received += jitter.received;
    stats.lost += jitter.missed;
    stats.late += jitter.late;
    stats.duplicate += jitter.duplicate;
    stats.dropped += jitter.overflowed;
    stats.concealed += jitter.made_up_ticks / u64::from(PACKET_TICKS) + made_up.broken;
    stats.recovered += jitter.copied + made_up.recovered;
}
