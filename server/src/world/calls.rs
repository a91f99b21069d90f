//! Runs all calls: what happens is told to their machine, and what it decides is carried out.

mod machine;
mod relay;
mod telling;

pub(crate) use machine::{Calls, Who};
pub use relay::CallRelayCounters;

use super::{
    WorldSystems,
    conduct::{Allowance, Closing},
    house::{Arrived, Departed, House, Moved},
    post::Post,
    sessions::{LOST_SILENCE, Session},
};
use bevy::prelude::*;
use hallway_protocol::{
    call::{CallAudio, CallNotice, CallRefusal, CallRequest},
    floor::FloorPolicy,
    ids::{PersonId, RequestId, RoomId},
    link::LastHeard,
    video::VideoFeedback,
};
use lightyear::prelude::MessageReceiver;
use machine::{CallDecision, CallInput};
use std::time::Duration;

/// Decisions that were made and wait to be carried out, in order.
#[derive(Resource, Default)]
struct Decided(Vec<CallDecision>);

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Calls>().init_resource::<Decided>();
    app.add_plugins((relay::plugin, telling::plugin));
    app.add_systems(
        Update,
        (follow_people, follow_rooms, note_silence, take_requests, poll_calls, telling::carry_out)
            .chain()
            .in_set(WorldSystems::Calls),
    );
    app.add_systems(Update, pass_video_feedback.in_set(WorldSystems::Relay));
}

/// When a call has something to do next, in time since the app started.
pub(crate) fn next_deadline(world: &World) -> Option<Duration> {
    world.get_resource::<Calls>()?.next_deadline()
}

/// Those who went come first: whoever signs in anew takes the place over that the old sign-in left.
fn follow_people(
    mut departures: MessageReader<Departed>,
    mut arrivals: MessageReader<Arrived>,
    mut moves: MessageReader<Moved>,
    house: Res<House>,
    mut calls: ResMut<Calls>,
    mut decided: ResMut<Decided>,
    time: Res<Time<Real>>,
) {
    let now = time.elapsed();
    let gone = departures.read().map(|gone| CallInput::Departed { person: gone.person, lost: gone.lost });
    let come = arrivals.read().filter_map(|Arrived { person }| {
        let guest = house.guest(*person)?;
        let who = Who { person: *person, owner: guest.owner, name: guest.name.clone() };
        Some(CallInput::Arrived { who, room: guest.room })
    });
    let moved = moves.read().map(|moved| CallInput::Moved { person: moved.person, room: moved.to });
    for input in gone.chain(come).chain(moved) {
        calls.handle(now, input, &mut decided.0);
    }
}

/// A room's policy decides how its call is held.
fn follow_rooms(house: Res<House>, mut calls: ResMut<Calls>, mut decided: ResMut<Decided>, time: Res<Time<Real>>) {
    let changed = calls.of_rooms().filter_map(|(room, audio)| {
        let should_be = audio_of(&house, Some(room));
        (should_be != audio).then_some((room, should_be))
    });
    for (room, audio) in changed.collect::<Vec<_>>() {
        calls.handle(time.elapsed(), CallInput::RoomAudio { room, audio }, &mut decided.0);
    }
}

/// How a call in a room is held: where one talks at a time, its floor rules the call as well.
fn audio_of(house: &House, room: Option<RoomId>) -> CallAudio {
    match room.and_then(|room| house.room(room)).map(|room| room.floor.rules().policy) {
        Some(FloorPolicy::Exclusive | FloorPolicy::Chair) => CallAudio::Floor,
        Some(FloorPolicy::Open) | None => CallAudio::Open,
    }
}

