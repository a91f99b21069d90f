//! From a sign-in to a link and back: connecting, losing the link, regaining it, signing out.
//!
//! Every try asks the front desk anew: a connect token opens one link, once.

mod account;

use super::{
    chat::Requests,
    commands::{Command, SignIn},
    events::{ConnectionChanged, Event, SignInFailure},
    session::{
        Clock, EnteredWorld, FromFace, FromServer, LeftWorld, LiveLink, Mirror, SessionSystems, ToFace, tell_face,
    },
    sign_in::{Admission, Answer, Desk, Matter, Outcome, Question},
    snapshot::{ConnectionState, Me, Snapshot},
    transfers::{Access, TransferLink},
};
use bevy::{ecs::system::SystemParam, prelude::*};
use hallway_protocol::{
    channels::ControlChannel,
    control::{ClientMessage, CloseCause, ServerMessage},
    ids::PersonId,
    keeping::Keeping,
    link::{setup, udp::UdpClientLink},
    map::Point,
};
use lightyear::{
    connection::client::ClientState,
    netcode::ConnectToken,
    prelude::{
        Authentication, Disconnect, Disconnected, MessageSender, Unlink, UnlinkReason,
        client::{NetcodeClient, NetcodeConfig},
    },
};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

/// The server must have answered by then once the link is open; netcode's own time-out guards the opening.
const WELCOME_TIMEOUT: Duration = Duration::from_secs(5);
/// The first pause before a lost link is tried again; it doubles from try to try.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// What was said before a session ends is stored by then, or not at all.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// What became of files by then is told by then, or found at the next start.
const LAST_REPORTS: Duration = Duration::from_secs(3);
/// Updates for which a link that was closed still sends its farewell.
const FAREWELL_UPDATES: u8 = 3;

/// Opens a link with a token from the front desk at that address: spawns it in the world and starts to connect it. A
/// sentence tells why it can't.
type Dial = Box<dyn Fn(&mut World, ConnectToken, SocketAddr) -> Result<Entity, String> + Send + Sync>;

/// Signs in and keeps the link. It needs a [`Desk`] in the app.
pub struct ConnectionPlugin {
    /// For how long a lost link is tried again; without end where it is `None`.
    pub reconnect: Option<Duration>,
}

/// How links are opened: over UDP, or over a wire in memory.
#[derive(Resource)]
pub struct Dialer(Dial);

impl Dialer {
    /// Opens links with this function: a client entity, spawned and connecting.
    #[must_use]
    pub fn new(
        dial: impl Fn(&mut World, ConnectToken, SocketAddr) -> Result<Entity, String> + Send + Sync + 'static,
    ) -> Self {
        Self(Box::new(dial))
    }

    /// Opens links over UDP.
    #[must_use]
    pub fn udp() -> Self {
        Self::new(|world, token, desk| {
            let netcode = NetcodeClient::new(Authentication::Token(token.clone()), NetcodeConfig::default());
            let named = netcode.map_err(|error| error.to_string())?.inner.server_addr();
            let link = UdpClientLink::new(live_door(named, desk));
            setup::spawn_client(world, token, link).map_err(|error| error.to_string())
        })
    }
}

/// Where the session stands with its server.
#[derive(Resource)]
struct Connection {
    stage: Stage,
    /// Counts the questions to front desks.
    questions: u64,
    /// The number of the last sign-in.
    attempt: u64,
    /// The number of the last change of an account.
    change: u64,
    /// What the person asked for, to ask again when the link is lost.
    wanted: Option<SignIn>,
    /// For how long a lost link is tried again.
    reconnect: Option<Duration>,
    /// When the link was lost, until it is regained.
    lost: Option<Instant>,
    pause: Duration,
    /// Why the server said it would end the connection.
    closing: Option<CloseCause>,
    farewells: Vec<Farewell>,
    /// What tells that one is in the world, until what is there has been replicated.
    welcome: Option<(Event, Instant)>,
    /// Since when the session is to end.
    quit_asked: Option<Instant>,
    quitting: bool,
}

enum Stage {
    SignedOut,
    AtDesk,
    /// The desk said yes; the link opens as soon as the last one is gone.
    Admitted(Box<Admission>),
    Dialing(Link),
    /// The link is open, and the secret sent.
    Proving(Link),
    InWorld(Entity),
    Pausing(Instant),
}

#[derive(Clone)]
struct Link {
    entity: Entity,
    since: Instant,
    secret: [u8; 16],
    name: String,
    version: String,
    fingerprint: String,
    account: bool,
}

/// What the server says of the own person.
struct Welcomed {
    id: PersonId,
    at: Point,
    moderator: bool,
    keeping: Keeping,
}

