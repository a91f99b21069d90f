//! A piece of a conversation's history that doesn't reach its newest line: what one reads after a jump to an old
//! message, or after scrolling back further than the log goes.

use super::log::{LOG_LINES, insert};
use crate::net::snapshot::{ChatLine, ChatLog, Window};
use hallway_protocol::{chat::ChatMessage, control::HistoryAt, ids::MessageId};

impl ChatLog {
    /// The lines that are read now, and whether the server has nothing older than the first of them.
    #[must_use]
    pub fn shown(&self) -> (&[ChatLine], bool) {
        self.window.as_ref().map_or((&self.lines, self.complete), |window| (&window.lines, window.complete))
    }

    /// Takes a page around or after a message.
    pub fn add_page_at(&mut self, messages: Vec<ChatMessage>, at: HistoryAt, count: u16) {
        let reaches_end = match at {
            HistoryAt::Around(id) => {
                let (back, forth) = (usize::from(count / 2), usize::from(count - count / 2));
                let older = messages.iter().filter(|message| message.id < id).count();
                let reaches_end = messages.len() - older < forth;
                let lines = messages.into_iter().map(ChatLine::Said).collect();
                self.window = Some(Window { lines, complete: older < back });
                reaches_end
            }
            HistoryAt::After(_) => {
                let Some(window) = &mut self.window else { return };
                let reaches_end = messages.len() < usize::from(count);
                messages.into_iter().for_each(|message| insert(&mut window.lines, message));
                let surplus = window.lines.len().saturating_sub(LOG_LINES);
                window.lines.drain(..surplus);
                window.complete &= surplus == 0;
                reaches_end
            }
        };
        self.join(reaches_end);
    }

    /// Takes a page that goes on before the first line that is read. `whole` says that the server has nothing older.
    pub fn add_older(&mut self, messages: Vec<ChatMessage>, before: MessageId, whole: bool) {
        let is_windows = |window: &Window| window.lines.first().and_then(ChatLine::id) == Some(before);
        let fits = self.lines.len() + messages.len() <= LOG_LINES;
        if !self.window.as_ref().is_some_and(is_windows) {
            let is_own = self.lines.iter().find_map(ChatLine::id) == Some(before);
            if fits || !is_own || messages.is_empty() {
                return self.add_page(messages, whole);
            }
            // The log keeps its newest lines; the older ones are read in a window of their own.
            self.window = Some(Window { lines: self.lines.clone(), complete: false });
        }
        let Some(window) = &mut self.window else { return };
        messages.into_iter().for_each(|message| insert(&mut window.lines, message));
        window.complete |= whole;
        window.lines.truncate(LOG_LINES);
    }

    /// The newest lines are read again.
    pub fn leave_window(&mut self) {
        self.window = None;
    }

    /// A window that has come to the newest lines is none any more.
    fn join(&mut self, reaches_end: bool) {
        let Some(window) = &self.window else { return };
        let (newest, oldest) =
            (window.lines.iter().rev().find_map(ChatLine::id), self.lines.iter().find_map(ChatLine::id));
        let touches = newest >= oldest && oldest.is_some();
        let fits = window.lines.len() + self.lines.len() <= LOG_LINES;
        if !(reaches_end || touches && fits) {
            return;
        }
        let Some(window) = self.window.take() else { return };
        let messages = window.lines.into_iter().filter_map(|line| match line {
            ChatLine::Said(message) => Some(message),
            _ => None,
        });
        self.add_page(messages.collect(), window.complete);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::chat::{Conversation, Marks};

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
            marks: Marks::default(),
        }
    }

    fn page(ids: std::ops::Range<i64>) -> Vec<ChatMessage> {
        ids.map(message).collect()
    }

    fn ids(log: &ChatLog) -> Vec<i64> {
        log.shown().0.iter().filter_map(ChatLine::id).map(|id| id.0).collect()
    }

    #[test]
    fn a_jump_shows_old_lines_and_going_on_comes_back_to_the_newest() {
        let mut log = ChatLog::default();
        log.add_page(page(90..100), false);
        log.add_page_at(page(20..30), HistoryAt::Around(MessageId(25)), 10);
        assert_eq!(ids(&log), (20..30).collect::<Vec<_>>());
        log.add_said(message(100), None);
        assert_eq!(ids(&log).last(), Some(&29));
        log.add_older(page(10..20), MessageId(20), false);
        assert_eq!(ids(&log), (10..30).collect::<Vec<_>>());
        log.add_page_at(page(30..91), HistoryAt::After(MessageId(29)), 61);
        assert!(log.window.is_none());
        assert_eq!(ids(&log), (10..101).collect::<Vec<_>>());
    }

    #[test]
    fn a_jump_can_be_left_and_one_near_the_end_is_no_window() {
        let mut log = ChatLog::default();
        log.add_page(page(90..100), false);
        log.add_page_at(page(20..30), HistoryAt::Around(MessageId(25)), 10);
        log.leave_window();
        assert_eq!(ids(&log), (90..100).collect::<Vec<_>>());
        log.add_page_at(page(85..95), HistoryAt::Around(MessageId(90)), 10);
        assert!(log.window.is_none());
        assert_eq!(ids(&log), (85..100).collect::<Vec<_>>());
    }

    #[test]
    fn scrolling_back_goes_further_than_the_log() {
        let mut log = ChatLog::default();
        log.add_page(page(1000..1000 + LOG_LINES as i64), false);
        let newest = log.lines.last().and_then(ChatLine::id);
        log.add_older(page(950..1000), MessageId(1000), false);
        let shown = ids(&log);
        assert_eq!((shown[0], shown.len()), (950, LOG_LINES));
        log.leave_window();
        assert_eq!(log.lines.last().and_then(ChatLine::id), newest);
        assert_eq!(ids(&log)[0], 1000);
    }
}
