//! Two apps over the memory wire and over loopback UDP: they connect, talk, replicate, lose each other.

use crate::common::{Badge, KEY, PROTOCOL, Pair, channel_id, client, heard, links, make_noise, say, server};
use bevy::prelude::*;
use hallway_protocol::{
    limits,
    link::{
        LastHeard,
        counters::{DropCause, FirewallCounters},
        door::Door,
        event_loop::{self, LiveLoop},
        firewall::{Rules, Side},
        memory::{MemoryWire, NetworkFaults, STEP},
        setup::{self, ServerSettings, tokens::SessionGate},
        udp::{LiveSocket, ServerSocket, UdpClientLink},
    },
};
use lightyear::prelude::*;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

#[test]
fn words_and_noise_go_both_ways() {
    let mut pair = Pair::connected();
    for n in 0..50 {
        say(&mut pair.clients[0], pair.client, &format!("up {n}"));
        say(&mut pair.server, pair.link, &format!("down {n}"));
        make_noise(&mut pair.clients[0], pair.client, b"\x01\x02\x03");
        make_noise(&mut pair.server, pair.link, b"\xFF\x00");
        pair.step_for(STEP);
    }
    pair.until("everything heard", |server, client| {
        [server, client].iter().all(|app| heard(app).words.len() == 50 && heard(app).noise.len() == 50)
    });
    assert!(heard(&pair.server).words.iter().enumerate().all(|(n, word)| *word == format!("up {n}")));
    assert_eq!(heard(&pair.server).noise[0].as_ref(), b"\x01\x02\x03");
    assert_eq!(heard(&pair.clients[0]).noise[0].as_ref(), b"\xFF\x00");
}

#[test]
fn a_long_message_arrives_both_ways() {
    let mut pair = Pair::connected();
    let text = "x".repeat(limits::TEXT_BYTES);
    let page = "y".repeat(250_000);
    say(&mut pair.clients[0], pair.client, &text);
    say(&mut pair.server, pair.link, &page);
    pair.until("long messages", |server, client| heard(server).words == [&*text] && heard(client).words == [&*page]);
}

#[test]
fn words_arrive_in_order_over_a_bad_network() {
    let mut pair = Pair::connected();
    pair.wire.set_faults(NetworkFaults {
        delay: Duration::from_millis(40),
        jitter: Duration::from_millis(30),
        loss: 0.1,
        seed: 3,
    });
    for n in 0..100 {
        say(&mut pair.clients[0], pair.client, &n.to_string());
        pair.step_for(Duration::from_millis(20));
    }
    pair.until("all words", |server, _| heard(server).words.len() == 100);
    assert!(heard(&pair.server).words.iter().enumerate().all(|(n, word)| *word == n.to_string()));
    let dropped = pair.server.world().resource::<FirewallCounters>();
    assert_eq!(dropped.dropped(DropCause::Payload), 0, "the firewall took an honest packet");
}

#[test]
fn replicated_entities_reach_the_client_and_go_with_their_removal() {
    let mut pair = Pair::connected();
    let early = pair.server.world_mut().spawn((Badge(1), Replicate::to_clients(NetworkTarget::All))).id();
    let badges = |client: &App| {
        let world = client.world();
        let mut badges: Vec<u32> =
            world.iter_entities().filter_map(|entity| entity.get::<Badge>()).map(|b| b.0).collect();
        badges.sort_unstable();
        badges
    };
    pair.until("a badge", |_, client| badges(client) == [1]);
    pair.server.world_mut().spawn((Badge(2), Replicate::to_clients(NetworkTarget::All)));
    pair.until("a second badge", |_, client| badges(client) == [1, 2]);
    pair.server.world_mut().get_mut::<Badge>(early).unwrap().0 = 7;
    pair.until("a changed badge", |_, client| badges(client) == [2, 7]);
    pair.server.world_mut().despawn(early);
    pair.until("a removed badge", |_, client| badges(client) == [2]);
}

