//! What people are told of the floor: a tone, and an event that the face makes a sentence of.

use super::{
    Accessed, Talk,
    floor_watch::FloorNews,
    key::{TalkInput, Told, Why},
};
use crate::{
    media::{engine::VoiceCommand, voice::cues::Cue},
    net::{
        events::{Event, FloorChanged},
        session::ToFace,
    },
};
use hallway_protocol::{
    floor::messages::FloorState,
    ids::{PersonId, RoomId},
};

impl Talk<'_, '_> {
    pub(super) fn hear_state(&mut self, room: RoomId, state: &FloorState) {
        let own = self.own_id();
        let place = state.waiting.iter().position(|waiting| Some(*waiting) == own);
        if let Some(place) = place {
            let position = u16::try_from(place + 1).unwrap_or(u16::MAX);
            self.handle(TalkInput::Place { position, holder: state.talkers.first().copied() });
        }
        for news in self.key.floor.hear(state, own) {
            let change = match news {
                FloorNews::Taken(holder) => FloorChanged::Taken { holder: self.mirror.person_name(holder) },
                FloorNews::Idle => FloorChanged::Idle,
                FloorNews::Queue(waiting) => {
                    FloorChanged::Queue { waiting: waiting.iter().map(|id| self.mirror.person_name(*id)).collect() }
                }
                FloorNews::Muted => FloorChanged::Muted,
                FloorNews::Unmuted => FloorChanged::Unmuted,
            };
            self.to_face.write(ToFace(Event::Floor { room: Some(room), change }));
        }
    }

    pub(super) fn tell(&mut self, told: Told) {
        let name = |holder: Option<PersonId>| holder.map(|holder| self.mirror.person_name(holder));
        let (cue, change) = match told {
            Told::Granted { after, remaining } => (Some(Cue::Granted), FloorChanged::Granted { after, remaining }),
            Told::Queued { after, position, holder } => {
                (Some(Cue::Queued), FloorChanged::Queued { after, position, holder: name(holder) })
            }
            Told::Position { position, holder } => (None, FloorChanged::Position { position, holder: name(holder) }),
            Told::Offered { recorded, remaining } => {
                (Some(Cue::Offered), FloorChanged::Offered { recorded, remaining })
            }
            Told::Playing { recorded } => (Some(Cue::Granted), FloorChanged::Playing { recorded }),
            Told::Locked => (Some(Cue::Locked), FloorChanged::Locked),
            Told::Busy { after, holder } => {
                (Some(Cue::Busy), FloorChanged::Busy { after, holder: self.mirror.person_name(holder) })
            }
            Told::Denied { after, cause } => (Some(Cue::Denied), FloorChanged::Denied { after, cause }),
            Told::NoAnswer => return self.refuse("no_answer", Why::NoAnswer),
            Told::NoMicrophone => return self.refuse("no_microphone", Why::NoMicrophone),
            Told::Warning { remaining } => (Some(Cue::Warning), FloorChanged::Warning { remaining }),
            Told::Released => (Some(Cue::Released), FloorChanged::Released),
            Told::Revoked { cause, grace } => (Some(Cue::Revoked), FloorChanged::Revoked { cause, grace }),
        };
        match told {
            Told::Queued { .. } => self.key.waited = true,
            Told::Granted { after, .. } if !self.key.waited => drop(self.accessed.write(Accessed(after))),
            _ => {}
        }
        if let Some(cue) = cue {
            self.play(cue);
        }
        // The room of the press, which one may just have left.
        let room = self.key.room;
        self.to_face.write(ToFace(Event::Floor { room, change }));
    }

    fn refuse(&mut self, code: &'static str, why: Why) {
        self.play(Cue::Denied);
        self.to_face.write(ToFace(Event::Refused { command: "talk", code, text: why.to_string() }));
    }

    fn play(&self, cue: Cue) {
        if self.mirror.voice.cues {
            self.engine.send(VoiceCommand::Play(cue));
        }
    }

    pub(super) fn notice(&mut self, code: &'static str, text: String) {
        self.to_face.write(ToFace(Event::Notice { code, text }));
    }
}
