//! Voice between the engine and the link: what the engine made goes out in the same update, what came in is heard at
//! once. The session never looks into a packet's sound.

use super::{
    events::{Event, PersonChanged},
    session::{FromServer, LeftWorld, LiveLink, Mirror, SessionSystems, ToFace},
};
use crate::media::engine::{VoiceCommand, VoiceEvent, VoiceStats};
use bevy::{platform::cell::SyncCell, prelude::*};
use hallway_protocol::{channels::VoiceDownChannel, control::ServerMessage, ids::PersonId, voice};
use lightyear::{
    prelude::{ChannelRegistry, MessageSystems, Transport},
    transport::{channel::ChannelKind, plugin::TransportSystems},
};
use std::{collections::HashSet, sync::mpsc::Receiver};

/// The session's end of the voice engine.
#[derive(Resource)]
pub struct VoiceLink {
    send: Box<dyn Fn(VoiceCommand) + Send + Sync>,
    stats: Box<dyn Fn() -> VoiceStats + Send + Sync>,
    events: SyncCell<Receiver<VoiceEvent>>,
}

/// Carries what others say to the engine.
pub struct VoicePlugin;

impl Plugin for VoicePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Speakers>()
            .add_systems(
                PreUpdate,
                // The payloads are no messages of lightyear's: they are taken before it looks for some.
                hear_voice.after(TransportSystems::Receive).before(MessageSystems::Receive),
            )
            .add_systems(Update, (forget_one, forget_all).in_set(SessionSystems::Talk));
    }
}

/// Those whose voice the engine keeps a jitter buffer for.
#[derive(Resource, Default)]
pub(super) struct Speakers(HashSet<PersonId>);

impl Speakers {
    pub(super) fn contains(&self, speaker: PersonId) -> bool {
        self.0.contains(&speaker)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = PersonId> {
        self.0.iter().copied()
    }
}

impl VoiceLink {
    /// A link to an engine: what it is told, what it says of itself, what it tells.
    #[must_use]
    pub fn new(
        send: impl Fn(VoiceCommand) + Send + Sync + 'static,
        stats: impl Fn() -> VoiceStats + Send + Sync + 'static,
        events: Receiver<VoiceEvent>,
    ) -> Self {
        Self { send: Box::new(send), stats: Box::new(stats), events: SyncCell::new(events) }
    }

    /// Tells the engine something.
    pub fn send(&self, command: VoiceCommand) {
        (self.send)(command);
    }

    /// What the engine has counted.
    #[must_use]
    pub fn stats(&self) -> VoiceStats {
        (self.stats)()
    }

    /// The engine's next event, if there is one.
    pub fn event(&mut self) -> Option<VoiceEvent> {
        self.events.get().try_recv().ok()
    }
}

fn hear_voice(
    mut links: Query<&mut Transport, With<LiveLink>>,
    channels: Res<ChannelRegistry>,
    engine: Res<VoiceLink>,
    mirror: Res<Mirror>,
    mut speakers: ResMut<Speakers>,
) {
    let Some(channel) = channels.get_net_from_kind(&ChannelKind::of::<VoiceDownChannel>()) else { return };
    let own = mirror.me.as_ref().map(|me| me.id);
    for mut link in &mut links {
        let Some(incoming) = link.channel_receive_mut(*channel) else { continue };
        while let Some((_, payload, _)) = incoming.read_message() {
            match voice::decode_down(&payload) {
                Ok((speaker, packet)) if Some(speaker) != own => {
                    speakers.0.insert(speaker);
                    engine.send(VoiceCommand::Hear { speaker, packet });
                }
                Ok(_) => tracing::debug!("the server sent the own voice back; dropped"),
                Err(error) => tracing::debug!(%error, "dropped a voice packet"),
            }
        }
    }
}

/// Whoever left one's room or the server is not heard any more.
fn forget_one(mut told: MessageReader<ToFace>, engine: Res<VoiceLink>, mut speakers: ResMut<Speakers>) {
    for ToFace(event) in told.read() {
        if let Event::PersonChanged { person, change: PersonChanged::Gone | PersonChanged::Left(_), .. } = event
            && speakers.0.remove(person)
        {
            engine.send(VoiceCommand::Forget { speaker: *person });
        }
    }
}

/// In another room, or out of the world, all are strangers.
fn forget_all(
    mut heard: MessageReader<FromServer>,
    mut left: MessageReader<LeftWorld>,
    engine: Res<VoiceLink>,
    mut speakers: ResMut<Speakers>,
) {
    let moved = heard.read().filter(|message| matches!(message.0, ServerMessage::Placed { .. })).count() > 0;
    if moved || left.read().count() > 0 {
        for speaker in speakers.0.drain() {
            engine.send(VoiceCommand::Forget { speaker });
        }
    }
}
