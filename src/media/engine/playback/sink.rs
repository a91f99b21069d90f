//! What is played to.

#[cfg(feature = "devices")]
use crate::media::devices::cpal_output::OutputDevice;
use crate::media::{
    devices::wav::WavSink,
    voice::{
        frames::{SAMPLE_RATE_HZ, samples_in},
        mixer::MIX_FRAMES,
    },
};
use std::time::Duration;

/// Most frames rendered at once for a sink without a device (a second): after a longer stall of the machine, the rest
/// follows on the next rounds.
const CATCH_UP_FRAMES: u64 = 48_000;

/// A speaker of any kind.
pub(in crate::media::engine) enum Sink {
    /// Nothing: the clock stands in for a device, so that everything is still decoded and counted.
    None(FrameClock),
    Wav(FrameClock, WavSink),
    #[cfg(feature = "devices")]
    Device(Box<OutputDevice>),
}

impl Sink {
    /// How long until it needs sound.
    pub(super) fn due_in(&self, now: Duration) -> Duration {
        match self {
            Self::None(clock) | Self::Wav(clock, _) => clock.due_in(now),
            #[cfg(feature = "devices")]
            Self::Device(device) => device.due_in(),
        }
    }

    /// How much of what was rendered is still to be heard, in samples at 48 kHz. Less than nothing while a sink without
    /// a device waits for a whole block.
    pub(super) fn ahead(&self, now: Duration) -> i32 {
        match self {
            Self::None(clock) | Self::Wav(clock, _) => clock.ahead(now),
            #[cfg(feature = "devices")]
            Self::Device(device) => samples_in(device.queued()) as i32,
        }
    }
}

/// Counts frames as their time passes, for sinks that have no clock of their own.
#[derive(Debug)]
pub(in crate::media::engine) struct FrameClock {
    started: Duration,
    played: u64,
}

impl FrameClock {
    pub(in crate::media::engine) fn new(now: Duration) -> Self {
        Self { started: now, played: 0 }
    }

    /// Takes the frames that are due, in whole blocks of [`MIX_FRAMES`]; answers how many blocks.
    pub(super) fn take_due(&mut self, now: Duration) -> u64 {
        let due = self.waiting(now).min(CATCH_UP_FRAMES) / MIX_FRAMES as u64;
        self.played += due * MIX_FRAMES as u64;
        due
    }

    /// Frames whose time has passed and that were not taken.
    fn waiting(&self, now: Duration) -> u64 {
        samples_in(now.saturating_sub(self.started)).saturating_sub(self.played)
    }

    fn ahead(&self, now: Duration) -> i32 {
        -i32::try_from(self.waiting(now).min(CATCH_UP_FRAMES)).unwrap_or(0)
    }

    /// How long until the next block is due.
    fn due_in(&self, now: Duration) -> Duration {
        let next = self.played + MIX_FRAMES as u64;
        (self.started + Duration::from_nanos(next * 1_000_000_000 / u64::from(SAMPLE_RATE_HZ))).saturating_sub(now)
    }
}
