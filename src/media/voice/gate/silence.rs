//! Which sound is worth a packet: silence is not sent, but for a sign of life.

use super::Piece;
use crate::media::voice::{codec::is_silent, frames::duration_of};
use std::time::Duration;

/// How often a packet of silence is sent in spite of being silent. The server takes the floor from a holder of whom it
/// hears nothing for 800 ms, and three of these may be lost before.
const SIGN_OF_LIFE: Duration = Duration::from_millis(200);

/// Silence since the last piece that was let through, in samples.
#[derive(Debug, Default)]
pub(super) struct Silence(u32);

impl Silence {
    /// Another burst begins.
    pub(super) fn begin(&mut self) {
        self.0 = 0;
    }

    /// Whether a piece is worth a packet: it has sound in it, or nothing was told for long.
    pub(super) fn lets_through(&mut self, piece: &Piece) -> bool {
        self.0 = if is_silent(&piece.opus) { self.0 + piece.samples } else { 0 };
        let is_worth_it = self.0 == 0 || duration_of(self.0.into()) >= SIGN_OF_LIFE;
        if is_worth_it {
            self.0 = 0;
        }
        is_worth_it
    }
}
