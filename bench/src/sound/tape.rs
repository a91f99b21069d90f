//! A recording of the wire: mouth and ear side by side, and when each part of it was delivered.

use super::RATE_HZ;
use std::time::{Duration, Instant};

/// How far around a moment deliveries are looked at to find its place on the tape. A null sink's clock runs some hundred
/// millionths off the machine's, so that the whole tape would not do.
const AROUND: Duration = Duration::from_secs(1);

/// What was recorded so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape {
    /// What the microphone got to hear.
    pub(crate) mouth: Vec<f32>,
    /// What the loudspeaker played.
    pub(crate) ear: Vec<f32>,
    /// For each delivery its moment, and the length of the tape with it.
    deliveries: Vec<(Instant, usize)>,
}

impl Tape {
    /// Appends interleaved samples, mouth first, that came at `at`.
    pub(crate) fn append(&mut self, at: Instant, samples: impl Iterator<Item = [i16; 2]>) {
        let scale = 1.0 / f32::from(i16::MAX);
        for [mouth, ear] in samples {
            self.mouth.push(f32::from(mouth) * scale);
            self.ear.push(f32::from(ear) * scale);
        }
        self.deliveries.push((at, self.mouth.len()));
    }

    /// The place on the tape that sounds at `moment`, on a wire that renders so far `ahead` of its clock: sound is
    /// delivered as soon as it is rendered, which is that much before it would be heard from a loudspeaker. `None`
    /// when the tape does not run then.
    pub(crate) fn place_of(&self, moment: Instant, ahead: Duration) -> Option<usize> {
        let since = |at: Instant| match at.checked_duration_since(moment) {
            Some(after) => after.as_secs_f64(),
            None => -(moment - at).as_secs_f64(),
        };
        // Whatever held a delivery up made it late; the earliest one shows the clock.
        let near = self.deliveries.iter().filter(|(at, _)| since(*at).abs() <= AROUND.as_secs_f64());
        let begins = near.map(|(at, len)| since(*at) - seconds(*len)).min_by(f64::total_cmp)?;
        let place = -(begins + ahead.as_secs_f64()) * f64::from(RATE_HZ);
        (place >= 0.0).then_some(place as usize)
    }

    /// Samples per second of the wire's clock, over the whole tape.
    pub(crate) fn rate_hz(&self) -> Option<f64> {
        let (first, last) = (self.deliveries.first()?.0, self.deliveries.last()?.0);
        // Whatever held a delivery up made it late; the earliest ones show the clock.
        let earliest = |near: Instant| {
            let near = self.deliveries.iter().filter(|(at, _)| at.max(&near).duration_since(*at.min(&near)) <= AROUND);
            let lateness = |(at, len): &(Instant, usize)| at.duration_since(first).as_secs_f64() - seconds(*len);
            near.min_by(|a, b| lateness(a).total_cmp(&lateness(b)))
        };
        let ((begin, from), (end, to)) = (earliest(first + AROUND)?, earliest(last.checked_sub(AROUND)?)?);
        let time = end.checked_duration_since(*begin)?.as_secs_f64();
        (time > 0.0).then(|| (to - from) as f64 / time)
    }
}

fn seconds(samples: usize) -> f64 {
    samples as f64 / f64::from(RATE_HZ)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tape that is delivered every 10 ms, some of it late.
    fn tape(start: Instant) -> Tape {
        let mut tape = Tape::default();
        for n in 1..=400u32 {
            let late = Duration::from_millis(if n % 3 == 0 { 4 } else { 0 });
            tape.append(start + Duration::from_millis(10) * n + late, [[0, 0]; 480].into_iter());
        }
        tape
    }

    #[test]
    fn a_moment_is_found_on_the_tape_by_the_deliveries_that_were_in_time() {
        let start = Instant::now();
        let tape = tape(start);
        let ms = Duration::from_millis;
        for at in [500, 1234, 3000] {
            let place = tape.place_of(start + ms(at), ms(10)).unwrap();
            assert!(place.abs_diff(48 * (at as usize - 10)) <= 1, "{place} at {at} ms");
        }
        assert_eq!(tape.place_of(start + ms(10_000), ms(10)), None);
        assert_eq!(tape.place_of(start + ms(5), ms(10)), None);
    }

    #[test]
    fn the_clock_s_rate_is_seen_through_late_deliveries() {
        let rate = tape(Instant::now()).rate_hz().unwrap();
        assert!((rate - 48_000.0).abs() < 0.1, "{rate}");
    }
}
