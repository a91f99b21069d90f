//! The session: everything live, on a thread of its own, away from whatever draws it.
//!
//! [`start`] runs it; [`app`] builds its app alone, for tests that step it by hand over a wire in memory. The session's
//! parts are plugins, one a file. They share the [`session::Mirror`], which is the next snapshot, and the facts in
//! [`session`].

pub mod calls;
pub mod chat;
pub mod commands;
pub mod connection;
pub mod encoding;
pub mod events;
mod files;
pub mod handle;
pub mod hearing;
pub mod measure;
pub mod mirror;
pub mod notes;
pub mod phrase;
pub mod poses;
pub mod preferences;
pub mod quality;
pub mod session;
pub mod sign_in;
pub mod snapshot;
pub mod talk;
pub mod track;
pub mod transfers;
pub mod video;
pub mod voice;
pub mod walking;

pub use handle::{SessionHandle, SessionPort};

use crate::media::{
    cameras::CameraChoice,
    engine::{VoiceEngine, VoiceEvent, VoiceSettings},
    video::engine::VideoSettings,
};
use bevy::prelude::*;
use connection::Dialer;
use events::Event;
use hallway_protocol::{
    channels::ProtocolPlugin,
    link::{
        event_loop::{self, LiveLoop, LoopWaker},
        setup,
    },
};
use notes::shelf::Shelf;
use preferences::{Preferences, PreferencesPlugin, VoicePreferences, VoiceWishes};
use session::{Mirror, Port};
use sign_in::Desk;
use snapshot::ConnectionState;
use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{self, SyncSender},
    },
    thread,
    time::Duration,
};
use transfers::{TransferLink, TransferSettings, TransfersPlugin};
use video::VideoLink;
use voice::VoiceLink;

/// What a session is told at its start.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// What was wished about voice.
    pub voice: VoiceWishes,
    /// The camera, where one was named. It goes before what is kept, and is not kept itself. A script has none otherwise.
    pub camera: Option<CameraChoice>,
    /// Where received pictures are written as well, as Y4M.
    pub video_sink: Option<PathBuf>,
    /// Whether the rest comes from the settings file, and changes go there: a window's do. A script's do not, so that it
    /// does the same on each machine.
    pub is_kept: bool,
    /// Where pinned certificates and settings are kept.
    pub config_dir: PathBuf,
    /// Where fetched files go; the platform's folder for downloads where it is `None`.
    pub downloads: Option<PathBuf>,
    /// For how long a lost connection is tried again; without end where it is `None`.
    pub reconnect: Option<Duration>,
}

/// What a session's app stands on: the real things, or a test's.
pub struct Seams {
    /// The way to the face.
    pub port: SessionPort,
    /// The way to front desks.
    pub desk: Desk,
    /// How links are opened.
    pub dialer: Dialer,
    /// The voice engine.
    pub voice: VoiceLink,
    /// The video engine.
    pub video: VideoLink,
    /// What the person chose about voice and calls.
    pub preferences: Preferences,
    /// The thread that carries files.
    pub transfers: TransferLink,
    /// The files of voice notes.
    pub notes: Shelf,
}

/// Voice events that may wait for a session that is busy: two seconds of packets.
const VOICE_EVENTS: usize = 128;
/// How long the session sleeps where nobody is connected and nothing happens.
const IDLE: Duration = Duration::from_millis(250);
/// How long a tick waits for something that leads to an update anyway: while somebody talks, packets come more often.
const TICK_WAITS: Duration = Duration::from_millis(15);

