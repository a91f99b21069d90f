//! The server's clock on this machine's: the least delayed packet of the last seconds tells how they differ.

use std::time::{Duration, Instant};

/// A window of packets. Two are kept, so that a changed route or a drifting clock is followed within two of these.
const WINDOW: Duration = Duration::from_secs(10);
/// A jump of the server's clock by more than this is another server's clock.
const JUMP_MS: i32 = 60_000;

/// Maps the server's milliseconds to local instants. Pure: arrivals come in as arguments.
#[derive(Clone, Debug, Default)]
pub struct ServerClock {
    fixed: Option<Fixed>,
}

#[derive(Clone, Copy, Debug)]
struct Fixed {
    /// The server's time of the newest packet, unwrapped since the first, in milliseconds.
    newest_ms: i64,
    newest_wire: u32,
    /// When the window began.
    began: Instant,
    /// Where the server's 0 (unwrapped) lies, by the least delayed packet of this window and of the one before.
    zero: Instant,
    zero_before: Instant,
}

/// The unwrapped time of the first packet: later ones may be older than it, and instants must not lie before the
/// machine's start.
const START_MS: i64 = 0;

impl ServerClock {
    /// When `server_ms` was, on this machine's clock and plus the least network delay; `arrival` is when it came.
    /// Never later than the arrival.
    pub fn local(&mut self, server_ms: u32, arrival: Instant) -> Instant {
        let ahead = self.fixed.map(|fixed| server_ms.wrapping_sub(fixed.newest_wire).cast_signed());
        let (Some(mut fixed), Some(ahead)) = (self.fixed, ahead.filter(|ahead| ahead.abs() < JUMP_MS)) else {
            self.fixed = Some(Fixed {
                newest_ms: START_MS,
                newest_wire: server_ms,
                began: arrival,
                zero: arrival,
                zero_before: arrival,
            });
            return arrival;
        };
        let unwrapped = fixed.newest_ms + i64::from(ahead);
        if ahead > 0 {
            fixed.newest_ms = unwrapped;
            fixed.newest_wire = server_ms;
        }
        let zero = minus_ms(arrival, unwrapped);
        if arrival.saturating_duration_since(fixed.began) > WINDOW {
            fixed = Fixed { began: arrival, zero_before: fixed.zero, zero, ..fixed };
        }
        fixed.zero = fixed.zero.min(zero);
        self.fixed = Some(fixed);
        minus_ms(fixed.zero.min(fixed.zero_before), -unwrapped).min(arrival)
    }
}

/// `time - ms`, as far as instants reach.
fn minus_ms(time: Instant, ms: i64) -> Instant {
    let distance = Duration::from_millis(ms.unsigned_abs());
    let moved = if ms >= 0 { time.checked_sub(distance) } else { time.checked_add(distance) };
    moved.unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn delayed_packets_keep_their_distance_on_the_servers_clock() {
        let t0 = Instant::now() + ms(10_000);
        let mut clock = ServerClock::default();
        let start = 0xFFFF_FFF0; // wraps after 16 ms
        assert_eq!(clock.local(start, t0 + ms(40)), t0 + ms(40));
        // The least delayed packet fixes the clock, later jitter does not move it.
        assert_eq!(clock.local(start.wrapping_add(100), t0 + ms(120)), t0 + ms(120));
        assert_eq!(clock.local(start.wrapping_add(200), t0 + ms(290)), t0 + ms(220));
        assert_eq!(clock.local(start.wrapping_add(150), t0 + ms(300)), t0 + ms(170));
    }

    #[test]
    fn a_longer_route_is_followed_within_two_windows() {
        let t0 = Instant::now() + ms(10_000);
        let mut clock = ServerClock::default();
        for n in 0..100 {
            clock.local(n * 100, t0 + ms(u64::from(n) * 100));
        }
        let mut last = t0;
        for n in 100..320 {
            last = clock.local(n * 100, t0 + ms(u64::from(n) * 100 + 500));
        }
        assert_eq!(last, t0 + ms(31_900 + 500));
    }

    #[test]
    fn another_servers_clock_starts_anew() {
        let t0 = Instant::now() + ms(10_000);
        let mut clock = ServerClock::default();
        clock.local(5, t0);
        assert_eq!(clock.local(2_000_000_000, t0 + ms(50)), t0 + ms(50));
        assert_eq!(clock.local(2_000_000_100, t0 + ms(170)), t0 + ms(150));
    }
}