#[test]
fn a_hundred_clients_connect_in_one_process() {
    let wire = MemoryWire::perfect();
    let mut server = server();
    wire.serve(&mut server, KEY, PROTOCOL);
    let mut clients: Vec<App> = (0..100).map(|_| client()).collect();
    let entities: Vec<Entity> =
        clients.iter_mut().zip(1..).map(|(app, session)| wire.connect(app, KEY, PROTOCOL, session)).collect();
    let connected = wire.step_until(&mut server, &mut clients, Duration::from_secs(5), |server, clients| {
        links(server).len() == 100
            && clients.iter().zip(&entities).all(|(app, entity)| app.world().get::<Connected>(*entity).is_some())
    });
    assert!(connected, "{} of 100 connected", links(&server).len());
}

#[test]
fn a_silent_client_is_dropped_after_the_timeout_and_its_address_is_free() {
    let mut pair = Pair::connected();
    let spoken = |pair: &Pair| {
        let world = pair.server.world();
        world.get::<LastHeard>(pair.link).map(|heard| heard.silence(world.resource::<Time<Real>>()))
    };
    pair.step_for(Duration::from_secs(10));
    assert!(spoken(&pair).unwrap() < Duration::from_secs(1), "an honest link looks silent: {:?}", spoken(&pair));
    // The client is killed: nobody updates it any more.
    for _ in 0..100 {
        pair.wire.step(&mut pair.server, &mut [], Duration::from_millis(20));
    }
    assert!(spoken(&pair).unwrap() > Duration::from_millis(1900));
    let limit = limits::LINK_TIMEOUT + Duration::from_secs(1);
    assert!(pair.wire.step_until(&mut pair.server, &mut [], limit, |server, _| links(server).is_empty()));
    assert!(pair.server.world().get_entity(pair.link).is_err());
    assert_eq!(pair.server.world().resource::<Door>().links(), 0);
}

#[test]
fn a_client_that_says_goodbye_is_gone_at_once() {
    let mut pair = Pair::connected();
    let client = pair.client;
    pair.clients[0].world_mut().trigger(Disconnect { entity: client });
    pair.step_for(STEP * 4);
    assert!(links(&pair.server).is_empty());
}

#[test]
fn a_link_that_netcode_forgot_is_removed() {
    let mut pair = Pair::connected();
    let server = pair.server.world().get::<LinkOf>(pair.link).unwrap().server;
    pair.server.world_mut().get_mut::<server::NetcodeServer>(server).unwrap().reset();
    pair.step_for(limits::LINK_TIMEOUT + Duration::from_secs(3));
    assert!(pair.server.world().get_entity(pair.link).is_err());
}

#[test]
fn a_server_that_stops_says_goodbye() {
    let mut pair = Pair::connected();
    let client = pair.client;
    setup::stop_server(pair.server.world_mut());
    pair.step_for(STEP * 2);
    assert!(pair.clients[0].world().get::<Disconnected>(client).is_some());
    assert_eq!(pair.server.world().resource::<Door>().links(), 0);
}

#[test]
fn a_refused_address_is_told_to_the_client() {
    let mut app = client();
    // A broadcast address, which no socket may connect to without asking for it.
    let entity = udp_client(&mut app, "255.255.255.255:9".parse().unwrap(), 1);
    app.update();
    assert!(app.world().get::<Disconnected>(entity).is_some());
    assert!(matches!(app.world().get::<Unlinked>(entity), Some(Unlinked { reason: UnlinkReason::TransportError(_) })));
}

#[test]
fn a_token_connects_once() {
    let wire = MemoryWire::perfect();
    let gate = SessionGate::default();
    let mut server = server();
    wire.attach_server(&mut server);
    event_loop::finish_plugins(&mut server);
    let settings = ServerSettings { key: KEY, protocol_id: PROTOCOL, gate: Some(gate.clone()), max_clients: 10 };
    setup::spawn_server(server.world_mut(), settings);
    let token = gate.issue(&[wire.server_address()], 5, KEY, PROTOCOL).unwrap();
    let mut clients = vec![client()];
    wire.connect_with(&mut clients[0], &token);
    let limit = Duration::from_secs(3);
    assert!(wire.step_until(&mut server, &mut clients, limit, |server, _| links(server).len() == 1));
    assert_eq!(gate.waiting(), 0);
    clients.push(client());
    wire.connect_with(&mut clients[1], &token);
    wire.step_for(&mut server, &mut clients, limit);
    assert_eq!(links(&server).len(), 1);
    assert!(server.world().resource::<FirewallCounters>().dropped(DropCause::Token) > 0);
    assert_eq!(server.world().resource::<Door>().links(), 1, "a used token opened a link");
}

