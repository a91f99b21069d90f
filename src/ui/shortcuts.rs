//! Keys that belong to no panel: Enter and Esc answer an offer; else Enter goes to the chat and Esc closes what is open;
//! F1 and ? show the keys, Ctrl+F the search.

use super::{Stage, UiState, offer};
use crate::face::link::Link;
use bevy::{input::keyboard::Key, prelude::*};

/// Reads the keys.
pub(super) fn watch(
    keys: Res<ButtonInput<KeyCode>>,
    letters: Res<ButtonInput<Key>>,
    stage: Res<Stage>,
    mut link: ResMut<Link>,
    mut state: ResMut<UiState>,
) {
    if link.snapshot().me.is_none() {
        return;
    }
    let question = letters.just_pressed(Key::Character("?".into()));
    if keys.just_pressed(KeyCode::F1) || (question && !stage.typing) {
        state.help = !state.help;
    }
    if keys.just_pressed(KeyCode::KeyF) && keys.any_pressed([KeyCode::ControlLeft, KeyCode::ControlRight]) {
        state.search.show();
    }
    if stage.typing {
        return;
    }
    let enter = !stage.focused && keys.any_just_pressed([KeyCode::Enter, KeyCode::NumpadEnter]);
    let escape = keys.just_pressed(KeyCode::Escape);
    if let Some(answer) = offer::answer(link.snapshot(), enter, escape && !state.has_dialog()) {
        return link.send(answer);
    }
    if enter {
        state.chat.take_focus = true;
    }
    if escape {
        let state = &mut *state;
        (state.help, state.settings_open, state.menu, state.card) = (false, false, None, None);
        (state.quality_open, state.rules_open, state.search.open) = (false, false, false);
    }
}

impl UiState {
    /// Whether something lies over the world that Esc closes first.
    fn has_dialog(&self) -> bool {
        let (card, room) = (self.card.is_some(), self.rooms.new.is_some());
        self.help || self.settings_open || self.rules_open || self.search.open || card || room
    }
}
