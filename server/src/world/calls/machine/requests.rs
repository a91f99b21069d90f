//! What people ask for.

use super::{
    CallDecision, Calls,
    call::{Call, Seat, Standing, Who},
};
use hallway_protocol::{
    call::{CallAudio, CallEnd, CallKind, CallNotice, CallRefusal, CallRequest, DeclineText, Reach, Sending},
    ids::{CallId, PersonId, RequestId, RoomId},
};
use std::time::Duration;

type Asked = Result<(), CallRefusal>;

impl Calls {
    /// Does what somebody asks for, or says why not. What can't be any more, such as an answer to a ring that is over,
    /// is left out: its client is being told of that already.
    pub(super) fn take(&mut self, now: Duration, person: PersonId, audio: CallAudio, asked: CallRequest) {
        if !self.people.contains_key(&person) {
            return;
        }
        match asked {
            CallRequest::Ring { request, to, kind } => {
                let done = self.ring(now, person, to, kind);
                self.answer(person, request, done);
            }
            CallRequest::JoinRoomCall { request, kind } => {
                let done = self.join_room_call(person, kind, audio);
                self.answer(person, request, done);
            }
            CallRequest::Ask { request, person: third } => {
                let done = self.ask(now, person, third);
                self.answer(person, request, done);
            }
            CallRequest::Accept { call, auto } => self.accept(person, call, auto),
            CallRequest::Decline { call, text } => self.decline(person, call, text),
            CallRequest::HangUp { call } => self.hang_up(person, call),
            CallRequest::Send { call, sending } => self.send(person, call, sending),
            CallRequest::Watch { call, of, source, layer } => {
                if let Some(in_call) = self.place_in(person, call) {
                    in_call.watch(person, of, source, layer);
                    self.seen_anew.insert(call);
                }
            }
            CallRequest::WantKeyframe { of, source, layer } => {
                let Some(id) = self.places.get(&person).copied() else { return };
                if let Some(call) = self.calls.get_mut(&id) {
                    call.want_keyframe(person, of, source, layer);
                    self.seen_anew.insert(id);
                }
            }
            CallRequest::SetReach(reach) => {
                if let Some(someone) = self.people.get_mut(&person) {
                    someone.reach = reach;
                }
            }
        }
    }

    fn answer(&mut self, person: PersonId, request: RequestId, done: Asked) {
        match done {
            Ok(()) => self.answer = Some((person, request)),
            Err(refusal) => {
                let notice = CallNotice::Refused { request, refusal };
                self.decided.push(CallDecision::Tell { to: person, notice });
            }
        }
    }

    fn ring(&mut self, now: Duration, caller: PersonId, to: PersonId, kind: CallKind) -> Asked {
        let own = self.seat(caller).map(|(id, seat)| (id, seat.is_joined(), seat.is_rung_by(to)));
        match own {
            Some((_, true, _)) => return Err(CallRefusal::InCall),
            // Two who ring each other at the same time mean the same call.
            Some((id, false, true)) => {
                self.accept(caller, id, false);
                return Ok(());
            }
            Some((_, false, false)) | None => {}
        }
        let called = self.may_ring(now, caller, to)?;
        let who = self.who(caller)?;
        self.leave_ring(caller);
        let id = self.open(Call::new(kind, None, CallAudio::Open));
        self.add(id, Seat::new(who, Standing::Joined { auto: false }));
        self.add(id, Seat::new(called, Standing::Ringing { by: caller, since: now }));
        Ok(())
    }

    fn ask(&mut self, now: Duration, asker: PersonId, third: PersonId) -> Asked {
        let (id, _) = self.seat(asker).filter(|(_, seat)| seat.is_joined()).ok_or(CallRefusal::NotInCall)?;
        if asker != third && self.places.get(&third) == Some(&id) {
            return Err(CallRefusal::AlreadyThere);
        }
        let call = self.calls.get(&id).ok_or(CallRefusal::NotInCall)?;
        if call.is_full() {
            return Err(CallRefusal::Full);
        }
        // The call of a room is for those inside.
        let is_outside = |room: RoomId| self.people.get(&third).is_some_and(|third| third.room != Some(room));
        if call.room.is_some_and(is_outside) {
            return Err(CallRefusal::NotInTheirRoom);
        }
        let called = self.may_ring(now, asker, third)?;
        self.add(id, Seat::new(called, Standing::Ringing { by: asker, since: now }));
        Ok(())
    }

