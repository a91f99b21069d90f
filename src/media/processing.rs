//! What is done to the microphone's sound before it is encoded: echo cancellation, noise suppression, automatic level.
//!
//! The algorithms are those of WebRTC, in sonora's translation. They run on the voice thread, 10 ms at a time, and a
//! panic in one of them costs its effect, never the sound; see [`guard`].
//!
//! In a quiet room the suppressor rests: it takes 7 ms and half a point of quality, and gives nothing back there. Before a
//! burst the [`ambience`] tells, and during a call or voice activation the [`quiet`] watch.

pub mod ambience;
pub mod guard;
mod level;
pub mod quiet;
mod suppressor;

use crate::media::voice::frames::FrameSamples;
use ambience::Ambience;
use guard::Guarded;
use level::Leveller;
use std::time::Duration;
use suppressor::Suppressor;

/// What is done to the microphone's sound. Each is a person's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processing {
    /// Whether steady noise is taken out; default true.
    pub noise_suppression: bool,
    /// Whether quiet people are made louder and loud ones kept within bounds; default true.
    pub automatic_level: bool,
    /// Whether what the own speaker plays is taken out; default false, because with one speaker at a time nobody else
    /// is heard while one talks.
    pub echo_cancellation: bool,
}

impl Default for Processing {
    fn default() -> Self {
        Self { noise_suppression: true, automatic_level: true, echo_cancellation: false }
    }
}

/// Does it. What is switched off costs nothing.
pub struct Processor {
    settings: Processing,
    /// Whether the room is too quiet for the suppressor to be of use.
    rests: bool,
    suppressor: Option<Guarded<Suppressor>>,
    leveller: Option<Guarded<Leveller>>,
}

impl Processor {
    /// A processor that does what `settings` say.
    #[must_use]
    pub fn new(settings: Processing) -> Self {
        let mut processor = Self { settings, rests: false, suppressor: None, leveller: None };
        processor.build();
        processor
    }

    /// Does something else from now on.
    pub fn set(&mut self, settings: Processing) {
        if settings == self.settings {
            return;
        }
        let before = std::mem::replace(&mut self.settings, settings);
        if settings.automatic_level != before.automatic_level {
            self.leveller = None;
        }
        let is_same = |one: &Processing, other: &Processing| {
            (one.noise_suppression, one.echo_cancellation) == (other.noise_suppression, other.echo_cancellation)
        };
        if !is_same(&settings, &before) {
            self.suppressor = None;
        }
        self.build();
    }

    fn build(&mut self) {
        let Processing { noise_suppression, automatic_level, echo_cancellation } = self.settings;
        if self.suppressor.is_none() && (noise_suppression || echo_cancellation) {
            let make = move || Suppressor::new(noise_suppression, echo_cancellation);
            self.suppressor = Some(Guarded::new("noise suppression", make));
        }
        if self.leveller.is_none() && automatic_level {
            self.leveller = Some(Guarded::new("automatic level", Leveller::new));
        }
    }

    /// Sound of the microphone begins to be wanted, after a pause in which the room sounded like this: the suppressor
    /// learns the room's noise beforehand, or rests.
    pub fn begin(&mut self, ambience: &Ambience) {
        if self.settings.echo_cancellation {
            // It has to hear the speaker at the same time, so there is nothing to learn from the past.
            if let Some(suppressor) = &mut self.suppressor {
                suppressor.run(|suppressor| suppressor.forget_speaker());
            }
            return;
        }
        self.settle(ambience.is_quiet(), ambience);
    }

    /// The room that sounded like this in the last moments is quiet or noisy now, while sound is wanted: the suppressor
    /// rests from now on, or learns the noise and runs.
    pub fn follow(&mut self, is_quiet: bool, ambience: &Ambience) {
        if is_quiet != self.rests && !self.settings.echo_cancellation {
            self.settle(is_quiet, ambience);
        }
    }

    fn settle(&mut self, rests: bool, ambience: &Ambience) {
        self.rests = rests;
        if let Some(suppressor) = self.suppressor.as_mut().filter(|_| !rests) {
            for frame in ambience.frames() {
                suppressor.run(|suppressor| suppressor.process(&mut { *frame }));
            }
        }
    }

    /// Whether the suppressor runs.
    fn suppresses(&self) -> bool {
        self.settings.echo_cancellation || self.settings.noise_suppression && !self.rests
    }

    /// Takes what the own speaker plays now: the echo to look for. Any number of samples, 48 kHz mono.
    pub fn hear_speaker(&mut self, samples: &[f32]) {
        if self.settings.echo_cancellation
            && let Some(suppressor) = &mut self.suppressor
        {
            suppressor.run(|suppressor| suppressor.hear_speaker(samples));
        }
    }

    /// Whether [`hear_speaker`](Self::hear_speaker) is of any use.
    #[must_use]
    pub fn wants_speaker(&self) -> bool {
        self.settings.echo_cancellation
    }

    /// Tells how long sound takes through speaker and microphone, apart from the air between them.
    pub fn set_echo_delay(&mut self, delay: Duration) {
        if let Some(suppressor) = &mut self.suppressor {
            suppressor.run(|suppressor| suppressor.set_echo_delay(delay));
        }
    }

    /// Processes the microphone's next 10 ms.
    pub fn process(&mut self, frame: &mut FrameSamples) {
        if self.suppresses()
            && let Some(suppressor) = &mut self.suppressor
        {
            process(suppressor, frame, Suppressor::process);
        }
        if let Some(leveller) = &mut self.leveller {
            process(leveller, frame, Leveller::process);
        }
    }

    /// By how much what comes out lies behind what went in, in samples.
    #[must_use]
    pub fn delay_samples(&self) -> u32 {
        let suppressor = self.suppressor.as_ref().filter(|_| self.suppresses());
        suppressor.and_then(Guarded::stage).map_or(0, Suppressor::delay_samples)
    }
}

/// Runs a stage on a frame, which stays as it was if the stage fails.
fn process<S>(
    stage: &mut Guarded<S>,
    frame: &mut FrameSamples,
    run: impl FnOnce(&mut S, &mut FrameSamples) -> Result<(), sonora::Error>,
) {
    let mut processed = *frame;
    if stage.run(|stage| run(stage, &mut processed)) {
        *frame = processed;
    }
}

#[cfg(test)]
mod tests;