/// A link that is being closed.
struct Farewell {
    link: Entity,
    updates: u8,
}

/// What the connection's systems tell the rest of the session.
#[derive(SystemParam)]
struct Report<'w> {
    mirror: ResMut<'w, Mirror>,
    to_face: MessageWriter<'w, ToFace>,
    entered: MessageWriter<'w, EnteredWorld>,
    left: MessageWriter<'w, LeftWorld>,
}

impl Plugin for ConnectionPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(Connection {
            stage: Stage::SignedOut,
            questions: 0,
            attempt: 0,
            change: 0,
            wanted: None,
            reconnect: self.reconnect,
            lost: None,
            pause: FIRST_PAUSE,
            closing: None,
            farewells: Vec::new(),
            welcome: None,
            quit_asked: None,
            quitting: false,
        });
        app.add_systems(
            Update,
            (quit_when_answered, obey_face, take_answer, watch_link, hear_server, try_again, open_link, end_farewells)
                .chain()
                .in_set(SessionSystems::Connect),
        );
        app.add_systems(Update, tell_welcome.in_set(SessionSystems::Publish).before(tell_face));
    }
}

fn obey_face(
    mut asked: MessageReader<FromFace>,
    mut connection: ResMut<Connection>,
    desk: Res<Desk>,
    clock: Clock,
    mut report: Report,
    mut commands: Commands,
) {
    for FromFace(command, _) in asked.read() {
        match command {
            Command::SignIn(sign_in) => connection.sign_in(sign_in.clone(), &desk, &mut report, &mut commands),
            Command::Register { password, stay } => match connection.registration(password, *stay, &report) {
                Ok(sign_in) => connection.sign_in(sign_in, &desk, &mut report, &mut commands),
                Err((code, text)) => report.tell(Event::Refused { command: "account", code, text }),
            },
            Command::ChangeAccount { password, change } => {
                connection.change_account(password, change, &desk, &mut report);
            }
            Command::SignOut => {
                connection.leave_account(&desk, &report);
                connection.sign_out(&mut report, &mut commands);
            }
            Command::Quit => drop(connection.quit_asked.get_or_insert(clock.now())),
            _ => {}
        }
    }
}

/// Ends the session in the update after it was asked, when all that was said before is sent and stored, and files that take
/// but a moment are sent as well.
fn quit_when_answered(
    mut connection: ResMut<Connection>,
    requests: Res<Requests>,
    transfers: Res<TransferLink>,
    clock: Clock,
    mut report: Report,
    mut commands: Commands,
) {
    let Some(asked) = connection.quit_asked.filter(|_| !connection.quitting) else { return };
    let waited = clock.now().saturating_duration_since(asked);
    let is_said = requests.are_answered() && transfers.is_settled();
    if is_said || waited >= LAST_WORDS || !matches!(connection.stage, Stage::InWorld(_)) {
        connection.sign_out(&mut report, &mut commands);
        connection.quitting = true;
    }
}

/// Tells that one is in the world, once it can be seen who and what is there.
fn tell_welcome(mut connection: ResMut<Connection>, clock: Clock, mut report: Report) {
    let Some((_, since)) = &connection.welcome else { return };
    let mirror = &report.mirror;
    let sees_oneself = mirror.me.as_ref().is_some_and(|me| mirror.person(me.id).is_some());
    let sees_rooms = mirror.map.as_ref().is_some_and(|map| mirror.rooms.len() >= map.map.rooms.len());
    let waited = clock.now().saturating_duration_since(*since);
    if ((sees_oneself && sees_rooms) || waited >= WELCOME_TIMEOUT)
        && let Some((event, _)) = connection.welcome.take()
    {
        report.tell(event);
    }
}

fn take_answer(
    mut desk: ResMut<Desk>,
    mut connection: ResMut<Connection>,
    clock: Clock,
    mut report: Report,
    mut commands: Commands,
) {
    while let Some(Answer { attempt, result, notice }) = desk.answer() {
        if let Some(text) = notice {
            report.notice("this_computer", text);
        }
        let comes_in = attempt == connection.attempt && matches!(connection.stage, Stage::AtDesk);
        match result {
            Ok(Outcome::Admitted(admission)) if comes_in => {
                report.mirror.map = Some(admission.map.clone());
                if let Some(access) = connection.access(&admission) {
                    commands.insert_resource(access);
                }
                connection.admitted();
                connection.stage = Stage::Admitted(admission);
            }
            Err(failure) if comes_in => connection.sign_in_failed(failure, clock.now(), &mut report),
            Ok(Outcome::Changed(change)) => connection.account_changed(change, &mut report, &mut commands),
            Err(failure) if attempt == connection.change => {
                report.tell(account::refused(&failure));
            }
            _ => {}
        }
    }
}

