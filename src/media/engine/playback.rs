//! The listening half of the voice thread: remote speakers, cues, mix, sink.

use super::{Heard, HeardQuality, VoiceStats};
#[cfg(feature = "devices")]
use crate::media::devices::cpal_output::OutputDevice;
use crate::media::{
    devices::wav::WavSink,
    voice::{
        cues::{Cue, CuePlayer},
        delay::FIRST_TARGET,
        frames::{PACKET_TICKS, SAMPLE_RATE_HZ, samples_in},
        level::dbfs,
        mixer::{MIX_FRAMES, Mix, SmoothGains, StereoFrame},
        space::Ears,
        talker::Talker,
    },
};
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use std::{collections::BTreeMap, io, time::Duration};

/// Most people heard at a time. A room has few speakers at a time; this bounds what a hostile server can make us hold.
const MOST_TALKERS: usize = 64;
/// Most people whose volume or place is remembered; a server holds half as many.
const MOST_REMEMBERED: usize = 1024;
/// A decoder is kept this long after its person's last word.
const KEEP_TALKER: Duration = Duration::from_secs(60);
/// Most frames rendered at once for a sink without a device (a second): after a longer stall of the machine, the rest
/// follows on the next rounds.
const CATCH_UP_FRAMES: u64 = 48_000;
/// Largest gain of one person, and of one ear.
const LARGEST_GAIN: f32 = 2.0;
/// Most samples kept of what was played (a second): the voice thread takes them at every round.
const MOST_PLAYED: usize = MIX_FRAMES * 100;

/// What is played to.
pub(super) enum Sink {
    /// Nothing: the clock stands in for a device, so that everything is still decoded and counted.
    None(FrameClock),
    Wav(FrameClock, WavSink),
    #[cfg(feature = "devices")]
    Device(Box<OutputDevice>),
}

/// Counts frames as their time passes, for sinks that have no clock of their own.
#[derive(Debug)]
pub(super) struct FrameClock {
    started: Duration,
    played: u64,
}

impl FrameClock {
    pub(super) fn new(now: Duration) -> Self {
        Self { started: now, played: 0 }
    }

    /// Takes the frames that are due, in whole blocks of [`MIX_FRAMES`]; answers how many blocks.
    fn take_due(&mut self, now: Duration) -> u64 {
        let passed = samples_in(now.saturating_sub(self.started));
        let due = passed.saturating_sub(self.played).min(CATCH_UP_FRAMES) / MIX_FRAMES as u64;
        self.played += due * MIX_FRAMES as u64;
        due
    }

    /// How long until the next block is due.
    fn due_in(&self, now: Duration) -> Duration {
        let next = self.played + MIX_FRAMES as u64;
        (self.started + Duration::from_nanos(next * 1_000_000_000 / u64::from(SAMPLE_RATE_HZ))).saturating_sub(now)
    }
}

/// How one person is to be heard.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Wish {
    volume: f32,
    ears: Ears,
}

impl Default for Wish {
    fn default() -> Self {
        Self { volume: 1.0, ears: Ears::CENTRE }
    }
}

impl Wish {
    fn gains(self) -> Ears {
        Ears { left: self.volume * self.ears.left, right: self.volume * self.ears.right }
    }
}

struct Entry {
    talker: Talker,
    gains: SmoothGains,
    heard_at: Duration,
}

/// See the [module's description](self).
pub(super) struct Playback {
    sink: Sink,
    talkers: BTreeMap<PersonId, Entry>,
    /// Of people who are not to be heard as they come.
    wishes: BTreeMap<PersonId, Wish>,
    cues: CuePlayer,
    /// What was played and nobody has asked for yet, mono; `None` while nobody will.
    played: Option<Vec<f32>>,
    /// Totals of talkers and devices that are gone.
    gone: VoiceStats,
}

impl Playback {
    pub(super) fn new(sink: Sink) -> Self {
        Self {
            sink,
            talkers: BTreeMap::new(),
            wishes: BTreeMap::new(),
            cues: CuePlayer::default(),
            played: None,
            gone: VoiceStats::default(),
        }
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
        let gains = SmoothGains::new(self.wish(speaker).gains());
        let last_heard = self.talkers.values().max_by_key(|entry| entry.heard_at);
        let target = last_heard.map_or(FIRST_TARGET, |entry| entry.talker.jitter().network_target());
        match Talker::expecting(target) {
            Ok(talker) => self.talkers.insert(speaker, Entry { talker, gains, heard_at: now }).is_none(),
            Err(error) => {
                tracing::debug!(%error, %speaker, "no decoder for a speaker");
                false
            }
        }
    }

