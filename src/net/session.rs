//! What all parts of the session share: the order of their systems, and the facts they tell each other.

use super::{commands::Command, events::Event, handle::SessionPort, snapshot::Snapshot};
use bevy::{ecs::system::SystemParam, platform::cell::SyncCell, prelude::*};
use hallway_protocol::{
    call::{CallNotice, CallRequest},
    channels::{ControlChannel, FloorChannel},
    control::{ClientMessage, ServerMessage},
    floor::messages::{FloorNotice, FloorRequest},
    link,
};
use lightyear::prelude::{MessageReceiver, MessageSender, MessageSystems};
use std::{
    sync::mpsc::TryRecvError,
    time::{Duration, Instant},
};

/// The parts of an update, in order.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionSystems {
    /// `PreUpdate`, after lightyear took the packets apart: what came becomes [`FromFace`], [`FromServer`],
    /// [`FromFloor`] and [`FromCalls`].
    Receive,
    /// `Update`: signing in, losing and regaining the link.
    Connect,
    /// `Update`: who and what is there.
    Mirror,
    /// `Update`: the own avatar and the others'.
    Walk,
    /// `Update`: what is said.
    Chat,
    /// `Update`: the floor, the microphone, voice.
    Talk,
    /// `Update`: files on their way.
    Carry,
    /// `Update`: voice notes.
    Note,
    /// `Update`: calls, and their voices.
    Call,
    /// `Update`: pictures, which leave after what is said.
    Picture,
    /// `Update`: how well all that goes.
    Measure,
    /// `Update`, last: the face is told.
    Publish,
}

/// The face asked for something, so long before this update.
#[derive(Message, Clone, Debug)]
pub struct FromFace(pub Command, pub Duration);

/// The server said something on the Control channel.
#[derive(Message, Clone, Debug)]
pub struct FromServer(pub ServerMessage);

/// The server said something on the Floor channel.
#[derive(Message, Clone, Debug)]
pub struct FromFloor(pub FloorNotice);

/// The server said something about calls.
#[derive(Message, Clone, Debug)]
pub struct FromCalls(pub CallNotice);

/// The face is to be told something.
#[derive(Message, Clone, Debug)]
pub struct ToFace(pub Event);

/// The own person is in the world, for the first time or again. The mirror knows who.
#[derive(Message, Clone, Copy, Debug)]
pub struct EnteredWorld;

/// The own person is no longer in the world: signed out, or the link was lost.
#[derive(Message, Clone, Copy, Debug)]
pub struct LeftWorld;

/// The session's link to its server, once the server knows who it is.
#[derive(Component)]
pub struct LiveLink;

/// The next snapshot, which the parts of the session write: each its own fields. A change publishes it.
#[derive(Resource, Deref, DerefMut)]
pub struct Mirror(pub Snapshot);

/// The way to the face.
#[derive(Resource)]
pub struct Port(SyncCell<SessionPort>);

/// This update's moment on the real clock, which tests step by hand.
#[derive(SystemParam)]
pub struct Clock<'w> {
    time: Res<'w, Time<Real>>,
}

/// What goes to the server. Nothing does while there is no link; nobody needs to ask first.
#[derive(SystemParam)]
pub struct ToServer<'w, 's> {
    control: Query<'w, 's, &'static mut MessageSender<ClientMessage>, With<LiveLink>>,
    floor: Query<'w, 's, &'static mut MessageSender<FloorRequest>, With<LiveLink>>,
    calls: Query<'w, 's, &'static mut MessageSender<CallRequest>, With<LiveLink>>,
}

/// The shared parts of the session.
pub struct SessionPlugin;

impl Plugin for SessionPlugin {
    fn build(&self, app: &mut App) {
        use SessionSystems::{
            Call, Carry, Chat, Connect, Measure, Mirror as MirrorSet, Note, Picture, Publish, Receive, Talk, Walk,
        };
        app.insert_resource(Mirror(Snapshot::signed_out()))
            .add_message::<FromFace>()
            .add_message::<FromServer>()
            .add_message::<FromFloor>()
            .add_message::<FromCalls>()
            .add_message::<ToFace>()
            .add_message::<EnteredWorld>()
            .add_message::<LeftWorld>()
            .configure_sets(PreUpdate, Receive.after(MessageSystems::Receive))
            .configure_sets(
                Update,
                (Connect, MirrorSet, Walk, Chat, Talk, Carry, Note, Call, Picture, Measure, Publish).chain(),
            )
            .add_systems(
                PreUpdate,
                (take_commands, take_server_messages, take_floor_notices, take_call_notices).in_set(Receive),
            )
            .add_systems(
                Update,
                (
                    publish_snapshot.run_if(resource_changed::<Mirror>),
                    // After the snapshot: whoever hears of something finds it there.
                    tell_face.run_if(on_message::<ToFace>),
                )
                    .chain()
                    .in_set(Publish),
            );
    }
}

impl Port {
    /// Takes the session's end of a [`super::handle::pair`].
    #[must_use]
    pub fn new(port: SessionPort) -> Self {
        Self(SyncCell::new(port))
    }

    /// Gives it back, for the last word after the app is gone.
    #[must_use]
    pub fn into_inner(self) -> SessionPort {
        SyncCell::to_inner(self.0)
    }
}

impl Clock<'_> {
    /// This update's moment.
    #[must_use]
    pub fn now(&self) -> Instant {
        link::now(&self.time)
    }
}

impl ToServer<'_, '_> {
    /// Says something on the Control channel.
    pub fn say(&mut self, message: ClientMessage) {
        for mut sender in &mut self.control {
            sender.send::<ControlChannel>(message.clone());
        }
    }

    /// Says something on the Floor channel.
    pub fn ask_floor(&mut self, request: FloorRequest) {
        for mut sender in &mut self.floor {
            sender.send::<FloorChannel>(request);
        }
    }

    /// Says something about calls, on the Control channel.
    pub fn ask_call(&mut self, request: &CallRequest) {
        for mut sender in &mut self.calls {
            sender.send::<ControlChannel>(request.clone());
        }
    }

    /// Whether anybody listens.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !self.control.is_empty()
    }
}

fn take_commands(mut port: ResMut<Port>, mut commands: MessageWriter<FromFace>) {
    loop {
        match port.0.get().try_command() {
            Ok((command, asked)) => {
                commands.write(FromFace(command, asked.elapsed()));
            }
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => {
                commands.write(FromFace(Command::Quit, Duration::ZERO));
                return;
            }
        }
    }
}

fn take_server_messages(
    mut links: Query<&mut MessageReceiver<ServerMessage>>,
    mut messages: MessageWriter<FromServer>,
) {
    for mut link in &mut links {
        messages.write_batch(link.receive().map(FromServer));
    }
}

fn take_floor_notices(mut links: Query<&mut MessageReceiver<FloorNotice>>, mut notices: MessageWriter<FromFloor>) {
    for mut link in &mut links {
        notices.write_batch(link.receive().map(FromFloor));
    }
}

fn take_call_notices(mut links: Query<&mut MessageReceiver<CallNotice>>, mut notices: MessageWriter<FromCalls>) {
    for mut link in &mut links {
        notices.write_batch(link.receive().map(FromCalls));
    }
}

fn publish_snapshot(mut port: ResMut<Port>, mirror: Res<Mirror>) {
    port.0.get().publish(mirror.0.clone());
}

/// Hands the events over.
pub(super) fn tell_face(mut port: ResMut<Port>, mut events: MessageReader<ToFace>) {
    for ToFace(event) in events.read() {
        port.0.get().emit(event.clone());
    }
}
