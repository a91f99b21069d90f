//! How others are heard: from where, how loud and how well; told to the engine, to the talkers and to the snapshot.

use super::{
    calls::CallKeeper,
    quality::{self, ReceptionTrack},
    session::{Clock, LeftWorld, LiveLink, Mirror, SessionSystems},
    snapshot::Snapshot,
    voice::{Speakers, VoiceLink},
};
use crate::media::{
    engine::{Heard, VoiceCommand, VoiceStats},
    voice::space::{Ears, heard_from},
};
use bevy::prelude::*;
use hallway_protocol::{
    channels::ReportChannel,
    floor::FloorPolicy,
    ids::PersonId,
    listening::{ListenerReport, REPORT_INTERVAL, TalkerReport},
};
use lightyear::prelude::MessageSender;
use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

/// How often a speaker's place is told to the engine, which glides from one to the next: an avatar walks half a tile
/// meanwhile.
const PLACE_INTERVAL: Duration = Duration::from_millis(100);
/// Gains that differ by less sound the same: a tenth of a decibel.
const SAME_GAIN: f32 = 0.01;
/// For how long somebody who fell silent is shown with a quality.
const SHOWN: Duration = Duration::from_secs(5);
/// For how long a report of the own voice counts; one comes a second.
const REPORT_COUNTS: Duration = Duration::from_secs(3);

/// Follows how others are heard.
pub struct HearingPlugin;

impl Plugin for HearingPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Places>()
            .init_resource::<Loudness>()
            .init_resource::<Listening>()
            .init_resource::<OwnReport>()
            .add_message::<SecondHeard>()
            .add_systems(
                Update,
                (forget_all.run_if(on_message::<LeftWorld>), place_speakers, set_volumes, listen)
                    .chain()
                    .in_set(SessionSystems::Talk),
            );
    }
}

/// A second is over, in which so much was heard.
#[derive(Message, Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct SecondHeard {
    /// Share of all voice packets that didn't come in time; `None` where none was due.
    pub(super) loss: Option<f32>,
    /// Sound held back in the fullest jitter buffer, in milliseconds; `None` where nobody talked.
    pub(super) buffer_ms: Option<f32>,
}

/// What the last report said of the own voice, and when.
#[derive(Resource, Default)]
pub(super) struct OwnReport(pub(super) Option<(Instant, TalkerReport)>);

/// From where the engine hears its speakers.
#[derive(Resource, Default)]
struct Places {
    ears: HashMap<PersonId, Ears>,
    told: Option<Instant>,
}

/// How loud the engine plays whom, but for those whom it plays as sent.
#[derive(Resource, Default)]
struct Loudness(HashMap<PersonId, f32>);

/// What was heard of whom.
#[derive(Resource, Default)]
struct Listening {
    /// With the end of the last second in which they talked.
    tracks: BTreeMap<(PersonId, Circle), (Instant, ReceptionTrack)>,
    looked: Option<Instant>,
}

/// Where somebody is heard; the same person may be heard in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Circle {
    Call,
    Room,
}

fn forget_all(mut listening: ResMut<Listening>, mut own: ResMut<OwnReport>) {
    listening.tracks.clear();
    own.0 = None;
}

/// Tells the engine where its speakers stand: a new one's place at once, the others' every now and then.
fn place_speakers(
    speakers: Res<Speakers>,
    mirror: Res<Mirror>,
    engine: Res<VoiceLink>,
    mut places: ResMut<Places>,
    clock: Clock,
) {
    let now = clock.now();
    let is_due = places.told.is_none_or(|told| now.saturating_duration_since(told) >= PLACE_INTERVAL);
    if is_due {
        places.told = Some(now);
        places.ears.retain(|speaker, _| speakers.contains(*speaker));
    }
    for speaker in speakers.iter() {
        let before = places.ears.get(&speaker);
        if before.is_some() && !is_due {
            continue;
        }
        let ears = ears(&mirror, speaker, now);
        if !is_same(ears, before.copied().unwrap_or(Ears::CENTRE)) {
            engine.send(VoiceCommand::HearFrom { speaker, ears });
        } else if before.is_some() {
            continue;
        }
        places.ears.insert(speaker, ears);
    }
}

/// From where a speaker is heard. Whoever has the floor of a chair speaks to the whole room and is heard from its middle.
fn ears(snapshot: &Snapshot, speaker: PersonId, now: Instant) -> Ears {
    let Some((me, person)) = snapshot.me.as_ref().zip(snapshot.person(speaker)) else { return Ears::CENTRE };
    let has_chair = me.room.and_then(|room| snapshot.room(room)).is_some_and(|room| room.policy == FloorPolicy::Chair);
    if !snapshot.voice.spatial || has_chair {
        return Ears::CENTRE;
    }
    heard_from(me.at, person.track.at(now).0)
}

fn is_same(a: Ears, b: Ears) -> bool {
    (a.left - b.left).abs() < SAME_GAIN && (a.right - b.right).abs() < SAME_GAIN
}

/// Tells the engine how loud its speakers are: a new one's volume, and every change.
fn set_volumes(
    speakers: Res<Speakers>,
    calls: Res<CallKeeper>,
    mirror: Res<Mirror>,
    engine: Res<VoiceLink>,
    mut told: ResMut<Loudness>,
) {
    for speaker in speakers.iter().chain(calls.0.others()) {
        let Some(volume) = mirror.person(speaker).map(|person| person.volume) else { continue };
        let before = if volume == 1.0 { told.0.remove(&speaker) } else { told.0.insert(speaker, volume) };
        if before.unwrap_or(1.0) != volume {
            engine.send(VoiceCommand::SetVolume { speaker, volume });
        }
    }
}

