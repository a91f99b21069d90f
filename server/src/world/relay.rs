//! The relay: passes the voice of those who have the floor on to the others in the room, and nobody else's.
//!
//! Voice is taken in before typed messages are read, so that the last packets of a turn count before its release does.
//! It is handed out in the same update once all have been moved, so that who comes in hears from that moment on. What
//! is passed on is one buffer, shared by all listeners; the sound itself is never looked at.

use super::{
    WorldSystems,
    conduct::{Allowance, Closing},
    events::Events,
    floor::Decided,
    house::House,
    listening::{Place, Reports},
    sessions::Session,
    talk_log::TalkLog,
};
use crate::ServerEvent;
use bevy::prelude::*;
use bytes::Bytes;
use hallway_protocol::{
    channels::{VoiceDownChannel, VoiceUpChannel},
    floor::FloorInput,
    ids::{PersonId, RoomId},
    replicated::Talking,
    voice::{check_up, with_speaker},
};
use lightyear::{
    prelude::{ChannelRegistry, MessageSystems, Transport, server::ClientOf},
    transport::{channel::registry::ChannelKind, plugin::TransportSystems},
};
use std::{collections::HashMap, time::Duration};
use tracing::debug;

/// How often at most the counters are reported, when they changed.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// A person is shown as talking for so long after a packet: an encoder that leaves silence out sends one in 400 ms.
const TALKING_HOLD: Duration = Duration::from_millis(500);

/// What became of the voice packets that came.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RelayCounters {
    /// Passed on to the others in the room, however many those are.
    pub passed: u64,
    /// Dropped: the sender does not have the floor of the room that it is in.
    pub refused_not_holder: u64,
    /// Dropped: no voice packet.
    pub malformed: u64,
    /// Dropped: more than any voice makes.
    pub too_many: u64,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<RelayCounters>().init_resource::<ToPass>().init_resource::<Voices>();
    app.add_systems(PreUpdate, take_voice.after(TransportSystems::Receive).before(MessageSystems::Receive));
    app.add_systems(Update, pass_voice.in_set(WorldSystems::Relay));
    app.add_systems(Update, (show_talking, report).in_set(WorldSystems::Tell));
}

/// Packets that passed the gate in this update.
#[derive(Resource, Default)]
struct ToPass(Vec<(RoomId, PersonId, Bytes)>);

/// When the voice of each person who is shown as talking was passed on last.
#[derive(Resource, Default)]
struct Voices(HashMap<PersonId, Duration>);

/// Drains every link's voice and keeps what those sent who have the floor.
fn take_voice(
    channels: Res<ChannelRegistry>,
    mut links: Query<(&mut Transport, Option<&Session>, Option<&mut Allowance>, Has<Closing>), With<ClientOf>>,
    mut house: ResMut<House>,
    mut decided: ResMut<Decided>,
    mut counters: ResMut<RelayCounters>,
    mut to_pass: ResMut<ToPass>,
    mut voices: ResMut<Voices>,
    mut reports: ResMut<Reports>,
    mut log: ResMut<TalkLog>,
    time: Res<Time<Real>>,
) {
    let Some(channel) = channels.get_net_from_kind(&ChannelKind::of::<VoiceUpChannel>()).copied() else { return };
    let now = time.elapsed();
    for (mut transport, session, mut allowance, closing) in &mut links {
        let Some(receiver) = transport.bypass_change_detection().channel_receive_mut(channel) else { continue };
        while let Some((_, packet, _)) = receiver.read_message() {
            let (Some(Session { person }), Some(allowance), false) = (session, allowance.as_mut(), closing) else {
                counters.refused_not_holder += 1;
                continue;
            };
            if check_up(&packet).is_err() {
                counters.malformed += 1;
                allowance.strike(now);
            } else if !allowance.voice.take(now) {
                counters.too_many += 1;
                allowance.strike(now);
            } else if let Some(room) = heard_by_floor(&mut house, &mut decided, *person, now) {
                let packet = with_speaker(*person, &packet);
                log.hear(room, *person, &packet, &house);
                to_pass.0.push((room, *person, packet));
                voices.0.insert(*person, now);
                reports.spoke(*person, Place::Room(room), now);
                counters.passed += 1;
            } else {
                counters.refused_not_holder += 1;
            }
        }
    }
}

/// Tells the floor of the person's room that voice came; the room, if the person has its floor.
fn heard_by_floor(house: &mut House, decided: &mut Decided, person: PersonId, now: Duration) -> Option<RoomId> {
    let room = house.guest(person)?.room?;
    decided.handle(house, room, now, FloorInput::Voice { person });
    house.room(room)?.floor.may_speak(person).then_some(room)
}

/// Hands each packet to the link of everybody else who is in the room by now.
fn pass_voice(mut to_pass: ResMut<ToPass>, house: Res<House>, links: Query<&Transport>) {
    for (room, speaker, packet) in to_pass.0.drain(..) {
        for listener in house.members(room).iter().filter(|member| **member != speaker) {
            let link = house.guest(*listener).and_then(|guest| links.get(guest.link).ok());
            if let Some(Err(error)) = link.map(|link| link.send::<VoiceDownChannel>(packet.clone())) {
                debug!(%error, person = %listener, "a voice packet found no way out");
            }
        }
    }
}

/// Shows who is heard on what is replicated.
fn show_talking(mut voices: ResMut<Voices>, house: Res<House>, mut shown: Query<&mut Talking>, time: Res<Time<Real>>) {
    let now = time.elapsed();
    voices.0.retain(|person, last| {
        let Some(guest) = house.guest(*person) else { return false };
        let room = guest.room.and_then(|room| house.room(room));
        let talks = now < *last + TALKING_HOLD && room.is_some_and(|room| room.floor.may_speak(*person));
        if let Ok(mut talking) = shown.get_mut(guest.entity) {
            talking.set_if_neq(Talking(talks));
        }
        talks
    });
}

fn report(
    counters: Res<RelayCounters>,
    events: Res<Events>,
    time: Res<Time<Real>>,
    mut last: Local<(Duration, RelayCounters)>,
) {
    let (reported_at, reported) = &mut *last;
    if *counters == *reported || time.elapsed() < *reported_at + REPORT_INTERVAL {
        return;
    }
    (*reported_at, *reported) = (time.elapsed(), *counters);
    debug!(?counters, "relay");
    events.tell(ServerEvent::Relay(*counters));
}