#[test]
fn the_real_protocol_fits_through_the_firewall_in_its_directions() {
    use hallway_protocol::channels::{
        CallVoiceDownChannel, CallVoiceUpChannel, ControlChannel, FloorChannel, PoseDownChannel, PoseUpChannel,
        ProtocolPlugin, VideoDownChannel, VideoUpChannel, VoiceDownChannel, VoiceUpChannel,
    };
    let wire = MemoryWire::perfect();
    let (mut server, mut client) = (App::new(), App::new());
    setup::server_plugins(&mut server);
    setup::client_plugins(&mut client);
    server.add_plugins(ProtocolPlugin);
    client.add_plugins(ProtocolPlugin);
    wire.serve(&mut server, KEY, PROTOCOL);
    let mut clients = [client];
    let entity = wire.connect(&mut clients[0], KEY, PROTOCOL, 1);
    assert!(wire.step_until(&mut server, &mut clients, Duration::from_secs(3), |server, _| links(server).len() == 1));
    let link = links(&server)[0];
    let world = server.world();
    let rules = |side| {
        let transport = match side {
            Side::Server => world.get::<Transport>(link),
            Side::Client => clients[0].world().get::<Transport>(entity),
        };
        Rules::new(side, world.resource::<ChannelRegistry>(), world.resource::<MessageRegistry>(), transport.unwrap())
    };
    let (up, down) = (rules(Side::Server), rules(Side::Client));
    let registry = world.resource::<ChannelRegistry>();
    let ways = |id| (up.channel(id).is_some(), down.channel(id).is_some());
    assert_eq!(ways(channel_id::<ControlChannel>(registry)), (true, true));
    assert_eq!(ways(channel_id::<FloorChannel>(registry)), (true, true));
    assert_eq!(ways(channel_id::<PoseUpChannel>(registry)), (true, false));
    assert_eq!(ways(channel_id::<PoseDownChannel>(registry)), (false, true));
    assert_eq!(ways(channel_id::<VoiceUpChannel>(registry)), (true, false));
    assert_eq!(ways(channel_id::<VoiceDownChannel>(registry)), (false, true));
    assert_eq!(ways(channel_id::<CallVoiceUpChannel>(registry)), (true, false));
    assert_eq!(ways(channel_id::<CallVoiceDownChannel>(registry)), (false, true));
    assert_eq!(ways(channel_id::<VideoUpChannel>(registry)), (true, false));
    assert_eq!(ways(channel_id::<VideoDownChannel>(registry)), (false, true));
    let raw = |rules: &Rules, id| rules.channel(id).is_some_and(|rule| !rule.typed);
    assert!(raw(&up, channel_id::<CallVoiceUpChannel>(registry)) && raw(&up, channel_id::<VideoUpChannel>(registry)));
    assert!(
        raw(&down, channel_id::<CallVoiceDownChannel>(registry))
            && raw(&down, channel_id::<VideoDownChannel>(registry))
    );
    assert_eq!(ways(channel_id::<PingChannel>(registry)), (true, true));
    let replicated = (0..64).filter(|id| registry.get_name_from_net_id(*id).contains("lightyear_replication"));
    let from_clients: Vec<_> = replicated.filter(|id| up.channel(*id).is_some()).collect();
    assert_eq!(from_clients.len(), 1, "clients may acknowledge replication, and nothing else: {from_clients:?}");
    wire.step_for(&mut server, &mut clients, Duration::from_secs(3));
    for app in [&server, &clients[0]] {
        assert_eq!(app.world().resource::<FirewallCounters>().dropped_in_all(), 0);
    }
}

