//! The sending half of the voice thread: source, processing, packets, encoder, gate.
//!
//! Sound is looked at in steps of 10 ms while somebody wants it: the gate, a call, voice activation, a test or a note. Otherwise it
//! only tells what the room sounds like, and is forgotten after half a second.

mod attention;
mod call;
mod note;
mod source;

use super::loopback::Loopback;
#[cfg(feature = "devices")]
use crate::media::devices::cpal_input::InputDevice;
use crate::media::{
    notes::recording::RecordedNote,
    processing::{Processing, Processor, ambience::Ambience, quiet::QuietWatch},
    voice::{
        activation::{Activation, VoiceChange},
        codec::{CodecError, VoiceEncoder},
        encoding::Encoding,
        frames::{Cutter, FRAME_SAMPLES, FrameSamples, samples_in},
        gate::{GateOutput, TalkGate, call::CallGate},
        level::{SILENCE_DBFS, dbfs, rms},
    },
};
use attention::Attention;
use hallway_protocol::voice::VoicePacket;
use note::Note;
pub(super) use source::Source;
use std::time::Duration;

/// Length of the fade-in at the start of a burst and of a new microphone, in samples: 5 ms, so that neither clicks.
const FADE_SAMPLES: usize = 240;
/// How long a press of the key may take to arrive here: what was recorded within it before the press came is not lost.
/// It is heard only in part, as the fade-in lies over it.
const KEY_DELAY_SAMPLES: usize = FRAME_SAMPLES;

/// What became of the microphone's sound.
#[derive(Default)]
pub(super) struct Captured {
    /// For the session, in order.
    pub(super) gate: Vec<GateOutput>,
    /// For the call, in order.
    pub(super) call: Vec<VoicePacket>,
    /// What voice activation found.
    pub(super) changes: Vec<VoiceChange>,
    /// Notes that ended, by their numbers.
    pub(super) notes: Vec<(u64, Option<RecordedNote>)>,
}

/// See the [module's description](self).
pub(super) struct Capture {
    source: Source,
    /// From the source, before it makes whole steps.
    raw: Cutter,
    ambience: Ambience,
    quiet: QuietWatch,
    processor: Processor,
    /// Processed, before it makes a whole packet.
    voice: Vec<f32>,
    encoder: VoiceEncoder,
    gate: TalkGate,
    call: CallGate,
    /// Where the call's media clock stood, and when, by what was in the air then.
    call_clock: Option<(u32, Duration)>,
    attention: Option<Attention>,
    test: Option<Loopback>,
    note: Option<Note>,
    fade_in: bool,
    level_dbfs: f32,
    overruns_before: u64,
}

impl Capture {
    pub(super) fn new(source: Source, tail: Duration) -> Result<Self, CodecError> {
        Ok(Self {
            source,
            raw: Cutter::default(),
            ambience: Ambience::default(),
            quiet: QuietWatch::default(),
            processor: Processor::new(Processing::default()),
            voice: Vec::new(),
            encoder: VoiceEncoder::new()?,
            gate: TalkGate::new(tail),
            call: CallGate::default(),
            call_clock: None,
            attention: None,
            test: None,
            note: None,
            fade_in: false,
            level_dbfs: SILENCE_DBFS,
            overruns_before: 0,
        })
    }

    /// The gate, for what concerns nothing else here.
    pub(super) fn gate(&mut self) -> &mut TalkGate {
        &mut self.gate
    }

    /// The key went down.
    pub(super) fn press(&mut self, now: Duration, out: &mut Captured) {
        self.break_note_off(now, out);
        self.leave_call(now, out);
        let was_awake = self.is_awake();
        if !self.gate.press(now) {
            return;
        }
        self.begin_packets();
        if !was_awake {
            return self.wake(now, KEY_DELAY_SAMPLES);
        }
        self.voice = self.attention.as_mut().map(Attention::take_onset).unwrap_or_default();
        self.fade_in |= self.voice.is_empty();
        fade_in(&mut self.voice);
    }

