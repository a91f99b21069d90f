//! A whole Hallway on one thread and one clock: the server's world, sessions, and a wire in memory between them. The
//! test stands in for the front desk's HTTPS, the store's disk and the voice engines.

#![allow(dead_code, unreachable_pub, reason = "each test program uses its part of the stage")]
#![allow(clippy::unwrap_used, reason = "the stage is part of the tests: what fails here fails them")]

use bevy::prelude::*;
use bytes::Bytes;
use hallway::{
    media::{
        cameras::CameraError,
        engine::{VoiceCommand, VoiceEvent, VoiceStats},
        video::engine::{VideoCommand, VideoEvent, VideoStats},
    },
    net::{
        self, Seams, SessionHandle,
        commands::{Command, SignIn, Trust},
        connection::Dialer,
        events::{Event, SignInFailure},
        handle,
        notes::shelf::Shelf,
        preferences::Preferences,
        sign_in::{Admission, Answer, Desk, Matter, Outcome, Question, hex},
        snapshot::{LoadedMap, RoomView},
        transfers::TransferLink,
        video::VideoLink,
        voice::VoiceLink,
    },
};
use hallway_protocol::{
    desk::{Proof, SignInGrant},
    floor::FloorRules,
    ids::{MessageId, PersonId, RoomId},
    keeping::Keeping,
    link::{
        memory::{MemoryWire, NetworkFaults, STEP},
        setup::{self, tokens},
    },
    map::{Point, WorldMap, tmx},
    names::DisplayName,
    owner::{OwnerId, OwnerKey},
    voice::VoicePacket,
};
use hallway_server::{
    accounts::{Bans, Registered},
    desk::{Claim, Denied, SignInAsk, WorldAsk},
    store::{self, NewMessage, StoreAnswer, StoreAsk, StoreEnd, StoredMarks, StoredMessage, Thread},
    talk_log,
    world::{self, Moderators, StopFlag, WorldSettings, WorldWires},
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{self, Receiver, SyncSender},
    },
    time::Duration,
};
use tokio::sync::{mpsc as world_mpsc, oneshot};

/// The world, its people, and the clock.
pub struct Stage {
    pub wire: MemoryWire,
    server: App,
    sessions: Vec<App>,
    pub people: Vec<Actor>,
    asks: world_mpsc::Sender<WorldAsk>,
    store: StoreEnd,
    stored: Vec<(NewMessage, StoredMessage)>,
    map: Arc<LoadedMap>,
}

/// One session as its face and its voice engine see it.
pub struct Actor {
    pub handle: SessionHandle,
    /// What the face has been told and not looked at yet.
    pub told: Vec<Event>,
    /// Whether the face takes its events.
    pub face_is_stuck: bool,
    /// What the voice engine was told.
    pub heard: Arc<Mutex<Vec<VoiceCommand>>>,
    /// What the voice engine says of itself.
    pub stats: Arc<Mutex<VoiceStats>>,
    voice: SyncSender<VoiceEvent>,
    /// What the video engine was told.
    pub seen: Arc<Mutex<Vec<VideoCommand>>>,
    /// Why there is no camera, if there is none.
    pub no_camera: Arc<Mutex<Option<CameraError>>>,
    video: SyncSender<VideoEvent>,
    questions: Receiver<Question>,
    answers: SyncSender<Answer>,
    waiting: Option<(u64, oneshot::Receiver<Result<SignInGrant, Denied>>)>,
}

impl Stage {
    /// An empty world on the built-in map.
    pub fn new() -> Self {
        let (map, tiles_png) = built_in();
        let wire = MemoryWire::perfect();
        let (server, asks, store) = start_server(&wire, &map);
        let digest = map.digest();
        let map = Arc::new(LoadedMap { map, tiles_png, digest });
        Self { wire, server, sessions: Vec::new(), people: Vec::new(), asks, store, stored: Vec::new(), map }
    }

    /// The server dies without a word, and a new one takes its place: it has what is stored, and knows nobody.
    pub fn replace_server(&mut self) {
        (self.server, self.asks, self.store) = start_server(&self.wire, &self.map.map);
    }

    /// A world with these people in it.
    pub fn with(names: &[&str]) -> Self {
        let mut stage = Self::new();
        for name in names {
            let person = stage.arrive(name);
            stage.until("welcome", |stage| stage.was_told(person, |event| matches!(event, Event::Welcome { .. })));
        }
        stage.run(Duration::from_millis(300));
        stage
    }