    /// The person is gone. The volume is remembered: it is a wish of the listener, not a fact about the place.
    pub(super) fn forget(&mut self, speaker: PersonId) {
        self.hear_from(speaker, Ears::CENTRE);
        if let Some(entry) = self.talkers.remove(&speaker) {
            add_totals(&mut self.gone, &entry.talker);
        }
    }

    /// Hears somebody with these gains for the two ears, each 0.0 to 2.0.
    pub(super) fn hear_from(&mut self, speaker: PersonId, ears: Ears) {
        let ears = Ears { left: gain(ears.left), right: gain(ears.right) };
        self.set_wish(speaker, Wish { ears, ..self.wish(speaker) });
    }

    /// Hears somebody at this volume, 0.0 to 2.0.
    pub(super) fn set_volume(&mut self, speaker: PersonId, volume: f32) {
        self.set_wish(speaker, Wish { volume: gain(volume), ..self.wish(speaker) });
    }

    fn wish(&self, speaker: PersonId) -> Wish {
        self.wishes.get(&speaker).copied().unwrap_or_default()
    }

    fn set_wish(&mut self, speaker: PersonId, wish: Wish) {
        if wish == Wish::default() {
            self.wishes.remove(&speaker);
        } else if self.wishes.contains_key(&speaker) || self.wishes.len() < MOST_REMEMBERED {
            self.wishes.insert(speaker, wish);
        }
        match self.talkers.get_mut(&speaker) {
            Some(entry) if entry.talker.is_idle() => entry.gains = SmoothGains::new(wish.gains()),
            Some(entry) => entry.gains.set(wish.gains()),
            None => {}
        }
    }

    pub(super) fn play(&mut self, cue: Cue) {
        self.cues.play(cue);
    }

    /// Whether anything is to be heard.
    pub(super) fn is_active(&self) -> bool {
        self.cues.is_playing() || self.talkers.values().any(|entry| !entry.talker.is_idle())
    }

    /// How long until the sink needs sound; `None` while nothing is to be heard.
    pub(super) fn due_in(&self, now: Duration) -> Option<Duration> {
        self.is_active().then(|| match &self.sink {
            Sink::None(clock) | Sink::Wav(clock, _) => clock.due_in(now),
            #[cfg(feature = "devices")]
            Sink::Device(device) => device.due_in(),
        })
    }

