//! Who is typing where: told to the server seldom enough, shown of others for a short while.

use super::super::{
    commands::Command,
    session::{Clock, FromFace, FromServer, LeftWorld, Mirror, SessionSystems, ToServer},
};
use bevy::prelude::*;
use hallway_protocol::{
    chat::Conversation,
    control::{ClientMessage, ServerMessage},
    ids::PersonId,
};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// How often the server is told that one goes on typing.
const TELL_EVERY: Duration = Duration::from_secs(2);
/// How long somebody is shown as typing after the last word of it.
const SHOWN_FOR: Duration = Duration::from_secs(3);

/// Sends the own typing and shows the others'.
pub(super) struct TypingPlugin;

impl Plugin for TypingPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Typing>().add_systems(
            Update,
            (tell_typing, hear_typing, end_typing, forget_typing.run_if(on_message::<LeftWorld>))
                .chain()
                .in_set(SessionSystems::Chat),
        );
    }
}

#[derive(Resource, Default)]
struct Typing {
    /// Where and when the server was told last.
    told: Option<(Conversation, Instant)>,
    /// Until when others are shown as typing.
    others: HashMap<PersonId, Instant>,
}

fn tell_typing(mut asked: MessageReader<FromFace>, mut typing: ResMut<Typing>, mut to_server: ToServer, clock: Clock) {
    let now = clock.now();
    for FromFace(command, _) in asked.read() {
        match command {
            Command::Typing { to } => {
                let is_news =
                    typing.told.is_none_or(|(told, at)| told != *to || now.saturating_duration_since(at) >= TELL_EVERY);
                if is_news {
                    typing.told = Some((*to, now));
                    to_server.say(ClientMessage::Typing { to: *to });
                }
            }
            // What was typed is sent; the next keystroke is news again.
            Command::Say { .. } => typing.told = None,
            _ => {}
        }
    }
}

fn hear_typing(
    mut heard: MessageReader<FromServer>,
    mut typing: ResMut<Typing>,
    mut mirror: ResMut<Mirror>,
    clock: Clock,
) {
    for FromServer(message) in heard.read() {
        let ServerMessage::Typing { from, to } = message else { continue };
        if let Some(person) = mirror.people.iter_mut().find(|person| person.id == *from) {
            person.typing = Some(*to);
            typing.others.insert(*from, clock.now() + SHOWN_FOR);
        }
    }
}

fn end_typing(mut typing: ResMut<Typing>, mut mirror: ResMut<Mirror>, clock: Clock) {
    let now = clock.now();
    if typing.others.values().all(|until| *until > now) {
        return;
    }
    typing.others.retain(|person, until| {
        let goes_on = *until > now;
        if !goes_on && let Some(person) = mirror.people.iter_mut().find(|known| known.id == *person) {
            person.typing = None;
        }
        goes_on
    });
}

fn forget_typing(mut typing: ResMut<Typing>) {
    *typing = Typing::default();
}

impl Mirror {
    /// Whoever has said something is no longer typing it.
    pub(super) fn no_longer_typing(&mut self, person: Option<PersonId>, conversation: Conversation) {
        let typing = |view: &&mut super::super::snapshot::PersonView| {
            Some(view.id) == person && view.typing == Some(conversation)
        };
        if let Some(view) = self.people.iter_mut().find(typing) {
            view.typing = None;
        }
    }
}
