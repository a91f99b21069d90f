//! A server's world and its clients in one process, on a wire in memory and a clock that the test steps.

use bevy::prelude::*;
use bytes::Bytes;
use hallway_protocol::{
    call::{CallNotice, CallRequest},
    channels::{
        CallVoiceDownChannel, CallVoiceUpChannel, ControlChannel, FloorChannel, PoseUpChannel, ProtocolPlugin,
        VideoDownChannel, VideoUpChannel, VoiceDownChannel, VoiceUpChannel,
    },
    chat::{ChatText, Conversation},
    control::{ClientMessage, ServerMessage},
    desk::SignInGrant,
    floor::{
        FloorRules,
        messages::{FloorNotice, FloorRequest},
    },
    ids::{MessageId, PersonId, RequestId, RoomId},
    keeping::Keeping,
    link::{
        event_loop::finish_plugins,
        memory::{MemoryWire, STEP},
        setup,
    },
    listening::TalkerReport,
    map::{Plot, Point, RoomArea, ShutDoor, TileRect, TileSet, WorldMap},
    names::{DisplayName, NameKey},
    owner::{OwnerId, OwnerKey},
    pose::{PoseBatch, PoseReport},
    video::{self, VideoFeedback, VideoSlice},
    voice::{VoicePacket, decode_down},
};
use hallway_server::{
    accounts::{Bans, Registered},
    desk::{Claim, Denied, SignInAsk, WorldAsk, WorldDoor},
    store::{
        self, Actor, Change, Changed, Done, PageQuery, StoreAnswer, StoreAsk, StoreEnd, StoredMarks, StoredMessage,
        StoredReaction, Thread,
    },
    talk_log::{self, TurnsIn},
    world::{self, CallRelayCounters, Moderators, RelayCounters, StopFlag, WorldSettings, WorldWires},
};
use lightyear::{
    prelude::{ChannelRegistry, Connected, Disconnect, MessageReceiver, MessageSender, MessageSystems, Transport},
    transport::{channel::registry::ChannelKind, plugin::TransportSystems},
};
use std::{collections::HashMap, time::Duration};
use tokio::sync::oneshot;

/// The first room of the test's map.
pub(crate) const WEST: RoomId = RoomId(1);
/// The second room.
pub(crate) const EAST: RoomId = RoomId(2);

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A hall of 24 by 12 tiles with two rooms that have no walls, a wall in the south, and two plots.
///
/// People appear at the top in the middle.
pub(crate) fn map() -> WorldMap {
    let (width, height) = (24, 12);
    let area = |x, y, width, height| TileRect { x, y, width, height };
    let mut solid = vec![false; width * height];
    for x in 8..16 {
        solid[6 * width + x] = true;
    }
    let plot = |x| Plot {
        inside: area(x, 9, 3, 3),
        door: area(x + 1, 8, 1, 1),
        doorstep: Point { x: f32::from(x) + 1.5, y: 7.5 },
    };
    WorldMap {
        width: width as u16,
        height: height as u16,
        layers: Vec::new(),
        tile_set: TileSet { tile_px: 16, columns: 1 },
        shut_door: ShutDoor::default(),
        solid,
        rooms: vec![
            RoomArea {
                id: WEST,
                name: "West".into(),
                inside: area(0, 0, 6, 5),
                policy: None,
                queue: None,
                talk_log: false,
            },
            RoomArea {
                id: EAST,
                name: "East".into(),
                inside: area(18, 0, 6, 5),
                policy: None,
                queue: None,
                talk_log: false,
            },
        ],
        plots: vec![plot(2), plot(18)],
        spawn: area(10, 1, 4, 2),
    }
}

/// The middle of a room of the map.
pub(crate) fn middle(room: RoomId) -> Point {
    map().rooms.iter().find(|area| area.id == room).unwrap().inside.center()
}

/// A point of the hall.
pub(crate) const HALL: Point = Point { x: 12.0, y: 3.5 };

