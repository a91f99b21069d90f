//! Holding the key to talk: the key's machine between the face, the server's floor and the voice engine.

pub mod activation;
pub mod floor_watch;
pub mod key;
pub mod sleep;
mod telling;

use super::{
    calls::CallPacket,
    commands::Command,
    events::Event,
    notes::FromVoice,
    session::{Clock, FromFace, FromFloor, LeftWorld, LiveLink, Mirror, SessionSystems, ToFace, ToServer},
    snapshot::TalkState,
    voice::VoiceLink,
};
use crate::media::engine::{VoiceCommand, VoiceEvent};
use activation::{Activated, Opens};
use bevy::{ecs::system::SystemParam, prelude::*};
use bytes::Bytes;
use floor_watch::FloorWatch;
use hallway_protocol::{
    channels::VoiceUpChannel,
    floor::messages::{DenyCause, FloorNotice},
    ids::{PersonId, RoomId},
};
use key::{TalkAction, TalkInput, TalkKey, TalkPhase, TalkRules, Why};
use lightyear::prelude::Transport;
use sleep::SleepWatch;
use std::time::{Duration, Instant, SystemTime};

/// Voice that leaves is seen for so long after each packet: in silence one leaves every 200 ms.
const SEEN_AFTER_PACKET: Duration = Duration::from_millis(400);

/// Runs the talk key, and sends what the voice engine makes while it may.
pub struct TalkPlugin;

impl Plugin for TalkPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Key>().init_resource::<Activated>().add_message::<Accessed>().add_systems(
            Update,
            (
                follow_preferences,
                activation::follow_room,
                follow_place,
                hear_floor,
                obey_face,
                take_voice,
                keep_time,
                show_talk,
            )
                .chain()
                .in_set(SessionSystems::Talk),
        );
    }
}

/// The floor was granted without a wait, so long after the key went down.
#[derive(Message, Clone, Copy, Debug)]
pub(super) struct Accessed(pub(super) Duration);

#[derive(Resource, Default)]
struct Key {
    key: TalkKey,
    room: Option<RoomId>,
    floor: FloorWatch,
    sleep: SleepWatch,
    /// What holds talk on: the key, and the voice itself.
    by_hand: bool,
    by_voice: bool,
    /// How much was recorded while one waits.
    recorded: Duration,
    /// Whether one had to wait for the turn.
    waited: bool,
    /// When the last packet left.
    sent: Option<Instant>,
}

/// The key, and what its actions reach.
#[derive(SystemParam)]
struct Talk<'w, 's> {
    key: ResMut<'w, Key>,
    engine: ResMut<'w, VoiceLink>,
    to_server: ToServer<'w, 's>,
    to_face: MessageWriter<'w, ToFace>,
    accessed: MessageWriter<'w, Accessed>,
    to_call: MessageWriter<'w, CallPacket>,
    to_notes: MessageWriter<'w, FromVoice>,
    mirror: ResMut<'w, Mirror>,
    clock: Clock<'w>,
}

fn follow_preferences(mut key: ResMut<Key>, mirror: Res<Mirror>) {
    let wishes = &mirror.voice;
    key.key.set_rules(TalkRules { lock: wishes.lock, deferred: wishes.deferred, tail: wishes.release_tail });
}

fn follow_place(mut left: MessageReader<LeftWorld>, mut talk: Talk) {
    if left.read().count() > 0 {
        talk.handle(TalkInput::Cut(Why::Unlinked));
    }
    let room = talk.room();
    if talk.key.room != room {
        talk.handle(TalkInput::Cut(Why::Moved));
        talk.key.room = room;
        talk.key.floor = FloorWatch::default();
    }
}

fn hear_floor(mut notices: MessageReader<FromFloor>, mut talk: Talk) {
    if matches!(talk.key.key.phase(), TalkPhase::Queued { .. }) {
        let recorded = Duration::from_millis(talk.engine.stats().recorded_ms.into());
        talk.key.recorded = recorded;
        talk.handle(TalkInput::Recorded(recorded));
    }
    for FromFloor(notice) in notices.read() {
        talk.handle(TalkInput::Notice(notice.clone()));
        if let FloorNotice::State { room, state } = notice {
            talk.hear_state(*room, state);
        }
    }
}