    /// Starts a session that signs in; gives its number.
    pub fn arrive(&mut self, name: &str) -> usize {
        let (handle, port) = handle::pair(|| {});
        let (ask, questions) = mpsc::sync_channel(8);
        let (answers, answered) = mpsc::sync_channel(8);
        let (voice, events) = mpsc::sync_channel(256);
        let (video, video_events) = mpsc::sync_channel(256);
        let (heard, stats) = (Arc::new(Mutex::new(Vec::new())), Arc::default());
        let (seen, no_camera) = (Arc::new(Mutex::new(Vec::new())), Arc::default());
        let wire = self.wire.clone();
        let seams = Seams {
            port,
            desk: Desk::new(move |question| ask.try_send(question).unwrap(), answered),
            dialer: Dialer::new(move |world, token, _| {
                setup::spawn_client(world, token, wire.new_client_link()).map_err(|error| error.to_string())
            }),
            voice: engine(Arc::clone(&heard), Arc::clone(&stats), voice.clone(), events),
            video: video_engine(Arc::clone(&seen), Arc::clone(&no_camera), video.clone(), video_events),
            preferences: Preferences::default(),
            notes: Shelf::idle(),
            transfers: TransferLink::idle(),
        };
        let mut app = net::app(seams, Some(Duration::from_secs(30)));
        self.wire.attach_client(&mut app);
        app.finish();
        app.cleanup();
        self.sessions.push(app);
        let (told, waiting, face_is_stuck) = (Vec::new(), None, false);
        self.people.push(Actor {
            handle,
            told,
            face_is_stuck,
            heard,
            stats,
            voice,
            seen,
            no_camera,
            video,
            questions,
            answers,
            waiting,
        });
        let person = self.people.len() - 1;
        self.tell(person, sign_in(name));
        person
    }

    /// A person asks something of the session.
    pub fn tell(&self, person: usize, command: Command) {
        self.people[person].handle.send(command);
    }

    /// One step of all clocks.
    pub fn step(&mut self) {
        self.wire.step(&mut self.server, &mut self.sessions, STEP);
        self.serve_store();
        for person in 0..self.people.len() {
            self.serve_desk(person);
            let actor = &mut self.people[person];
            while !actor.face_is_stuck
                && let Some(event) = actor.handle.try_event()
            {
                actor.told.push(event);
            }
        }
    }

    /// Lets time pass.
    pub fn run(&mut self, time: Duration) {
        let end = self.wire.now() + time;
        while self.wire.now() < end {
            self.step();
        }
    }

