//! What happens to the lines of one conversation: pending ones are stored or fail, pages of history fall into place.

use crate::net::snapshot::{ChatLine, ChatLog};
use hallway_protocol::{
    chat::{ChatMessage, MessageChange},
    ids::{MessageId, RequestId},
};

/// Lines kept of a conversation.
pub const LOG_LINES: usize = 500;

impl ChatLog {
    /// Adds an own message that is on its way.
    pub fn add_pending(&mut self, request: RequestId, text: String) {
        self.push(ChatLine::Pending { request, text });
    }

    /// Adds something that happened here.
    pub fn add_notice(&mut self, text: String, at_ms: i64) {
        self.push(ChatLine::Notice { text, at_ms });
    }

    /// Takes a message as the server stored it, in place of the pending line that it answers.
    pub fn add_said(&mut self, message: ChatMessage, answers: Option<RequestId>) {
        self.lines.retain(|line| answers.is_none() || line.request() != answers);
        insert(&mut self.lines, message);
        self.cut();
    }

    /// Takes a page of history. `whole` says that the server has nothing older.
    pub fn add_page(&mut self, messages: Vec<ChatMessage>, whole: bool) {
        for message in messages {
            insert(&mut self.lines, message);
        }
        self.complete |= whole;
        self.cut();
    }

    /// Marks an own message as refused.
    pub fn fail(&mut self, request: RequestId, why: &str) {
        for line in &mut self.lines {
            if line.request() == Some(request) {
                line.fail(why);
            }
        }
    }

    /// Marks every message that is on its way as lost. Whether there was one.
    pub fn fail_pending(&mut self, why: &str) -> bool {
        let pending = self.lines.iter_mut().filter(|line| matches!(line, ChatLine::Pending { .. }));
        pending.map(|line| line.fail(why)).count() > 0
    }

    fn push(&mut self, line: ChatLine) {
        self.lines.push(line);
        self.cut();
    }

    /// The stored messages that are here, some of them twice.
    pub fn said(&self) -> impl Iterator<Item = &ChatMessage> {
        let window = self.window.iter().flat_map(|window| &window.lines);
        self.lines.iter().chain(window).filter_map(|line| match line {
            ChatLine::Said(message) => Some(message),
            _ => None,
        })
    }

    /// The same, to change them.
    pub fn said_mut(&mut self) -> impl Iterator<Item = &mut ChatMessage> {
        let window = self.window.iter_mut().flat_map(|window| &mut window.lines);
        self.lines.iter_mut().chain(window).filter_map(|line| match line {
            ChatLine::Said(message) => Some(message),
            _ => None,
        })
    }

    /// Whether a line is this message, or answers it.
    #[must_use]
    pub fn has(&self, id: MessageId) -> bool {
        let answers = |message: &ChatMessage| message.marks.reply_to.as_ref().is_some_and(|quote| quote.id == id);
        self.said().any(|message| message.id == id || answers(message))
    }

    /// Takes over what became of a message.
    pub fn take_change(&mut self, id: MessageId, change: &MessageChange) {
        self.said_mut().for_each(|message| message.take_change(id, change));
    }

    fn cut(&mut self) {
        let surplus = self.lines.len().saturating_sub(LOG_LINES);
        if surplus > 0 {
            self.lines.drain(..surplus);
            self.complete = false;
        }
    }
}

/// Puts a message among the stored ones by its id; one that is there already is taken as it is now. Lines without an
/// id stay between those they were between.
pub(super) fn insert(lines: &mut Vec<ChatLine>, message: ChatMessage) {
    let pending_at_end = lines.iter().rev().take_while(|line| matches!(line, ChatLine::Pending { .. })).count();
    let place = lines.iter().rposition(|line| line.id().is_some_and(|id| id <= message.id));
    let place = match place {
        Some(same) if lines[same].id() == Some(message.id) => {
            lines[same] = ChatLine::Said(message);
            return;
        }
        Some(before) if lines[before + 1..].iter().any(|line| line.id().is_some()) => before + 1,
        // The newest of all: after notices, but before what is still on its way.
        Some(_) => lines.len() - pending_at_end,
        // Older than all, or the first: before the others, after what led to it.
        None => match lines.iter().position(|line| line.id().is_some()) {
            Some(first) => first,
            None => lines.len() - pending_at_end,
        },
    };
    lines.insert(place, ChatLine::Said(message));
}

