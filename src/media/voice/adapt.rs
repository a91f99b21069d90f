//! How a talker's encoding follows the link: what listeners report decides bitrate, packet length and protection.
//!
//! Protection goes up with the first bad report and comes back after ten seconds without one: a click is heard by
//! everybody, a few kilobits more by nobody. What protection buys was measured with PESQ (wide band, synthetic speech,
//! 5 % lost in bursts of 30 ms on average): nothing 2.7, in-band FEC 3.2, FEC and two copies 4.0.

use super::encoding::{Encoding, LEAST_BITRATE_BPS, MOST_EXPECTED_LOSS_PERCENT};
use hallway_protocol::listening::{Reception, TalkerReport};
use std::{collections::VecDeque, time::Duration};

/// How long a bad report counts.
const HOLD: Duration = Duration::from_secs(10);
/// Most reports kept; one a second comes.
const MOST_REPORTS: usize = 32;
/// Fewest packets that a loss is a share of: one lost packet of a short burst is no bad link.
const FEWEST_PACKETS: u16 = 50;
/// Loss from which each packet carries one copy: half a packet a second at 20 ms.
const SOME_LOSS: f32 = 0.01;
/// Loss from which it carries two: then packets are often lost in a row.
const MUCH_LOSS: f32 = 0.04;
/// A round trip to the server up to which packets are short; where they are, they stay so up to `FAR`.
const NEAR: Duration = Duration::from_millis(20);
const FAR: Duration = Duration::from_millis(40);
/// Variation of travel times up to which packets are short: beyond it 10 ms less are not felt.
const CALM_MS: u16 = 20;
/// Travel times that vary by so much more than before while packets are lost: a queue on the way is full.
const QUEUE_MS: u16 = 40;
/// Loss that goes with a full queue.
const QUEUE_LOSS: f32 = 0.02;

/// Bits per second where the link is good and packets are short: 10 ms of sound need more for the same quality.
const SHORT_BPS: u32 = 64_000;
/// Bits per second of 20 ms packets that come through.
const CLEAN_BPS: u32 = 48_000;
/// Bits per second of packets that carry copies.
const COPIED_BPS: u32 = 40_000;
/// What a link of which nothing is known yet is taken to lose.
const UNKNOWN_LOSS: f32 = 0.02;

/// See the [module's description](self). The clock is the caller's.
#[derive(Clone, Debug, Default)]
pub struct LinkAdapter {
    /// Whether the server is near; `None` while that is not known.
    near: Option<bool>,
    /// The reports of the last ten seconds with their times, oldest first.
    reports: VecDeque<(Duration, Reception)>,
    congestion: Option<Congestion>,
}

/// A full queue on the way, and how far the bitrate has come back since.
#[derive(Clone, Copy, Debug)]
struct Congestion {
    most_bps: u32,
    ease_at: Duration,
}

impl LinkAdapter {
    /// The round trip to the server was measured.
    pub fn measured(&mut self, rtt: Duration) {
        let limit = if self.near == Some(true) { FAR } else { NEAR };
        self.near = Some(rtt <= limit);
    }

    /// The server told at `now` how the talker was heard.
    pub fn reported(&mut self, report: &TalkerReport, now: Duration) {
        if report.listeners == 0 || report.worst.expected == 0 {
            return;
        }
        let before = self.reports.iter().map(|(_, reception)| reception.jitter_ms).min();
        self.follow_congestion(&report.worst, before, now);
        self.reports.retain(|(at, _)| now.saturating_sub(*at) < HOLD);
        self.reports.push_back((now, report.worst));
        if self.reports.len() > MOST_REPORTS {
            self.reports.pop_front();
        }
    }

    fn follow_congestion(&mut self, reception: &Reception, jitter_before: Option<u16>, now: Duration) {
        let grew = jitter_before.is_some_and(|before| reception.jitter_ms >= before.saturating_add(QUEUE_MS));
        if grew && loss(reception) >= QUEUE_LOSS {
            self.congestion = Some(Congestion { most_bps: LEAST_BITRATE_BPS, ease_at: now + HOLD });
        } else if let Some(Congestion { most_bps, ease_at }) = self.congestion
            && now >= ease_at
        {
            let most_bps = most_bps * 3 / 2;
            self.congestion = (most_bps < CLEAN_BPS).then_some(Congestion { most_bps, ease_at: now + HOLD });
        }
    }

    /// How to encode now.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        let near = self.near == Some(true);
        let unknown = if near { 0.0 } else { UNKNOWN_LOSS };
        let worst = self.reports.iter().map(|(_, reception)| loss(reception)).reduce(f32::max).unwrap_or(unknown);
        let calm = self.reports.iter().all(|(_, reception)| reception.jitter_ms <= CALM_MS);
        let short = near && calm && worst == 0.0;
        let copies = [SOME_LOSS, MUCH_LOSS].iter().filter(|least| worst >= **least).count() as u32;
        let encoding = Encoding {
            bitrate_bps: match copies {
                0 if short => SHORT_BPS,
                0 => CLEAN_BPS,
                _ => COPIED_BPS,
            },
            packet_ms: if short { 10 } else { 20 },
            expected_loss_percent: ((100.0 * worst).ceil() as u32).min(MOST_EXPECTED_LOSS_PERCENT),
            copies,
        };
        self.congestion.map_or(encoding, |congestion| congestion.relieve(encoding))
    }
}

