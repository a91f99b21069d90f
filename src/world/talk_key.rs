//! The talk key. What counts is its state at each frame, not presses and releases: a lost key-up, a lost focus or a
//! hidden window all look like a key that is up. Which of two presses make a double press is the session's to say.

use crate::{
    face::link::Link,
    net::{
        commands::Command,
        snapshot::{ConnectionState, TalkState},
    },
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
    /// It went down since the last frame, though it may be up again: frames can be longer than a tap.
    pub tapped: bool,
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
    /// Talk is locked on, whatever the key.
    pub locked: bool,
}

/// What the key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To talk.
    Press,
    /// That the key no longer asks to talk.
    Release,
    /// That all talk ends, locked on or not: nobody sits at this window.
    Stop,
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
    /// Takes a frame's sight in and answers what follows from it, in this order.
    pub fn look(&mut self, sight: Sight) -> Vec<Wish> {
        let is_watched = sight.focused && sight.visible && sight.connected;
        let may_talk = is_watched && !sight.typing && !sight.modified;
        let rest = if sight.down { Self::Spent } else { Self::Up };
        let (next, wishes) = match *self {
            // Said again until the lock is seen to be off: it may have been on its way.
            Self::Talking if !is_watched => (rest, vec![Wish::Stop]),
            _ if !is_watched && sight.locked => (rest, vec![Wish::Stop]),
            Self::Talking if !sight.down || sight.typing => (rest, vec![Wish::Release]),
            Self::Talking if sight.tapped => (Self::Talking, vec![Wish::Release, Wish::Press]),
            Self::Up if sight.down && may_talk => (Self::Talking, vec![Wish::Press]),
            Self::Up if sight.tapped && may_talk => (rest, vec![Wish::Press, Wish::Release]),
            Self::Talking => (Self::Talking, Vec::new()),
            Self::Up | Self::Spent => (rest, Vec::new()),
        };
        *self = next;
        wishes
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
    let snapshot = link.snapshot();
    let sight = Sight {
        down: keys.pressed(KEY),
        tapped: keys.just_pressed(KEY),
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
        connected: snapshot.connection == ConnectionState::Connected,
        locked: matches!(
            snapshot.talk,
            TalkState::Queued { locked: true, .. } | TalkState::Talking { locked: true, .. }
        ),
    };
    for wish in key.look(sight) {
        link.send(match wish {
            Wish::Press => Command::PressTalk,
            Wish::Release => Command::ReleaseTalk,
            Wish::Stop => Command::StopTalk,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: Sight = Sight {
        down: false,
        tapped: false,
        modified: false,
        focused: true,
        visible: true,
        typing: false,
        connected: true,
        locked: false,
    };
    const DOWN: Sight = Sight { down: true, ..UP };
    const TAP: Sight = Sight { tapped: true, ..UP };
    const AWAY: Sight = Sight { focused: false, ..UP };

    fn wishes(sights: &[Sight]) -> Vec<Vec<Wish>> {
        let mut key = TalkKey::default();
        sights.iter().map(|sight| key.look(*sight)).collect()
    }

    /// All wishes in a row, without telling the frames apart.
    fn told(sights: &[Sight]) -> Vec<Wish> {
        wishes(sights).concat()
    }

    #[test]
    fn holding_talks_once_and_letting_go_stops_once() {
        let went_down = Sight { tapped: true, ..DOWN };
        assert_eq!(
            wishes(&[UP, went_down, DOWN, DOWN, UP, UP]),
            [vec![], vec![Wish::Press], vec![], vec![], vec![Wish::Release], vec![]]
        );
    }

    #[test]
    fn whatever_takes_the_person_away_stops_all_talk_and_the_key_must_go_up_before_it_talks_again() {
        let away =
            [Sight { focused: false, ..DOWN }, Sight { visible: false, ..DOWN }, Sight { connected: false, ..DOWN }];
        for cut in away {
            assert_eq!(told(&[DOWN, cut, cut, DOWN, UP, DOWN]), [Wish::Press, Wish::Stop, Wish::Press], "{cut:?}");
        }
        let typing = Sight { typing: true, ..DOWN };
        assert_eq!(told(&[DOWN, typing, typing, DOWN, UP, DOWN]), [Wish::Press, Wish::Release, Wish::Press]);
    }

    #[test]
    fn a_lost_key_up_looks_like_a_key_that_is_up() {
        assert_eq!(told(&[DOWN, AWAY, UP, DOWN]), [Wish::Press, Wish::Stop, Wish::Press]);
    }

    #[test]
    fn a_locked_turn_is_stopped_until_that_is_seen_though_the_key_is_up() {
        let locked = Sight { locked: true, ..UP };
        let locked_away = Sight { locked: true, ..AWAY };
        assert_eq!(
            wishes(&[locked, locked_away, locked_away, AWAY]),
            [vec![], vec![Wish::Stop], vec![Wish::Stop], vec![]]
        );
        let writing = Sight { typing: true, ..locked };
        assert!(told(&[writing]).is_empty(), "one may write while talk is locked on");
    }

    #[test]
    fn taps_shorter_than_a_frame_are_not_lost() {
        assert_eq!(told(&[TAP, TAP]), [Wish::Press, Wish::Release, Wish::Press, Wish::Release]);
        let again = Sight { tapped: true, ..DOWN };
        assert_eq!(told(&[DOWN, again, UP]), [Wish::Press, Wish::Release, Wish::Press, Wish::Release]);
        let typed = Sight { typing: true, ..TAP };
        assert!(told(&[typed, Sight { tapped: true, ..AWAY }]).is_empty());
    }

    #[test]
    fn typed_and_modified_letters_do_not_talk() {
        let typing = Sight { typing: true, ..DOWN };
        let pasting = Sight { modified: true, ..DOWN };
        assert!(told(&[typing, DOWN, UP, pasting, DOWN, UP]).is_empty());
    }

    #[test]
    fn another_key_during_a_turn_changes_nothing() {
        let shifted = Sight { modified: true, ..DOWN };
        assert_eq!(told(&[DOWN, shifted, DOWN]), [Wish::Press]);
    }
}