fn obey_face(mut asked: MessageReader<FromFace>, mut talk: Talk) {
    for FromFace(command, waited) in asked.read() {
        match command {
            Command::PressTalk => {
                talk.stop_test();
                talk.key.by_hand = true;
                talk.press(false, *waited);
            }
            Command::ReleaseTalk => {
                talk.key.by_hand = false;
                talk.release();
            }
            Command::StopTalk => {
                (talk.key.by_hand, talk.key.by_voice) = (false, false);
                talk.handle(TalkInput::Stop);
            }
            Command::AnswerOffer { play } => talk.answer(*play),
            Command::StartSoundTest => talk.start_test(),
            Command::StopSoundTest => talk.stop_test(),
            _ => {}
        }
    }
}

fn take_voice(mut talk: Talk, links: Query<&Transport, With<LiveLink>>) {
    while let Some(event) = talk.engine.event() {
        match event {
            VoiceEvent::Packet(packet) => talk.send(packet, &links),
            VoiceEvent::CallPacket(packet) => drop(talk.to_call.write(CallPacket(packet))),
            VoiceEvent::BurstEnded => talk.handle(TalkInput::TailSent),
            // In a call the engine itself speaks while there is a voice.
            VoiceEvent::VoiceBegan if !talk.is_open_to_voice() => {}
            VoiceEvent::VoiceBegan => {
                talk.key.by_voice = true;
                talk.press(true, Duration::ZERO);
            }
            VoiceEvent::VoiceEnded => {
                talk.key.by_voice = false;
                talk.release();
            }
            VoiceEvent::MicrophoneLost(text) => {
                // Nobody says any more that the voice has ended.
                talk.key.by_voice = false;
                talk.release();
                talk.handle(TalkInput::Cut(Why::NoMicrophone));
                talk.mirror.devices.microphone = Some(text.clone());
                talk.notice("microphone_lost", text);
            }
            VoiceEvent::MicrophoneBack => {
                talk.mirror.devices.microphone = None;
                talk.notice("microphone_back", "The microphone is back.".to_owned());
            }
            VoiceEvent::SpeakerLost(text) => {
                talk.mirror.devices.speaker = Some(text.clone());
                talk.notice("speaker_lost", text);
            }
            VoiceEvent::SpeakerBack => {
                talk.mirror.devices.speaker = None;
                talk.notice("speaker_back", "The speaker is back.".to_owned());
            }
            VoiceEvent::NoteRecorded { .. } | VoiceEvent::NoteEnded(_) => {
                talk.to_notes.write_batch(FromVoice::of(event));
            }
        }
    }
}

fn keep_time(mut talk: Talk) {
    let now = talk.clock.now();
    if talk.key.sleep.look(SystemTime::now(), now) {
        talk.handle(TalkInput::Cut(Why::Slept));
    }
    if talk.key.by_voice && !talk.is_open_to_voice() {
        talk.key.by_voice = false;
        talk.release();
    }
    if talk.speaks_to_call() {
        talk.stop_test();
    }
    talk.handle(TalkInput::Poll);
}

fn show_talk(key: Res<Key>, mut mirror: ResMut<Mirror>, clock: Clock) {
    let now = clock.now();
    let mic_open = key.sent.is_some_and(|sent| now.saturating_duration_since(sent) < SEEN_AFTER_PACKET);
    let locked = key.key.is_locked();
    let talking = |turn: key::Turn, playing| {
        let (ends, warned) = (turn.ends, turn.warned);
        TalkState::Talking { ends, warned, locked, playing, mic_open: mic_open && !playing }
    };
    let state = match key.key.phase() {
        TalkPhase::Quiet => TalkState::Quiet,
        TalkPhase::Asking { .. } => TalkState::Asking,
        TalkPhase::Queued { position, holder, .. } => {
            // Whole seconds are what people read; each new one is a new snapshot.
            let recorded = Duration::from_secs(key.recorded.as_secs());
            TalkState::Queued { position, holder, recorded, locked }
        }
        TalkPhase::Offered { until, recorded, .. } => TalkState::Offered { until, recorded, held: key.key.is_held() },
        TalkPhase::Talking(turn) | TalkPhase::Ending { turn, .. } => talking(turn, false),
        TalkPhase::Playing(turn) => talking(turn, true),
        TalkPhase::Closing { turn, live, .. } => talking(turn, !live),
        TalkPhase::Busy { holder } => TalkState::Busy { holder },
        TalkPhase::Refused(why) => TalkState::Refused(why.to_string()),
    };
    if mirror.talk != state {
        mirror.talk = state;
    }
}

