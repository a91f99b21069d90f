//! The talk key. What counts is its state at each frame, not presses and releases: a lost key-up, a lost focus or a
//! hidden window all look like a key that is up.

use crate::{
    face::link::Link,
    net::{commands::Command, snapshot::ConnectionState},
    ui::Stage,
};
use bevy::{
    prelude::*,
    window::{PrimaryWindow, WindowOccluded},
};

/// The key that is held to talk.
const KEY: KeyCode = KeyCode::KeyV;

/// What is known about the key and the window in one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The key is down.
    pub down: bool,
    /// A key is down that makes another thing of it, such as Ctrl.
    pub modified: bool,
    /// The window has the keyboard.
    pub focused: bool,
    /// The window can be seen.
    pub visible: bool,
    /// A text field has the keyboard.
    pub typing: bool,
    /// There is a world to talk in.
    pub connected: bool,
}

/// What the key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To talk.
    Press,
    /// To stop.
    Release,
}

/// The key's state.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TalkKey {
    /// It is up.
    #[default]
    Up,
    /// It is down, and talks.
    Talking,
    /// It is down, but does not talk before it was up again: it went down where it did not count, or was cut off.
    Spent,
}

impl TalkKey {
    /// Takes a frame's sight in and answers what follows from it.
    pub fn look(&mut self, sight: Sight) -> Option<Wish> {
        let counts = sight.focused && sight.visible && !sight.typing && sight.connected;
        let (next, wish) = match (*self, sight.down) {
            (Self::Talking, false) => (Self::Up, Some(Wish::Release)),
            (Self::Talking, true) if !counts => (Self::Spent, Some(Wish::Release)),
            (Self::Up, true) if counts && !sight.modified => (Self::Talking, Some(Wish::Press)),
            (Self::Up, true) => (Self::Spent, None),
            (Self::Spent, false) => (Self::Up, None),
            (same, _) => (same, None),
        };
        *self = next;
        wish
    }
}

/// Reads the key, and tells the session.
pub(super) fn watch(
    keys: Res<ButtonInput<KeyCode>>,
    window: Query<&Window, With<PrimaryWindow>>,
    mut occlusions: MessageReader<WindowOccluded>,
    mut occluded: Local<bool>,
    stage: Res<Stage>,
    mut key: ResMut<TalkKey>,
    mut link: ResMut<Link>,
) {
    if let Some(last) = occlusions.read().last() {
        *occluded = last.occluded;
    }
    let window = window.single().ok();
    let sight = Sight {
        down: keys.pressed(KEY),
        modified: keys.any_pressed([
            KeyCode::ControlLeft,
            KeyCode::ControlRight,
            KeyCode::AltLeft,
            KeyCode::SuperLeft,
            KeyCode::SuperRight,
        ]),
        focused: window.is_some_and(|window| window.focused),
        visible: window.is_some_and(|window| window.visible && window.physical_width() > 0) && !*occluded,
        typing: stage.typing,
        connected: link.snapshot().connection == ConnectionState::Connected,
    };
    match key.look(sight) {
        Some(Wish::Press) => link.send(Command::PressTalk),
        Some(Wish::Release) => link.send(Command::ReleaseTalk),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: Sight =
        Sight { down: false, modified: false, focused: true, visible: true, typing: false, connected: true };
    const DOWN: Sight = Sight { down: true, ..UP };

    fn wishes(sights: &[Sight]) -> Vec<Option<Wish>> {
        let mut key = TalkKey::default();
        sights.iter().map(|sight| key.look(*sight)).collect()
    }

    #[test]
    fn holding_talks_once_and_letting_go_stops_once() {
        assert_eq!(
            wishes(&[UP, DOWN, DOWN, DOWN, UP, UP]),
            [None, Some(Wish::Press), None, None, Some(Wish::Release), None]
        );
    }

    #[test]
    fn whatever_hides_the_key_stops_and_it_must_go_up_before_it_talks_again() {
        let hidden = [
            Sight { focused: false, ..DOWN },
            Sight { visible: false, ..DOWN },
            Sight { typing: true, ..DOWN },
            Sight { connected: false, ..DOWN },
        ];
        for cut in hidden {
            assert_eq!(
                wishes(&[DOWN, cut, cut, DOWN, UP, DOWN]),
                [Some(Wish::Press), Some(Wish::Release), None, None, None, Some(Wish::Press)],
                "{cut:?}"
            );
        }
    }

    #[test]
    fn a_lost_key_up_looks_like_a_key_that_is_up() {
        let away = Sight { focused: false, ..UP };
        assert_eq!(wishes(&[DOWN, away, UP, DOWN]), [Some(Wish::Press), Some(Wish::Release), None, Some(Wish::Press)]);
    }

    #[test]
    fn typed_and_modified_letters_do_not_talk() {
        let typing = Sight { typing: true, ..DOWN };
        let pasting = Sight { modified: true, ..DOWN };
        assert_eq!(wishes(&[typing, DOWN, UP, pasting, DOWN, UP]), [None; 6]);
    }

    #[test]
    fn another_key_during_a_turn_changes_nothing() {
        let shifted = Sight { modified: true, ..DOWN };
        assert_eq!(wishes(&[DOWN, shifted, DOWN]), [Some(Wish::Press), None, None]);
    }
}
