//! Standard output: a thread of its own writes the lines, so that whoever reads slowly holds up nobody but himself.

use serde_json::{Value, json};
use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc::{self, Receiver, SyncSender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Lines that may wait for a slow reader: a quarter of an hour of a lively room.
const WAITING_LINES: usize = 16_384;
/// How long the end of the program waits for a reader who takes nothing.
const LAST_LINES: Duration = Duration::from_secs(2);

/// A line to write, or the word to end.
type Line = Option<String>;

/// Where events go.
#[derive(Clone)]
pub struct Output {
    lines: SyncSender<Line>,
    lost: Arc<AtomicU64>,
}

/// The thread that writes.
pub struct Writer {
    thread: JoinHandle<()>,
    done: Receiver<()>,
}

/// Starts the writing thread.
///
/// # Errors
/// When the system gives no thread.
pub fn start(target: impl Write + Send + 'static) -> std::io::Result<(Output, Writer)> {
    let (lines, waiting) = mpsc::sync_channel(WAITING_LINES);
    let (finished, done) = mpsc::sync_channel(1);
    let lost = Arc::new(AtomicU64::new(0));
    let dropped = Arc::clone(&lost);
    let thread = thread::Builder::new().name("output".to_owned()).spawn(move || {
        if let Err(error) = write_lines(target, &waiting, &dropped) {
            // Nobody reads any more; the session goes on until it is told to quit.
            tracing::debug!(%error, "standard output is closed");
        }
        let _ = finished.try_send(());
    })?;
    Ok((Output { lines, lost }, Writer { thread, done }))
}

impl Output {
    /// Writes an event, with the time on it. Dropped and counted where too many wait.
    pub fn tell(&self, object: Value) {
        if self.lines.try_send(Some(super::json::line(object))).is_err() {
            self.lost.fetch_add(1, Relaxed);
        }
    }
}

impl Writer {
    /// Waits until all that was told is written, for a while.
    pub fn finish(self, output: &Output) {
        // Where there is no room even for this, the reader takes nothing, and is waited for in vain.
        let _ = output.lines.try_send(None);
        if self.done.recv_timeout(LAST_LINES).is_ok() && self.thread.join().is_err() {
            tracing::error!("the output thread panicked");
        }
    }
}

fn write_lines(mut target: impl Write, waiting: &Receiver<Line>, lost: &AtomicU64) -> std::io::Result<()> {
    while let Ok(Some(line)) = waiting.recv() {
        target.write_all(line.as_bytes())?;
        // One write per line is what a pipe's reader waits for; more lines are already there when it is slow.
        target.flush()?;
        let dropped = lost.swap(0, Relaxed);
        if dropped > 0 {
            let text = format!("{dropped} events were dropped because nobody read them; read faster.");
            let event = json!({"event": "error", "code": "output_lost", "text": text, "lost": dropped});
            target.write_all(super::json::line(event).as_bytes())?;
        }
    }
    target.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A reader who takes nothing until the gate opens.
    struct Slow(Arc<Mutex<Vec<u8>>>, Receiver<()>, bool);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if !self.2 {
                self.1.recv().unwrap();
                self.2 = true;
            }
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_slow_reader_loses_lines_and_is_told_how_many() {
        let (open, gate) = mpsc::channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let (output, writer) = start(Slow(Arc::clone(&written), gate, false)).unwrap();
        let told = WAITING_LINES + 500;
        for n in 0..told {
            output.tell(json!({"n": n}));
        }
        drop(output);
        open.send(()).unwrap();
        writer.thread.join().unwrap();
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let lost: u64 = lines.iter().filter_map(|line| line["lost"].as_u64()).sum();
        let kept = lines.iter().filter(|line| line["n"].is_u64()).count();
        assert!(lost > 0);
        assert_eq!(kept + lost as usize, told);
    }
}
