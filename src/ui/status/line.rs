//! What the bar says in words about the floor and the own voice: for each tone there is something to read here or in a
//! notice.

use super::super::{bidi, theme};
use crate::{
    media::devices::source::Microphone,
    net::{
        events::{Event, FloorChanged},
        snapshot::{RoomView, Snapshot, TalkState},
    },
};
use bevy_egui::egui::Color32;
use hallway_protocol::{call::CallAudio, floor::FloorPolicy, ids::PersonId};
use std::time::{Duration, Instant};

/// How long the end of a turn is told, in seconds.
const ECHO: f64 = 2.0;

/// What the bar says about the floor.
#[derive(Clone, Debug, PartialEq)]
pub struct FloorLine {
    /// The sentence.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing goes on.
    Calm,
    /// A voice goes out or comes in.
    Voice,
    /// Something to heed.
    Warning,
    /// It does not work.
    Trouble,
}

impl Tone {
    pub(super) fn color(self) -> Color32 {
        match self {
            Self::Calm => theme::MUTED,
            Self::Voice => theme::TALK,
            Self::Warning => theme::ACCENT,
            Self::Trouble => theme::DANGER,
        }
    }
}

/// What is told for a moment after it happened, since nothing in the snapshot keeps it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Echo {
    /// Until when the end of the own turn is told, in seconds of the window's clock.
    until: f64,
}

impl Echo {
    /// Takes in what happened at `now` (seconds of the window's clock).
    pub fn hear(&mut self, event: &Event, now: f64) {
        if let Event::Floor { change: FloorChanged::Released, .. } = event {
            self.until = now + ECHO;
        }
    }

    /// Whether one's turn has just ended.
    #[must_use]
    pub fn is_over(self, now: f64) -> bool {
        now < self.until
    }
}

/// What is known beside the snapshot when a line is made.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The time.
    pub now: Instant,
    /// A text field has the keyboard.
    pub typing: bool,
    /// The own turn has just ended.
    pub just_over: bool,
}

/// What there is to say about the floor.
#[must_use]
pub fn floor_line(snapshot: &Snapshot, moment: Moment) -> FloorLine {
    let line = |text: String, tone| FloorLine { text, tone };
    match &snapshot.talk {
        TalkState::Asking => line("One moment…".to_owned(), Tone::Calm),
        TalkState::Queued { position, recorded, .. } => line(waiting(*position, *recorded), Tone::Warning),
        TalkState::Offered { .. } => line("It is your turn".to_owned(), Tone::Warning),
        TalkState::Talking { .. } => talking(snapshot, moment.now),
        TalkState::Busy { holder } => line(format!("Busy: {} is talking", name(*holder, snapshot)), Tone::Warning),
        TalkState::Refused(reason) => line(reason.clone(), Tone::Trouble),
        TalkState::Quiet if snapshot.notes.recording.is_some() => {
            line("Recording a voice note".to_owned(), Tone::Warning)
        }
        TalkState::Quiet if moment.just_over && has_open_call(snapshot) => {
            line("The room no longer hears you".to_owned(), Tone::Calm)
        }
        TalkState::Quiet if moment.just_over => line("Your microphone is closed".to_owned(), Tone::Calm),
        TalkState::Quiet => quiet(snapshot, moment.typing),
    }
}

/// Whether one is in a call that hears one without a key, so that it has to be said when the room is meant.
pub(super) fn has_open_call(snapshot: &Snapshot) -> bool {
    snapshot.calls.current.as_ref().is_some_and(|call| call.audio == CallAudio::Open)
}

/// The place in a queue and what was recorded meanwhile.
fn waiting(position: u16, recorded: Duration) -> String {
    let place = if position <= 1 { "Next in line".to_owned() } else { format!("{} in line", ordinal(position)) };
    if recorded.is_zero() { place } else { format!("{place}, {} recorded", clock(recorded)) }
}

