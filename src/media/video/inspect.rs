//! What stands before the decoder: fifty thousand lines of C++ that must see nothing but what our own encoder could have made.
//!
//! Each frame is taken apart into NAL units. Only parameter sets and slices of the plainest profile pass, of sizes that are
//! ours, at a pace that is ours.

pub mod bits;
mod sets;

use bits::BitReader;
use hallway_protocol::video::Source;
pub use sets::Sequence;
use std::time::Duration;
use thiserror::Error;

/// Largest camera picture: twice what we send across, for cameras that have no smaller format, a block rounded up.
const CAMERA: (usize, usize) = (1920, 1088);
/// Largest screen: a common large one. Larger ones are scaled by their sender.
const SCREEN: (usize, usize) = (2560, 1600);
/// Most frames in a second, on average: twice what any source gives.
const FRAMES_PER_SECOND: f64 = 60.0;
/// Most bytes in a second, on average: 8 Mbit/s, four times what our encoders aim at at most.
const BYTES_PER_SECOND: f64 = 1_000_000.0;
/// How many seconds' worth may come at once: what a network holds back and then lets go.
const BURST_SECONDS: f64 = 2.0;
/// Most slices of a frame in whole NAL units, parameter sets included.
const MOST_UNITS: usize = 400;

/// Why a frame was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is not made of NAL units, or what is in them can't be read or is none of what our encoder makes.
    #[error("it can't be read")]
    Broken,
    /// A NAL unit of this type has no place there.
    #[error("NAL unit of type {0} has no place there")]
    Unit(u8),
    /// Another profile.
    #[error("profile {0}")]
    Profile(u32),
    /// Too large, or none at all.
    #[error("{0}×{1} pixels")]
    Size(u64, u64),
    /// A frame that needs another one came without parameter sets before it.
    #[error("no parameter sets before it")]
    NoSets,
    /// More frames or bytes than anybody sends.
    #[error("too much of it")]
    TooMuch,
}

/// Checks the frames of one stream. The clock is the caller's.
#[derive(Clone, Debug)]
pub struct Inspector {
    most: (usize, usize),
    sequence: Option<Sequence>,
    picture_set: Option<u32>,
    frames: Allowance,
    bytes: Allowance,
}

impl Inspector {
    /// For a stream of which nothing is known yet.
    #[must_use]
    pub fn new(source: Source) -> Self {
        let most = match source {
            Source::Camera => CAMERA,
            Source::Screen => SCREEN,
        };
        let (frames, bytes) = (Allowance::new(FRAMES_PER_SECOND), Allowance::new(BYTES_PER_SECOND));
        Self { most, sequence: None, picture_set: None, frames, bytes }
    }

    /// Checks a whole frame that came at `now`, and tells what the stream says of itself. A keyframe has to bring its
    /// parameter sets; other frames must have none.
    ///
    /// # Errors
    /// Why the decoder must not see it; then nothing before the next keyframe may go there.
    pub fn inspect(&mut self, frame: &[u8], keyframe: bool, now: Duration) -> Result<Sequence, Refusal> {
        let result = self.check(frame, keyframe, now);
        if result.is_err() {
            (self.sequence, self.picture_set) = (None, None);
        }
        result
    }

    fn check(&mut self, frame: &[u8], keyframe: bool, now: Duration) -> Result<Sequence, Refusal> {
        if !self.frames.spend(1.0, now) | !self.bytes.spend(frame.len() as f64, now) {
            return Err(Refusal::TooMuch);
        }
        if keyframe {
            (self.sequence, self.picture_set) = (None, None);
        }
        let mut slices = 0;
        for (count, unit) in units(frame)?.enumerate() {
            let (head, content) = unit.split_first().ok_or(Refusal::Broken)?;
            if count >= MOST_UNITS || head & 0x80 != 0 {
                return Err(Refusal::Broken);
            }
            match head & 0x1f {
                7 if keyframe && slices == 0 => self.take_sequence(content)?,
                8 if keyframe && slices == 0 => self.take_picture_set(content)?,
                kind @ (1 | 5) if (kind == 5) == keyframe => {
                    self.check_slice(content, keyframe)?;
                    slices += 1;
                }
                kind => return Err(Refusal::Unit(kind)),
            }
        }
        if slices == 0 { Err(Refusal::Broken) } else { self.sequence.ok_or(Refusal::NoSets) }
    }

    fn take_sequence(&mut self, content: &[u8]) -> Result<(), Refusal> {
        if self.sequence.is_some() {
            return Err(Refusal::Unit(7));
        }
        self.sequence = Some(Sequence::read(content, self.most)?);
        Ok(())
    }

    fn take_picture_set(&mut self, content: &[u8]) -> Result<(), Refusal> {
        let (id, sequence) = sets::read_picture_set(content).ok_or(Refusal::Broken)?;
        if self.picture_set.is_some() || self.sequence.is_none_or(|known| known.id != sequence) {
            return Err(Refusal::Unit(8));
        }
        self.picture_set = Some(id);
        Ok(())
    }

    /// A slice's head: where it begins, that it refers to nothing later, and that its parameter sets are known.
    fn check_slice(&self, content: &[u8], keyframe: bool) -> Result<(), Refusal> {
        let (sequence, picture_set) = self.sequence.zip(self.picture_set).ok_or(Refusal::NoSets)?;
        let mut bits = BitReader::new(content);
        let mut number = || bits.unsigned().ok_or(Refusal::Broken);
        let (first, kind, set) = (number()?, number()?, number()?);
        let intra = matches!(kind, 2 | 7);
        let inter = matches!(kind, 0 | 5);
        if first >= sequence.blocks || set != picture_set || !(intra || inter && !keyframe) {
            return Err(Refusal::Broken);
        }
        Ok(())
    }
}

/// The NAL units of a frame, each behind a start code of three or four bytes, without them.
fn units(frame: &[u8]) -> Result<impl Iterator<Item = &[u8]>, Refusal> {
    let body = frame.strip_prefix(&[0, 0, 0, 1]).or_else(|| frame.strip_prefix(&[0, 0, 1])).ok_or(Refusal::Broken)?;
    let mut rest = Some(body);
    Ok(std::iter::from_fn(move || {
        let bytes = rest?;
        let Some(at) = bytes.windows(3).position(|three| three == [0, 0, 1]) else { return rest.take() };
        rest = Some(&bytes[at + 3..]);
        let unit = &bytes[..at];
        Some(unit.strip_suffix(&[0]).unwrap_or(unit))
    }))
}

/// So much a second, and for a while more at once.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    per_second: f64,
    left: f64,
    at: Duration,
}

impl Allowance {
    fn new(per_second: f64) -> Self {
        Self { per_second, left: per_second * BURST_SECONDS, at: Duration::ZERO }
    }

    fn spend(&mut self, amount: f64, now: Duration) -> bool {
        let earned = now.saturating_sub(self.at).as_secs_f64() * self.per_second;
        self.left = (self.left + earned).min(self.per_second * BURST_SECONDS);
        self.at = self.at.max(now);
        let enough = self.left >= amount;
        if enough {
            self.left -= amount;
        }
        enough
    }
}

#[cfg(test)]
mod tests;
