//! Whether a device is there: what to tell the person, and when to try again.

use crate::media::devices::{OpenStream, Ticket};
use std::time::Duration;

/// How long after a failure a device is tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(2);
/// A stream that does not call back for so long is dead, whatever the system says.
const STALL: Duration = Duration::from_secs(3);

/// One direction's device.
#[derive(Debug, Default)]
pub(super) struct Presence {
    /// The request that is under way.
    ticket: Option<Ticket>,
    retry_at: Option<Duration>,
    told_lost: bool,
    calls: u64,
    called_at: Duration,
}

/// What is to be done about a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Care {
    /// Nothing.
    None,
    /// It went away, which this sentence tells.
    Lost(String),
    /// It is time to ask for it again.
    Retry,
}

impl Presence {
    /// Looks after the device whose stream this is, or that there is none.
    pub(super) fn check(&mut self, stream: Option<&OpenStream>, now: Duration) -> Care {
        match stream {
            Some(stream) if stream.is_lost() || self.has_stalled(stream.calls(), now) => Care::Lost(stream.farewell()),
            None if self.is_retry_due(now) => Care::Retry,
            _ => Care::None,
        }
    }

    /// A device was asked for.
    pub(super) fn asked(&mut self, ticket: Ticket) {
        self.ticket = Some(ticket);
        self.retry_at = None;
    }

    /// Whether this answer is the one waited for; it is not waited for any longer.
    pub(super) fn answered(&mut self, ticket: Ticket) -> bool {
        self.ticket.take_if(|waited| *waited == ticket).is_some()
    }

    /// The device is open. True when the person has to hear that it is back.
    pub(super) fn opened(&mut self, now: Duration) -> bool {
        (self.calls, self.called_at) = (0, now);
        std::mem::take(&mut self.told_lost)
    }

    /// The device is gone or did not open. True when the person has to hear of it.
    pub(super) fn failed(&mut self, now: Duration) -> bool {
        self.retry_at = Some(now + RETRY_INTERVAL);
        !std::mem::replace(&mut self.told_lost, true)
    }

    /// Whether to try again now.
    fn is_retry_due(&self, now: Duration) -> bool {
        self.ticket.is_none() && self.retry_at.is_some_and(|at| now >= at)
    }

    /// Whether a device has not called back for too long; `calls` is its count.
    fn has_stalled(&mut self, calls: u64, now: Duration) -> bool {
        if calls != self.calls {
            (self.calls, self.called_at) = (calls, now);
        }
        now.saturating_sub(self.called_at) >= STALL
    }

    /// Whether an answer is waited for.
    pub(super) fn is_opening(&self) -> bool {
        self.ticket.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_lost_device_is_told_once_and_tried_every_two_seconds() {
        let mut presence = Presence::default();
        presence.asked(1);
        assert!(!presence.answered(7), "an old answer");
        assert!(presence.answered(1));
        assert!(presence.failed(s(10)));
        assert!(!presence.is_retry_due(s(11)) && presence.is_retry_due(s(12)));
        presence.asked(2);
        assert!(presence.is_opening() && !presence.is_retry_due(s(20)));
        assert!(presence.answered(2));
        assert!(!presence.failed(s(20)), "told before");
        presence.asked(3);
        assert!(presence.answered(3) && presence.opened(s(22)), "back");
        assert!(!presence.opened(s(23)), "never lost");
    }

    #[test]
    fn a_device_that_stops_calling_has_stalled() {
        let mut presence = Presence::default();
        presence.opened(s(5));
        assert!(!presence.has_stalled(3, s(7)));
        assert!(!presence.has_stalled(3, s(9)));
        assert!(presence.has_stalled(3, s(10)));
    }
}
