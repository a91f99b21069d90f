//! Random events, and what must hold after each: what people are told is one story, and it is the true one.

use super::*;
use std::collections::VecDeque;

/// Stories, events in each of them: a hundred thousand in all.
const STORIES: u64 = 200;
const EVENTS: usize = 500;

/// A small generator, so that a failing story can be told again by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % sides as u64) as usize
    }

    fn any<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

/// What a client knows.
#[derive(Default)]
struct Client {
    /// Calls that it is in or that ring here.
    calls: BTreeMap<CallId, CallState>,
    wanted: BTreeMap<Source, [u8; Layer::COUNT]>,
}

/// Calls, and what people were told about them.
struct Story {
    dice: Dice,
    calls: Calls,
    now: Duration,
    /// How many people there are, signed in or not.
    people: u32,
    /// The number under which each of them is signed in.
    signed_in: BTreeMap<u32, PersonId>,
    rooms: BTreeMap<PersonId, Option<RoomId>>,
    last_person: u32,
    clients: BTreeMap<PersonId, Client>,
    shown: BTreeMap<RoomId, RoomCallSummary>,
    /// Since when each rings whom, by what the one who is rung was told.
    rings: BTreeMap<(CallId, PersonId), Duration>,
    /// When each client was rung by which, by owner; for the last ten minutes.
    rung: VecDeque<(Duration, u32, u32)>,
    keyframes: BTreeMap<(PersonId, Source, Layer), Duration>,
    /// The last events, for whoever has to find the fault.
    log: VecDeque<String>,
}

macro_rules! ensure {
    ($condition:expr, $($what:tt)+) => {
        if !$condition {
            return Err(format!($($what)+));
        }
    };
}

