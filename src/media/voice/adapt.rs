//! How a talker's encoding follows the link.

use super::encoding::Encoding;
use hallway_protocol::listening::TalkerReport;
use std::time::Duration;

/// Follows the link; in the place of the sending half's.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkAdapter;

impl LinkAdapter {
    /// The round trip to the server was measured.
    pub fn measured(&mut self, _rtt: Duration) {}
    /// The server told how the talker was heard.
    pub fn reported(&mut self, _report: &TalkerReport, _now: Duration) {}
    /// How to encode now.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        Encoding::default()
    }
}
