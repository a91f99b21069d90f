//! An engine that nobody uses must not be felt. Alone in its process, because it counts the process's wake-ups.

#![cfg(target_os = "linux")]

use hallway::media::engine::{VoiceEngine, VoiceSettings};
use std::{fs, path::PathBuf, thread::sleep, time::Duration};

/// How often the thread named `voice` has gone to sleep so far.
fn sleeps_of_the_voice_thread() -> Option<u64> {
    let tasks = fs::read_dir("/proc/self/task").ok()?.filter_map(|task| Some(task.ok()?.path()));
    let is_voice = |task: &PathBuf| fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "voice");
    let status = fs::read_to_string(tasks.into_iter().find(is_voice)?.join("status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?.trim().parse().ok()
}

#[test]
fn an_idle_engine_wakes_ten_times_a_second() {
    let _engine = VoiceEngine::start(VoiceSettings::default(), |_| {}).unwrap();
    let before = loop {
        if let Some(sleeps @ 1..) = sleeps_of_the_voice_thread() {
            break sleeps;
        }
        sleep(Duration::from_millis(1));
    };
    sleep(Duration::from_secs(1));
    let woken = sleeps_of_the_voice_thread().unwrap() - before;
    assert!((5..=15).contains(&woken), "woken {woken} times in a second");
}
