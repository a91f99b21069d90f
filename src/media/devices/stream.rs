//! A sound device that is open, in either direction: how it is opened, whether it still lives, and how it is closed.

use super::{
    DeviceError,
    host::{self, Direction, Host},
};
use cpal::{SampleFormat, StreamConfig, traits::StreamTrait};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// What a stream's callbacks tell of its life, without a lock.
#[derive(Debug)]
pub(super) struct StreamHealth {
    opened: Instant,
    calls: AtomicU64,
    /// Time of the last call, in microseconds since `opened`.
    called_micros: AtomicU64,
    is_lost: AtomicBool,
}

impl Default for StreamHealth {
    fn default() -> Self {
        let (calls, called_micros) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { opened: Instant::now(), calls, called_micros, is_lost: AtomicBool::new(false) }
    }
}

impl StreamHealth {
    /// The device called for sound, or with it.
    pub(super) fn called(&self) {
        self.called_micros.store(self.micros(), Relaxed);
        self.calls.fetch_add(1, Relaxed);
    }

    /// Time since the last call.
    pub(super) fn since_call(&self) -> Duration {
        Duration::from_micros(self.micros().saturating_sub(self.called_micros.load(Relaxed)))
    }

    fn micros(&self) -> u64 {
        self.opened.elapsed().as_micros() as u64
    }

    /// The system told of an error.
    pub(super) fn failed(&self, error: &cpal::Error) {
        if host::is_fatal(error.kind()) {
            self.is_lost.store(true, Relaxed);
        }
    }
}

/// See the [module's description](self).
pub(crate) struct OpenStream {
    /// `None` only while it is dropped.
    stream: Option<cpal::Stream>,
    health: Arc<StreamHealth>,
    direction: Direction,
    /// What a person knows the device by.
    name: String,
    /// Its samples per second and channel.
    pub(super) rate_hz: u32,
}

impl OpenStream {
    /// Opens and starts the device called `wanted`, or the default one, in the first way that it takes. `build` makes a
    /// stream, and with it what belongs to it.
    pub(super) fn open<T>(
        host: &Host,
        direction: Direction,
        wanted: Option<&str>,
        build: impl Fn(
            &cpal::Device,
            StreamConfig,
            SampleFormat,
            Arc<StreamHealth>,
        ) -> Result<(cpal::Stream, T), cpal::Error>,
    ) -> Result<(Self, T), DeviceError> {
        let device = host.find(direction, wanted)?;
        let name = host::name(&device);
        let candidates = host::candidates(&device, direction)
            .map_err(|error| refused(direction, name.clone(), error.to_string()))?;
        let mut reason = format!("it offers no way to {}", direction.use_of());
        for (config, format) in candidates {
            let health = Arc::new(StreamHealth::default());
            let started = build(&device, config, format, health.clone())
                .and_then(|(stream, rest)| stream.play().map(|()| (stream, rest)));
            match started {
                Ok((stream, rest)) => {
                    let StreamConfig { sample_rate: rate_hz, channels, .. } = config;
                    tracing::info!(device = %name, rate_hz, channels, %format, "{} open", direction.kind());
                    return Ok((Self { stream: Some(stream), health, direction, name, rate_hz }, rest));
                }
                Err(error) => reason = error.to_string(),
            }
        }
        Err(refused(direction, name, reason))
    }

    /// That the device is of no use, for this reason.
    pub(super) fn refused(&self, reason: String) -> DeviceError {
        refused(self.direction, self.name.clone(), reason)
    }

    /// Whether the stream is dead.
    pub(crate) fn is_lost(&self) -> bool {
        self.health.is_lost.load(Relaxed)
    }

    /// Time since the last callback.
    pub(super) fn since_call(&self) -> Duration {
        self.health.since_call()
    }

    /// Callbacks so far.
    pub(crate) fn calls(&self) -> u64 {
        self.health.calls.load(Relaxed)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            host::discard(stream);
        }
    }
}

fn refused(direction: Direction, name: String, reason: String) -> DeviceError {
    DeviceError::Refused { kind: direction.kind(), name, reason }
}
