//! How often one address may try to sign in.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The time that tries are counted over.
const WINDOW: Duration = Duration::from_secs(60);
/// Most networks remembered; past that, those whose minute is over are forgotten.
const REMEMBERED: usize = 4096;

/// Counts the tries to sign in, per network and minute.
pub struct SignInLimits {
    per_minute: u32,
    per_minute_local: u32,
    tries: Mutex<HashMap<IpAddr, (Instant, u32)>>,
}

impl SignInLimits {
    /// Lets in `per_minute` tries of a network, and `per_minute_local` of this machine itself.
    #[must_use]
    pub fn new(per_minute: u32, per_minute_local: u32) -> Self {
        Self { per_minute, per_minute_local, tries: Mutex::default() }
    }

    /// Counts a try at `now`; whether it is within the limit.
    pub(super) fn admits(&self, ip: IpAddr, now: Instant) -> bool {
        let most = if ip.is_loopback() { self.per_minute_local } else { self.per_minute };
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= REMEMBERED {
            tries.retain(|_, (since, _)| now.saturating_duration_since(*since) < WINDOW);
        }
        if tries.len() >= 2 * REMEMBERED {
            // So many networks within a minute are one attack; those who are not remembered yet wait.
            return tries.get_mut(&network(ip)).is_some_and(|entry| count(entry, now) <= most);
        }
        count(tries.entry(network(ip)).or_insert((now, 0)), now) <= most
    }
}

/// Counts one try; the number of tries in this minute.
fn count((since, tries): &mut (Instant, u32), now: Instant) -> u32 {
    if now.saturating_duration_since(*since) >= WINDOW {
        (*since, *tries) = (now, 0);
    }
    *tries = tries.saturating_add(1);
    *tries
}

/// What counts as one place on the net: an IPv4 address, or an IPv6 /64, which one household has to itself.
pub(crate) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) if !ip.is_loopback() => {
            let [a, b, c, d, ..] = ip.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        ip => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_tries_and_gets_them_anew_each_minute() {
        let limits = SignInLimits::new(2, 3);
        let (now, far) = (Instant::now(), "192.0.2.1".parse().unwrap());
        assert_eq!([limits.admits(far, now), limits.admits(far, now), limits.admits(far, now)], [true, true, false]);
        assert!(limits.admits("192.0.2.2".parse().unwrap(), now));
        assert!(limits.admits(far, now + WINDOW));
        let here = "127.0.0.1".parse().unwrap();
        assert_eq!((0..4).filter(|_| limits.admits(here, now)).count(), 3);
    }

    #[test]
    fn an_ipv6_household_counts_as_one() {
        let limits = SignInLimits::new(1, 1);
        let now = Instant::now();
        assert!(limits.admits("2001:db8::1".parse().unwrap(), now));
        assert!(!limits.admits("2001:db8::ffff:2".parse().unwrap(), now));
        assert!(limits.admits("2001:db8:0:1::1".parse().unwrap(), now));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn a_flood_of_networks_is_not_remembered_without_end() {
        let limits = SignInLimits::new(1, 1);
        let now = Instant::now();
        for n in 0..20_000_u32 {
            limits.admits(IpAddr::from((0x0B00_0000_u32 + n).to_be_bytes()), now);
        }
        assert!(limits.tries.lock().unwrap().len() <= 2 * REMEMBERED);
    }
}
