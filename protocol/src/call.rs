//! Calls: what clients and server say about them, on the Control channel.
//!
//! The server knows who is in which call and tells each of its people the whole [`CallState`] at every change, so that
//! nobody puts it together from pieces. A person is in one call at a time. What is captured is each client's own matter
//! until its person accepts; [`Sending`] tells the others what really is.

use crate::{
    ids::{CallId, PersonId, RequestId, RoomId},
    limits,
    video::{Layer, Source},
};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// What a call is about. Whoever is in a voice call may still switch a camera on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallKind {
    /// Talk.
    Voice,
    /// Talk and see each other.
    Video,
}

/// From a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallRequest {
    /// Ring somebody. Answered by a [`CallNotice::State`] with this number, or by a refusal.
    Ring {
        /// Comes back with the answer.
        request: RequestId,
        /// Whom.
        to: PersonId,
        /// What about.
        kind: CallKind,
    },
    /// Start the call of the room that one is in, or join it.
    JoinRoomCall {
        /// Comes back with the answer.
        request: RequestId,
        /// What about, if it is started.
        kind: CallKind,
    },
    /// Ring a further person, into the call that one is in.
    Ask {
        /// Comes back with the answer.
        request: RequestId,
        /// Whom.
        person: PersonId,
    },
    /// Answer a call that rings here.
    Accept {
        /// Which.
        call: CallId,
        /// Whether the client answered by itself, as its person told it to for this caller; shown at both ends.
        auto: bool,
    },
    /// Don't answer a call that rings here.
    Decline {
        /// Which.
        call: CallId,
        /// A short word to the caller.
        text: Option<DeclineText>,
    },
    /// Leave a call. Before it is answered, that cancels it.
    HangUp {
        /// Which.
        call: CallId,
    },
    /// What is captured and sent here has changed. The screen is granted by the server: it is sent only when the next
    /// state shows it.
    Send {
        /// In which call.
        call: CallId,
        /// All of it.
        sending: Sending,
    },
    /// Which encoding of somebody's pictures is to be forwarded here; `None` is none.
    Watch {
        /// In which call.
        call: CallId,
        /// Whose.
        of: PersonId,
        /// Which pictures.
        source: Source,
        /// Which encoding.
        layer: Option<Layer>,
    },
    /// The pictures can't be shown before the next keyframe. Passed on at most every
    /// [`limits::KEYFRAME_INTERVAL`].
    WantKeyframe {
        /// Whose.
        of: PersonId,
        /// Which pictures.
        source: Source,
        /// Which encoding.
        layer: Layer,
    },
    /// Who may ring here; said after each sign-in and at each change.
    SetReach(Reach),
}

/// Who may ring a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// Everybody.
    #[default]
    Everyone,
    /// Who is in the same room.
    SameRoom,
    /// Nobody: do not disturb.
    Nobody,
}

/// What a member of a call really captures and sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// The microphone, to the call. A key held for the room doesn't count.
    pub microphone: bool,
    /// The camera.
    pub camera: bool,
    /// The screen or a window of it.
    pub screen: bool,
}

/// From the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallNotice {
    /// A call that one is in, or that rings here: as it is now.
    State {
        /// The number of the question that this answers.
        request: Option<RequestId>,
        /// All of it.
        state: CallState,
    },
    /// Somebody is no longer in a call that goes on, or didn't come into it.
    MemberLeft {
        /// Which.
        call: CallId,
        /// Who; the person may be gone by the time this is read.
        name: String,
        /// Why.
        why: CallEnd,
    },
    /// A call is over for this client, or rings no longer.
    Ended {
        /// Which.
        call: CallId,
        /// Why.
        why: CallEnd,
    },
    /// What was asked for can't be.
    Refused {
        /// The question's number.
        request: RequestId,
        /// Why.
        refusal: CallRefusal,
    },
    /// Which encodings of one's own pictures somebody wants; the others need not be made.
    Wanted {
        /// Which pictures.
        source: Source,
        /// How many want each [`Layer`], by [`Layer::index`].
        receivers: [u8; Layer::COUNT],
    },
    /// Somebody can't show one's pictures before the next keyframe.
    KeyframeWanted {
        /// Which pictures.
        source: Source,
        /// Which encoding.
        layer: Layer,
    },
}

/// A call as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallState {
    /// Which.
    pub call: CallId,
    /// What about.
    pub kind: CallKind,
    /// The room whose call it is; `None` for one between persons.
    pub room: Option<RoomId>,
    /// How its members talk to each other.
    pub audio: CallAudio,
    /// Everybody in it or rung into it, in the order of coming.
    pub members: Vec<CallMember>,
}

/// How the members of a call talk to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallAudio {
    /// All at once, on the call's own channel.
    Open,
    /// By the floor of the room whose call it is; nothing goes over the call's own channel.
    Floor,
}

/// Somebody in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallMember {
    /// Who.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// Since when and how.
    pub presence: Presence,
    /// What is sent.
    pub sending: Sending,
}

/// How far in a call somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Presence {
    /// Rung by that member, and has not answered.
    Ringing {
        /// The caller.
        by: PersonId,
    },
    /// In it.
    Joined {
        /// Whether the client answered by itself.
        auto: bool,
    },
    /// In it with a lost link, and waited for, [`limits::CALL_LOST_HOLD`] long.
    Lost,
}

