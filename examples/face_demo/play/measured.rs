//! Measurements as a link of middling quality would give them.

use hallway::net::snapshot::{Grade, SessionStats, Snapshot, StatsSample, TalkerQuality};
use hallway_protocol::ids::PersonId;
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// Measurements of the last minute before `now`.
pub(crate) fn stats(now: Instant) -> SessionStats {
    let history: VecDeque<_> =
        (0..60).filter_map(|second| Some(sample(now.checked_sub(Duration::from_secs(59 - second))?, second))).collect();
    SessionStats {
        rtt_ms: 23.0,
        jitter_ms: 3.0,
        voice_received: 900,
        voice_lost: 4,
        buffer_ms: 40,
        history: Arc::new(history),
        ..SessionStats::default()
    }
}

/// One second more.
pub(crate) fn go_on(stats: &mut SessionStats, now: Instant, second: u64) {
    let history = Arc::make_mut(&mut stats.history);
    history.push_back(sample(now, second));
    if history.len() > 60 {
        history.pop_front();
    }
}

fn sample(at: Instant, second: u64) -> StatsSample {
    let time = second as f32;
    let rtt_ms = 23.0 + 4.0 * (time * 0.7).sin() + if second % 23 == 7 { 31.0 } else { 0.0 };
    // Somebody talks most of the time.
    let is_heard = second % 20 > 4;
    let buffer_ms = 42.0 + 12.0 * (time * 0.21).sin();
    StatsSample {
        at,
        rtt_ms,
        jitter_ms: 3.0 + 2.0 * (time * 1.3).sin().abs(),
        loss: is_heard.then_some(if second % 11 == 3 { 0.034 } else { 0.004 }),
        buffer_ms: is_heard.then_some(buffer_ms),
        access_ms: (second % 17 == 2).then_some(rtt_ms + 6.0),
        mouth_to_ear_ms: is_heard.then_some(20.0 + rtt_ms + buffer_ms),
    }
}

/// How well those are heard who talk: each in another way.
pub(crate) fn judge(snapshot: &mut Snapshot) {
    let me = snapshot.me.as_ref().and_then(|me| me.room);
    let Some(room) = snapshot.rooms.iter().find(|room| Some(room.id) == me) else { return };
    let judged = room.talkers.iter().map(|person| quality(*person)).collect();
    snapshot.stats.talkers = judged;
}

fn quality(person: PersonId) -> TalkerQuality {
    let (grade, reason, loss, jitter_ms, buffer_ms) = match person.0 % 4 {
        2 => (Grade::Poor, "One in eight packets is lost: words are missing.", 0.12, 22.0, 110.0),
        1 => (Grade::Fair, "Some packets are lost, but nearly all can be made up for.", 0.031, 9.0, 60.0),
        _ => (Grade::Good, "Everything arrives in time.", 0.002, 3.0, 40.0),
    };
    TalkerQuality { person, grade, reason: reason.to_owned(), loss, jitter_ms, buffer_ms }
}
