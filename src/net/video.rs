//! Pictures between the video engine and the link: what was encoded goes out after what is said, what came in goes to
//! the decoder at once. The session never looks into a picture.

mod copies;
mod lane;
pub mod outbox;
mod sent;

use super::{
    calls::CallKeeper,
    session::{Clock, LiveLink, SessionSystems},
    voice::VoiceLink,
};
use crate::media::video::engine::{VideoCommand, VideoEngine, VideoEvent, VideoSettings, VideoStats};
use bevy::{platform::cell::SyncCell, prelude::*};
use hallway_protocol::{
    channels::{VideoDownChannel, VideoUpChannel},
    ids::PersonId,
    link::event_loop::LoopWaker,
    video::{StepDown, StreamKey, VideoFeedback, decode_down},
};
use lightyear::{
    prelude::{ChannelRegistry, MessageReceiver, MessageSystems, Transport},
    transport::{channel::ChannelKind, plugin::TransportSystems},
};
use outbox::Outbox;
use std::{
    collections::{BTreeSet, HashMap},
    io,
    sync::{
        Arc,
        mpsc::{self, Receiver},
    },
    time::{Duration, Instant},
};

/// Video events that may wait for a session that is busy: a second of slices at 8 Mbit/s.
const VIDEO_EVENTS: usize = 1024;

/// How often the engine is told of a clock: they hardly drift, and a jitter buffer changes by a few milliseconds a second.
const CLOCK_PACE: Duration = Duration::from_millis(100);

/// How often pictures are handed over while some wait for their turn.
pub(super) const PACE: Duration = Duration::from_millis(5);

/// The session's end of the video engine.
#[derive(Resource)]
pub struct VideoLink {
    send: Box<dyn Fn(VideoCommand) + Send + Sync>,
    stats: Box<dyn Fn() -> VideoStats + Send + Sync>,
    events: SyncCell<Receiver<VideoEvent>>,
}

/// Carries pictures both ways.
pub struct VideoPlugin;

impl Plugin for VideoPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Pictures>()
            .init_resource::<Clocks>()
            .add_systems(
                PreUpdate,
                // The payloads are no messages of lightyear's: they are taken before it looks for some.
                receive_pictures.after(TransportSystems::Receive).before(MessageSystems::Receive),
            )
            .add_systems(Update, (hear_feedback, tell_clocks, send_pictures).chain().in_set(SessionSystems::Picture));
    }
}

/// What was encoded and has not left yet.
#[derive(Resource, Default)]
pub(super) struct Pictures(pub(super) Outbox);

/// As of when the engine was told of the clocks of voices.
#[derive(Resource, Default)]
struct Clocks {
    own: Option<Instant>,
    heard: HashMap<PersonId, Instant>,
}

impl VideoLink {
    /// A link to an engine: what it is told, what it says of itself, what it tells.
    #[must_use]
    pub fn new(
        send: impl Fn(VideoCommand) + Send + Sync + 'static,
        stats: impl Fn() -> VideoStats + Send + Sync + 'static,
        events: Receiver<VideoEvent>,
    ) -> Self {
        Self { send: Box::new(send), stats: Box::new(stats), events: SyncCell::new(events) }
    }

    /// Starts the engine; `waker` wakes the session when it tells something.
    ///
    /// # Errors
    /// When the file of the sink can't be created, or the system refuses a thread; reads as a sentence.
    pub fn start(settings: VideoSettings, waker: LoopWaker) -> io::Result<Self> {
        let (delivered, events) = mpsc::sync_channel(VIDEO_EVENTS);
        let deliver = move |event: VideoEvent| {
            // A frame leaves whole, so only its last slice is worth a wake-up.
            let is_due = !matches!(&event, VideoEvent::Slice(slice) if !outbox::ends_frame(slice));
            if delivered.try_send(event).is_err() {
                tracing::debug!("the session takes no video events; one was dropped");
            }
            if is_due {
                waker.wake();
            }
        };
        let engine = Arc::new(VideoEngine::start(settings, deliver)?);
        let measured = Arc::clone(&engine);
        Ok(Self::new(move |command| engine.send(command), move || measured.stats(), events))
    }

    /// Tells the engine something.
    pub fn send(&self, command: VideoCommand) {
        (self.send)(command);
    }