/// What goes in.
impl Talk<'_, '_> {
    fn room(&self) -> Option<RoomId> {
        self.mirror.me.as_ref().and_then(|me| me.room)
    }

    fn own_id(&self) -> Option<PersonId> {
        self.mirror.me.as_ref().map(|me| me.id)
    }

    fn is_open_to_voice(&self) -> bool {
        activation::wanted(&self.mirror).is_some_and(|(_, opens)| opens == Opens::Room)
    }

    /// The key went down so long ago.
    fn press(&mut self, by_voice: bool, ago: Duration) {
        // Who talks already needs no voice to press; and it must not be what ends a lock.
        if by_voice && (self.key.key.is_held() || !self.is_open_to_voice()) {
            return;
        }
        let refused = match self.room() {
            None => Some(Why::Denied(DenyCause::NotInRoom)),
            // A voice has come from somewhere.
            Some(_) => (!by_voice && self.engine.stats().no_microphone).then_some(Why::NoMicrophone),
        };
        self.handle(TalkInput::Press { ago, by_voice, refused });
    }

    fn release(&mut self) {
        if !self.key.by_hand && !self.key.by_voice {
            self.handle(TalkInput::Release);
        }
    }

    fn answer(&mut self, play: bool) {
        if matches!(self.key.key.phase(), TalkPhase::Offered { .. } | TalkPhase::Playing(_)) {
            self.handle(TalkInput::Answer { play });
        } else {
            let text = "There is no recording to play; hold the talk key while you wait for the floor.".to_owned();
            self.to_face.write(ToFace(Event::Refused { command: "offer", code: "no_offer", text }));
        }
    }

    /// Whether the microphone is the call's, while no key gives it to the room.
    fn speaks_to_call(&self) -> bool {
        let call = self.mirror.calls.current.as_ref().filter(|call| call.microphone_wanted);
        self.own_id().zip(call).is_some_and(|(own, call)| call.talks_openly(own))
    }

    fn start_test(&mut self) {
        if self.speaks_to_call() {
            let text = "Your microphone is open to a call; shut it there first.".to_owned();
            self.to_face.write(ToFace(Event::Refused { command: "test", code: "in_call", text }));
        } else if self.key.key.phase() == TalkPhase::Quiet && !self.mirror.testing {
            self.mirror.testing = true;
            self.engine.send(VoiceCommand::StartTest);
        }
    }

    fn stop_test(&mut self) {
        if self.mirror.testing {
            self.mirror.testing = false;
            self.engine.send(VoiceCommand::StopTest);
        }
    }
}

/// What goes out.
impl Talk<'_, '_> {
    fn handle(&mut self, input: TalkInput) {
        let mut actions = Vec::new();
        let now = self.clock.now();
        self.key.key.handle(now, input, &mut actions);
        for action in actions {
            match action {
                TalkAction::Record => {
                    self.key.waited = false;
                    self.engine.send(VoiceCommand::PressTalk);
                }
                TalkAction::StopRecording => self.engine.send(VoiceCommand::ReleaseTalk),
                TalkAction::KeepRecording => self.engine.send(VoiceCommand::KeepRecording),
                TalkAction::OpenMicrophone => self.engine.send(VoiceCommand::FloorGranted),
                TalkAction::SpeakLive => self.engine.send(VoiceCommand::SpeakLive),
                TalkAction::PlayRecording => self.engine.send(VoiceCommand::PlayRecording),
                TalkAction::EndBurst => self.engine.send(VoiceCommand::ReleaseTalk),
                TalkAction::Abort => self.engine.send(VoiceCommand::AbortTalk),
                TalkAction::Ask(request) => self.to_server.ask_floor(request),
                TalkAction::Tell(told) => self.tell(told),
            }
        }
    }

    /// Sends a voice packet, if one may.
    fn send(&mut self, packet: Bytes, links: &Query<&Transport, With<LiveLink>>) {
        if !self.key.key.may_send() {
            return;
        }
        for link in links {
            match link.send::<VoiceUpChannel>(packet.clone()) {
                Ok(()) => self.key.sent = Some(self.clock.now()),
                Err(error) => tracing::debug!(%error, "a voice packet found no way out"),
            }
        }
    }
}
