//! The calls' relay: passes a member's voice on to the others in the call, and pictures to those who see them, and
//! nobody else's.
//!
//! Like the rooms' relay it takes everything in before typed messages are read and hands it out after calls had their
//! turn, as one buffer for all who get it, and never looks at sound or picture.
//!
//! Voice goes first. Lightyear sorts what waits in each flush by its channel's priority, and what finds no room in a
//! link's budget is dropped from the end, where pictures stand. And nobody is sent pictures from whom nothing has come
//! for a second: they would only stand in front of the first word once that link moves again.

use super::Calls;
use crate::{
    ServerEvent,
    world::{
        WorldSystems,
        conduct::{Allowance, Closing},
        events::Events,
        house::House,
        listening::{Place, Reports},
        sessions::Session,
    },
};
use bevy::prelude::*;
use bytes::Bytes;
use hallway_protocol::{
    channels::{CallVoiceDownChannel, CallVoiceUpChannel, VideoDownChannel, VideoUpChannel},
    ids::PersonId,
    link::LastHeard,
    video::{self, StreamKey},
    voice::{self, with_speaker},
};
use lightyear::{
    prelude::{ChannelRegistry, MessageSystems, Transport, server::ClientOf},
    transport::{channel::registry::ChannelKind, plugin::TransportSystems},
};
use std::time::Duration;
use tracing::debug;

/// How often at most the counters are reported, when they changed.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// Nobody is sent pictures from whom nothing has come for so long: two pings of an idle client are due within it.
const STALLED: Duration = Duration::from_secs(1);

/// What became of the voice and the pictures of calls that came.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallRelayCounters {
    /// Voice packets passed on to the others in the call, however many those are.
    pub voice_passed: u64,
    /// Slices of pictures passed on to those who see them, however many those are. One that nobody wants is none.
    pub video_passed: u64,
    /// Voice dropped: the sender is in no call, or in one whose room's floor is to be used.
    pub voice_refused: u64,
    /// Pictures dropped: the sender is in no call, or shares a screen without a grant.
    pub video_refused: u64,
    /// Slices for one receiver dropped: nothing comes from its link at present.
    pub video_stalled: u64,
    /// Dropped: no voice packet, no slice.
    pub malformed: u64,
    /// Dropped: more than any voice or picture makes.
    pub too_many: u64,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<CallRelayCounters>().init_resource::<ToPass>();
    app.add_systems(PreUpdate, take_media.after(TransportSystems::Receive).before(MessageSystems::Receive));
    app.add_systems(Update, (pass_voice, pass_video).chain().in_set(WorldSystems::Relay));
    app.add_systems(Update, report.in_set(WorldSystems::Tell));
}

/// What came in this update and has the right form.
#[derive(Resource, Default)]
struct ToPass {
    voice: Vec<(PersonId, Bytes)>,
    video: Vec<(PersonId, StreamKey, Bytes)>,
}

/// Drains every link's voice and pictures.
fn take_media(
    channels: Res<ChannelRegistry>,
    mut links: Query<(&mut Transport, Option<&Session>, Option<&mut Allowance>, Has<Closing>), With<ClientOf>>,
    mut counters: ResMut<CallRelayCounters>,
    mut to_pass: ResMut<ToPass>,
    time: Res<Time<Real>>,
) {
    let id = |kind| channels.get_net_from_kind(&kind).copied();
    let voice = id(ChannelKind::of::<CallVoiceUpChannel>());
    let (Some(voice), Some(video)) = (voice, id(ChannelKind::of::<VideoUpChannel>())) else { return };
    let now = time.elapsed();
    for (mut transport, session, mut allowance, closing) in &mut links {
        let transport = transport.bypass_change_detection();
        let sender = session.filter(|_| !closing).map(|session| session.person);
        while let Some(packet) = next(transport, voice) {
            match (sender, allowance.as_mut()) {
                (Some(person), Some(allowance)) => to_pass.take_voice(person, packet, allowance, &mut counters, now),
                _ => counters.voice_refused += 1,
            }
        }
        while let Some(slice) = next(transport, video) {
            match (sender, allowance.as_mut()) {
                (Some(person), Some(allowance)) => to_pass.take_slice(person, slice, allowance, &mut counters, now),
                _ => counters.video_refused += 1,
            }
        }
    }
}