    /// Lets time pass until something holds.
    ///
    /// # Panics
    /// When it does not within a minute; tells what everyone was told.
    pub fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let end = self.wire.now() + Duration::from_secs(60);
        while !holds(self) {
            if self.wire.now() >= end {
                for (number, actor) in self.people.iter().enumerate() {
                    eprintln!("person {number}: {:#?}\n{:?}", actor.told, actor.handle.snapshot().connection);
                }
                panic!("not within a minute: {what}");
            }
            self.step();
        }
    }

    /// Whether a person was told something like this.
    pub fn was_told(&self, person: usize, like: impl Fn(&Event) -> bool) -> bool {
        self.people[person].told.iter().any(like)
    }

    /// A room of the map, as a person sees it.
    pub fn room(&self, person: usize, number: usize) -> RoomView {
        self.people[person].handle.snapshot().rooms[number].clone()
    }

    /// People walk into a room, and all arrive.
    pub fn gather(&mut self, people: &[usize], number: usize) {
        let room = self.room(people[0], number).id;
        for person in people {
            self.tell(*person, Command::Enter(room));
        }
        let people = people.to_vec();
        self.until("all are in the room", |stage| {
            people.iter().all(|person| {
                let snapshot = stage.people[*person].handle.snapshot();
                snapshot.me.as_ref().is_some_and(|me| me.room == Some(room) && me.path.is_empty())
            })
        });
    }

    /// A person's id.
    pub fn id(&self, person: usize) -> PersonId {
        self.people[person].handle.snapshot().me.as_ref().unwrap().id
    }

    /// Where a person stands, and in which room.
    pub fn place(&self, person: usize) -> (Point, Option<RoomId>) {
        let snapshot = self.people[person].handle.snapshot();
        let me = snapshot.me.as_ref().unwrap();
        (me.at, me.room)
    }

    /// Makes a person's voice engine hand out a packet.
    pub fn speak(&self, person: usize, packet: &VoicePacket) {
        self.happen(person, VoiceEvent::Packet(packet.encode()));
    }

    /// Something happens at a person's voice engine.
    pub fn happen(&self, person: usize, event: VoiceEvent) {
        self.people[person].voice.try_send(event).unwrap();
    }

    /// Something happens at a person's video engine.
    pub fn picture(&self, person: usize, event: VideoEvent) {
        self.people[person].video.try_send(event).unwrap();
    }

    /// How many packets a person's voice engine was given to play.
    pub fn packets_heard(&self, person: usize) -> usize {
        let heard = self.people[person].heard.lock().unwrap();
        heard.iter().filter(|command| matches!(command, VoiceCommand::Hear { .. })).count()
    }

    /// Cuts every link, or mends them.
    pub fn cut(&self, cut: bool) {
        let loss = if cut { 1.0 } else { 0.0 };
        self.wire.set_faults(NetworkFaults { loss, ..NetworkFaults::default() });
    }

    fn serve_desk(&mut self, person: usize) {
        let actor = &mut self.people[person];
        if let Ok(question) = actor.questions.try_recv() {
            let (reply, answer) = oneshot::channel();
            let name = DisplayName::new(&question.name).unwrap();
            let reached_at = self.wire.server_address();
            let Matter::SignIn { or_variant, .. } = question.matter else { return };
            let owner = owner_of(person);
            let claim = Claim::Guest;
            let ask = WorldAsk::SignIn(SignInAsk { name, claim, or_variant, owner, reached_at, reply });
            self.asks.try_send(ask).unwrap();
            actor.waiting = Some((question.attempt, answer));
        }
        let Some((attempt, waiting)) = &mut actor.waiting else { return };
        if let Ok(granted) = waiting.try_recv() {
            let admitted = |grant| Outcome::Admitted(Box::new(admission(grant, &self.map, self.wire.server_address())));
            let result = granted.map(admitted).map_err(refused);
            actor.answers.try_send(Answer { attempt: *attempt, result, notice: None }).ok().unwrap();
            actor.waiting = None;
        }
    }

    fn serve_store(&mut self) {
        while let Some(ask) = self.store.ask() {
            let answer = match ask {
                StoreAsk::Append { ticket, message } => {
                    let id = MessageId(self.stored.len() as i64 + 1);
                    self.stored.push((message.clone(), stored(id, &message)));
                    StoreAnswer::Stored { ticket, id, reply_to: None }
                }
                StoreAsk::Change { ticket, .. } => StoreAnswer::Failed { ticket },
                StoreAsk::Seen { .. } | StoreAsk::SendAway { .. } => continue,
                StoreAsk::Search { ticket, .. } | StoreAsk::Missed { ticket, .. } => {
                    StoreAnswer::Found { ticket, messages: Vec::new() }
                }
                StoreAsk::Page { ticket, query } => {
                    let of_thread = self.stored.iter().filter(|(new, _)| is_same(&new.thread, &query.thread));
                    let of_thread: Vec<_> = of_thread.map(|(_, stored)| stored.clone()).collect();
                    let ((before, backwards), (from, forwards)) = query.part.ways(query.count);
                    let older: Vec<_> = of_thread.iter().filter(|message| message.id < before).cloned().collect();
                    let skipped = older.len().saturating_sub(backwards.into());
                    let newer = of_thread.into_iter().filter(|message| message.id >= from).take(forwards.into());
                    let messages = older.into_iter().skip(skipped).chain(newer).collect();
                    StoreAnswer::Page { ticket, messages }
                }
            };
            self.store.answer(answer);
        }
    }
}

fn start_server(wire: &MemoryWire, map: &WorldMap) -> (App, world_mpsc::Sender<WorldAsk>, StoreEnd) {
    let (asks, world_asks) = world_mpsc::channel(64);
    let (client, store) = store::wire();
    let settings = WorldSettings {
        map: map.clone(),
        max_people: 50,
        floor: FloorRules::default(),
        empty_room_lifetime: Duration::from_secs(600),
        moderators: Moderators::default(),
        registered: Registered::default(),
        bans: Bans::default(),
        public: None,
        keeping: Keeping::default(),
    };
    let (turns, _) = talk_log::wire();
    let wires = WorldWires { asks: world_asks, store: client, stop: StopFlag::default(), turns, events: None };
    let mut server = world::app(settings, wires);
    wire.attach_server(&mut server);
    server.finish();
    server.cleanup();
    (server, asks, store)
}

/// The owner of a session's client: each session is another client.
fn owner_of(person: usize) -> OwnerId {
    OwnerKey::new([person as u8; 32]).id()
}

