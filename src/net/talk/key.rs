//! The talk key: from its press to the end of the tail, on the client's side of the floor.
//!
//! [`TalkKey`] is the participant's machine after the model of 3GPP TS 24.380. It is pure: what happens comes in as
//! [`TalkInput`] with the time, what to do goes out as [`TalkAction`]s. The server decides who talks; this machine only
//! keeps the microphone from being open a moment longer than that.
//!
//! Whoever has to wait and goes on holding the key is recorded meanwhile. When the turn comes after more than
//! [`SHORT_WAIT`], the recording is offered: to be played as the turn, or dropped. A key that is still held when the time
//! to choose is over talks live; one that is up gives the turn back. So nothing leaves that nobody asked to be sent.

mod floor;
mod hand;
mod phase;

pub use phase::{TalkAction, TalkInput, TalkPhase, TalkRules, Told, Turn, Why};

use hallway_protocol::floor::messages::FloorRequest;
use std::time::{Duration, Instant};

/// A request that was not answered by then is given up: the answer is reliable, so the link is as good as gone.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// A request that was not answered is sent again after this time (T101 of the standard): the server takes it for the
/// same one.
pub const RETRY: Duration = Duration::from_millis(500);
/// How much longer than the tail itself its sending may take, whatever the voice engine says: a stuck one must not keep
/// the floor.
pub const TAIL_TIMEOUT: Duration = Duration::from_millis(500);
/// A second press within this time of the first locks talk on. Slower ones are two presses.
pub const DOUBLE_PRESS: Duration = Duration::from_millis(400);
/// A wait up to this long counts as access time: what was said meanwhile goes out first and is caught up, and nobody is
/// asked. It is what the voice engine records before any grant.
pub const SHORT_WAIT: Duration = Duration::from_secs(1);
/// How long one may think about a recording: a second less than the server waits for the first word of a turn.
pub const OFFER_TIME: Duration = Duration::from_secs(4);
/// A recording shorter than this holds no word: it is not offered.
pub const LEAST_RECORDING: Duration = Duration::from_millis(300);
/// Who heard nothing for so long was asleep: the machine was suspended, or the program stopped. Who comes back hours later
/// must not find the microphone open.
pub const LONGEST_GAP: Duration = Duration::from_secs(3);
/// So long before the end of the grace the last packet is to leave: three ticks of the session, and the way to the server.
const GRACE_MARGIN: Duration = Duration::from_millis(100);

/// One person's talk key.
#[derive(Clone, Debug, Default)]
pub struct TalkKey {
    rules: TalkRules,
    phase: TalkPhase,
    /// Counts the presses; the server's answers carry it.
    burst: u8,
    down: bool,
    locked: bool,
    /// How much the voice engine has recorded since the last press.
    recorded: Duration,
    /// The last press that a second one would make a double press of.
    pressed: Option<Instant>,
    /// Whether the key went down again while the last words of a lost turn were being sent.
    again: bool,
    /// Whether the key went down again during the tail: the voice engine may have ended the burst just before.
    resumed: bool,
    /// When something happened last.
    seen: Option<Instant>,
}

type Actions = Vec<TalkAction>;

impl TalkKey {
    /// Where the key is.
    #[must_use]
    pub fn phase(&self) -> TalkPhase {
        self.phase
    }

