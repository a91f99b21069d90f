//! Where reading stopped: the line “New since you were here”, kept for each conversation as long as the session.

use crate::net::{
    events::Event,
    snapshot::{ChatLine, ChatLog},
};
use hallway_protocol::{
    chat::{Conversation, FoundPlace},
    ids::MessageId,
};
use std::collections::HashMap;

/// How far each conversation is read.
#[derive(Default)]
pub(super) struct Reading {
    read: HashMap<Conversation, MessageId>,
    /// The conversation that is shown, and after which message the line stands in it.
    shown: Option<(Conversation, Option<MessageId>)>,
    had_focus: bool,
}

impl Reading {
    /// Notes that a conversation is shown; `looked_at` says that its newest line is, and by somebody. Answers after
    /// which message the line stands.
    pub(super) fn show(&mut self, of: Conversation, log: &ChatLog, focus: bool, looked_at: bool) -> Option<MessageId> {
        let comes_back = focus && !self.had_focus;
        self.had_focus = focus;
        if self.shown.is_none_or(|(shown, _)| shown != of) || comes_back {
            self.shown = Some((of, self.read.get(&of).copied()));
        }
        if focus
            && looked_at
            && let Some(newest) = log.lines.iter().rev().find_map(ChatLine::id)
        {
            self.read.insert(of, newest);
        }
        self.shown.and_then(|(_, after)| after)
    }

    /// No conversation is shown.
    pub(super) fn leave(&mut self) {
        self.shown = None;
    }

    /// Whoever writes has read what is there.
    pub(super) fn answer(&mut self) {
        if let Some((_, after)) = &mut self.shown {
            *after = None;
        }
    }

    /// What was missed was read up to the message before the first of it.
    pub(super) fn hear(&mut self, event: &Event) {
        let Event::Missed { messages } = event else { return };
        for message in messages {
            let of = match &message.place {
                FoundPlace::Person { person: Some(person), .. } => Conversation::Person(*person),
                FoundPlace::World => Conversation::World,
                _ => continue,
            };
            let before = MessageId(message.id.0 - 1);
            let read = self.read.entry(of).or_insert(before);
            *read = (*read).min(before);
        }
    }
}

/// The line before which it is written: the first of somebody else's after that message. Nothing in a log that was read
/// to its end, or of which no read line is left.
#[must_use]
pub(super) fn first_new(lines: &[ChatLine], after: Option<MessageId>) -> Option<MessageId> {
    let after = after?;
    lines.iter().find_map(|line| match line {
        ChatLine::Said(message) if message.id > after && !message.marks.mine => Some(message.id),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::chat::{ChatMessage, Marks};

    fn log(ids: std::ops::Range<i64>) -> ChatLog {
        let message = |id| ChatMessage {
            id: MessageId(id),
            from: None,
            from_name: "Ann".to_owned(),
            conversation: Conversation::World,
            to_name: None,
            text: String::new(),
            attachment: None,
            sent_ms: 0,
            marks: Marks { mine: id % 10 == 5, ..Marks::default() },
        };
        ChatLog { lines: ids.map(|id| ChatLine::Said(message(id))).collect(), ..ChatLog::default() }
    }

    #[test]
    fn the_line_stands_where_reading_stopped_until_one_answers() {
        let (mut reading, world, room) =
            (Reading::default(), Conversation::World, Conversation::Room(hallway_protocol::ids::RoomId(1)));
        assert_eq!(reading.show(world, &log(0..5), true, true), None);
        reading.show(room, &log(0..1), true, true);
        let now = log(0..9);
        let after = reading.show(world, &now, true, true);
        // The message of one's own is not new.
        assert_eq!((after, first_new(&now.lines, after)), (Some(MessageId(4)), Some(MessageId(6))));
        assert_eq!(reading.show(world, &log(0..10), true, true), Some(MessageId(4)));
        reading.answer();
        assert_eq!(reading.show(world, &log(0..12), true, true), None);
        // The window was left, and one comes back to it.
        reading.show(world, &log(0..14), false, true);
        assert_eq!(reading.show(world, &log(0..14), true, true), Some(MessageId(11)));
        // Scrolled back, one doesn't see what comes.
        reading.leave();
        reading.show(world, &log(0..20), true, false);
        assert_eq!(reading.read[&world], MessageId(13));
    }
}
