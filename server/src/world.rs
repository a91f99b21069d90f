//! The live world: one Bevy app that alone decides who is here, where they are, who may talk and what they may read.
//!
//! [`app`] builds it without sockets, so that tests drive it over a memory wire on their own clock.
//!
//! Within one update, in this order: datagrams come in and netcode decrypts them; the relay takes voice in; typed
//! messages are read; then sessions, places, rooms and calls have their turn, voice and pictures are passed on, floors
//! and chat follow, and people are told. All that is said in an update leaves at its end.

mod calls;
mod chat;
mod conduct;
mod events;
mod floor;
mod house;
mod listening;
mod moderators;
mod pose;
mod post;
mod rate;
mod relay;
mod removal;
mod rooms;
mod sessions;
mod shutdown;
mod talk_log;

pub use calls::CallRelayCounters;
pub use moderators::Moderators;
pub use relay::RelayCounters;
pub use shutdown::StopFlag;

use crate::{
    ServerEvent,
    accounts::{Bans, Registered},
    desk::WorldAsks,
    store::StoreClient,
    talk_log::TurnsOut,
};
use bevy::prelude::*;
use hallway_protocol::{
    channels::ProtocolPlugin,
    desk::protocol_id,
    floor::FloorRules,
    keeping::Keeping,
    limits,
    link::{
        event_loop::until_fixed_tick,
        setup::{self, ServerSettings, tokens::SessionGate},
    },
    map::WorldMap,
};
use lightyear::netcode::{Key, generate_key};
use std::{
    net::SocketAddr,
    sync::{Mutex, mpsc},
    time::Duration,
};

/// Links beyond the people that the settings allow: those who are being replaced, and those who are on their way out.
const SPARE_LINKS: usize = 64;
/// Ticks of a world in which nobody is: it waits for datagrams and the front desk, and frees names in time.
const IDLE_TICK: Duration = Duration::from_millis(200);

/// What the world is to be like.
#[derive(Clone, Debug)]
pub struct WorldSettings {
    /// The map.
    pub map: WorldMap,
    /// Most people at once.
    pub max_people: u32,
    /// The rules of floors: their times, and what else neither the map nor who creates a room says.
    pub floor: FloorRules,
    /// How long a room that people created stays while it is empty.
    pub empty_room_lifetime: Duration,
    /// Who moderates every room.
    pub moderators: Moderators,
    /// The names that are somebody's own.
    pub registered: Registered,
    /// What tokens name as the live door; `None` is the address at which the client reached the front desk.
    pub public: Option<SocketAddr>,
    /// Who may not be here.
    pub bans: Bans,
    /// How long what is said is kept.
    pub keeping: Keeping,
}

/// The world's ways to everything that is not the live door.
pub struct WorldWires {
    /// Questions from the front desk.
    pub asks: WorldAsks,
    /// The store.
    pub store: StoreClient,
    /// Set to end the world.
    pub stop: StopFlag,
    /// Where turns go that are kept.
    pub turns: TurnsOut,
    /// Where events go, if anybody listens.
    pub events: Option<mpsc::Sender<ServerEvent>>,
}

/// The rules of this world that an operator may change.
#[derive(Resource, Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) max_people: u32,
    pub(crate) floor: FloorRules,
    pub(crate) empty_room_lifetime: Duration,
    pub(crate) keeping: Keeping,
}

/// The map in use.
#[derive(Resource, Clone, Debug)]
pub(crate) struct Map(pub(crate) WorldMap);

/// The order of one update, in the schedule `Update`.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum WorldSystems {
    /// The front desk is answered, proofs and the Control channel are read.
    Sessions,
    /// Pose reports are judged; the place decides the room.
    Pose,
    /// Rooms are created and taken down.
    Rooms,
    /// Calls hear of all that happened, and what they decide is carried out.
    Calls,
    /// Voice goes to those who are in the room or the call by now, pictures to those who see them; how well it is heard goes back to the talkers.
    Relay,
    /// Floors hear of all that happened, and what they decide is carried out.
    Floor,
    /// Messages go to the store, and what it answered goes out.
    Chat,
    /// People are told who came, went and moved.
    Tell,
    /// Clients that broke the rules are closed.
    Conduct,
}

/// Builds the world. Its plugins are not finished yet: add a socket or a memory wire first, then run it.
pub fn app(settings: WorldSettings, wires: WorldWires) -> App {
    let mut app = App::new();
    setup::lean_task_pools(&mut app);
    setup::server_plugins(&mut app);
    app.add_plugins(ProtocolPlugin);
    insert_resources(&mut app, settings, wires);
    app.add_plugins((
        sessions::plugin,
        pose::plugin,
        rooms::plugin,
        calls::plugin,
        relay::plugin,
        listening::plugin,
        floor::plugin,
        chat::plugin,
        shutdown::plugin,
        conduct::plugin,
        removal::plugin,
        talk_log::plugin,
    ));
    use WorldSystems::{Calls, Chat, Conduct, Floor, Pose, Relay, Rooms, Sessions, Tell};
    app.configure_sets(Update, (Sessions, Pose, Rooms, Calls, Relay, Floor, Chat, Tell, Conduct).chain());
    app.add_systems(Startup, open_live_door);
    app
}

fn insert_resources(app: &mut App, settings: WorldSettings, wires: WorldWires) {
    let WorldSettings { map, max_people, floor, empty_room_lifetime, moderators, registered, public, bans, keeping } =
        settings;
    let tickets =
        sessions::Tickets { key: generate_key(), gate: SessionGate::default(), public, map_digest: map.digest() };
    app.insert_resource(tickets)
        .insert_resource(Rules { max_people, floor, empty_room_lifetime, keeping })
        .insert_resource(moderators)
        .insert_resource(registered)
        .insert_resource(bans)
        .insert_resource(Map(map))
        .insert_resource(sessions::DeskAsks(wires.asks))
        .insert_resource(chat::Store(wires.store))
        .insert_resource(wires.stop)
        .insert_resource(talk_log::TalkLog::new(wires.turns))
        .insert_resource(events::Events(wires.events.map(Mutex::new)));
}

fn open_live_door(world: &mut World) {
    let tickets = world.resource::<sessions::Tickets>().clone();
    let key: Key = tickets.key;
    let max_clients = world.resource::<Rules>().max_people as usize + SPARE_LINKS;
    let settings = ServerSettings { key, protocol_id: protocol_id(), gate: Some(tickets.gate), max_clients };
    setup::spawn_server(world, settings);
}

/// How long the world may sleep: until the next tick or the next deadline of a floor or a call, and longer when nobody is here.
#[must_use]
pub fn until_next_tick(world: &World) -> Duration {
    let nobody = world.get_resource::<house::House>().is_none_or(|house| house.count() == 0);
    let links = world.get_resource::<hallway_protocol::link::door::Door>().map_or(0, |door| door.links());
    if nobody && links == 0 {
        return IDLE_TICK;
    }
    let tick = until_fixed_tick(world);
    let now = world.resource::<Time<Real>>().elapsed();
    let deadlines = floor::next_deadline(world).into_iter().chain(calls::next_deadline(world));
    let deadline = deadlines.min().map_or(limits::TICK, |deadline| deadline.saturating_sub(now));
    tick.min(deadline)
}