/// A server on loopback UDP, and where it is.
fn udp_server(app: &mut App) -> SocketAddr {
    let socket = LiveSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    app.insert_resource(ServerSocket(socket)).insert_resource(LiveLoop::new().unwrap().0);
    event_loop::finish_plugins(app);
    let settings = ServerSettings { key: KEY, protocol_id: PROTOCOL, gate: None, max_clients: 10 };
    setup::spawn_server(app.world_mut(), settings);
    address
}

fn udp_client(app: &mut App, server: SocketAddr, session: u64) -> Entity {
    event_loop::finish_plugins(app);
    let token = setup::tokens::make_token(&[server], session, KEY, PROTOCOL).unwrap();
    let token = setup::tokens::read_token(&token).unwrap();
    setup::spawn_client(app.world_mut(), token, UdpClientLink::new(server)).unwrap()
}

/// Updates all apps in real time until the condition holds.
fn until(apps: &mut [&mut App], what: &str, condition: impl Fn(&[&mut App]) -> bool) {
    let started = Instant::now();
    while !condition(apps) {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}: not within 20 s");
        apps.iter_mut().for_each(|app| app.update());
        std::thread::yield_now();
    }
}

#[test]
fn clients_talk_over_loopback_udp_and_a_dead_one_hurts_nobody() {
    let (mut server, mut one, mut two) = (server(), client(), client());
    let address = udp_server(&mut server);
    let first = udp_client(&mut one, address, 1);
    let second = udp_client(&mut two, address, 2);
    until(&mut [&mut server, &mut one, &mut two], "two links", |apps| {
        links(apps[0]).len() == 2
            && apps[1].world().get::<Connected>(first).is_some()
            && apps[2].world().get::<Connected>(second).is_some()
    });
    say(&mut one, first, "hello");
    make_noise(&mut two, second, b"\x05");
    for link in links(&server) {
        say(&mut server, link, "welcome");
    }
    until(&mut [&mut server, &mut one, &mut two], "words", |apps| {
        heard(apps[0]).words == ["hello"]
            && heard(apps[0]).noise.len() == 1
            && heard(apps[1]).words == ["welcome"]
            && heard(apps[2]).words == ["welcome"]
    });
    // The port closes: from now on the system answers the server's datagrams with "unreachable".
    drop(two);
    say(&mut one, first, "still here");
    let started = Instant::now();
    until(&mut [&mut server, &mut one], "the survivor's words", |apps| {
        heard(apps[0]).words.len() == 2 && started.elapsed() > Duration::from_millis(200)
    });
    assert_eq!(links(&server).len(), 2, "only time ends a link that fell silent");
}

#[test]
fn a_datagram_wakes_the_servers_loop() {
    let mut app = server();
    let address = udp_server(&mut app);
    #[derive(Resource, Default)]
    struct Updates(Vec<Instant>);
    app.init_resource::<Updates>();
    app.add_systems(
        First,
        |mut updates: ResMut<Updates>, counters: Res<FirewallCounters>, mut exit: MessageWriter<AppExit>| {
            updates.0.push(Instant::now());
            if counters.dropped_in_all() > 0 {
                exit.write(AppExit::Success);
            }
        },
    );
    let sender = std::thread::spawn(move || {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let sent = Instant::now();
        socket.send_to(b"nonsense", address).unwrap();
        sent
    });
    event_loop::run(&mut app, |world| {
        // Ticks of ten seconds: whatever comes earlier, the datagram caused.
        let dropped = world.resource::<FirewallCounters>().dropped_in_all();
        Duration::from_secs(if dropped == 0 { 10 } else { 0 })
    });
    let sent = sender.join().unwrap();
    let updates = &app.world().resource::<Updates>().0;
    let answered = updates.iter().find(|at| **at >= sent).unwrap();
    assert!(*answered - sent < Duration::from_secs(5), "{:?}", *answered - sent);
}
