//! Which threads go first where processors are few.

/// By how much threads that carry what has time stand behind those of the conversation. On Linux this is a third of their
/// share: what has time goes on, while whoever has a voice packet to send waits for none of it.
#[cfg(target_os = "linux")]
const BEHIND: i32 = 5;

/// Lets the calling thread, and those that it starts, stand behind the threads of the conversation: for files, passwords
/// and whatever else waits for disks. Does nothing where the system knows no priority of a single thread.
pub fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = stand_behind_the_first() {
        tracing::debug!(%error, "a thread keeps its priority");
    }
}

/// Counted from the process's first thread, since a thread begins with the priority of the one that started it.
#[cfg(target_os = "linux")]
fn stand_behind_the_first() -> rustix::io::Result<()> {
    use rustix::process::{getpid, getpriority_process, setpriority_process};
    let first = getpriority_process(Some(getpid()))?;
    setpriority_process(None, first + BEHIND)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::process::{getpid, getpriority_process};

    #[test]
    fn a_thread_stands_back_once_and_alone() {
        let first = || getpriority_process(Some(getpid())).unwrap();
        let before = first();
        let stood = std::thread::spawn(|| {
            stand_back();
            std::thread::spawn(stand_back).join().unwrap();
            stand_back();
            getpriority_process(None).unwrap()
        });
        assert_eq!(stood.join().unwrap(), (before + BEHIND).min(19));
        assert_eq!(first(), before);
    }
}
