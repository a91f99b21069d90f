use super::*;
use crate::relay::faults::Reorder;
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);

/// What becomes of so many datagrams of 100 bytes, one every 20 ms.
fn fates(faults: Faults, seed: u64, count: u32) -> Vec<Fate> {
    let mut link = Link::new(faults, seed);
    (0..count).map(|n| link.decide(20 * MS * n, 100)).collect()
}

fn arrival(fate: Fate) -> Option<Duration> {
    match fate {
        Fate::Arrives { at, .. } => Some(at),
        Fate::Lost | Fate::QueueFull => None,
    }
}

/// Share that is lost, and how many are lost in a row on the average.
fn lost(fates: &[Fate]) -> (f64, f64) {
    let lost = fates.iter().filter(|fate| **fate == Fate::Lost).count() as f64;
    let bursts = fates.chunk_by(|a, b| (*a == Fate::Lost) == (*b == Fate::Lost));
    let bursts = bursts.filter(|run| run[0] == Fate::Lost).count() as f64;
    (lost / fates.len() as f64, lost / bursts)
}

#[test]
fn without_faults_everything_arrives_at_once() {
    let mut link = Link::new(Faults::default(), 1);
    for n in 0..1000 {
        assert_eq!(link.decide(MS * n, 1300), Fate::Arrives { at: MS * n, twice: false });
    }
}

#[test]
fn a_delay_is_the_same_for_all() {
    for (n, fate) in (0..).zip(fates(Faults::delay(40 * MS), 2, 1000)) {
        assert_eq!(arrival(fate), Some(20 * MS * n + 40 * MS));
    }
}