/// Follows the link from opening to loss.
fn watch_link(
    mut connection: ResMut<Connection>,
    links: Query<(ClientState, Option<&Disconnected>)>,
    mut senders: Query<&mut MessageSender<ClientMessage>>,
    clock: Clock,
    mut report: Report,
    mut commands: Commands,
) {
    let now = clock.now();
    let (entity, since, proving) = match &connection.stage {
        Stage::Dialing(link) => (link.entity, Some(link.since), false),
        Stage::Proving(link) => (link.entity, Some(link.since), true),
        Stage::InWorld(entity) => (*entity, None, true),
        _ => return,
    };
    let state = links.get(entity);
    let is_connected = state.as_ref().is_ok_and(|(state, _)| state.connected);
    let is_lost = state.as_ref().map_or(true, |(state, _)| state.is_disconnected());
    if is_lost {
        let reason = state.ok().and_then(|(_, disconnected)| disconnected).map(|lost| lost.reason.to_string());
        connection.link_lost(reason, now, &mut report, &mut commands);
    } else if proving && since.is_some_and(|since| now.saturating_duration_since(since) > WELCOME_TIMEOUT) {
        connection.link_lost(None, now, &mut report, &mut commands);
    } else if !proving && is_connected {
        let Stage::Dialing(link) = &connection.stage else { return };
        if let Ok(mut sender) = senders.get_mut(entity) {
            sender.send::<ControlChannel>(ClientMessage::Prove { secret: link.secret });
            connection.stage = Stage::Proving(Link { since: now, ..link.clone() });
        }
    }
}

fn hear_server(
    mut heard: MessageReader<FromServer>,
    mut connection: ResMut<Connection>,
    clock: Clock,
    mut report: Report,
    mut commands: Commands,
) {
    for FromServer(message) in heard.read() {
        match message {
            ServerMessage::Welcome { person, at, moderator, keeping } => {
                let me = Welcomed { id: *person, at: (*at).into(), moderator: *moderator, keeping: *keeping };
                connection.welcomed(me, clock.now(), &mut report, &mut commands);
            }
            ServerMessage::Closing { cause } => {
                connection.closing = Some(cause.clone());
                report.notice("closing", cause.to_string());
            }
            _ => {}
        }
    }
}

/// Asks the desk again when a pause is over, and gives up when the time for it is.
fn try_again(
    mut connection: ResMut<Connection>,
    desk: Res<Desk>,
    clock: Clock,
    mut report: Report,
    mut commands: Commands,
) {
    let now = clock.now();
    let Some(lost) = connection.lost else { return };
    if connection.reconnect.is_some_and(|most| now.saturating_duration_since(lost) >= most) {
        let text = "The connection was not regained in time; sign in again.".to_owned();
        connection.give_up(text, &mut report, &mut commands);
    } else if let Stage::Pausing(until) = connection.stage
        && now >= until
    {
        report.connection(ConnectionChanged::Retrying);
        connection.ask(&desk);
    }
}

/// Opens the link once the desk has said yes. Lightyear takes one client in an app, so the last one must be gone.
fn open_link(mut connection: ResMut<Connection>, clock: Clock, mut commands: Commands) {
    if !connection.farewells.is_empty() || !matches!(connection.stage, Stage::Admitted(_)) {
        return;
    }
    let now = clock.now();
    if let Stage::Admitted(admission) = std::mem::replace(&mut connection.stage, Stage::AtDesk) {
        commands.queue(move |world: &mut World| dial(world, *admission, now));
    }
}

fn dial(world: &mut World, admission: Admission, now: Instant) {
    let Admission { name, token, desk, secret, version, fingerprint, account, files_key, .. } = admission;
    allow_files(world, &name, &fingerprint, files_key);
    let opened = world.resource_scope(|world, dialer: Mut<Dialer>| (dialer.0)(world, token, desk));
    match opened {
        Ok(entity) => {
            let link = Link { entity, since: now, secret, name, version, fingerprint, account };
            world.resource_mut::<Connection>().stage = Stage::Dialing(link);
        }
        Err(text) => {
            let failed = world.run_system_cached_with(
                |In((failure, now)): In<(SignInFailure, Instant)>,
                 mut connection: ResMut<Connection>,
                 mut report: Report| connection.sign_in_failed(failure, now, &mut report),
                (SignInFailure::Unreachable(text), now),
            );
            failed.expect("the connection's own system can run wherever the connection is");
        }
    }
}

