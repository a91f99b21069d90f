//! What the session knows of orders that it gave and that may still come to something: a session that ends waits for those
//! that take a moment, so that `send` and then `quit` is a file that was sent.

use std::sync::{
    Arc,
    atomic::{
        AtomicBool, AtomicU64,
        Ordering::{Acquire, Release},
    },
};

/// Shared by the session, which orders, and the thread, which obeys.
#[derive(Clone, Default)]
pub(super) struct Pending(Arc<Counts>);

#[derive(Default)]
struct Counts {
    ordered: AtomicU64,
    obeyed: AtomicU64,
    takes_a_moment: AtomicBool,
}

impl Pending {
    /// One more order is in the queue.
    pub(super) fn ordered(&self) {
        self.0.ordered.fetch_add(1, Release);
    }

    /// So many orders were obeyed, and what they led to was reported; whether any of it is over in a moment.
    pub(super) fn obeyed(&self, orders: u64, takes_a_moment: bool) {
        self.0.takes_a_moment.store(takes_a_moment, Release);
        self.0.obeyed.store(orders, Release);
    }

    /// Whether all that was ordered was obeyed and reported.
    pub(super) fn is_reported(&self) -> bool {
        self.0.obeyed.load(Acquire) == self.0.ordered.load(Acquire)
    }

    /// Whether nothing is left that is worth a moment's wait.
    pub(super) fn is_settled(&self) -> bool {
        self.is_reported() && !self.0.takes_a_moment.load(Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_waited_for_until_it_came_to_something() {
        let session = Pending::default();
        let thread = session.clone();
        assert!(session.is_settled());
        session.ordered();
        assert!(!session.is_settled() && !session.is_reported());
        thread.obeyed(1, true);
        assert!(!session.is_settled() && session.is_reported());
        thread.obeyed(1, false);
        assert!(session.is_settled());
    }
}
