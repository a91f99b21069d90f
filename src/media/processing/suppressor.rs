//! Takes steady noise, and what the own speaker plays, out of the microphone's sound.

use super::level::{build, pipeline};
use crate::media::voice::frames::{Cutter, FRAME_SAMPLES, FrameSamples};
use sonora::{
    AudioProcessing, Config, Error,
    config::{EchoCanceller, HighPassFilter, NoiseSuppression, NoiseSuppressionLevel},
};
use std::time::Duration;

/// Delay of the suppressor, measured by correlation: its blocks overlap by 6 ms, and the splitting into bands adds 1.
const SUPPRESSOR_DELAY_SAMPLES: u32 = 333;
/// Delay that echo cancellation adds by the same measure: 8 ms.
const CANCELLER_DELAY_SAMPLES: u32 = 384;
/// Most of the speaker's sound that waits for the microphone's to come: a second. More is none that belongs together.
const MOST_WAITING_SAMPLES: usize = 48_000;

/// How much of the speaker's sound may wait all the time: 10 ms, less than the way of any echo. More comes of two clocks
/// that differ, and in a long call would come to the canceller later than its echo.
const MOST_LASTING_SAMPLES: usize = 480;
/// For how long the speaker's sound is watched to see what waits all the time, in frames: a second.
const WATCHED_FRAMES: u32 = 100;

/// Longest delay that the canceller can be told of.
const LONGEST_ECHO_DELAY: Duration = Duration::from_millis(500);

/// One microphone's suppressor and canceller.
pub(super) struct Suppressor {
    sonora: AudioProcessing,
    noise: bool,
    echo: bool,
    /// What the speaker plays, to be looked for frame by frame.
    speaker: Cutter,
    /// Least of it that waited since it is watched, in samples, and for how many frames that is.
    waited: (usize, u32),
}

impl Suppressor {
    pub(super) fn new(noise: bool, echo: bool) -> Self {
        let suppression = NoiseSuppression { level: NoiseSuppressionLevel::Moderate, ..NoiseSuppression::default() };
        let config = Config {
            pipeline: pipeline(),
            high_pass_filter: Some(HighPassFilter::default()),
            noise_suppression: noise.then_some(suppression),
            echo_canceller: echo.then(EchoCanceller::default),
            ..Config::default()
        };
        Self { sonora: build(config), noise, echo, speaker: Cutter::default(), waited: (usize::MAX, 0) }
    }

    pub(super) fn delay_samples(&self) -> u32 {
        let (noise, echo) = (u32::from(self.noise), u32::from(self.echo));
        noise * SUPPRESSOR_DELAY_SAMPLES + echo * CANCELLER_DELAY_SAMPLES
    }

    pub(super) fn set_echo_delay(&mut self, delay: Duration) -> Result<(), Error> {
        self.sonora.set_stream_delay_ms(delay.min(LONGEST_ECHO_DELAY).as_millis() as i32)
    }

    pub(super) fn hear_speaker(&mut self, samples: &[f32]) -> Result<(), Error> {
        if self.speaker.waiting() + samples.len() > MOST_WAITING_SAMPLES {
            self.forget_speaker()?;
        }
        self.speaker.buffer().extend_from_slice(samples);
        Ok(())
    }

    /// What the speaker played until now is no echo of what comes from now on.
    pub(super) fn forget_speaker(&mut self) -> Result<(), Error> {
        self.speaker.clear();
        self.waited = (usize::MAX, 0);
        Ok(())
    }

    /// The speaker's next 10 ms. One that plays nothing is silent: both sounds go on at the same pace.
    fn next_of_speaker(&mut self) -> FrameSamples {
        let frame = self.speaker.take().unwrap_or([0.0; FRAME_SAMPLES]);
        let (least, frames) = self.waited;
        let (least, frames) = (least.min(self.speaker.waiting()), frames + 1);
        self.waited = (least, frames);
        if frames >= WATCHED_FRAMES {
            self.speaker.buffer().drain(..least.saturating_sub(MOST_LASTING_SAMPLES));
            self.waited = (usize::MAX, 0);
        }
        frame
    }

    pub(super) fn process(&mut self, frame: &mut FrameSamples) -> Result<(), Error> {
        if self.echo {
            let speaker = self.next_of_speaker();
            self.sonora.process_render_f32(&[&speaker], &mut [&mut [0.0; FRAME_SAMPLES]])?;
        }
        let input = *frame;
        self.sonora.process_capture_f32(&[&input], &mut [frame])
    }
}
