//! What the person does with the key, and what takes it out of the hand.

use super::{Actions, DOUBLE_PRESS, TAIL_TIMEOUT, TalkAction, TalkKey, TalkPhase, Told, Turn, Why};
use std::time::{Duration, Instant};

impl TalkKey {
    pub(super) fn press(
        &mut self,
        now: Instant,
        pressed: Instant,
        by_voice: bool,
        refused: Option<Why>,
        actions: &mut Actions,
    ) {
        if std::mem::replace(&mut self.down, true) {
            return; // A held key repeats.
        }
        let first = std::mem::replace(&mut self.pressed, (!by_voice).then_some(pressed)).filter(|_| self.rules.lock);
        let is_second =
            !by_voice && first.is_some_and(|first| pressed.saturating_duration_since(first) <= DOUBLE_PRESS);
        if let TalkPhase::Offered { turn, .. } = self.phase {
            self.locked = false;
            // Where the key was up, the engine had stopped recording.
            actions.push(TalkAction::Record);
            return self.speak_live(now, turn, actions);
        }
        if std::mem::take(&mut self.locked) {
            self.pressed = None;
            return self.let_go(now, actions);
        }
        match self.phase {
            TalkPhase::Quiet => match refused {
                None => self.ask(now, pressed, actions),
                Some(why) => return self.refuse(why, actions),
            },
            TalkPhase::Playing(turn) => return self.stop_playing(now, turn, actions),
            TalkPhase::Ending { turn, revoked: None, .. } => {
                // The floor is still held: the turn goes on.
                self.phase = TalkPhase::Talking(turn);
                self.resumed = true;
                actions.push(TalkAction::Record);
            }
            _ => return self.again = true,
        }
        if is_second {
            (self.locked, self.pressed) = (true, None);
            actions.push(TalkAction::Tell(Told::Locked));
        }
    }

    /// The key is of no use, which nobody else need be asked.
    fn refuse(&mut self, why: Why, actions: &mut Actions) {
        self.phase = TalkPhase::Refused(why);
        let told = match why {
            Why::Denied(cause) => Told::Denied { after: Duration::ZERO, cause },
            Why::NoMicrophone => Told::NoMicrophone,
            Why::NoAnswer | Why::Revoked(_) | Why::Moved | Why::Unlinked | Why::Slept => return,
        };
        actions.push(TalkAction::Tell(told));
    }

    pub(super) fn ask(&mut self, now: Instant, since: Instant, actions: &mut Actions) {
        self.burst = self.burst.wrapping_add(1);
        self.phase = TalkPhase::Asking { since, asked: now };
        self.recorded = Duration::ZERO;
        actions.extend([TalkAction::Record, self.request()]);
    }

    /// Nothing holds talk on any more.
    pub(super) fn let_go(&mut self, now: Instant, actions: &mut Actions) {
        self.again = false;
        match self.phase {
            TalkPhase::Asking { .. } | TalkPhase::Queued { .. } => self.give_up(None, actions),
            TalkPhase::Talking(turn) => {
                self.phase = TalkPhase::Ending { turn, by: now + self.rules.tail + TAIL_TIMEOUT, revoked: None };
                actions.push(TalkAction::EndBurst);
            }
            TalkPhase::Closing { turn, cause, live: true } => self.end_revoked(turn, cause, actions),
            TalkPhase::Offered { .. } => actions.push(TalkAction::StopRecording),
            TalkPhase::Busy { .. } | TalkPhase::Refused(_) => self.phase = TalkPhase::Quiet,
            // What was recorded was said with the key held: it plays to its end.
            TalkPhase::Quiet | TalkPhase::Playing(_) | TalkPhase::Closing { .. } | TalkPhase::Ending { .. } => {}
        }
    }

    pub(super) fn answer(&mut self, now: Instant, play: bool, actions: &mut Actions) {
        match self.phase {
            TalkPhase::Offered { turn, recorded, .. } if play => self.play(turn, recorded, actions),
            TalkPhase::Offered { turn, .. } if !play && self.is_held() => self.speak_live(now, turn, actions),
            TalkPhase::Playing(turn) if !play && self.is_held() => self.stop_playing(now, turn, actions),
            TalkPhase::Offered { .. } | TalkPhase::Playing(_) if !play => self.give_up(None, actions),
            _ => {}
        }
    }

    pub(super) fn play(&mut self, turn: Turn, recorded: Duration, actions: &mut Actions) {
        self.phase = TalkPhase::Playing(turn);
        self.locked = false;
        actions.extend([TalkAction::PlayRecording, TalkAction::Tell(Told::Playing { recorded })]);
    }

    pub(super) fn speak_live(&mut self, now: Instant, turn: Turn, actions: &mut Actions) {
        self.phase = TalkPhase::Talking(turn);
        self.resumed = false;
        actions.extend([TalkAction::SpeakLive, turn.granted(now)]);
    }

    /// From the recording to the microphone, within the same turn.
    fn stop_playing(&mut self, now: Instant, turn: Turn, actions: &mut Actions) {
        actions.extend([TalkAction::Abort, TalkAction::Record]);
        self.open(now, turn, actions);
    }

    /// Something took the key out of the hand: it must go up before it counts again.
    pub(super) fn cut(&mut self, why: Why, actions: &mut Actions) {
        self.again = false;
        match self.phase {
            TalkPhase::Quiet => {}
            TalkPhase::Busy { .. } | TalkPhase::Refused(_) => self.rest(Some(why)),
            // What is recorded already needs no microphone.
            TalkPhase::Offered { .. }
            | TalkPhase::Playing(_)
            | TalkPhase::Closing { live: false, .. }
            | TalkPhase::Ending { .. }
                if why == Why::NoMicrophone => {}
            _ => self.give_up(Some(why), actions),
        }
    }
}
