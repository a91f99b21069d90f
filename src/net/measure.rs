//! Measurements of the link and of voice, for the status line and `--stats`.

use super::{
    session::{Clock, LiveLink, Mirror, SessionSystems},
    snapshot::{SessionStats, TalkState},
    voice::VoiceLink,
};
use bevy::prelude::*;
use lightyear::prelude::PingManager;
use std::time::{Duration, Instant};

/// How often the numbers are taken.
const EVERY: Duration = Duration::from_secs(1);
/// How often while the microphone is open, so that its level can be seen to move.
const EVERY_WHILE_TALKING: Duration = Duration::from_millis(66);

/// Sound this far below full scale shows as nothing; between there and full scale the meter follows the ear.
const QUIETEST_DB: f32 = 60.0;

/// Where a loudness in dBFS stands on a meter from 0.0 (nothing to be heard) to 1.0 (full scale), as in
/// [`SessionStats::microphone_level`].
#[must_use]
pub fn meter_level(dbfs: f32) -> f32 {
    ((dbfs + QUIETEST_DB) / QUIETEST_DB).clamp(0.0, 1.0)
}

/// Keeps [`SessionStats`].
pub struct MeasurePlugin;

impl Plugin for MeasurePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Measured>().add_systems(Update, measure.in_set(SessionSystems::Talk));
    }
}

#[derive(Resource, Default)]
struct Measured(Option<Instant>);

fn measure(
    mut measured: ResMut<Measured>,
    mut mirror: ResMut<Mirror>,
    engine: Res<VoiceLink>,
    links: Query<&PingManager, With<LiveLink>>,
    clock: Clock,
) {
    let now = clock.now();
    let every = if matches!(mirror.talk, TalkState::Talking { .. }) { EVERY_WHILE_TALKING } else { EVERY };
    if measured.0.is_some_and(|last| now.saturating_duration_since(last) < every) {
        return;
    }
    measured.0 = Some(now);
    let voice = engine.stats();
    let ping = links.iter().next();
    let milliseconds = |time: Option<Duration>| time.unwrap_or_default().as_secs_f32() * 1000.0;
    let earlier = &mirror.stats;
    let stats = SessionStats {
        rtt_ms: milliseconds(ping.map(PingManager::rtt)),
        jitter_ms: milliseconds(ping.map(PingManager::jitter)),
        voice_sent: voice.sent,
        voice_received: voice.received,
        voice_lost: voice.lost,
        voice_concealed: voice.concealed,
        voice_late: voice.late,
        buffer_ms: voice.buffer_ms,
        microphone_level: meter_level(voice.microphone_level),
        grant_ms: earlier.grant_ms,
        encoding: voice.encoding,
        talkers: Vec::new(),
        history: std::sync::Arc::clone(&earlier.history),
    };
    if mirror.stats != stats {
        mirror.stats = stats;
    }
}
