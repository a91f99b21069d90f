//! Calls as they should go, event by event.

mod answers;
mod groups;
mod links;
mod pictures;
mod random;
mod rooms;

use super::*;
use hallway_protocol::{
    call::{CallRefusal, CallState, DeclineText, Presence, Sending},
    limits,
    names::DisplayName,
    owner::OwnerKey,
    video::{Layer, Source, StreamKey},
};

const ANN: PersonId = PersonId(1);
const BOB: PersonId = PersonId(2);
const CLEO: PersonId = PersonId(3);
const DAN: PersonId = PersonId(4);
const WEST: RoomId = RoomId(1);
const EAST: RoomId = RoomId(2);
const REQUEST: RequestId = RequestId(7);
const CAMERA: Source = Source::Camera;
const SCREEN: Source = Source::Screen;

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Somebody of that number; everybody has an own client.
fn who(person: PersonId) -> Who {
    called(person, person.0)
}

/// The person `number` under another number.
fn called(person: PersonId, number: u32) -> Who {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&number.to_le_bytes());
    let name = DisplayName::new(&format!("Person {number}")).unwrap();
    Who { person, owner: OwnerKey::new(key).id(), name }
}

/// Calls with four people in the hall.
struct Scene {
    calls: Calls,
    now: Duration,
}

impl Scene {
    fn new() -> Self {
        let mut scene = Self { calls: Calls::default(), now: Duration::ZERO };
        for person in [ANN, BOB, CLEO, DAN] {
            scene.happens(CallInput::Arrived { who: who(person), room: None });
        }
        scene
    }

    /// Ann and Bob in a voice call.
    fn pair() -> (Self, CallId) {
        let mut scene = Self::new();
        scene.ring(ANN, BOB);
        let call = scene.call();
        scene.asks(BOB, CallRequest::Accept { call, auto: false });
        (scene, call)
    }

    /// All four in one call, by asking one after another in.
    fn four() -> (Self, CallId) {
        let (mut scene, call) = Self::pair();
        for third in [CLEO, DAN] {
            scene.asks(ANN, CallRequest::Ask { request: REQUEST, person: third });
            scene.asks(third, CallRequest::Accept { call, auto: false });
        }
        (scene, call)
    }

    fn happens(&mut self, input: CallInput) -> Vec<CallDecision> {
        let mut out = Vec::new();
        self.calls.handle(self.now, input, &mut out);
        out
    }

    fn asks(&mut self, person: PersonId, request: CallRequest) -> Vec<CallDecision> {
        self.happens(CallInput::Request { person, audio: CallAudio::Open, request })
    }

    fn ring(&mut self, from: PersonId, to: PersonId) -> Vec<CallDecision> {
        self.asks(from, CallRequest::Ring { request: REQUEST, to, kind: CallKind::Voice })
    }

    fn joins(&mut self, person: PersonId) -> Vec<CallDecision> {
        self.asks(person, CallRequest::JoinRoomCall { request: REQUEST, kind: CallKind::Video })
    }

    fn moves(&mut self, person: PersonId, room: Option<RoomId>) -> Vec<CallDecision> {
        self.happens(CallInput::Moved { person, room })
    }

    /// These walk into a room.
    fn gather<const N: usize>(&mut self, people: [PersonId; N], room: RoomId) {
        for person in people {
            self.moves(person, Some(room));
        }
    }

    /// Lets time pass, punctually.
    fn passes(&mut self, time: Duration) -> Vec<CallDecision> {
        let end = self.now + time;
        let mut out = Vec::new();
        while let Some(due) = self.calls.next_deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.calls.poll(self.now, &mut out);
        }
        self.now = end;
        out
    }

    /// The call that was opened last.
    fn call(&self) -> CallId {
        CallId(self.calls.last_call)
    }

    /// Who is in a call, and how.
    fn presences(&self, call: CallId) -> Vec<(PersonId, Presence)> {
        let state = self.calls.calls[&call].state(call);
        state.members.into_iter().map(|member| (member.person, member.presence)).collect()
    }
}

fn told(out: &[CallDecision], person: PersonId) -> Vec<&CallNotice> {
    let to = |decision| match decision {
        &CallDecision::Tell { to, ref notice } if to == person => Some(notice),
        _ => None,
    };
    out.iter().filter_map(to).collect()
}

/// The last state that somebody was told.
fn state(out: &[CallDecision], person: PersonId) -> Option<&CallState> {
    told(out, person).into_iter().rev().find_map(|notice| match notice {
        CallNotice::State { state, .. } => Some(state),
        _ => None,
    })
}

/// Why calls ended for somebody.
fn ends(out: &[CallDecision], person: PersonId) -> Vec<CallEnd> {
    let end = |notice: &CallNotice| match notice {
        CallNotice::Ended { why, .. } => Some(why.clone()),
        _ => None,
    };
    told(out, person).into_iter().filter_map(end).collect()
}

/// Who left a call that goes on, as somebody was told.
fn left(out: &[CallDecision], person: PersonId) -> Vec<(String, CallEnd)> {
    let left = |notice: &CallNotice| match notice {
        CallNotice::MemberLeft { name, why, .. } => Some((name.clone(), why.clone())),
        _ => None,
    };
    told(out, person).into_iter().filter_map(left).collect()
}

fn refusal(out: &[CallDecision], person: PersonId) -> Option<CallRefusal> {
    told(out, person).into_iter().find_map(|notice| match notice {
        CallNotice::Refused { request, refusal } if *request == REQUEST => Some(*refusal),
        _ => None,
    })
}

fn joined() -> Presence {
    Presence::Joined { auto: false }
}

fn camera_on() -> Sending {
    Sending { microphone: true, camera: true, screen: false }
}

fn sharing() -> Sending {
    Sending { screen: true, ..Sending::default() }
}
