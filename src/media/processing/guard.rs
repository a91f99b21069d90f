//! Keeps a panic in somebody else's signal processing from taking the voice with it.

use std::{
    fmt::Display,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// How often a stage that failed is made anew. A fault that comes back so often is one of its input, not of chance.
const REBUILDS: u32 = 3;

/// A stage of processing that may fail: then it is made anew, and after the fourth time left out.
pub struct Guarded<S> {
    name: &'static str,
    make: Box<dyn Fn() -> S + Send>,
    /// `None` once it is left out for good.
    stage: Option<S>,
    rebuilds: u32,
}

impl<S> Guarded<S> {
    /// A stage made by `make`, called `name` in the log.
    pub fn new(name: &'static str, make: impl Fn() -> S + Send + 'static) -> Self {
        let mut guarded = Self { name, make: Box::new(make), stage: None, rebuilds: 0 };
        guarded.stage = guarded.build();
        guarded
    }

    fn build(&self) -> Option<S> {
        catch_unwind(AssertUnwindSafe(&self.make)).ok()
    }

    /// The stage, while there is one.
    pub fn stage(&self) -> Option<&S> {
        self.stage.as_ref()
    }

    /// Runs `work` on the stage. False when that failed or there is no stage any more: whatever `work` writes to is not
    /// to be used then.
    pub fn run<E: Display>(&mut self, work: impl FnOnce(&mut S) -> Result<(), E>) -> bool {
        let Some(stage) = &mut self.stage else { return false };
        // Whatever a panic leaves half done is dropped: the stage here, and its output by the caller.
        let reason = match catch_unwind(AssertUnwindSafe(|| work(stage))) {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it panicked".to_owned(),
        };
        if self.rebuilds < REBUILDS {
            self.rebuilds += 1;
            self.stage = self.build();
        } else {
            self.stage = None;
        }
        if self.stage.is_none() {
            tracing::warn!(reason, "{} is left out from now on", self.name);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    };

    #[test]
    fn a_stage_that_panics_is_made_anew_three_times_and_then_left_out() {
        let made = Arc::new(AtomicU32::new(0));
        let counter = made.clone();
        let mut guarded = Guarded::new("test", move || counter.fetch_add(1, Relaxed));
        assert!(guarded.run(|stage| if *stage == 0 { Ok::<_, String>(()) } else { Err(String::new()) }));
        for failure in 1..=4 {
            let reached = guarded.run(|stage| -> Result<(), String> { panic!("stage {stage}") });
            assert!(!reached);
            assert_eq!(made.load(Relaxed), (failure + 1).min(4));
        }
        assert!(guarded.stage().is_none());
        assert!(!guarded.run(|_| Ok::<_, String>(())), "left out");
        assert_eq!(made.load(Relaxed), 4);
    }

    #[test]
    fn errors_count_like_panics_and_a_stage_that_cannot_be_made_is_left_out() {
        let mut guarded = Guarded::new("test", || 7);
        (0..4).for_each(|_| assert!(!guarded.run(|_| Err("no"))));
        assert!(guarded.stage().is_none());
        let mut impossible = Guarded::new("test", || -> u8 { panic!("cannot be made") });
        assert!(!impossible.run(|_| Ok::<_, String>(())));
    }
}