/// What a client has received and the test has not taken yet.
#[derive(Resource, Default)]
pub(crate) struct Inbox {
    pub(crate) control: Vec<ServerMessage>,
    pub(crate) floor: Vec<FloorNotice>,
    pub(crate) reports: Vec<TalkerReport>,
    pub(crate) voice: Vec<(PersonId, VoicePacket)>,
    pub(crate) poses: Vec<PoseBatch>,
    pub(crate) calls: Vec<CallNotice>,
    pub(crate) call_voice: Vec<(PersonId, VoicePacket)>,
    pub(crate) video: Vec<(PersonId, VideoSlice)>,
    pub(crate) video_feedback: Vec<VideoFeedback>,
}

/// The world's answer to a sign-in, on its way.
pub(crate) type DeskAnswer = oneshot::Receiver<Result<SignInGrant, Denied>>;

/// A world under test.
pub(crate) struct TestWorld {
    pub(crate) wire: MemoryWire,
    pub(crate) server: App,
    pub(crate) clients: Vec<App>,
    pub(crate) people: Vec<PersonId>,
    pub(crate) stop: StopFlag,
    links: Vec<Entity>,
    at: Vec<Point>,
    epochs: Vec<u8>,
    door: WorldDoor,
    store: StoreEnd,
    /// What is stored, by conversation.
    pub(crate) stored: Vec<(Thread, StoredMessage)>,
    /// Whether the store refuses.
    pub(crate) store_fails: bool,
    /// Turns that the world keeps.
    pub(crate) kept: TurnsIn,
    requests: u32,
}

