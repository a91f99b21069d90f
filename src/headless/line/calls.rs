//! Lines about calls, cameras and screens.

use super::{Complaint, Order, Parsed, complain, names, nobody, person_called, usage};
use crate::{
    net::{
        commands::Command,
        phrase::split_name,
        snapshot::{CallView, Snapshot},
    },
    settings::choices,
};
use hallway_protocol::{
    call::{CallKind, Reach},
    ids::PersonId,
    video::{Layer, Source},
};

/// `call NAME voice|video`: rings somebody.
pub(super) fn call(rest: &str, snapshot: &Snapshot) -> Parsed {
    let (to, about) = somebody("call", rest, snapshot)?;
    Ok(Order::Session(Command::Call { to, kind: kind("call", about)? }))
}

/// `callroom voice|video`: starts the room's call, or joins it.
pub(super) fn call_room(rest: &str) -> Parsed {
    Ok(Order::Session(Command::JoinRoomCall { kind: kind("callroom", rest)? }))
}

/// `ask NAME`: rings a further person, into the call.
pub(super) fn ask(rest: &str, snapshot: &Snapshot) -> Parsed {
    match somebody("ask", rest, snapshot)? {
        (person, "") => Ok(Order::Session(Command::AskIntoCall(person))),
        _ => Err(usage("ask")),
    }
}

/// `accept [voice|video]`: answers the call that rings. The own camera goes on as the word says, else in a video call.
pub(super) fn accept(rest: &str, snapshot: &Snapshot) -> Parsed {
    let call = ringing("accept", snapshot)?;
    let kind = if rest.is_empty() { call.kind } else { kind("accept", rest)? };
    Ok(Order::Session(Command::AcceptCall { call: call.call, camera: kind == CallKind::Video }))
}

/// `decline [TEXT]`: doesn't answer the call that rings.
pub(super) fn decline(rest: &str, snapshot: &Snapshot) -> Parsed {
    let call = ringing("decline", snapshot)?.call;
    Ok(Order::Session(Command::DeclineCall { call, text: rest.to_owned() }))
}

/// `mute mic|camera on|off`: shuts and opens them in the call.
pub(super) fn mute(rest: &str) -> Parsed {
    let command = match rest.split_once(char::is_whitespace).map(|(what, how)| (what, how.trim())) {
        Some(("mic", how)) => Command::SetCallMicrophone(!switch("mute", how)?),
        Some(("camera", how)) => Command::SetCamera(!switch("mute", how)?),
        _ => return Err(usage("mute")),
    };
    Ok(Order::Session(command))
}

/// `camera CHOICE`: takes another camera.
pub(super) fn camera(rest: &str) -> Parsed {
    choices::camera(rest).map(|choice| Order::Session(Command::ChooseCamera(choice))).map_err(|_| usage("camera"))
}

/// `share …`: shows a screen or a window.
pub(super) fn share(rest: &str) -> Parsed {
    choices::screen(rest).map(|choice| Order::Session(Command::ShareScreen(choice))).map_err(|_| usage("share"))
}

/// `watch NAME camera|screen small|medium|large|off`: how large somebody's pictures are to come.
pub(super) fn watch(rest: &str, snapshot: &Snapshot) -> Parsed {
    let (of, how) = somebody("watch", rest, snapshot)?;
    let mut words = how.split_whitespace();
    let source = match words.next() {
        Some("camera") => Source::Camera,
        Some("screen") => Source::Screen,
        _ => return Err(usage("watch")),
    };
    let layer = match (words.next(), words.next()) {
        (Some("small"), None) => Some(Layer::Small),
        (Some("medium"), None) => Some(Layer::Medium),
        (Some("large"), None) => Some(Layer::Large),
        (Some("off"), None) => None,
        _ => return Err(usage("watch")),
    };
    Ok(Order::Session(Command::WatchVideo { of, source, layer }))
}

/// `reach everyone|room|nobody`: who may ring here.
pub(super) fn reach(rest: &str) -> Parsed {
    let reach = match rest {
        "everyone" => Reach::Everyone,
        "room" => Reach::SameRoom,
        "nobody" => Reach::Nobody,
        _ => return Err(usage("reach")),
    };
    Ok(Order::Session(Command::SetReach(reach)))
}

/// `autoanswer NAME on|off`: whether somebody's calls are answered without asking.
pub(super) fn auto_answer(rest: &str, snapshot: &Snapshot) -> Parsed {
    let (person, how) = somebody("autoanswer", rest, snapshot)?;
    Ok(Order::Session(Command::SetAutoAnswer { person, on: switch("autoanswer", how)? }))
}

/// The person a line begins with, and what follows.
fn somebody<'t>(command: &'static str, rest: &'t str, snapshot: &Snapshot) -> Result<(PersonId, &'t str), Complaint> {
    if rest.is_empty() {
        return Err(usage(command));
    }
    let (name, rest) = split_name(rest, names(snapshot)).ok_or_else(|| nobody(command))?;
    Ok((person_called(command, name, snapshot)?, rest))
}

/// The call that rings here, the one that has done so for longest.
fn ringing<'s>(command: &'static str, snapshot: &'s Snapshot) -> Result<&'s CallView, Complaint> {
    let text = "Nobody calls you at the moment; “call NAME voice” calls somebody.";
    snapshot.calls.incoming.first().ok_or_else(|| complain(command, "no_call", text))
}

fn kind(command: &'static str, word: &str) -> Result<CallKind, Complaint> {
    [CallKind::Voice, CallKind::Video].into_iter().find(|kind| kind.word() == word).ok_or_else(|| usage(command))
}

fn switch(command: &'static str, word: &str) -> Result<bool, Complaint> {
    crate::net::preferences::words::switch(word).map_err(|_| usage(command))
}
