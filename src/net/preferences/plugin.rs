//! Puts preferences into force: tells the voice engine, shows them, keeps them.

use super::{
    CallPreferences, PicturePreferences, Preferences, VOLUME, VoicePreferences, calls,
    file::Change,
    keeper::Keeper,
    pictures,
    table::{self, VOICE, VOLUMES},
};
use crate::{
    media::{
        devices::{sink::Speaker, source::Microphone},
        engine::VoiceCommand,
        processing::Processing,
    },
    net::{
        commands::Command,
        events::Event,
        session::{FromFace, Mirror, SessionSystems, ToFace},
        voice::VoiceLink,
    },
};
use bevy::prelude::*;
use hallway_protocol::{floor::FloorPolicy, ids::PersonId, names::NameKey};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// Takes a person's choices. They begin with these.
pub struct PreferencesPlugin {
    preferences: Mutex<Option<Preferences>>,
}

/// How loud people are heard, by name, and what keeps it.
#[derive(Resource, Default)]
pub(in crate::net) struct Volumes {
    by_name: BTreeMap<NameKey, f32>,
    keeper: Option<Keeper>,
}

/// What the engine does to the microphone's sound, once it was told.
#[derive(Resource, Default)]
struct Processed(Option<Processing>);

impl PreferencesPlugin {
    /// Begins with these preferences; the voice engine has the devices and the tail already.
    #[must_use]
    pub fn new(preferences: Preferences) -> Self {
        Self { preferences: Mutex::new(Some(preferences)) }
    }
}

impl Plugin for PreferencesPlugin {
    fn build(&self, app: &mut App) {
        let taken = self.preferences.lock().ok().and_then(|mut preferences| preferences.take());
        let Preferences { voice, calls, volumes, keeper, is_first_time, complaint, pictures } =
            taken.unwrap_or_default();
        let mut mirror = app.world_mut().resource_mut::<Mirror>();
        mirror.voice = Arc::new(voice);
        mirror.sound_unchecked = is_first_time;
        mirror.pictures = Arc::new(pictures);
        if let Some(text) = complaint {
            app.world_mut().write_message(ToFace(Event::Notice { code: "settings", text }));
        }
        app.insert_resource(Volumes { by_name: volumes, keeper })
            .insert_resource(calls)
            .init_resource::<Processed>()
            .add_systems(
                Update,
                (obey_face, choose_calls, follow_room, tell_complaints).chain().in_set(SessionSystems::Connect),
            );
    }
}

impl Volumes {
    /// How loud somebody of that name is heard.
    pub(in crate::net) fn of(&self, name: &NameKey) -> f32 {
        self.by_name.get(name).copied().unwrap_or(1.0)
    }

    fn set(&mut self, name: NameKey, volume: f32) {
        let is_default = volume == 1.0;
        let value = (!is_default).then(|| f64::from(volume).into());
        self.keep(vec![Change { section: VOLUMES, key: name.as_str().to_owned(), value }]);
        if is_default {
            self.by_name.remove(&name);
        } else {
            self.by_name.insert(name, volume);
        }
    }

    fn keep(&self, changes: Vec<Change>) {
        if let Some(keeper) = &self.keeper {
            keeper.keep(changes);
        }
    }
}

fn obey_face(
    mut asked: MessageReader<FromFace>,
    mut mirror: ResMut<Mirror>,
    mut volumes: ResMut<Volumes>,
    engine: Res<VoiceLink>,
) {
    for FromFace(command, _) in asked.read() {
        match command {
            Command::SetVoice(voice) => prefer(voice.clone(), &mut mirror, &volumes, &engine),
            Command::SetMicrophone(microphone) => {
                let voice = VoicePreferences { microphone: microphone.clone(), ..(*mirror.voice).clone() };
                prefer(voice, &mut mirror, &volumes, &engine);
            }
            Command::SetSpeaker(speaker) => {
                let voice = VoicePreferences { speaker: speaker.clone(), ..(*mirror.voice).clone() };
                prefer(voice, &mut mirror, &volumes, &engine);
            }
            Command::SetVolume { person, volume } if !volume.is_nan() => {
                let volume = volume.clamp(*VOLUME.start(), *VOLUME.end());
                set_volume(*person, volume, &mut mirror, &mut volumes);
            }
            Command::ShowPicturesFrom(from) => {
                prefer_pictures(|pictures| pictures.from = *from, &mut mirror, &volumes);
            }
            Command::ShowPicturesOf { name, comes } => {
                prefer_pictures(|pictures| pictures.people.choose(name, *comes), &mut mirror, &volumes);
            }
            _ => {}
        }
    }
}

fn prefer_pictures(change: impl FnOnce(&mut PicturePreferences), mirror: &mut Mirror, volumes: &Volumes) {
    let mut wanted = (*mirror.pictures).clone();
    change(&mut wanted);
    if *mirror.pictures != wanted {
        volumes.keep(pictures::changes(&mirror.pictures, &wanted));
        mirror.pictures = Arc::new(wanted);
    }
}

