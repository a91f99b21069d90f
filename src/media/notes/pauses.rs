//! Passes over what is silent in a note, without looking ahead in it.
//!
//! A pause is sound that is quiet against the loudest so far. The first 150 ms of each are heard, and the last: what lies
//! between is left out. So a pause of up to twice that stays as it was, which words need, and a longer one is as long.

use crate::media::voice::level::rms;
use std::collections::VecDeque;

/// Samples that are judged at once: 10 ms.
const BLOCK: usize = 480;
/// How much of a pause is heard at each of its ends, in samples: 150 ms.
const KEPT: usize = 7200;
/// Below this share of the loudest so far (26 dB) it is quiet: weak sounds of speech lie above, breath and rooms below.
const SHARE: f32 = 0.05;
/// Below this it is quiet in any case: −54 dB of full scale.
const FLOOR: f32 = 0.002;

/// Where it is in the note.
#[derive(Debug, Default)]
pub struct Pauses {
    /// What makes no whole block yet.
    waiting: Vec<f32>,
    /// The newest of a pause, which is heard if the pause ends.
    held: VecDeque<f32>,
    /// Samples of the pause that were heard already.
    begun: usize,
    loudest: f32,
    /// Samples that were heard.
    heard: u64,
    /// Samples that were left out.
    left_out: u64,
    /// After how many samples something was left out, and how much in all by then.
    cuts: Vec<(u64, u64)>,
}

impl Pauses {
    /// Takes the samples that come next, and adds those that are to be heard to `out`. What makes no 10 ms yet waits.
    pub fn pass(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.waiting.extend_from_slice(samples);
        let waiting = std::mem::take(&mut self.waiting);
        let blocks = waiting.chunks_exact(BLOCK);
        self.waiting.extend_from_slice(blocks.remainder());
        for block in blocks {
            let before = out.len();
            self.pass_block(block, out);
            self.heard += (out.len() - before) as u64;
        }
    }

    /// Nothing more comes: what waits is heard, unless it ends a pause.
    pub fn end(&mut self, out: &mut Vec<f32>) {
        if self.held.is_empty() {
            self.heard += self.waiting.len() as u64;
            out.append(&mut self.waiting);
        }
    }

    /// How much was left out before a sample, counted among those that were heard.
    #[must_use]
    pub fn left_out_before(&self, heard: u64) -> u64 {
        let cuts = self.cuts.partition_point(|(after, _)| *after <= heard);
        cuts.checked_sub(1).map_or(0, |last| self.cuts[last].1)
    }

    fn pass_block(&mut self, block: &[f32], out: &mut Vec<f32>) {
        let level = rms(block);
        self.loudest = self.loudest.max(level);
        if level >= FLOOR.max(self.loudest * SHARE) {
            self.begun = 0;
            out.extend(self.held.drain(..));
            out.extend_from_slice(block);
        } else if self.begun < KEPT {
            self.begun += block.len();
            out.extend_from_slice(block);
        } else {
            self.held.extend(block);
            self.leave_out();
        }
    }

    /// Of a pause that goes on only the newest part is held.
    fn leave_out(&mut self) {
        let surplus = self.held.len().saturating_sub(KEPT);
        if surplus == 0 {
            return;
        }
        self.held.drain(..surplus);
        self.left_out += surplus as u64;
        match self.cuts.last_mut() {
            Some((after, left_out)) if *after == self.heard => *left_out = self.left_out,
            _ => self.cuts.push((self.heard, self.left_out)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Loud and quiet in turn, so many milliseconds each, each sample its own.
    fn sound(ms: &[usize]) -> Vec<f32> {
        let level = |turn: usize| if turn.is_multiple_of(2) { 0.2 } else { 0.001 };
        let parts = ms.iter().enumerate().flat_map(|(turn, ms)| std::iter::repeat_n(level(turn), ms * 48));
        parts.enumerate().map(|(n, level)| level * (1.0 + (n % 97) as f32 / 1000.0)).collect()
    }

    fn heard(sound: &[f32], step: usize) -> (Pauses, Vec<f32>) {
        let (mut pauses, mut out) = (Pauses::default(), Vec::new());
        sound.chunks(step).for_each(|samples| pauses.pass(samples, &mut out));
        pauses.end(&mut out);
        (pauses, out)
    }

    #[test]
    fn long_pauses_are_cut_and_short_ones_stay() {
        let sound = sound(&[500, 300, 500, 2000, 505]);
        let (pauses, out) = heard(&sound, 441);
        assert_eq!(out.len(), (500 + 300 + 500 + 300 + 505) * 48);
        let before = (500 + 300 + 500 + 150) * 48;
        assert_eq!(out[..before], sound[..before]);
        assert_eq!(out[before..], sound[before + 1700 * 48..]);
        assert_eq!(pauses.left_out_before(before as u64 - 1), 0);
        assert_eq!(pauses.left_out_before(before as u64), 1700 * 48);
    }

    #[test]
    fn silence_at_the_end_ends_it() {
        let (_, out) = heard(&sound(&[500, 3000]), 960);
        assert_eq!(out.len(), 650 * 48);
    }

    #[test]
    fn a_note_without_pauses_is_as_it_was() {
        let sound = sound(&[777]);
        assert_eq!(heard(&sound, 960).1, sound);
    }

    proptest! {
        #[test]
        fn what_is_heard_lies_where_it_says(ms in proptest::collection::vec(1usize..900, 1..9), step in 1usize..2000) {
            let sound = sound(&ms);
            let (pauses, out) = heard(&sound, step);
            for (n, sample) in out.iter().enumerate().step_by(53) {
                let place = n + pauses.left_out_before(n as u64) as usize;
                prop_assert_eq!(*sample, sound[place]);
            }
        }
    }
}
