//! Lines about files.

use super::{Complaint, Order, Parsed, complain, here, names, nobody, person, usage};
use crate::net::{
    commands::Command,
    phrase::{split_name, unknown_name},
    snapshot::Snapshot,
    transfers::{FetchInto, Outgoing, target},
};
use hallway_protocol::{
    file::{FileId, FileTarget},
    names::DisplayName,
};

/// `send room|world|NAME PATH`: what is left of the line is the path, blanks and all.
pub(super) fn send(rest: &str, snapshot: &Snapshot) -> Parsed {
    let (to, path) = target_and("send", rest, snapshot)?;
    if path.is_empty() {
        return Err(usage("send"));
    }
    Ok(Order::Session(Command::SendFile(Outgoing::new(to, path))))
}

/// To whom something goes, and what is left of the line.
pub(super) fn target_and<'t>(
    command: &'static str,
    rest: &'t str,
    snapshot: &Snapshot,
) -> Result<(FileTarget, &'t str), Complaint> {
    match rest.split_once(char::is_whitespace).unwrap_or((rest, "")) {
        ("room", rest) => Ok((target(here(command, snapshot)?), rest.trim())),
        ("world", rest) => Ok((FileTarget::World, rest.trim())),
        _ => match split_name(rest, names(snapshot)) {
            Some((name, rest)) => Ok((target(person(name, snapshot)?), rest)),
            None => {
                let (name, rest) = unknown_name(rest).ok_or_else(|| usage(command))?;
                Ok((FileTarget::Named(DisplayName::new(name).map_err(|_| nobody(command))?), rest))
            }
        },
    }
}

pub(super) fn fetch(rest: &str) -> Parsed {
    file("fetch", rest).map(|file| Order::Session(Command::FetchFile { file, into: FetchInto::Downloads }))
}

pub(super) fn pause(rest: &str) -> Parsed {
    file("pause", rest).map(|file| Order::Session(Command::PauseTransfer(file)))
}

pub(super) fn resume(rest: &str) -> Parsed {
    file("resume", rest).map(|file| Order::Session(Command::ResumeTransfer(file)))
}

pub(super) fn cancel(rest: &str) -> Parsed {
    file("cancel", rest).map(|file| Order::Session(Command::CancelTransfer(file)))
}

/// `unsend FILE_ID`: takes an own file away from everybody.
pub(super) fn unsend(rest: &str) -> Parsed {
    file("unsend", rest).map(|file| Order::Session(Command::DeleteFile(file)))
}

fn file(command: &'static str, rest: &str) -> Result<FileId, Complaint> {
    let wrong = || complain(command, "usage", "Write the file's id of 32 digits, as the message with it has it.");
    rest.parse().map_err(|_| wrong())
}
