//! What the server says about the floor, and what the voice engine says of its bursts.

use super::{Actions, LEAST_RECORDING, OFFER_TIME, SHORT_WAIT, TalkAction, TalkKey, TalkPhase, Told, Turn, Why};
use crate::net::preferences::Deferred;
use hallway_protocol::{
    floor::messages::{FloorNotice, FloorRequest, RevokeCause},
    ids::PersonId,
};
use std::time::{Duration, Instant};

impl TalkKey {
    pub(super) fn notice(&mut self, now: Instant, notice: &FloorNotice, actions: &mut Actions) {
        match *notice {
            FloorNotice::Granted { burst, remaining_ms } => {
                self.granted(now, burst, Duration::from_millis(remaining_ms.into()), actions);
            }
            FloorNotice::Queued { burst, position, holder } if burst == self.burst => {
                self.queued(now, position, holder, actions);
            }
            FloorNotice::Busy { burst, holder } if burst == self.burst => {
                if let TalkPhase::Asking { since, .. } = self.phase {
                    let after = now.saturating_duration_since(since);
                    self.refused(TalkPhase::Busy { holder }, Told::Busy { after, holder }, actions);
                }
            }
            FloorNotice::Denied { burst, cause } if burst == self.burst => {
                if let TalkPhase::Asking { since, .. } = self.phase {
                    let after = now.saturating_duration_since(since);
                    let phase = TalkPhase::Refused(Why::Denied(cause));
                    self.refused(phase, Told::Denied { after, cause }, actions);
                }
            }
            FloorNotice::Warning { remaining_ms } => {
                let remaining = Duration::from_millis(remaining_ms.into());
                if let TalkPhase::Talking(turn) | TalkPhase::Playing(turn) = &mut self.phase {
                    (turn.ends, turn.warned) = (now + remaining, true);
                    actions.push(TalkAction::Tell(Told::Warning { remaining }));
                }
            }
            FloorNotice::Revoked { burst, cause, grace_ms } if burst == self.burst => {
                self.revoked(now, cause, Duration::from_millis(grace_ms.into()), actions);
            }
            _ => {}
        }
    }

    pub(super) fn granted(&mut self, now: Instant, burst: u8, remaining: Duration, actions: &mut Actions) {
        let turn = |since| Turn { since, ends: now + remaining, warned: false };
        match self.phase {
            TalkPhase::Asking { since, .. } if burst == self.burst => self.open(now, turn(since), actions),
            TalkPhase::Queued { since, .. } if burst == self.burst => self.turn_came(now, turn(since), actions),
            // The answer to a request that was sent twice.
            TalkPhase::Offered { .. } if burst == self.burst => {}
            _ if burst == self.burst && self.may_send() => {}
            // Too late: the key is up, or this is another press.
            _ => actions.push(TalkAction::Ask(FloorRequest::Release { burst })),
        }
    }

    pub(super) fn open(&mut self, now: Instant, turn: Turn, actions: &mut Actions) {
        self.phase = TalkPhase::Talking(turn);
        self.resumed = false;
        actions.extend([TalkAction::OpenMicrophone, turn.granted(now)]);
    }

    /// The floor came after a wait.
    pub(super) fn turn_came(&mut self, now: Instant, turn: Turn, actions: &mut Actions) {
        if now.saturating_duration_since(turn.since) <= SHORT_WAIT {
            return self.open(now, turn, actions);
        }
        let recorded = self.recorded;
        match self.rules.deferred {
            _ if recorded < LEAST_RECORDING => self.speak_live(now, turn, actions),
            Deferred::Drop => self.speak_live(now, turn, actions),
            Deferred::Play => self.play(turn, recorded, actions),
            Deferred::Ask => {
                self.phase = TalkPhase::Offered { turn, until: now + OFFER_TIME, recorded };
                actions.push(TalkAction::Tell(Told::Offered { recorded, remaining: OFFER_TIME }));
            }
        }
    }

