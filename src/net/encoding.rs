//! How the own voice is encoded: by what the listeners report of it and by the round trip.

use super::{
    hearing::{OwnReport, SecondHeard},
    session::{Clock, LeftWorld, Mirror, SessionSystems},
    voice::VoiceLink,
};
use crate::media::{
    engine::VoiceCommand,
    voice::{adapt::LinkAdapter, encoding::Encoding},
};
use bevy::prelude::*;
use hallway_protocol::listening::TalkerReport;
use lightyear::prelude::MessageReceiver;
use std::time::{Duration, Instant};

/// Adapts the own voice to the link.
pub struct EncodingPlugin;

impl Plugin for EncodingPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Adapting>().add_systems(
            Update,
            (begin_anew.run_if(on_message::<LeftWorld>), hear_reports, measure_way, adapt)
                .chain()
                .in_set(SessionSystems::Talk),
        );
    }
}

#[derive(Resource, Default)]
struct Adapting {
    adapter: LinkAdapter,
    /// The start of the adapter's clock.
    start: Option<Instant>,
    /// What the engine does.
    told: Encoding,
}

impl Adapting {
    fn time(&mut self, now: Instant) -> Duration {
        now.saturating_duration_since(*self.start.get_or_insert(now))
    }
}

/// Another link is another way.
fn begin_anew(mut adapting: ResMut<Adapting>) {
    adapting.adapter = LinkAdapter::default();
}

fn hear_reports(
    mut links: Query<&mut MessageReceiver<TalkerReport>>,
    mut adapting: ResMut<Adapting>,
    mut own: ResMut<OwnReport>,
    clock: Clock,
) {
    let now = clock.now();
    for report in links.iter_mut().flat_map(|mut link| link.receive().collect::<Vec<_>>()) {
        let time = adapting.time(now);
        adapting.adapter.reported(&report, time);
        own.0 = Some((now, report));
    }
}

/// Once a second, the round trip.
fn measure_way(mut seconds: MessageReader<SecondHeard>, mut adapting: ResMut<Adapting>, mirror: Res<Mirror>) {
    let rtt_ms = mirror.stats.rtt_ms;
    // Nothing was measured yet where it is none.
    if seconds.read().count() > 0 && rtt_ms > 0.0 {
        adapting.adapter.measured(Duration::from_secs_f32(rtt_ms / 1000.0));
    }
}

fn adapt(mut adapting: ResMut<Adapting>, engine: Res<VoiceLink>) {
    let encoding = adapting.adapter.encoding();
    if encoding != adapting.told {
        adapting.told = encoding;
        engine.send(VoiceCommand::SetEncoding(encoding));
    }
}
