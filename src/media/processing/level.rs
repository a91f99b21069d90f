//! Automatic level: quiet people are made louder, slowly, and nobody clips.

use crate::media::voice::frames::{FrameSamples, SAMPLE_RATE_HZ};
use sonora::{
    AudioProcessing, Config, Error, StreamConfig,
    config::{AdaptiveDigital, GainController2, MaxProcessingRate, Pipeline},
};

/// Most that somebody is made louder: a laptop's microphone at arm's length needs no more, and beyond it the room's noise
/// would be heard.
const MOST_GAIN_DB: f32 = 24.0;

/// The level control of one microphone. It adds no delay.
pub(super) struct Leveller(AudioProcessing);

impl Leveller {
    pub(super) fn new() -> Self {
        let adaptive = AdaptiveDigital {
            max_gain_db: MOST_GAIN_DB,
            // Whoever speaks first is heard as they are, and made louder from there.
            initial_gain_db: 0.0,
            ..AdaptiveDigital::default()
        };
        let control = GainController2 { adaptive_digital: Some(adaptive), ..GainController2::default() };
        let config = Config { gain_controller2: Some(control), pipeline: pipeline(), ..Config::default() };
        Self(build(config))
    }

    pub(super) fn process(&mut self, frame: &mut FrameSamples) -> Result<(), Error> {
        let input = *frame;
        self.0.process_capture_f32(&[&input], &mut [frame])
    }
}

/// Sound is processed in its whole width.
pub(super) fn pipeline() -> Pipeline {
    Pipeline { maximum_internal_processing_rate: MaxProcessingRate::Rate48kHz, ..Pipeline::default() }
}

/// A processor of 48 kHz mono.
pub(super) fn build(config: Config) -> AudioProcessing {
    let mono = StreamConfig::new(SAMPLE_RATE_HZ, 1);
    AudioProcessing::builder().config(config).capture_config(mono).render_config(mono).build()
}