    pub(super) fn queued(&mut self, now: Instant, position: u16, holder: Option<PersonId>, actions: &mut Actions) {
        let TalkPhase::Asking { since, .. } = self.phase else { return self.place(position, holder, actions) };
        self.phase = TalkPhase::Queued { since, position, holder };
        if self.rules.deferred != Deferred::Drop {
            actions.push(TalkAction::KeepRecording);
        }
        let after = now.saturating_duration_since(since);
        actions.push(TalkAction::Tell(Told::Queued { after, position, holder }));
    }

    pub(super) fn place(&mut self, position: u16, holder: Option<PersonId>, actions: &mut Actions) {
        let TalkPhase::Queued { since, position: before, holder: heard } = self.phase else { return };
        if (before, heard) != (position, holder) {
            self.phase = TalkPhase::Queued { since, position, holder };
            actions.push(TalkAction::Tell(Told::Position { position, holder }));
        }
    }

    pub(super) fn refused(&mut self, phase: TalkPhase, told: Told, actions: &mut Actions) {
        self.phase = if self.down { phase } else { TalkPhase::Quiet };
        self.locked = false;
        actions.extend([TalkAction::Abort, TalkAction::Tell(told)]);
    }

    pub(super) fn revoked(&mut self, now: Instant, cause: RevokeCause, grace: Duration, actions: &mut Actions) {
        let told = TalkAction::Tell(Told::Revoked { cause, grace });
        let until = now + grace;
        match &mut self.phase {
            TalkPhase::Talking(turn) if !grace.is_zero() => {
                let turn = Turn { ends: until, warned: true, ..*turn };
                self.phase = TalkPhase::Closing { turn, cause, live: true };
            }
            TalkPhase::Playing(turn) if !grace.is_zero() => {
                let turn = Turn { ends: until, warned: true, ..*turn };
                self.phase = TalkPhase::Closing { turn, cause, live: false };
            }
            TalkPhase::Ending { by, revoked, .. } if !grace.is_zero() => {
                (*by, *revoked) = ((*by).min(until), Some(cause));
            }
            TalkPhase::Queued { .. }
            | TalkPhase::Offered { .. }
            | TalkPhase::Talking(_)
            | TalkPhase::Playing(_)
            | TalkPhase::Closing { .. }
            | TalkPhase::Ending { .. } => {
                actions.push(TalkAction::Abort);
                self.after_turn(now, Some(Why::Revoked(cause)), actions);
            }
            _ => return,
        }
        self.locked = false;
        actions.push(told);
    }

    /// The last words of a turn that was taken back: the tail, and what the server still passes on.
    pub(super) fn end_revoked(&mut self, turn: Turn, cause: RevokeCause, actions: &mut Actions) {
        self.phase = TalkPhase::Ending { turn, by: turn.ends, revoked: Some(cause) };
        actions.push(TalkAction::EndBurst);
    }

    /// The voice engine sent the last of a burst.
    pub(super) fn tail_sent(&mut self, now: Instant, actions: &mut Actions) {
        match self.phase {
            // The burst had ended before the engine heard of the second press, which it records since.
            TalkPhase::Talking(_) | TalkPhase::Closing { live: true, .. } if std::mem::take(&mut self.resumed) => {
                actions.push(TalkAction::OpenMicrophone);
            }
            TalkPhase::Talking(_) | TalkPhase::Playing(_) => {
                actions.extend([self.give_back(), TalkAction::Tell(Told::Released)]);
                self.after_turn(now, None, actions);
            }
            TalkPhase::Ending { revoked: None, .. } => {
                actions.extend([self.give_back(), TalkAction::Tell(Told::Released)]);
                self.after_turn(now, None, actions);
            }
            TalkPhase::Closing { cause, .. } | TalkPhase::Ending { revoked: Some(cause), .. } => {
                actions.push(self.give_back());
                self.after_turn(now, Some(Why::Revoked(cause)), actions);
            }
            _ => {}
        }
    }
}
