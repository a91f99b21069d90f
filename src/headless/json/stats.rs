//! The event of `--stats`.

use super::{person_name, thousandths, tiles};
use crate::net::snapshot::{Grade, Snapshot, TalkerQuality};
use serde_json::{Value, json};

/// The event of `--stats`.
#[must_use]
pub fn stats(snapshot: &Snapshot) -> Value {
    let stats = &snapshot.stats;
    let expected = stats.voice_received + stats.voice_lost;
    let loss = if expected == 0 { 0.0 } else { stats.voice_lost as f64 / expected as f64 };
    let mut object = json!({
        "event": "stats", "rtt_ms": tiles(stats.rtt_ms), "jitter_ms": tiles(stats.jitter_ms), "loss": loss,
        "voice": {
            "sent": stats.voice_sent, "received": stats.voice_received, "lost": stats.voice_lost,
            "concealed": stats.voice_concealed, "late": stats.voice_late, "buffer_ms": stats.buffer_ms,
            "underruns": stats.underruns, "overruns": stats.overruns,
        },
        "encoding": {
            "bitrate_bps": stats.encoding.bitrate_bps, "packet_ms": stats.encoding.packet_ms,
            "expected_loss_percent": stats.encoding.expected_loss_percent, "copies": stats.encoding.copies,
        },
        "talkers": stats.talkers.iter().map(|talker| quality(talker, snapshot)).collect::<Vec<_>>(),
    });
    if let Some(grant_ms) = stats.grant_ms {
        object["grant_ms"] = thousandths(grant_ms).into();
    }
    if let Some(mouth_to_ear_ms) = stats.history.back().and_then(|sample| sample.mouth_to_ear_ms) {
        object["mouth_to_ear_ms"] = tiles(mouth_to_ear_ms).into();
    }
    object
}

fn quality(talker: &TalkerQuality, snapshot: &Snapshot) -> Value {
    let grade = match talker.grade {
        Grade::Good => "good",
        Grade::Fair => "fair",
        Grade::Poor => "poor",
    };
    json!({
        "name": person_name(talker.person, snapshot), "quality": grade, "reason": talker.reason,
        "loss": thousandths(talker.loss), "jitter_ms": tiles(talker.jitter_ms), "buffer_ms": tiles(talker.buffer_ms),
    })
}
