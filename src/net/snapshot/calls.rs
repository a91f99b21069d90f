//! Calls as the face draws them and scripts list them.

use crate::{media::cameras::CameraChoice, net::preferences::AutoAnswered};
use hallway_protocol::{
    call::{CallAudio, CallKind, CallMember, Presence, Reach, Sending},
    ids::{CallId, PersonId, RoomId},
};
use std::collections::BTreeSet;

/// Everything about calls that lasts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallsView {
    /// The call that one is in or that one rings.
    pub current: Option<CallView>,
    /// Calls that ring here, the oldest first.
    pub incoming: Vec<CallView>,
    /// Who may ring here.
    pub reach: Reach,
    /// Whose calls are answered without asking; nobody's unless the person chose so.
    pub auto_answer: AutoAnswered,
    /// The camera that is opened when it is switched on.
    pub camera: CameraChoice,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallView {
    /// Which.
    pub call: CallId,
    /// What about.
    pub kind: CallKind,
    /// The room whose call it is; `None` for one between persons.
    pub room: Option<RoomId>,
    /// How its members talk to each other.
    pub audio: CallAudio,
    /// Everybody in it or rung into it, the own person included.
    pub members: Vec<CallMember>,
    /// Whether the own microphone is to be open to the call; it is while nothing below stands against it.
    pub microphone_wanted: bool,
    /// Whether the own camera is switched on. It is really open where `sending` says so.
    pub camera_wanted: bool,
    /// Who speaks in the call at this moment, as it is heard here; the own person too.
    pub speaking: BTreeSet<PersonId>,
    /// What is really captured and sent here at this moment.
    pub sending: Sending,
    /// Why there is no picture of the own camera although it was switched on: a sentence that says what to do.
    pub camera_trouble: Option<String>,
    /// The same for the screen.
    pub screen_trouble: Option<String>,
    /// What stands against pictures on the own link, if it is too poor for them: a sentence.
    pub link_trouble: Option<String>,
}

impl CallView {
    /// A member.
    #[must_use]
    pub fn member(&self, person: PersonId) -> Option<&CallMember> {
        self.members.iter().find(|member| member.person == person)
    }

    /// The members but for this one.
    pub fn others(&self, own: PersonId) -> impl Iterator<Item = &CallMember> {
        self.members.iter().filter(move |member| member.person != own)
    }

    /// Whether this person and another one are in it, so that they can talk; of a room's call, whether this person is.
    #[must_use]
    pub fn is_answered(&self, own: PersonId) -> bool {
        let is_in = |member: &CallMember| !matches!(member.presence, Presence::Ringing { .. });
        self.member(own).is_some_and(is_in) && (self.room.is_some() || self.others(own).any(is_in))
    }

    /// Whether this person talks with the others on the call's own channel.
    #[must_use]
    pub fn talks_openly(&self, own: PersonId) -> bool {
        self.audio == CallAudio::Open && self.is_answered(own)
    }
}
