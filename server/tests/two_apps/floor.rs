//! Who may talk, whatever clients do.

mod orders;
mod queue;
mod relay;
mod reports;
mod rules;
mod talk_log;
mod turns;

use crate::harness::{TestWorld, WEST, middle, voice};
use hallway_protocol::{
    control::{ClientMessage, Refusal, ServerMessage},
    floor::messages::{FloorNotice, FloorOrder, FloorRequest, FloorState},
    ids::{PersonId, RequestId, RoomId},
    map::Point,
    replicated::{Person, Room, Talkers, Talking},
};
use std::time::Duration;

/// Several people in one room, who have read what they were told so far.
fn in_west<const N: usize>(mut world: TestWorld, names: [&str; N]) -> (TestWorld, [usize; N]) {
    let clients = names.map(|name| world.enter(name));
    while clients.iter().any(|client| world.stands_at(*client) != middle(WEST)) {
        clients.iter().for_each(|client| world.stride(*client, middle(WEST)));
        world.pass(Duration::from_millis(50));
    }
    world.pass(Duration::from_millis(50));
    clients.iter().for_each(|client| drop(world.take(*client)));
    (world, clients)
}

/// Two people in one room.
fn pair() -> (TestWorld, usize, usize) {
    let (world, [ann, bob]) = in_west(TestWorld::new(), ["Ann", "Bob"]);
    (world, ann, bob)
}

fn press(world: &mut TestWorld, client: usize, burst: u8) {
    world.ask_floor(client, FloorRequest::Request { burst });
}

fn release(world: &mut TestWorld, client: usize, burst: u8) {
    world.ask_floor(client, FloorRequest::Release { burst });
}

/// Somebody walks while another one talks, who would lose the floor for being silent otherwise.
fn walk_as_talks(world: &mut TestWorld, walker: usize, to: Point, talker: usize) {
    while world.stands_at(walker) != to {
        world.send_voice(talker, voice(1, 0));
        world.pace(walker, to);
    }
}

/// Somebody presses and has the floor.
fn take_floor(world: &mut TestWorld, client: usize, burst: u8) {
    press(world, client, burst);
    world.wait_notice(client, "the grant", granted);
}

fn granted(notice: &FloorNotice) -> bool {
    matches!(notice, FloorNotice::Granted { .. })
}

/// Whether a notice says that nobody talks and nobody waits.
fn idle(notice: &FloorNotice) -> bool {
    matches!(notice, FloorNotice::State { state, .. } if state.talkers.is_empty() && state.waiting.is_empty())
}

fn is_revoked(notice: &FloorNotice) -> bool {
    matches!(notice, FloorNotice::Revoked { .. })
}

impl TestWorld {
    /// The people of these clients.
    fn ids<const N: usize>(&self, clients: [usize; N]) -> [PersonId; N] {
        clients.map(|client| self.people[client])
    }

    /// Waits until a client was told last that these talk and those wait.
    fn wait_floor(&mut self, client: usize, talkers: &[PersonId], waiting: &[PersonId]) {
        let stands = |state: &FloorState| state.talkers == talkers && state.waiting == waiting;
        let what = format!("{talkers:?} to talk and {waiting:?} to wait");
        self.until(&what, |world| world.floor_of(client).is_some_and(|state| stands(&state)));
    }

    /// How the floor stands, as a client was told last.
    fn floor_of(&self, client: usize) -> Option<FloorState> {
        self.inbox(client).floor.iter().rev().find_map(|notice| match notice {
            FloorNotice::State { state, .. } => Some(state.clone()),
            _ => None,
        })
    }

    fn order(&mut self, client: usize, order: FloorOrder) -> RequestId {
        let request = self.next_request();
        self.tell(client, ClientMessage::OrderFloor { request, order });
        request
    }

    /// Gives an order and waits for the answer.
    fn ordered(&mut self, client: usize, order: FloorOrder) -> Result<(), Refusal> {
        let asked = self.order(client, order);
        self.wait_for(client, "the answer to the order", |message| match message {
            ServerMessage::FloorOrdered { request } if *request == asked => Some(Ok(())),
            ServerMessage::Refused { request, refusal } if *request == asked => Some(Err(refusal.clone())),
            _ => None,
        })
    }

    /// Whether the server has this client's person.
    pub(crate) fn server_knows(&self, client: usize) -> bool {
        let id = self.people[client];
        let world = self.server.world();
        let people = world.try_query::<&Person>();
        people.is_some_and(|mut people| people.iter(world).any(|person| person.id == id))
    }

    /// A room as it is replicated, and who talks in it.
    fn shown_room(&mut self, id: RoomId) -> (Room, Vec<PersonId>) {
        let world = self.server.world_mut();
        let mut rooms = world.query::<(&Room, &Talkers)>();
        rooms
            .iter(world)
            .find(|(room, _)| room.id == id)
            .map(|(room, talkers)| (room.clone(), talkers.0.clone()))
            .unwrap()
    }

    /// Whether somebody is shown as talking, by what is replicated.
    fn shown_talking(&mut self, client: usize) -> bool {
        let id = self.people[client];
        let world = self.server.world_mut();
        let mut people = world.query::<(&Person, &Talking)>();
        people.iter(world).find(|(person, _)| person.id == id).unwrap().1.0
    }
}
