//! Lines about the floor and about voice.

use super::{Order, Parsed, complain, names, nobody, person_called, usage};
use crate::net::{
    commands::Command,
    phrase::split_name,
    preferences::{VOLUME, VoicePreferences},
    snapshot::Snapshot,
};
use hallway_protocol::floor::{UnknownRule, messages::FloorOrder};

/// `offer play|drop`: what becomes of the recording.
pub(super) fn offer(rest: &str) -> Parsed {
    let play = match rest {
        "play" => true,
        "drop" => false,
        _ => return Err(usage("offer")),
    };
    Ok(Order::Session(Command::AnswerOffer { play }))
}

/// `floor …`: a moderator's order.
pub(super) fn floor(rest: &str, snapshot: &Snapshot) -> Parsed {
    let (word, about) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let about = about.trim();
    let person = || {
        if about.is_empty() {
            return Err(usage("floor"));
        }
        person_called("floor", about.trim_matches('"'), snapshot)
    };
    let unknown = |error: UnknownRule| complain("floor", "usage", format!("{error}."));
    let order = match word {
        "revoke" => FloorOrder::Revoke(person()?),
        "mute" => FloorOrder::Mute(person()?),
        "unmute" => FloorOrder::Unmute(person()?),
        "give" => FloorOrder::Give(person()?),
        "policy" => FloorOrder::SetPolicy(about.parse().map_err(unknown)?),
        "queue" => FloorOrder::SetQueue(about.parse().map_err(unknown)?),
        "log" => FloorOrder::SetTalkLog(switch(about).ok_or_else(|| usage("floor"))?),
        _ => return Err(usage("floor")),
    };
    Ok(Order::Session(Command::OrderFloor(order)))
}

/// What `on` and `off` mean.
pub(super) fn switch(word: &str) -> Option<bool> {
    match word {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// `volume NAME PERCENT`: how loud somebody is heard.
pub(super) fn volume(rest: &str, snapshot: &Snapshot) -> Parsed {
    let (name, percent) = split_name(rest, names(snapshot)).ok_or_else(|| nobody("volume"))?;
    let percent: f32 = percent.trim_end_matches('%').trim().parse().map_err(|_| usage("volume"))?;
    let volume = percent / 100.0;
    if !VOLUME.contains(&volume) {
        return Err(complain("volume", "usage", "Write a volume from 0 to 200 percent."));
    }
    let person = person_called("volume", name, snapshot)?;
    Ok(Order::Session(Command::SetVolume { person, volume }))
}

/// `voice` lists the preferences, `voice PREFERENCE VALUE` sets one.
pub(super) fn preference(rest: &str) -> Parsed {
    if rest.is_empty() {
        return Ok(Order::Voice);
    }
    let (word, value) = rest.split_once(char::is_whitespace).ok_or_else(|| usage("voice"))?;
    let value = value.trim();
    let wrong = |error| complain("voice", "usage", format!("“{rest}” can't be set: {error}."));
    VoicePreferences::default().set(word, value).map_err(wrong)?;
    Ok(Order::Prefer { word: word.to_owned(), value: value.to_owned() })
}

/// `test on|off`: the own microphone in the own speaker.
pub(super) fn test(rest: &str) -> Parsed {
    match rest {
        "on" => Ok(Order::Session(Command::StartSoundTest)),
        "off" => Ok(Order::Session(Command::StopSoundTest)),
        _ => Err(usage("test")),
    }
}