/// Whether two threads are one conversation: a pair has one history, whoever asks.
fn is_same(a: &Thread, b: &Thread) -> bool {
    match (a, b) {
        (Thread::Pair { from, to }, Thread::Pair { from: there, to: here }) if from == here => to == there,
        _ => a == b,
    }
}

/// A packet of a burst.
pub fn packet(burst: u8, seq: u16) -> VoicePacket {
    let opus = Bytes::from(vec![0x78; 60]);
    VoicePacket { burst, seq, media_time: u32::from(seq) * 960, opus, ..VoicePacket::default() }
}

fn built_in() -> (WorldMap, Bytes) {
    let (map, png) = tmx::built_in();
    (map, png.into())
}

fn sign_in(name: &str) -> Command {
    Command::SignIn(SignIn {
        server: "memory".parse().unwrap(),
        name: name.to_owned(),
        or_variant: false,
        trust: Trust::Pinned,
        proof: Proof::None,
        stay: false,
        invite: None,
    })
}

/// A video engine that remembers what it was told. Its camera and its screen open at once, unless there is none.
fn video_engine(
    seen: Arc<Mutex<Vec<VideoCommand>>>,
    no_camera: Arc<Mutex<Option<CameraError>>>,
    video: SyncSender<VideoEvent>,
    events: Receiver<VideoEvent>,
) -> VideoLink {
    let send = move |command| {
        let event = match &command {
            VideoCommand::OpenCamera => Some(match no_camera.lock().unwrap().clone() {
                Some(error) => VideoEvent::CameraTrouble(error),
                None => VideoEvent::CameraOpened { name: "Stage".to_owned(), instead_of: None },
            }),
            VideoCommand::CloseCamera => Some(VideoEvent::CameraClosed),
            VideoCommand::ShareScreen(_) => Some(VideoEvent::ScreenOpened),
            VideoCommand::StopScreen => Some(VideoEvent::ScreenClosed(None)),
            _ => None,
        };
        seen.lock().unwrap().push(command);
        if let Some(event) = event {
            video.try_send(event).unwrap();
        }
    };
    VideoLink::new(send, VideoStats::default, events)
}

/// An engine that remembers what it was told, and ends a burst as soon as it is asked to.
fn engine(
    heard: Arc<Mutex<Vec<VoiceCommand>>>,
    stats: Arc<Mutex<VoiceStats>>,
    voice: SyncSender<VoiceEvent>,
    events: Receiver<VoiceEvent>,
) -> VoiceLink {
    let sends = AtomicBool::new(false);
    let stats_told = Arc::clone(&stats);
    let send = move |command| {
        match command {
            VoiceCommand::FloorGranted | VoiceCommand::SpeakLive => sends.store(true, Relaxed),
            VoiceCommand::AbortTalk => sends.store(false, Relaxed),
            VoiceCommand::OpenCall => stats_told.lock().unwrap().call_open = true,
            VoiceCommand::CloseCall => stats_told.lock().unwrap().call_open = false,
            VoiceCommand::ReleaseTalk if sends.swap(false, Relaxed) => {
                voice.try_send(VoiceEvent::BurstEnded).unwrap();
            }
            _ => {}
        }
        heard.lock().unwrap().push(command);
    };
    VoiceLink::new(send, move || stats.lock().unwrap().clone(), events)
}

fn admission(grant: SignInGrant, map: &Arc<LoadedMap>, desk: std::net::SocketAddr) -> Admission {
    Admission {
        person: PersonId(grant.person),
        name: grant.name,
        token: tokens::read_token(&hex::decode(&grant.token).unwrap()).unwrap(),
        desk,
        secret: hex::decode(&grant.secret).unwrap().try_into().unwrap(),
        map: Arc::clone(map),
        version: grant.version,
        fingerprint: String::new(),
        account: grant.account,
        files_key: grant.files_key,
    }
}

fn refused(denied: Denied) -> SignInFailure {
    match denied {
        Denied::NameTaken { holder, variant } => {
            SignInFailure::NameTaken { holder: holder.to_string(), variant: variant.to_string() }
        }
        other => SignInFailure::Unreachable(format!("{other:?}")),
    }
}

fn stored(id: MessageId, message: &NewMessage) -> StoredMessage {
    StoredMessage {
        id,
        writer: Some(message.writer),
        from_name: message.from.to_string(),
        to_name: message.to.as_ref().map(ToString::to_string),
        text: message.text.clone(),
        attachment: message.attachment.clone(),
        sent_ms: message.sent_ms,
        marks: StoredMarks {
            author: Some(message.author),
            mentions: message.mentions.clone(),
            ..StoredMarks::default()
        },
    }
}
