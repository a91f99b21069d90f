//! What the panels say about calls, in words.

use crate::{
    net::snapshot::{CallView, Snapshot, TalkState},
    ui::bidi,
};
use hallway_protocol::{
    call::{CallAudio, CallKind, CallMember, Presence},
    ids::PersonId,
};

/// Whether the own microphone goes to the call, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ear {
    /// The call hears one.
    Hears,
    /// The own choice was to shut the microphone.
    Shut,
    /// V talks to the room; the call does not hear that.
    Paused,
    /// The call goes by the floor of its room: V is for both.
    Floor,
    /// There is no microphone.
    NoMicrophone,
    /// It is wanted, and not there yet.
    Opening,
}

/// Whether the call hears one.
#[must_use]
pub fn ear(call: &CallView, snapshot: &Snapshot) -> Ear {
    if call.audio == CallAudio::Floor {
        Ear::Floor
    } else if !call.microphone_wanted {
        Ear::Shut
    } else if is_talk_key_down(&snapshot.talk) {
        Ear::Paused
    } else if snapshot.devices.microphone.is_some() {
        Ear::NoMicrophone
    } else if call.sending.microphone {
        Ear::Hears
    } else {
        Ear::Opening
    }
}

/// Whether what is said is meant for the room at this moment. A recording that is played leaves the microphone free, but
/// the voice engine keeps it from the call all the same.
fn is_talk_key_down(talk: &TalkState) -> bool {
    !matches!(talk, TalkState::Quiet | TalkState::Offered { held: false, .. } | TalkState::Refused(_))
}

impl Ear {
    /// A few words for the call's card.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Hears => "The call hears you",
            Self::Shut => "The call doesn't hear you",
            Self::Paused => "Paused while V talks to the room",
            Self::Floor => "Hold V to talk: the room's floor rules this call",
            Self::NoMicrophone => "No microphone",
            Self::Opening => "Opening your microphone…",
        }
    }
}

/// Who is in a call beside oneself, in a few words: names, or how many.
#[must_use]
pub fn others(call: &CallView, me: Option<PersonId>) -> String {
    let names: Vec<String> =
        call.members.iter().filter(|member| Some(member.person) != me).map(|member| bidi::line(&member.name)).collect();
    listed(&names)
}

/// Ann; Ann and Bert; Ann, Bert and 2 more.
#[must_use]
pub fn listed(names: &[String]) -> String {
    match names {
        [] => "nobody else".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}

/// What a call is called.
#[must_use]
pub fn title(call: &CallView, snapshot: &Snapshot) -> String {
    if let Some(room) = call.room {
        let name = snapshot.room(room).map_or_else(|| "the room".to_owned(), |room| bidi::line(&room.name));
        return format!("Call of {name}");
    }
    others(call, snapshot.me.as_ref().map(|me| me.id))
}

/// Whether one rings, and nobody has answered yet.
#[must_use]
pub fn is_ringing_out(call: &CallView, me: Option<PersonId>) -> bool {
    let mut others = call.members.iter().filter(|member| Some(member.person) != me).peekable();
    call.room.is_none()
        && others.peek().is_some()
        && others.all(|member| matches!(member.presence, Presence::Ringing { .. }))
}

/// Who answered without asking, as a sentence; `None` where everybody chose to.
#[must_use]
pub fn answered_by_itself(call: &CallView, me: Option<PersonId>) -> Option<String> {
    let is_auto = |member: &&CallMember| matches!(member.presence, Presence::Joined { auto: true });
    let member = call.members.iter().find(is_auto)?;
    Some(if Some(member.person) == me {
        "Answered by itself, as you allowed. Nobody had to click.".to_owned()
    } else {
        format!("{} answers you by itself; nobody may be looking.", bidi::line(&member.name))
    })
}

/// Voice or video, with its article.
#[must_use]
pub fn kind(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Voice => "Voice call",
        CallKind::Video => "Video call",
    }
}

/// Minutes and seconds, with hours where there are any.
#[must_use]
pub fn clock(seconds: f64) -> String {
    let seconds = seconds as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_people_say_them() {
        let names = |count: usize| ["Ann", "Bert", "Cem", "Dana", "Ewa"][..count].iter().map(|n| (*n).to_owned());
        let cases = [
            (0, "nobody else"),
            (1, "Ann"),
            (2, "Ann and Bert"),
            (3, "Ann, Bert and Cem"),
            (5, "Ann, Bert and 3 more"),
        ];
        for (count, words) in cases {
            assert_eq!(listed(&names(count).collect::<Vec<_>>()), words);
        }
    }

    #[test]
    fn long_calls_have_hours() {
        assert_eq!(clock(61.9), "1:01");
        assert_eq!(clock(3_725.0), "1:02:05");
    }
}
