//! Which layer suits the own link: a smaller one when the one that is watched keeps coming badly, and the larger one again,
//! carefully, when all is well.
//!
//! The sender reacts to reports first, within two seconds, for everybody who watches the layer. What is still bad after that is
//! the own link's fault; and where the others' links bear more, the sender says so, for only it knows.

use super::arrivals::Arrived;
use hallway_protocol::video::{Layer, Source};
use std::time::Duration;

/// Share of packets lost that makes an interval a bad one.
const BAD_LOSS: f32 = 0.1;
/// Queue that makes it a bad one.
const BAD_QUEUE: Duration = Duration::from_millis(300);
/// Share of packets lost up to which it is a good one.
const GOOD_LOSS: f32 = 0.02;
/// Queue up to which it is a good one.
const GOOD_QUEUE: Duration = Duration::from_millis(60);
/// How long it is bad in one go before a smaller layer is preferred: the sender's two seconds and one for their effect.
const BAD_FOR: Duration = Duration::from_secs(3);
/// How long it is bad with the smallest layer before it is called too poor.
const TOO_POOR_FOR: Duration = Duration::from_secs(6);
/// How long it is good in one go before it is no longer called too poor.
const BETTER_FOR: Duration = Duration::from_secs(3);
/// How long it is good before the larger layer is tried again. Each change of a screen's costs its first picture.
const CAMERA_GOOD_FOR: Duration = Duration::from_secs(10);
const SCREEN_GOOD_FOR: Duration = Duration::from_secs(60);
/// After a try that failed the next one comes later, up to so many times as long.
const LONGEST: u32 = 8;
/// A larger layer that turns bad within so long was a try that failed.
const TRIED_FOR: Duration = Duration::from_secs(20);

/// What would be better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// This layer.
    Layer(Layer),
    /// Nothing: the link is too poor even for the smallest, or no longer.
    TooPoor(bool),
}

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug)]
pub(super) struct Preference {
    source: Source,
    watched: Option<Layer>,
    /// The layers that were given up for the link, the last one last.
    given_up: Vec<Layer>,
    bad_since: Option<Duration>,
    good_since: Option<Duration>,
    good_for: Duration,
    raised: Option<Duration>,
    too_poor: bool,
    /// What was wished for last, and is not watched yet.
    wished: Option<Layer>,
}

impl Preference {
    /// For pictures of such a source, which nobody watches yet.
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            watched: None,
            given_up: Vec::new(),
            bad_since: None,
            good_since: None,
            good_for: usually(source),
            raised: None,
            too_poor: false,
            wished: None,
        }
    }

    /// This layer is asked for now, whoever decided it.
    pub(super) fn watches(&mut self, layer: Layer, now: Duration) {
        if self.watched == Some(layer) {
            return;
        }
        if self.wished != Some(layer) {
            // Somebody else's decision: a window became larger or smaller.
            self.given_up.clear();
        }
        self.raised = self.watched.is_some_and(|before| layer > before).then_some(now);
        self.watched = Some(layer);
        (self.wished, self.bad_since, self.good_since) = (None, None, None);
    }

    /// Judges an interval that ended at `now`.
    pub(super) fn judge(&mut self, arrived: &Arrived, shown: u16, now: Duration) -> Option<Wish> {
        let watched = self.watched?;
        if arrived.expected == 0 {
            // A camera that is shut, a screen that stands still, or an outage, which no layer fits.
            self.bad_since = self.bad_since.filter(|_| shown == 0);
            return None;
        }
        let loss = f32::from(arrived.lost) / f32::from(arrived.expected);
        // A picture of a screen may take seconds to come.
        let is_seen = shown > 0 || self.source == Source::Screen;
        let bad = loss >= BAD_LOSS || arrived.queue >= BAD_QUEUE || !is_seen;
        let good = loss <= GOOD_LOSS && arrived.queue <= GOOD_QUEUE && is_seen;
        self.bad_since = bad.then_some(self.bad_since.unwrap_or(now));
        self.good_since = good.then_some(self.good_since.unwrap_or(now));
        let lasted =
            |since: Option<Duration>, long: Duration| since.is_some_and(|since| now.saturating_sub(since) >= long);
        if self.too_poor && lasted(self.good_since, BETTER_FOR) {
            self.too_poor = false;
            return Some(Wish::TooPoor(false));
        }
        // Of a screen the smaller layer is no smaller than the larger one becomes.
        if lasted(self.bad_since, BAD_FOR) && self.source == Source::Camera && watched > Layer::Small {
            return self.lower(watched, false, now);
        }
        if lasted(self.bad_since, TOO_POOR_FOR) && !self.too_poor {
            self.too_poor = true;
            return Some(Wish::TooPoor(true));
        }
        if lasted(self.good_since, self.good_for) {
            return self.raise(now);
        }
        None
    }

    /// The sender says that this layer is too much for the own link.
    pub(super) fn step_down(&mut self, from: Layer, now: Duration) -> Option<Wish> {
        let has_smaller = from > self.source.layers()[0];
        if self.watched == Some(from) && has_smaller { self.lower(from, true, now) } else { None }
    }

    /// Wishes for the layer below; it is certain, or the own judgement, that the larger one is too much.
    fn lower(&mut self, watched: Layer, is_certain: bool, now: Duration) -> Option<Wish> {
        self.bad_since = Some(now);
        let layer = Layer::ALL[watched.index().checked_sub(1)?];
        if self.wished != Some(layer) {
            let failed = is_certain || self.raised.is_some_and(|raised| now.saturating_sub(raised) < TRIED_FOR);
            let usual = usually(self.source);
            self.good_for = if failed { (2 * self.good_for).min(LONGEST * usual) } else { usual };
            self.given_up.push(watched);
        }
        self.wished = Some(layer);
        Some(Wish::Layer(layer))
    }

    fn raise(&mut self, now: Duration) -> Option<Wish> {
        self.good_since = Some(now);
        let layer = self.given_up.pop()?;
        self.wished = Some(layer);
        Some(Wish::Layer(layer))
    }
}

