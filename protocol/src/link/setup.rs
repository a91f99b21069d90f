//! Lightyear as both ends of Hallway use it: plugins and their settings, the server's and the client's entity, tokens.
//!
//! The order in a program: [`server_plugins`] or [`client_plugins`], then the protocol's plugin, then the app's own
//! plugins, then [`spawn_server`] or [`spawn_client`] once the plugins are finished.

pub mod tokens;

use super::{
    acks::AcksPlugin,
    door::{Door, DoorPlugin},
    firewall::{FirewallPlugin, Side},
    udp::{UdpClientLinkPlugin, UdpServerLinkPlugin},
};
use crate::limits;
use bevy::{
    app::{TaskPoolOptions, TaskPoolPlugin},
    diagnostic::FrameCountPlugin,
    ecs::{
        error::{BevyError, ErrorContext, FallbackErrorHandler},
        schedule::{Schedules, SingleThreadedExecutor},
    },
    prelude::*,
    state::app::StatesPlugin,
    time::TimePlugin,
};
use lightyear::{
    connection::ConnectionSystems,
    netcode::{ConnectToken, Key},
    prelude::{
        Authentication, Connect, Connected, Disconnected, EventSender, MessageSystems, PeerId, PingConfig, PingManager,
        PriorityConfig, RemoteId, ReplicationMetadata, ReplicationReceiver, ReplicationSender, SenderMetadata,
        Transport,
        client::{Client, ClientPlugins, NetcodeClient, NetcodeConfig as ClientNetcodeConfig},
        server::{ClientOf, NetcodeConfig, NetcodeServer, ServerPlugins, Start, Stop},
    },
};
use std::sync::Arc;
use tokens::{SessionGate, TokenError};
use tracing::error;

/// Bytes a second that a link may carry in the long run; far more than any use of ours. Only with a limit does
/// lightyear sort by priority, and voice must not wait behind a page of history.
const LINK_BYTES_PER_SECOND: u32 = 4 << 20;
/// Bytes that a link may carry at once.
const LINK_BURST_BYTES: u32 = 1 << 20;

/// Lightyear for the server's app, with the door, both firewalls and UDP. Insert [`super::udp::ServerSocket`] and, for
/// a loop that wakes by datagrams, [`super::event_loop::LiveLoop`].
pub fn server_plugins(app: &mut App) {
    base_plugins(app);
    app.add_plugins(ServerPlugins { tick_duration: limits::TICK });
    app.insert_resource(ReplicationMetadata::new(limits::REPLICATION_INTERVAL));
    app.add_plugins((FirewallPlugin { side: Side::Server }, AcksPlugin, DoorPlugin, UdpServerLinkPlugin));
    app.add_plugins(SingleThreadPlugin);
    app.add_observer(welcome_link);
    app.add_systems(
        PostUpdate,
        say_goodbye.before(ConnectionSystems::Send).run_if(resource_exists_and_changed::<GoodbyeAsked>),
    );
}

/// Lightyear for a client's app, with both firewalls and UDP. One app holds one client.
pub fn client_plugins(app: &mut App) {
    base_plugins(app);
    app.add_plugins(ClientPlugins { tick_duration: limits::TICK });
    app.add_plugins((FirewallPlugin { side: Side::Client }, AcksPlugin, UdpClientLinkPlugin, SingleThreadPlugin));
    app.add_systems(PostUpdate, keep_replication_to_oneself.before(MessageSystems::Send));
}

/// For programs without a face: one thread for bevy's task pools. The first app of a process sizes them for all, and
/// lightyear spreads work over them that costs more to spread than to do.
pub fn lean_task_pools(app: &mut App) {
    app.add_plugins(TaskPoolPlugin { task_pool_options: TaskPoolOptions::with_num_threads(1) });
}

fn base_plugins(app: &mut App) {
    if !app.is_plugin_added::<TaskPoolPlugin>() {
        app.add_plugins(TaskPoolPlugin::default());
    }
    if !app.is_plugin_added::<TimePlugin>() {
        app.add_plugins((FrameCountPlugin, TimePlugin));
    }
    if !app.is_plugin_added::<StatesPlugin>() {
        app.add_plugins(StatesPlugin);
    }
    app.insert_resource(FallbackErrorHandler(log_error));
}

/// An error of a system or observer is told and the app goes on: bevy's own handler would end it, and lightyear
/// returns errors about what the other end sends.
fn log_error(error: BevyError, context: ErrorContext) {
    error!(kind = context.kind(), name = %context.name(), %error, "a system failed");
}

