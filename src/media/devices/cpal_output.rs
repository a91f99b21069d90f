//! A sound device as speaker: the ring that the voice thread keeps filled, and the callback that empties it.

use super::{
    DeviceError,
    fill::{Calls, FillLevel},
    host::{self, Direction, Host},
    stream::{OpenStream, StreamHealth},
};
use crate::media::voice::{
    frames::SAMPLE_RATE_HZ,
    mixer::{MIX_FRAMES, StereoFrame},
};
use cpal::{FromSample, OutputCallbackInfo, SampleFormat, SizedSample, StreamConfig, traits::DeviceTrait};
use rtrb::{Consumer, Producer, RingBuffer};
use rubato::{Fft, FixedSync, Indexing, Resampler, audioadapter_buffers::direct::InterleavedSlice};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// Longest latency that is believed.
const LONGEST_LATENCY: Duration = Duration::from_millis(500);
/// How fast the sound dies down when the ring runs dry, and how fast it comes back: about 1.3 ms at 48 kHz.
const DECLICK_STEP: f32 = 1.0 / 64.0;

/// How long after the time at which a call is expected to fill the ring up: calls come a little unevenly.
const MARGIN: Duration = Duration::from_micros(300);
/// How soon to look again for a call that is late.
const LATE: Duration = Duration::from_millis(1);

/// What callbacks tell the voice thread, without a lock.
#[derive(Debug)]
pub struct OutputShared {
    /// Callbacks that found too little in the ring while sound was meant to come.
    pub underruns: AtomicU64,
    /// Frames of the last call.
    pub last_call: AtomicU32,
    /// Frames of the largest call since it was read last.
    pub largest_call: AtomicU32,
    /// The fewest frames that a call left in the ring since it was read last, while sound was meant to come;
    /// [`u32::MAX`] without such a call.
    pub least_left: AtomicU32,
    /// Whether the voice thread means to keep the ring filled.
    pub feeding: AtomicBool,
    /// How long the first frame of the last call takes from the call to the air, in microseconds, as the system says.
    pub latency_micros: AtomicU32,
}

impl Default for OutputShared {
    fn default() -> Self {
        Self {
            underruns: AtomicU64::new(0),
            last_call: AtomicU32::new(0),
            largest_call: AtomicU32::new(0),
            least_left: AtomicU32::new(u32::MAX),
            feeding: AtomicBool::new(false),
            latency_micros: AtomicU32::new(0),
        }
    }
}

impl OutputShared {
    /// What the calls were like since this was asked last.
    fn calls(&self) -> Calls {
        let least_left = self.least_left.swap(u32::MAX, Relaxed);
        Calls {
            largest: self.largest_call.swap(0, Relaxed),
            least_left: (least_left < u32::MAX).then_some(least_left),
            underruns: self.underruns.load(Relaxed),
        }
    }
}

/// The output callback: copies the ring to the device's channels. It never waits and never allocates; a ring that runs
/// dry is heard as a fade, not as a click.
pub struct OutputCallback {
    ring: Consumer<StereoFrame>,
    channels: usize,
    shared: Arc<OutputShared>,
    last: StereoFrame,
    gain: f32,
}

impl OutputCallback {
    /// A callback for interleaved sound of `channels` channels, and the ring's other end. `capacity` is in frames.
    #[must_use]
    pub fn new(channels: usize, capacity: usize, shared: Arc<OutputShared>) -> (Self, Producer<StereoFrame>) {
        let (producer, ring) = RingBuffer::new(capacity);
        (Self { ring, channels: channels.max(1), shared, last: [0.0; 2], gain: 0.0 }, producer)
    }

    /// The next block's first frame will be heard so much later.
    pub fn plays_in(&self, latency: Duration) {
        self.shared.latency_micros.store(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX), Relaxed);
    }

    /// Fills a block of any size. One channel gets the mean of both ears; of more than two, the first two get them.
    pub fn process<T: Copy + FromSample<f32>>(&mut self, output: &mut [T]) {
        let frames = u32::try_from(output.len() / self.channels).unwrap_or(u32::MAX);
        self.shared.last_call.store(frames, Relaxed);
        self.shared.largest_call.fetch_max(frames, Relaxed);
        let mut dry = false;
        for frame in output.chunks_mut(self.channels) {
            match self.ring.pop() {
                Ok(sound) => {
                    self.gain = (self.gain + DECLICK_STEP).min(1.0);
                    self.last = sound;
                }
                Err(_) => {
                    self.gain = (self.gain - DECLICK_STEP).max(0.0);
                    dry = true;
                }
            }
            let [left, right] = self.last.map(|sample| sample * self.gain);
            match frame {
                [mono] => *mono = T::from_sample_((left + right) * 0.5),
                [first, second, others @ ..] => {
                    (*first, *second) = (T::from_sample_(left), T::from_sample_(right));
                    others.fill(T::from_sample_(0.0));
                }
                [] => {}
            }
        }
        if self.shared.feeding.load(Relaxed) {
            self.shared.least_left.fetch_min(u32::try_from(self.ring.slots()).unwrap_or(u32::MAX), Relaxed);
            self.shared.underruns.fetch_add(u64::from(dry), Relaxed);
        }
    }
}

/// An open speaker.
pub(crate) struct OutputDevice {
    stream: OpenStream,
    ring: Producer<StereoFrame>,
    resampler: Option<OutputResampler>,
    shared: Arc<OutputShared>,
    level: FillLevel,
}