/// How long it is good before the larger layer is tried for the first time.
fn usually(source: Source) -> Duration {
    match source {
        Source::Camera => CAMERA_GOOD_FOR,
        Source::Screen => SCREEN_GOOD_FOR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(500);

    /// A link, and a session that does what is wished.
    struct Link {
        preference: Preference,
        now: Duration,
    }

    impl Link {
        fn new(layer: Layer) -> Self {
            let mut preference = Preference::new(Source::Camera);
            preference.watches(layer, Duration::ZERO);
            Self { preference, now: Duration::ZERO }
        }

        /// Goes on for so many seconds with so much loss and queue, and tells what was wished, and after how many seconds.
        fn seconds(&mut self, seconds: u32, lost: u16, queue_ms: u64) -> Vec<(u64, Wish)> {
            let from = self.now;
            let mut wishes = Vec::new();
            for _ in 0..2 * seconds {
                self.now += STEP;
                let queue = Duration::from_millis(queue_ms);
                let arrived = Arrived { expected: 100, lost, bytes: 10_000, busy: STEP, queue };
                if let Some(wish) = self.preference.judge(&arrived, 10, self.now) {
                    wishes.push(((self.now - from).as_secs(), wish));
                    if let Wish::Layer(layer) = wish {
                        self.preference.watches(layer, self.now);
                    }
                }
            }
            wishes
        }
    }

    #[test]
    fn a_link_that_stays_bad_gets_smaller_layers_and_is_called_too_poor_at_last() {
        let mut link = Link::new(Layer::Large);
        let wishes = link.seconds(20, 0, 400);
        assert_eq!(
            wishes,
            [(3, Wish::Layer(Layer::Medium)), (7, Wish::Layer(Layer::Small)), (13, Wish::TooPoor(true))]
        );
        assert_eq!(link.seconds(5, 0, 0), [(3, Wish::TooPoor(false))]);
        assert_eq!(link.seconds(30, 0, 0), [(5, Wish::Layer(Layer::Medium)), (16, Wish::Layer(Layer::Large))]);
    }

    #[test]
    fn two_bad_seconds_are_the_senders_to_repair() {
        let mut link = Link::new(Layer::Medium);
        for _ in 0..10 {
            assert_eq!(link.seconds(2, 30, 0), []);
            assert_eq!(link.seconds(1, 0, 0), []);
        }
    }

    #[test]
    fn a_try_that_fails_makes_the_next_one_come_later() {
        let mut link = Link::new(Layer::Medium);
        let mut tries = Vec::new();
        for _ in 0..4 {
            assert_eq!(link.seconds(4, 20, 0).len(), 1);
            let wishes = link.seconds(100, 0, 0);
            tries.push(wishes[0].0);
        }
        assert_eq!(tries[0], 10);
        let mut link = Link::new(Layer::Medium);
        link.seconds(4, 20, 0);
        assert_eq!(link.seconds(11, 0, 0), [(10, Wish::Layer(Layer::Medium))]);
        link.seconds(4, 20, 0);
        assert_eq!(link.seconds(21, 0, 0), [(20, Wish::Layer(Layer::Medium))]);
    }

    #[test]
    fn the_senders_word_counts_once_and_as_a_try_that_failed() {
        let mut link = Link::new(Layer::Large);
        assert_eq!(link.preference.step_down(Layer::Medium, link.now), None, "that is not watched");
        for _ in 0..3 {
            assert_eq!(link.preference.step_down(Layer::Large, link.now), Some(Wish::Layer(Layer::Medium)));
        }
        link.preference.watches(Layer::Medium, link.now);
        assert_eq!(link.seconds(21, 0, 0), [(20, Wish::Layer(Layer::Large))]);
        assert_eq!(link.preference.step_down(Layer::Large, link.now), Some(Wish::Layer(Layer::Medium)));
        link.preference.watches(Layer::Medium, link.now);
        assert_eq!(link.seconds(41, 0, 0), [(40, Wish::Layer(Layer::Large))]);
        let mut link = Link::new(Layer::Small);
        assert_eq!(link.preference.step_down(Layer::Small, link.now), None, "there is no smaller one");
    }

    #[test]
    fn a_screen_is_watched_slower_at_the_senders_word_only() {
        let mut link = Link::new(Layer::Large);
        link.preference = Preference::new(Source::Screen);
        link.preference.watches(Layer::Large, link.now);
        assert_eq!(link.seconds(5, 0, 400), [], "the sender mends that in the same layer");
        assert_eq!(link.preference.step_down(Layer::Large, link.now), Some(Wish::Layer(Layer::Medium)));
        link.preference.watches(Layer::Medium, link.now);
        assert_eq!(link.preference.step_down(Layer::Medium, link.now), None);
        assert_eq!(link.seconds(121, 0, 0), [(120, Wish::Layer(Layer::Large))]);
    }

    #[test]
    fn nothing_larger_is_wished_than_what_was_watched() {
        let mut link = Link::new(Layer::Medium);
        assert_eq!(link.seconds(100, 0, 0), []);
        link.seconds(4, 20, 0);
        link.preference.watches(Layer::Medium, link.now);
        link.preference.watches(Layer::Small, link.now);
        assert_eq!(link.seconds(100, 0, 0), [], "the window is small now");
    }
}
