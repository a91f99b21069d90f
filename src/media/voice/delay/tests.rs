//! The delay estimator against links of known kinds.

use super::*;
use proptest::prelude::*;

const PACKET: u32 = 960;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Uniform numbers from 0.0 to 1.0, the same each time.
fn uniform() -> impl FnMut() -> f32 {
    let mut state = 1u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    }
}

/// Packets of 20 ms for so long, each `delay_ms(seconds)` on its way.
fn link(seconds: u32, mut delay_ms: impl FnMut(f32) -> f32) -> DelayEstimator {
    let mut estimator = DelayEstimator::default();
    hear(&mut estimator, 0, seconds, &mut delay_ms);
    estimator
}

fn hear(estimator: &mut DelayEstimator, from: u32, seconds: u32, mut delay_ms: impl FnMut(f32) -> f32) {
    for n in from * 50..(from + seconds) * 50 {
        let sent = n as f32 / 50.0;
        let at = Duration::from_secs_f32(sent + 0.03 + delay_ms(sent) / 1000.0);
        // A media clock that wraps on the way.
        estimator.arrived((n * PACKET).wrapping_sub(100 * PACKET), PACKET, at);
    }
}

#[test]
fn an_unknown_link_gets_the_first_target_and_a_perfect_one_soon_the_least() {
    assert_eq!(DelayEstimator::default().target(), FIRST_TARGET);
    let estimator = link(3, |_| 0.0);
    assert!(estimator.target() <= LEAST_TARGET, "{:?}", estimator.target());
    assert!(estimator.jitter() <= ms(2));
}

#[test]
fn the_target_covers_what_varies_evenly() {
    let mut random = uniform();
    let estimator = link(20, |_| 20.0 * random());
    assert!((ms(18)..=ms(22)).contains(&estimator.target()), "{:?}", estimator.target());
    assert!((ms(16)..=ms(22)).contains(&estimator.jitter()), "{:?}", estimator.jitter());
}

#[test]
fn rare_stragglers_are_not_worth_the_delay_and_frequent_ones_are() {
    let every = |nth: u32| {
        let mut n = 0;
        move |_: f32| {
            n += 1;
            if n % nth == 0 { 100.0 } else { 0.0 }
        }
    };
    let (rare, frequent) = (link(30, every(200)), link(30, every(20)));
    assert!(rare.target() < ms(10), "{:?}", rare.target());
    assert!((ms(100)..ms(105)).contains(&frequent.target()), "{:?}", frequent.target());
}

#[test]
fn a_spike_is_followed_at_once_and_forgotten_slowly() {
    let stall = |sent: f32| if (9.0..9.1).contains(&sent) { 1000.0 * (9.1 - sent) } else { 0.0 };
    let mut estimator = link(10, stall);
    let after = estimator.target();
    assert!((ms(60)..ms(90)).contains(&after), "{after:?}");
    hear(&mut estimator, 10, 3, stall);
    assert!(estimator.target() < after - ms(20) && estimator.target() > ms(30), "{:?}", estimator.target());
    hear(&mut estimator, 13, 17, stall);
    assert!(estimator.target() < ms(10), "{:?}", estimator.target());
}

#[test]
fn a_way_that_becomes_longer_for_good_costs_nothing_in_the_end() {
    let longer = |sent: f32| if sent < 10.0 { 0.0 } else { 80.0 };
    let estimator = link(60, longer);
    assert!(estimator.target() < ms(10), "{:?}", estimator.target());
    let at = ticks_at(Duration::from_secs(60) + ms(110));
    let delay = estimator.delay((60 * 50 * PACKET).wrapping_sub(100 * PACKET), at).unwrap();
    assert!(delay.abs() <= 2, "{delay} ticks");
}

#[test]
fn a_sender_whose_clock_jumps_begins_anew() {
    for jump_ms in [5_000.0, -5_000.0] {
        let estimator = link(20, |sent| 6_000.0 + if sent < 10.0 { 0.0 } else { jump_ms });
        assert!(estimator.target() < ms(10), "{jump_ms} ms: {:?}", estimator.target());
    }
}

#[test]
fn clocks_that_drift_are_followed() {
    for ppm in [-1000.0, 1000.0] {
        let estimator = link(600, |sent| sent * ppm / 1000.0 + 700.0);
        assert!(estimator.target() <= ms(8), "{ppm} ppm: {:?}", estimator.target());
    }
}

#[test]
fn what_waited_at_the_sender_says_nothing_about_the_network() {
    let mut estimator = link(10, |_| 0.0);
    let (target, time) = (estimator.target(), |n: u32| (n * PACKET).wrapping_sub(100 * PACKET));
    // A second of sound that was said just before the eleventh second.
    (500..550).for_each(|n| estimator.arrived_from_storage(time(n), ms(11_030)));
    assert_eq!(estimator.target(), target);
    let delay = estimator.delay(time(550), ticks_at(ms(11_030))).unwrap();
    assert!(delay.abs() <= 2, "{delay} ticks");
}

#[test]
fn the_way_is_known_to_be_as_fast_as_the_fastest_packet() {
    let mut estimator = DelayEstimator::default();
    assert_eq!(estimator.delay(0, 48_000), None);
    estimator.arrived(0, PACKET, ms(1000));
    estimator.arrived(PACKET, PACKET, ms(1010));
    // The second came 10 ms faster.
    assert_eq!(estimator.delay(PACKET, ticks_at(ms(1010))), Some(0));
    assert_eq!(estimator.delay(0, ticks_at(ms(1000))), Some(10 * TICKS_PER_MS));
    assert_eq!(estimator.delay(2 * PACKET, ticks_at(ms(1060))), Some(30 * TICKS_PER_MS));
}

proptest! {
    #[test]
    fn the_target_is_always_within_bounds(arrivals in prop::collection::vec((any::<u32>(), 0u32..6000, 0u64..5000), 1..300)) {
        let mut estimator = DelayEstimator::default();
        let mut now = Duration::ZERO;
        for (media_time, duration, wait) in arrivals {
            now += ms(wait);
            estimator.arrived(media_time, duration, now);
            prop_assert!((LEAST_TARGET..=LARGEST_TARGET).contains(&estimator.target()));
            prop_assert!(estimator.jitter() <= LARGEST_TARGET);
        }
    }
}
