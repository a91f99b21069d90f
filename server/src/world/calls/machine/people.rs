//! How calls follow people who come, go, walk and are lost.

use super::{
    Calls, Someone,
    call::{LinkState, Who},
};
use hallway_protocol::{
    call::{CallEnd, Reach},
    ids::{CallId, PersonId, RoomId},
};
use std::time::Duration;

impl Calls {
    /// Lets somebody in. Whoever was lost takes its place in the call again, in a room's call if it is in that room.
    pub(super) fn arrive(&mut self, who: Who, room: Option<RoomId>) {
        let new = who.person;
        let lost = self.lost_place(&who);
        self.people.insert(new, Someone { who, room, reach: Reach::default() });
        let Some((id, old)) = lost else { return };
        let Some(call) = self.calls.get_mut(&id) else { return };
        self.places.remove(&old);
        self.places.insert(new, id);
        call.renumber(old, new);
        if call.room.is_some() && call.room != room {
            self.remove(id, new, &CallEnd::LeftRoom);
        } else {
            self.set_link(new, LinkState::Up);
        }
    }

    /// The place in a call that was kept for somebody, with the number that it had then.
    fn lost_place(&self, who: &Who) -> Option<(CallId, PersonId)> {
        let seats = self.calls.iter().flat_map(|(id, call)| call.seats.iter().map(move |seat| (*id, seat)));
        let mut lost = seats.filter(|(_, seat)| !seat.is_reachable() && seat.who.is_again(who));
        lost.next().map(|(id, seat)| (id, seat.who.person))
    }

    /// Whoever leaves a room leaves its call.
    pub(super) fn follow(&mut self, person: PersonId, room: Option<RoomId>) {
        let Some(someone) = self.people.get_mut(&person) else { return };
        someone.room = room;
        let left = self
            .places
            .get(&person)
            .copied()
            .filter(|id| self.calls.get(id).is_some_and(|call| call.room.is_some() && call.room != room));
        if let Some(id) = left {
            self.remove(id, person, &CallEnd::LeftRoom);
        }
    }

    pub(super) fn note_silence(&mut self, person: PersonId, silent: bool) {
        let state = if silent { LinkState::Silent } else { LinkState::Up };
        let differs = self.seat(person).is_some_and(|(_, seat)| seat.is_reachable() && seat.link != state);
        if differs {
            self.set_link(person, state);
        }
    }

    /// Lets somebody go. The place of one whose link was lost is kept.
    pub(super) fn depart(&mut self, now: Duration, person: PersonId, lost: bool) {
        if self.people.remove(&person).is_none() {
            return;
        }
        let Some(id) = self.places.get(&person).copied() else { return };
        if lost {
            self.set_link(person, LinkState::Gone(now));
        } else {
            self.remove(id, person, &CallEnd::Gone);
        }
    }

    /// Somebody's link is as said; who comes back finds its screen shared on, unless another one shares by now.
    fn set_link(&mut self, person: PersonId, link: LinkState) {
        let Some(id) = self.places.get(&person).copied() else { return };
        let Some(call) = self.calls.get_mut(&id) else { return };
        let sharer = call.sharer().filter(|sharer| *sharer != person);
        let Some(seat) = call.seat_mut(person) else { return };
        seat.link = link;
        seat.sending.screen &= sharer.is_none() || link != LinkState::Up;
        if seat.is_present() {
            call.want_all(person);
        }
        self.changed.insert(id);
    }
}
