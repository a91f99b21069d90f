//! A sound device as speaker: the ring that the voice thread keeps filled, and the callback that empties it.

use super::{
    DeviceError,
    host::{self, CALLBACK_FRAMES, Direction, Host},
    stream::{OpenStream, StreamHealth},
};
use crate::media::voice::frames::{PACKET_SAMPLES, PacketSamples, SAMPLE_RATE_HZ};
use cpal::{FromSample, OutputCallbackInfo, SampleFormat, SizedSample, StreamConfig, traits::DeviceTrait};
use rtrb::{Consumer, Producer, RingBuffer};
use rubato::{Fft, FixedSync, Indexing, Resampler, audioadapter_buffers::direct::InterleavedSlice};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
};

/// Slack over the device's own period: what the voice thread may be late by, in milliseconds.
const SLACK_MS: u32 = 15;
/// How fast the sound dies down when the ring runs dry, and how fast it comes back: about 1.3 ms at 48 kHz.
const DECLICK_STEP: f32 = 1.0 / 64.0;

/// What callbacks tell the voice thread, without a lock.
#[derive(Debug, Default)]
pub struct OutputShared {
    /// Callbacks that found too little in the ring while sound was meant to come.
    pub underruns: AtomicU64,
    /// Frames of the largest call.
    pub period: AtomicU32,
    /// Whether the voice thread means to keep the ring filled.
    pub feeding: AtomicBool,
}

/// The output callback: copies the ring to all channels. It never waits and never allocates; a ring that runs dry is
/// heard as a fade, not as a click.
pub struct OutputCallback {
    ring: Consumer<f32>,
    channels: usize,
    shared: Arc<OutputShared>,
    last: f32,
    gain: f32,
}

impl OutputCallback {
    /// A callback for interleaved sound of `channels` channels, and the ring's other end. `capacity` is in frames.
    #[must_use]
    pub fn new(channels: usize, capacity: usize, shared: Arc<OutputShared>) -> (Self, Producer<f32>) {
        let (producer, ring) = RingBuffer::new(capacity);
        (Self { ring, channels: channels.max(1), shared, last: 0.0, gain: 0.0 }, producer)
    }

    /// Fills a block of any size.
    pub fn process<T: Copy + FromSample<f32>>(&mut self, output: &mut [T]) {
        let frames = u32::try_from(output.len() / self.channels).unwrap_or(u32::MAX);
        self.shared.period.fetch_max(frames, Relaxed);
        let mut dry = false;
        for frame in output.chunks_mut(self.channels) {
            match self.ring.pop() {
                Ok(sample) => {
                    self.gain = (self.gain + DECLICK_STEP).min(1.0);
                    self.last = sample;
                }
                Err(_) => {
                    self.gain = (self.gain - DECLICK_STEP).max(0.0);
                    dry = true;
                }
            }
            frame.fill(T::from_sample_(self.last * self.gain));
        }
        if dry && self.shared.feeding.load(Relaxed) {
            self.shared.underruns.fetch_add(1, Relaxed);
        }
    }
}

/// An open speaker.
pub(crate) struct OutputDevice {
    stream: OpenStream,
    ring: Producer<f32>,
    resampler: Option<OutputResampler>,
    shared: Arc<OutputShared>,
}

impl OutputDevice {
    /// Opens and starts the speaker called `name`, or the default one.
    pub(super) fn open(host: &Host, wanted: Option<&str>) -> Result<Self, DeviceError> {
        let (stream, (ring, shared)) = OpenStream::open(host, Direction::Output, wanted, build)?;
        let resampler = OutputResampler::for_rate(stream.rate_hz).map_err(|reason| stream.refused(reason))?;
        Ok(Self { stream, ring, resampler, shared })
    }

    /// What the sound goes through.
    pub(crate) fn stream(&self) -> &OpenStream {
        &self.stream
    }

    /// Whether the ring wants another packet's samples to bridge the device's next call and our own lateness.
    pub(crate) fn wants_more(&self) -> bool {
        let period = self.shared.period.load(Relaxed).max(CALLBACK_FRAMES) as usize;
        let enough = period + (self.stream.rate_hz * SLACK_MS / 1000) as usize;
        let capacity = self.ring.buffer().capacity();
        let held = capacity - self.ring.slots();
        held < enough.min(capacity / 2)
    }