#[test]
fn jitter_is_spread_over_its_range() {
    let faults = Faults { jitter: 10 * MS, ..Faults::delay(20 * MS) };
    let taken = (0..).zip(fates(faults, 3, 10_000)).map(|(n, fate)| arrival(fate).unwrap() - 20 * MS * n);
    let mut taken: Vec<Duration> = taken.collect();
    taken.sort_unstable();
    for (share, ms) in [(0.0, 10.0), (0.25, 15.0), (0.5, 20.0), (0.75, 25.0), (1.0, 30.0)] {
        let at = taken[((taken.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
        assert!((at - ms).abs() < 0.5, "{at} ms at {share}");
    }
}

#[test]
fn losses_have_the_share_and_the_length_that_were_asked_for() {
    // Independent losses of share p come in runs of 1 / (1 − p).
    let table = [
        (Loss::independent(0.02), 0.02, 1.02),
        (Loss::independent(0.10), 0.10, 1.11),
        (Loss::in_bursts(0.02, 2.0), 0.02, 2.0),
        (Loss::in_bursts(0.05, 4.0), 0.05, 4.0),
        (Loss::in_bursts(0.30, 10.0), 0.30, 10.0),
    ];
    for (loss, share, burst) in table {
        let (seen_share, seen_burst) = lost(&fates(Faults { loss, ..Faults::default() }, 4, 400_000));
        assert!((seen_share / share - 1.0).abs() < 0.1, "{seen_share} of {share} lost");
        assert!((seen_burst / burst - 1.0).abs() < 0.1, "runs of {seen_burst}, not {burst}");
    }
}

#[test]
fn all_and_nothing_can_be_lost() {
    for (loss, share) in [
        (Loss::default(), 0.0),
        (Loss::independent(1.0), 1.0),
        (Loss::in_bursts(0.0, 3.0), 0.0),
        (Loss::in_bursts(1.0, 3.0), 1.0),
    ] {
        assert_eq!(lost(&fates(Faults { loss, ..Faults::default() }, 5, 1000)).0, share, "{loss:?}");
    }
}

#[test]
fn a_link_may_lose_in_both_states() {
    let loss = Loss { turns_bad: 0.01, turns_good: 0.01, while_good: 0.1, while_bad: 0.5 };
    let (share, _) = lost(&fates(Faults { loss, ..Faults::default() }, 6, 200_000));
    assert!((share - 0.3).abs() < 0.03, "{share}");
}

#[test]
fn who_is_held_back_is_overtaken_and_nobody_else() {
    let reorder = Reorder { share: 0.1, by: 50 * MS };
    let arrivals: Vec<_> = fates(Faults { reorder, ..Faults::delay(20 * MS) }, 7, 10_000);
    let arrivals: Vec<_> = arrivals.into_iter().map(|fate| arrival(fate).unwrap()).collect();
    let late = (0..).zip(&arrivals).filter(|(n, at)| **at == 20 * MS * *n + 70 * MS).count();
    let in_time = (0..).zip(&arrivals).filter(|(n, at)| **at == 20 * MS * *n + 20 * MS).count();
    assert_eq!(late + in_time, arrivals.len());
    assert!(late.abs_diff(1000) < 100, "{late} of 10000");
}

#[test]
fn the_share_of_duplicates_is_as_asked_for() {
    let fates = fates(Faults { duplicate: 0.2, ..Faults::default() }, 8, 10_000);
    let twice = fates.iter().filter(|fate| matches!(fate, Fate::Arrives { twice: true, .. })).count();
    assert!(twice.abs_diff(2000) < 150, "{twice} of 10000");
}

#[test]
fn a_narrow_link_passes_on_so_many_bits_a_second_and_drops_what_finds_its_queue_full() {
    // 100 bytes and their header are 1024 bits: 10 ms each.
    let bandwidth = Some(Bandwidth { bits_per_second: 102_400, queue_bytes: 256 });
    let mut link = Link::new(Faults { bandwidth, ..Faults::delay(5 * MS) }, 9);
    let fates: Vec<_> = (0..5).map(|_| arrival(link.decide(Duration::ZERO, 100))).collect();
    assert_eq!(fates, [Some(15 * MS), Some(25 * MS), Some(35 * MS), None, None]);
    assert_eq!(link.decide(MS, 100), Fate::QueueFull);
    assert_eq!(arrival(link.decide(100 * MS, 100)), Some(115 * MS));
}

#[test]
fn a_change_of_one_fault_leaves_the_luck_of_the_others() {
    let lossy = Faults { loss: Loss::in_bursts(0.1, 3.0), ..Faults::default() };
    let more = Faults { delay: 30 * MS, jitter: 5 * MS, duplicate: 0.5, ..lossy };
    let lost = |faults| fates(faults, 10, 5000).iter().map(|fate| *fate == Fate::Lost).collect::<Vec<_>>();
    assert_eq!(lost(lossy), lost(more));
}

fn any_faults() -> impl Strategy<Value = Faults> {
    let ms = |most: u32| (0..=most).prop_map(|ms| MS * ms);
    let loss = (0.0..=1.0, 1.0..20.0).prop_map(|(share, burst)| Loss::in_bursts(share, burst));
    let bandwidth = proptest::option::of((1_000..10_000_000u64, 0..20_000usize));
    (ms(200), ms(200), loss, 0.0..=1.0, bandwidth).prop_map(|(delay, jitter, loss, duplicate, bandwidth)| Faults {
        delay,
        jitter,
        loss,
        reorder: Reorder::default(),
        duplicate,
        bandwidth: bandwidth.map(|(bits_per_second, queue_bytes)| Bandwidth { bits_per_second, queue_bytes }),
    })
}

proptest! {
    #[test]
    fn nothing_arrives_early_and_without_reordering_everything_in_order(
        faults in any_faults(),
        seed: u64,
        gaps in proptest::collection::vec((0..50u32, 0..1300usize), 1..200),
    ) {
        let mut link = Link::new(faults, seed);
        let mut same = Link::new(faults, seed);
        let (mut now, mut last) = (Duration::ZERO, Duration::ZERO);
        for (gap_ms, bytes) in gaps {
            now += MS * gap_ms;
            let fate = link.decide(now, bytes);
            prop_assert_eq!(fate, same.decide(now, bytes));
            if let Some(at) = arrival(fate) {
                prop_assert!(at >= now + faults.delay.saturating_sub(faults.jitter));
                prop_assert!(at >= last);
                last = at;
            }
        }
    }

    #[test]
    fn a_narrow_link_never_passes_more_than_its_rate(
        bits_per_second in 10_000..1_000_000u64,
        queue_bytes in 0..5_000usize,
        gaps in proptest::collection::vec((0..50u32, 0..1300usize), 1..200),
    ) {
        let bandwidth = Some(Bandwidth { bits_per_second, queue_bytes });
        let mut link = Link::new(Faults { bandwidth, ..Faults::default() }, 0);
        let (mut now, mut bits) = (Duration::ZERO, 0.0);
        for (gap_ms, bytes) in gaps {
            now += MS * gap_ms;
            if let Some(at) = arrival(link.decide(now, bytes)) {
                bits += (bytes + HEADER_BYTES) as f64 * 8.0;
                prop_assert!(bits / bits_per_second as f64 <= at.as_secs_f64() + 1e-6);
            }
        }
    }
}
