//! A million random events, and what must hold after each: what the server tells is a story that makes sense.

use super::*;
use std::collections::{BTreeMap, VecDeque};

/// Stories, events in each of them: a million in all.
const STORIES: u64 = 1000;
const EVENTS: usize = 1000;
/// The one who moderates.
const MODERATOR: PersonId = PersonId(1);

/// A small generator, so that a failing story can be told again by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(sides)) as u32
    }

    fn any<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u32) as usize]
    }
}

/// A floor, and what people were told about it.
struct Story {
    dice: Dice,
    /// How many people there are.
    people: u32,
    /// Whether timers fire when they are due, and not only with the next input.
    punctual: bool,
    floor: Floor,
    now: Duration,
    /// What the room was told last.
    state: FloorState,
    /// Those who were told to wait and neither that it is their turn nor why it won't be, in the order of asking.
    owed: Vec<PersonId>,
    /// The last position and press that each was told.
    positions: BTreeMap<PersonId, (u16, u8)>,
    /// The last press of each.
    presses: BTreeMap<PersonId, u8>,
    /// Whom a moderator has made the next one.
    given: Option<PersonId>,
    /// Until when more than one may talk, since the room was open just before.
    crowded_until: Duration,
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
        let rules = FloorRules {
            policy: dice.any(&[FloorPolicy::Exclusive, FloorPolicy::Open, FloorPolicy::Chair]),
            queue: dice.any(&[QueueRule::Refuse, QueueRule::FirstCome, QueueRule::QuietestFirst]),
            // Short enough for every timer to run out now and then.
            times: FloorTimes { talk_limit: at(4000), warning_before: at(1000), ..FloorTimes::default() },
            talk_log: false,
        };
        Self {
            people: dice.any(&[3, 6, 12, 45]),
            punctual: dice.roll(4) > 0,
            dice,
            floor: Floor::new(rules),
            now: Duration::ZERO,
            state: FloorState::default(),
            owed: Vec::new(),
            positions: BTreeMap::new(),
            presses: BTreeMap::new(),
            given: None,
            crowded_until: Duration::ZERO,
            log: VecDeque::new(),
        }
    }

    fn event(&mut self) -> FloorInput {
        let person = PersonId(1 + self.dice.roll(self.people));
        // Signs of life come from those who talk, mostly.
        let talker = self.floor.talkers().nth(self.dice.roll(3) as usize).unwrap_or(person);
        let burst = self.dice.roll(3) as u8;
        match self.dice.roll(100) {
            0..30 => request_of(person, burst),
            30..42 => release(person, burst),
            42..46 => release(talker, self.presses.get(&talker).copied().unwrap_or(burst)),
            46..76 => voice(talker),
            76..84 => FloorInput::Heard { person: talker },
            84..88 => left(person),
            88..89 => FloorInput::Gone { person },
            89..91 => order(FloorOrder::Revoke(talker)),
            91..93 => order(FloorOrder::Mute(person)),
            93..96 => order(FloorOrder::Unmute(self.state.muted.first().copied().unwrap_or(person))),
            96..98 => order(FloorOrder::Give(person)),
            98 => {
                let policies = [FloorPolicy::Exclusive, FloorPolicy::Open, FloorPolicy::Chair];
                order(FloorOrder::SetPolicy(self.dice.any(&policies)))
            }
            _ => {
                let rules = [QueueRule::Refuse, QueueRule::FirstCome, QueueRule::QuietestFirst];
                order(FloorOrder::SetQueue(self.dice.any(&rules)))
            }
        }
    }

    fn tell(&mut self, events: usize) -> Result<(), String> {
        for _ in 0..events {
            let pause = if self.dice.roll(50) == 0 { 3000 } else { 40 };
            let next = self.now + at(self.dice.roll(pause).into());
            while let Some(due) = self.floor.next_deadline().filter(|due| self.punctual && *due <= next) {
                self.now = due;
                self.step(None)?;
            }
            self.now = next;
            let event = self.event();
            self.step(Some(event))?;
        }
        self.end()
    }

    /// Nobody says anything more: the timers alone must bring the floor to rest, and everybody has a turn before.
    fn end(&mut self) -> Result<(), String> {
        self.step(Some(order(FloorOrder::SetPolicy(FloorPolicy::Exclusive))))?;
        let mut left = 4 * (limits::FLOOR_QUEUE + limits::OPEN_TALKERS);
        while let Some(due) = self.floor.next_deadline() {
            ensure!(left > 0, "the timers do not come to an end");
            left -= 1;
            self.now = due;
            self.step(None)?;
        }
        ensure!(self.state.talkers.is_empty() && self.owed.is_empty(), "not at rest: {:?}", self.state);
        Ok(())
    }

    /// An input, or a poll, and a look at everything.
    fn step(&mut self, input: Option<FloorInput>) -> Result<(), String> {
        self.log.push_back(format!("{:?} {input:?}", self.now));
        if self.log.len() > 12 {
            self.log.pop_front();
        }
        let was_open = self.floor.rules.policy == FloorPolicy::Open;
        let mut decisions = Vec::new();
        match input {
            Some(input) => self.floor.handle(self.now, input, &mut decisions),
            None => self.floor.poll(self.now, &mut decisions),
        }
        if was_open && self.floor.rules.policy != FloorPolicy::Open {
            self.crowded_until = self.now + self.floor.rules.times.grace;
        }
        if let Some(FloorInput::Request { person, burst, .. }) = input {
            let mut answers = decisions.iter().filter(|decision| answers(decision, person, burst));
            match answers.next_back() {
                None => return Err(format!("no answer: {decisions:?}")),
                // A press whose turn was taken back is over; a later one may wait.
                Some(FloorDecision::Revoke { .. }) => {}
                Some(_) => drop(self.presses.insert(person, burst)),
            }
        }
        let changes = decisions.iter().filter(|decision| matches!(decision, FloorDecision::Changed(_))).count();
        let last_is_change = matches!(decisions.last(), Some(FloorDecision::Changed(_)));
        ensure!(changes <= usize::from(last_is_change), "told the room more than once: {decisions:?}");
        self.follow(input);
        for decision in decisions {
            self.hear(decision, input)?;
        }
        self.given = self.given.filter(|given| self.owed.contains(given));
        self.look(input)
    }

    /// Takes a decision as the people whom it concerns do.
    fn hear(&mut self, decision: FloorDecision, input: Option<FloorInput>) -> Result<(), String> {
        match decision {
            FloorDecision::Grant { to, remaining, .. } => {
                ensure!(remaining <= self.floor.rules.times.talk_limit, "too long a turn: {remaining:?}");
                self.is_next(to, input)?;
                self.settled(to);
            }
            FloorDecision::Queue { to, burst, position, .. } => {
                self.positions.insert(to, (position, burst));
                if !self.owed.contains(&to) {
                    self.owed.push(to);
                }
            }
            FloorDecision::Busy { to, .. } => ensure!(!self.owed.contains(&to), "busy for {to}, who waits"),
            FloorDecision::Deny { to, .. } => self.settled(to),
            FloorDecision::Revoke { to, cause, grace, .. } => {
                let of_waiting = matches!(cause, RevokeCause::Moderator | RevokeCause::Muted) && grace.is_zero();
                if of_waiting {
                    self.settled(to);
                }
            }
            FloorDecision::Warn { to, .. } => ensure!(self.state.talkers.contains(&to), "warned {to}, who is quiet"),
            FloorDecision::Changed(state) => {
                ensure!(state != self.state, "told what was known: {state:?}");
                self.state = state;
            }
        }
        Ok(())
    }

    fn settled(&mut self, person: PersonId) {
        self.owed.retain(|owed| *owed != person);
    }

    /// Whether a grant to somebody who waited was in order. An order changes the order, so then nothing is said.
    fn is_next(&self, to: PersonId, input: Option<FloorInput>) -> Result<(), String> {
        if matches!(input, Some(FloorInput::Order(_))) || !self.owed.contains(&to) {
            return Ok(());
        }
        let FloorRules { policy, queue, .. } = self.floor.rules;
        let given = self.given.filter(|given| self.owed.contains(given));
        let talked = |person: &PersonId| self.floor.talked.by(*person);
        match (policy, given) {
            (_, Some(given)) => ensure!(to == given, "{to} was granted, but {given} was given the floor"),
            (FloorPolicy::Chair, None) => ensure!(to == MODERATOR, "{to} was granted without the chair"),
            _ if queue == QueueRule::QuietestFirst => {
                let quieter = self.owed.iter().find(|other| talked(other) < talked(&to));
                ensure!(quieter.is_none(), "{to} was granted before {quieter:?}, who is quieter");
            }
            _ => ensure!(self.owed[0] == to, "{to} was granted before {}", self.owed[0]),
        }
        Ok(())
    }

    /// Takes in what people did themselves.
    fn follow(&mut self, input: Option<FloorInput>) {
        match input {
            Some(FloorInput::Left { person } | FloorInput::Gone { person }) => self.settled(person),
            Some(FloorInput::Release { person, burst }) if self.presses.get(&person) == Some(&burst) => {
                self.settled(person);
            }
            Some(FloorInput::Order(FloorOrder::Give(person))) if self.owed.contains(&person) => {
                self.given = Some(person);
            }
            _ => {}
        }
    }

    fn look(&self, input: Option<FloorInput>) -> Result<(), String> {
        let state = self.floor.state();
        let policy = self.floor.rules.policy;
        let running = self.floor.turns.iter().filter(|turn| turn.revoked.is_none()).count();
        ensure!(state == self.state, "the room was not told: {state:?}");
        ensure!(state.talkers.len() <= limits::OPEN_TALKERS, "too many talk");
        ensure!(policy == FloorPolicy::Open || running <= 1, "{running} have the floor");
        let crowded = policy == FloorPolicy::Open || self.now < self.crowded_until || !self.punctual;
        ensure!(crowded || state.talkers.len() <= 1, "several talk: {state:?}");
        let mut distinct = state.talkers.clone();
        distinct.sort_unstable();
        distinct.dedup();
        ensure!(distinct.len() == state.talkers.len(), "twice among the talkers: {state:?}");
        for muted in &state.muted {
            let speaks = self.floor.may_speak(*muted) || state.talkers.contains(muted);
            ensure!(!speaks && !state.waiting.contains(muted), "{muted} is muted: {state:?}");
        }
        let mut owed = self.owed.clone();
        let mut waiting = state.waiting.clone();
        owed.sort_unstable();
        waiting.sort_unstable();
        ensure!(owed == waiting, "{owed:?} were told to wait, but {waiting:?} do");
        for (position, person) in (1..).zip(&state.waiting) {
            let told = (position, self.presses[person]);
            ensure!(self.positions[person] == told, "{person} was told {:?}, not {told:?}", self.positions[person]);
        }
        let idle = policy != FloorPolicy::Chair && state.talkers.is_empty() || policy == FloorPolicy::Open;
        ensure!(!idle || state.waiting.is_empty(), "people wait for a free floor: {state:?}");
        let sign_of_life = matches!(input, Some(FloorInput::Voice { .. } | FloorInput::Heard { .. }));
        let overdue = self.floor.next_deadline().filter(|deadline| !sign_of_life && *deadline <= self.now);
        ensure!(overdue.is_none(), "a timer at {overdue:?} did not fire");
        Ok(())
    }
}

fn request_of(person: PersonId, burst: u8) -> FloorInput {
    FloorInput::Request { person, burst, moderator: person == MODERATOR }
}

fn answers(decision: &FloorDecision, person: PersonId, press: u8) -> bool {
    match decision {
        FloorDecision::Grant { to, burst, .. }
        | FloorDecision::Queue { to, burst, .. }
        | FloorDecision::Busy { to, burst, .. }
        | FloorDecision::Deny { to, burst, .. }
        | FloorDecision::Revoke { to, burst, .. } => (*to, *burst) == (person, press),
        FloorDecision::Warn { .. } | FloorDecision::Changed(_) => false,
    }
}

#[test]
fn a_million_events_leave_no_two_holders_no_lost_waiter_and_no_timer_without_end() {
    for seed in 0..STORIES {
        let mut story = Story::new(seed);
        if let Err(fault) = story.tell(EVENTS) {
            panic!("story {seed}: {fault}\n{}", Vec::from(story.log).join("\n"));
        }
    }
}
