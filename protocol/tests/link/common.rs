//! A small protocol and two apps over it, for the link's tests.

use bevy::prelude::*;
use bytes::Bytes;
use hallway_protocol::link::{memory::MemoryWire, setup};
use lightyear::prelude::*;
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub(crate) const KEY: [u8; 32] = [7; 32];
pub(crate) const PROTOCOL: u64 = 9;

/// Ordered reliable, both ways.
pub(crate) struct Words;
/// Raw, both ways; the firewall knows raw channels by this name.
pub(crate) struct VoiceUpChannel;
/// Unordered and typed, both ways.
pub(crate) struct Asides;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Word(pub(crate) String);

#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Badge(pub(crate) u32);

/// What arrived at this app.
#[derive(Resource, Default)]
pub(crate) struct Heard {
    pub(crate) words: Vec<String>,
    pub(crate) noise: Vec<Bytes>,
}

fn protocol(app: &mut App) {
    let mode =
        ChannelMode::OrderedReliable(ReliableSettings { rtt_resend_min_delay: Duration::from_millis(80), ..default() });
    app.add_channel::<Words>(ChannelSettings { mode, ..default() }).add_direction(NetworkDirection::Bidirectional);
    let mode = ChannelMode::UnorderedUnreliable;
    app.add_channel::<VoiceUpChannel>(ChannelSettings { mode, ..default() })
        .add_direction(NetworkDirection::Bidirectional);
    app.add_channel::<Asides>(ChannelSettings { mode, ..default() }).add_direction(NetworkDirection::Bidirectional);
    app.register_message::<Word>().add_direction(NetworkDirection::Bidirectional);
    app.component::<Badge>().replicate();
    app.init_resource::<Heard>();
    app.add_systems(
        PreUpdate,
        (
            hear_noise.after(lightyear::transport::plugin::TransportSystems::Receive).before(MessageSystems::Receive),
            hear_words.after(MessageSystems::Receive),
        ),
    );
}

fn hear_noise(registry: Res<ChannelRegistry>, mut links: Query<&mut Transport>, mut heard: ResMut<Heard>) {
    let id = channel_id::<VoiceUpChannel>(&registry);
    for mut transport in &mut links {
        let Some(channel) = transport.channel_receive_mut(id) else { continue };
        while let Some((_, bytes, _)) = channel.read_message() {
            heard.noise.push(bytes);
        }
    }
}

fn hear_words(mut links: Query<&mut MessageReceiver<Word>>, mut heard: ResMut<Heard>) {
    for mut words in &mut links {
        heard.words.extend(words.receive().map(|word| word.0));
    }
}

pub(crate) fn channel_id<C: Send + Sync + 'static>(registry: &ChannelRegistry) -> u16 {
    *registry.get_net_from_kind(&lightyear::transport::channel::registry::ChannelKind::of::<C>()).unwrap()
}

/// A server's app, plugins not finished.
pub(crate) fn server() -> App {
    let mut app = App::new();
    setup::server_plugins(&mut app);
    protocol(&mut app);
    app
}

/// A client's app, plugins not finished.
pub(crate) fn client() -> App {
    let mut app = App::new();
    setup::client_plugins(&mut app);
    protocol(&mut app);
    app
}

/// A server and one client, connected over a perfect wire.
pub(crate) struct Pair {
    pub(crate) wire: MemoryWire,
    pub(crate) server: App,
    pub(crate) clients: [App; 1],
    /// The client's entity in its own app.
    pub(crate) client: Entity,
    /// The client's link in the server's app.
    pub(crate) link: Entity,
}

impl Pair {
    pub(crate) fn connected() -> Self {
        let wire = MemoryWire::perfect();
        let mut server = server();
        wire.serve(&mut server, KEY, PROTOCOL);
        let mut clients = [client()];
        let client = wire.connect(&mut clients[0], KEY, PROTOCOL, 42);
        let both = |server: &App, clients: &[App]| {
            links(server).len() == 1 && clients[0].world().get::<Connected>(client).is_some()
        };
        assert!(wire.step_until(&mut server, &mut clients, Duration::from_secs(3), both), "no connection");
        let link = links(&server)[0];
        Self { wire, server, clients, client, link }
    }

    pub(crate) fn step_for(&mut self, time: Duration) {
        self.wire.step_for(&mut self.server, &mut self.clients, time);
    }

    /// Steps until the condition holds, and fails the test after ten seconds of the wire's time.
    pub(crate) fn until(&mut self, what: &str, condition: impl Fn(&App, &App) -> bool) {
        let held =
            self.wire.step_until(&mut self.server, &mut self.clients, Duration::from_secs(10), |server, clients| {
                condition(server, &clients[0])
            });
        assert!(held, "{what}: not within ten seconds");
    }
}

/// The server's connected links.
pub(crate) fn links(server: &App) -> Vec<Entity> {
    let world = server.world();
    world
        .iter_entities()
        .filter(|entity| entity.contains::<server::ClientOf>() && entity.contains::<Connected>())
        .map(|entity| entity.id())
        .collect()
}

pub(crate) fn heard(app: &App) -> &Heard {
    app.world().resource::<Heard>()
}

pub(crate) fn say(app: &mut App, link: Entity, word: &str) {
    let mut sender = app.world_mut().get_mut::<MessageSender<Word>>(link).unwrap();
    sender.send::<Words>(Word(word.into()));
}

pub(crate) fn make_noise(app: &mut App, link: Entity, bytes: &'static [u8]) {
    app.world_mut().get_mut::<Transport>(link).unwrap().send::<VoiceUpChannel>(Bytes::from_static(bytes)).unwrap();
}