    /// Puts 20 ms into the ring; what does not fit is dropped, which [`wants_more`](Self::wants_more) prevents.
    pub(crate) fn write(&mut self, samples: &PacketSamples) {
        let samples = match &mut self.resampler {
            None => &samples[..],
            Some(resampler) => resampler.run(samples),
        };
        let (_, _dropped) = self.ring.push_partial_slice(samples);
        self.shared.feeding.store(true, Relaxed);
    }

    /// No sound is meant to come for a while: a dry ring is no underrun.
    pub(crate) fn rest(&self) {
        self.shared.feeding.store(false, Relaxed);
    }

    /// Underruns so far.
    pub(crate) fn underruns(&self) -> u64 {
        self.shared.underruns.load(Relaxed)
    }
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    health: Arc<StreamHealth>,
) -> Result<(cpal::Stream, (Producer<f32>, Arc<OutputShared>)), cpal::Error> {
    let shared = Arc::new(OutputShared::default());
    // Half a second: only the first filling level of it is ever used.
    let capacity = config.sample_rate as usize / 2;
    let (callback, ring) = OutputCallback::new(usize::from(config.channels), capacity, shared.clone());
    let stream = host::for_sample_type!(format, build_as(device, config, callback, health))?;
    Ok((stream, (ring, shared)))
}

fn build_as<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    mut callback: OutputCallback,
    health: Arc<StreamHealth>,
) -> Result<cpal::Stream, cpal::Error> {
    let of_errors = health.clone();
    device.build_output_stream(
        config,
        move |data: &mut [T], _: &OutputCallbackInfo| {
            health.called();
            callback.process(data);
        },
        move |error| of_errors.failed(&error),
        Some(host::OPEN_TIMEOUT),
    )
}

/// Brings 48 kHz to a device's rate, a packet at a time.
struct OutputResampler {
    fft: Fft<f32>,
    output: Vec<f32>,
}

impl OutputResampler {
    fn for_rate(rate_hz: u32) -> Result<Option<Self>, String> {
        if rate_hz == SAMPLE_RATE_HZ {
            return Ok(None);
        }
        let fft = Fft::new(SAMPLE_RATE_HZ as usize, rate_hz as usize, PACKET_SAMPLES, 1, FixedSync::Input)
            .map_err(|error| error.to_string())?;
        let output = vec![0.0; fft.output_frames_max()];
        Ok(Some(Self { fft, output }))
    }

    fn run(&mut self, samples: &PacketSamples) -> &[f32] {
        let frames = self.output.len();
        let mut written = 0;
        if let (Ok(input), Ok(mut output)) = (
            InterleavedSlice::new(&samples[..], 1, PACKET_SAMPLES),
            InterleavedSlice::new_mut(&mut self.output, 1, frames),
        ) && let Ok((_, frames)) = self.fft.process_into_buffer(&input, &mut output, None::<&Indexing>)
        {
            written = frames;
        }
        &self.output[..written]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_gets_the_sound_in_the_devices_format() {
        let (mut callback, mut ring) = OutputCallback::new(2, 1000, Arc::default());
        (0..500).for_each(|_| ring.push(-0.5).unwrap());
        let mut out = [0i16; 800];
        callback.process(&mut out);
        assert_eq!(out[798..], [-16384, -16384]);
    }

    #[test]
    fn a_dry_ring_is_counted_only_while_sound_is_meant_to_come_and_does_not_click() {
        let shared = Arc::new(OutputShared::default());
        let (mut callback, mut ring) = OutputCallback::new(1, 1000, shared.clone());
        let mut out = [0.0f32; 400];
        callback.process(&mut out);
        assert_eq!(shared.underruns.load(Relaxed), 0);
        shared.feeding.store(true, Relaxed);
        (0..300).for_each(|_| ring.push(0.9).unwrap());
        callback.process(&mut out);
        assert_eq!(shared.underruns.load(Relaxed), 1);
        let largest = out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(largest < 0.02, "a step of {largest}");
        assert_eq!(out[399], 0.0);
    }

    #[test]
    fn another_rate_gets_as_much_time() {
        let mut resampler = OutputResampler::for_rate(44_100).unwrap().unwrap();
        let total: usize = (0..50).map(|_| resampler.run(&[0.1; PACKET_SAMPLES]).len()).sum();
        assert!(total.abs_diff(44_100) < 1000, "{total}");
    }
}