impl ChatLine {
    fn request(&self) -> Option<RequestId> {
        match self {
            Self::Pending { request, .. } | Self::Failed { request, .. } => Some(*request),
            Self::Said(_) | Self::Notice { .. } => None,
        }
    }

    fn fail(&mut self, why: &str) {
        if let Self::Pending { request, text } = self {
            *self = Self::Failed { request: *request, text: std::mem::take(text), reason: why.to_owned() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::{chat::Conversation, ids::MessageId};
    use proptest::prelude::*;

    fn message(id: i64) -> ChatMessage {
        ChatMessage {
            id: MessageId(id),
            from: None,
            from_name: "Ann".to_owned(),
            conversation: Conversation::World,
            to_name: None,
            text: id.to_string(),
            attachment: None,
            sent_ms: id,
            marks: hallway_protocol::chat::Marks::default(),
        }
    }

    /// The log in short: numbers are stored messages, `p` pending, `f` failed, `n` notices.
    fn short(log: &ChatLog) -> String {
        let word = |line: &ChatLine| match line {
            ChatLine::Said(message) => message.text.clone(),
            ChatLine::Pending { .. } => "p".to_owned(),
            ChatLine::Failed { .. } => "f".to_owned(),
            ChatLine::Notice { .. } => "n".to_owned(),
        };
        log.lines.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_pending_line_becomes_the_stored_message() {
        let mut log = ChatLog::default();
        log.add_said(message(3), None);
        log.add_pending(RequestId(1), "a".to_owned());
        log.add_pending(RequestId(2), "b".to_owned());
        log.add_said(message(4), None);
        assert_eq!(short(&log), "3 4 p p");
        log.add_said(message(5), Some(RequestId(1)));
        assert_eq!(short(&log), "3 4 5 p");
        log.fail(RequestId(2), "too fast");
        assert_eq!(short(&log), "3 4 5 f");
    }

    #[test]
    fn pages_fall_into_place_and_double_nothing() {
        let mut log = ChatLog::default();
        log.add_notice("Ann came in.".to_owned(), 0);
        log.add_said(message(7), None);
        log.add_page([5, 6, 7].map(message).into(), false);
        assert_eq!(short(&log), "n 5 6 7");
        assert!(!log.complete);
        log.add_page([2, 3].map(message).into(), true);
        assert_eq!(short(&log), "n 2 3 5 6 7");
        assert!(log.complete);
        log.add_notice("Bob came in.".to_owned(), 0);
        log.add_said(message(8), None);
        assert_eq!(short(&log), "n 2 3 5 6 7 n 8");
    }

    #[test]
    fn a_lost_link_fails_what_was_on_its_way() {
        let mut log = ChatLog::default();
        assert!(!log.fail_pending("lost"));
        log.add_pending(RequestId(1), "a".to_owned());
        assert!(log.fail_pending("lost"));
        assert_eq!(short(&log), "f");
    }

    proptest! {
        #[test]
        fn stored_messages_stay_in_order_once_each_and_bounded(ids in proptest::collection::vec(0..2000_i64, 0..800)) {
            let mut log = ChatLog::default();
            for (n, id) in ids.iter().enumerate() {
                match n % 3 {
                    0 => log.add_said(message(*id), None),
                    1 => log.add_page(vec![message(*id)], false),
                    _ => log.add_notice(String::new(), 0),
                }
            }
            let stored: Vec<_> = log.lines.iter().filter_map(ChatLine::id).collect();
            prop_assert!(stored.is_sorted_by(|a, b| a < b));
            prop_assert!(log.lines.len() <= LOG_LINES);
        }
    }
}