fn next(transport: &mut Transport, channel: u16) -> Option<Bytes> {
    transport.channel_receive_mut(channel)?.read_message().map(|(_, bytes, _)| bytes)
}

impl ToPass {
    fn take_voice(
        &mut self,
        person: PersonId,
        packet: Bytes,
        allowance: &mut Allowance,
        counters: &mut CallRelayCounters,
        now: Duration,
    ) {
        if voice::check_up(&packet).is_err() {
            counters.malformed += 1;
            allowance.strike(now);
        } else if allowance.call_voice.take(now) {
            self.voice.push((person, with_speaker(person, &packet)));
        } else {
            counters.too_many += 1;
            allowance.strike(now);
        }
    }

    fn take_slice(
        &mut self,
        person: PersonId,
        slice: Bytes,
        allowance: &mut Allowance,
        counters: &mut CallRelayCounters,
        now: Duration,
    ) {
        let Ok(stream) = video::check_up(&slice) else {
            counters.malformed += 1;
            allowance.strike(now);
            return;
        };
        if allowance.video.take(now) {
            self.video.push((person, stream, video::with_sender(person, &slice)));
        } else {
            counters.too_many += 1;
            allowance.strike(now);
        }
    }
}

/// Hands each packet to the link of everybody else in the call.
fn pass_voice(
    mut to_pass: ResMut<ToPass>,
    calls: Res<Calls>,
    house: Res<House>,
    links: Query<&Transport>,
    mut counters: ResMut<CallRelayCounters>,
    mut reports: ResMut<Reports>,
    time: Res<Time<Real>>,
) {
    for (speaker, packet) in to_pass.voice.drain(..) {
        let Some((call, listeners)) = calls.voice_to(speaker) else {
            counters.voice_refused += 1;
            continue;
        };
        counters.voice_passed += 1;
        reports.spoke(speaker, Place::Call(call), time.elapsed());
        for listener in listeners {
            let link = house.guest(listener).and_then(|guest| links.get(guest.link).ok());
            if let Some(Err(error)) = link.map(|link| link.send::<CallVoiceDownChannel>(packet.clone())) {
                debug!(%error, person = %listener, "a voice packet found no way out");
            }
        }
    }
}

/// Hands each slice to the links of those who see that stream.
fn pass_video(
    mut to_pass: ResMut<ToPass>,
    calls: Res<Calls>,
    house: Res<House>,
    links: Query<(&Transport, &LastHeard)>,
    mut counters: ResMut<CallRelayCounters>,
    time: Res<Time<Real>>,
) {
    for (sender, stream, slice) in to_pass.video.drain(..) {
        let Some(viewers) = calls.video_to(sender, stream) else {
            counters.video_refused += 1;
            continue;
        };
        let mut is_passed = false;
        for viewer in viewers {
            let Some((link, heard)) = house.guest(viewer).and_then(|guest| links.get(guest.link).ok()) else {
                continue;
            };
            if heard.silence(&time) > STALLED {
                counters.video_stalled += 1;
                continue;
            }
            is_passed = true;
            if let Err(error) = link.send::<VideoDownChannel>(slice.clone()) {
                debug!(%error, person = %viewer, "a slice found no way out");
            }
        }
        counters.video_passed += u64::from(is_passed);
    }
}

fn report(
    counters: Res<CallRelayCounters>,
    events: Res<Events>,
    time: Res<Time<Real>>,
    mut last: Local<(Duration, CallRelayCounters)>,
) {
    let (reported_at, reported) = &mut *last;
    if *counters == *reported || time.elapsed() < *reported_at + REPORT_INTERVAL {
        return;
    }
    (*reported_at, *reported) = (time.elapsed(), *counters);
    debug!(?counters, "relay of calls");
    events.tell(ServerEvent::CallRelay(*counters));
}
