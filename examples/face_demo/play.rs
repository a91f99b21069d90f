//! A session that needs no server: people walk about, talk and write by a script, and the own person obeys.

use hallway::net::{
    SessionPort,
    commands::Command,
    events::{Event, SignInFailure},
    snapshot::{
        ChatLine, ChatLog, ConnectionState, DeviceTrouble, LoadedMap, Me, PersonView, RoomView, SessionStats, Snapshot,
        TalkState,
    },
    track::PoseTrack,
};
use hallway_protocol::{
    chat::{ChatMessage, Conversation},
    floor::{FloorPolicy, QueueRule},
    ids::{MessageId, PersonId, RequestId, RoomId},
    map::{Place, Point, TileRect, tmx},
    replicated::RoomSite,
    walk::Ground,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, mpsc::TryRecvError},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// What is played.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    /// Everybody is in the world already.
    World,
    /// One has to sign in; it works at the second try with a trusted certificate or another name.
    SignIn(Option<Trouble>),
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
            _ => Self::World,
        }
    }
}

const TICK: Duration = Duration::from_millis(33);
const NAMES: [&str; 14] = [
    "Mara",
    "Jonas",
    "李小龙",
    "Ольга",
    "Ngozi",
    "محمد",
    "Søren",
    "अनिता",
    "Tomás",
    "지민",
    "Bea",
    "นภา",
    "Ελένη",
    "Kwame Mensah-Boateng",
];
/// Who stands in which of the map's rooms, in their order; the others are in the hall.
const IN_ROOMS: [(usize, usize); 9] = [(0, 2), (1, 2), (2, 2), (3, 2), (4, 0), (5, 0), (6, 1), (7, 3), (8, 5)];
const LINES: [(usize, &str); 14] = [
    (1, "Morning! Is everybody here?"),
    (2, "在的 👋"),
    (3, "Доброе утро, я тоже здесь."),
    (0, "Good morning. I brought the numbers from last week."),
    (0, "They look better than I had hoped."),
    (5, "صباح الخير جميعا، أراكم بعد قليل"),
    (7, "नमस्ते! मैं पाँच मिनट में आती हूँ।"),
    (9, "안녕하세요, 금방 갈게요"),
    (11, "สวัสดีค่ะ"),
    (12, "Καλημέρα σε όλους"),
    (
        1,
        "Shall we start with the map? I would like to show the new rooms first, and then walk through the open points \
         one by one.",
    ),
    (3, "Да, давайте."),
    (2, "好的，没问题"),
    (0, "Then hold V and talk, Jonas."),
];