/// Why a call is over for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallEnd {
    /// Hung up; of a call between two, either of them.
    HungUp,
    /// The one who was rung declined.
    Declined {
        /// With these words.
        text: Option<DeclineText>,
    },
    /// Nobody answered within [`limits::CALL_RING`].
    Missed,
    /// The caller gave up.
    Cancelled,
    /// Signed out.
    Gone,
    /// The link was lost for longer than [`limits::CALL_LOST_HOLD`].
    Lost,
    /// Left the room whose call it was.
    LeftRoom,
    /// Answered another call, or from elsewhere.
    Elsewhere,
}

/// Why a call can't be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallRefusal {
    /// The one who is called is in another call, or rung by somebody else.
    Busy,
    /// The one who is called is not to be disturbed.
    DoNotDisturb,
    /// The one who is called takes calls from the same room only.
    NotInTheirRoom,
    /// Rung too often: [`limits::CALL_RINGS`] in [`limits::CALL_RINGS_WITHIN`].
    TooManyRings,
    /// Oneself.
    Yourself,
    /// There is no such person any more.
    NoSuchPerson,
    /// Already in it.
    AlreadyThere,
    /// One is in another call, or in none where one must be.
    NotInCall,
    /// One is in a call already; hang up first.
    InCall,
    /// The hall has no call.
    NotInRoom,
    /// [`limits::CALL_MEMBERS`] are in it.
    Full,
    /// Somebody shares a screen already.
    ScreenTaken,
    /// Requests come faster than the server takes them.
    TooFast,
}

impl CallKind {
    /// A word for scripts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Video => "video",
        }
    }
}

impl CallState {
    /// A member.
    #[must_use]
    pub fn member(&self, person: PersonId) -> Option<&CallMember> {
        self.members.iter().find(|member| member.person == person)
    }

    /// Who rings this person, if it is rung and has not answered.
    #[must_use]
    pub fn rung_by(&self, person: PersonId) -> Option<PersonId> {
        match self.member(person)?.presence {
            Presence::Ringing { by } => Some(by),
            Presence::Joined { .. } | Presence::Lost => None,
        }
    }
}

impl CallEnd {
    /// A word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::HungUp => "hung_up",
            Self::Declined { .. } => "declined",
            Self::Missed => "missed",
            Self::Cancelled => "cancelled",
            Self::Gone => "gone",
            Self::Lost => "lost",
            Self::LeftRoom => "left_room",
            Self::Elsewhere => "elsewhere",
        }
    }
}

impl CallRefusal {
    /// A word for scripts.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::DoNotDisturb => "do_not_disturb",
            Self::NotInTheirRoom => "not_in_their_room",
            Self::TooManyRings => "too_many_rings",
            Self::Yourself => "yourself",
            Self::NoSuchPerson => "no_such_person",
            Self::AlreadyThere => "already_there",
            Self::NotInCall => "not_in_call",
            Self::InCall => "in_call",
            Self::NotInRoom => "not_in_room",
            Self::Full => "full",
            Self::ScreenTaken => "screen_taken",
            Self::TooFast => "too_fast",
        }
    }
}

impl fmt::Display for CallRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Busy => "Busy with another call; try again later, or write a message.",
            Self::DoNotDisturb => "Not to be disturbed now; write a message instead.",
            Self::NotInTheirRoom => "Takes calls only from people in the same room; walk there first.",
            Self::TooManyRings => "You have rung there often in the last minutes; wait a little, or write a message.",
            Self::Yourself => "You can't call yourself.",
            Self::NoSuchPerson => "That person is not here any more.",
            Self::AlreadyThere => "Already in this call.",
            Self::NotInCall => "You are in no such call.",
            Self::InCall => "You are in a call; hang up first.",
            Self::NotInRoom => "The hall has no call; walk into a room first.",
            Self::Full => "This call is full.",
            Self::ScreenTaken => "Somebody shares a screen here already; wait until it is stopped.",
            Self::TooFast => "That was too fast; wait a moment.",
        })
    }
}

/// What somebody who doesn't answer lets the caller know: one line of at most [`limits::DECLINE_BYTES`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DeclineText(String);

impl DeclineText {
    /// Takes what was typed: control characters become spaces, blanks around it go, and what is too long is cut.
    /// `None` when nothing is left.
    #[must_use]
    pub fn new(typed: &str) -> Option<Self> {
        let line: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut line = line.trim().to_owned();
        line.truncate(line.floor_char_boundary(limits::DECLINE_BYTES));
        (!line.is_empty()).then_some(Self(line))
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for DeclineText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::new(&text).ok_or_else(|| serde::de::Error::custom("an empty text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decline_text_is_one_short_line() {
        let text = DeclineText::new("  in a\nmeeting\u{7} ").unwrap();
        assert_eq!(text.as_str(), "in a meeting");
        assert_eq!(DeclineText::new(" \n "), None);
        let long = DeclineText::new(&"ü".repeat(limits::DECLINE_BYTES)).unwrap();
        assert!(long.as_str().len() <= limits::DECLINE_BYTES);
    }
}
