//! Starts a server on its own threads, and stops it in order.

use crate::{
    ServerEvent, Settings,
    accounts::{Accounts, Bans, Registered},
    config::Contradiction,
    desk::{CertificateError, Denied, Desk, Exhibits, Identity, SignInLimits, WorldAsk, WorldDoor},
    files::{FileLimits, Files},
    site::{self, DataDir, SiteError},
    store::{self, Database, OpenError, StoreWorker},
    talk_log,
    world::{self, Moderators, StopFlag, WorldSettings, WorldWires},
};
use bevy::app::AppExit;
use hallway_protocol::{
    floor::{FloorRules, FloorTimes},
    keeping::Keeping,
    link::{
        event_loop::{self, LiveLoop, LoopWaker},
        udp::{LiveSocket, ServerSocket},
    },
    map::WorldMap,
};
use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};
use thiserror::Error;
use tokio::runtime::Runtime;

/// Threads of the front desk's runtime; it signs people in and hands out the map.
const DESK_THREADS: usize = 2;
/// Threads that may wait for the disk, or work on passwords. They end when nothing is to do.
const BLOCKING_THREADS: usize = 7;
/// How long the store may take for its last transaction and its clean end.
const STORE_GRACE: Duration = Duration::from_secs(1);
/// How often it is looked whether somebody was banned: by the operator in another process, or by a moderator.
const BANS_LOOKED_AT: Duration = Duration::from_secs(2);
/// What is left of the runtime after that is abandoned.
const RUNTIME_GRACE: Duration = Duration::from_millis(200);

/// Why a server can't be started. Reads as one sentence.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting is out of its range, or settings contradict each other.
    #[error(transparent)]
    Settings(#[from] Contradiction),
    /// Data folder, port or map are of no use.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// There is no certificate.
    #[error("The certificate is of no use: {}.", chain(.0))]
    Certificate(#[from] CertificateError),
    /// The store can't be opened.
    #[error("The message store is of no use: {}.", chain(.0))]
    Store(#[from] OpenError),
    /// The system gave no thread, timer or poll.
    #[error("The system refuses what a server needs: {0}.")]
    System(#[from] io::Error),
}

/// An error and what caused it, in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let text = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    text.trim_end_matches('.').replace('\n', " ")
}

/// A server that runs. Dropping it without [`Self::stop`] tells the world to end and waits for nothing.
pub struct Running {
    /// Where it listens, with the real port.
    pub listen: SocketAddr,
    /// The SHA-256 of its certificate, as `AB:CD:…`.
    pub fingerprint: String,
    /// Its data folder.
    pub data_dir: PathBuf,
    /// Who moderates every room. Whoever hosts the server in its own process adds its own owner.
    pub moderators: Moderators,
    stopper: Stopper,
    events: mpsc::Receiver<ServerEvent>,
    world: Option<JoinHandle<AppExit>>,
    parts: Option<Parts>,
}

/// What runs beside the world.
struct Parts {
    desk: Desk,
    store: tokio::task::JoinHandle<()>,
    runtime: Runtime,
    _data_dir: DataDir,
}

/// Ends a server from any thread.
#[derive(Clone, Debug)]
pub struct Stopper {
    flag: StopFlag,
    waker: LoopWaker,
}

impl Stopper {
    /// Asks the server to tell its people and end; returns at once.
    pub fn stop(&self) {
        self.flag.set();
        self.waker.wake();
    }
}

/// Starts a server. It is ready when this returns.
///
/// # Errors
/// When it has nothing to stand on; each reason is one sentence. See [`StartError`].
///
/// # Panics
/// When called within an async runtime, as it waits for one of its own. The same holds for [`Running::wait`].
pub fn start(settings: Settings) -> Result<Running, StartError> {
    settings.check()?;
    let data_dir = DataDir::take(&settings.data_dir)?;
    let (map, exhibits) = site::read_map(&settings)?;
    let identity = Identity::load_or_make(&settings.data_dir, &settings.name)?;
    let (listener, socket) = site::bind(settings.listen)?;
    let listen = listener.local_addr()?;
    let public = site::resolve_public(&settings, listen.port())?;
    let runtime = runtime()?;
    let database = runtime.block_on(open_store(&settings.data_dir))?.with_keeping(keeping(&settings));
    let moderators = Moderators::new(settings.moderators.0.iter().copied());
    let accounts = runtime.block_on(Accounts::open(&settings.data_dir, moderators.clone())).map_err(OpenError::from)?;
    let accounts = Arc::new(accounts.with_guests(settings.guests.is_on()));

    let files = runtime.block_on(Files::open(&settings.data_dir, file_limits(&settings)))?;
    runtime.spawn(files.clone().sweep_on());

    let (live, waker) = LiveLoop::new()?;
    let stopper = Stopper { flag: StopFlag::default(), waker: waker.clone() };
    let (store_client, store_end) = store::wire();
    let (events_in, events) = mpsc::channel();
    let (door, asks) = WorldDoor::new(waking(&waker));
    let (dropped_files, named) = tokio::sync::mpsc::unbounded_channel();
    runtime.spawn(files.clone().drop_named(named));
    let worker = StoreWorker::new(database, store_end, waking(&waker)).naming_dropped_files(dropped_files);
    let store = runtime.spawn(worker.run());
    runtime.spawn(watch_bans(Arc::clone(&accounts), door.clone()));
    let (registered, bans) = (accounts.registered(), accounts.bans());
    let (turns, kept) = talk_log::wire();
    runtime.spawn(talk_log::keep(kept, files.clone(), door.clone()));
    let desk = open_desk(&runtime, listener, &identity, exhibits, door, accounts, files, &settings)?;
    let wires = WorldWires { asks, store: store_client, stop: stopper.flag.clone(), turns, events: Some(events_in) };
    let world_settings = world_settings(&settings, map, moderators.clone(), registered, bans, public);
    let world = spawn_world(world_settings, wires, socket, live)?;
    let fingerprint = identity.fingerprint().to_owned();
    let parts = Some(Parts { desk, store, runtime, _data_dir: data_dir });
    let data_dir = settings.data_dir;
    Ok(Running { listen, fingerprint, data_dir, moderators, stopper, events, world: Some(world), parts })
}

fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(DESK_THREADS)
        .max_blocking_threads(BLOCKING_THREADS)
        .on_thread_start(hallway_protocol::link::threads::stand_back)
        .thread_name("desk")
        .enable_all()
        .build()
}

async fn open_store(data_dir: &Path) -> Result<Database, OpenError> {
    // Any number will do that no other run has: a random one of 63 bits.
    Database::open(data_dir, i64::from_ne_bytes(rand::random::<[u8; 8]>()) & i64::MAX).await
}

fn open_desk(
    runtime: &Runtime,
    listener: TcpListener,
    identity: &Identity,
    exhibits: Exhibits,
    door: WorldDoor,
    accounts: Arc<Accounts>,
    files: Files,
    settings: &Settings,
) -> io::Result<Desk> {
    let limits = SignInLimits::new(settings.sign_ins_per_minute, settings.sign_ins_per_minute_local);
    let _entered = runtime.enter();
    Desk::open(listener, identity, exhibits, door, accounts, files, limits)
}

/// Has bans enforced that were made since the last look. Ends with the world.
async fn watch_bans(accounts: Arc<Accounts>, door: WorldDoor) {
    let mut looks = tokio::time::interval(BANS_LOOKED_AT);
    loop {
        looks.tick().await;
        // What fails is in the log, and is tried again.
        if accounts.refresh_bans().await.is_ok_and(|changed| changed)
            && door.ask(WorldAsk::Enforce) == Err(Denied::Stopping)
        {
            return;
        }
    }
}

fn file_limits(settings: &Settings) -> FileLimits {
    let mib = |count: u32| u64::from(count) * 1024 * 1024;
    FileLimits {
        file: mib(settings.max_file_mib),
        person: mib(settings.max_files_mib_per_person),
        all: mib(settings.max_files_mib),
        guests: settings.guest_files,
    }
}

fn waking(waker: &LoopWaker) -> impl Fn() + Send + Sync + 'static {
    let waker = waker.clone();
    move || waker.wake()
}

