//! Holding the key to talk: the key's machine between the face, the server's floor and the voice engine.

pub mod key;

use super::{
    commands::Command,
    events::{Event, FloorChanged},
    session::{Clock, FromFace, FromFloor, LeftWorld, LiveLink, Mirror, SessionSystems, ToFace, ToServer},
    snapshot::TalkState,
    voice::VoiceLink,
};
use crate::media::{
    engine::{VoiceCommand, VoiceEvent},
    voice::cues::Cue,
};
use bevy::{ecs::system::SystemParam, prelude::*};
use hallway_protocol::{channels::VoiceUpChannel, floor::messages::FloorNotice, ids::RoomId};
use key::{TalkAction, TalkInput, TalkKey, TalkPhase, Told, Why};
use lightyear::prelude::Transport;

/// Runs the talk key, and sends what the voice engine makes while it may.
pub struct TalkPlugin;

impl Plugin for TalkPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Key>().add_systems(
            Update,
            (follow_place, hear_floor, obey_face, take_voice, keep_time, show_talk)
                .chain()
                .in_set(SessionSystems::Talk),
        );
    }
}

#[derive(Resource, Default)]
struct Key {
    key: TalkKey,
    room: Option<RoomId>,
}

/// The key, and what its actions reach.
#[derive(SystemParam)]
struct Talk<'w, 's> {
    key: ResMut<'w, Key>,
    engine: ResMut<'w, VoiceLink>,
    to_server: ToServer<'w, 's>,
    to_face: MessageWriter<'w, ToFace>,
    mirror: Res<'w, Mirror>,
    clock: Clock<'w>,
}

fn follow_place(mut left: MessageReader<LeftWorld>, mut talk: Talk) {
    if left.read().count() > 0 {
        talk.handle(TalkInput::Unlinked);
    }
    let room = talk.room();
    if talk.key.room != room {
        talk.handle(TalkInput::Moved);
        talk.key.room = room;
    }
}

fn hear_floor(mut notices: MessageReader<FromFloor>, mut talk: Talk) {
    for FromFloor(notice) in notices.read() {
        talk.handle(TalkInput::Notice(notice.clone()));
        talk.tell_others(notice);
    }
}

fn obey_face(mut asked: MessageReader<FromFace>, mut talk: Talk) {
    for FromFace(command) in asked.read() {
        match command {
            Command::PressTalk => {
                let in_room = talk.room().is_some();
                talk.handle(TalkInput::Press { in_room });
            }
            Command::ReleaseTalk => talk.handle(TalkInput::Release),
            _ => {}
        }
    }
}

fn take_voice(mut talk: Talk, links: Query<&Transport, With<LiveLink>>) {
    while let Some(event) = talk.engine.event() {
        match event {
            VoiceEvent::Packet(packet) if talk.key.key.may_send() => {
                for link in &links {
                    if let Err(error) = link.send::<VoiceUpChannel>(packet.clone()) {
                        tracing::debug!(%error, "a voice packet found no way out");
                    }
                }
            }
            VoiceEvent::Packet(_) => {}
            VoiceEvent::BurstEnded => talk.handle(TalkInput::TailSent),
            VoiceEvent::VoiceBegan | VoiceEvent::VoiceEnded => {}
            VoiceEvent::MicrophoneLost(text) => talk.notice("microphone_lost", text),
            VoiceEvent::MicrophoneBack => talk.notice("microphone_back", "The microphone is back.".to_owned()),
            VoiceEvent::SpeakerLost(text) => talk.notice("speaker_lost", text),
            VoiceEvent::SpeakerBack => talk.notice("speaker_back", "The speaker is back.".to_owned()),
        }
    }
}

fn keep_time(mut talk: Talk) {
    talk.handle(TalkInput::Poll);
}

fn show_talk(key: Res<Key>, mut mirror: ResMut<Mirror>) {
    let state = match key.key.phase() {
        TalkPhase::Quiet => TalkState::Quiet,
        TalkPhase::Asking { .. } => TalkState::Asking,
        TalkPhase::Talking { ends, warned } => TalkState::Talking { ends, warned },
        TalkPhase::Ending { ends, .. } => TalkState::Talking { ends, warned: false },
        TalkPhase::Busy { holder } => TalkState::Busy { holder },
        TalkPhase::Refused(why) => TalkState::Refused(why.to_string()),
    };
    if mirror.talk != state {
        mirror.talk = state;
    }
}

impl Talk<'_, '_> {
    fn room(&self) -> Option<RoomId> {
        self.mirror.me.as_ref().and_then(|me| me.room)
    }

    fn handle(&mut self, input: TalkInput) {
        let mut actions = Vec::new();
        self.key.key.handle(self.clock.now(), input, &mut actions);
        for action in actions {
            match action {
                TalkAction::Record => self.engine.send(VoiceCommand::PressTalk),
                TalkAction::OpenMicrophone => self.engine.send(VoiceCommand::FloorGranted),
                TalkAction::EndBurst => self.engine.send(VoiceCommand::ReleaseTalk),
                TalkAction::Abort => self.engine.send(VoiceCommand::AbortTalk),
                TalkAction::Ask(request) => self.to_server.ask_floor(request),
                TalkAction::Tell(told) => self.tell(told),
            }
        }
    }

    fn tell(&mut self, told: Told) {
        let (cue, change) = match told {
            Told::Granted { after, remaining } => (Cue::Granted, FloorChanged::Granted { after, remaining }),
            Told::Busy { after, holder } => {
                (Cue::Busy, FloorChanged::Busy { after, holder: self.mirror.person_name(holder) })
            }
            Told::Denied { after, cause } => (Cue::Denied, FloorChanged::Denied { after, cause }),
            Told::NoAnswer => {
                self.engine.send(VoiceCommand::Play(Cue::Denied));
                let text = Why::NoAnswer.to_string();
                self.to_face.write(ToFace(Event::Refused { command: "talk", code: "no_answer", text }));
                return;
            }
            Told::Warning { remaining } => (Cue::Warning, FloorChanged::Warning { remaining }),
            Told::Released => (Cue::Released, FloorChanged::Released),
            Told::Revoked { cause } => (Cue::Revoked, FloorChanged::Revoked { cause }),
        };
        self.engine.send(VoiceCommand::Play(cue));
        self.tell_floor(change);
    }

    /// Tells of other people's turns.
    fn tell_others(&mut self, notice: &FloorNotice) {
        let own = self.mirror.me.as_ref().map(|me| me.id);
        let FloorNotice::State { room, state } = notice else { return };
        let change = match state.talkers.first() {
            Some(holder) if Some(*holder) == own => return,
            Some(holder) => FloorChanged::Taken { holder: self.mirror.person_name(*holder) },
            None => FloorChanged::Idle,
        };
        self.to_face.write(ToFace(Event::Floor { room: Some(*room), change }));
    }

    fn tell_floor(&mut self, change: FloorChanged) {
        // The room of the press, which one may just have left.
        let room = self.key.room;
        self.to_face.write(ToFace(Event::Floor { room, change }));
    }

    fn notice(&mut self, code: &'static str, text: String) {
        self.to_face.write(ToFace(Event::Notice { code, text }));
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Denied(cause) => cause.fmt(f),
            Self::Revoked(cause) => cause.fmt(f),
            Self::NoAnswer => f.write_str("The server did not answer; let the key go and press it again."),
            Self::Moved => f.write_str("You walked on; let the key go and press it again to talk here."),
            Self::Unlinked => f.write_str("The connection was lost; press again when it is back."),
        }
    }
}
