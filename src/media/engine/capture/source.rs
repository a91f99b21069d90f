//! What is recorded from.

#[cfg(feature = "devices")]
use crate::media::devices::cpal_input::InputDevice;
use crate::media::devices::wav::WavSource;
use std::time::Duration;

/// How long to wait for a microphone that is not there.
const NOTHING_COMES: Duration = Duration::from_millis(20);

/// A microphone of any kind.
pub(in crate::media::engine) enum Source {
    None,
    Wav(WavSource),
    #[cfg(feature = "devices")]
    Device(Box<InputDevice>),
}

impl Source {
    /// Whether there is a microphone at all.
    pub(super) fn is_there(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Appends what was recorded since the last call.
    pub(super) fn read(&mut self, now: Duration, out: &mut Vec<f32>) {
        match self {
            Self::None => {}
            Self::Wav(wav) => wav.read(now, out),
            #[cfg(feature = "devices")]
            Self::Device(device) => device.read(out),
        }
    }

    /// Appends what was recorded since the last call while nobody talked.
    pub(super) fn rest(&mut self, now: Duration, out: &mut Vec<f32>) {
        match self {
            Self::Wav(wav) => wav.rest(now, out),
            _ => self.read(now, out),
        }
    }

    /// The key went down. True when the sound begins with it.
    pub(super) fn talk(&mut self, now: Duration) -> bool {
        match self {
            Self::Wav(wav) => wav.talk(now),
            _ => false,
        }
    }

    /// How long until so many samples more are there.
    pub(super) fn due_in(&self, samples: usize, now: Duration) -> Duration {
        match self {
            Self::None => NOTHING_COMES,
            Self::Wav(wav) => wav.due_in(samples, now),
            #[cfg(feature = "devices")]
            Self::Device(device) => device.due_in(samples),
        }
    }

    /// How long sound takes from the air to here.
    pub(super) fn latency(&self) -> Duration {
        match self {
            Self::None | Self::Wav(_) => Duration::ZERO,
            #[cfg(feature = "devices")]
            Self::Device(device) => device.latency(),
        }
    }

    #[cfg(feature = "devices")]
    pub(super) fn device(&self) -> Option<&InputDevice> {
        match self {
            Self::Device(device) => Some(device),
            Self::None | Self::Wav(_) => None,
        }
    }

    /// Samples dropped so far because nobody read them in time.
    pub(super) fn overruns(&self) -> u64 {
        match self {
            Self::None | Self::Wav(_) => 0,
            #[cfg(feature = "devices")]
            Self::Device(device) => device.overruns(),
        }
    }
}