impl TestWorld {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut WorldSettings)) -> Self {
        let (client, store) = store::wire();
        let (door, asks) = WorldDoor::new(|| {});
        let stop = StopFlag::default();
        let mut settings = WorldSettings {
            map: map(),
            max_people: 10,
            floor: FloorRules::default(),
            empty_room_lifetime: Duration::from_secs(20),
            moderators: Moderators::default(),
            registered: Registered::default(),
            public: None,
            bans: Bans::default(),
            keeping: Keeping::default(),
        };
        change(&mut settings);
        let (turns, kept) = talk_log::wire();
        let wires = WorldWires { asks, store: client, stop: stop.clone(), turns, events: None };
        let wire = MemoryWire::perfect();
        let mut server = world::app(settings, wires);
        wire.attach_server(&mut server);
        finish_plugins(&mut server);
        Self {
            wire,
            server,
            clients: Vec::new(),
            people: Vec::new(),
            stop,
            links: Vec::new(),
            at: Vec::new(),
            epochs: Vec::new(),
            door,
            store,
            stored: Vec::new(),
            store_fails: false,
            kept,
            requests: 0,
        }
    }

    /// Lets one step pass for everybody.
    pub(crate) fn step(&mut self) {
        self.wire.step(&mut self.server, &mut self.clients, STEP);
        self.serve_store();
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.wire.now() + time;
        while self.wire.now() < end {
            self.step();
        }
    }

    /// Lets time pass in few, long steps, where nothing is waited for.
    pub(crate) fn pass_in_steps(&mut self, steps: u32, step: Duration) {
        for _ in 0..steps {
            self.wire.step(&mut self.server, &mut self.clients, step);
            self.serve_store();
        }
    }

    /// Steps until the condition holds; fails with `what` when it takes too long.
    pub(crate) fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        let end = self.wire.now() + PATIENCE;
        while !condition(self) {
            assert!(self.wire.now() < end, "waited in vain for: {what}; {}", self.state());
            self.step();
        }
    }

    fn state(&self) -> String {
        let inboxes = self.clients.iter().map(|client| client.world().resource::<Inbox>());
        inboxes
            .map(|inbox| format!("{:?} {:?} {:?}", inbox.control, inbox.floor, inbox.calls))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Signs in as the front desk does.
    pub(crate) fn sign_in(&mut self, name: &str, or_variant: bool) -> Result<SignInGrant, Denied> {
        let answer = self.ask_desk(name, owner_of(name), or_variant);
        self.answer(answer)
    }

    /// Puts the front desk's question to the world.
    pub(crate) fn ask_desk(&self, name: &str, owner: OwnerId, or_variant: bool) -> DeskAnswer {
        self.ask_desk_with(name, Claim::Guest, owner, or_variant)
    }

    /// The same for somebody who claims more than to be a guest.
    pub(crate) fn ask_desk_with(&self, name: &str, claim: Claim, owner: OwnerId, or_variant: bool) -> DeskAnswer {
        let (reply, answer) = oneshot::channel();
        let name = DisplayName::new(name).unwrap();
        let reached_at = self.wire.server_address();
        self.door.ask(WorldAsk::SignIn(SignInAsk { name, claim, or_variant, owner, reached_at, reply })).unwrap();
        answer
    }

    /// Waits for the world's answer.
    pub(crate) fn answer(&mut self, mut answer: DeskAnswer) -> Result<SignInGrant, Denied> {
        for _ in 0..10 {
            if let Ok(answer) = answer.try_recv() {
                return answer;
            }
            self.step();
        }
        panic!("the world did not answer the desk");
    }

    /// Connects a client with a grant, which does not say anything yet. Its number.
    pub(crate) fn connect(&mut self, grant: &SignInGrant) -> usize {
        let client = self.dial(grant);
        self.until("the link to connect", |world| world.is_connected(client));
        client
    }

    /// Lets a client try to connect with a grant, good or not. Its number.
    pub(crate) fn dial(&mut self, grant: &SignInGrant) -> usize {
        let mut app = client_app();
        let link = self.wire.connect_with(&mut app, &unhex(&grant.token));
        self.clients.push(app);
        self.links.push(link);
        self.people.push(PersonId(grant.person));
        self.at.push(Point::default());
        self.epochs.push(0);
        self.clients.len() - 1
    }

    pub(crate) fn is_connected(&self, client: usize) -> bool {
        self.clients[client].world().get::<Connected>(self.links[client]).is_some()
    }

    /// Shows the secret.
    pub(crate) fn prove(&mut self, client: usize, secret: &str) {
        let secret = unhex(secret).try_into().unwrap();
        self.tell(client, ClientMessage::Prove { secret });
    }

    /// Signs somebody in, all the way into the world, with a client that everybody of this name shares. Its number.
    pub(crate) fn enter(&mut self, name: &str) -> usize {
        self.enter_with(name, owner_of(name))
    }

    /// Signs somebody in with a client of this owner.
    pub(crate) fn enter_with(&mut self, name: &str, owner: OwnerId) -> usize {
        let answer = self.ask_desk(name, owner, false);
        let grant = self.answer(answer).unwrap();
        let client = self.connect(&grant);
        self.prove(client, &grant.secret);
        let welcome = self.wait_for(client, "the welcome", |message| match message {
            ServerMessage::Welcome { person, at, .. } => Some((*person, Point::from(*at))),
            _ => None,
        });
        assert_eq!(welcome.0, self.people[client]);
        self.at[client] = welcome.1;
        client
    }

    pub(crate) fn inbox(&self, client: usize) -> &Inbox {
        self.clients[client].world().resource::<Inbox>()
    }

    /// Takes what a client has received.
    pub(crate) fn take(&mut self, client: usize) -> Inbox {
        std::mem::take(&mut *self.clients[client].world_mut().resource_mut::<Inbox>())
    }

    /// Waits for a message on the Control channel that `pick` takes, and removes it.
    pub(crate) fn wait_for<T>(&mut self, client: usize, what: &str, pick: impl Fn(&ServerMessage) -> Option<T>) -> T {
        self.until(what, |world| world.inbox(client).control.iter().any(|message| pick(message).is_some()));
        let mut inbox = self.clients[client].world_mut().resource_mut::<Inbox>();
        let place = inbox.control.iter().position(|message| pick(message).is_some()).unwrap();
        let message = inbox.control.remove(place);
        pick(&message).unwrap()
    }

    /// Waits for a notice about the floor.
    pub(crate) fn wait_notice(&mut self, client: usize, what: &str, is: impl Fn(&FloorNotice) -> bool) -> FloorNotice {
        self.until(what, |world| world.inbox(client).floor.iter().any(&is));
        let mut inbox = self.clients[client].world_mut().resource_mut::<Inbox>();
        let place = inbox.floor.iter().position(&is).unwrap();
        inbox.floor.remove(place)
    }

    pub(crate) fn tell(&mut self, client: usize, message: ClientMessage) {
        let mut sender = self.sender::<ClientMessage>(client);
        sender.send::<ControlChannel>(message);
    }

    pub(crate) fn ask_floor(&mut self, client: usize, request: FloorRequest) {
        self.sender::<FloorRequest>(client).send::<FloorChannel>(request);
    }

    pub(crate) fn sender<M: lightyear::prelude::Message>(&mut self, client: usize) -> Mut<'_, MessageSender<M>> {
        self.clients[client].world_mut().get_mut::<MessageSender<M>>(self.links[client]).unwrap()
    }

    /// Reports a place, whatever the walking rule says.
    pub(crate) fn report(&mut self, client: usize, at: Point) {
        let report = PoseReport { at: at.into(), facing: 0, epoch: self.epochs[client] };
        self.sender::<PoseReport>(client).send::<PoseUpChannel>(report);
    }

    /// Takes over that the server put the client back.
    pub(crate) fn put_back(&mut self, client: usize, at: Point, epoch: u8) {
        self.at[client] = at;
        self.epochs[client] = epoch;
    }

    /// Where a client stands, as far as it knows.
    pub(crate) fn stands_at(&self, client: usize) -> Point {
        self.at[client]
    }

    /// Walks straight to a point, at the speed that is allowed.
    pub(crate) fn walk(&mut self, client: usize, to: Point) {
        while self.at[client] != to {
            self.pace(client, to);
        }
    }

    /// Walks on for a twentieth of a second.
    pub(crate) fn pace(&mut self, client: usize, to: Point) {
        self.stride(client, to);
        self.pass(Duration::from_millis(50));
    }

    /// Reports the place after a twentieth of a second of walking, which is still to pass.
    pub(crate) fn stride(&mut self, client: usize, to: Point) {
        let (from, left) = (self.at[client], self.at[client].distance(to));
        let share = (0.2 / left).min(1.0);
        let next = if share >= 1.0 {
            to
        } else {
            Point { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
        };
        self.at[client] = next;
        self.report(client, next);
    }

    /// Walks into a room of the map and waits until the server says so.
    pub(crate) fn walk_into(&mut self, client: usize, room: RoomId) {
        self.walk(client, middle(room));
        self.wait_for(client, "to be placed in the room", |message| match message {
            ServerMessage::Placed { room: Some(placed), .. } if *placed == room => Some(()),
            _ => None,
        });
    }

    pub(crate) fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    pub(crate) fn say(&mut self, client: usize, to: Conversation, text: &str) -> RequestId {
        let request = self.next_request();
        self.tell(client, ClientMessage::Say { request, to, text: ChatText::new(text).unwrap() });
        request
    }

    pub(crate) fn ask_call(&mut self, client: usize, request: CallRequest) {
        self.sender::<CallRequest>(client).send::<ControlChannel>(request);
    }

    /// Waits for a notice about a call that `pick` takes, and removes it.
    pub(crate) fn wait_call<T>(&mut self, client: usize, what: &str, pick: impl Fn(&CallNotice) -> Option<T>) -> T {
        self.until(what, |world| world.inbox(client).calls.iter().any(|notice| pick(notice).is_some()));
        let mut inbox = self.clients[client].world_mut().resource_mut::<Inbox>();
        let place = inbox.calls.iter().position(|notice| pick(notice).is_some()).unwrap();
        pick(&inbox.calls.remove(place)).unwrap()
    }

    /// Sends raw bytes as voice of a call.
    pub(crate) fn send_call_voice(&mut self, client: usize, bytes: Bytes) {
        let transport = self.clients[client].world().get::<Transport>(self.links[client]).unwrap();
        transport.send::<CallVoiceUpChannel>(bytes).unwrap();
    }

    /// Sends raw bytes as a slice of a picture.
    pub(crate) fn send_video(&mut self, client: usize, bytes: Bytes) {
        let transport = self.clients[client].world().get::<Transport>(self.links[client]).unwrap();
        transport.send::<VideoUpChannel>(bytes).unwrap();
    }

    pub(crate) fn call_relay(&self) -> CallRelayCounters {
        *self.server.world().resource::<CallRelayCounters>()
    }

    /// Sends raw bytes as voice.
    pub(crate) fn send_voice(&mut self, client: usize, bytes: Bytes) {
        let transport = self.clients[client].world().get::<Transport>(self.links[client]).unwrap();
        transport.send::<VoiceUpChannel>(bytes).unwrap();
    }

    pub(crate) fn relay(&self) -> RelayCounters {
        *self.server.world().resource::<RelayCounters>()
    }

    /// A client is gone without a word: its app is not updated any more.
    pub(crate) fn kill(&mut self, client: usize) {
        self.clients[client] = App::empty();
    }

    /// A client leaves as it should.
    pub(crate) fn leave(&mut self, client: usize) {
        let link = self.links[client];
        self.clients[client].world_mut().trigger(Disconnect { entity: link });
        self.pass(Duration::from_millis(50));
    }

    /// Asks the world something as the desk does.
    pub(crate) fn ask(&self, ask: WorldAsk) {
        self.door.ask(ask).unwrap();
    }

    fn serve_store(&mut self) {
        while let Some(ask) = self.store.ask() {
            let answer = match ask {
                StoreAsk::Seen { .. } | StoreAsk::SendAway { .. } => continue,
                StoreAsk::Search { ticket, .. } | StoreAsk::Missed { ticket, .. } => {
                    StoreAnswer::Found { ticket, messages: Vec::new() }
                }
                StoreAsk::Append { ticket, .. } | StoreAsk::Page { ticket, .. } if self.store_fails => {
                    StoreAnswer::Failed { ticket }
                }
                StoreAsk::Change { ticket, message, actor, change, now_ms } => {
                    StoreAnswer::Changed { ticket, done: self.change(message, &actor, &change, now_ms) }
                }
                StoreAsk::Append { ticket, message } => {
                    let id = MessageId(self.stored.len() as i64 + 1);
                    let stored = StoredMessage {
                        id,
                        writer: Some(message.writer),
                        from_name: message.from.to_string(),
                        to_name: message.to.map(String::from),
                        text: message.text,
                        attachment: message.attachment,
                        sent_ms: message.sent_ms,
                        marks: StoredMarks {
                            author: Some(message.author),
                            mentions: message.mentions,
                            ..StoredMarks::default()
                        },
                    };
                    self.stored.push((symmetric(message.thread), stored));
                    StoreAnswer::Stored { ticket, id, reply_to: None }
                }
                StoreAsk::Page { ticket, query } => StoreAnswer::Page { ticket, messages: self.page(query) },
            };
            self.store.answer(answer);
        }
    }

    /// Changes a message as the store would; see the store's own tests for what lasts.
    fn change(&mut self, id: MessageId, actor: &Actor, change: &Change, now_ms: i64) -> Result<Changed, store::Denied> {
        let found = self.stored.iter_mut().find(|(_, message)| message.id == id && !message.marks.deleted);
        let (thread, message) = found.ok_or(store::Denied::NoSuchMessage)?;
        let author = message.marks.author;
        actor.may(change, thread, author, now_ms - message.sent_ms)?;
        let done = match change {
            Change::Edit(text, _) => {
                message.text.clone_from(text);
                message.marks.edited_ms = Some(now_ms);
                Done::Edited
            }
            Change::Delete => {
                message.text.clear();
                message.marks.deleted = true;
                Done::Deleted
            }
            Change::React(emoji) => {
                let (emoji, owner, name) = (emoji.clone(), actor.owner, actor.name.clone());
                message.marks.reactions.push(StoredReaction { emoji, owner, name });
                Done::Reacted(true, message.marks.reactions.clone())
            }
        };
        Ok(Changed { thread: thread.clone(), author, done, dropped_file: None })
    }

    fn page(&self, query: PageQuery) -> Vec<StoredMessage> {
        let thread = symmetric(query.thread);
        let of_thread = self.stored.iter().filter(|(stored, _)| *stored == thread).map(|(_, message)| message);
        let ((before, backwards), (from, forwards)) = query.part.ways(query.count);
        let (older, newer): (Vec<_>, Vec<_>) = of_thread.cloned().partition(|message| message.id < from);
        let older: Vec<_> = older.into_iter().filter(|message| message.id < before).collect();
        let skipped = older.len().saturating_sub(backwards.into());
        older.into_iter().skip(skipped).chain(newer.into_iter().take(forwards.into())).collect()
    }
}