/// Members whose links say nothing are shown as lost long before netcode gives them up.
fn note_silence(
    house: Res<House>,
    heard: Query<&LastHeard>,
    mut calls: ResMut<Calls>,
    mut decided: ResMut<Decided>,
    time: Res<Time<Real>>,
) {
    let changed = calls.members().filter_map(|person| {
        let heard = heard.get(house.guest(person)?.link).ok()?;
        let silent = heard.silence(&time) > LOST_SILENCE;
        (silent != calls.is_silent(person)).then_some(CallInput::Silent { person, silent })
    });
    for input in changed.collect::<Vec<_>>() {
        calls.handle(time.elapsed(), input, &mut decided.0);
    }
}

fn take_requests(
    mut links: Query<(Entity, &Session, &mut MessageReceiver<CallRequest>, &mut Allowance), Without<Closing>>,
    house: Res<House>,
    mut calls: ResMut<Calls>,
    mut decided: ResMut<Decided>,
    time: Res<Time<Real>>,
    mut post: Post,
) {
    let now = time.elapsed();
    for (link, Session { person }, mut receiver, mut allowance) in &mut links {
        if !receiver.has_messages() {
            continue;
        }
        for request in receiver.receive() {
            if is_within(&mut allowance, &request, now) {
                let audio = audio_of(&house, house.guest(*person).and_then(|guest| guest.room));
                let input = CallInput::Request { person: *person, audio, request };
                calls.handle(now, input, &mut decided.0);
                continue;
            }
            allowance.strike(now);
            if let Some(request) = number_of(&request) {
                post.call(link, CallNotice::Refused { request, refusal: CallRefusal::TooFast });
            }
        }
    }
}

/// Whether a client may ask for this now.
fn is_within(allowance: &mut Allowance, request: &CallRequest, now: Duration) -> bool {
    match request {
        CallRequest::Ring { .. } | CallRequest::Ask { .. } | CallRequest::JoinRoomCall { .. } => {
            allowance.rings.take(now)
        }
        CallRequest::WantKeyframe { .. } => allowance.keyframes.take(now),
        CallRequest::Accept { .. }
        | CallRequest::Decline { .. }
        | CallRequest::HangUp { .. }
        | CallRequest::Send { .. }
        | CallRequest::Watch { .. }
        | CallRequest::SetReach(_) => allowance.calls.take(now),
    }
}

/// The number under which a client waits for an answer.
fn number_of(request: &CallRequest) -> Option<RequestId> {
    match request {
        CallRequest::Ring { request, .. }
        | CallRequest::JoinRoomCall { request, .. }
        | CallRequest::Ask { request, .. } => Some(*request),
        _ => None,
    }
}

fn poll_calls(mut calls: ResMut<Calls>, mut decided: ResMut<Decided>, time: Res<Time<Real>>) {
    calls.bypass_change_detection().poll(time.elapsed(), &mut decided.0);
}

/// Passes on what those who send pictures and those who see them say to each other: it names whose word it is then.
fn pass_video_feedback(
    mut links: Query<(&Session, &mut MessageReceiver<VideoFeedback>, &mut Allowance), Without<Closing>>,
    house: Res<House>,
    calls: Res<Calls>,
    time: Res<Time<Real>>,
    mut post: Post,
) {
    let now = time.elapsed();
    let link_of = |person: PersonId| house.guest(person).map(|guest| guest.link);
    for (Session { person }, mut receiver, mut allowance) in &mut links {
        if !receiver.has_messages() {
            continue;
        }
        for feedback in receiver.receive() {
            let is_let_pass = match feedback {
                // It answers a report, of which an honest client gets no more than it may send.
                VideoFeedback::Report(_) | VideoFeedback::StepDown(_) => allowance.video_reports.take(now),
                VideoFeedback::Missing(_) => allowance.missing_slices.take(now),
            };
            let other = feedback.person();
            if !is_let_pass {
                // How much is missing is not up to whoever misses it.
                if !matches!(feedback, VideoFeedback::Missing(_)) {
                    allowance.strike(now);
                }
            } else if let Some(link) = link_of(other).filter(|_| calls.share(*person, other)) {
                post.video_feedback(link, feedback.with_person(*person));
            }
        }
    }
}
