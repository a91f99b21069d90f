//! Which size and frame rate a bitrate is enough for.

use super::Setting;
use hallway_protocol::video::Source;
use std::time::Duration;

/// How much more than a step needs there must be before it is taken upwards: else it would be left again at once.
const MORE: f32 = 1.2;
/// How long a step is kept before a larger one is taken: each change of size costs a keyframe. Screens have one size.
const CAMERA_KEPT: Duration = Duration::from_secs(3);
const SCREEN_KEPT: Duration = Duration::from_millis(500);
/// What a link is taken to bear soon when nothing is known of it: pictures begin in the size that suits this, and coarse, for
/// their bitrate begins lower and grows fast. Each change of size would cost a keyframe in the very moment in which least is
/// known.
const EXPECTED: u32 = 300_000;
/// For so long, as long as the bitrate does not fall below what it began with.
const AT_FIRST: Duration = Duration::from_secs(2);

/// Size, pictures in a second, and bits in a second from which on it is the best one.
type Step = ((usize, usize), f32, u32);

/// The largest first. Below 190 kbit/s faces in 480×270 turn into blocks at 30 pictures a second; below 90 kbit/s even the
/// smallest do at 15.
const CAMERA: &[Step] = &[
    ((1280, 720), 30.0, 900_000),
    ((960, 540), 30.0, 650_000),
    ((640, 360), 30.0, 300_000),
    ((480, 270), 30.0, 190_000),
    ((320, 180), 15.0, 90_000),
    ((320, 180), 10.0, 0),
];
/// The frame rate goes before sharpness: text that can't be read is worth nothing.
const SCREEN: &[Step] = &[
    ((1920, 1200), 10.0, 1_000_000),
    ((1920, 1200), 7.0, 700_000),
    ((1920, 1200), 5.0, 400_000),
    ((1920, 1200), 3.0, 200_000),
    ((1920, 1200), 2.0, 0),
];
/// Pictures in a second of the smallest layer: it is for small views, of which there may be many.
const SMALL_RATE: f32 = 15.0;

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug)]
pub(super) struct Ladder {
    steps: Vec<Step>,
    kept: Duration,
    at: Option<usize>,
    changed: Duration,
    /// At the beginning: the bitrate, and when that was.
    first: Option<(u32, Duration)>,
}

impl Ladder {
    /// With the steps that are no larger than this.
    pub(super) fn new(source: Source, largest: (usize, usize)) -> Self {
        let (all, kept) = match source {
            Source::Camera => (CAMERA, CAMERA_KEPT),
            Source::Screen => (SCREEN, SCREEN_KEPT),
        };
        let small = largest.0 <= 320;
        let fitting = all.iter().filter(|((width, _), ..)| *width <= largest.0);
        let steps = fitting.map(|(size, rate, from)| (*size, if small { rate.min(SMALL_RATE) } else { *rate }, *from));
        Self { steps: steps.collect(), kept, at: None, changed: Duration::ZERO, first: None }
    }

    /// The first one watches. With this bitrate it begins without anything being known.
    pub(super) fn begin(&mut self, bitrate: u32, now: Duration) {
        (self.at, self.changed, self.first) =
            (Some(self.enough(bitrate.max(EXPECTED), 1.0)), now, Some((bitrate, now)));
    }

    /// The best step that so many bits a second are enough for, and this many times as many as it needs.
    fn enough(&self, bitrate: u32, factor: f32) -> usize {
        let found = self.steps.iter().position(|(.., from)| bitrate as f32 >= *from as f32 * factor);
        found.unwrap_or(self.steps.len() - 1)
    }

    /// What so many bits a second are enough for.
    pub(super) fn setting(&mut self, bitrate: u32, now: Duration) -> Setting {
        self.first = self.first.filter(|(first, began)| bitrate >= *first && now.saturating_sub(*began) < AT_FIRST);
        let (best, safe) = (self.enough(bitrate, 1.0), self.enough(bitrate, MORE));
        let at = match self.at {
            None => best,
            Some(at) if best > at && self.first.is_none() => best,
            Some(at) if safe < at && now.saturating_sub(self.changed) >= self.kept => safe,
            Some(at) => at,
        };
        if self.at != Some(at) {
            (self.at, self.changed) = (Some(at), now);
        }
        let (most, rate, _) = self.steps[at];
        Setting { bitrate, rate, most }
    }
}
