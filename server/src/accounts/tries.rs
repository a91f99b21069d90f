//! How soon a wrong password may be followed by another try.

use hallway_protocol::names::NameKey;
use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

/// Wrong tries that cost no wait: people mistype.
const FREE: u32 = 5;
/// The first wait; it doubles from try to try.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait for an account. Longer ones would let a stranger lock its owner out.
const LONGEST_FOR_ACCOUNT: Duration = Duration::from_secs(30);
/// The longest wait for a place on the net.
const LONGEST_FOR_PLACE: Duration = Duration::from_secs(600);
/// Wrong tries are forgotten so long after the last one.
const FORGOTTEN: Duration = Duration::from_secs(3600);
/// Most accounts and places remembered; past that, the oldest half goes.
const REMEMBERED: usize = 8192;

/// The wrong tries of late, per account and per place on the net.
#[derive(Default)]
pub(super) struct Tries(HashMap<Of, Wrong>);

/// What tries are counted for.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Of {
    Account(NameKey),
    Place(IpAddr),
}

#[derive(Clone, Copy)]
struct Wrong {
    count: u32,
    last: Instant,
}

impl Tries {
    /// How long to wait before this account is tried from this place; zero for no wait.
    pub(super) fn wait(&self, account: &NameKey, place: IpAddr, now: Instant) -> Duration {
        let of = [(Of::Account(account.clone()), LONGEST_FOR_ACCOUNT), (Of::Place(place), LONGEST_FOR_PLACE)];
        let waits = of.iter().filter_map(|(of, longest)| {
            let wrong = self.0.get(of).filter(|wrong| now.saturating_duration_since(wrong.last) < FORGOTTEN)?;
            let doublings = wrong.count.checked_sub(FREE)?;
            let wait = FIRST_WAIT.saturating_mul(1 << doublings.min(16)).min(*longest);
            Some((wrong.last + wait).saturating_duration_since(now))
        });
        waits.max().unwrap_or_default()
    }

    /// Counts a try as a wrong one, until it is known: many at once are no way round the wait.
    pub(super) fn begin(&mut self, account: &NameKey, place: IpAddr, now: Instant) {
        if self.0.len() >= REMEMBERED {
            self.forget_half();
        }
        for of in [Of::Account(account.clone()), Of::Place(place)] {
            let wrong = self.0.entry(of).or_insert(Wrong { count: 0, last: now });
            if now.saturating_duration_since(wrong.last) >= FORGOTTEN {
                wrong.count = 0;
            }
            *wrong = Wrong { count: wrong.count.saturating_add(1), last: now };
        }
    }

    /// It was the right password. The place's other tries stay: whoever guesses has an account of their own, too.
    pub(super) fn right(&mut self, account: &NameKey, place: IpAddr) {
        self.0.remove(&Of::Account(account.clone()));
        if let Some(wrong) = self.0.get_mut(&Of::Place(place)) {
            wrong.count = wrong.count.saturating_sub(1);
        }
    }

    fn forget_half(&mut self) {
        let mut lasts: Vec<Instant> = self.0.values().map(|wrong| wrong.last).collect();
        let middle = lasts.len() / 2;
        let (_, median, _) = lasts.select_nth_unstable(middle);
        let median = *median;
        self.0.retain(|_, wrong| wrong.last > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn mistyping_is_free_and_guessing_gets_slower_and_slower() {
        let (mut tries, start, ann) = (Tries::default(), Instant::now(), NameKey::of("Ann"));
        let mut now = start;
        let mut waits = Vec::new();
        for _ in 0..14 {
            let wait = tries.wait(&ann, place(1), now);
            waits.push(wait.as_secs());
            now += wait;
            tries.begin(&ann, place(1), now);
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256]);
        // Another place waits for the account's sake, but not for long; another account for the place's.
        assert_eq!(tries.wait(&ann, place(2), now), LONGEST_FOR_ACCOUNT);
        assert_eq!(tries.wait(&NameKey::of("Bob"), place(1), now).as_secs(), 512);
        assert!(tries.wait(&NameKey::of("Bob"), place(2), now).is_zero());
        assert!(tries.wait(&ann, place(1), now + FORGOTTEN).is_zero());
    }

    #[test]
    fn the_right_password_frees_the_account_and_not_the_place() {
        let (mut tries, now, ann) = (Tries::default(), Instant::now(), NameKey::of("Ann"));
        (0..9).for_each(|_| tries.begin(&ann, place(1), now));
        tries.right(&ann, place(1));
        assert!(tries.wait(&ann, place(2), now).is_zero());
        assert_eq!(tries.wait(&ann, place(1), now), FIRST_WAIT * 8);
        // Who never mistypes never waits.
        for _ in 0..50 {
            assert!(tries.wait(&ann, place(3), now).is_zero());
            tries.begin(&ann, place(3), now);
            tries.right(&ann, place(3));
        }
    }

    #[test]
    fn a_flood_is_not_remembered_without_end() {
        let (mut tries, start) = (Tries::default(), Instant::now());
        for n in 0..30_000_u32 {
            let [_, b, c, d] = n.to_be_bytes();
            let now = start + Duration::from_millis(n.into());
            tries.begin(&NameKey::of(&format!("name {n}")), IpAddr::from([10, b, c, d]), now);
        }
        assert!(tries.0.len() <= REMEMBERED + 2);
    }
}
