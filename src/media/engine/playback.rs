//! The listening half of the voice thread: remote speakers, cues, mix, sink.

use super::{Heard, VoiceStats};
#[cfg(feature = "devices")]
use crate::media::devices::cpal_output::OutputDevice;
use crate::media::{
    devices::wav::WavSink,
    voice::{
        cues::{Cue, CuePlayer},
        frames::{PACKET_SAMPLES, PacketSamples, samples_in},
        level::dbfs,
        mixer::Mix,
        talker::Talker,
    },
};
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use std::{collections::BTreeMap, io, time::Duration};

/// Most people heard at a time. A room has one speaker at a time; this bounds what a hostile server can make us hold.
const MOST_TALKERS: usize = 64;
/// A decoder is kept this long after its person's last word.
const KEEP_TALKER: Duration = Duration::from_secs(60);
/// Most packets' time rendered at once for a sink without a device: after a longer stall of the machine, the rest
/// follows on the next rounds.
const CATCH_UP_PACKETS: u64 = 50;

/// What is played to.
pub(super) enum Sink {
    /// Nothing: the clock stands in for a device, so that everything is still decoded and counted.
    None(PacketClock),
    Wav(PacketClock, WavSink),
    #[cfg(feature = "devices")]
    Device(Box<OutputDevice>),
}

/// Counts packets' time as it passes, for sinks that have no clock of their own.
#[derive(Debug)]
pub(super) struct PacketClock {
    started: Duration,
    played: u64,
}

impl PacketClock {
    pub(super) fn new(now: Duration) -> Self {
        Self { started: now, played: 0 }
    }

    fn due(&self, now: Duration) -> u64 {
        let passed = samples_in(now.saturating_sub(self.started)) / PACKET_SAMPLES as u64;
        passed.saturating_sub(self.played).min(CATCH_UP_PACKETS)
    }
}

struct Entry {
    talker: Talker,
    heard_at: Duration,
}

/// See the [module's description](self).
pub(super) struct Playback {
    sink: Sink,
    talkers: BTreeMap<PersonId, Entry>,
    cues: CuePlayer,
    /// Totals of talkers and devices that are gone.
    gone: VoiceStats,
}

impl Playback {
    pub(super) fn new(sink: Sink) -> Self {
        Self { sink, talkers: BTreeMap::new(), cues: CuePlayer::default(), gone: VoiceStats::default() }
    }

    pub(super) fn hear(&mut self, speaker: PersonId, packet: VoicePacket, now: Duration) {
        if !self.talkers.contains_key(&speaker) && !self.admit(speaker, now) {
            self.gone.dropped += 1;
            return;
        }
        if let Some(entry) = self.talkers.get_mut(&speaker) {
            entry.talker.hear(packet, now);
            entry.heard_at = now;
        }
    }

    fn admit(&mut self, speaker: PersonId, now: Duration) -> bool {
        if self.talkers.len() >= MOST_TALKERS {
            return false;
        }
        match Talker::new() {
            Ok(talker) => self.talkers.insert(speaker, Entry { talker, heard_at: now }).is_none(),
            Err(error) => {
                tracing::debug!(%error, %speaker, "no decoder for a speaker");
                false
            }
        }
    }

    pub(super) fn forget(&mut self, speaker: PersonId) {
        if let Some(entry) = self.talkers.remove(&speaker) {
            add_totals(&mut self.gone, &entry.talker);
        }
    }

    pub(super) fn play(&mut self, cue: Cue) {
        self.cues.play(cue);
    }

    /// Whether anything is to be heard.
    pub(super) fn is_active(&self) -> bool {
        self.cues.is_playing() || self.talkers.values().any(|entry| !entry.talker.is_idle())
    }

    /// Renders what the sink needs by `now`.
    ///
    /// # Errors
    /// When a WAV file cannot be written any more.
    pub(super) fn step(&mut self, now: Duration) -> io::Result<()> {
        let active = self.is_active();
        match &mut self.sink {
            Sink::None(clock) if !active => *clock = PacketClock::new(now),
            Sink::None(clock) => {
                let due = clock.due(now);
                clock.played += due;
                (0..due).for_each(|_| _ = self.render(now));
            }
            Sink::Wav(clock, _) => {
                let due = clock.due(now);
                clock.played += due;
                for _ in 0..due {
                    let samples = self.render(now);
                    if let Sink::Wav(_, wav) = &mut self.sink {
                        wav.write(&samples)?;
                    }
                }
            }
            #[cfg(feature = "devices")]
            Sink::Device(_) => self.feed_device(active, now),
        }
        self.forget_the_silent(now);
        Ok(())
    }

