//! What was said before the floor was granted, encoded.

use super::Piece;
use crate::media::voice::frames::{duration_of, samples_in};
use std::{collections::VecDeque, time::Duration};

/// Pieces of sound in order, oldest first.
#[derive(Debug, Default)]
pub(super) struct Recording(VecDeque<Piece>);

impl Recording {
    /// From the first piece's beginning to the last one's end, pauses included.
    pub(super) fn length(&self) -> Duration {
        match (self.0.front(), self.0.back()) {
            (Some(first), Some(last)) => {
                duration_of(last.media_time.wrapping_add(last.samples).wrapping_sub(first.media_time).into())
            }
            _ => Duration::ZERO,
        }
    }

    pub(super) fn first(&self) -> Option<&Piece> {
        self.0.front()
    }

    pub(super) fn push(&mut self, piece: Piece) {
        self.0.push_back(piece);
    }

    pub(super) fn pop(&mut self) -> Option<Piece> {
        self.0.pop_front()
    }

    /// Drops what is older than `newest` before the end.
    pub(super) fn keep_newest(&mut self, newest: Duration) {
        let Some(last) = self.0.back() else { return };
        let end = last.media_time.wrapping_add(last.samples);
        let samples = samples_in(newest) as u32;
        while self.0.front().is_some_and(|first| end.wrapping_sub(first.media_time) > samples) {
            self.0.pop_front();
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
