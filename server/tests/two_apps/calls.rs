//! Calls: who is in them, and whose voice and pictures get where.

mod answers;
mod groups;
mod links;
mod media;

use crate::harness::{TestWorld, WEST, middle, voice};
use bytes::Bytes;
use hallway_protocol::{
    call::{CallEnd, CallKind, CallNotice, CallRefusal, CallRequest, CallState, Presence, Sending},
    control::ServerMessage,
    ids::{CallId, PersonId},
    video::{Layer, Source, StreamKey, VideoSlice},
};
use std::time::Duration;

/// People in the hall, who have read what they were told so far.
fn in_hall<const N: usize>(names: [&str; N]) -> (TestWorld, [usize; N]) {
    in_hall_of(TestWorld::new(), names)
}

/// The same in a world of one's own.
fn in_hall_of<const N: usize>(mut world: TestWorld, names: [&str; N]) -> (TestWorld, [usize; N]) {
    let clients = names.map(|name| world.enter(name));
    world.pass(Duration::from_millis(50));
    clients.iter().for_each(|client| drop(world.take(*client)));
    (world, clients)
}

/// People of whom the first has rung the second, and the others were asked in; all in one call.
fn in_call<const N: usize>(names: [&str; N]) -> (TestWorld, [usize; N], CallId) {
    let (mut world, clients) = in_hall(names);
    let call = world.ring(clients[0], clients[1], CallKind::Voice);
    world.accept(clients[1], call);
    for third in &clients[2..] {
        let request = world.next_request();
        let person = world.people[*third];
        world.ask_call(clients[0], CallRequest::Ask { request, person });
        world.wait_state(*third, "the ring", |state| state.rung_by(person).is_some());
        world.accept(*third, call);
    }
    world.wait_members(clients[0], N);
    (world, clients, call)
}

/// A slice of a picture.
fn slice(source: Source, layer: Layer, seq: u16) -> Bytes {
    let stream = StreamKey { source, layer };
    let nals = Bytes::from(vec![7; 900]);
    VideoSlice { stream, keyframe: false, frame: seq, slice: 0, slices: 1, seq, media_time: 0, waited_ms: 0, nals }
        .encode()
}

fn ended(notice: &CallNotice) -> Option<CallEnd> {
    match notice {
        CallNotice::Ended { why, .. } => Some(why.clone()),
        _ => None,
    }
}

fn refused(notice: &CallNotice) -> Option<CallRefusal> {
    match notice {
        CallNotice::Refused { refusal, .. } => Some(*refusal),
        _ => None,
    }
}

impl TestWorld {
    /// Asks to ring somebody.
    fn ask_ring(&mut self, from: usize, to: usize, kind: CallKind) {
        let request = self.next_request();
        self.ask_call(from, CallRequest::Ring { request, to: self.people[to], kind });
    }

    /// Rings somebody, and waits until it rings there.
    fn ring(&mut self, from: usize, to: usize, kind: CallKind) -> CallId {
        self.ask_ring(from, to, kind);
        let (caller, person) = (self.people[from], self.people[to]);
        self.wait_state(to, "the ring", |state| state.rung_by(person) == Some(caller)).call
    }

    fn accept(&mut self, client: usize, call: CallId) {
        self.ask_call(client, CallRequest::Accept { call, auto: false });
        let person = self.people[client];
        self.wait_state(client, "to be in the call", |state| is_joined(state, person));
    }

    /// Waits until what a client was told last about a call is as said.
    fn wait_state(&mut self, client: usize, what: &str, is: impl Fn(&CallState) -> bool) -> CallState {
        self.until(what, |world| world.call_of(client).is_some_and(&is));
        self.call_of(client).unwrap().clone()
    }

    fn wait_members(&mut self, client: usize, count: usize) {
        let joined = |state: &CallState| state.members.iter().filter(|member| is_joined(state, member.person)).count();
        self.wait_state(client, &format!("{count} in the call"), |state| joined(state) == count);
    }

    fn wait_end(&mut self, client: usize) -> CallEnd {
        self.wait_call(client, "the end of the call", ended)
    }

    /// The call as a client was told last.
    fn call_of(&self, client: usize) -> Option<&CallState> {
        self.inbox(client).calls.iter().rev().find_map(|notice| match notice {
            CallNotice::State { state, .. } => Some(state),
            _ => None,
        })
    }

    /// Walks into a room, all at once.
    fn gather<const N: usize>(&mut self, clients: [usize; N]) {
        while clients.iter().any(|client| self.stands_at(*client) != middle(WEST)) {
            clients.iter().for_each(|client| self.stride(*client, middle(WEST)));
            self.pass_in_steps(5, Duration::from_millis(10));
        }
        self.pass(Duration::from_millis(50));
    }

    fn heard_in_call(&mut self, client: usize) -> Vec<(PersonId, u16)> {
        self.take(client).call_voice.into_iter().map(|(speaker, packet)| (speaker, packet.seq)).collect()
    }
}

fn is_joined(state: &CallState, person: PersonId) -> bool {
    state.member(person).is_some_and(|member| matches!(member.presence, Presence::Joined { .. }))
}
