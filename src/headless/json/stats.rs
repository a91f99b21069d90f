//! The event of `--stats`.

use super::{exact_ms, person_name, thousandths, tiles};
use crate::{
    media::video::engine::{VideoQuality, VideoStats},
    net::snapshot::{Grade, Snapshot, TalkerQuality},
};
use hallway_protocol::video::Source;
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
        "video": video(&stats.video, snapshot),
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

fn video(stats: &VideoStats, snapshot: &Snapshot) -> Value {
    let mut object = json!({
        "captured": stats.captured, "encoded": stats.encoded, "sent": stats.sent, "received": stats.received,
        "lost": stats.lost, "shown": stats.shown, "dropped": stats.dropped,
        "keyframes_wanted": stats.keyframes_wanted, "target_bps": stats.target_bitrate,
        "decode_ms": exact_ms(stats.decode_delay),
        "streams": stats.streams.iter().map(|stream| pictures(stream, snapshot)).collect::<Vec<_>>(),
    });
    if let Some((width, height, rate)) = stats.camera_encoding {
        object["camera"] = json!({"width": width, "height": height, "rate": tiles(rate)});
    }
    object
}

fn pictures(stream: &VideoQuality, snapshot: &Snapshot) -> Value {
    let source = match stream.source {
        Source::Camera => "camera",
        Source::Screen => "screen",
    };
    json!({
        "name": person_name(stream.of, snapshot), "source": source, "width": stream.size.0, "height": stream.size.1,
        "rate": tiles(stream.rate), "loss": thousandths(stream.loss), "bitrate_bps": stream.bitrate,
    })
}
