//! What moderators' orders do to a floor.

use super::{
    Floor, FloorDecision, FloorPolicy,
    messages::{DenyCause, FloorOrder, RevokeCause},
};
use crate::ids::PersonId;
use std::time::Duration;

impl Floor {
    pub(super) fn obey(&mut self, now: Duration, order: FloorOrder, decisions: &mut Vec<FloorDecision>) {
        match order {
            FloorOrder::Revoke(person) => self.take_back(now, person, decisions),
            FloorOrder::Mute(person) => self.mute(now, person, decisions),
            FloorOrder::Unmute(person) => self.muted.retain(|muted| *muted != person),
            FloorOrder::Give(person) => self.give(now, person, decisions),
            FloorOrder::SetPolicy(policy) => self.set_policy(now, policy, decisions),
            // Whoever waits has asked under the old rule and keeps waiting, perhaps in another order.
            FloorOrder::SetQueue(queue) => self.rules.queue = queue,
            FloorOrder::SetTalkLog(on) => self.rules.talk_log = on,
        }
    }

    fn take_back(&mut self, now: Duration, person: PersonId, decisions: &mut Vec<FloorDecision>) {
        self.revoke_where(now, RevokeCause::Moderator, decisions, |talker| talker == person);
        self.unqueue(person, RevokeCause::Moderator, decisions);
    }

    fn mute(&mut self, now: Duration, person: PersonId, decisions: &mut Vec<FloorDecision>) {
        if !self.can_mute(person) {
            return;
        }
        if !self.is_muted(person) {
            self.muted.push(person);
        }
        // At once, even if the last word was still granted.
        if let Some(turn) = self.running(person) {
            decisions.push(turn.revoke(RevokeCause::Muted, now, Duration::ZERO));
        }
        self.end_where(|turn| turn.person == person);
        self.unqueue(person, RevokeCause::Muted, decisions);
    }

    /// Makes somebody who waits the next one; who talks now is pre-empted, in two steps: told first, cut off after the
    /// grace.
    fn give(&mut self, now: Duration, person: PersonId, decisions: &mut Vec<FloorDecision>) {
        if self.queue.put_first(person) {
            self.revoke_where(now, RevokeCause::PreEmpted, decisions, |_| true);
        }
    }

    fn set_policy(&mut self, now: Duration, policy: FloorPolicy, decisions: &mut Vec<FloorDecision>) {
        self.rules.policy = policy;
        if policy == FloorPolicy::Open {
            // Nobody waits in an open room: who finds no place there is told so.
            self.promote(now, decisions);
            let cause = DenyCause::TooManyTalkers;
            let denied = |waiting: super::queue::Waiting| (waiting.person, waiting.burst);
            let denied = self.queue.drain().map(denied);
            decisions.extend(denied.map(|(to, burst)| FloorDecision::Deny { to, burst, cause }));
        } else {
            let stays = self.turns.iter().find(|turn| turn.revoked.is_none()).map(|turn| turn.person);
            self.revoke_where(now, RevokeCause::PolicyChanged, decisions, |talker| Some(talker) != stays);
        }
    }

    /// Takes turns back that are not taken back yet, with the usual grace.
    fn revoke_where(
        &mut self,
        now: Duration,
        cause: RevokeCause,
        decisions: &mut Vec<FloorDecision>,
        whose: impl Fn(PersonId) -> bool,
    ) {
        let grace = self.rules.times.grace;
        let turns = self.turns.iter_mut().filter(|turn| turn.revoked.is_none() && whose(turn.person));
        decisions.extend(turns.map(|turn| turn.revoke(cause, now, grace)));
    }

    /// Takes a place in the queue.
    fn unqueue(&mut self, person: PersonId, cause: RevokeCause, decisions: &mut Vec<FloorDecision>) {
        let removed = self.queue.remove(person);
        let told = |waiting: super::queue::Waiting| FloorDecision::Revoke {
            to: waiting.person,
            burst: waiting.burst,
            cause,
            grace: Duration::ZERO,
        };
        decisions.extend(removed.map(told));
    }
}