impl OutputDevice {
    /// Opens and starts the speaker called `name`, or the default one.
    pub(super) fn open(host: &Host, wanted: Option<&str>) -> Result<Self, DeviceError> {
        let (stream, (ring, shared)) = OpenStream::open(host, Direction::Output, wanted, build)?;
        let resampler = OutputResampler::for_rate(stream.rate_hz).map_err(|reason| stream.refused(reason))?;
        let level = FillLevel::new(stream.rate_hz, host::OUTPUT_CALLBACK_FRAMES);
        Ok(Self { stream, ring, resampler, shared, level })
    }

    /// What the sound goes through.
    pub(crate) fn stream(&self) -> &OpenStream {
        &self.stream
    }

    /// Frames at 48 kHz that the ring wants to bridge the device's next call and our own lateness.
    pub(crate) fn wanted(&mut self, now: Duration) -> usize {
        self.level.note(self.shared.calls(), now);
        let capacity = self.ring.buffer().capacity();
        let held = capacity - self.ring.slots();
        let missing = self.level.frames().min(capacity / 2).saturating_sub(held);
        match self.resampler {
            None => missing,
            // It works in whole blocks.
            Some(_) if missing > 0 => MIX_FRAMES,
            Some(_) => 0,
        }
    }

    /// How long until the device will have taken sound again.
    pub(crate) fn due_in(&self) -> Duration {
        let period = f64::from(self.shared.last_call.load(Relaxed)) / f64::from(self.stream.rate_hz);
        (Duration::from_secs_f64(period) + MARGIN).saturating_sub(self.stream.since_call()).max(LATE)
    }

    /// How long what was written last takes to the air: what the ring holds, and the rest as far as the system tells it.
    pub(crate) fn queued(&self) -> Duration {
        let held = self.ring.buffer().capacity() - self.ring.slots();
        let latency = Duration::from_micros(self.shared.latency_micros.load(Relaxed).into()).min(LONGEST_LATENCY);
        let frames = held + self.shared.last_call.load(Relaxed) as usize;
        let all = Duration::from_secs_f64(frames as f64 / f64::from(self.stream.rate_hz)) + latency;
        // The last call's sound is on its way since then.
        all.saturating_sub(self.stream.since_call())
    }

    /// Puts sound into the ring; what does not fit is dropped, which [`wanted`](Self::wanted) prevents.
    pub(crate) fn write(&mut self, frames: &[StereoFrame]) {
        let frames = match &mut self.resampler {
            None => frames,
            Some(resampler) => resampler.run(frames),
        };
        let (_, _dropped) = self.ring.push_partial_slice(frames);
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
) -> Result<(cpal::Stream, (Producer<StereoFrame>, Arc<OutputShared>)), cpal::Error> {
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
        move |data: &mut [T], info: &OutputCallbackInfo| {
            health.called();
            let at = info.timestamp();
            callback.plays_in(at.playback.duration_since(at.callback));
            callback.process(data);
        },
        move |error| of_errors.failed(&error),
        Some(host::OPEN_TIMEOUT),
    )
}

/// Brings 48 kHz to a device's rate, a block of [`MIX_FRAMES`] at a time.
struct OutputResampler {
    fft: Fft<f32>,
    output: Vec<StereoFrame>,
}

impl OutputResampler {
    fn for_rate(rate_hz: u32) -> Result<Option<Self>, String> {
        if rate_hz == SAMPLE_RATE_HZ {
            return Ok(None);
        }
        let fft = Fft::new(SAMPLE_RATE_HZ as usize, rate_hz as usize, MIX_FRAMES, 2, FixedSync::Input)
            .map_err(|error| error.to_string())?;
        let output = vec![[0.0; 2]; fft.output_frames_max()];
        Ok(Some(Self { fft, output }))
    }

    fn run(&mut self, frames: &[StereoFrame]) -> &[StereoFrame] {
        let room = self.output.len();
        let mut written = 0;
        if let (Ok(input), Ok(mut output)) = (
            InterleavedSlice::new(frames.as_flattened(), 2, frames.len()),
            InterleavedSlice::new_mut(self.output.as_flattened_mut(), 2, room),
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
    fn each_channel_gets_its_sound_in_the_devices_format() {
        for (channels, expected) in [(1, vec![-8192]), (2, vec![-16384, 0]), (4, vec![-16384, 0, 0, 0])] {
            let (mut callback, mut ring) = OutputCallback::new(channels, 1000, Arc::default());
            (0..500).for_each(|_| ring.push([-0.5, 0.0]).unwrap());
            let mut out = vec![7i16; 400 * channels];
            callback.process(&mut out);
            assert_eq!(out[399 * channels..], expected);
        }
    }

    #[test]
    fn a_dry_ring_is_counted_only_while_sound_is_meant_to_come_and_does_not_click() {
        let shared = Arc::new(OutputShared::default());
        let (mut callback, mut ring) = OutputCallback::new(1, 1000, shared.clone());
        let mut out = [0.0f32; 400];
        callback.process(&mut out);
        assert_eq!(shared.underruns.load(Relaxed), 0);
        shared.feeding.store(true, Relaxed);
        (0..300).for_each(|_| ring.push([0.9; 2]).unwrap());
        callback.process(&mut out);
        assert_eq!(shared.underruns.load(Relaxed), 1);
        let largest = out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(largest < 0.02, "a step of {largest}");
        assert_eq!(out[399], 0.0);
        assert_eq!(shared.calls(), Calls { largest: 400, least_left: Some(0), underruns: 1 });
        assert_eq!(shared.calls(), Calls { largest: 0, least_left: None, underruns: 1 });
    }

    #[test]
    fn another_rate_gets_as_much_time() {
        let mut resampler = OutputResampler::for_rate(44_100).unwrap().unwrap();
        let total: usize = (0..100).map(|_| resampler.run(&[[0.1; 2]; MIX_FRAMES]).len()).sum();
        assert!(total.abs_diff(44_100) < 1000, "{total}");
    }
}