/// Plays on a thread of its own until the window is gone; every command is told.
pub(crate) fn start(port: SessionPort, scene: Scene, mut tell: impl FnMut(&Command) + Send + 'static) {
    let mut play = Play::new(scene);
    thread::spawn(move || {
        play.publish(&port);
        loop {
            match port.try_command() {
                Ok(command) => {
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
    snapshot: Snapshot,
    ground: Ground,
    world: Snapshot,
    trouble: Option<Trouble>,
    steered: Instant,
    started: Instant,
    ticks: u32,
    next_id: u32,
}

impl Play {
    fn new(scene: Scene) -> Self {
        let (map, tiles) = tmx::built_in();
        let ground = Ground::new(&map);
        let world = world(LoadedMap { digest: map.digest(), map, tiles_png: tiles.into() }, &ground);
        let snapshot = if scene == Scene::World { world.clone() } else { Snapshot::signed_out() };
        let trouble = if let Scene::SignIn(trouble) = scene { trouble } else { None };
        let now = Instant::now();
        Self { snapshot, ground, world, trouble, steered: now, started: now, ticks: 0, next_id: 1000 }
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
                None => self.snapshot = self.world.clone(),
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
            Command::PressTalk => self.press(),
            Command::ReleaseTalk => self.release(),
            _ => {}
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

    fn press(&mut self) {
        let room = self.snapshot.me.as_ref().and_then(|me| me.room);
        let Some(room) = self.snapshot.rooms.iter_mut().find(|view| Some(view.id) == room) else { return };
        match room.holder() {
            Some(holder) => self.snapshot.talk = TalkState::Busy { holder },
            None => {
                room.talkers = vec![PersonId(0)];
                self.snapshot.people[0].talking = true;
                self.snapshot.talk = TalkState::Talking {
                    ends: Instant::now() + Duration::from_secs(60),
                    warned: false,
                    locked: false,
                    playing: false,
                    mic_open: true,
                };
            }
        }
    }

    fn release(&mut self) {
        self.snapshot.talk = TalkState::Quiet;
        if let Some(me) = self.snapshot.people.first_mut() {
            me.talking = false;
        }
        for room in &mut self.snapshot.rooms {
            room.talkers.retain(|talker| *talker != PersonId(0));
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
        if self.snapshot.me.is_none() {
            return;
        }
        self.ticks += 1;
        self.move_own();
        let time = self.started.elapsed().as_secs_f32();
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
        self.snapshot.stats.microphone_level = 0.45 + 0.4 * (time * 9.0).sin();
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

fn world(map: LoadedMap, ground: &Ground) -> Snapshot {
    let now = Instant::now();
    let mut people = Vec::new();
    for (number, name) in NAMES.iter().enumerate() {
        let room = IN_ROOMS.iter().find(|(person, _)| *person == number).and_then(|(_, room)| map.map.rooms.get(*room));
        let rect = room.map_or(map.map.spawn, |room| room.inside);
        let at = ground.nearest_free(spot(rect, number));
        people.push(PersonView {
            id: PersonId(number as u32),
            name: (*name).to_owned(),
            room: room.map(|room| room.id),
            talking: number == 4,
            volume: 1.0,
            typing: None,
            track: PoseTrack::standing(now, at),
        });
    }
    let rooms = rooms(&map, &people);
    let room = people[0].room;
    if let Some(room) = room {
        people[2].typing = Some(Conversation::Room(room));
    }
    let me = Me {
        id: PersonId(0),
        name: NAMES[0].to_owned(),
        at: people[0].track.newest().0,
        direction: (0.0, 0.0),
        facing: 64,
        stamp: now,
        room,
        path: Vec::new(),
        moderator: false,
    };
    Snapshot {
        connection: ConnectionState::Connected,
        me: Some(me),
        map: Some(Arc::new(map)),
        people,
        rooms,
        chats: room.map(chats).unwrap_or_default(),
        talk: TalkState::Quiet,
        voice: Arc::default(),
        devices: DeviceTrouble::default(),
        testing: false,
        stats: SessionStats { rtt_ms: 23.0, jitter_ms: 3.0, voice_received: 900, voice_lost: 4, ..Default::default() },
    }
}

/// People stand in rows, a little apart.
fn spot(rect: TileRect, number: usize) -> Point {
    let (column, row) = ((number * 5) % 7, (number * 3) % 5);
    Point {
        x: f32::from(rect.x) + 1.0 + column as f32 / 7.0 * (f32::from(rect.width) - 1.5),
        y: f32::from(rect.y) + 1.5 + row as f32 / 5.0 * (f32::from(rect.height) - 2.0),
    }
}

fn rooms(map: &LoadedMap, people: &[PersonView]) -> Vec<RoomView> {
    let inside = |room| people.iter().filter(|person| person.room == Some(room)).map(|person| person.id).collect();
    map.map
        .rooms
        .iter()
        .map(|area| RoomView {
            id: area.id,
            name: area.name.clone(),
            site: RoomSite::Map,
            policy: FloorPolicy::default(),
            queue: QueueRule::default(),
            talkers: people
                .iter()
                .filter(|person| person.talking && person.room == Some(area.id))
                .map(|person| person.id)
                .collect(),
            waiting: Vec::new(),
            muted: Vec::new(),
            moderated: false,
            people: inside(area.id),
        })
        .collect()
}

fn chats(room: RoomId) -> BTreeMap<Conversation, Arc<ChatLog>> {
    let start = now_ms() - 26 * 3_600_000;
    let here = Conversation::Room(room);
    let time = |number: usize| {
        if number < 2 { start + number as i64 * 40_000 } else { now_ms() - (14 - number as i64) * 95_000 }
    };
    let mut lines: Vec<_> = LINES
        .iter()
        .enumerate()
        .map(|(number, (from, text))| ChatLine::Said(message(number as u32, *from, here, text, time(number))))
        .collect();
    lines.insert(10, ChatLine::Notice { text: "Ольга came in".into(), at_ms: now_ms() - 400_000 });
    lines.push(ChatLine::Pending { request: RequestId(1), text: "I will write it all down here.".into() });
    let reason = "It was on its way when the connection was lost.".to_owned();
    lines.push(ChatLine::Failed { request: RequestId(2), text: "And where is the list?".into(), reason });
    let said = |id, from, to, text: &str| ChatLine::Said(message(id, from, to, text, now_ms() - 100_000));
    let world = vec![said(500, 10, Conversation::World, "Lunch at twelve in the kitchen, everybody!")];
    let private = vec![said(501, 4, Conversation::Person(PersonId(4)), "Do you have a minute later?")];
    let log = |lines, complete| Arc::new(ChatLog { lines, complete });
    BTreeMap::from([
        (here, log(lines, false)),
        (Conversation::World, log(world, true)),
        (Conversation::Person(PersonId(4)), log(private, true)),
    ])
}

fn message(id: u32, from: usize, conversation: Conversation, text: &str, sent_ms: i64) -> ChatMessage {
    ChatMessage {
        id: MessageId(i64::from(id)),
        from: Some(PersonId(from as u32)),
        from_name: NAMES[from].to_owned(),
        conversation,
        to_name: None,
        text: text.to_owned(),
        sent_ms,
    }
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
