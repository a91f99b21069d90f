//! Calls: their machine between the face, the server and both engines, and the voices of a call on their way.

pub mod machine;
mod rings;
mod speaking;

use super::{
    events::Event,
    preferences::CallPreferences,
    session::{Clock, FromCalls, FromFace, LiveLink, Mirror, SessionSystems, ToFace, ToServer},
    snapshot::ConnectionState,
    video::{Pictures, VideoLink},
    voice::VoiceLink,
};
use crate::media::{devices::source::Microphone, engine::VoiceCommand, video::engine::VideoEvent};
use bevy::{ecs::system::SystemParam, prelude::*};
use bytes::Bytes;
use hallway_protocol::{
    channels::{CallVoiceDownChannel, CallVoiceUpChannel, ReportChannel},
    video::VideoFeedback,
    voice,
};
use lightyear::{
    prelude::{ChannelRegistry, MessageSender, MessageSystems, Transport},
    transport::{channel::ChannelKind, plugin::TransportSystems},
};
use machine::{CallAction, CallInput, CallMachine, Link};
use speaking::Speaking;
use std::sync::Arc;

/// Runs the calls, and carries their voices.
pub struct CallsPlugin;

impl Plugin for CallsPlugin {
    fn build(&self, app: &mut App) {
        let preferences = app.world().get_resource::<CallPreferences>().cloned().unwrap_or_default();
        app.insert_resource(CallKeeper(CallMachine::new(preferences)))
            .init_resource::<Speaking>()
            .init_resource::<rings::Rings>()
            .add_message::<CallPacket>()
            .add_systems(
                PreUpdate,
                // The payloads are no messages of lightyear's: they are taken before it looks for some.
                hear_call.after(TransportSystems::Receive).before(MessageSystems::Receive),
            )
            .add_systems(
                Update,
                (
                    follow_session,
                    hear_server,
                    obey_face,
                    take_video,
                    decide,
                    send_voice,
                    speaking::listen,
                    show_calls,
                    rings::sound,
                )
                    .chain()
                    .in_set(SessionSystems::Call),
            );
    }
}

/// The calls' machine.
#[derive(Resource)]
pub(super) struct CallKeeper(pub(super) CallMachine);

/// The voice engine made a packet for the call.
#[derive(Message, Clone, Debug)]
pub(super) struct CallPacket(pub(super) Bytes);

/// The machine, and what its actions reach.
#[derive(SystemParam)]
struct Calls<'w, 's> {
    keeper: ResMut<'w, CallKeeper>,
    voice: Res<'w, VoiceLink>,
    video: ResMut<'w, VideoLink>,
    to_server: ToServer<'w, 's>,
    to_face: MessageWriter<'w, ToFace>,
    clock: Clock<'w>,
}

/// What lasts: the link, the preferences, the own voice.
fn follow_session(mut calls: Calls, mirror: Res<Mirror>, preferences: Res<CallPreferences>) {
    let link = match (&mirror.connection, &mirror.me) {
        (ConnectionState::Connected, Some(me)) => Link::Live(me.id),
        (ConnectionState::Retrying, _) => Link::Lost,
        _ => Link::Out,
    };
    calls.handle(CallInput::Link(link));
    if preferences.is_changed() {
        calls.handle(CallInput::Preferences(preferences.clone()));
    }
    let (mut is_heard, mut is_missing) = (false, false);
    if calls.keeper.0.is_live() {
        let stats = calls.voice.stats();
        is_heard = stats.call_open;
        is_missing = stats.no_microphone && mirror.voice.microphone != Microphone::None;
    }
    calls.handle(CallInput::Microphone { is_heard, is_missing });
}

fn hear_server(mut notices: MessageReader<FromCalls>, mut calls: Calls) {
    for FromCalls(notice) in notices.read() {
        calls.handle(CallInput::Notice(notice.clone()));
    }
}

fn obey_face(mut asked: MessageReader<FromFace>, mut calls: Calls) {
    for FromFace(command, _) in asked.read() {
        calls.handle(CallInput::Command(command.clone()));
    }
}

/// Sends what the voice engine made for the call, if it may leave.
fn send_voice(mut made: MessageReader<CallPacket>, calls: Res<CallKeeper>, links: Query<&Transport, With<LiveLink>>) {
    for CallPacket(packet) in made.read().filter(|_| calls.0.may_speak()) {
        for link in &links {
            if let Err(error) = link.send::<CallVoiceUpChannel>(packet.clone()) {
                tracing::debug!(%error, "a voice packet found no way out");
            }
        }
    }
}

