//! What came, went and was dropped on the live door, by cause.

use bevy::prelude::*;
use std::{fmt, time::Duration};
use tracing::{debug, warn};

macro_rules! drop_causes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Why a datagram went no further.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum DropCause { $($(#[$doc])* $name,)* }

        impl DropCause {
            /// Every cause, in the order of the counters.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$name),*];

            /// The cause in a few words, for logs and metrics.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

drop_causes! {
    /// The bytes have no form that the other end would send.
    Malformed = "malformed",
    /// From an address without a link, and no connection request.
    Stranger = "stranger",
    /// A connection request whose token was not issued here, or not for so many links.
    Token = "token",
    /// A connection request on a link that is already connected.
    Repeated = "repeated",
    /// More datagrams from one address than a client ever sends.
    Rate = "rate",
    /// More new links from one IP address than a house full of people makes.
    NewLinkRate = "new_link_rate",
    /// Too many links that are not signed in yet.
    LinkCap = "link_cap",
    /// Decrypted, but not a packet that the sender may send.
    Payload = "payload",
    /// A payload on a link that is not connected.
    Early = "early",
    /// A ping or pong that would do harm.
    Ping = "ping",
    /// The socket's send buffer was full.
    SendBufferFull = "send_buffer_full",
    /// The system refused to send.
    SendError = "send_error",
}

/// Totals of one link or of a whole door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams that passed the outer firewall.
    pub received: u64,
    /// Datagrams handed to the system.
    pub sent: u64,
    dropped: [u64; DropCause::ALL.len()],
}

impl Counters {
    /// Counts one dropped datagram.
    pub fn count_drop(&mut self, cause: DropCause) {
        self.dropped[cause as usize] += 1;
    }

    /// Datagrams dropped for this cause.
    #[must_use]
    pub fn dropped(&self, cause: DropCause) -> u64 {
        self.dropped[cause as usize]
    }

    /// Datagrams dropped for any cause.
    #[must_use]
    pub fn dropped_in_all(&self) -> u64 {
        self.dropped.iter().sum()
    }

    /// What was dropped since `before`, as `cause=count` words.
    fn drops_since<'a>(&'a self, before: &'a Self) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| {
            for cause in DropCause::ALL {
                let count = self.dropped(cause) - before.dropped(cause);
                if count > 0 {
                    write!(f, "{}={count} ", cause.as_str())?;
                }
            }
            Ok(())
        })
    }
}

/// Totals of one link.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Deref, DerefMut)]
pub struct LinkCounters(pub Counters);

/// Totals of all links of this app, strangers included.
#[derive(Resource, Clone, Debug, Default, PartialEq, Eq, Deref, DerefMut)]
pub struct FirewallCounters(pub Counters);

/// From this many drops a second, somebody means harm or something is broken.
const DROPS_WORTH_A_WARNING: u64 = 100;

/// Logs what was dropped, in sum and at most once a second.
pub(super) fn log_drops(counters: Res<FirewallCounters>, time: Res<Time<Real>>, mut last: Local<(Duration, Counters)>) {
    let (logged_at, before) = &mut *last;
    if time.elapsed() < *logged_at + Duration::from_secs(1) {
        return;
    }
    *logged_at = time.elapsed();
    match counters.dropped_in_all() - before.dropped_in_all() {
        0 => return,
        DROPS_WORTH_A_WARNING.. => warn!(drops = %counters.drops_since(before), "the live door drops many datagrams"),
        _ => debug!(drops = %counters.drops_since(before), "the live door dropped datagrams"),
    }
    before.clone_from(&counters.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_own_counter() {
        let mut counters = Counters::default();
        for (n, cause) in DropCause::ALL.into_iter().enumerate() {
            (0..=n).for_each(|_| counters.count_drop(cause));
        }
        for (n, cause) in DropCause::ALL.into_iter().enumerate() {
            assert_eq!(counters.dropped(cause), n as u64 + 1, "{cause:?}");
        }
    }
}