/// Runs every schedule on the thread that updates the app: our systems are too short to be worth a wake-up.
struct SingleThreadPlugin;

impl Plugin for SingleThreadPlugin {
    fn build(&self, _: &mut App) {}

    // When all plugins have added their schedules.
    fn cleanup(&self, app: &mut App) {
        for (_, schedule) in app.world_mut().resource_mut::<Schedules>().iter_mut() {
            schedule.set_executor(SingleThreadedExecutor::new());
        }
    }
}

fn priorities() -> PriorityConfig {
    PriorityConfig::new(LINK_BYTES_PER_SECOND).with_burst_size(LINK_BURST_BYTES)
}

fn pings() -> PingManager {
    PingManager::new(PingConfig { ping_interval: limits::PING_INTERVAL })
}

/// What a server is told at its start.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Netcode's private key; tokens are made with the same. A fresh one per start will do
    /// (`lightyear::netcode::generate_key`).
    pub key: Key,
    /// Differs between versions of the protocol that can't talk to each other.
    pub protocol_id: u64,
    /// The sessions that may connect; without it, every token made with the key is good until it expires.
    pub gate: Option<SessionGate>,
    /// Most clients connected at a time.
    pub max_clients: usize,
}

/// Spawns the server entity and starts it on the socket that is there. The entity is returned.
///
/// Netcode's check of the server's address in tokens is off: it takes none but loopback tokens on `0.0.0.0`, knows no
/// NAT, and guards against nothing here, as no two servers share a key.
pub fn spawn_server(world: &mut World, settings: ServerSettings) -> Entity {
    let mut config = NetcodeConfig::default()
        .with_key(settings.key)
        .with_protocol_id(settings.protocol_id)
        .with_max_clients(settings.max_clients);
    config.server_addr_check = false;
    if let Some(gate) = &settings.gate {
        config = config.with_connection_request_handler(Arc::new(gate.clone()));
    }
    world.resource_mut::<Door>().gate = settings.gate;
    let entity = world.spawn((Name::new("live door"), NetcodeServer::new(config))).id();
    world.trigger(Start { entity });
    world.flush();
    entity
}

/// Tells every client goodbye in the next update and ends all links in the one after it: update twice, then exit.
///
/// Lightyear's `Stop`, triggered between two updates, would remove the links before their farewells are sent.
pub fn stop_server(world: &mut World) {
    world.insert_resource(GoodbyeAsked);
}

#[derive(Resource)]
struct GoodbyeAsked;

fn say_goodbye(door: Res<Door>, mut commands: Commands) {
    if let Some(entity) = door.server {
        commands.trigger(Stop { entity });
    }
}

/// Spawns a client entity and starts to connect over `link`: [`super::udp::UdpClientLink`], or a test's
/// [`super::memory::MemoryClientLink`]. The entity is returned; watch it for `Connected` and `Disconnected`.
///
/// To leave, trigger lightyear's `Disconnect` on it, update once more so that the farewell is sent, and despawn it. For
/// another try, despawn it too, and spawn a new one with a new token: tokens may never be used twice.
///
/// # Errors
/// When netcode does not take the token.
pub fn spawn_client(world: &mut World, token: ConnectToken, link: impl Bundle) -> Result<Entity, TokenError> {
    let client = NetcodeClient::new(Authentication::Token(token), ClientNetcodeConfig::default())
        .map_err(|error| TokenError::Netcode(error.into()))?;
    let name = Name::new("live link");
    let entity = world.spawn((name, client, ReplicationReceiver, Transport::new(priorities()), pings(), link)).id();
    world.trigger(Connect { entity });
    world.flush();
    Ok(entity)
}

/// On connecting, lightyear's clients tell the server how often they would replicate. Ours never do; the server's
/// firewall refuses the message, and a reliable message that is refused would be sent again for ever.
fn keep_replication_to_oneself(mut links: Query<&mut EventSender<SenderMetadata>, (With<Client>, Added<Connected>)>) {
    for mut sender in &mut links {
        *sender = EventSender::default();
    }
}

/// Gives a link what it needs once it is signed in, and nothing before; its token is used up.
fn welcome_link(
    connected: On<Add, Connected>,
    links: Query<&RemoteId, (With<ClientOf>, Without<Disconnected>)>,
    door: Res<Door>,
    mut commands: Commands,
) {
    let Ok(RemoteId(peer)) = links.get(connected.entity) else { return };
    if let (Some(gate), PeerId::Netcode(session)) = (&door.gate, *peer) {
        gate.revoke(session);
    }
    commands.entity(connected.entity).insert((ReplicationSender, Transport::new(priorities()), pings()));
}
