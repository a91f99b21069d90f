//! Something that happens once, and may be waited for.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

/// Lowered at first; raised for ever.
#[derive(Debug, Default)]
pub(super) struct Signal {
    raised: Mutex<bool>,
    wake: Condvar,
}

impl Signal {
    pub(super) fn raise(&self) {
        *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.wake.notify_all();
    }

    pub(super) fn is_raised(&self) -> bool {
        *self.raised.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for it, but no longer than so; tells whether it is raised.
    pub(super) fn wait(&self, longest: Duration) -> bool {
        let raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
        let (raised, _) =
            self.wake.wait_timeout_while(raised, longest, |raised| !*raised).unwrap_or_else(PoisonError::into_inner);
        *raised
    }
}