fn world_settings(
    settings: &Settings,
    map: WorldMap,
    moderators: Moderators,
    registered: Registered,
    bans: Bans,
    public: Option<SocketAddr>,
) -> WorldSettings {
    let usual = FloorTimes::default();
    // A short turn is warned at half of it.
    let warning_before = usual.warning_before.min(settings.talk_limit / 2);
    WorldSettings {
        map,
        max_people: settings.max_people,
        floor: FloorRules {
            policy: settings.floor_policy,
            queue: settings.queue_rule,
            times: FloorTimes { talk_limit: settings.talk_limit, warning_before, ..usual },
            talk_log: false,
        },
        empty_room_lifetime: settings.empty_room_lifetime,
        moderators,
        registered,
        public,
        bans,
        keeping: keeping(settings),
    }
}

fn keeping(settings: &Settings) -> Keeping {
    let Settings { keep_world: world, keep_rooms: rooms, keep_private, private_history, .. } = *settings;
    Keeping { world, rooms, private: private_history.is_on().then_some(keep_private) }
}

fn spawn_world(
    settings: WorldSettings,
    wires: WorldWires,
    socket: LiveSocket,
    live: LiveLoop,
) -> io::Result<JoinHandle<AppExit>> {
    thread::Builder::new().name("world".to_owned()).spawn(move || {
        let mut app = world::app(settings, wires);
        app.insert_resource(ServerSocket(socket)).insert_resource(live);
        event_loop::run(&mut app, world::until_next_tick)
    })
}

impl Running {
    /// What ends this server from another thread.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Waits for the next event; `None` once the world has ended.
    pub fn next_event(&self) -> Option<ServerEvent> {
        self.events.recv().ok()
    }

    /// Waits until the world has ended, by [`Stopper::stop`] or by a failure, and then closes the rest.
    ///
    /// # Errors
    /// When the world failed.
    pub fn wait(mut self) -> Result<(), WorldFailed> {
        while self.next_event().is_some() {}
        let exit = self.world.take().map(JoinHandle::join);
        if let Some(parts) = self.parts.take() {
            parts.close();
        }
        match exit {
            Some(Ok(AppExit::Success)) | None => Ok(()),
            Some(Ok(AppExit::Error(_)) | Err(_)) => Err(WorldFailed),
        }
    }

    /// Ends the server: people are told, what was said is stored. Takes less than five seconds.
    ///
    /// # Errors
    /// When the world failed.
    pub fn stop(self) -> Result<(), WorldFailed> {
        self.stopper.stop();
        self.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopper.stop();
        if let Some(parts) = self.parts.take() {
            parts.runtime.shutdown_background();
        }
    }
}

/// The world ended by a failure; the log has the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("The server failed; its log says why.")]
pub struct WorldFailed;

impl Parts {
    /// Closes the desk, lets the store finish, and ends the runtime.
    fn close(self) {
        let Self { desk, store, runtime, _data_dir } = self;
        runtime.block_on(async {
            desk.close().await;
            if tokio::time::timeout(STORE_GRACE, store).await.is_err() {
                tracing::error!("the store did not finish in time");
            }
        });
        runtime.shutdown_timeout(RUNTIME_GRACE);
    }
}