    /// Checks whether somebody may ring another, and counts it.
    fn may_ring(&mut self, now: Duration, caller: PersonId, to: PersonId) -> Result<Who, CallRefusal> {
        if caller == to {
            return Err(CallRefusal::Yourself);
        }
        let from = self.people.get(&caller).ok_or(CallRefusal::NoSuchPerson)?;
        let called = self.people.get(&to).ok_or(CallRefusal::NoSuchPerson)?;
        match called.reach {
            Reach::Nobody => return Err(CallRefusal::DoNotDisturb),
            // The hall is no room.
            Reach::SameRoom if called.room.is_none() || called.room != from.room => {
                return Err(CallRefusal::NotInTheirRoom);
            }
            Reach::SameRoom | Reach::Everyone => {}
        }
        if self.places.contains_key(&to) {
            return Err(CallRefusal::Busy);
        }
        if !self.rings.ring(now, from.who.owner, called.who.owner) {
            return Err(CallRefusal::TooManyRings);
        }
        Ok(called.who.clone())
    }

    fn join_room_call(&mut self, person: PersonId, kind: CallKind, audio: CallAudio) -> Asked {
        let room = self.people.get(&person).and_then(|someone| someone.room).ok_or(CallRefusal::NotInRoom)?;
        let of_room = self.of_room(room).map(|(id, call)| (id, call.is_full()));
        if let Some((own, seat)) = self.seat(person) {
            let is_there = of_room.is_some_and(|(id, _)| id == own);
            match (seat.is_joined(), is_there) {
                (true, true) => return Err(CallRefusal::AlreadyThere),
                (true, false) => return Err(CallRefusal::InCall),
                (false, true) => {
                    self.accept(person, own, false);
                    return Ok(());
                }
                (false, false) => {}
            }
        }
        if of_room.is_some_and(|(_, full)| full) {
            return Err(CallRefusal::Full);
        }
        let who = self.who(person)?;
        self.leave_ring(person);
        let id = match of_room {
            Some((id, _)) => id,
            None => self.open(Call::new(kind, Some(room), audio)),
        };
        self.add(id, Seat::new(who, Standing::Joined { auto: false }));
        if let Some(call) = self.calls.get_mut(&id) {
            call.want_all(person);
        }
        Ok(())
    }

    /// Whoever takes another call does not answer the one that rings.
    fn leave_ring(&mut self, person: PersonId) {
        if let Some(id) = self.places.get(&person).copied() {
            self.remove(id, person, &CallEnd::Elsewhere);
        }
    }

    fn accept(&mut self, person: PersonId, id: CallId, auto: bool) {
        let Some(call) = self.place_in(person, id) else { return };
        let Some(seat) = call.seat_mut(person).filter(|seat| !seat.is_joined()) else { return };
        seat.standing = Standing::Joined { auto };
        call.want_all(person);
        self.changed.insert(id);
    }

    fn decline(&mut self, person: PersonId, id: CallId, text: Option<DeclineText>) {
        let Some(call) = self.place_in(person, id) else { return };
        if call.seat(person).is_some_and(|seat| !seat.is_joined()) {
            self.remove(id, person, &CallEnd::Declined { text });
        }
    }

    fn hang_up(&mut self, person: PersonId, id: CallId) {
        let Some(call) = self.place_in(person, id) else { return };
        let Some(seat) = call.seat(person) else { return };
        let why = if !seat.is_joined() {
            CallEnd::Declined { text: None }
        } else if call.room.is_none() && call.joined() == 1 {
            CallEnd::Cancelled
        } else {
            CallEnd::HungUp
        };
        self.remove(id, person, &why);
    }

    /// Notes what somebody sends. The screen is granted if nobody else shares one; the state tells, even where it is
    /// the one from before.
    fn send(&mut self, person: PersonId, id: CallId, sending: Sending) {
        let Some(call) = self.place_in(person, id) else { return };
        let is_taken = call.sharer().is_some_and(|sharer| sharer != person);
        let Some(seat) = call.seat_mut(person).filter(|seat| seat.is_joined()) else { return };
        let granted = Sending { screen: sending.screen && !is_taken, ..sending };
        let (is_news, is_refused) = (granted != seat.sending, granted != sending);
        seat.sending = granted;
        if is_news {
            self.changed.insert(id);
        } else if is_refused {
            let notice = CallNotice::State { request: None, state: call.state(id) };
            self.decided.push(CallDecision::Tell { to: person, notice });
        }
    }

    fn who(&self, person: PersonId) -> Result<Who, CallRefusal> {
        self.people.get(&person).map(|someone| someone.who.clone()).ok_or(CallRefusal::NoSuchPerson)
    }
}