fn prefer(wanted: VoicePreferences, mirror: &mut Mirror, volumes: &Volumes, engine: &VoiceLink) {
    let wanted = wanted.within_limits();
    let before = Arc::clone(&mirror.voice);
    mirror.sound_unchecked = false;
    if wanted.microphone != before.microphone {
        mirror.devices.microphone = None;
        engine.send(VoiceCommand::SetMicrophone(wanted.microphone.clone()));
    }
    if wanted.speaker != before.speaker {
        mirror.devices.speaker = None;
        engine.send(VoiceCommand::SetSpeaker(wanted.speaker.clone()));
    }
    if wanted.release_tail != before.release_tail {
        engine.send(VoiceCommand::SetTail(wanted.release_tail));
    }
    volumes.keep(changes(&before, &wanted));
    mirror.voice = Arc::new(wanted);
}

/// What has to be kept: only what was changed, so that what was said at the start of the program is not. Files in place
/// of devices are for a trial, and are not kept either.
fn changes(before: &VoicePreferences, wanted: &VoicePreferences) -> Vec<Change> {
    let (before, mut after) = (table::write(before), table::write(wanted));
    if matches!(wanted.microphone, Microphone::Wav { .. }) {
        after.insert("microphone".to_owned(), before["microphone"].clone());
    }
    if matches!(wanted.speaker, Speaker::Wav(_)) {
        after.insert("speaker".to_owned(), before["speaker"].clone());
    }
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    let removed = gone.map(|key| Change { section: VOICE, key: key.clone(), value: None });
    let new = after.iter().filter(|(key, value)| before.get(*key) != Some(*value));
    let set = new.map(|(key, value)| Change { section: VOICE, key: key.clone(), value: Some(value.clone()) });
    set.chain(removed).collect()
}

/// Who may ring here, and with which camera one answers. The calls' own part puts it into force.
fn choose_calls(
    mut asked: MessageReader<FromFace>,
    mirror: Res<Mirror>,
    mut calls: ResMut<CallPreferences>,
    volumes: Res<Volumes>,
) {
    for FromFace(command, _) in asked.read() {
        let mut wanted = calls.clone();
        match command {
            Command::SetReach(reach) => wanted.reach = *reach,
            Command::ChooseCamera(camera) => wanted.camera = camera.clone(),
            Command::SetAutoAnswer { person, on } => {
                let Some(person) = mirror.person(*person) else { continue };
                wanted.auto_answer.choose(&person.name, on.then_some(()));
            }
            Command::ForgetAutoAnswer { name } => wanted.auto_answer.choose(name, None),
            _ => continue,
        }
        if *calls != wanted {
            volumes.keep(calls::changes(&calls, &wanted));
            *calls = wanted;
        }
    }
}

/// The engine is told by who knows whom it plays.
fn set_volume(person: PersonId, volume: f32, mirror: &mut Mirror, volumes: &mut Volumes) {
    let Some(view) = mirror.people.iter_mut().find(|view| view.id == person) else { return };
    if view.volume != volume {
        view.volume = volume;
        volumes.set(NameKey::of(&view.name), volume);
    }
}

/// Echoes are cancelled where others are heard while one talks, and nowhere else.
fn follow_room(mirror: Res<Mirror>, engine: Res<VoiceLink>, mut processed: ResMut<Processed>) {
    let room = mirror.me.as_ref().and_then(|me| me.room).and_then(|room| mirror.room(room));
    let in_call =
        mirror.me.as_ref().zip(mirror.calls.current.as_ref()).is_some_and(|(me, call)| call.talks_openly(me.id));
    let hears_others = in_call || room.is_some_and(|room| room.policy == FloorPolicy::Open);
    let wanted = Processing {
        noise_suppression: mirror.voice.noise_suppression,
        automatic_level: mirror.voice.automatic_level,
        echo_cancellation: mirror.voice.echo_cancellation && hears_others,
    };
    if processed.0 != Some(wanted) {
        processed.0 = Some(wanted);
        engine.send(VoiceCommand::SetProcessing(wanted));
    }
}

fn tell_complaints(mut volumes: ResMut<Volumes>, mut to_face: MessageWriter<ToFace>) {
    if let Some(text) = volumes.keeper.as_mut().and_then(Keeper::complaint) {
        to_face.write(ToFace(Event::Notice { code: "settings", text }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_changed_is_kept() {
        let before = VoicePreferences { activation_dbfs: Some(-40.0), ..VoicePreferences::default() };
        let quiet = VoicePreferences { activation_dbfs: None, cues: false, ..before.clone() };
        let keys =
            |changes: Vec<Change>| changes.into_iter().map(|change| (change.key, change.value)).collect::<Vec<_>>();
        let expected = [("cues".to_owned(), Some(false.into())), ("activation_dbfs".to_owned(), None)];
        assert_eq!(keys(changes(&before, &quiet)), expected);
        assert!(changes(&before, &before).is_empty());
        let trial = VoicePreferences { microphone: "wav:a.wav".parse().unwrap(), ..before.clone() };
        assert!(changes(&before, &trial).is_empty());
        let device = VoicePreferences { microphone: "device:Desk".parse().unwrap(), ..before };
        assert_eq!(keys(changes(&trial, &device)).len(), 1);
    }
}
