//! The talk key: from its press to the end of the tail, on the client's side of the floor.
//!
//! [`TalkKey`] is the participant's machine after the model of 3GPP TS 24.380. It is pure: what happens comes in as
//! [`TalkInput`] with the time, what to do goes out as [`TalkAction`]s. The server decides who talks; this machine only
//! keeps the microphone from being open a moment longer than that.
//!
//! Whoever has to wait and goes on holding the key is recorded meanwhile. When the turn comes after more than
//! [`SHORT_WAIT`], the recording is offered: to be played as the turn, or dropped. A key that is still held when the time
//! to choose is over talks live; one that is up gives the turn back. So nothing leaves that nobody asked to be sent.

mod phase;

pub use phase::{TalkAction, TalkInput, TalkPhase, TalkRules, Told, Turn, Why};

use crate::net::preferences::Deferred;
use hallway_protocol::{
    floor::messages::{FloorNotice, FloorRequest, RevokeCause},
    ids::PersonId,
};
use std::time::{Duration, Instant};

/// A request that was not answered by then is given up: the answer is reliable, so the link is as good as gone.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// A request that was not answered is sent again after this time (T101 of the standard): the server takes it for the
/// same one.
pub const RETRY: Duration = Duration::from_millis(500);
/// The tail is sent by then, whatever the voice engine says: a stuck one must not keep the floor.
pub const TAIL_TIMEOUT: Duration = Duration::from_millis(1000);
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
            TalkInput::Press { ago, by_voice, obstacle } => {
                let pressed = now.checked_sub(ago).unwrap_or(now);
                self.press(now, pressed, by_voice, obstacle, actions);
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

/// What the person does.
impl TalkKey {
    fn press(&mut self, now: Instant, pressed: Instant, by_voice: bool, obstacle: Option<Why>, actions: &mut Actions) {
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
            TalkPhase::Quiet => match obstacle {
                None => self.ask(now, pressed, actions),
                Some(why) => {
                    self.phase = TalkPhase::Refused(why);
                    return actions.push(TalkAction::Tell(match why {
                        Why::Denied(cause) => Told::Denied { after: Duration::ZERO, cause },
                        _ => Told::Failed(why),
                    }));
                }
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

    fn ask(&mut self, now: Instant, since: Instant, actions: &mut Actions) {
        self.burst = self.burst.wrapping_add(1);
        self.phase = TalkPhase::Asking { since, asked: now };
        self.recorded = Duration::ZERO;
        actions.extend([TalkAction::Record, self.request()]);
    }

    /// Nothing holds talk on any more.
    fn let_go(&mut self, now: Instant, actions: &mut Actions) {
        self.again = false;
        match self.phase {
            TalkPhase::Asking { .. } | TalkPhase::Queued { .. } => self.give_up(None, actions),
            TalkPhase::Talking(turn) => {
                self.phase = TalkPhase::Ending { turn, by: now + TAIL_TIMEOUT, revoked: None };
                actions.push(TalkAction::EndBurst);
            }
            TalkPhase::Closing { turn, cause, live: true } => self.end_revoked(turn, cause, actions),
            TalkPhase::Offered { .. } => actions.push(TalkAction::StopRecording),
            TalkPhase::Busy { .. } | TalkPhase::Refused(_) => self.phase = TalkPhase::Quiet,
            // What was recorded was said with the key held: it plays to its end.
            TalkPhase::Quiet | TalkPhase::Playing(_) | TalkPhase::Closing { .. } | TalkPhase::Ending { .. } => {}
        }
    }

    fn answer(&mut self, now: Instant, play: bool, actions: &mut Actions) {
        match self.phase {
            TalkPhase::Offered { turn, recorded, .. } if play => self.play(turn, recorded, actions),
            TalkPhase::Offered { turn, .. } if !play && self.is_held() => self.speak_live(now, turn, actions),
            TalkPhase::Playing(turn) if !play && self.is_held() => self.stop_playing(now, turn, actions),
            TalkPhase::Offered { .. } | TalkPhase::Playing(_) if !play => self.give_up(None, actions),
            _ => {}
        }
    }

    fn play(&mut self, turn: Turn, recorded: Duration, actions: &mut Actions) {
        self.phase = TalkPhase::Playing(turn);
        self.locked = false;
        actions.extend([TalkAction::PlayRecording, TalkAction::Tell(Told::Playing { recorded })]);
    }

    fn speak_live(&mut self, now: Instant, turn: Turn, actions: &mut Actions) {
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
    fn cut(&mut self, why: Why, actions: &mut Actions) {
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

/// What the server and the voice engine say.
impl TalkKey {
    fn notice(&mut self, now: Instant, notice: &FloorNotice, actions: &mut Actions) {
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

    fn granted(&mut self, now: Instant, burst: u8, remaining: Duration, actions: &mut Actions) {
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

    fn open(&mut self, now: Instant, turn: Turn, actions: &mut Actions) {
        self.phase = TalkPhase::Talking(turn);
        self.resumed = false;
        actions.extend([TalkAction::OpenMicrophone, turn.granted(now)]);
    }

    /// The floor came after a wait.
    fn turn_came(&mut self, now: Instant, turn: Turn, actions: &mut Actions) {
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

    fn queued(&mut self, now: Instant, position: u16, holder: Option<PersonId>, actions: &mut Actions) {
        let TalkPhase::Asking { since, .. } = self.phase else { return self.place(position, holder, actions) };
        self.phase = TalkPhase::Queued { since, position, holder };
        if self.rules.deferred != Deferred::Drop {
            actions.push(TalkAction::KeepRecording);
        }
        let after = now.saturating_duration_since(since);
        actions.push(TalkAction::Tell(Told::Queued { after, position, holder }));
    }

    fn place(&mut self, position: u16, holder: Option<PersonId>, actions: &mut Actions) {
        let TalkPhase::Queued { since, position: before, holder: heard } = self.phase else { return };
        if (before, heard) != (position, holder) {
            self.phase = TalkPhase::Queued { since, position, holder };
            actions.push(TalkAction::Tell(Told::Position { position, holder }));
        }
    }

    fn refused(&mut self, phase: TalkPhase, told: Told, actions: &mut Actions) {
        self.phase = if self.down { phase } else { TalkPhase::Quiet };
        self.locked = false;
        actions.extend([TalkAction::Abort, TalkAction::Tell(told)]);
    }

    fn revoked(&mut self, now: Instant, cause: RevokeCause, grace: Duration, actions: &mut Actions) {
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
                (*by, *revoked) = ((*by).min(until), Some(cause))
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
    fn end_revoked(&mut self, turn: Turn, cause: RevokeCause, actions: &mut Actions) {
        self.phase = TalkPhase::Ending { turn, by: turn.ends, revoked: Some(cause) };
        actions.push(TalkAction::EndBurst);
    }

    /// The voice engine sent the last of a burst.
    fn tail_sent(&mut self, now: Instant, actions: &mut Actions) {
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

/// Time, and what all have in common.
impl TalkKey {
    fn poll(&mut self, now: Instant, actions: &mut Actions) {
        match self.phase {
            TalkPhase::Asking { since, .. } if now.saturating_duration_since(since) >= ANSWER_TIMEOUT => {
                self.rest(Some(Why::NoAnswer));
                actions.extend([TalkAction::Abort, self.give_back(), TalkAction::Tell(Told::Failed(Why::NoAnswer))]);
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
