//! A session that needs no server: people walk about, talk and write by a script, and the own person obeys.

// Named by their place, since a test takes this file in from another folder.
#[path = "play/calls.rs"]
mod calls;
#[path = "play/chats.rs"]
mod chats;
#[path = "play/floor.rs"]
mod floor;
#[path = "play/measured.rs"]
mod measured;
#[path = "play/pictures.rs"]
mod pictures;
#[path = "play/world.rs"]
mod world;

use chats::{message, now_ms};
use floor::Floor;
use hallway::{
    media::video::engine::Gallery,
    net::{
        SessionPort,
        commands::Command,
        events::{Event, FloorChanged, SignInFailure},
        snapshot::{ChatLine, LoadedMap, Snapshot},
    },
};
use hallway_protocol::{
    chat::Conversation,
    ids::RoomId,
    map::{Place, Point, TileRect, tmx},
    walk::Ground,
};
use std::{
    sync::{Arc, mpsc::TryRecvError},
    thread,
    time::{Duration, Instant},
};

/// What is played.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    /// Everybody is in the world already.
    World,
    /// Somebody talks, somebody waits, and turns come and go.
    Queue,
    /// The own person waits.
    Waiting,
    /// The own person's turn came, with a recording.
    Offer,
    /// The own recording is played.
    Playing,
    /// Talk is locked on.
    Locked,
    /// Several talk at once.
    Open,
    /// The own person moderates.
    Chair,
    /// There is no microphone.
    NoMicrophone,
    /// Somebody rings here, with another one in the call already.
    Ring,
    /// One rings, and nobody has answered.
    Ringing,
    /// A video call of two.
    Call,
    /// A call without pictures.
    VoiceCall,
    /// A call of many, with a shared screen, somebody lost and somebody rung.
    Group,
    /// The room has a call that one is not in.
    RoomCall,
    /// A call in which the other one's picture has four known colours.
    Picture,
    /// One has to sign in; it works at the second try with a trusted certificate or another name.
    SignIn(Option<Trouble>),
    /// The same on a machine where sound was never checked.
    First,
}

/// What goes wrong at the first sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Somebody has the name.
    Taken,
    /// The certificate is new.
    Unknown,
}

impl Scene {
    /// The scene of this name; the world where there is none.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "sign-in" => Self::SignIn(None),
            "taken" => Self::SignIn(Some(Trouble::Taken)),
            "unknown" => Self::SignIn(Some(Trouble::Unknown)),
            "first" => Self::First,
            "queue" => Self::Queue,
            "waiting" => Self::Waiting,
            "offer" => Self::Offer,
            "playing" => Self::Playing,
            "locked" => Self::Locked,
            "open" => Self::Open,
            "chair" => Self::Chair,
            "no-mic" => Self::NoMicrophone,
            "ring" => Self::Ring,
            "ringing" => Self::Ringing,
            "call" => Self::Call,
            "voice-call" => Self::VoiceCall,
            "group" => Self::Group,
            "room-call" => Self::RoomCall,
            "picture" => Self::Picture,
            _ => Self::World,
        }
    }

    fn begins_outside(self) -> bool {
        matches!(self, Self::SignIn(_) | Self::First)
    }
}

const TICK: Duration = Duration::from_millis(33);
/// Plays on a thread of its own until the window is gone; every command is told, and pictures go to the gallery.
pub(crate) fn start(
    port: SessionPort,
    scene: Scene,
    gallery: Gallery,
    mut tell: impl FnMut(&Command) + Send + 'static,
) {
    let mut play = Play::new(scene, gallery);
    thread::spawn(move || {
        play.publish(&port);
        loop {
            match port.try_command() {
                Ok((command, _)) => {
                    tell(&command);
                    play.obey(command, &port);
                }
                Err(TryRecvError::Empty) => {
                    thread::sleep(TICK);
                    play.tick();
                    play.publish(&port);
                }
                Err(TryRecvError::Disconnected) => return,
            }
        }
    });
}

