//! Commands about messages that are there already, which go by their numbers.

use super::{Complaint, Order, Parsed, complain, usage};
use crate::net::{
    commands::Command,
    snapshot::{ChatLine, Snapshot},
};
use hallway_protocol::{chat::Conversation, ids::MessageId};

/// Most digits that a message's number has; a file's id is longer.
const DIGITS: usize = 19;

/// Whether this is the number of a message, and not the name of a room.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `delete MESSAGE_ID`
pub(super) fn delete(rest: &str) -> Parsed {
    let (message, _) = id("delete", rest)?;
    Ok(Order::Session(Command::DeleteMessage(message)))
}

/// `edit MESSAGE_ID TEXT`
pub(super) fn edit(rest: &str) -> Parsed {
    let (message, text) = id_and_text("edit", rest)?;
    Ok(Order::Session(Command::EditMessage { message, text }))
}

/// `reply MESSAGE_ID TEXT`: to where the message is.
pub(super) fn reply(rest: &str, snapshot: &Snapshot) -> Parsed {
    let (of, text) = id_and_text("reply", rest)?;
    let to = conversation_of(of, snapshot).ok_or_else(|| {
        let text = "That message is in no conversation that was read here; “history” reads one.";
        complain("reply", "no_such_message", text)
    })?;
    Ok(Order::Session(Command::Reply { to, of, text }))
}

/// `react MESSAGE_ID EMOJI`
pub(super) fn react(rest: &str) -> Parsed {
    let (message, emoji) = id_and_text("react", rest)?;
    Ok(Order::Session(Command::React { message, emoji }))
}

fn id_and_text(command: &'static str, rest: &str) -> Result<(MessageId, String), Complaint> {
    match id(command, rest)? {
        (_, "") => Err(usage(command)),
        (message, text) => Ok((message, text.to_owned())),
    }
}

fn id<'t>(command: &'static str, rest: &'t str) -> Result<(MessageId, &'t str), Complaint> {
    let (number, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let number = number.parse().ok().filter(|_| is_id(number)).ok_or_else(|| usage(command))?;
    Ok((MessageId(number), text.trim()))
}

fn conversation_of(message: MessageId, snapshot: &Snapshot) -> Option<Conversation> {
    let is_there = |line: &ChatLine| line.id() == Some(message);
    snapshot.chats.iter().find(|(_, log)| log.lines.iter().any(is_there)).map(|(of, _)| *of)
}
