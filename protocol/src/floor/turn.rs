//! One person's turn at talking, and its timers.

use super::{FloorDecision, FloorTimes, messages::RevokeCause};
use crate::ids::PersonId;
use std::time::Duration;

/// One turn, from its grant to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub(super) person: PersonId,
    pub(super) burst: u8,
    /// When it reaches the talk limit.
    ends: Duration,
    /// Whether the limit was warned of.
    warned: bool,
    /// Whether the floor came after a wait, so that somebody has to notice it first.
    waited: bool,
    /// When the first voice packet came.
    began: Option<Duration>,
    /// When the last voice packet came; before the first one, when the floor was granted or the key pressed anew.
    voice: Duration,
    /// When the last datagram of any kind came.
    heard: Duration,
    /// Set once it was taken back: the last word is still heard.
    pub(super) revoked: Option<Revocation>,
}

/// That a turn was taken back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Revocation {
    pub(super) cause: RevokeCause,
    /// Until when the talker is still heard.
    pub(super) until: Duration,
}

/// Which of a turn's timers ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// The talker is to be warned of the limit.
    Warning,
    /// The limit is reached (T2).
    Limit,
    /// Nobody is there who talks, so there is no last word to wait for.
    Lost(RevokeCause),
    /// The revoked turn is over (T3).
    GraceOver,
}

impl Turn {
    /// A turn that begins. One that is shorter than the time of the warning is not warned of.
    pub(super) fn new(person: PersonId, burst: u8, waited: bool, now: Duration, times: &FloorTimes) -> Self {
        let ends = now + times.talk_limit;
        let warned = times.warning_before >= times.talk_limit;
        Self { person, burst, ends, warned, waited, began: None, voice: now, heard: now, revoked: None }
    }

    /// A voice packet came.
    pub(super) fn spoke(&mut self, now: Duration) {
        self.began.get_or_insert(now);
        (self.voice, self.heard) = (now, now);
    }

    /// A datagram came.
    pub(super) fn heard(&mut self, now: Duration) {
        self.heard = now;
    }

    /// The key was pressed while the turn was running. A new press has the usual time to send its first packet.
    pub(super) fn press(&mut self, burst: u8, now: Duration) {
        if self.burst != burst {
            (self.burst, self.voice) = (burst, now);
        }
    }

    /// Time until the limit.
    pub(super) fn remaining(&self, now: Duration) -> Duration {
        self.ends.saturating_sub(now)
    }

    /// How long it was used so far.
    pub(super) fn spoken(&self) -> Duration {
        self.began.map_or(Duration::ZERO, |began| self.voice.saturating_sub(began))
    }

    /// Notes that the limit was warned of; the time left.
    pub(super) fn warn(&mut self, now: Duration) -> Duration {
        self.warned = true;
        self.remaining(now)
    }

    /// Takes the turn back; what its holder is told.
    pub(super) fn revoke(&mut self, cause: RevokeCause, now: Duration, grace: Duration) -> FloorDecision {
        self.revoked = Some(Revocation { cause, until: now + grace });
        FloorDecision::Revoke { to: self.person, burst: self.burst, cause, grace }
    }

    /// Whether it was taken back and its grace has passed.
    pub(super) fn is_over(&self, now: Duration) -> bool {
        self.revoked.is_some_and(|revoked| now >= revoked.until)
    }

    /// The timer that ran out by `now`, the one of the gravest consequence first.
    pub(super) fn due(&self, times: &FloorTimes, now: Duration) -> Option<Due> {
        if self.revoked.is_some() {
            return self.is_over(now).then_some(Due::GraceOver);
        }
        let (silent_at, silent) = self.silence(times);
        if now >= self.heard + times.vanished {
            Some(Due::Lost(RevokeCause::Vanished))
        } else if now >= silent_at {
            Some(Due::Lost(silent))
        } else if now >= self.ends {
            Some(Due::Limit)
        } else if self.warning(times).is_some_and(|at| now >= at) {
            Some(Due::Warning)
        } else {
            None
        }
    }

    /// When the next timer runs out.
    pub(super) fn deadline(&self, times: &FloorTimes) -> Duration {
        if let Some(revoked) = self.revoked {
            return revoked.until;
        }
        let (silent_at, _) = self.silence(times);
        let lost = (self.heard + times.vanished).min(silent_at);
        lost.min(self.warning(times).unwrap_or(self.ends))
    }

    fn warning(&self, times: &FloorTimes) -> Option<Duration> {
        (!self.warned).then(|| self.ends.saturating_sub(times.warning_before))
    }

    /// When the turn is lost for want of voice, and what that is called.
    fn silence(&self, times: &FloorTimes) -> (Duration, RevokeCause) {
        if self.waited && self.began.is_none() {
            (self.voice + times.answer, RevokeCause::NotTaken)
        } else {
            (self.voice + times.silence, RevokeCause::Silent)
        }
    }
}