/// What requests about files show from now on.
fn allow_files(world: &mut World, name: &str, fingerprint: &str, key: String) {
    let wanted = world.resource::<Connection>().wanted.as_ref();
    // A fingerprint that can't be read is that of a wire in memory, where no files go.
    if let (Some(server), Ok(fingerprint)) = (wanted.map(|wanted| wanted.server.clone()), fingerprint.parse()) {
        world.insert_resource(Access { server, fingerprint, key, name: name.to_owned() });
    }
}

/// Lets closed links send their farewell, then takes them away; the last one's end lets a quitting session end.
fn end_farewells(
    mut connection: ResMut<Connection>,
    transfers: Res<TransferLink>,
    clock: Clock,
    mut commands: Commands,
    mut exit: MessageWriter<AppExit>,
) {
    connection.farewells.retain_mut(|farewell| {
        farewell.updates = farewell.updates.saturating_sub(1);
        if farewell.updates == 1 {
            let reason = UnlinkReason::UserRequested(None);
            commands.trigger(Unlink { entity: farewell.link, reason });
        } else if farewell.updates == 0 {
            commands.entity(farewell.link).try_despawn();
        }
        farewell.updates > 0
    });
    let waited = connection.quit_asked.map_or(Duration::ZERO, |asked| clock.now().saturating_duration_since(asked));
    let is_told = transfers.is_reported() || waited >= LAST_REPORTS;
    if connection.quitting && connection.farewells.is_empty() && is_told {
        exit.write(AppExit::Success);
    }
}

impl Connection {
    fn sign_in(&mut self, sign_in: SignIn, desk: &Desk, report: &mut Report, commands: &mut Commands) {
        self.sign_out(report, commands);
        let mirror = &mut report.mirror.0;
        // The machine's own: no server has a say in it.
        let Snapshot { map, voice, sound_unchecked, devices, testing, pictures, .. } = mirror.clone();
        *mirror = Snapshot { map, voice, sound_unchecked, devices, testing, pictures, ..Snapshot::signed_out() };
        report.mirror.connection = ConnectionState::SigningIn;
        self.wanted = Some(sign_in);
        self.ask(desk);
    }

    fn ask(&mut self, desk: &Desk) {
        let Some(wanted) = self.wanted.clone() else { return };
        self.attempt = self.number();
        self.stage = Stage::AtDesk;
        let SignIn { or_variant, proof, stay, invite, .. } = wanted.clone();
        desk.ask(question(self.attempt, wanted, Matter::SignIn { or_variant, proof, stay, invite }));
    }

    fn number(&mut self) -> u64 {
        self.questions += 1;
        self.questions
    }

    fn welcomed(&mut self, me: Welcomed, now: Instant, report: &mut Report, commands: &mut Commands) {
        let Stage::Proving(link) = &self.stage else { return };
        let link = link.clone();
        commands.entity(link.entity).insert(LiveLink);
        report.mirror.connection = ConnectionState::Connected;
        report.mirror.keeping = me.keeping;
        report.mirror.me = Some(Me {
            id: me.id,
            name: link.name.clone(),
            at: me.at,
            direction: (0.0, 0.0),
            facing: 64,
            stamp: now,
            room: None,
            path: Vec::new(),
            moderator: me.moderator,
            account: link.account,
        });
        report.entered.write(EnteredWorld);
        if let Some(wanted) = &mut self.wanted {
            // Whoever comes back wants this name and no other.
            wanted.name.clone_from(&link.name);
            wanted.or_variant = false;
        }
        let event = if self.lost.take().is_some() {
            Event::Connection(ConnectionChanged::Regained)
        } else {
            let server = self.wanted.as_ref().map(|wanted| wanted.server.to_string()).unwrap_or_default();
            let Link { name, version, fingerprint, .. } = link.clone();
            Event::Welcome { person: me.id, name, server, version, fingerprint }
        };
        self.welcome = Some((event, now));
        self.pause = FIRST_PAUSE;
        self.closing = None;
        self.stage = Stage::InWorld(link.entity);
    }

    fn sign_in_failed(&mut self, failure: SignInFailure, now: Instant, report: &mut Report) {
        if self.lost.is_some() && may_pass(&failure) {
            return self.pause(now, None);
        }
        self.stage = Stage::SignedOut;
        self.wanted = None;
        report.mirror.connection = ConnectionState::SignedOut;
        report.mirror.me = None;
        report.tell(Event::SignInFailed(failure));
        if self.lost.take().is_some() {
            let text = "The server does not let this client in again; sign in anew.".to_owned();
            report.connection(ConnectionChanged::GivenUp(text));
        }
    }

