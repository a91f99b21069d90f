//! The talk key: from its press to the end of the tail, on the client's side of the floor.
//!
//! [`TalkKey`] is the participant's machine after the model of 3GPP TS 24.380, reduced to a floor without a queue. It is
//! pure: what happens comes in as [`TalkInput`] with the time, what to do goes out as [`TalkAction`]s. The server
//! decides who talks; this machine only keeps the microphone from being open a moment longer than that.

use hallway_protocol::{
    floor::messages::{DenyCause, FloorNotice, FloorRequest, RevokeCause},
    ids::PersonId,
};
use std::time::{Duration, Instant};

/// A request that was not answered by then is given up: the answer is reliable, so the link is as good as gone.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// The tail is sent by then, whatever the voice engine says: a stuck one must not keep the floor.
pub const TAIL_TIMEOUT: Duration = Duration::from_secs(1);

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum TalkInput {
    /// The key went down, or repeats.
    Press {
        /// Whether one is in a room.
        in_room: bool,
    },
    /// The key went up, or is up.
    Release,
    /// The server said something.
    Notice(FloorNotice),
    /// The voice engine has sent the tail.
    TailSent,
    /// One walked into another room or out of one.
    Moved,
    /// One is out of the world: signed out, or the link is lost.
    Unlinked,
    /// Time went on.
    Poll,
}

/// Something to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TalkAction {
    /// Begin to record what may be sent.
    Record,
    /// Send what was recorded and what follows.
    OpenMicrophone,
    /// Send the tail and then say so.
    EndBurst,
    /// Drop what was recorded, send nothing more.
    Abort,
    /// Say this to the server.
    Ask(FloorRequest),
    /// Tell the person.
    Tell(Told),
}

/// What the person is told, by sound and sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// The microphone is open.
    Granted {
        /// Since the press.
        after: Duration,
        /// How long the turn may last.
        remaining: Duration,
    },
    /// Somebody else talks.
    Busy {
        /// Since the press.
        after: Duration,
        /// Who.
        holder: PersonId,
    },
    /// Not here, not now.
    Denied {
        /// Since the press.
        after: Duration,
        /// Why.
        cause: DenyCause,
    },
    /// The server did not answer.
    NoAnswer,
    /// The turn ends soon.
    Warning {
        /// Time left.
        remaining: Duration,
    },
    /// The turn ended by one's own will.
    Released,
    /// The server ended the turn.
    Revoked {
        /// Why.
        cause: RevokeCause,
    },
}

/// Where the key is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum TalkPhase {
    /// Up.
    #[default]
    Quiet,
    /// Down; the server has not answered.
    Asking {
        /// When it went down.
        since: Instant,
    },
    /// Down, and voice is sent.
    Talking {
        /// When the turn reaches its limit.
        ends: Instant,
        /// Whether that was warned of.
        warned: bool,
    },
    /// Up, and the tail is sent.
    Ending {
        /// When the turn reaches its limit.
        ends: Instant,
        /// When the tail must be sent.
        by: Instant,
    },
    /// Down, and somebody else talks.
    Busy {
        /// Who.
        holder: PersonId,
    },
    /// Down, and refused or taken back.
    Refused(Why),
}

/// Why a held key is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The server said so.
    Denied(DenyCause),
    /// The server took the floor back.
    Revoked(RevokeCause),
    /// The server did not answer.
    NoAnswer,
    /// One walked into another room or out of one.
    Moved,
    /// There is no link.
    Unlinked,
}

/// One person's talk key.
#[derive(Clone, Debug, Default)]
pub struct TalkKey {
    phase: TalkPhase,
    /// Counts the presses; the server's answers carry it.
    burst: u8,
    /// Whether the key went down again while the tail was being sent.
    again: bool,
}

impl TalkKey {
    /// Where the key is.
    #[must_use]
    pub fn phase(&self) -> TalkPhase {
        self.phase
    }

    /// Whether voice packets may go out.
    #[must_use]
    pub fn may_send(&self) -> bool {
        matches!(self.phase, TalkPhase::Talking { .. } | TalkPhase::Ending { .. })
    }

    /// Takes something that happened at `now`; what to do is added to `actions`.
    pub fn handle(&mut self, now: Instant, input: TalkInput, actions: &mut Vec<TalkAction>) {
        match input {
            TalkInput::Press { in_room } => self.press(now, in_room, actions),
            TalkInput::Release => self.release(now, actions),
            TalkInput::Notice(notice) => self.notice(now, notice, actions),
            TalkInput::TailSent => self.tail_sent(now, actions),
            TalkInput::Moved => self.stop(Why::Moved, actions),
            TalkInput::Unlinked => self.stop(Why::Unlinked, actions),
            TalkInput::Poll => self.poll(now, actions),
        }
    }