    /// The key went up. What was said before that goes out in any case, however long it is under way.
    pub(super) fn release(&mut self, now: Duration, out: &mut Captured) {
        self.step(now, out);
        let held = self.raw.waiting() + self.voice.len() + self.encoder.delay_samples();
        let coming = samples_in(self.source.latency()) as u32 + self.processor.delay_samples();
        self.gate.release(now, held as u32 + coming);
    }

    /// Encodes differently from the next packet on.
    pub(super) fn set_encoding(&mut self, encoding: Encoding) {
        if let Err(error) = self.encoder.set_encoding(encoding) {
            tracing::warn!(%error, ?encoding, "sound is encoded as before");
        }
        let copies = self.encoding().copies;
        self.gate.set_copies(copies);
        self.call.set_copies(copies);
    }

    /// How sound is encoded.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoder.encoding()
    }

    pub(super) fn set_processing(&mut self, processing: Processing) {
        self.processor.set(processing);
    }

    /// The processing of the sound, for the speaker's side of it.
    pub(super) fn processor(&mut self) -> &mut Processor {
        &mut self.processor
    }

    /// Listens for a voice from now on, or no longer.
    pub(super) fn set_activation(&mut self, activation: Option<Activation>, now: Duration) {
        match (&mut self.attention, activation) {
            (Some(attention), Some(activation)) => attention.set(activation),
            (None, Some(activation)) => {
                if !self.is_awake() {
                    self.wake(now, 0);
                }
                self.attention = Some(Attention::new(activation));
            }
            (_, None) => self.attention = None,
        }
    }

    /// Begins to give the microphone's sound back, as it would be sent; see [`Self::heard_back`].
    pub(super) fn start_test(&mut self, now: Duration) {
        if self.test.is_some() || self.note.is_some() || self.gate.wants_sound() || self.call.is_open() {
            return;
        }
        self.begin_packets();
        if !self.is_awake() {
            self.wake(now, 0);
        }
        self.test = Some(Loopback::new(now));
    }

    /// Ends it.
    pub(super) fn stop_test(&mut self) {
        self.test = None;
    }

    /// What a test gives back now.
    pub(super) fn heard_back(&mut self, now: Duration) -> Option<VoicePacket> {
        self.test.as_mut()?.next(now)
    }

    /// Moves what was recorded since the last call on its way.
    pub(super) fn step(&mut self, now: Duration, out: &mut Captured) {
        if self.is_awake() {
            self.source.read(now, self.raw.buffer());
            while let Some(mut frame) = self.raw.take() {
                self.take_frame(&mut frame, now, out);
            }
            self.read_call_clock(now);
        } else {
            self.rest(now);
        }
        self.gate.tick(now, &mut out.gate);
    }

    fn take_frame(&mut self, frame: &mut FrameSamples, now: Duration, out: &mut Captured) {
        let is_recording = self.gate.wants_sound() || self.test.is_some();
        if !is_recording && self.note.is_none() {
            self.watch_room(frame);
        }
        if std::mem::take(&mut self.fade_in) {
            fade_in(frame);
        }
        self.processor.process(frame);
        self.level_dbfs = dbfs(rms(frame));
        let is_taken = is_recording || self.note.is_some() || self.is_taken_by_call();
        if let Some(attention) = &mut self.attention {
            // Nothing leaves by way of a test or of a note, so nobody is told of a voice either.
            let is_private = self.test.is_some() || self.note.is_some();
            out.changes.extend(attention.hear(frame, is_taken).filter(|_| !is_private));
        }
        if self.call.is_open() {
            self.tell_call(frame, now, out);
        }
        self.tell_note(frame, out);
        if is_recording {
            self.voice.extend_from_slice(frame);
        }
        self.make_packets(now, out);
    }

    /// Lets the suppressor rest in a quiet room, where sound is listened to for long. In a burst nothing changes.
    fn watch_room(&mut self, frame: &FrameSamples) {
        self.ambience.hear(frame);
        let may_be_voice = self.attention.as_ref().is_none_or(Attention::speaks);
        if let Some(is_quiet) = self.quiet.hear(frame, may_be_voice) {
            self.processor.follow(is_quiet, &self.ambience);
        }
    }

    fn make_packets(&mut self, now: Duration, out: &mut Captured) {
        loop {
            let len = self.encoding().packet_samples();
            let Some(samples) = self.voice.get(..len) else { return };
            let encoded = self.encoder.encode(samples);
            self.voice.drain(..len);
            let samples = len as u32;
            match encoded {
                Ok(opus) => match &mut self.test {
                    Some(test) => test.record(opus, samples, now),
                    None if self.call.is_sending() => out.call.extend(self.call.record(opus, samples)),
                    None => self.gate.record(opus, samples, now, &mut out.gate),
                },
                Err(error) => tracing::warn!(%error, "some milliseconds of voice were lost"),
            }
        }
    }

    fn begin_packets(&mut self) {
        self.voice.clear();
        if let Err(error) = self.encoder.reset() {
            tracing::debug!(%error, "the encoder kept its last burst");
        }
    }

    /// Sound begins to be wanted. What was recorded before is not, but for its last `keep` samples.
    fn wake(&mut self, now: Duration, keep: usize) {
        let mut before = Vec::new();
        self.source.rest(now, &mut before);
        let keep = if self.source.talk(now) { 0 } else { keep.min(before.len()) };
        let (ambience, kept) = before.split_at(before.len() - keep);
        self.ambience.hear(ambience);
        self.raw.clear();
        self.raw.buffer().extend_from_slice(kept);
        self.processor.begin(&self.ambience);
        self.quiet = QuietWatch::default();
        self.fade_in = true;
    }

    /// Nobody wants the sound: only the room is listened to, and the ring of an open device kept from running over.
    fn rest(&mut self, now: Duration) {
        self.raw.clear();
        self.source.rest(now, self.raw.buffer());
        self.ambience.hear(self.raw.buffer());
        self.raw.clear();
        self.level_dbfs = SILENCE_DBFS;
    }

    /// Records from something else from now on.
    pub(super) fn set_source(&mut self, source: Source, out: &mut Captured) {
        self.pause_call(out);
        self.call.stop();
        self.end_note(out);
        self.overruns_before = self.overruns();
        self.source = source;
        self.raw.clear();
        self.ambience.clear();
        self.fade_in = true;
    }

    #[cfg(feature = "devices")]
    pub(super) fn device(&self) -> Option<&InputDevice> {
        self.source.device()
    }

    /// Whether there is something to record from.
    pub(super) fn has_microphone(&self) -> bool {
        self.source.is_there()
    }

    /// Whether sound is wanted at all.
    fn is_awake(&self) -> bool {
        self.gate.wants_sound()
            || self.call.is_open()
            || self.attention.is_some()
            || self.test.is_some()
            || self.note.is_some()
    }

    /// How long until there is something to do, if there is; then [`step`](Self::step) is to be called.
    pub(super) fn due_in(&self, now: Duration) -> Option<Duration> {
        let gate = self.gate.due().map(|due| due.saturating_sub(now));
        let test = self.test.as_ref().and_then(Loopback::due).map(|due| due.saturating_sub(now));
        let sound = self.is_awake().then(|| self.source.due_in(self.missing_samples(), now));
        [gate, test, sound].into_iter().flatten().min()
    }

    /// How much sound makes the next step worth taking.
    fn missing_samples(&self) -> usize {
        let step = match self.attention {
            Some(_) => FRAME_SAMPLES,
            None => self.encoding().packet_samples().saturating_sub(self.voice.len()),
        };
        step.saturating_sub(self.raw.waiting()).max(1)
    }

    pub(super) fn is_sending(&self) -> bool {
        self.gate.is_sending()
    }

    pub(super) fn recorded(&self) -> Duration {
        self.gate.recorded()
    }

    pub(super) fn level_dbfs(&self) -> f32 {
        self.level_dbfs
    }

    /// How long sound takes from the air to here.
    pub(super) fn latency(&self) -> Duration {
        self.source.latency()
    }

    pub(super) fn overruns(&self) -> u64 {
        self.overruns_before + self.source.overruns()
    }
}

fn fade_in(samples: &mut [f32]) {
    for (n, sample) in samples.iter_mut().take(FADE_SAMPLES).enumerate() {
        *sample *= n as f32 / FADE_SAMPLES as f32;
    }
}