/// The owner of the client that a person of this name uses where the test names no other.
pub(crate) fn owner_of(name: &str) -> OwnerId {
    let mut key = [0; 32];
    key.iter_mut().zip(NameKey::of(name).as_str().bytes()).for_each(|(to, from)| *to = from);
    OwnerKey::new(key).id()
}

/// A pair has one history, whoever asks.
fn symmetric(thread: Thread) -> Thread {
    match thread {
        Thread::Pair { from, to } if to < from => Thread::Pair { from: to, to: from },
        thread => thread,
    }
}

/// A voice packet of a burst.
pub(crate) fn voice(burst: u8, seq: u16) -> Bytes {
    let opus = Bytes::from_static(b"sound");
    VoicePacket { burst, seq, media_time: u32::from(seq) * 960, opus, ..VoicePacket::default() }.encode()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn client_app() -> App {
    let mut app = App::new();
    setup::lean_task_pools(&mut app);
    setup::client_plugins(&mut app);
    app.add_plugins(ProtocolPlugin).init_resource::<Inbox>();
    app.add_systems(PreUpdate, receive_voice.after(TransportSystems::Receive).before(MessageSystems::Receive));
    app.add_systems(Update, receive);
    app
}

fn receive_voice(channels: Res<ChannelRegistry>, mut links: Query<&mut Transport>, mut inbox: ResMut<Inbox>) {
    let id = |kind| *channels.get_net_from_kind(&kind).unwrap();
    let voice = id(ChannelKind::of::<VoiceDownChannel>());
    let call_voice = id(ChannelKind::of::<CallVoiceDownChannel>());
    let video = id(ChannelKind::of::<VideoDownChannel>());
    for mut transport in &mut links {
        inbox.voice.extend(read_all(&mut transport, voice).iter().map(|bytes| decode_down(bytes).unwrap()));
        inbox.call_voice.extend(read_all(&mut transport, call_voice).iter().map(|bytes| decode_down(bytes).unwrap()));
        inbox.video.extend(read_all(&mut transport, video).iter().map(|bytes| video::decode_down(bytes).unwrap()));
    }
}

fn read_all(transport: &mut Transport, channel: u16) -> Vec<Bytes> {
    let mut all = Vec::new();
    if let Some(receiver) = transport.channel_receive_mut(channel) {
        all.extend(std::iter::from_fn(|| receiver.read_message().map(|(_, bytes, _)| bytes)));
    }
    all
}

fn receive(
    mut links: Query<(
        Option<&mut MessageReceiver<ServerMessage>>,
        Option<&mut MessageReceiver<FloorNotice>>,
        Option<&mut MessageReceiver<TalkerReport>>,
        Option<&mut MessageReceiver<PoseBatch>>,
        Option<&mut MessageReceiver<CallNotice>>,
        Option<&mut MessageReceiver<VideoFeedback>>,
    )>,
    mut inbox: ResMut<Inbox>,
) {
    for (control, floor, reports, poses, calls, video_feedback) in &mut links {
        inbox.control.extend(control.into_iter().flat_map(|mut receiver| receiver.receive().collect::<Vec<_>>()));
        inbox.floor.extend(floor.into_iter().flat_map(|mut receiver| receiver.receive().collect::<Vec<_>>()));
        inbox.reports.extend(reports.into_iter().flat_map(|mut receiver| receiver.receive().collect::<Vec<_>>()));
        inbox.poses.extend(poses.into_iter().flat_map(|mut receiver| receiver.receive().collect::<Vec<_>>()));
        inbox.calls.extend(calls.into_iter().flat_map(|mut receiver| receiver.receive().collect::<Vec<_>>()));
        let feedback = video_feedback.into_iter().flat_map(|mut receiver| receiver.receive().collect::<Vec<_>>());
        inbox.video_feedback.extend(feedback);
    }
}

/// The texts that each client has been told, by conversation.
pub(crate) fn said(inbox: &Inbox) -> HashMap<Conversation, Vec<String>> {
    let mut said: HashMap<Conversation, Vec<String>> = HashMap::new();
    for message in &inbox.control {
        if let ServerMessage::Said { message, .. } = message {
            said.entry(message.conversation).or_default().push(message.text.clone());
        }
    }
    said
}
