//! A floor that needs no server: the others take turns by the clock, and the own person asks, waits and talks.

use super::Scene;
use hallway::net::snapshot::{RoomView, Snapshot, TalkState};
use hallway_protocol::{
    floor::{FloorPolicy, QueueRule, messages::FloorOrder},
    ids::PersonId,
};
use std::time::{Duration, Instant};

/// The own person.
pub(crate) const ME: PersonId = PersonId(0);
/// How long the others talk.
const TURN: Duration = Duration::from_secs(8);
/// How long one may talk oneself.
const LIMIT: Duration = Duration::from_secs(60);
/// How long one has to choose what becomes of a recording.
const CHOICE: Duration = Duration::from_secs(4);
/// Two presses within this are a double press.
const DOUBLE: Duration = Duration::from_millis(400);

/// What the script keeps beside the snapshot.
pub(crate) struct Floor {
    scene: Scene,
    turn_ends: Instant,
    held: bool,
    pressed: Option<Instant>,
    waits_since: Instant,
}

/// How the floor of the own room stands at the start of a scene.
pub(crate) fn arrange(room: &mut RoomView, talk: &mut TalkState, scene: Scene) {
    let people = |ids: &[u32]| ids.iter().copied().map(PersonId).collect::<Vec<_>>();
    let now = Instant::now();
    let talking = |left, locked, playing| TalkState::Talking {
        ends: now + Duration::from_secs(left),
        warned: false,
        locked,
        playing,
        mic_open: !playing,
    };
    match scene {
        Scene::Queue => (room.talkers, room.waiting) = (people(&[1]), people(&[3])),
        Scene::Waiting => {
            (room.talkers, room.waiting) = (people(&[1]), people(&[3, 0, 2]));
            *talk =
                TalkState::Queued { position: 2, holder: Some(PersonId(1)), recorded: Duration::ZERO, locked: false };
        }
        Scene::Offer => {
            (room.talkers, room.waiting) = (people(&[0]), people(&[3, 2]));
            let recorded = Duration::from_secs(12);
            *talk = TalkState::Offered { until: now + CHOICE, recorded, held: false };
        }
        Scene::Playing => (room.talkers, *talk) = (people(&[0]), talking(48, false, true)),
        Scene::Locked => (room.talkers, *talk) = (people(&[0]), talking(52, true, false)),
        Scene::Open => (room.policy, room.talkers) = (FloorPolicy::Open, people(&[2, 1, 3, 6])),
        Scene::Chair => {
            (room.policy, room.moderated) = (FloorPolicy::Chair, true);
            (room.talkers, room.waiting, room.muted) = (people(&[13]), people(&[3, 6, 7]), people(&[2]));
        }
        _ => {}
    }
}

impl Floor {
    /// A floor at the start of a scene.
    pub(crate) fn new(scene: Scene) -> Self {
        let now = Instant::now();
        Self { scene, turn_ends: now + TURN, held: false, pressed: None, waits_since: now }
    }

    /// The key went down.
    pub(crate) fn press(&mut self, snapshot: &mut Snapshot) {
        let now = Instant::now();
        self.held = true;
        let before = self.pressed.replace(now);
        let is_second = snapshot.voice.lock && before.is_some_and(|before| now - before < DOUBLE);
        match &snapshot.talk {
            TalkState::Offered { .. } | TalkState::Talking { playing: true, .. } => talk(snapshot, now, false, false),
            TalkState::Talking { locked: true, .. } | TalkState::Queued { locked: true, .. } => stop(snapshot),
            TalkState::Quiet => self.ask(snapshot, now, is_second),
            _ => {}
        }
    }

    fn ask(&mut self, snapshot: &mut Snapshot, now: Instant, locked: bool) {
        let Some(room) = own_room(snapshot) else { return };
        let others = room.talkers.iter().any(|talker| *talker != ME);
        if room.policy == FloorPolicy::Open || !others {
            room.talkers.push(ME);
            return talk(snapshot, now, locked, false);
        }
        if let (Some(holder), QueueRule::Refuse) = (room.holder(), room.queue) {
            snapshot.talk = TalkState::Busy { holder };
            return;
        }
        room.waiting.push(ME);
        self.waits_since = now;
        let (position, holder) = (room.waiting.len() as u16, room.holder());
        snapshot.talk = TalkState::Queued { position, holder, recorded: Duration::ZERO, locked };
    }