fn talking(snapshot: &Snapshot, now: Instant) -> FloorLine {
    let TalkState::Talking { ends, warned, playing, mic_open, .. } = snapshot.talk else {
        return FloorLine { text: String::new(), tone: Tone::Calm };
    };
    let left = ends.saturating_duration_since(now);
    let (doing, tone) = match (playing, mic_open) {
        (true, _) => ("Your recording is played".to_owned(), Tone::Voice),
        (false, true) => (own_talk(snapshot), Tone::Voice),
        (false, false) if snapshot.devices.microphone.is_some() => {
            ("Your turn, but no microphone".to_owned(), Tone::Trouble)
        }
        (false, false) => ("It is your turn".to_owned(), Tone::Calm),
    };
    if warned {
        // The last second is 1, and the end 0.
        let seconds = left.as_secs_f32().ceil();
        return FloorLine { text: format!("{doing}: {seconds} s left"), tone: Tone::Warning };
    }
    FloorLine { text: format!("{doing}, {} left", clock(left)), tone }
}

/// That one talks oneself, and in an open room who else does.
fn own_talk(snapshot: &Snapshot) -> String {
    let me = snapshot.me.as_ref().map(|me| me.id);
    let others: Vec<String> = own_room(snapshot)
        .map(|room| room.talkers.iter().filter(|id| Some(**id) != me).map(|id| name(*id, snapshot)).collect())
        .unwrap_or_default();
    match others.as_slice() {
        [] if has_open_call(snapshot) => "You are talking to the room".to_owned(),
        [] => "You are talking".to_owned(),
        [one] => format!("You and {one} are talking"),
        more => format!("You and {} more are talking", more.len()),
    }
}

fn quiet(snapshot: &Snapshot, typing: bool) -> FloorLine {
    let line = |text: &str, tone| FloorLine { text: text.to_owned(), tone };
    let Some(room) = own_room(snapshot) else { return line("Walk into a room to talk", Tone::Calm) };
    let is_muted = snapshot.me.as_ref().is_some_and(|me| room.muted.contains(&me.id));
    if let Some(text) = talkers(room, snapshot) {
        return FloorLine { text, tone: Tone::Voice };
    }
    if is_muted {
        return line("A moderator muted you here", Tone::Trouble);
    }
    if snapshot.devices.microphone.is_some() {
        return line("No microphone", Tone::Trouble);
    }
    if snapshot.voice.microphone == Microphone::None {
        return line("You only listen", Tone::Calm);
    }
    let opens_by_voice = room.policy == FloorPolicy::Open && snapshot.voice.activation_dbfs.is_some();
    line(
        match (typing, opens_by_voice) {
            _ if has_open_call(snapshot) => "Hold V to talk to the room",
            (_, true) => "Speak to talk, or hold V",
            (true, false) => "Esc, then hold V to talk",
            (false, false) => "Hold V to talk",
        },
        Tone::Calm,
    )
}

/// Who talks in a room, as a sentence; `None` where nobody does.
fn talkers(room: &RoomView, snapshot: &Snapshot) -> Option<String> {
    let names: Vec<String> = room.talkers.iter().map(|id| name(*id, snapshot)).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("{one} is talking")),
        [one, two] => Some(format!("{one} and {two} are talking")),
        [one, rest @ ..] => Some(format!("{one} and {} more are talking", rest.len())),
    }
}

/// The same beside a sign that says that it is about talking: names alone.
#[must_use]
pub fn talkers_in_short(room: &RoomView, snapshot: &Snapshot) -> Option<String> {
    let names: Vec<String> = room.talkers.iter().map(|id| name(*id, snapshot)).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [one, two] => Some(format!("{one}, {two}")),
        [one, two, rest @ ..] => Some(format!("{one}, {two} +{}", rest.len())),
    }
}

fn own_room(snapshot: &Snapshot) -> Option<&RoomView> {
    snapshot.room(snapshot.me.as_ref()?.room?)
}

fn name(id: PersonId, snapshot: &Snapshot) -> String {
    snapshot.person(id).map_or_else(|| "Somebody".to_owned(), |person| bidi::line(&person.name))
}

/// Minutes and seconds, such as 0:12.
#[must_use]
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// 1st, 2nd, 3rd, 11th, 21st.
#[must_use]
pub fn ordinal(number: u16) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests;
