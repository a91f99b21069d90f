//! A sound device as microphone: the callback that fills a ring, and its reading end at 48 kHz mono.

use super::{
    DeviceError,
    host::{self, Direction, Host},
    stream::{OpenStream, StreamHealth},
};
use crate::media::voice::frames::SAMPLE_RATE_HZ;
use cpal::{FromSample, InputCallbackInfo, SampleFormat, SizedSample, StreamConfig, traits::DeviceTrait};
use rtrb::{Consumer, Producer, RingBuffer};
use rubato::{Fft, FixedSync, Indexing, Resampler, audioadapter_buffers::direct::InterleavedSlice};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// What callbacks tell the voice thread, without a lock.
#[derive(Debug, Default)]
pub struct InputShared {
    /// Samples dropped because the ring was full.
    pub overruns: AtomicU64,
    /// Frames of the last call.
    pub period: AtomicU32,
    /// How long the last call's sound took from the air to the call, in microseconds, as the system says.
    pub latency_micros: AtomicU32,
}

/// Longest latency that is believed.
const LONGEST_LATENCY: Duration = Duration::from_millis(200);
/// How long after the time at which a call is expected to look for its sound: calls come a little unevenly.
const MARGIN: Duration = Duration::from_micros(300);
/// How soon to look again for a call that is late.
const LATE: Duration = Duration::from_millis(1);

/// The input callback: averages the channels of each frame into the ring. It never waits and never allocates.
pub struct InputCallback {
    ring: Producer<f32>,
    channels: usize,
    shared: Arc<InputShared>,
}

impl InputCallback {
    /// A callback for interleaved sound of `channels` channels, and the ring's other end. `capacity` is in frames.
    #[must_use]
    pub fn new(channels: usize, capacity: usize, shared: Arc<InputShared>) -> (Self, Consumer<f32>) {
        let (ring, consumer) = RingBuffer::new(capacity);
        (Self { ring, channels: channels.max(1), shared }, consumer)
    }

    /// Takes what the device recorded, in blocks of any size. Whatever does not fit is dropped and counted.
    /// Its first frame was recorded `latency` ago.
    pub fn process<T: Copy>(&mut self, input: &[T], latency: Duration)
    where
        f32: FromSample<T>,
    {
        self.shared.latency_micros.store(latency.as_micros() as u32, Relaxed);
        let frames = u32::try_from(input.len() / self.channels).unwrap_or(u32::MAX);
        self.shared.period.store(frames, Relaxed);
        let share = 1.0 / self.channels as f32;
        let mut dropped = 0;
        for frame in input.chunks_exact(self.channels) {
            let sum: f32 = frame.iter().map(|sample| f32::from_sample_(*sample)).sum();
            if self.ring.push(sum * share).is_err() {
                dropped += 1;
            }
        }
        if dropped > 0 {
            self.shared.overruns.fetch_add(dropped, Relaxed);
        }
    }
}

/// An open microphone.
pub(crate) struct InputDevice {
    stream: OpenStream,
    ring: Consumer<f32>,
    resampler: Option<InputResampler>,
    shared: Arc<InputShared>,
}

impl InputDevice {
    /// Opens and starts the microphone called `name`, or the default one.
    pub(super) fn open(host: &Host, wanted: Option<&str>) -> Result<Self, DeviceError> {
        let (stream, (ring, shared)) = OpenStream::open(host, Direction::Input, wanted, build)?;
        let resampler = InputResampler::for_rate(stream.rate_hz).map_err(|reason| stream.refused(reason))?;
        Ok(Self { stream, ring, resampler, shared })
    }

    /// What the sound comes through.
    pub(crate) fn stream(&self) -> &OpenStream {
        &self.stream
    }

    /// Appends all that was recorded since the last call, at 48 kHz mono.
    pub(crate) fn read(&mut self, out: &mut Vec<f32>) {
        match &mut self.resampler {
            None => out.extend(std::iter::from_fn(|| self.ring.pop().ok())),
            Some(resampler) => {
                while let Ok(sample) = self.ring.pop() {
                    resampler.push(sample, out);
                }
            }
        }
    }

    /// How long until so many samples of 48 kHz more are there.
    pub(crate) fn due_in(&self, samples: usize) -> Duration {
        let rate_hz = self.stream.rate_hz as usize;
        let frames = (samples * rate_hz).div_ceil(SAMPLE_RATE_HZ as usize).saturating_sub(self.ring.slots());
        let period = (self.shared.period.load(Relaxed) as usize).max(1);
        let whole_calls = frames.div_ceil(period) * period;
        let after_call = Duration::from_secs_f64(whole_calls as f64 / rate_hz as f64);
        (after_call + MARGIN).saturating_sub(self.stream.since_call()).max(LATE)
    }