struct Play {
    scene: Scene,
    gallery: Gallery,
    snapshot: Snapshot,
    ground: Ground,
    world: Snapshot,
    floor: Floor,
    trouble: Option<Trouble>,
    steered: Instant,
    started: Instant,
    ticks: u32,
    next_id: u32,
}

impl Play {
    fn new(scene: Scene, gallery: Gallery) -> Self {
        let (map, tiles) = tmx::built_in();
        let ground = Ground::new(&map);
        let loaded = LoadedMap { digest: map.digest(), map, tiles_png: tiles.into() };
        let mut world = world::world(loaded, &ground, scene);
        calls::arrange(&mut world, scene);
        let mut snapshot = if scene.begins_outside() { Snapshot::signed_out() } else { world.clone() };
        snapshot.sound_unchecked = scene == Scene::First;
        let trouble = if let Scene::SignIn(trouble) = scene { trouble } else { None };
        let now = Instant::now();
        let floor = Floor::new(scene);
        Self {
            scene,
            gallery,
            snapshot,
            ground,
            world,
            floor,
            trouble,
            steered: now,
            started: now,
            ticks: 0,
            next_id: 1000,
        }
    }

    fn publish(&self, port: &SessionPort) {
        port.publish(self.snapshot.clone());
    }

    fn obey(&mut self, command: Command, port: &SessionPort) {
        match command {
            Command::SignIn(_) => match self.trouble.take() {
                Some(Trouble::Taken) => {
                    let taken = SignInFailure::NameTaken { holder: "mara".into(), variant: "Mara 2".into() };
                    port.emit(Event::SignInFailed(taken));
                }
                Some(Trouble::Unknown) => {
                    let fingerprint = "9f2c41d07ae3b85516cc08f4e1d27b3390a45be6f7721d0c8895fe13ab40c6d2".into();
                    port.emit(Event::SignInFailed(SignInFailure::UnknownCertificate { fingerprint }));
                }
                None => {
                    let (voice, sound_unchecked) = (Arc::clone(&self.snapshot.voice), self.snapshot.sound_unchecked);
                    self.snapshot = Snapshot { voice, sound_unchecked, ..self.world.clone() };
                    let welcome = Event::Welcome {
                        person: floor::ME,
                        name: world::NAMES[0].to_owned(),
                        server: "talk.example:7443".to_owned(),
                        version: "0.1.0".to_owned(),
                        fingerprint: String::new(),
                    };
                    self.publish(port);
                    port.emit(welcome);
                }
            },
            Command::Steer { x, y } => {
                self.steered = Instant::now();
                if let Some(me) = &mut self.snapshot.me {
                    (me.direction, me.path) = ((x, y), Vec::new());
                }
            }
            Command::WalkTo(point) => self.walk_to(point),
            Command::Enter(room) => {
                let inside = self.inside(room).map(|rect| rect.center());
                if let Some(point) = inside {
                    self.walk_to(point);
                }
            }
            Command::Leave => self.walk_to(self.spawn().center()),
            Command::Say { to, text } => self.say(0, to, &text, port),
            Command::PressTalk => self.floor.press(&mut self.snapshot),
            Command::ReleaseTalk => {
                self.floor.release(&mut self.snapshot);
                port.emit(Event::Floor { room: None, change: FloorChanged::Released });
            }
            Command::StopTalk => self.floor.stop(&mut self.snapshot),
            Command::AnswerOffer { play } => self.floor.answer(&mut self.snapshot, play),
            Command::OrderFloor(order) => self.floor.order(&mut self.snapshot, order),
            Command::SetVolume { person, volume } => {
                if let Some(view) = self.snapshot.people.iter_mut().find(|view| view.id == person) {
                    view.volume = volume;
                }
            }
            Command::SetVoice(voice) => {
                self.snapshot.voice = Arc::new(voice);
                self.snapshot.sound_unchecked = false;
            }
            Command::StartSoundTest => self.snapshot.testing = true,
            Command::StopSoundTest => self.snapshot.testing = false,
            other => calls::obey(&mut self.snapshot, other),
        }
    }