/// Once a second: judges how well others are heard, and reports it for them.
fn listen(
    mut listening: ResMut<Listening>,
    own: Res<OwnReport>,
    (speakers, calls): (Res<Speakers>, Res<CallKeeper>),
    mut mirror: ResMut<Mirror>,
    engine: Res<VoiceLink>,
    mut links: Query<&mut MessageSender<ListenerReport>, With<LiveLink>>,
    mut seconds: MessageWriter<SecondHeard>,
    clock: Clock,
) {
    let now = clock.now();
    if listening.looked.is_some_and(|looked| now.saturating_duration_since(looked) < REPORT_INTERVAL) {
        return;
    }
    listening.looked = Some(now);
    // The engine counts on for as long as it has somebody for a speaker.
    listening.tracks.retain(|(speaker, circle), _| match circle {
        Circle::Call => calls.0.is_with(*speaker),
        Circle::Room => speakers.contains(*speaker),
    });
    let stats = engine.stats();
    seconds.write(listening.add(&stats, now, |report| {
        for mut link in &mut links {
            link.send::<ReportChannel>(report);
        }
    }));
    let packet_ms = stats.encoding.packet_ms as f32;
    let rtt_ms = mirror.stats.rtt_ms;
    let shown = listening.tracks.iter().filter(|(_, (at, _))| now.saturating_duration_since(*at) < SHOWN);
    let heard = shown.filter_map(|((person, _), (_, track))| track.quality(*person, rtt_ms, packet_ms));
    let report = own.0.filter(|(at, _)| now.saturating_duration_since(*at) < REPORT_COUNTS);
    let me = mirror.me.as_ref().and_then(|me| quality::own_quality(me.id, &report?.1));
    let mut talkers: Vec<_> = heard.chain(me).collect();
    // Of who is heard in both, the call comes first: it is what one listens to.
    talkers.sort_by_key(|quality| quality.person);
    talkers.dedup_by_key(|quality| quality.person);
    if mirror.stats.talkers != talkers {
        mirror.stats.talkers = talkers;
    }
}

impl Listening {
    /// Takes in what the engine counted by the end of a second; reports what came of whom.
    fn add(&mut self, stats: &VoiceStats, now: Instant, mut report: impl FnMut(ListenerReport)) -> SecondHeard {
        let (mut expected, mut missing) = (0, 0);
        let in_room = stats.heard.iter().map(|heard| (Circle::Room, heard));
        let in_call = stats.heard_in_call.iter().map(|heard| (Circle::Call, &heard.heard));
        let all: Vec<(Circle, &Heard)> = in_room.chain(in_call).collect();
        for (circle, heard) in &all {
            let track = self.tracks.entry((heard.speaker, *circle));
            let (at, track) = track.or_insert_with(|| (now, ReceptionTrack::default()));
            *at = now;
            if let Some(reception) = track.add(heard.quality) {
                expected += u32::from(reception.expected);
                missing += u32::from(reception.lost) + u32::from(reception.late);
                report(ListenerReport { talker: heard.speaker, reception });
            }
        }
        SecondHeard {
            loss: (expected > 0).then(|| (missing as f32 / expected as f32).min(1.0)),
            buffer_ms: all.iter().map(|(_, heard)| heard.quality.buffer_ms as f32).reduce(f32::max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::engine::{Heard, HeardInCall, HeardQuality};

    const ANN: PersonId = PersonId(2);

    fn stats(expected: u64, lost: u64) -> VoiceStats {
        let quality = HeardQuality { expected, lost, buffer_ms: 60, ..HeardQuality::default() };
        VoiceStats { heard: vec![Heard { speaker: ANN, level_dbfs: -20.0, quality }], ..VoiceStats::default() }
    }

    #[test]
    fn who_is_heard_in_a_call_is_reported_too() {
        let now = Instant::now();
        let Heard { speaker, level_dbfs, quality } = stats(50, 5).heard[0];
        let heard = Heard { speaker, level_dbfs, quality };
        let heard_in_call = vec![HeardInCall { heard, media_time: 0, at: now }];
        let both = VoiceStats { heard_in_call, ..stats(50, 0) };
        let (mut listening, mut reports) = (Listening::default(), Vec::new());
        let second = listening.add(&both, now, |report| reports.push((report.talker, report.reception.lost)));
        assert_eq!(reports, [(ANN, 0), (ANN, 5)]);
        assert_eq!(second.loss, Some(0.05));
    }

    #[test]
    fn each_second_of_a_talker_is_reported_once() {
        let start = Instant::now();
        let mut listening = Listening::default();
        let mut reports = Vec::new();
        let mut add = |second: u64, stats: &VoiceStats| {
            listening.add(stats, start + Duration::from_secs(second), |report| reports.push(report.reception))
        };
        assert_eq!(add(1, &stats(50, 0)), SecondHeard { loss: Some(0.0), buffer_ms: Some(60.0) });
        assert_eq!(add(2, &stats(90, 4)), SecondHeard { loss: Some(0.1), buffer_ms: Some(60.0) });
        assert_eq!(add(3, &stats(90, 4)), SecondHeard { loss: None, buffer_ms: Some(60.0) });
        assert_eq!(add(4, &VoiceStats::default()), SecondHeard::default());
        let sums: Vec<_> = reports.iter().map(|report| (report.expected, report.lost)).collect();
        assert_eq!(sums, [(50, 0), (40, 4)]);
        assert_eq!(
            listening.tracks[&(ANN, Circle::Room)].0,
            start + Duration::from_secs(3),
            "who fell silent is known to have"
        );
    }
}
