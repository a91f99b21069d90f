//! The monotonic clock of pictures: a [`Duration`] since a moment before the first picture of this process.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

/// How long before its first use the clock begins, so that moments a little earlier can be told as well. Shorter where
/// the machine itself has not been up for so long.
const LEAD: Duration = Duration::from_secs(3600);

static ZERO: LazyLock<Instant> = LazyLock::new(|| {
    let now = Instant::now();
    now.checked_sub(LEAD).unwrap_or(now)
});

/// Now, for [`Picture::taken`](super::Picture::taken).
#[must_use]
pub fn now() -> Duration {
    at(Instant::now())
}

/// A moment, for [`Picture::taken`](super::Picture::taken). Moments before the clock's beginning are its beginning.
#[must_use]
pub fn at(moment: Instant) -> Duration {
    moment.saturating_duration_since(*ZERO)
}

/// The moment at which a picture of this process was taken.
#[must_use]
pub fn moment(taken: Duration) -> Instant {
    ZERO.checked_add(taken).unwrap_or(*ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_comes_back_as_it_was() {
        let now = Instant::now();
        assert_eq!(moment(at(now)), now);
        let earlier = now.checked_sub(Duration::from_millis(300)).unwrap();
        assert_eq!(at(now) - at(earlier), Duration::from_millis(300));
    }
}
