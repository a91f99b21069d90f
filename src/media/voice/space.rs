//! Where a speaker is heard from: how loud in each ear, by the places of listener and speaker.
//!
//! Voices near by are all equally loud, and across a room nobody is hard to follow: the fall-off tells near from far, it
//! does not keep people from being heard. (Realistic fall-off is what people complain of in other spatial chats.)

use hallway_protocol::map::Point;
use std::f32::consts::{FRAC_PI_4, SQRT_2};

/// Up to this distance a voice has its full loudness, in tiles: a conversation at a table.
pub const NEAR_TILES: f32 = 3.0;
/// From this distance on a voice gets no softer, in tiles: across a room.
pub const FAR_TILES: f32 = 15.0;
/// Gain from [`FAR_TILES`] on: -9 dB, as loud as half to the ear and plainly understood.
pub const FAR_GAIN: f32 = 0.355;
/// How far to one side a voice goes at most: 0.0 is not at all, 1.0 all into one ear, which is tiring and lost on who
/// wears one earphone. At 0.7 the farther ear is 12 dB softer.
const LARGEST_PAN: f32 = 0.7;
/// At this distance sideways a voice has gone 0.7 of the way to the largest pan, in tiles. Steps of a tile beside the
/// listener then move it only a little.
const PAN_TILES: f32 = 6.0;

/// Gains of one voice for the two ears: 1.0 in both is a voice as it came, right in front.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ears {
    /// For the left ear.
    pub left: f32,
    /// For the right ear.
    pub right: f32,
}

impl Ears {
    /// From nowhere in particular: calls, cues, and speakers whose place does not matter.
    pub const CENTRE: Self = Self { left: 1.0, right: 1.0 };
}

impl Default for Ears {
    fn default() -> Self {
        Self::CENTRE
    }
}

/// How a speaker is heard by a listener. Both look up the map, so right of the listener is right. Places that are no
/// numbers are heard from the centre.
#[must_use]
pub fn heard_from(listener: Point, speaker: Point) -> Ears {
    let (dx, dy) = (speaker.x - listener.x, speaker.y - listener.y);
    let distance = dx.hypot(dy);
    if !distance.is_finite() {
        return Ears::CENTRE;
    }
    let gain = loudness(distance);
    let pan = LARGEST_PAN * dx / distance.hypot(PAN_TILES);
    // Constant power: the squares of both gains always add up to the same.
    let angle = (1.0 + pan) * FRAC_PI_4;
    Ears { left: gain * SQRT_2 * angle.cos(), right: gain * SQRT_2 * angle.sin() }
}

/// Falls evenly in decibels between near and far.
fn loudness(distance: f32) -> f32 {
    let share = ((distance - NEAR_TILES) / (FAR_TILES - NEAR_TILES)).clamp(0.0, 1.0);
    FAR_GAIN.powf(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HERE: Point = Point { x: 20.0, y: 20.0 };

    fn from(dx: f32, dy: f32) -> Ears {
        heard_from(HERE, Point { x: HERE.x + dx, y: HERE.y + dy })
    }

    fn power(ears: Ears) -> f32 {
        (ears.left.powi(2) + ears.right.powi(2)) / 2.0
    }

    fn is_close(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-4
    }

    #[test]
    fn near_voices_have_full_loudness_and_are_about_in_the_middle() {
        for (dx, dy) in [(0.0, 0.0), (0.0, 2.9), (2.0, 0.0), (-1.5, 1.5)] {
            let ears = from(dx, dy);
            assert!(is_close(power(ears), 1.0), "{dx}, {dy}: {ears:?}");
            let sides_db = 20.0 * (ears.left / ears.right).log10();
            assert!(sides_db.abs() < 3.5, "{dx}, {dy}: {sides_db} dB");
        }
        assert!(is_close(from(0.0, 0.0).left, 1.0));
    }

    #[test]
    fn far_voices_are_softer_but_never_lost() {
        let across = from(0.0, 10.0);
        assert!(is_close(across.left, across.right) && across.left > 0.5 && across.left < 0.65, "{across:?}");
        assert!(is_close(power(from(30.0, 40.0)), FAR_GAIN.powi(2)));
    }

    #[test]
    fn what_stands_right_is_heard_right() {
        let (right, left) = (from(8.0, 1.0), from(-8.0, 1.0));
        assert!(right.right > 1.5 * right.left);
        assert!(is_close(right.right, left.left) && is_close(right.left, left.right));
    }

    #[test]
    fn a_place_that_is_no_place_is_heard_from_the_centre() {
        assert_eq!(from(f32::NAN, 0.0), Ears::CENTRE);
        assert_eq!(from(f32::INFINITY, 1.0), Ears::CENTRE);
    }

    proptest! {
        #[test]
        fn both_ears_always_hear_and_going_away_never_makes_louder(dx in -300.0f32..300.0, dy in -300.0f32..300.0) {
            let (near, far) = (from(dx, dy), from(dx * 1.1, dy * 1.1));
            prop_assert!(near.left.min(near.right) > 0.2 * near.left.max(near.right), "{near:?}");
            prop_assert!(power(far) <= power(near) + 1e-4);
            prop_assert!(power(near) >= FAR_GAIN.powi(2) - 1e-4 && power(near) <= 1.0 + 1e-4);
        }

        #[test]
        fn a_step_is_no_jump(dx in -30.0f32..30.0, dy in -30.0f32..30.0) {
            let (here, there) = (from(dx, dy), from(dx + 0.1, dy));
            prop_assert!((here.left - there.left).abs() < 0.03 && (here.right - there.right).abs() < 0.03);
        }
    }
}
