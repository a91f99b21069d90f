//! Walking by keys: as long as one is held the session is told where to, and once that it is not.

use crate::{face::link::Link, net::commands::Command, ui::Stage, world::own::OwnAvatar};
use bevy::{prelude::*, window::PrimaryWindow};
use std::time::Duration;

/// Least time between two words to the session about the same walk.
const EVERY: Duration = Duration::from_millis(16);

const ARROWS: [KeyCode; 4] = [KeyCode::ArrowLeft, KeyCode::ArrowRight, KeyCode::ArrowUp, KeyCode::ArrowDown];

/// What was said last.
#[derive(Default)]
pub(super) struct Said {
    direction: Vec2,
    ago: Duration,
}

/// Reads the keys; the own avatar walks in this same frame.
pub(super) fn steer(
    keys: Res<ButtonInput<KeyCode>>,
    window: Query<&Window, With<PrimaryWindow>>,
    stage: Res<Stage>,
    time: Res<Time<Real>>,
    mut said: Local<Said>,
    mut own: ResMut<OwnAvatar>,
    mut link: ResMut<Link>,
) {
    let counts = !stage.typing && link.snapshot().me.is_some() && window.single().is_ok_and(|window| window.focused);
    // A slider that has the keyboard is moved by the arrows.
    let is_free = |key| !(stage.focused && ARROWS.contains(&key));
    let direction = if counts { direction(|key| keys.pressed(key) && is_free(key)) } else { Vec2::ZERO };
    own.steer = direction;
    said.ago += time.delta();
    let is_new = direction != said.direction;
    let is_due = direction != Vec2::ZERO && said.ago >= EVERY;
    if is_new || is_due {
        *said = Said { direction, ago: Duration::ZERO };
        link.send(Command::Steer { x: direction.x, y: direction.y });
    }
}

/// Where the held keys point: x to the right, y down, no longer than 1.
fn direction(is_down: impl Fn(KeyCode) -> bool) -> Vec2 {
    let axis = |minus: [KeyCode; 2], plus: [KeyCode; 2]| {
        f32::from(i8::from(plus.into_iter().any(&is_down)) - i8::from(minus.into_iter().any(&is_down)))
    };
    let x = axis([KeyCode::KeyA, KeyCode::ArrowLeft], [KeyCode::KeyD, KeyCode::ArrowRight]);
    let y = axis([KeyCode::KeyW, KeyCode::ArrowUp], [KeyCode::KeyS, KeyCode::ArrowDown]);
    Vec2::new(x, y).normalize_or_zero()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_point_where_they_should_and_opposite_ones_cancel() {
        use KeyCode::{ArrowLeft, ArrowUp, KeyA, KeyD, KeyS, KeyW};
        let cases: [(&[KeyCode], Vec2); 6] = [
            (&[], Vec2::ZERO),
            (&[KeyW], Vec2::new(0.0, -1.0)),
            (&[KeyS, KeyD], Vec2::new(1.0, 1.0).normalize()),
            (&[KeyA, KeyD], Vec2::ZERO),
            (&[KeyA, ArrowLeft], Vec2::new(-1.0, 0.0)),
            (&[KeyW, KeyS, ArrowUp], Vec2::ZERO),
        ];
        for (held, expected) in cases {
            assert_eq!(direction(|key| held.contains(&key)), expected, "{held:?}");
        }
    }
}