    fn spawn(&self) -> TileRect {
        self.snapshot.map.as_ref().map_or(TileRect { x: 0, y: 0, width: 1, height: 1 }, |map| map.map.spawn)
    }

    fn inside(&self, room: RoomId) -> Option<TileRect> {
        let map = self.snapshot.map.as_ref()?;
        map.map.rooms.iter().find(|area| area.id == room).map(|area| area.inside)
    }

    fn walk_to(&mut self, point: Point) {
        if let Some(me) = &mut self.snapshot.me {
            me.path = vec![me.at, point];
        }
    }

    fn say(&mut self, from: usize, to: Conversation, text: &str, port: &SessionPort) {
        self.next_id += 1;
        let message = message(self.next_id, from, to, text, now_ms());
        let log = self.snapshot.chats.entry(to).or_default();
        Arc::make_mut(log).lines.push(ChatLine::Said(message.clone()));
        self.publish(port);
        port.emit(Event::Message(message));
    }

    fn tick(&mut self) {
        self.ticks += 1;
        let time = self.started.elapsed().as_secs_f32();
        let is_heard = self.snapshot.testing || self.snapshot.me.is_some();
        self.snapshot.stats.microphone_level = if is_heard { 0.45 + 0.4 * (time * 9.0).sin() } else { 0.0 };
        if self.snapshot.me.is_none() {
            return;
        }
        self.move_own();
        self.floor.tick(&mut self.snapshot);
        calls::tick(&mut self.snapshot, self.ticks, self.scene);
        calls::film(&self.snapshot, &self.gallery, self.ticks, self.scene);
        measured::judge(&mut self.snapshot);
        let now = Instant::now();
        // One of the hall walks up and down, one round a circle.
        let spawn = self.spawn().center();
        let walks = [
            (10, Point { x: spawn.x - 3.0 + (time * 0.5).sin() * 3.0, y: spawn.y + 2.0 }, (time * 0.5).cos() > 0.0),
            (12, Point { x: spawn.x + 3.0 + (time * 0.6).cos() * 2.0, y: spawn.y - 1.0 }, (time * 0.6).sin() < 0.0),
        ];
        for (person, at, to_right) in walks {
            if self.ticks.is_multiple_of(2) {
                self.snapshot.people[person].track.push(now, at, if to_right { 0 } else { 128 });
            }
        }
        self.snapshot.stats.rtt_ms = 23.0 + 2.0 * (time * 0.7).sin();
        if self.ticks.is_multiple_of(30) {
            measured::go_on(&mut self.snapshot.stats, now, u64::from(self.ticks / 30));
        }
    }

    fn move_own(&mut self) {
        let Some(me) = &mut self.snapshot.me else { return };
        if self.steered.elapsed() > Duration::from_millis(250) {
            me.direction = (0.0, 0.0);
        }
        if let Some(goal) = me.path.last().copied() {
            let left = me.at.distance(goal);
            let reached = left < 0.2;
            me.direction = if reached { (0.0, 0.0) } else { ((goal.x - me.at.x) / left, (goal.y - me.at.y) / left) };
            self.steered = Instant::now();
            me.path = if reached { Vec::new() } else { vec![me.at, goal] };
        }
        let now = Instant::now();
        me.at = self.ground.step(me.at, me.direction, now - me.stamp);
        me.stamp = now;
        if me.direction != (0.0, 0.0) {
            let turns = me.direction.1.atan2(me.direction.0) / std::f32::consts::TAU;
            me.facing = (turns * 256.0).round().rem_euclid(256.0) as u8;
        }
        let place = self.snapshot.map.as_ref().and_then(|map| map.map.place_at(me.at));
        me.room = match place {
            Some(Place::Room(room)) => Some(room),
            _ => None,
        };
        let (id, room) = (me.id, me.room);
        self.snapshot.people[0].room = room;
        for view in &mut self.snapshot.rooms {
            view.people.retain(|person| *person != id);
            if Some(view.id) == room {
                view.people.push(id);
            }
        }
    }
}