/// Starts the session on its thread. It ends with [`commands::Command::Quit`], or when the handle is dropped.
///
/// # Errors
/// When the system gives no thread or no event queue, or a file of the settings can't be used; reads as a sentence.
pub fn start(settings: SessionSettings) -> io::Result<SessionHandle> {
    let (live, waker) = LiveLoop::new()?;
    let wake = |waker: &LoopWaker| {
        let waker = waker.clone();
        move || waker.wake()
    };
    let (handle, port) = handle::pair(wake(&waker));
    let desk = Desk::start(&settings.config_dir, wake(&waker))?;
    let preferences = if settings.is_kept {
        Preferences::kept(&settings.config_dir, settings.voice, settings.camera)?
    } else {
        Preferences::for_scripts(settings.voice, settings.camera)
    };
    let places = TransferSettings { config_dir: settings.config_dir.clone(), downloads: settings.downloads };
    let transfers = TransferLink::start(places, wake(&waker))?;
    let notes = Shelf::start(&settings.config_dir, wake(&waker))?;
    let voice = start_voice(&preferences.voice, waker.clone())?;
    let camera = preferences.calls.camera.clone();
    let video =
        VideoLink::start(VideoSettings { camera, sink: settings.video_sink, gallery: handle.gallery() }, waker)?;
    let seams = Seams { port, desk, dialer: Dialer::udp(), voice, video, preferences, transfers, notes };
    let reconnect = settings.reconnect;
    thread::Builder::new().name("session".to_owned()).spawn(move || run(live, seams, reconnect))?;
    Ok(handle)
}

/// A session's app, without a thread, a loop or a clock of its own.
pub fn app(seams: Seams, reconnect: Option<Duration>) -> App {
    let mut app = App::new();
    setup::client_plugins(&mut app);
    app.add_plugins(ProtocolPlugin)
        .insert_resource(Port::new(seams.port))
        .insert_resource(seams.desk)
        .insert_resource(seams.dialer)
        .insert_resource(seams.voice)
        .insert_resource(seams.video)
        .insert_resource(seams.transfers)
        .insert_resource(seams.notes)
        .add_plugins((
            session::SessionPlugin,
            PreferencesPlugin::new(seams.preferences),
            connection::ConnectionPlugin { reconnect },
            mirror::MirrorPlugin,
            walking::WalkingPlugin,
            poses::PosesPlugin,
            chat::ChatPlugin,
            talk::TalkPlugin,
            voice::VoicePlugin,
            calls::CallsPlugin,
            video::VideoPlugin,
            hearing::HearingPlugin,
            encoding::EncodingPlugin,
            measure::MeasurePlugin,
        ))
        .add_plugins((TransfersPlugin, notes::NotesPlugin));
    app
}

fn run(live: LiveLoop, seams: Seams, reconnect: Option<Duration>) {
    let mut app = app(seams, reconnect);
    app.insert_resource(live);
    event_loop::run(&mut app, until_next_update);
    let port = app.world_mut().remove_resource::<Port>();
    // The voice engine writes its last samples and stops before anybody hears that the session is over.
    drop(app);
    if let Some(port) = port {
        port.into_inner().emit(Event::Ended);
    }
}

/// The pace of an undisturbed session: short while pictures leave bit by bit, steps while its avatar walks, ticks while
/// it is connected, else hardly any.
fn until_next_update(world: &World) -> Duration {
    let tick = event_loop::until_fixed_tick(world) + TICK_WAITS;
    if world.resource::<video::Pictures>().0.is_waiting() {
        tick.min(video::PACE)
    } else if world.resource::<walking::Walking>().is_moving() {
        tick.min(walking::feet::STEP)
    } else if world.resource::<Mirror>().connection == ConnectionState::SignedOut {
        IDLE
    } else {
        tick
    }
}

/// Starts the voice engine.
fn start_voice(preferences: &VoicePreferences, waker: LoopWaker) -> io::Result<VoiceLink> {
    let settings = VoiceSettings {
        microphone: preferences.microphone.clone(),
        speaker: preferences.speaker.clone(),
        release_tail: preferences.release_tail,
        ..VoiceSettings::default()
    };
    let (delivered, events) = mpsc::sync_channel(VOICE_EVENTS);
    let engine = Arc::new(VoiceEngine::start(settings, deliver(delivered, waker))?);
    let measured = Arc::clone(&engine);
    Ok(VoiceLink::new(move |command| engine.send(command), move || measured.stats(), events))
}

fn deliver(events: SyncSender<VoiceEvent>, waker: LoopWaker) -> impl Fn(VoiceEvent) + Send + 'static {
    move |event| {
        if events.try_send(event).is_err() {
            tracing::debug!("the session takes no voice events; one was dropped");
        }
        waker.wake();
    }
}