impl Congestion {
    /// Takes the load off: what is lost in a full queue is not brought back by sending more.
    fn relieve(self, encoding: Encoding) -> Encoding {
        Encoding {
            bitrate_bps: encoding.bitrate_bps.min(self.most_bps),
            packet_ms: 20,
            copies: encoding.copies.min(1),
            ..encoding
        }
    }
}

fn loss(reception: &Reception) -> f32 {
    Reception { expected: reception.expected.max(FEWEST_PACKETS), ..*reception }.loss()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of a link.
    #[derive(Clone, Copy)]
    enum Link {
        /// Round trip in milliseconds.
        Rtt(u64),
        /// So many seconds with so many lost packets of fifty, and so many milliseconds of jitter.
        Seconds(u64, u16, u16),
    }
    use Link::{Rtt, Seconds};

    fn adapted(steps: &[Link]) -> Encoding {
        let (mut adapter, mut now) = (LinkAdapter::default(), Duration::from_secs(100));
        for step in steps {
            match *step {
                Rtt(ms) => adapter.measured(Duration::from_millis(ms)),
                Seconds(seconds, lost, jitter_ms) => (0..seconds).for_each(|_| {
                    now += Duration::from_secs(1);
                    let worst = Reception { expected: 50, lost, jitter_ms, ..Reception::default() };
                    adapter.reported(&TalkerReport { listeners: 3, worst }, now);
                }),
            }
        }
        adapter.encoding()
    }

    const fn encoding(kbps: u32, packet_ms: u32, expected_loss_percent: u32, copies: u32) -> Encoding {
        Encoding { bitrate_bps: 1000 * kbps, packet_ms, expected_loss_percent, copies }
    }

    #[test]
    fn the_encoding_follows_the_link_as_the_table_says() {
        let (short, clean) = (encoding(64, 10, 0, 0), encoding(48, 20, 0, 0));
        let table: &[(&str, &[Link], Encoding)] = &[
            ("nothing known", &[], encoding(40, 20, 2, 1)),
            ("near, nothing heard of listeners", &[Rtt(3)], short),
            ("far, nothing heard of listeners", &[Rtt(80)], encoding(40, 20, 2, 1)),
            ("far and clean", &[Rtt(80), Seconds(1, 0, 5)], clean),
            ("near and clean", &[Rtt(3), Seconds(60, 0, 5)], short),
            ("near, but a listener's link varies", &[Rtt(3), Seconds(1, 0, 30)], clean),
            ("a round trip that grows a little keeps the packets short", &[Rtt(15), Rtt(35)], short),
            ("and one that shrinks a little keeps them long", &[Rtt(80), Rtt(35), Seconds(1, 0, 5)], clean),
            ("the first lost packet", &[Rtt(80), Seconds(9, 0, 5), Seconds(1, 1, 5)], encoding(40, 20, 2, 1)),
            ("near, and a lost packet", &[Rtt(3), Seconds(9, 0, 5), Seconds(1, 1, 5)], encoding(40, 20, 2, 1)),
            ("a loss is remembered", &[Rtt(80), Seconds(1, 1, 5), Seconds(9, 0, 5)], encoding(40, 20, 2, 1)),
            ("for ten seconds", &[Rtt(80), Seconds(1, 1, 5), Seconds(10, 0, 5)], clean),
            ("much loss", &[Rtt(80), Seconds(1, 5, 5)], encoding(40, 20, 10, 2)),
            ("loss in bursts", &[Rtt(80), Seconds(1, 4, 5), Seconds(5, 0, 5)], encoding(40, 20, 8, 2)),
            ("less loss than before", &[Seconds(1, 5, 5), Seconds(10, 1, 5)], encoding(40, 20, 2, 1)),
            ("hopeless", &[Rtt(80), Seconds(1, 40, 5)], encoding(40, 20, 30, 2)),
            ("a full queue", &[Rtt(80), Seconds(5, 0, 5), Seconds(1, 5, 90)], encoding(16, 20, 10, 1)),
            ("jitter alone is no full queue", &[Rtt(80), Seconds(5, 0, 5), Seconds(1, 0, 90)], clean),
            (
                "a queue that empties",
                &[Rtt(80), Seconds(5, 0, 5), Seconds(1, 5, 90), Seconds(11, 0, 5)],
                encoding(24, 20, 0, 0),
            ),
            ("and is forgotten", &[Rtt(80), Seconds(5, 0, 5), Seconds(1, 5, 90), Seconds(40, 0, 5)], clean),
        ];
        for (name, steps, expected) in table {
            assert_eq!(adapted(steps), *expected, "{name}");
        }
    }

    #[test]
    fn one_loss_of_a_short_burst_is_no_bad_link_and_a_report_of_nobody_none_at_all() {
        let mut adapter = LinkAdapter::default();
        let worst = Reception { expected: 5, lost: 1, ..Reception::default() };
        adapter.reported(&TalkerReport { listeners: 1, worst }, Duration::ZERO);
        assert_eq!(adapter.encoding().copies, 1);
        adapter.reported(&TalkerReport { listeners: 0, worst: Reception::default() }, Duration::from_secs(60));
        assert_eq!(adapter.encoding().copies, 1);
    }

    #[test]
    fn every_encoding_is_within_the_limits() {
        for lost in 0..=50 {
            for jitter in [0, 10, 100] {
                for rtt in [1, 100] {
                    let encoding = adapted(&[Rtt(rtt), Seconds(1, 0, 0), Seconds(1, lost, jitter)]);
                    assert_eq!(encoding, encoding.within_limits());
                }
            }
        }
    }
}