impl Story {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        Self {
            people: dice.any(&[3, 6, 14]),
            dice,
            calls: Calls::default(),
            now: Duration::ZERO,
            signed_in: BTreeMap::new(),
            rooms: BTreeMap::new(),
            last_person: 0,
            clients: BTreeMap::new(),
            shown: BTreeMap::new(),
            rings: BTreeMap::new(),
            rung: VecDeque::new(),
            keyframes: BTreeMap::new(),
            log: VecDeque::new(),
        }
    }

    /// The human behind a number.
    fn human(&self, person: PersonId) -> u32 {
        self.signed_in.iter().find(|(_, of)| **of == person).map_or(0, |(human, _)| *human)
    }

    fn anybody(&mut self) -> PersonId {
        let here: Vec<_> = self.signed_in.values().copied().chain([PersonId(9999)]).collect();
        self.dice.any(&here)
    }

    fn event(&mut self) -> CallInput {
        let human = 1 + self.dice.roll(self.people as usize) as u32;
        let Some(person) = self.signed_in.get(&human).copied() else { return self.arrival(human) };
        match self.dice.roll(100) {
            0..2 => self.departure(human, person),
            2..8 => {
                let room = self.dice.any(&[None, Some(WEST), Some(WEST), Some(EAST)]);
                self.rooms.insert(person, room);
                CallInput::Moved { person, room }
            }
            8..12 => CallInput::Silent { person, silent: self.dice.roll(3) == 0 },
            12..14 => CallInput::RoomAudio { room: WEST, audio: self.dice.any(&[CallAudio::Open, CallAudio::Floor]) },
            _ => {
                let audio = self.dice.any(&[CallAudio::Open, CallAudio::Floor]);
                CallInput::Request { person, audio, request: self.request(person) }
            }
        }
    }

    fn arrival(&mut self, human: u32) -> CallInput {
        self.last_person += 1;
        let person = PersonId(self.last_person);
        let room = self.dice.any(&[None, Some(WEST)]);
        self.signed_in.insert(human, person);
        self.rooms.insert(person, room);
        self.clients.insert(person, Client::default());
        CallInput::Arrived { who: called(person, human), room }
    }

    fn departure(&mut self, human: u32, person: PersonId) -> CallInput {
        self.signed_in.remove(&human);
        self.rooms.remove(&person);
        self.clients.remove(&person);
        CallInput::Departed { person, lost: self.dice.roll(3) > 0 }
    }

    fn request(&mut self, person: PersonId) -> CallRequest {
        let other = self.anybody();
        let known = self.clients.get(&person).and_then(|client| client.calls.keys().next().copied());
        let call = known.filter(|_| self.dice.roll(20) > 0).unwrap_or(CallId(self.dice.roll(5) as u32));
        let source = self.dice.any(&[CAMERA, SCREEN]);
        match self.dice.roll(100) {
            0..22 => CallRequest::Ring { request: REQUEST, to: other, kind: CallKind::Voice },
            22..32 => CallRequest::JoinRoomCall { request: REQUEST, kind: CallKind::Video },
            32..44 => CallRequest::Ask { request: REQUEST, person: other },
            44..62 => CallRequest::Accept { call, auto: self.dice.roll(2) == 0 },
            62..65 => CallRequest::Decline { call, text: DeclineText::new("no") },
            65..69 => CallRequest::HangUp { call },
            69..79 => {
                let [microphone, camera, screen] = [2, 2, 3].map(|sides| self.dice.roll(sides) == 0);
                CallRequest::Send { call, sending: Sending { microphone, camera, screen } }
            }
            79..88 => {
                let layer = self.dice.any(&[None, Some(Layer::Small), Some(Layer::Medium), Some(Layer::Large)]);
                CallRequest::Watch { call, of: other, source, layer }
            }
            88..98 => CallRequest::WantKeyframe { of: other, source, layer: self.dice.any(&Layer::ALL) },
            _ => CallRequest::SetReach(self.dice.any(&[
                Reach::Everyone,
                Reach::Everyone,
                Reach::SameRoom,
                Reach::Nobody,
            ])),
        }
    }

    fn tell(&mut self) -> Result<(), String> {
        for _ in 0..EVENTS {
            let pause = if self.dice.roll(40) == 0 { 12_000 } else { 150 };
            let next = self.now + at(self.dice.roll(pause) as u64);
            while let Some(due) = self.calls.next_deadline().filter(|due| *due <= next) {
                self.now = self.now.max(due);
                let mut out = Vec::new();
                self.calls.poll(self.now, &mut out);
                self.note("poll", out)?;
            }
            self.now = next;
            let input = self.event();
            let what = format!("{:?} {input:?}", self.now);
            let mut out = Vec::new();
            self.calls.handle(self.now, input, &mut out);
            self.note(&what, out)?;
        }
        self.end()
    }

    /// Takes in what was decided, as clients do, and looks whether it makes sense.
    fn note(&mut self, what: &str, out: Vec<CallDecision>) -> Result<(), String> {
        if self.log.len() >= 30 {
            self.log.pop_front();
        }
        self.log.push_back(what.to_owned());
        for decision in out {
            match decision {
                CallDecision::Tell { to, notice } => self.hear(to, notice)?,
                CallDecision::Room { room, call: Some(call) } => drop(self.shown.insert(room, call)),
                CallDecision::Room { room, call: None } => drop(self.shown.remove(&room)),
                CallDecision::Missed { from, to, .. } => ensure!(from != to, "{from:?} missed itself"),
            }
        }
        self.check_truth()?;
        self.check_shape()
    }

    fn hear(&mut self, to: PersonId, notice: CallNotice) -> Result<(), String> {
        let now = self.now;
        let Some(client) = self.clients.get_mut(&to) else { return Err(format!("{to} is told though not here")) };
        match notice {
            CallNotice::State { state, .. } => {
                let before = client.calls.insert(state.call, state.clone());
                let is_new = before.is_none_or(|before| before.rung_by(to).is_none());
                if let Some(by) = state.rung_by(to).filter(|_| is_new) {
                    self.note_ring(state.call, by, to)?;
                } else if state.rung_by(to).is_none() {
                    self.rings.remove(&(state.call, to));
                }
            }
            CallNotice::Ended { call, .. } => {
                ensure!(client.calls.remove(&call).is_some(), "{to} is told the end of a call that it is not in");
                client.wanted.clear();
                // In another call one may be asked anew.
                self.keyframes.retain(|(sender, ..), _| *sender != to);
                self.rings.remove(&(call, to));
            }
            CallNotice::MemberLeft { call, .. } => {
                ensure!(client.calls.contains_key(&call), "{to} hears of another's call");
            }
            CallNotice::Wanted { source, receivers } => {
                ensure!(client.wanted.insert(source, receivers) != Some(receivers), "{to} is told nothing new");
            }
            CallNotice::KeyframeWanted { source, layer } => {
                let before = self.keyframes.insert((to, source, layer), now);
                let is_early = before.is_some_and(|before| now < before + limits::KEYFRAME_INTERVAL);
                ensure!(!is_early, "{to} is asked for a keyframe too early");
            }
            CallNotice::Refused { .. } => {}
        }
        Ok(())
    }

    /// Who comes back to a ring sees the same one again; else it is a new one, and there are few.
    fn note_ring(&mut self, call: CallId, by: PersonId, to: PersonId) -> Result<(), String> {
        let seat = self.calls.calls[&call].seat(to).ok_or("no place for one who is rung")?;
        let Standing::Ringing { since, .. } = seat.standing else { return Err(format!("{to} is not rung")) };
        self.rings.insert((call, to), since);
        if since == self.now && self.clients.contains_key(&by) {
            let pair = (self.human(by), self.human(to));
            self.rung.push_back((self.now, pair.0, pair.1));
            while self.rung.front().is_some_and(|(rung, ..)| self.now >= *rung + limits::CALL_RINGS_WITHIN) {
                self.rung.pop_front();
            }
            let often = self.rung.iter().filter(|(_, from, to)| (*from, *to) == pair).count();
            ensure!(often <= limits::CALL_RINGS, "{pair:?} rang {often} times");
        }
        Ok(())
    }

    /// What clients know is how it is.
    fn check_truth(&self) -> Result<(), String> {
        for (person, client) in &self.clients {
            ensure!(client.calls.len() <= 1, "{person} is in {} calls", client.calls.len());
            let known = client.calls.iter().next();
            let place = self.calls.places.get(person);
            ensure!(known.map(|(id, _)| id) == place, "{person} believes {known:?}, and is in {place:?}");
            let Some((id, known)) = known else { continue };
            let call = &self.calls.calls[id];
            ensure!(*known == call.state(*id), "{person} knows an old state: {known:?}");
            if call.seat(*person).is_some_and(Seat::is_present) {
                for source in [CAMERA, SCREEN] {
                    let told = client.wanted.get(&source);
                    ensure!(told == Some(&call.wanted(*person, source)), "{person} was told {told:?} of {source:?}");
                }
            }
        }
        for ((call, person), since) in &self.rings {
            let rung = self.clients.contains_key(person);
            ensure!(!rung || self.now < *since + limits::CALL_RING, "{person} is rung on in {call}");
        }
        let of_rooms = self.calls.calls.iter().filter_map(|(id, call)| Some((call.room?, call.summary(*id))));
        let of_rooms: BTreeMap<_, _> = of_rooms.collect();
        ensure!(of_rooms == self.shown, "rooms show {:?} and not {of_rooms:?}", self.shown);
        Ok(())
    }

    /// Everybody has one place, calls are neither empty nor too full, and nothing piles up.
    fn check_shape(&self) -> Result<(), String> {
        let calls = &self.calls;
        let mut seats = 0;
        for (id, call) in &calls.calls {
            seats += call.seats.len();
            ensure!(!call.is_over(), "{id} goes on without people");
            ensure!(call.seats.len() <= limits::CALL_MEMBERS, "{id} is too full");
            ensure!(call.seats.iter().filter(|seat| seat.shown().screen).count() <= 1, "{id} has two screens");
            for seat in &call.seats {
                let person = seat.who.person;
                ensure!(calls.places.get(&person) == Some(id), "{person} has no place");
                ensure!(seat.watches.len() <= 2 * (call.seats.len() - 1), "choices pile up");
                ensure!(seat.is_reachable() == calls.people.contains_key(&person), "{person} is here and not here");
                if let Standing::Ringing { by, .. } = seat.standing {
                    ensure!(call.seat(by).is_some_and(Seat::is_joined), "{person} is rung by nobody");
                }
                let room = self.rooms.get(&person).copied().flatten();
                ensure!(
                    call.room.is_none() || !seat.is_reachable() || call.room == room,
                    "{person} is in the call of another room"
                );
            }
        }
        ensure!(seats == calls.places.len(), "places without people");
        ensure!(calls.changed.is_empty() && calls.seen_anew.is_empty(), "somebody is not told");
        ensure!(calls.decided.is_empty() && calls.answer.is_none(), "something is not done");
        Ok(())
    }

    /// When all have gone nothing is left.
    fn end(&mut self) -> Result<(), String> {
        for (human, person) in self.signed_in.clone() {
            let input = self.departure(human, person);
            let mut out = Vec::new();
            self.calls.handle(self.now, input, &mut out);
            self.note("the end", out)?;
        }
        self.now += limits::CALL_RING + limits::CALL_LOST_HOLD;
        let mut out = Vec::new();
        self.calls.poll(self.now, &mut out);
        self.note("the end", out)?;
        ensure!(self.calls.calls.is_empty() && self.calls.people.is_empty(), "something is left");
        Ok(())
    }
}

#[test]
fn whatever_happens_what_people_are_told_is_how_it_is() {
    let mut most = 0;
    for seed in 0..STORIES {
        let mut story = Story::new(seed);
        if let Err(fault) = story.tell() {
            let log = story.log.into_iter().collect::<Vec<_>>().join("\n");
            panic!("{fault}, in the story of seed {seed}, after:\n{log}");
        }
        most = most.max(story.calls.last_call);
    }
    assert!(most > 20, "the stories are dull: {most}");
}
