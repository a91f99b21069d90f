//! All calls of the server: who is in which, who is rung, and what follows from what happens. Pure: time comes in as
//! `now`, and what is to be done goes out as [`CallDecision`]s.
//!
//! A person has one place: in a call, or rung into one. So nobody is rung who talks, and nobody hears two rings. Rings,
//! and the places of those whose link is lost, end by time; [`Calls::poll`] looks at the clock.

mod call;
mod people;
mod requests;
mod rings;
mod streams;
#[cfg(test)]
mod tests;

pub(crate) use call::Who;

use bevy::prelude::Resource;
use call::{Call, LinkState, Seat, Standing};
use hallway_protocol::{
    call::{CallAudio, CallEnd, CallKind, CallNotice, CallRequest, Reach},
    ids::{CallId, PersonId, RequestId, RoomId},
    replicated::RoomCallSummary,
};
use rings::RingLog;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallInput {
    /// Somebody signed in, and stands in this room. Whoever was lost is back.
    Arrived { who: Who, room: Option<RoomId> },
    /// Somebody is in another room now.
    Moved { person: PersonId, room: Option<RoomId> },
    /// Nothing has come from somebody's link for a while, or something has come again.
    Silent { person: PersonId, silent: bool },
    /// Somebody's sign-in ended: the link was lost, or it was signed out.
    Departed { person: PersonId, lost: bool },
    /// How the members of a room's call talk to each other from now on.
    RoomAudio { room: RoomId, audio: CallAudio },
    /// Somebody asks for something. `audio` is how a call of the room that the asker is in would be held.
    Request { person: PersonId, audio: CallAudio, request: CallRequest },
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallDecision {
    /// Say this to somebody.
    Tell { to: PersonId, notice: CallNotice },
    /// Show this on the room.
    Room { room: RoomId, call: Option<RoomCallSummary> },
    /// Leave a message of the caller: nobody answered.
    Missed { from: Who, to: Who, kind: CallKind },
}

/// Everybody who may be called, and all calls.
#[derive(Debug, Default, Resource)]
pub(crate) struct Calls {
    people: HashMap<PersonId, Someone>,
    calls: BTreeMap<CallId, Call>,
    /// The call in which each has its place. The lost keep theirs under the number that they had.
    places: HashMap<PersonId, CallId>,
    last_call: u32,
    rings: RingLog,
    /// Calls that have changed since their people were told.
    changed: BTreeSet<CallId>,
    /// Calls in which it has changed who sees what.
    seen_anew: BTreeSet<CallId>,
    /// Whose question the next state answers.
    answer: Option<(PersonId, RequestId)>,
    decided: Vec<CallDecision>,
}

/// Somebody who is signed in.
#[derive(Debug)]
struct Someone {
    who: Who,
    room: Option<RoomId>,
    reach: Reach,
}

impl Calls {
    /// Takes in what happened; what is to be done is put behind `out`.
    pub(crate) fn handle(&mut self, now: Duration, input: CallInput, out: &mut Vec<CallDecision>) {
        match input {
            CallInput::Arrived { who, room } => self.arrive(who, room),
            CallInput::Moved { person, room } => self.follow(person, room),
            CallInput::Silent { person, silent } => self.note_silence(person, silent),
            CallInput::Departed { person, lost } => self.depart(now, person, lost),
            CallInput::RoomAudio { room, audio } => self.set_audio(room, audio),
            CallInput::Request { person, audio, request } => self.take(now, person, audio, request),
        }
        self.tell_changes(now, out);
    }

    /// Ends what is over by time.
    pub(crate) fn poll(&mut self, now: Duration, out: &mut Vec<CallDecision>) {
        for (id, person, why) in self.over_by(now) {
            if why == CallEnd::Missed {
                self.note_missed(id, person);
            }
            self.remove(id, person, &why);
        }
        let due = self.calls.iter().filter(|(_, call)| call.next_keyframe().is_some_and(|due| now >= due));
        self.seen_anew.extend(due.map(|(id, _)| *id));
        self.tell_changes(now, out);
    }

    /// When [`Self::poll`] has something to do next.
    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        let ends = self.calls.values().flat_map(|call| call.seats.iter().filter_map(|seat| Some(seat.ends()?.0)));
        ends.chain(self.calls.values().filter_map(Call::next_keyframe)).min()
    }

    /// Everybody who is in a call and not rung.
    pub(crate) fn members(&self) -> impl Iterator<Item = PersonId> {
        self.calls
            .values()
            .flat_map(|call| call.seats.iter().filter(|seat| seat.is_joined()).map(|seat| seat.who.person))
    }

    /// The calls of rooms, with how their members talk to each other.
    pub(crate) fn of_rooms(&self) -> impl Iterator<Item = (RoomId, CallAudio)> {
        self.calls.values().filter_map(|call| Some((call.room?, call.audio)))
    }

    /// Whether somebody is lost to all appearances, though its sign-in has not ended.
    pub(crate) fn is_silent(&self, person: PersonId) -> bool {
        self.seat(person).is_some_and(|(_, seat)| seat.link == LinkState::Silent)
    }

    /// The call that somebody is in, not only rung into.
    pub(crate) fn call_of(&self, person: PersonId) -> Option<CallId> {
        self.seat(person).filter(|(_, seat)| seat.is_joined()).map(|(id, _)| id)
    }

    /// Whether two are in the same call.
    pub(crate) fn share(&self, one: PersonId, other: PersonId) -> bool {
        let call = self.call_of(one);
        one != other && call.is_some() && call == self.call_of(other)
    }

    fn seat(&self, person: PersonId) -> Option<(CallId, &Seat)> {
        let id = *self.places.get(&person)?;
        Some((id, self.calls.get(&id)?.seat(person)?))
    }

    /// The call in which somebody has its place, if it is the one that is meant.
    fn place_in(&mut self, person: PersonId, call: CallId) -> Option<&mut Call> {
        self.places.get(&person).filter(|id| **id == call)?;
        self.calls.get_mut(&call)
    }

    /// A number for a call that never was.
    fn open(&mut self, call: Call) -> CallId {
        self.last_call += 1;
        let id = CallId(self.last_call);
        self.calls.insert(id, call);
        self.changed.insert(id);
        id
    }

    /// Gives somebody a place in a call.
    fn add(&mut self, id: CallId, seat: Seat) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        self.places.insert(seat.who.person, id);
        call.seats.push(seat);
        self.changed.insert(id);
    }

    /// Takes somebody out of a call, with those whom it rings there, and ends the call if nothing is left of it.
    fn remove(&mut self, id: CallId, person: PersonId, why: &CallEnd) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(gone) = call.take_seat(person) else { return };
        let mut left = vec![(gone, why.clone())];
        left.extend(call.take_rung_by(person).into_iter().map(|seat| (seat, CallEnd::Cancelled)));
        let (is_over, room) = (call.is_over(), call.room);
        for (seat, why) in &left {
            self.places.remove(&seat.who.person);
            self.tell_end(id, seat, why);
        }
        if is_over {
            let rest = self.calls.remove(&id).into_iter().flat_map(|call| call.seats);
            for seat in rest.collect::<Vec<_>>() {
                self.places.remove(&seat.who.person);
                let (gone, why) = &left[0];
                self.tell_end(id, &seat, &gone.end_for(&seat, why));
            }
            self.decided.extend(room.map(|room| CallDecision::Room { room, call: None }));
        } else {
            self.tell_left(id, &left);
            self.changed.insert(id);
        }
    }

    /// Tells somebody that a call is over for it.
    fn tell_end(&mut self, call: CallId, seat: &Seat, why: &CallEnd) {
        if seat.is_reachable() && self.people.contains_key(&seat.who.person) {
            let notice = CallNotice::Ended { call, why: why.clone() };
            self.decided.push(CallDecision::Tell { to: seat.who.person, notice });
        }
    }

    /// Tells those who stay who is no longer there.
    fn tell_left(&mut self, id: CallId, left: &[(Seat, CallEnd)]) {
        let Some(call) = self.calls.get(&id) else { return };
        for seat in call.seats.iter().filter(|seat| seat.is_joined() && seat.is_reachable()) {
            self.decided.extend(left.iter().map(|(gone, why)| {
                let name = gone.who.name.to_string();
                let notice = CallNotice::MemberLeft { call: id, name, why: gone.end_for(seat, why) };
                CallDecision::Tell { to: seat.who.person, notice }
            }));
        }
    }

    /// Tells the people of calls that have changed how those stand, and senders what is wanted of their pictures.
    fn tell_changes(&mut self, now: Duration, out: &mut Vec<CallDecision>) {
        out.append(&mut self.decided);
        let answer = self.answer.take();
        self.seen_anew.extend(&self.changed);
        for id in std::mem::take(&mut self.changed) {
            let Some(call) = self.calls.get(&id) else { continue };
            let state = call.state(id);
            for seat in call.seats.iter().filter(|seat| seat.is_reachable()) {
                let to = seat.who.person;
                let request = answer.filter(|(asker, _)| *asker == to).map(|(_, request)| request);
                out.push(CallDecision::Tell { to, notice: CallNotice::State { request, state: state.clone() } });
            }
            out.extend(call.room.map(|room| CallDecision::Room { room, call: Some(call.summary(id)) }));
        }
        for id in std::mem::take(&mut self.seen_anew) {
            let Some(call) = self.calls.get_mut(&id) else { continue };
            call.tell_wanted(out);
            call.pass_keyframes(now, out);
        }
    }

    /// Whose place in which call is over by now, and why.
    fn over_by(&self, now: Duration) -> Vec<(CallId, PersonId, CallEnd)> {
        let seats = self.calls.iter().flat_map(|(id, call)| call.seats.iter().map(move |seat| (*id, seat)));
        let over = seats.filter_map(|(id, seat)| {
            let (end, why) = seat.ends()?;
            (now >= end).then_some((id, seat.who.person, why))
        });
        over.collect()
    }

    fn note_missed(&mut self, id: CallId, person: PersonId) {
        let Some(call) = self.calls.get(&id) else { return };
        let Some(seat) = call.seat(person) else { return };
        let Standing::Ringing { by, .. } = seat.standing else { return };
        let Some(caller) = call.seat(by) else { return };
        let (from, to) = (caller.who.clone(), seat.who.clone());
        self.decided.push(CallDecision::Missed { from, to, kind: call.kind });
    }

    fn set_audio(&mut self, room: RoomId, audio: CallAudio) {
        let of_room = self.calls.iter_mut().find(|(_, call)| call.room == Some(room));
        if let Some((id, call)) = of_room.filter(|(_, call)| call.audio != audio) {
            call.audio = audio;
            self.changed.insert(*id);
        }
    }

    /// The call of a room.
    fn of_room(&self, room: RoomId) -> Option<(CallId, &Call)> {
        self.calls.iter().find(|(_, call)| call.room == Some(room)).map(|(id, call)| (*id, call))
    }
}
