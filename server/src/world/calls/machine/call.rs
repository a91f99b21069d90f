//! One call with those in it.

use hallway_protocol::{
    call::{CallAudio, CallEnd, CallKind, CallMember, CallState, Presence, Sending},
    ids::{CallId, PersonId, RoomId},
    limits,
    names::DisplayName,
    owner::OwnerId,
    replicated::RoomCallSummary,
    video::{Layer, Source},
};
use std::time::Duration;

use super::streams::KeyframeGate;

/// Somebody: by number for as long as a sign-in lasts, by owner and name beyond it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) person: PersonId,
    pub(crate) owner: OwnerId,
    pub(crate) name: DisplayName,
}

impl Who {
    /// Whether both are the same person, if under another number.
    pub(super) fn is_again(&self, other: &Self) -> bool {
        self.owner == other.owner && self.name.key() == other.name.key()
    }
}

/// A call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) kind: CallKind,
    pub(super) room: Option<RoomId>,
    pub(super) audio: CallAudio,
    /// In the order of coming; at most [`limits::CALL_MEMBERS`].
    pub(super) seats: Vec<Seat>,
}

/// Somebody's place in a call.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) who: Who,
    pub(super) standing: Standing,
    pub(super) link: LinkState,
    /// What the client said that it sends, the screen only once it was granted.
    pub(super) sending: Sending,
    /// What this one chose to see of whom. What was not chosen is as [`Seat::layer_of`] says.
    pub(super) watches: Vec<Watch>,
    /// What the client was told last about who wants its pictures, by source.
    pub(super) told_wanted: [Option<[u8; Layer::COUNT]>; 2],
    /// Of its own streams, by source and layer.
    pub(super) keyframes: [KeyframeGate; 2 * Layer::COUNT],
}

/// How far in somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Ringing { by: PersonId, since: Duration },
    Joined { auto: bool },
}

/// Whether somebody's link lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkState {
    Up,
    /// Nothing comes from it, but it has not ended.
    Silent,
    /// It was lost at that time.
    Gone(Duration),
}

/// A choice of what to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Watch {
    pub(super) of: PersonId,
    pub(super) source: Source,
    pub(super) layer: Option<Layer>,
}

impl Seat {
    pub(super) fn new(who: Who, standing: Standing) -> Self {
        Self {
            who,
            standing,
            link: LinkState::Up,
            sending: Sending::default(),
            watches: Vec::new(),
            told_wanted: [None; 2],
            keyframes: Default::default(),
        }
    }

    pub(super) fn is_joined(&self) -> bool {
        matches!(self.standing, Standing::Joined { .. })
    }

    pub(super) fn is_rung_by(&self, caller: PersonId) -> bool {
        matches!(self.standing, Standing::Ringing { by, .. } if by == caller)
    }

    /// Joined, with a link that lives.
    pub(super) fn is_present(&self) -> bool {
        self.is_joined() && self.link == LinkState::Up
    }

    /// Whether something said to it may arrive.
    pub(super) fn is_reachable(&self) -> bool {
        !matches!(self.link, LinkState::Gone(_))
    }

    /// What it really sends, as far as anybody knows. A link that says nothing for a moment takes nobody's screen away.
    pub(super) fn shown(&self) -> Sending {
        if self.is_joined() && self.is_reachable() { self.sending } else { Sending::default() }
    }

    /// When this place ends by time alone, and why. Who is lost while being rung is simply rung on.
    pub(super) fn ends(&self) -> Option<(Duration, CallEnd)> {
        match (self.standing, self.link) {
            (Standing::Ringing { since, .. }, _) => Some((since + limits::CALL_RING, CallEnd::Missed)),
            (_, LinkState::Gone(since)) => Some((since + limits::CALL_LOST_HOLD, CallEnd::Lost)),
            _ => None,
        }
    }

    /// Why this one is no longer there, as another is told: what was said on declining is for the caller alone.
    pub(super) fn end_for(&self, other: &Self, why: &CallEnd) -> CallEnd {
        match why {
            CallEnd::Declined { .. } if !self.is_rung_by(other.who.person) => CallEnd::Declined { text: None },
            why => why.clone(),
        }
    }

    fn member(&self) -> CallMember {
        let presence = match self.standing {
            Standing::Ringing { by, .. } => Presence::Ringing { by },
            Standing::Joined { .. } if self.link != LinkState::Up => Presence::Lost,
            Standing::Joined { auto } => Presence::Joined { auto },
        };
        CallMember { person: self.who.person, name: self.who.name.to_string(), presence, sending: self.shown() }
    }
}

impl Call {
    pub(super) fn new(kind: CallKind, room: Option<RoomId>, audio: CallAudio) -> Self {
        Self { kind, room, audio, seats: Vec::new() }
    }

    pub(super) fn seat(&self, person: PersonId) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.who.person == person)
    }

    pub(super) fn seat_mut(&mut self, person: PersonId) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.who.person == person)
    }

    pub(super) fn is_full(&self) -> bool {
        self.seats.len() >= limits::CALL_MEMBERS
    }

    pub(super) fn joined(&self) -> usize {
        self.seats.iter().filter(|seat| seat.is_joined()).count()
    }

    /// Whether nothing is left of it: one alone talks to nobody, but keeps the call of a room open for the others.
    pub(super) fn is_over(&self) -> bool {
        let least = if self.room.is_some() { 1 } else { 2 };
        self.joined() == 0 || self.seats.len() < least
    }

    /// Who shares a screen.
    pub(super) fn sharer(&self) -> Option<PersonId> {
        self.seats.iter().find(|seat| seat.shown().screen).map(|seat| seat.who.person)
    }

    pub(super) fn take_seat(&mut self, person: PersonId) -> Option<Seat> {
        let place = self.seats.iter().position(|seat| seat.who.person == person)?;
        self.seats.iter_mut().for_each(|seat| seat.watches.retain(|watch| watch.of != person));
        Some(self.seats.remove(place))
    }

    pub(super) fn take_rung_by(&mut self, caller: PersonId) -> Vec<Seat> {
        let rung: Vec<_> =
            self.seats.iter().filter(|seat| seat.is_rung_by(caller)).map(|seat| seat.who.person).collect();
        rung.into_iter().filter_map(|person| self.take_seat(person)).collect()
    }

    /// Somebody comes back under another number; everything that named the old one names the new one.
    pub(super) fn renumber(&mut self, old: PersonId, new: PersonId) {
        for seat in &mut self.seats {
            if seat.who.person == old {
                seat.who.person = new;
                // A client that signed in anew knows nothing of what its old sign-in was told.
                seat.told_wanted = [None; 2];
            }
            if let Standing::Ringing { by, .. } = &mut seat.standing
                && *by == old
            {
                *by = new;
            }
            seat.watches.iter_mut().filter(|watch| watch.of == old).for_each(|watch| watch.of = new);
        }
    }

    /// The call as its people are told of it.
    pub(super) fn state(&self, call: CallId) -> CallState {
        let members = self.seats.iter().map(Seat::member).collect();
        CallState { call, kind: self.kind, room: self.room, audio: self.audio, members }
    }

    /// The call as it is shown on its room.
    pub(super) fn summary(&self, call: CallId) -> RoomCallSummary {
        let members = u8::try_from(self.joined()).unwrap_or(u8::MAX);
        RoomCallSummary { call, members, sharer: self.sharer() }
    }
}
