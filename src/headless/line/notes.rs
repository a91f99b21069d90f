//! Lines about voice notes.

use super::{Order, Parsed, complain, here, names, nobody, person, usage};
use crate::net::{
    commands::Command,
    phrase::split_name,
    snapshot::{NoteKey, NoteSpeed, Snapshot},
};
use hallway_protocol::{chat::Conversation, limits::NOTE_LENGTH};
use std::time::Duration;

/// How long `!audio` records.
const SHORT: Duration = Duration::from_secs(5);

/// `note room|world|NAME SECONDS`: records so long and sends it, `note cancel`: throws away what is being recorded.
pub(super) fn note(rest: &str, snapshot: &Snapshot) -> Parsed {
    if rest == "cancel" {
        return Ok(Order::Session(Command::DiscardNote));
    }
    let (to, seconds) = match rest.split_once(char::is_whitespace).unwrap_or((rest, "")) {
        ("room", seconds) => (here("note", snapshot)?, seconds),
        ("world", seconds) => (Conversation::World, seconds),
        ("", _) => return Err(usage("note")),
        _ => {
            let (name, seconds) = split_name(rest, names(snapshot)).ok_or_else(|| nobody("note"))?;
            (person(name, snapshot)?, seconds)
        }
    };
    let seconds: f64 = seconds.trim().parse().map_err(|_| usage("note"))?;
    if !(seconds > 0.0 && seconds <= NOTE_LENGTH.as_secs_f64()) {
        let text = format!("A note lasts more than 0 and at most {} seconds.", NOTE_LENGTH.as_secs());
        return Err(complain("note", "usage", text));
    }
    Ok(Order::Session(Command::SpeakNote { to, length: Duration::from_secs_f64(seconds) }))
}

/// `!audio`: a few seconds to everyone.
pub(super) fn audio() -> Order {
    Order::Session(Command::SpeakNote { to: Conversation::World, length: SHORT })
}

/// `play NOTE_ID [SPEED]`, `play stop`, `play skip on|off`.
pub(super) fn play(rest: &str) -> Parsed {
    if rest == "stop" {
        return Ok(Order::Session(Command::PauseNote));
    }
    if let Some(word) = rest.strip_prefix("skip ") {
        let skips = super::voice::switch(word.trim()).ok_or_else(|| usage("play"))?;
        return Ok(Order::Session(Command::SkipSilence(skips)));
    }
    let (id, speed) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let file = id.parse().map_err(|_| usage("play"))?;
    let speed = match speed.trim() {
        "" => None,
        "1" => Some(NoteSpeed::Own),
        "1.5" => Some(NoteSpeed::Faster),
        "2" => Some(NoteSpeed::Double),
        _ => return Err(usage("play")),
    };
    Ok(Order::Session(Command::PlayNote { note: NoteKey::File(file), from: Some(Duration::ZERO), speed }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::file::FileId;

    fn snapshot() -> Snapshot {
        Snapshot::signed_out()
    }

    #[test]
    fn a_note_is_for_somebody_and_lasts() {
        let world = |length| Ok(Order::Session(Command::SpeakNote { to: Conversation::World, length }));
        assert_eq!(note("world 2.5", &snapshot()), world(Duration::from_millis(2500)));
        assert_eq!(Ok(audio()), world(SHORT));
        assert_eq!(note("cancel", &snapshot()), Ok(Order::Session(Command::DiscardNote)));
        for (line, code) in [
            ("", "usage"),
            ("world", "usage"),
            ("world soon", "usage"),
            ("world 0", "usage"),
            ("world -1", "usage"),
            ("world NaN", "usage"),
            ("world 301", "usage"),
            ("room 5", "not_in_room"),
            ("Carol 5", "no_such_person"),
        ] {
            assert_eq!(note(line, &snapshot()).unwrap_err().code, code, "{line}");
        }
    }

    #[test]
    fn a_note_is_played_at_one_of_three_speeds() {
        let file = FileId::new([7; 16]);
        let play_at = |speed| {
            let (note, from) = (NoteKey::File(file), Some(Duration::ZERO));
            Ok(Order::Session(Command::PlayNote { note, from, speed }))
        };
        assert_eq!(play(&file.to_string()), play_at(None));
        assert_eq!(play(&format!("{file} 1.5")), play_at(Some(NoteSpeed::Faster)));
        assert_eq!(play("stop"), Ok(Order::Session(Command::PauseNote)));
        assert_eq!(play("skip on"), Ok(Order::Session(Command::SkipSilence(true))));
        for line in ["", "7", "skip", "skip it", "../../x", &format!("{file} 3")] {
            assert_eq!(play(line).unwrap_err().code, "usage", "{line}");
        }
    }
}