    /// Whether talk is locked on.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// Whether the key is down, or talk is locked on.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.down || self.locked
    }

    /// Whether voice packets may go out.
    #[must_use]
    pub fn may_send(&self) -> bool {
        use TalkPhase::{Closing, Ending, Playing, Talking};
        matches!(self.phase, Talking(_) | Playing(_) | Closing { .. } | Ending { .. })
    }

    /// What the person prefers from now on.
    pub fn set_rules(&mut self, rules: TalkRules) {
        self.rules = rules;
    }

    /// Takes something that happened at `now`; what to do is added to `actions`.
    pub fn handle(&mut self, now: Instant, input: TalkInput, actions: &mut Actions) {
        let before = self.seen.replace(now);
        if before.is_some_and(|before| now.saturating_duration_since(before) >= LONGEST_GAP) {
            self.cut(Why::Slept, actions);
        }
        match input {
            TalkInput::Press { ago, by_voice, refused } => {
                let pressed = now.checked_sub(ago).unwrap_or(now);
                self.press(now, pressed, by_voice, refused, actions);
            }
            TalkInput::Release => {
                self.down = false;
                if !self.locked {
                    self.let_go(now, actions);
                }
            }
            TalkInput::Stop => {
                (self.down, self.locked) = (false, false);
                self.let_go(now, actions);
            }
            TalkInput::Cut(why) => self.cut(why, actions),
            TalkInput::Answer { play } => self.answer(now, play, actions),
            TalkInput::Notice(notice) => self.notice(now, &notice, actions),
            TalkInput::Place { position, holder } => self.place(position, holder, actions),
            TalkInput::Recorded(recorded) => self.recorded = recorded,
            TalkInput::TailSent => self.tail_sent(now, actions),
            TalkInput::Poll => self.poll(now, actions),
        }
    }
}

impl TalkKey {
    fn poll(&mut self, now: Instant, actions: &mut Actions) {
        match self.phase {
            TalkPhase::Asking { since, .. } if now.saturating_duration_since(since) >= ANSWER_TIMEOUT => {
                self.rest(Some(Why::NoAnswer));
                actions.extend([TalkAction::Abort, self.give_back(), TalkAction::Tell(Told::NoAnswer)]);
            }
            TalkPhase::Asking { since, asked } if now.saturating_duration_since(asked) >= RETRY => {
                self.phase = TalkPhase::Asking { since, asked: now };
                actions.push(self.request());
            }
            TalkPhase::Offered { until, .. } if now >= until => self.answer(now, false, actions),
            TalkPhase::Closing { turn, cause, live: true } if now + self.rules.tail + GRACE_MARGIN >= turn.ends => {
                self.end_revoked(turn, cause, actions);
            }
            TalkPhase::Closing { turn, .. } if now + GRACE_MARGIN >= turn.ends => self.stop_tail(now, actions),
            TalkPhase::Ending { by, .. } if now >= by => self.stop_tail(now, actions),
            _ => {}
        }
    }

    fn stop_tail(&mut self, now: Instant, actions: &mut Actions) {
        actions.push(TalkAction::Abort);
        self.tail_sent(now, actions);
    }

    fn after_turn(&mut self, now: Instant, why: Option<Why>, actions: &mut Actions) {
        self.rest(why);
        if std::mem::take(&mut self.again) {
            self.ask(now, now, actions);
        }
    }

    /// Ends what was asked for, or is being said, at once. The grant may be on its way: it is given back unused.
    fn give_up(&mut self, why: Option<Why>, actions: &mut Actions) {
        self.rest(why);
        actions.extend([TalkAction::Abort, self.give_back(), TalkAction::Tell(Told::Released)]);
    }

    /// Where the key is when nothing comes of it any more: a held one is told why.
    fn rest(&mut self, why: Option<Why>) {
        self.locked = false;
        self.phase = match why {
            Some(why) if self.down => TalkPhase::Refused(why),
            _ => TalkPhase::Quiet,
        };
    }

    fn request(&self) -> TalkAction {
        TalkAction::Ask(FloorRequest::Request { burst: self.burst })
    }

    fn give_back(&self) -> TalkAction {
        TalkAction::Ask(FloorRequest::Release { burst: self.burst })
    }
}

impl Turn {
    /// The person is told that this turn is theirs from `now` on.
    fn granted(self, now: Instant) -> TalkAction {
        let after = now.saturating_duration_since(self.since);
        TalkAction::Tell(Told::Granted { after, remaining: self.ends.saturating_duration_since(now) })
    }
}

#[cfg(test)]
mod tests;
