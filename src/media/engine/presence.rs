//! Whether a device is there: what to tell the person, and when to ask for it again.

use crate::media::devices::{DeviceError, OpenStream, Ticket};
use std::time::Duration;

/// How long after a failure a device is asked for again, and how long a stream lives at least that is replaced at once.
const RETRY_INTERVAL: Duration = Duration::from_secs(2);
/// A stream that does not call back for so long is dead, whatever the system says.
const STALL: Duration = Duration::from_secs(3);

/// One direction's device.
#[derive(Debug, Default)]
pub(super) struct Presence {
    /// The request that is under way.
    ticket: Option<Ticket>,
    retry_at: Option<Duration>,
    told: Told,
    calls: u64,
    opened_at: Duration,
    called_at: Duration,
}

/// What the person knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Told {
    /// Nothing: the device is there.
    #[default]
    There,
    /// That another stands in.
    Replaced,
    /// That there is none.
    Gone,
}

/// What is to be done about a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    /// Nothing.
    None,
    /// Its stream is dead.
    Drop,
    /// It is time to ask for it.
    Ask,
}

/// What the person is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// The device is not there, as this sentence says.
    Lost(String),
    /// It is there again.
    Back,
}

impl Presence {
    /// Looks after the device whose stream this is, or that there is none.
    pub(super) fn check(&mut self, stream: Option<&OpenStream>, now: Duration) -> Care {
        match stream {
            Some(stream) if stream.is_lost() || self.has_stalled(stream.calls(), now) => Care::Drop,
            None if self.is_retry_due(now) => Care::Ask,
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

    /// A device is open: the one that was asked for, or another instead for this reason.
    pub(super) fn opened(&mut self, instead: Option<&DeviceError>, now: Duration) -> Option<News> {
        (self.calls, self.opened_at, self.called_at) = (0, now, now);
        match instead {
            None => self.tell(Told::There, News::Back),
            Some(why) => self.tell(Told::Replaced, News::Lost(format!("{why} Until then the default one is used."))),
        }
    }

    /// The stream is dead. Another is asked for at once, unless it lived too briefly for that to be of use.
    pub(super) fn died(&mut self, now: Duration) {
        self.retry_at = Some(now.max(self.opened_at + RETRY_INTERVAL));
    }

    /// No device did open.
    pub(super) fn failed(&mut self, error: &DeviceError, now: Duration) -> Option<News> {
        self.retry_at = Some(now + RETRY_INTERVAL);
        self.tell(Told::Gone, News::Lost(error.to_string()))
    }

    fn tell(&mut self, told: Told, news: News) -> Option<News> {
        (std::mem::replace(&mut self.told, told) != told).then_some(news)
    }

    /// Whether to ask now.
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

    /// Whether the device is asked for with good hope: nobody has been told yet that there is none.
    pub(super) fn is_awaited(&self) -> bool {
        self.told != Told::Gone && (self.is_opening() || self.retry_at.is_some())
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

    const NONE: DeviceError = DeviceError::None("microphone");

    #[test]
    fn a_device_that_is_not_there_is_told_once_and_asked_for_every_two_seconds() {
        let mut presence = Presence::default();
        assert!(!presence.is_awaited());
        presence.asked(1);
        assert!(!presence.answered(7), "an old answer");
        assert!(presence.is_awaited());
        assert!(presence.answered(1));
        assert_eq!(presence.failed(&NONE, s(10)), Some(News::Lost(NONE.to_string())));
        assert!(!presence.is_retry_due(s(11)) && presence.is_retry_due(s(12)));
        presence.asked(2);
        assert!(presence.is_opening() && !presence.is_retry_due(s(20)));
        assert!(!presence.is_awaited(), "it was not there before");
        assert!(presence.answered(2));
        assert_eq!(presence.failed(&NONE, s(20)), None, "told before");
        presence.asked(3);
        assert!(presence.answered(3));
        assert_eq!(presence.opened(None, s(22)), Some(News::Back));
        assert_eq!(presence.opened(None, s(23)), None, "never lost");
    }

    #[test]
    fn each_change_is_told_once() {
        let mut presence = Presence::default();
        let is_lost = |news: Option<News>| matches!(news, Some(News::Lost(_)));
        assert_eq!(presence.opened(None, s(1)), None);
        assert!(is_lost(presence.opened(Some(&NONE), s(2))), "another stands in");
        assert_eq!(presence.opened(Some(&NONE), s(3)), None);
        assert!(is_lost(presence.failed(&NONE, s(4))), "and is gone as well");
        assert!(is_lost(presence.opened(Some(&NONE), s(5))), "but comes back");
        assert_eq!(presence.opened(None, s(6)), Some(News::Back));
    }

    #[test]
    fn a_stream_that_dies_is_replaced_at_once_but_not_again_and_again() {
        let mut presence = Presence::default();
        presence.opened(None, s(5));
        presence.died(s(100));
        assert!(presence.is_retry_due(s(100)) && presence.is_awaited());
        presence.asked(1);
        assert!(presence.answered(1));
        presence.opened(None, s(100));
        presence.died(s(101));
        assert!(!presence.is_retry_due(s(101)) && presence.is_retry_due(s(102)));
    }

    #[test]
    fn a_device_that_stops_calling_has_stalled() {
        let mut presence = Presence::default();
        presence.opened(None, s(5));
        assert!(!presence.has_stalled(3, s(7)));
        assert!(!presence.has_stalled(3, s(9)));
        assert!(presence.has_stalled(3, s(10)));
    }
}
