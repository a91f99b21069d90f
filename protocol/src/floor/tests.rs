//! The floor on a virtual clock: tables for each rule here and below, and a story of random events for what must always
//! hold.

mod chair;
mod open;
mod orders;
mod queue;
mod random;
mod turns;

use super::{messages::FloorOrder, *};

const ANN: PersonId = PersonId(1);
const BOB: PersonId = PersonId(2);
const CLEO: PersonId = PersonId(3);
const DAN: PersonId = PersonId(4);

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn request(person: PersonId, burst: u8) -> FloorInput {
    FloorInput::Request { person, burst, moderator: false }
}

fn release(person: PersonId, burst: u8) -> FloorInput {
    FloorInput::Release { person, burst }
}

fn left(person: PersonId) -> FloorInput {
    FloorInput::Left { person }
}

fn voice(person: PersonId) -> FloorInput {
    FloorInput::Voice { person }
}

fn order(order: FloorOrder) -> FloorInput {
    FloorInput::Order(order)
}

fn granted(to: PersonId, burst: u8) -> FloorDecision {
    FloorDecision::Grant { to, burst, remaining: at(60_000) }
}

fn queued(to: PersonId, burst: u8, position: u16, holder: Option<PersonId>) -> FloorDecision {
    FloorDecision::Queue { to, burst, position, holder }
}

fn revoked(to: PersonId, burst: u8, cause: RevokeCause, grace_ms: u64) -> FloorDecision {
    FloorDecision::Revoke { to, burst, cause, grace: at(grace_ms) }
}

fn denied(to: PersonId, burst: u8, cause: DenyCause) -> FloorDecision {
    FloorDecision::Deny { to, burst, cause }
}

fn changed(talkers: &[PersonId], waiting: &[PersonId]) -> FloorDecision {
    FloorDecision::Changed(FloorState { talkers: talkers.to_vec(), waiting: waiting.to_vec(), muted: Vec::new() })
}

/// A floor with what it has decided since it was asked last.
struct Bench {
    floor: Floor,
    told: Vec<FloorDecision>,
}

impl Bench {
    fn new(policy: FloorPolicy, queue: QueueRule) -> Self {
        let rules = FloorRules { policy, queue, ..FloorRules::default() };
        Self { floor: Floor::new(rules), told: Vec::new() }
    }

    fn exclusive() -> Self {
        Self::new(FloorPolicy::Exclusive, QueueRule::FirstCome)
    }

    /// Something happens; all that was decided since the last call.
    fn tell(&mut self, ms: u64, input: FloorInput) -> Vec<FloorDecision> {
        self.floor.handle(at(ms), input, &mut self.told);
        std::mem::take(&mut self.told)
    }

    /// Several things happen at once.
    fn tell_all(&mut self, ms: u64, inputs: &[FloorInput]) -> Vec<FloorDecision> {
        inputs.iter().for_each(|input| self.floor.handle(at(ms), *input, &mut self.told));
        std::mem::take(&mut self.told)
    }

    fn poll(&mut self, ms: u64) -> Vec<FloorDecision> {
        self.floor.poll(at(ms), &mut self.told);
        std::mem::take(&mut self.told)
    }

    /// Somebody talks, a packet each 20 ms; what was decided, with its time.
    fn talk(&mut self, person: PersonId, from_ms: u64, to_ms: u64) -> Vec<(u64, FloorDecision)> {
        let mut decided = Vec::new();
        for ms in (from_ms..to_ms).step_by(20) {
            self.tell(ms, voice(person));
            decided.extend(self.poll(ms).into_iter().map(|decision| (ms, decision)));
        }
        decided
    }

    fn talkers(&self) -> Vec<PersonId> {
        self.floor.talkers().collect()
    }
}