    fn press(&mut self, now: Instant, in_room: bool, actions: &mut Vec<TalkAction>) {
        match self.phase {
            TalkPhase::Ending { .. } => self.again = true,
            TalkPhase::Quiet if in_room => self.ask(now, actions),
            TalkPhase::Quiet => {
                let cause = DenyCause::NotInRoom;
                self.phase = TalkPhase::Refused(Why::Denied(cause));
                actions.push(TalkAction::Tell(Told::Denied { after: Duration::ZERO, cause }));
            }
            // A held key repeats.
            _ => {}
        }
    }

    fn ask(&mut self, now: Instant, actions: &mut Vec<TalkAction>) {
        self.burst = self.burst.wrapping_add(1);
        self.phase = TalkPhase::Asking { since: now };
        actions.extend([TalkAction::Record, TalkAction::Ask(FloorRequest::Request { burst: self.burst })]);
    }

    fn release(&mut self, now: Instant, actions: &mut Vec<TalkAction>) {
        match self.phase {
            TalkPhase::Quiet => {}
            TalkPhase::Ending { .. } => self.again = false,
            TalkPhase::Asking { .. } => {
                self.phase = TalkPhase::Quiet;
                // The grant may be on its way: it is given back unused.
                actions.extend([TalkAction::Abort, self.give_back(), TalkAction::Tell(Told::Released)]);
            }
            TalkPhase::Talking { ends, .. } => {
                self.phase = TalkPhase::Ending { ends, by: now + TAIL_TIMEOUT };
                actions.push(TalkAction::EndBurst);
            }
            TalkPhase::Busy { .. } | TalkPhase::Refused(_) => self.phase = TalkPhase::Quiet,
        }
    }

    fn notice(&mut self, now: Instant, notice: FloorNotice, actions: &mut Vec<TalkAction>) {
        match (notice, self.phase) {
            (FloorNotice::Granted { burst, remaining_ms }, TalkPhase::Asking { since }) if burst == self.burst => {
                let remaining = Duration::from_millis(remaining_ms.into());
                self.phase = TalkPhase::Talking { ends: now + remaining, warned: false };
                let after = now.saturating_duration_since(since);
                actions.extend([TalkAction::OpenMicrophone, TalkAction::Tell(Told::Granted { after, remaining })]);
            }
            // Too late: the key is up, or this is another press. Unless it is the turn that goes on, give it back.
            (FloorNotice::Granted { burst, .. }, _) if burst != self.burst || !self.may_send() => {
                actions.push(TalkAction::Ask(FloorRequest::Release { burst }));
            }
            (FloorNotice::Busy { burst, holder }, TalkPhase::Asking { since }) if burst == self.burst => {
                self.phase = TalkPhase::Busy { holder };
                let after = now.saturating_duration_since(since);
                actions.extend([TalkAction::Abort, TalkAction::Tell(Told::Busy { after, holder })]);
            }
            (FloorNotice::Denied { burst, cause }, TalkPhase::Asking { since }) if burst == self.burst => {
                self.phase = TalkPhase::Refused(Why::Denied(cause));
                let after = now.saturating_duration_since(since);
                actions.extend([TalkAction::Abort, TalkAction::Tell(Told::Denied { after, cause })]);
            }
            (FloorNotice::Warning { remaining_ms }, TalkPhase::Talking { .. }) => {
                let remaining = Duration::from_millis(remaining_ms.into());
                self.phase = TalkPhase::Talking { ends: now + remaining, warned: true };
                actions.push(TalkAction::Tell(Told::Warning { remaining }));
            }
            (FloorNotice::Revoked { burst, cause, .. }, TalkPhase::Talking { .. }) if burst == self.burst => {
                self.phase = TalkPhase::Refused(Why::Revoked(cause));
                actions.extend([TalkAction::Abort, TalkAction::Tell(Told::Revoked { cause })]);
            }
            (FloorNotice::Revoked { burst, cause, .. }, TalkPhase::Ending { .. }) if burst == self.burst => {
                actions.extend([TalkAction::Abort, TalkAction::Tell(Told::Revoked { cause })]);
                self.after_tail(now, actions);
            }
            _ => {}
        }
    }

    fn tail_sent(&mut self, now: Instant, actions: &mut Vec<TalkAction>) {
        if matches!(self.phase, TalkPhase::Ending { .. }) {
            actions.extend([self.give_back(), TalkAction::Tell(Told::Released)]);
            self.after_tail(now, actions);
        }
    }

    fn after_tail(&mut self, now: Instant, actions: &mut Vec<TalkAction>) {
        self.phase = TalkPhase::Quiet;
        if std::mem::take(&mut self.again) {
            self.ask(now, actions);
        }
    }

