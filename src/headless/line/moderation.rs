//! Lines with which a moderator sends somebody away.

use super::{Order, Parsed, names, nobody, person_called, split_name, usage};
use crate::net::{commands::Command, snapshot::Snapshot};
use hallway_protocol::moderation::{Reason, SendAway, StayAway};

/// `kick NAME [REASON]`: out for now.
pub(super) fn kick(rest: &str, snapshot: &Snapshot) -> Parsed {
    send_away("kick", rest, snapshot, |reason| (StayAway::NotAtAll, reason))
}

/// `ban NAME [DAYS] [REASON]`: out for so many days, or for good.
pub(super) fn ban(rest: &str, snapshot: &Snapshot) -> Parsed {
    send_away("ban", rest, snapshot, |rest| {
        let (first, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        match first.parse() {
            Ok(days) if days > 0 => (StayAway::Days(days), reason),
            _ => (StayAway::ForGood, rest),
        }
    })
}

fn send_away<'a>(
    command: &'static str,
    rest: &'a str,
    snapshot: &Snapshot,
    read: impl FnOnce(&'a str) -> (StayAway, &'a str),
) -> Parsed {
    if rest.is_empty() {
        return Err(usage(command));
    }
    let (name, about) = split_name(rest, names(snapshot)).ok_or_else(|| nobody(command))?;
    let (stay, reason) = read(about.trim());
    let person = person_called(command, name, snapshot)?;
    Ok(Order::Session(Command::SendAway(SendAway { person, stay, reason: Reason::new(reason) })))
}
