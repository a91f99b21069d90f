//! A client that breaks the rules: it signs in and walks as others do, and then sends voice without asking.

use super::{processes::PATIENCE, server::TestServer};
use bevy::prelude::*;
use bytes::Bytes;
use hallway_protocol::{
    channels::{ControlChannel, PoseUpChannel, ProtocolPlugin, VoiceUpChannel},
    control::{ClientMessage, ServerMessage},
    desk::{SignInGrant, SignInRequest},
    limits,
    link::{
        event_loop::finish_plugins,
        setup::{self, tokens::read_token},
        udp::UdpClientLink,
    },
    map::{Point, WorldMap},
    owner::OwnerKey,
    path::{self, Walker},
    pose::{PoseReport, WirePoint},
    voice::VoicePacket,
    walk::Ground,
};
use lightyear::prelude::{Connected, MessageReceiver, MessageSender, Transport};
use std::{
    thread,
    time::{Duration, Instant},
};

/// Samples of a voice packet: 20 ms.
const PACKET_SAMPLES: usize = 960;
const PACKET_DURATION: Duration = Duration::from_millis(20);
/// How often the app is updated.
const UPDATE: Duration = Duration::from_millis(10);

/// The cheat, signed in.
pub(crate) struct Cheat {
    app: App,
    link: Entity,
    map: WorldMap,
    at: Point,
}

/// What the server said.
#[derive(Resource, Default)]
struct Said(Vec<ServerMessage>);

impl Cheat {
    /// Signs in like any client.
    pub(crate) fn sign_in(server: &TestServer, name: &str) -> Self {
        let (grant, map) = at_the_desk(&server.address, name);
        let mut app = App::new();
        setup::client_plugins(&mut app);
        app.add_plugins(ProtocolPlugin).init_resource::<Said>().add_systems(Update, listen);
        finish_plugins(&mut app);
        let token = read_token(&bytes_of(&grant.token)).unwrap();
        let door = UdpClientLink::new(server.address.parse().unwrap());
        let link = setup::spawn_client(app.world_mut(), token, door).unwrap();
        let mut cheat = Self { app, link, map, at: Point::default() };
        cheat.until("a link", |cheat| cheat.app.world().get::<Connected>(cheat.link).map(|_| ()));
        let secret = bytes_of(&grant.secret).try_into().unwrap();
        cheat.sender::<ClientMessage>().send::<ControlChannel>(ClientMessage::Prove { secret });
        cheat.at = cheat.until("a welcome", |cheat| {
            cheat.said(|message| match message {
                ServerMessage::Welcome { at, .. } => Some(Point::from(*at)),
                _ => None,
            })
        });
        cheat
    }

    /// Walks into a room of the map, at the pace and on the ways that the server allows.
    pub(crate) fn walk_into(&mut self, room: &str) {
        let area = self.map.rooms.iter().find(|area| area.name == room).unwrap().clone();
        let ground = Ground::new(&self.map);
        let mut walker = Walker::new(path::find(&ground, self.at, area.inside.center()).unwrap());
        let mut last = Instant::now();
        let mut over = false;
        while !over {
            self.wait(limits::POSE_UP_INTERVAL);
            let elapsed = last.elapsed().min(2 * limits::POSE_UP_INTERVAL);
            last = Instant::now();
            (self.at, over) = walker.advance(&ground, self.at, elapsed);
            self.report_pose();
        }
        self.until("a place in the room", |cheat| {
            // A report may get lost; the place is told until the server has taken it.
            cheat.report_pose();
            cheat.said(|message| {
                matches!(message, ServerMessage::Placed { room, .. } if *room == Some(area.id)).then_some(())
            })
        });
    }

    /// Sends so many packets of a loud tone, at the pace of speech, having asked for nothing.
    pub(crate) fn speak_unasked(&mut self, packets: u16) {
        let mut encoder = opus::Encoder::new(48_000, opus::Channels::Mono, opus::Application::Voip).unwrap();
        for seq in 0..packets {
            let first = usize::from(seq) * PACKET_SAMPLES;
            let tone = |n: usize| 0.5 * (std::f32::consts::TAU * 440.0 * (first + n) as f32 / 48_000.0).sin();
            let sound: [f32; PACKET_SAMPLES] = std::array::from_fn(tone);
            let opus = Bytes::from(encoder.encode_vec_float(&sound, limits::VOICE_PACKET_BYTES).unwrap());
            let packet = VoicePacket { burst: 1, seq, media_time: first as u32, opus, ..VoicePacket::default() };
            let transport = self.app.world().get::<Transport>(self.link).unwrap();
            transport.send::<VoiceUpChannel>(packet.encode()).unwrap();
            self.wait(PACKET_DURATION);
        }
    }

    fn report_pose(&mut self) {
        let report = PoseReport { at: WirePoint::from(self.at), facing: 0, epoch: 0 };
        self.sender::<PoseReport>().send::<PoseUpChannel>(report);
    }

    fn sender<M: lightyear::prelude::Message>(&mut self) -> Mut<'_, MessageSender<M>> {
        self.app.world_mut().get_mut(self.link).unwrap()
    }

    /// The first message that gives something.
    fn said<T>(&self, find: impl Fn(&ServerMessage) -> Option<T>) -> Option<T> {
        self.app.world().resource::<Said>().0.iter().find_map(find)
    }

    /// Updates until there is something.
    fn until<T>(&mut self, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            self.wait(UPDATE);
            if let Some(found) = look(self) {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "the cheat never got {what}");
        }
    }

    /// Goes on for a while.
    fn wait(&mut self, time: Duration) {
        let end = Instant::now() + time;
        loop {
            self.app.update();
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(UPDATE));
        }
    }
}

fn listen(mut links: Query<&mut MessageReceiver<ServerMessage>>, mut said: ResMut<Said>) {
    for mut receiver in &mut links {
        said.0.extend(receiver.receive());
    }
}

/// Asks the front desk for a session and for the map; which certificate it shows does not matter here.
fn at_the_desk(address: &str, name: &str) -> (SignInGrant, WorldMap) {
    // Another test of this process may have installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().tls_danger_accept_invalid_certs(true).no_proxy().build().unwrap();
    let request = SignInRequest::guest(name, OwnerKey::new(rand::random()).to_hex());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let session = http.post(format!("https://{address}/session")).json(&request).send().await.unwrap();
        let map = http.get(format!("https://{address}/map")).send().await.unwrap();
        (session.json().await.unwrap(), map.json().await.unwrap())
    })
}

fn bytes_of(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