    #[cfg(feature = "devices")]
    fn feed_device(&mut self, active: bool, now: Duration) {
        while let Sink::Device(device) = &self.sink {
            if !active {
                return device.rest();
            }
            if !device.wants_more() {
                return;
            }
            let samples = self.render(now);
            if let Sink::Device(device) = &mut self.sink {
                device.write(&samples);
            }
        }
    }

    fn render(&mut self, now: Duration) -> PacketSamples {
        let mut mix = Mix::default();
        let mut samples = [0.0; PACKET_SAMPLES];
        for entry in self.talkers.values_mut().filter(|entry| !entry.talker.is_idle()) {
            entry.talker.render(now, &mut samples);
            mix.add(&samples);
        }
        mix.add(self.cues.take(PACKET_SAMPLES));
        mix.finish()
    }

    fn forget_the_silent(&mut self, now: Duration) {
        let gone = &mut self.gone;
        self.talkers.retain(|_, entry| {
            let keep = !entry.talker.is_idle() || now.saturating_sub(entry.heard_at) < KEEP_TALKER;
            if !keep {
                add_totals(gone, &entry.talker);
            }
            keep
        });
    }

    /// Plays to something else from now on; what was played to is finished.
    pub(super) fn set_sink(&mut self, sink: Sink) {
        self.gone.underruns = self.underruns();
        if let Sink::Wav(_, wav) = std::mem::replace(&mut self.sink, sink)
            && let Err(error) = wav.finish()
        {
            tracing::warn!(%error, "a sound file could not be finished");
        }
    }

    #[cfg(feature = "devices")]
    pub(super) fn device(&self) -> Option<&OutputDevice> {
        match &self.sink {
            Sink::Device(device) => Some(device),
            Sink::None(_) | Sink::Wav(..) => None,
        }
    }

    #[cfg(feature = "devices")]
    fn underruns(&self) -> u64 {
        self.gone.underruns + self.device().map_or(0, OutputDevice::underruns)
    }

    #[cfg(not(feature = "devices"))]
    fn underruns(&self) -> u64 {
        self.gone.underruns
    }

    /// The totals of this half, in statistics whose other half is untouched.
    pub(super) fn stats(&self) -> VoiceStats {
        let mut stats = VoiceStats { underruns: self.underruns(), ..self.gone.clone() };
        for (&speaker, Entry { talker, .. }) in &self.talkers {
            add_totals(&mut stats, talker);
            let depth_ms = u32::try_from(talker.depth().as_millis()).unwrap_or(u32::MAX);
            stats.buffer_ms = stats.buffer_ms.max(depth_ms);
            if !talker.is_idle() {
                stats.heard.push(Heard { speaker, level_dbfs: dbfs(talker.level()), reception: Default::default() });
            }
        }
        stats
    }
}

fn add_totals(stats: &mut VoiceStats, talker: &Talker) {
    let (jitter, made_up) = (talker.jitter_counts(), talker.counts());
    stats.received += jitter.received;
    stats.lost += jitter.lost;
    stats.late += jitter.late;
    stats.duplicate += jitter.duplicate;
    stats.dropped += jitter.overflowed;
    stats.concealed += made_up.concealed;
    stats.recovered += made_up.recovered;
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn packet(seq: u16) -> VoicePacket {
        let opus = Bytes::from_static(&[0x08, 0xff, 0xfe]);
        VoicePacket { burst: 1, seq, media_time: u32::from(seq) * 960, opus, ..VoicePacket::default() }
    }

    #[test]
    fn a_sink_of_nothing_still_plays_and_counts_and_falls_idle() {
        let mut playback = Playback::new(Sink::None(PacketClock::new(Duration::ZERO)));
        let ms = Duration::from_millis;
        playback.step(ms(5_000)).unwrap();
        (0..3).for_each(|seq| playback.hear(PersonId(1), packet(seq), ms(5_000)));
        assert_eq!(playback.stats().heard.len(), 1);
        (5_000..6_000).step_by(5).for_each(|at| playback.step(ms(at)).unwrap());
        assert!(!playback.is_active());
        let stats = playback.stats();
        assert_eq!((stats.received, stats.lost, stats.concealed, stats.heard.len()), (3, 0, 10, 0));
    }

    #[test]
    fn the_number_of_people_heard_is_bounded_and_the_silent_make_room() {
        let mut playback = Playback::new(Sink::None(PacketClock::new(Duration::ZERO)));
        (0..100).for_each(|person| playback.hear(PersonId(person), packet(0), Duration::ZERO));
        assert_eq!(playback.stats().received, MOST_TALKERS as u64);
        assert_eq!(playback.stats().dropped, 100 - MOST_TALKERS as u64);
        for second in 0..70 {
            (0..50).for_each(|n| playback.step(Duration::from_millis(second * 1000 + n * 20)).unwrap());
        }
        assert!(playback.talkers.is_empty());
        assert_eq!(playback.stats().received, MOST_TALKERS as u64, "totals outlive their people");
    }
}