fn take_video(
    mut calls: Calls,
    mut pictures: ResMut<Pictures>,
    mut links: Query<&mut MessageSender<VideoFeedback>, With<LiveLink>>,
) {
    while let Some(event) = calls.video.event() {
        match event {
            VideoEvent::Slice(slice) => pictures.0.push(slice, calls.clock.now()),
            VideoEvent::AimsAt { stream, bitrate } => pictures.0.aim_at(stream, bitrate),
            VideoEvent::Feedback(feedback) if calls.keeper.0.is_with(feedback.person()) => {
                for mut link in &mut links {
                    link.send::<ReportChannel>(feedback);
                }
            }
            VideoEvent::WantKeyframe { of, source, layer } if calls.keeper.0.is_with(of) => {
                let request = hallway_protocol::call::CallRequest::WantKeyframe { of, source, layer };
                calls.to_server.ask_call(&request);
            }
            VideoEvent::Feedback(_) | VideoEvent::WantKeyframe { .. } => {}
            event => calls.take_news(event),
        }
    }
}

fn decide(mut calls: Calls) {
    calls.handle(CallInput::Poll);
}

/// What others say in the call goes to the engine at once.
fn hear_call(
    mut links: Query<&mut Transport, With<LiveLink>>,
    channels: Res<ChannelRegistry>,
    engine: Res<VoiceLink>,
    calls: Res<CallKeeper>,
) {
    let Some(channel) = channels.get_net_from_kind(&ChannelKind::of::<CallVoiceDownChannel>()) else { return };
    for mut link in &mut links {
        let Some(incoming) = link.channel_receive_mut(*channel) else { continue };
        while let Some((_, payload, _)) = incoming.read_message() {
            match voice::decode_down(&payload) {
                Ok((speaker, packet)) if calls.0.is_with(speaker) => {
                    engine.send(VoiceCommand::HearCall { speaker, packet });
                }
                Ok(_) => tracing::debug!("a voice of somebody who is in no call here; dropped"),
                Err(error) => tracing::debug!(%error, "dropped a voice packet of a call"),
            }
        }
    }
}

fn show_calls(keeper: Res<CallKeeper>, speaking: Res<Speaking>, mut mirror: ResMut<Mirror>) {
    let mut view = keeper.0.view();
    if let Some(call) = &mut view.current {
        call.speaking = speaking.people();
    }
    if *mirror.calls != view {
        mirror.calls = Arc::new(view);
    }
}

impl Calls<'_, '_> {
    fn take_news(&mut self, event: VideoEvent) {
        let input = match event {
            VideoEvent::CameraOpened { name, instead_of } => CallInput::CameraOpened { name, instead_of },
            VideoEvent::CameraTrouble(error) => {
                CallInput::CameraTrouble { code: error.code(), text: error.to_string() }
            }
            VideoEvent::CameraClosed => CallInput::CameraClosed,
            VideoEvent::ScreenOpened => CallInput::ScreenOpened,
            VideoEvent::ScreenClosed(error) => {
                CallInput::ScreenClosed(error.map(|error| (error.code(), error.to_string())))
            }
            VideoEvent::PreferLayer { of, source, layer } => CallInput::PreferLayer { of, source, layer },
            VideoEvent::LinkTooPoor { of, too_poor } => CallInput::LinkTooPoor { of, too_poor },
            // Those are passed on before.
            VideoEvent::Slice(_)
            | VideoEvent::AimsAt { .. }
            | VideoEvent::Feedback(_)
            | VideoEvent::WantKeyframe { .. } => return,
        };
        self.handle(input);
    }

    fn handle(&mut self, input: CallInput) {
        let mut actions = Vec::new();
        let now = self.clock.now();
        self.keeper.0.handle(now, input, &mut actions);
        for action in actions {
            match action {
                CallAction::Ask(request) => self.to_server.ask_call(&request),
                CallAction::Voice(command) => self.voice.send(command),
                CallAction::Video(command) => self.video.send(command),
                CallAction::Tell(call, change) => self.tell(Event::Call { call, change }),
                CallAction::Refuse { command, code, text } => self.tell(Event::Refused { command, code, text }),
                CallAction::Notice { code, text } => self.tell(Event::Notice { code, text }),
            }
        }
    }

    fn tell(&mut self, event: Event) {
        self.to_face.write(ToFace(event));
    }
}
