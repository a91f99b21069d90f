//! Room for one thing between two threads, where a newer one takes the place of an older one.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// What both threads see.
#[derive(Debug)]
struct Shared<T> {
    content: Mutex<Content<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Content<T> {
    newest: Option<T>,
    /// One of the two ends is gone.
    is_over: bool,
}

/// The end that is written to. Dropping it tells the reader that nothing more comes.
#[derive(Debug)]
pub(super) struct SlotWriter<T>(Arc<Shared<T>>);

/// The end that is read from. Dropping it tells the writer that nobody waits any more.
#[derive(Debug)]
pub(super) struct SlotReader<T>(Arc<Shared<T>>);

/// What there is to read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken<T> {
    /// The newest thing.
    New(T),
    /// Nothing came in time.
    Nothing,
    /// Nothing will come any more.
    Over,
}

/// Both ends of an empty slot.
pub(super) fn slot<T>() -> (SlotWriter<T>, SlotReader<T>) {
    let content = Mutex::new(Content { newest: None, is_over: false });
    let shared = Arc::new(Shared { content, changed: Condvar::new() });
    (SlotWriter(shared.clone()), SlotReader(shared))
}

impl<T> SlotWriter<T> {
    /// Puts the newest thing in; `false` when nobody reads any more.
    pub(super) fn put(&self, newest: T) -> bool {
        let mut content = self.0.lock();
        content.newest = Some(newest);
        self.0.changed.notify_one();
        !content.is_over
    }

    /// Whether somebody still reads.
    pub(super) fn is_read(&self) -> bool {
        !self.0.lock().is_over
    }
}

impl<T> SlotReader<T> {
    /// The newest thing that was not taken yet, waiting for it so long at most.
    pub(super) fn take_within(&self, patience: Duration) -> Taken<T> {
        let deadline = Instant::now() + patience;
        let mut content = self.0.lock();
        loop {
            if let Some(newest) = content.newest.take() {
                return Taken::New(newest);
            }
            if content.is_over {
                return Taken::Over;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Taken::Nothing;
            }
            content = self.0.changed.wait_timeout(content, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Content<T>> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        self.lock().is_over = true;
        self.changed.notify_one();
    }
}

impl<T> Drop for SlotWriter<T> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl<T> Drop for SlotReader<T> {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn only_the_newest_is_taken_and_only_once() {
        let (writer, reader) = slot();
        assert!(writer.put(1) && writer.put(2));
        assert_eq!(reader.take_within(LONG), Taken::New(2));
        assert_eq!(reader.take_within(Duration::ZERO), Taken::Nothing);
        writer.put(3);
        drop(writer);
        assert_eq!(reader.take_within(LONG), Taken::New(3));
        assert_eq!(reader.take_within(LONG), Taken::Over);
    }

    #[test]
    fn a_waiting_reader_is_woken_by_what_comes_and_by_the_end() {
        let (writer, reader) = slot();
        let waiting = thread::spawn(move || (reader.take_within(LONG), reader.take_within(LONG)));
        writer.put(1);
        while Arc::strong_count(&writer.0) > 1 && writer.0.lock().newest.is_some() {
            thread::yield_now();
        }
        drop(writer);
        assert_eq!(waiting.join().unwrap(), (Taken::New(1), Taken::Over));
    }

    #[test]
    fn the_writer_learns_that_nobody_reads() {
        let (writer, reader) = slot();
        assert!(writer.is_read());
        drop(reader);
        assert!(!writer.is_read() && !writer.put(1));
    }
}