    /// What the engine has counted.
    #[must_use]
    pub fn stats(&self) -> VideoStats {
        (self.stats)()
    }

    /// The engine's next event, if there is one.
    pub fn event(&mut self) -> Option<VideoEvent> {
        self.events.get().try_recv().ok()
    }
}

fn receive_pictures(
    mut links: Query<&mut Transport, With<LiveLink>>,
    channels: Res<ChannelRegistry>,
    engine: Res<VideoLink>,
    calls: Res<CallKeeper>,
) {
    let Some(channel) = channels.get_net_from_kind(&ChannelKind::of::<VideoDownChannel>()) else { return };
    for mut link in &mut links {
        let Some(incoming) = link.channel_receive_mut(*channel) else { continue };
        while let Some((_, payload, _)) = incoming.read_message() {
            match decode_down(&payload) {
                Ok((sender, slice)) if calls.0.is_with(sender) => engine.send(VideoCommand::Receive { sender, slice }),
                Ok(_) => tracing::debug!("a picture of somebody who is in no call here; dropped"),
                Err(error) => tracing::debug!(%error, "dropped a slice of a picture"),
            }
        }
    }
}

/// The receivers tell how one's pictures come, and what did not; the senders, where the own link bears less than others'.
fn hear_feedback(
    mut links: Query<&mut MessageReceiver<VideoFeedback>>,
    engine: Res<VideoLink>,
    calls: Res<CallKeeper>,
    mut pictures: ResMut<Pictures>,
    clock: Clock,
) {
    let heard = links.iter_mut().flat_map(|mut link| link.receive().collect::<Vec<_>>());
    for feedback in heard.filter(|feedback| calls.0.is_with(feedback.person())) {
        match feedback {
            VideoFeedback::Report(report) => {
                pictures.0.reported(&report, clock.now());
                engine.send(VideoCommand::Reported(report));
            }
            VideoFeedback::Missing(missing) => pictures.0.send_again(missing, clock.now()),
            VideoFeedback::StepDown(StepDown { person: of, stream }) => {
                engine.send(VideoCommand::StepDown { of, stream });
            }
        }
    }
}

/// Pictures are stamped with the clock of the own voice, and shown by the clocks of the others' voices.
fn tell_clocks(voice: Res<VoiceLink>, engine: Res<VideoLink>, calls: Res<CallKeeper>, mut told: ResMut<Clocks>) {
    if !calls.0.is_live() {
        told.heard.clear();
        return;
    }
    let stats = voice.stats();
    let is_due = |told: Option<&Instant>, at| told.is_none_or(|told| *told + CLOCK_PACE <= at);
    if let Some((media_time, at)) = stats.call_clock
        && is_due(told.own.as_ref(), at)
    {
        told.own = Some(at);
        engine.send(VideoCommand::SetMediaClock { media_time, at });
    }
    for heard in &stats.heard_in_call {
        let (of, at, media_time) = (heard.heard.speaker, heard.at, heard.media_time);
        if is_due(told.heard.get(&of), at) {
            told.heard.insert(of, at);
            engine.send(VideoCommand::SetVoicePlayed { of, media_time, at });
        }
    }
    told.heard.retain(|person, _| calls.0.is_with(*person));
}

/// Sends what was encoded, at a pace that leaves voice its way. The voice of this update has been handed over before.
fn send_pictures(
    mut pictures: ResMut<Pictures>,
    calls: Res<CallKeeper>,
    engine: Res<VideoLink>,
    links: Query<&Transport, With<LiveLink>>,
    clock: Clock,
    mut told_behind: Local<BTreeSet<StreamKey>>,
) {
    let outbox = &mut pictures.0;
    outbox.keep(|source| calls.0.may_send(source));
    let now = clock.now();
    for slice in outbox.take(now) {
        for link in &links {
            if let Err(error) = link.send::<VideoUpChannel>(slice.clone()) {
                tracing::debug!(%error, "a slice of a picture found no way out");
            }
        }
    }
    for stream in outbox.take_broken() {
        engine.send(VideoCommand::SendKeyframe { source: stream.source, layer: stream.layer });
    }
    let behind = outbox.behind(now);
    for stream in behind.symmetric_difference(&told_behind) {
        engine.send(VideoCommand::Wait { stream: *stream, waits: behind.contains(stream) });
    }
    *told_behind = behind;
}
