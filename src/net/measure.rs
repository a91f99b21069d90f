//! Measurements of the link and of voice, for the status line, the plots and `--stats`.

use super::{
    hearing::SecondHeard,
    quality,
    session::{Clock, LiveLink, Mirror, SessionSystems},
    snapshot::{SessionStats, Snapshot, StatsSample, TalkState},
    talk::{self, Accessed},
    video::VideoLink,
    voice::VoiceLink,
};
use bevy::prelude::*;
use lightyear::prelude::PingManager;
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

/// How often the numbers are taken.
const EVERY: Duration = Duration::from_secs(1);
/// How often while the microphone is of interest, so that its level can be seen to move.
const EVERY_WITH_LEVEL: Duration = Duration::from_millis(66);
/// Samples that are kept, one a second.
const HISTORY: usize = 60;

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
        app.init_resource::<Measured>()
            .add_systems(Update, (measure, note_access, keep_history).chain().in_set(SessionSystems::Measure));
    }
}

#[derive(Resource, Default)]
struct Measured {
    at: Option<Instant>,
    /// The last access time since the last sample of the history.
    access_ms: Option<f32>,
}

fn measure(
    mut measured: ResMut<Measured>,
    mut mirror: ResMut<Mirror>,
    engine: Res<VoiceLink>,
    video: Res<VideoLink>,
    links: Query<&PingManager, With<LiveLink>>,
    clock: Clock,
) {
    let now = clock.now();
    let every = if is_level_of_interest(&mirror) { EVERY_WITH_LEVEL } else { EVERY };
    if measured.at.is_some_and(|last| now.saturating_duration_since(last) < every) {
        return;
    }
    measured.at = Some(now);
    let voice = engine.stats();
    let ping = links.iter().next();
    let milliseconds = |time: Option<Duration>| time.unwrap_or_default().as_secs_f32() * 1000.0;
    let stats = SessionStats {
        rtt_ms: milliseconds(ping.map(PingManager::rtt)),
        jitter_ms: milliseconds(ping.map(PingManager::jitter)),
        voice_sent: voice.sent,
        voice_received: voice.received,
        voice_lost: voice.lost,
        voice_concealed: voice.concealed,
        voice_late: voice.late,
        underruns: voice.underruns,
        overruns: voice.overruns,
        buffer_ms: voice.buffer_ms,
        microphone_level: meter_level(voice.microphone_level),
        encoding: voice.encoding,
        video: Arc::new(video.stats()),
        ..mirror.stats.clone()
    };
    if mirror.stats != stats {
        mirror.stats = stats;
    }
}

fn is_level_of_interest(snapshot: &Snapshot) -> bool {
    use TalkState::{Asking, Queued, Talking};
    let is_recording = matches!(snapshot.talk, Asking | Queued { .. } | Talking { .. });
    let is_in_call = snapshot.calls.current.as_ref().is_some_and(|call| call.sending.microphone);
    let is_noting = snapshot.notes.recording.is_some();
    is_recording || is_noting || is_in_call || snapshot.testing || talk::activation::wanted(snapshot).is_some()
}

fn note_access(mut accessed: MessageReader<Accessed>, mut measured: ResMut<Measured>, mut mirror: ResMut<Mirror>) {
    if let Some(Accessed(after)) = accessed.read().last() {
        let access_ms = Some(after.as_secs_f32() * 1000.0);
        (mirror.stats.grant_ms, measured.access_ms) = (access_ms, access_ms);
    }
}

/// Adds a sample to the last minute's, while there is a link to measure.
fn keep_history(
    mut seconds: MessageReader<SecondHeard>,
    mut measured: ResMut<Measured>,
    mut mirror: ResMut<Mirror>,
    links: Query<(), With<LiveLink>>,
    clock: Clock,
) {
    for SecondHeard { loss, buffer_ms } in seconds.read() {
        let access_ms = measured.access_ms.take();
        if links.is_empty() {
            continue;
        }
        let stats = &mut mirror.stats;
        let (rtt_ms, jitter_ms) = (stats.rtt_ms, stats.jitter_ms);
        let mouth_to_ear = |buffer_ms| quality::mouth_to_ear(stats.encoding.packet_ms as f32, rtt_ms, buffer_ms);
        let sample = StatsSample {
            at: clock.now(),
            rtt_ms,
            jitter_ms,
            loss: *loss,
            buffer_ms: *buffer_ms,
            access_ms,
            mouth_to_ear_ms: buffer_ms.map(mouth_to_ear),
        };
        keep(Arc::make_mut(&mut stats.history), sample);
    }
}

fn keep(history: &mut VecDeque<StatsSample>, sample: StatsSample) {
    history.push_back(sample);
    while history.len() > HISTORY {
        history.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_minute_is_kept() {
        let start = Instant::now();
        let mut history = VecDeque::new();
        for second in 0..100 {
            let at = start + Duration::from_secs(second);
            let nothing = StatsSample {
                at,
                rtt_ms: 0.0,
                jitter_ms: 0.0,
                loss: None,
                buffer_ms: None,
                access_ms: None,
                mouth_to_ear_ms: None,
            };
            keep(&mut history, nothing);
        }
        assert_eq!(history.len(), HISTORY);
        assert_eq!(history.back().map(|sample| sample.at - history[0].at), Some(Duration::from_secs(59)));
    }

    #[test]
    fn the_meter_ends_where_nothing_is_heard() {
        assert_eq!([-96.0, -60.0, -30.0, 0.0].map(meter_level), [0.0, 0.0, 0.5, 1.0]);
    }
}