    fn stop(&mut self, why: Why, actions: &mut Vec<TalkAction>) {
        let was = self.phase;
        self.again = false;
        match was {
            TalkPhase::Quiet => return,
            TalkPhase::Ending { .. } => self.phase = TalkPhase::Quiet,
            _ => self.phase = TalkPhase::Refused(why),
        }
        if matches!(was, TalkPhase::Asking { .. } | TalkPhase::Talking { .. } | TalkPhase::Ending { .. }) {
            actions.extend([TalkAction::Abort, self.give_back(), TalkAction::Tell(Told::Released)]);
        }
    }

    fn poll(&mut self, now: Instant, actions: &mut Vec<TalkAction>) {
        match self.phase {
            TalkPhase::Asking { since } if now.saturating_duration_since(since) >= ANSWER_TIMEOUT => {
                self.phase = TalkPhase::Refused(Why::NoAnswer);
                actions.extend([TalkAction::Abort, self.give_back(), TalkAction::Tell(Told::NoAnswer)]);
            }
            TalkPhase::Ending { by, .. } if now >= by => {
                actions.push(TalkAction::Abort);
                self.tail_sent(now, actions);
            }
            _ => {}
        }
    }

    fn give_back(&self) -> TalkAction {
        TalkAction::Ask(FloorRequest::Release { burst: self.burst })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOB: PersonId = PersonId(2);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Runs inputs at their times; gives the last phase and all actions.
    fn run(inputs: &[(u64, TalkInput)]) -> (TalkPhase, Vec<TalkAction>) {
        let start = Instant::now();
        let mut key = TalkKey::default();
        let mut actions = Vec::new();
        for (at, input) in inputs {
            key.handle(start + ms(*at), input.clone(), &mut actions);
        }
        (key.phase(), actions)
    }

    const PRESS: TalkInput = TalkInput::Press { in_room: true };

    fn granted(burst: u8) -> TalkInput {
        TalkInput::Notice(FloorNotice::Granted { burst, remaining_ms: 60_000 })
    }

    fn request(burst: u8) -> TalkAction {
        TalkAction::Ask(FloorRequest::Request { burst })
    }

    fn release(burst: u8) -> TalkAction {
        TalkAction::Ask(FloorRequest::Release { burst })
    }

    #[test]
    fn a_turn_from_press_to_tail() {
        let (phase, actions) = run(&[
            (0, PRESS),
            (30, PRESS),
            (40, granted(1)),
            (900, TalkInput::Release),
            (910, TalkInput::Release),
            (1050, TalkInput::TailSent),
        ]);
        assert_eq!(phase, TalkPhase::Quiet);
        let told = Told::Granted { after: ms(40), remaining: ms(60_000) };
        assert_eq!(
            actions,
            [
                TalkAction::Record,
                request(1),
                TalkAction::OpenMicrophone,
                TalkAction::Tell(told),
                TalkAction::EndBurst,
                release(1),
                TalkAction::Tell(Told::Released)
            ]
        );
    }

    #[test]
    fn a_busy_floor_keeps_the_microphone_shut_until_the_key_is_up() {
        let busy = TalkInput::Notice(FloorNotice::Busy { burst: 1, holder: BOB });
        let (phase, actions) = run(&[(0, PRESS), (50, busy), (60, PRESS)]);
        assert_eq!(phase, TalkPhase::Busy { holder: BOB });
        let told = TalkAction::Tell(Told::Busy { after: ms(50), holder: BOB });
        assert_eq!(actions, [TalkAction::Record, request(1), TalkAction::Abort, told]);
    }

    #[test]
    fn a_grant_after_the_key_is_up_is_given_back() {
        let (phase, actions) = run(&[(0, PRESS), (10, TalkInput::Release), (50, granted(1))]);
        assert_eq!(phase, TalkPhase::Quiet);
        assert_eq!(actions[2..], [TalkAction::Abort, release(1), TalkAction::Tell(Told::Released), release(1)]);
    }

    #[test]
    fn a_grant_of_an_earlier_press_does_not_open_the_microphone() {
        let (phase, actions) = run(&[(0, PRESS), (10, TalkInput::Release), (20, PRESS), (30, granted(1))]);
        assert!(matches!(phase, TalkPhase::Asking { .. }));
        assert_eq!(actions.last(), Some(&release(1)));
        assert!(!actions.contains(&TalkAction::OpenMicrophone));
    }

    #[test]
    fn the_hall_has_no_floor() {
        let (phase, actions) = run(&[(0, TalkInput::Press { in_room: false })]);
        assert_eq!(phase, TalkPhase::Refused(Why::Denied(DenyCause::NotInRoom)));
        assert_eq!(actions, [TalkAction::Tell(Told::Denied { after: Duration::ZERO, cause: DenyCause::NotInRoom })]);
    }

    #[test]
    fn no_answer_is_an_answer_after_two_seconds() {
        let (phase, actions) = run(&[(0, PRESS), (1999, TalkInput::Poll)]);
        assert!(matches!(phase, TalkPhase::Asking { .. }) && actions.len() == 2);
        let (phase, actions) = run(&[(0, PRESS), (2000, TalkInput::Poll), (2100, granted(1))]);
        assert_eq!(phase, TalkPhase::Refused(Why::NoAnswer));
        assert_eq!(actions[2..], [TalkAction::Abort, release(1), TalkAction::Tell(Told::NoAnswer), release(1)]);
    }

    #[test]
    fn a_revoked_turn_ends_at_once() {
        let revoked = TalkInput::Notice(FloorNotice::Revoked { burst: 1, cause: RevokeCause::TalkLimit, grace_ms: 0 });
        let warning = TalkInput::Notice(FloorNotice::Warning { remaining_ms: 10_000 });
        let (phase, actions) = run(&[(0, PRESS), (0, granted(1)), (50_000, warning), (60_000, revoked)]);
        assert_eq!(phase, TalkPhase::Refused(Why::Revoked(RevokeCause::TalkLimit)));
        let told = Told::Revoked { cause: RevokeCause::TalkLimit };
        assert_eq!(
            actions[4..],
            [TalkAction::Tell(Told::Warning { remaining: ms(10_000) }), TalkAction::Abort, TalkAction::Tell(told)]
        );
    }

    #[test]
    fn a_press_during_the_tail_asks_when_the_tail_is_sent() {
        let turn = [(0, PRESS), (10, granted(1)), (20, TalkInput::Release), (30, PRESS), (170, TalkInput::TailSent)];
        let (phase, actions) = run(&turn);
        assert!(matches!(phase, TalkPhase::Asking { .. }));
        assert_eq!(actions[5..], [release(1), TalkAction::Tell(Told::Released), TalkAction::Record, request(2)]);
    }

    #[test]
    fn walking_out_or_losing_the_link_shuts_the_microphone() {
        for (input, why) in [(TalkInput::Moved, Why::Moved), (TalkInput::Unlinked, Why::Unlinked)] {
            let (phase, actions) = run(&[(0, PRESS), (10, granted(1)), (20, input)]);
            assert_eq!(phase, TalkPhase::Refused(why));
            assert_eq!(actions[4..], [TalkAction::Abort, release(1), TalkAction::Tell(Told::Released)]);
        }
    }

    #[test]
    fn a_stuck_tail_does_not_keep_the_floor() {
        let (phase, actions) = run(&[(0, PRESS), (10, granted(1)), (20, TalkInput::Release), (1020, TalkInput::Poll)]);
        assert_eq!(phase, TalkPhase::Quiet);
        assert_eq!(actions[5..], [TalkAction::Abort, release(1), TalkAction::Tell(Told::Released)]);
    }

    fn any_input() -> impl Strategy<Value = TalkInput> {
        (0..11_u8, 0..4_u8).prop_map(|(kind, burst)| match kind {
            0 | 1 => PRESS,
            2 | 3 => TalkInput::Release,
            4 | 5 => granted(burst),
            6 => TalkInput::Notice(FloorNotice::Busy { burst, holder: BOB }),
            7 => TalkInput::Notice(FloorNotice::Revoked { burst, cause: RevokeCause::Silent, grace_ms: 0 }),
            8 => TalkInput::TailSent,
            9 => TalkInput::Moved,
            _ => TalkInput::Poll,
        })
    }

    proptest! {
        /// Whatever the server says, the microphone is open only between a press and its end, and a released key is
        /// quiet within the tail.
        #[test]
        fn a_key_that_is_up_never_leaves_the_microphone_open(
            inputs in proptest::collection::vec((0..300_u64, any_input()), 0..200)
        ) {
            let mut now = Instant::now();
            let mut key = TalkKey::default();
            let (mut down, mut open) = (false, false);
            for (pause, input) in inputs.into_iter().chain([(0, TalkInput::Release), (1000, TalkInput::Poll)]) {
                now += ms(pause);
                match input {
                    TalkInput::Press { .. } => down = true,
                    TalkInput::Release => down = false,
                    _ => {}
                }
                let mut actions = Vec::new();
                key.handle(now, input, &mut actions);
                for action in actions {
                    match action {
                        TalkAction::OpenMicrophone => {
                            prop_assert!(down, "opened with the key up");
                            open = true;
                        }
                        TalkAction::EndBurst | TalkAction::Abort => open = false,
                        _ => {}
                    }
                }
                prop_assert!(!open || down);
            }
            prop_assert_eq!(key.phase(), TalkPhase::Quiet);
        }
    }
}
