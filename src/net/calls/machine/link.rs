//! The link comes and goes. A call outlives a lost link for a while, but nothing is captured meanwhile.

use super::*;
use hallway_protocol::{call::CallEnd, limits};

impl CallMachine {
    pub(super) fn follow_link(&mut self, now: Instant, link: Link, actions: &mut Actions) {
        if self.link == link {
            return;
        }
        let before = std::mem::replace(&mut self.link, link);
        if let Link::Live(own) = before {
            self.forget_questions(own, link, actions);
            if let Some(current) = &mut self.current {
                current.lost.get_or_insert(now);
                current.resume_by = None;
                current.screen.ask_again();
            }
        }
        match link {
            Link::Out if before == Link::Lost => self.end(CallEnd::Lost, actions),
            Link::Out => self.end(CallEnd::Gone, actions),
            Link::Lost => {}
            Link::Live(_) => {
                // What was left while the link was lost, the server has not heard of.
                self.left.clear();
                actions.push(CallAction::Ask(CallRequest::SetReach(self.preferences.reach)));
                if let Some(current) = &mut self.current {
                    current.resume_by = Some(now + RESUME_TIMEOUT);
                }
            }
        }
    }

    pub(super) fn poll_link(&mut self, now: Instant, actions: &mut Actions) {
        let Some(current) = &self.current else { return };
        let Some(lost) = current.lost else { return };
        let is_over = match current.resume_by {
            Some(by) => now >= by,
            None => now.saturating_duration_since(lost) >= limits::CALL_LOST_HOLD,
        };
        if is_over {
            self.end(CallEnd::Lost, actions);
        }
    }

    fn end(&mut self, why: CallEnd, actions: &mut Actions) {
        if let Some(current) = self.current.take() {
            actions.push(CallAction::Tell(current.named(), CallChanged::Ended(why)));
        }
    }

    /// What hung on the link that is gone: questions, and calls that ring here.
    fn forget_questions(&mut self, own: PersonId, link: Link, actions: &mut Actions) {
        let why = if link == Link::Out { CallEnd::Gone } else { CallEnd::Lost };
        for state in self.incoming.drain(..) {
            actions.push(CallAction::Tell(named(&state, own), CallChanged::Ended(why.clone())));
        }
        let asked = std::mem::take(&mut self.asked);
        if link != Link::Out {
            let text = "The connection was lost before the answer came; try again when it is back.";
            let refuse = |command| CallAction::Refuse { command, code: "not_connected", text: text.to_owned() };
            actions.extend(asked.values().filter_map(Asked::word).map(refuse));
        }
        self.accepted.clear();
        self.left.clear();
    }
}

impl Share {
    /// On another link the server has to be asked anew.
    fn ask_again(&mut self) {
        *self = match std::mem::take(self) {
            Self::Asked(choice, _) | Self::Granted(choice, _) => Self::Wanted(choice),
            as_before @ (Self::Off | Self::Wanted(_)) => as_before,
        };
    }
}