    /// How long sound takes from the air to the ring, as the system says.
    pub(crate) fn latency(&self) -> Duration {
        Duration::from_micros(self.shared.latency_micros.load(Relaxed).into()).min(LONGEST_LATENCY)
    }

    /// Samples dropped so far.
    pub(crate) fn overruns(&self) -> u64 {
        self.shared.overruns.load(Relaxed)
    }
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    health: Arc<StreamHealth>,
) -> Result<(cpal::Stream, (Consumer<f32>, Arc<InputShared>)), cpal::Error> {
    let shared = Arc::new(InputShared::default());
    // A second: the voice thread empties it every 100 ms at the least.
    let capacity = config.sample_rate as usize;
    let (callback, ring) = InputCallback::new(usize::from(config.channels), capacity, shared.clone());
    let stream = host::for_sample_type!(format, build_as(device, config, callback, health))?;
    Ok((stream, (ring, shared)))
}

fn build_as<T: SizedSample>(
    device: &cpal::Device,
    config: StreamConfig,
    mut callback: InputCallback,
    health: Arc<StreamHealth>,
) -> Result<cpal::Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    let of_errors = health.clone();
    device.build_input_stream(
        config,
        move |data: &[T], info: &InputCallbackInfo| {
            health.called();
            let at = info.timestamp();
            callback.process(data, at.callback.duration_since(at.capture));
        },
        move |error| of_errors.failed(&error),
        Some(host::OPEN_TIMEOUT),
    )
}

/// Brings a device's rate to 48 kHz, 10 ms at a time.
struct InputResampler {
    fft: Fft<f32>,
    input: Vec<f32>,
    chunk: usize,
    output: Vec<f32>,
}

impl InputResampler {
    fn for_rate(rate_hz: u32) -> Result<Option<Self>, String> {
        if rate_hz == SAMPLE_RATE_HZ {
            return Ok(None);
        }
        let chunk = (rate_hz / 100).max(1) as usize;
        let fft = Fft::new(rate_hz as usize, SAMPLE_RATE_HZ as usize, chunk, 1, FixedSync::Input)
            .map_err(|error| error.to_string())?;
        let output = vec![0.0; fft.output_frames_max()];
        Ok(Some(Self { fft, input: Vec::with_capacity(chunk), chunk, output }))
    }

    fn push(&mut self, sample: f32, out: &mut Vec<f32>) {
        self.input.push(sample);
        if self.input.len() < self.chunk {
            return;
        }
        let frames = self.output.len();
        if let (Ok(input), Ok(mut output)) =
            (InterleavedSlice::new(&self.input, 1, self.chunk), InterleavedSlice::new_mut(&mut self.output, 1, frames))
            && let Ok((_, written)) = self.fft.process_into_buffer(&input, &mut output, None::<&Indexing>)
        {
            out.extend_from_slice(&self.output[..written]);
        }
        self.input.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_averaged_and_formats_scaled() {
        let shared = Arc::new(InputShared::default());
        let (mut callback, mut ring) = InputCallback::new(2, 16, shared);
        callback.process(&[1.0f32, 0.0, -0.5, -0.5], Duration::ZERO);
        callback.process(&[i16::MIN, i16::MIN, 0, 0], Duration::ZERO);
        callback.process(&[128u8, 128], Duration::ZERO);
        let heard: Vec<f32> = std::iter::from_fn(|| ring.pop().ok()).collect();
        assert_eq!(heard, [0.5, -0.5, -1.0, 0.0, 0.0]);
    }

    #[test]
    fn what_does_not_fit_is_dropped_and_counted() {
        let shared = Arc::new(InputShared::default());
        let (mut callback, mut ring) = InputCallback::new(1, 4, shared.clone());
        callback.process(&[0.1f32; 7], Duration::from_millis(3));
        assert_eq!((shared.period.load(Relaxed), shared.latency_micros.load(Relaxed)), (7, 3000));
        assert_eq!(shared.overruns.load(Relaxed), 3);
        assert_eq!(ring.slots(), 4);
        assert!(ring.pop().is_ok());
    }

    #[test]
    fn another_rate_comes_out_at_48_khz() {
        let mut resampler = InputResampler::for_rate(44_100).unwrap().unwrap();
        let mut out = Vec::new();
        (0..44_100).for_each(|n| {
            resampler.push((n as f32 / 44_100.0 * 440.0 * std::f32::consts::TAU).sin(), &mut out);
        });
        assert!(out.len().abs_diff(48_000) < 1000, "{}", out.len());
        let crossings = out[4800..43_200].windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        assert!(crossings.abs_diff(352) <= 1, "{crossings} periods in 0.8 s");
    }
}
