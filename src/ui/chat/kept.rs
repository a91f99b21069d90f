//! The line over a conversation that tells how long it is kept, where that is not for good.

use crate::ui::theme;
use bevy_egui::egui::{Label, Ui};
use hallway_protocol::{
    chat::Conversation,
    keeping::{Keep, Keeping},
};

/// Shows the line, if there is something to tell.
pub(super) fn line(ui: &mut Ui, of: Conversation, keeping: Keeping) {
    if let Some(sentence) = sentence(of, keeping) {
        ui.add(Label::new(theme::small(sentence)).wrap());
        ui.add_space(2.0);
    }
}

fn sentence(of: Conversation, keeping: Keeping) -> Option<String> {
    let keep = match of {
        Conversation::World => Some(keeping.world),
        Conversation::Room(_) => Some(keeping.rooms),
        Conversation::Person(_) => keeping.private,
    };
    match keep {
        None => Some("This server keeps no private messages: only who is here reads them.".to_owned()),
        Some(Keep::Forever) => None,
        Some(Keep::Hours(hours)) => Some(format!("Messages here are kept for {}.", span(hours))),
    }
}

fn span(hours: u32) -> String {
    match (hours / 24, hours % 24) {
        (0, 1) => "an hour".to_owned(),
        (1, 0) => "a day".to_owned(),
        (days, 0) => format!("{days} days"),
        _ => format!("{hours} hours"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::ids::{PersonId, RoomId};

    #[test]
    fn what_is_kept_for_good_needs_no_word() {
        let keeping = Keeping { world: Keep::Hours(90 * 24), rooms: Keep::Hours(36), private: None };
        let told = |of| sentence(of, keeping).unwrap_or_default();
        assert_eq!(told(Conversation::World), "Messages here are kept for 90 days.");
        assert_eq!(told(Conversation::Room(RoomId(1))), "Messages here are kept for 36 hours.");
        assert!(told(Conversation::Person(PersonId(1))).starts_with("This server keeps no private messages"));
        assert_eq!(sentence(Conversation::World, Keeping::default()), None);
        assert_eq!((span(1), span(24), span(48)), ("an hour".into(), "a day".into(), "2 days".into()));
    }
}