    fn link_lost(&mut self, reason: Option<String>, now: Instant, report: &mut Report, commands: &mut Commands) {
        let was_in_world = matches!(self.stage, Stage::InWorld(_));
        self.close_link(commands);
        tracing::info!(?reason, was_in_world, "the link is gone");
        let cause = self.closing.take();
        if !was_in_world {
            let text = "The server's live door did not open; its UDP port may be blocked by a firewall.".to_owned();
            return self.sign_in_failed(SignInFailure::Unreachable(text), now, report);
        }
        report.left.write(LeftWorld);
        let text =
            cause.as_ref().map_or_else(|| "The connection to the server was lost.".to_owned(), ToString::to_string);
        report.connection(ConnectionChanged::Lost(text.clone()));
        self.lost = Some(now);
        match cause {
            Some(CloseCause::Misbehaved | CloseCause::SignedOut | CloseCause::SentAway { .. }) => {
                self.give_up(text, report, commands);
            }
            Some(CloseCause::ServerStops { retry_after_ms }) => {
                report.mirror.connection = ConnectionState::Retrying;
                self.pause(now, Some(Duration::from_millis(retry_after_ms.into())));
            }
            None => {
                report.mirror.connection = ConnectionState::Retrying;
                self.pause(now, None);
            }
        }
    }

    fn pause(&mut self, now: Instant, wish: Option<Duration>) {
        self.stage = Stage::Pausing(now + wish.unwrap_or(self.pause).min(LONGEST_PAUSE));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    fn give_up(&mut self, text: String, report: &mut Report, commands: &mut Commands) {
        self.lost = None;
        self.sign_out(report, commands);
        report.connection(ConnectionChanged::GivenUp(text));
    }

    fn sign_out(&mut self, report: &mut Report, commands: &mut Commands) {
        if matches!(self.stage, Stage::InWorld(_)) {
            report.left.write(LeftWorld);
        }
        self.close_link(commands);
        self.stage = Stage::SignedOut;
        self.wanted = None;
        self.lost = None;
        self.pause = FIRST_PAUSE;
        self.closing = None;
        // An answer that is still on its way is void.
        self.attempt = self.number();
        report.mirror.connection = ConnectionState::SignedOut;
        report.mirror.me = None;
    }

    /// What opens the front desk's files.
    fn access(&self, admission: &Admission) -> Option<Access> {
        let (server, fingerprint) = (self.wanted.as_ref()?.server.clone(), admission.fingerprint.parse().ok()?);
        Some(Access { server, fingerprint, key: admission.files_key.clone(), name: admission.name.clone() })
    }

    /// Says farewell on the link, if there is one: the server frees the name at once.
    fn close_link(&mut self, commands: &mut Commands) {
        let entity = match &self.stage {
            Stage::Dialing(link) | Stage::Proving(link) => link.entity,
            Stage::InWorld(entity) => *entity,
            _ => return,
        };
        self.welcome = None;
        commands.entity(entity).try_remove::<LiveLink>();
        commands.trigger(Disconnect { entity });
        self.farewells.push(Farewell { link: entity, updates: FAREWELL_UPDATES });
    }
}

impl Report<'_> {
    fn tell(&mut self, event: Event) {
        self.to_face.write(ToFace(event));
    }

    fn connection(&mut self, change: ConnectionChanged) {
        self.tell(Event::Connection(change));
    }

    fn notice(&mut self, code: &'static str, text: String) {
        self.tell(Event::Notice { code, text });
    }
}

/// A question to the front desk at which somebody wanted to sign in.
fn question(attempt: u64, SignIn { server, name, trust, .. }: SignIn, matter: Matter) -> Question {
    Question { attempt, server, trust, name, matter }
}

/// The live door's address. A server that listens on all addresses does not know which of them this client reached: then
/// it is the one where the front desk was found.
fn live_door(named: SocketAddr, desk: SocketAddr) -> SocketAddr {
    if named.ip().is_unspecified() { SocketAddr::new(desk.ip(), named.port()) } else { named }
}

/// Whether a later try may go better. A taken name does: it is this client's own, until the server notices the loss.
fn may_pass(failure: &SignInFailure) -> bool {
    match failure {
        SignInFailure::NameTaken { .. } | SignInFailure::Unreachable(_) => true,
        SignInFailure::Refused { code, .. } => matches!(code.as_str(), "too_many_tries" | "full" | "busy" | "stopping"),
        SignInFailure::PasswordNeeded { .. }
        | SignInFailure::UnknownCertificate { .. }
        | SignInFailure::ChangedCertificate { .. } => false,
    }
}