    /// The key went up.
    pub(crate) fn release(&mut self, snapshot: &mut Snapshot) {
        self.held = false;
        if !matches!(
            snapshot.talk,
            TalkState::Offered { .. }
                | TalkState::Talking { playing: true, .. }
                | TalkState::Talking { locked: true, .. }
                | TalkState::Queued { locked: true, .. }
        ) {
            stop(snapshot);
        }
    }

    /// All talk ends.
    pub(crate) fn stop(&mut self, snapshot: &mut Snapshot) {
        self.held = false;
        stop(snapshot);
    }

    /// What becomes of the recording.
    pub(crate) fn answer(&mut self, snapshot: &mut Snapshot, play: bool) {
        match (play, self.held) {
            (true, _) => talk(snapshot, Instant::now(), false, true),
            (false, true) => talk(snapshot, Instant::now(), false, false),
            (false, false) => stop(snapshot),
        }
    }

    /// A moderator's order.
    pub(crate) fn order(&mut self, snapshot: &mut Snapshot, order: FloorOrder) {
        let Some(room) = own_room(snapshot) else { return };
        match order {
            FloorOrder::Revoke(person) => room.talkers.retain(|talker| *talker != person),
            FloorOrder::Mute(person) => {
                room.talkers.retain(|talker| *talker != person);
                room.waiting.retain(|waiting| *waiting != person);
                room.muted.push(person);
            }
            FloorOrder::Unmute(person) => room.muted.retain(|muted| *muted != person),
            FloorOrder::Give(person) => {
                room.waiting.retain(|waiting| *waiting != person);
                room.talkers = vec![person];
            }
            FloorOrder::SetPolicy(policy) => room.policy = policy,
            FloorOrder::SetQueue(queue) => room.queue = queue,
            FloorOrder::SetTalkLog(on) => room.talk_log = on,
        }
    }

    /// Time goes on.
    pub(crate) fn tick(&mut self, snapshot: &mut Snapshot) {
        let now = Instant::now();
        if self.scene == Scene::Queue && now >= self.turn_ends {
            self.turn_ends = now + TURN;
            self.next_turn(snapshot, now);
        }
        let position = own_room(snapshot).and_then(|room| room.waiting.iter().position(|waiting| *waiting == ME));
        let (waited, held) = (now - self.waits_since, self.held);
        match &mut snapshot.talk {
            TalkState::Queued { position: shown, recorded, .. } => {
                *shown = position.map_or(1, |place| place as u16 + 1);
                *recorded = Duration::from_secs(waited.as_secs());
            }
            TalkState::Offered { until, .. } if self.scene == Scene::Offer && now >= *until => *until = now + CHOICE,
            TalkState::Offered { until, .. } if now >= *until => self.answer(snapshot, false),
            TalkState::Offered { held: shown, .. } => *shown = held,
            TalkState::Talking { ends, .. } if now >= *ends => stop(snapshot),
            TalkState::Talking { ends, warned, .. } => *warned = *ends - now < Duration::from_secs(10),
            _ => {}
        }
        let talkers: Vec<_> = snapshot.rooms.iter().flat_map(|room| room.talkers.iter().copied()).collect();
        for person in &mut snapshot.people {
            person.talking = talkers.contains(&person.id);
        }
    }

    /// Whoever talks goes to the end of the line, and the next one is up.
    fn next_turn(&mut self, snapshot: &mut Snapshot, now: Instant) {
        let waited = now - self.waits_since;
        let held = self.held;
        let Some(room) = own_room(snapshot) else { return };
        let before = std::mem::take(&mut room.talkers);
        room.waiting.extend(before.into_iter().filter(|talker| *talker != ME));
        if room.waiting.is_empty() {
            return;
        }
        let next = room.waiting.remove(0);
        room.talkers = vec![next];
        if next == ME {
            snapshot.talk = TalkState::Offered { until: now + CHOICE, recorded: waited, held };
            self.turn_ends = now + LIMIT;
        }
    }
}

fn talk(snapshot: &mut Snapshot, now: Instant, locked: bool, playing: bool) {
    snapshot.talk = TalkState::Talking { ends: now + LIMIT, warned: false, locked, playing, mic_open: !playing };
}

fn stop(snapshot: &mut Snapshot) {
    snapshot.talk = TalkState::Quiet;
    for room in &mut snapshot.rooms {
        room.talkers.retain(|talker| *talker != ME);
        room.waiting.retain(|waiting| *waiting != ME);
    }
}

fn own_room(snapshot: &mut Snapshot) -> Option<&mut RoomView> {
    let room = snapshot.me.as_ref()?.room?;
    snapshot.rooms.iter_mut().find(|view| view.id == room)
}
