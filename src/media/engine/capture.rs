//! The sending half of the voice thread: source, packets, encoder, gate.

#[cfg(feature = "devices")]
use crate::media::devices::cpal_input::InputDevice;
use crate::media::{
    devices::wav::WavSource,
    voice::{
        codec::{CodecError, VoiceEncoder},
        frames::{PacketCutter, PacketSamples},
        gate::{GateOutput, TalkGate},
        level::{SILENCE_DBFS, dbfs, rms},
    },
};
use std::time::Duration;

/// Length of the fade-in at the start of a burst and of a new microphone, in samples: 5 ms, so that neither clicks.
const FADE_SAMPLES: usize = 240;

/// What is recorded from.
pub(super) enum Source {
    None,
    Wav(WavSource),
    #[cfg(feature = "devices")]
    Device(Box<InputDevice>),
}

impl Source {
    fn read(&mut self, now: Duration, out: &mut Vec<f32>) {
        match self {
            Self::None => {}
            Self::Wav(wav) => wav.read(now, out),
            #[cfg(feature = "devices")]
            Self::Device(device) => device.read(out),
        }
    }

    /// The key went down: what was recorded before is not for the wire.
    fn talk(&mut self, now: Duration) {
        match self {
            Self::None => {}
            Self::Wav(wav) => wav.talk(now),
            #[cfg(feature = "devices")]
            Self::Device(device) => device.skip(),
        }
    }

    /// Keeps the ring of an open device from running over while nobody talks.
    fn idle(&mut self) {
        #[cfg(feature = "devices")]
        if let Self::Device(device) = self {
            device.skip();
        }
    }
}

/// See the [module's description](self).
pub(super) struct Capture {
    source: Source,
    cutter: PacketCutter,
    encoder: VoiceEncoder,
    gate: TalkGate,
    fade_in: bool,
    level_dbfs: f32,
    overruns_before: u64,
}

impl Capture {
    pub(super) fn new(source: Source, tail: Duration) -> Result<Self, CodecError> {
        Ok(Self {
            source,
            cutter: PacketCutter::default(),
            encoder: VoiceEncoder::new()?,
            gate: TalkGate::new(tail),
            fade_in: false,
            level_dbfs: SILENCE_DBFS,
            overruns_before: 0,
        })
    }

    pub(super) fn press(&mut self, now: Duration) {
        if !self.gate.press(now) {
            return;
        }
        self.source.talk(now);
        self.cutter.clear();
        self.fade_in = true;
        if let Err(error) = self.encoder.reset() {
            tracing::debug!(%error, "the encoder kept its last burst");
        }
    }

    pub(super) fn gate(&mut self) -> &mut TalkGate {
        &mut self.gate
    }

    /// Moves what was recorded since the last call through the encoder and the gate.
    pub(super) fn step(&mut self, now: Duration, out: &mut Vec<GateOutput>) {
        if !self.gate.wants_sound() {
            self.source.idle();
            self.level_dbfs = SILENCE_DBFS;
            return;
        }
        self.source.read(now, self.cutter.buffer());
        while self.gate.wants_sound()
            && let Some(mut packet) = self.cutter.next_packet()
        {
            if std::mem::take(&mut self.fade_in) {
                fade_in(&mut packet);
            }
            self.level_dbfs = dbfs(rms(&packet));
            match self.encoder.encode(&packet) {
                Ok(opus) => self.gate.record(opus, now, out),
                Err(error) => tracing::warn!(%error, "20 ms of voice were lost"),
            }
        }
        self.gate.tick(now, out);
    }

    /// Records from something else from now on.
    pub(super) fn set_source(&mut self, source: Source) {
        self.overruns_before = self.overruns();
        self.source = source;
        self.cutter.clear();
        self.fade_in = true;
    }

    #[cfg(feature = "devices")]
    pub(super) fn device(&self) -> Option<&InputDevice> {
        match &self.source {
            Source::Device(device) => Some(device),
            Source::None | Source::Wav(_) => None,
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.gate.wants_sound()
    }

    pub(super) fn is_sending(&self) -> bool {
        self.gate.is_sending()
    }

    pub(super) fn level_dbfs(&self) -> f32 {
        self.level_dbfs
    }

    #[cfg(feature = "devices")]
    pub(super) fn overruns(&self) -> u64 {
        self.overruns_before + self.device().map_or(0, InputDevice::overruns)
    }

    #[cfg(not(feature = "devices"))]
    pub(super) fn overruns(&self) -> u64 {
        self.overruns_before
    }
}

fn fade_in(packet: &mut PacketSamples) {
    for (n, sample) in packet[..FADE_SAMPLES].iter_mut().enumerate() {
        *sample *= n as f32 / FADE_SAMPLES as f32;
    }
}
