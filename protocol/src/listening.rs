//! How well somebody is heard: what listeners report of each talker, on the Report channel, and what the server makes of
//! it for the talker.
//!
//! A talker's encoder follows these reports (bitrate, protection against loss), so they are sums over the last interval
//! and hold no opinion.

use crate::ids::PersonId;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How often a listener reports, while it hears somebody.
pub const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// From a listener: how one talker was heard since the last report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerReport {
    /// Who was heard.
    pub talker: PersonId,
    /// How well.
    pub reception: Reception,
}

/// From the server to a talker: how the listener who hears worst (of those who reported in the last two intervals)
/// heard it, and how many reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TalkerReport {
    /// Listeners who reported.
    pub listeners: u16,
    /// What the one with the most loss reported.
    pub worst: Reception,
}

/// How one talker was heard over an interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reception {
    /// Packets that were due.
    pub expected: u16,
    /// Packets of those that never came by the network, whether or not they could be rebuilt.
    pub lost: u16,
    /// Packets that came, but after their time.
    pub late: u16,
    /// Variation of the packets' travel times: what the jitter buffer holds back for it, in milliseconds.
    pub jitter_ms: u16,
    /// Sound held back in the jitter buffer on average, in milliseconds.
    pub buffer_ms: u16,
}

impl Reception {
    /// Share of packets that didn't come by the network in time, 0.0 to 1.0.
    #[must_use]
    pub fn loss(&self) -> f32 {
        if self.expected == 0 {
            return 0.0;
        }
        (f32::from(self.lost.saturating_add(self.late)) / f32::from(self.expected)).min(1.0)
    }
}