    /// Renders what the sink needs by `now`.
    ///
    /// # Errors
    /// When a WAV file cannot be written any more.
    pub(super) fn step(&mut self, now: Duration) -> io::Result<()> {
        let active = self.is_active();
        match &mut self.sink {
            Sink::None(clock) if !active => *clock = FrameClock::new(now),
            Sink::None(clock) => {
                for _ in 0..clock.take_due(now) {
                    let mut mix = self.render(MIX_FRAMES, now);
                    self.keep(mix.finish());
                }
            }
            Sink::Wav(clock, _) => {
                for _ in 0..clock.take_due(now) {
                    let mut mix = self.render(MIX_FRAMES, now);
                    let frames = mix.finish();
                    self.keep(frames);
                    if let Sink::Wav(_, wav) = &mut self.sink {
                        wav.write(frames)?;
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
        while let Sink::Device(device) = &mut self.sink {
            if !active {
                return device.rest();
            }
            let frames = device.wanted(now).min(MIX_FRAMES);
            if frames == 0 {
                return;
            }
            let mut mix = self.render(frames, now);
            let frames = mix.finish();
            self.keep(frames);
            if let Sink::Device(device) = &mut self.sink {
                device.write(frames);
            }
        }
    }

    fn render(&mut self, frames: usize, now: Duration) -> Mix {
        let mut mix = Mix::new(frames);
        let mut samples = [0.0; MIX_FRAMES];
        let samples = &mut samples[..frames];
        for entry in self.talkers.values_mut().filter(|entry| !entry.talker.is_idle()) {
            entry.talker.render(now, samples);
            mix.add_from(samples, &mut entry.gains);
        }
        mix.add(self.cues.take(frames));
        mix
    }

    fn keep(&mut self, frames: &[StereoFrame]) {
        if let Some(played) = &mut self.played
            && played.len() < MOST_PLAYED
        {
            played.extend(frames.iter().map(|[left, right]| 0.5 * (left + right)));
        }
    }

    /// Keeps what is played from now on for [`Self::take_played`], or doesn't any more.
    pub(super) fn keep_played(&mut self, keep: bool) {
        if keep != self.played.is_some() {
            self.played = keep.then(|| Vec::with_capacity(MOST_PLAYED));
        }
    }

    /// What was played since the last call, 48 kHz mono: what a microphone beside the speaker may hear.
    pub(super) fn take_played(&mut self) -> impl Iterator<Item = f32> {
        self.played.iter_mut().flat_map(|played| played.drain(..))
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
            stats.buffer_ms = stats.buffer_ms.max(ms(talker.jitter().depth()));
            if !talker.is_idle() {
                stats.heard.push(Heard { speaker, level_dbfs: dbfs(talker.level()), quality: quality(talker) });
            }
        }
        stats
    }
}

/// A gain from elsewhere, within bounds; 1.0 for what is no number.
fn gain(gain: f32) -> f32 {
    if gain.is_nan() { 1.0 } else { gain.clamp(0.0, LARGEST_GAIN) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::voice::{codec::VoiceEncoder, frames::PacketSamples};
    use bytes::Bytes;

    fn packet(seq: u16) -> VoicePacket {
        let opus = Bytes::from_static(&[0x08, 0xff, 0xfe]);
        VoicePacket { burst: 1, seq, media_time: u32::from(seq) * 960, opus, ..VoicePacket::default() }
    }

    #[test]
    fn a_sink_of_nothing_still_plays_and_counts_and_falls_idle() {
        let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
        let ms = Duration::from_millis;
        playback.step(ms(5_000)).unwrap();
        (0..3).for_each(|seq| playback.hear(PersonId(1), packet(seq), ms(5_000)));
        assert_eq!(playback.stats().heard.len(), 1);
        (5_000..6_000).step_by(5).for_each(|at| playback.step(ms(at)).unwrap());
        assert!(!playback.is_active());
        let stats = playback.stats();
        assert_eq!((stats.received, stats.lost, stats.concealed, stats.heard.len()), (3, 0, 0, 0));
    }

    /// What a listener hears of a person who says something loud, left and right, once all gains have settled.
    fn loudness(prepare: impl FnOnce(&mut Playback)) -> [f32; 2] {
        let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
        prepare(&mut playback);
        let mut encoder = VoiceEncoder::new().unwrap();
        let tone: PacketSamples = std::array::from_fn(|n| 0.2 * (n as f32 / 48.0 * std::f32::consts::TAU).sin());
        (0..20).for_each(|seq| {
            let opus = encoder.encode(&tone).unwrap();
            playback.hear(PersonId(1), VoicePacket { opus, ..packet(seq) }, Duration::ZERO);
        });
        let mut heard = [0.0f32; 2];
        for _ in 0..20 {
            let mut mix = playback.render(MIX_FRAMES, Duration::ZERO);
            heard = [0, 1].map(|ear: usize| mix.finish().iter().map(|frame| frame[ear].abs()).fold(0.0, f32::max));
        }
        heard
    }

    #[test]
    fn volume_and_place_are_kept_for_somebody_who_has_not_spoken_yet() {
        let [plain, other] = loudness(|_| {});
        assert!(plain > 0.1 && plain == other);
        let [left, right] = loudness(|playback| {
            playback.set_volume(PersonId(1), 0.5);
            playback.hear_from(PersonId(1), Ears { left: 1.0, right: 0.5 });
        });
        assert!((left / plain - 0.5).abs() < 0.01 && (right / plain - 0.25).abs() < 0.01, "{left} {right} of {plain}");
        assert_eq!(loudness(|playback| playback.set_volume(PersonId(1), 0.0)), [0.0; 2]);
    }

    #[test]
    fn who_leaves_loses_the_place_and_keeps_the_volume() {
        let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
        playback.set_volume(PersonId(1), 0.5);
        playback.hear_from(PersonId(1), Ears { left: f32::NAN, right: 9.0 });
        assert_eq!(playback.wish(PersonId(1)), Wish { volume: 0.5, ears: Ears { left: 1.0, right: 2.0 } });
        playback.forget(PersonId(1));
        assert_eq!(playback.wish(PersonId(1)), Wish { volume: 0.5, ears: Ears::CENTRE });
        (0..5000).for_each(|person| playback.set_volume(PersonId(person), 0.1));
        assert!(playback.wishes.len() <= MOST_REMEMBERED);
    }

    #[test]
    fn the_number_of_people_heard_is_bounded_and_the_silent_make_room() {
        let mut playback = Playback::new(Sink::None(FrameClock::new(Duration::ZERO)));
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
