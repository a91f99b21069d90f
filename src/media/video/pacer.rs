//! When slices leave: those of a large frame one after the other, not in one burst that a router's queue has no room for and
//! that stands in front of the voice.

use bytes::Bytes;
use std::{collections::VecDeque, time::Duration};

/// So many slices leave at once: a usual frame at 640×360, and what any queue has room for.
const AT_ONCE: usize = 4;
/// Share of the time to the next frame over which the slices of a large one are spread.
const SPREAD: u32 = 2;
/// Most time that a slice is held back: at low frame rates half the time to the next frame would be felt.
const LONGEST_SPREAD: Duration = Duration::from_millis(40);
/// Most slices that wait: four of the largest frames. Beyond it they leave at once.
const MOST_WAITING: usize = 1024;

/// See the [module's description](self). The clock is the caller's.
#[derive(Debug, Default)]
pub struct Pacer {
    waiting: VecDeque<(Duration, Bytes)>,
}

impl Pacer {
    /// Takes a frame's slices at `now`; the next frame follows after `interval`.
    pub fn push(&mut self, slices: Vec<Bytes>, interval: Duration, now: Duration) {
        let held = slices.len().saturating_sub(AT_ONCE) as u32;
        let gap = (interval / SPREAD).min(LONGEST_SPREAD) / held.max(1);
        // Behind those that wait, and in the order of their numbers.
        let earliest = self.waiting.back().map_or(now, |(at, _)| *at);
        for (at, slice) in slices.into_iter().enumerate() {
            let held = (at + 1).saturating_sub(AT_ONCE) as u32;
            let at = if self.waiting.len() < MOST_WAITING { (now + gap * held).max(earliest) } else { earliest };
            self.waiting.push_back((at, slice));
        }
    }

    /// The next slice that is to leave at `now`.
    pub fn pop(&mut self, now: Duration) -> Option<Bytes> {
        self.waiting.pop_front_if(|(at, _)| *at <= now).map(|(_, slice)| slice)
    }

    /// When the next slice is to leave.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        self.waiting.front().map(|(at, _)| *at)
    }

    /// Nothing that waits leaves any more.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_millis(32);

    fn slices(count: usize) -> Vec<Bytes> {
        (0..count).map(|at| Bytes::from(vec![at as u8])).collect()
    }

    /// When each slice leaves.
    fn departures(pacer: &mut Pacer) -> Vec<(Duration, u8)> {
        let mut all = Vec::new();
        while let Some(due) = pacer.due() {
            assert!(due.is_zero() || pacer.pop(due - Duration::from_nanos(1)).is_none());
            while let Some(slice) = pacer.pop(due) {
                all.push((due, slice[0]));
            }
        }
        all
    }

    #[test]
    fn a_usual_frame_leaves_at_once() {
        let mut pacer = Pacer::default();
        pacer.push(slices(AT_ONCE), INTERVAL, INTERVAL);
        assert!(departures(&mut pacer).iter().all(|(at, _)| *at == INTERVAL));
    }

    #[test]
    fn a_keyframe_is_spread_over_half_the_time_to_the_next_frame() {
        let mut pacer = Pacer::default();
        pacer.push(slices(20), INTERVAL, INTERVAL);
        let departures = departures(&mut pacer);
        assert_eq!(departures.iter().filter(|(at, _)| *at == INTERVAL).count(), AT_ONCE);
        assert_eq!(departures[19].0, INTERVAL + INTERVAL / 2);
        let gaps: Vec<Duration> = departures[4..].windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        assert!(gaps.iter().all(|gap| *gap == Duration::from_millis(1)), "{gaps:?}");
        pacer.push(slices(20), Duration::from_secs(1), INTERVAL);
        assert!(self::departures(&mut pacer).iter().all(|(at, _)| *at <= INTERVAL + LONGEST_SPREAD));
    }

    #[test]
    fn slices_keep_their_order_across_frames() {
        let mut pacer = Pacer::default();
        pacer.push(slices(20), INTERVAL, Duration::ZERO);
        pacer.push(slices(2), INTERVAL, Duration::from_millis(1));
        let order: Vec<u8> = departures(&mut pacer).into_iter().map(|(_, slice)| slice).collect();
        assert_eq!(order, (0..20).chain(0..2).collect::<Vec<u8>>());
    }

    #[test]
    fn what_waits_is_bounded_in_time() {
        let mut pacer = Pacer::default();
        for _ in 0..10 {
            pacer.push(slices(255), INTERVAL, Duration::ZERO);
        }
        assert!(departures(&mut pacer).iter().all(|(at, _)| *at <= INTERVAL / 2));
    }
}
