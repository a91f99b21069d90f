//! The video thread's loop: commands, and what comes from others.

use super::{
    Devices, Gallery, Message, Shared, VideoCommand, VideoEvent, VideoQuality, VideoSettings, VideoStats, Whose,
    capture::Subject, encode::Order, sink::Sinks, source::SourceControl,
};
use crate::media::{
    cameras::{CameraChoice, CameraError, Wish},
    picture::clock,
    screens::{ScreenChoice, ScreenError},
    video::{
        layers,
        media_clock::MediaClock,
        receiver::{Output, Received, Receiver},
    },
};
use hallway_protocol::video::{Layer, Source};
use std::{
    io, mem,
    sync::{
        Arc, PoisonError,
        atomic::Ordering::Relaxed,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

/// How long the engine's end waits for its threads: as long as a person waits for a window to close.
const STOPPING: Duration = Duration::from_secs(1);
/// Most commands between two looks at what is due: however much comes, pictures are shown and reports told.
const AT_ONCE: usize = 64;
/// How often the statistics are told, while there are any.
const PUBLISH: Duration = Duration::from_millis(250);

/// The thread's state.
pub(super) struct Runner {
    commands: mpsc::Receiver<Message>,
    shared: Arc<Shared>,
    deliver: Arc<dyn Fn(VideoEvent) + Send + Sync>,
    gallery: Gallery,
    sinks: Option<Sinks>,
    choice: CameraChoice,
    wish: Wish,
    camera: SourceControl,
    screen: SourceControl,
    receiver: Receiver,
    outputs: Vec<Output>,
    received: u64,
    publish_due: Duration,
}

impl Runner {
    pub(super) fn new(
        settings: VideoSettings,
        devices: Devices,
        commands: mpsc::Receiver<Message>,
        shared: Arc<Shared>,
        deliver: Arc<dyn Fn(VideoEvent) + Send + Sync>,
    ) -> io::Result<Self> {
        let VideoSettings { camera, sink, gallery } = settings;
        let control = |source| SourceControl::new(source, devices.clone(), gallery.clone(), deliver.clone());
        Ok(Self {
            commands,
            shared,
            sinks: sink.map(Sinks::create).transpose()?,
            choice: camera,
            wish: Wish::default(),
            camera: control(Source::Camera),
            screen: control(Source::Screen),
            receiver: Receiver::default(),
            outputs: Vec::new(),
            received: 0,
            publish_due: Duration::ZERO,
            gallery,
            deliver,
        })
    }

    /// Runs until told to stop.
    pub(super) fn run(mut self) {
        while self.round() {}
        self.camera.stop();
        self.screen.stop();
        let until = clock::now() + STOPPING;
        self.camera.wait(until);
        self.screen.wait(until);
    }

    /// One round: waits for a command or the next moment at which something is due. False when told to stop.
    fn round(&mut self) -> bool {
        let mut next = match self.wait() {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return false,
        };
        let mut taken = 0;
        while let Some(message) = next {
            match message {
                Message::Command(command, given) => self.obey(command, given),
                Message::Stop => return false,
            }
            taken += 1;
            next = (taken < AT_ONCE).then(|| self.commands.try_recv().ok()).flatten();
        }
        let now = clock::now();
        self.receiver.step(now, &mut self.outputs);
        self.put_out();
        self.camera.step(now);
        self.screen.step(now);
        if now >= self.publish_due {
            self.publish(now);
        }
        true
    }

    fn wait(&self) -> Result<Message, RecvTimeoutError> {
        let publish = self.is_active().then_some(self.publish_due);
        let due = [self.receiver.due(), self.camera.due(), self.screen.due(), publish].into_iter().flatten().min();
        match due {
            Some(due) => self.commands.recv_timeout(due.saturating_sub(clock::now())),
            None => self.commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    /// Whether anything happens that statistics tell of.
    fn is_active(&self) -> bool {
        let closing = self.camera.due().or(self.screen.due()).or(self.receiver.due());
        self.camera.is_open() || self.screen.is_open() || closing.is_some()
    }

    fn obey(&mut self, command: VideoCommand, given: Duration) {
        let now = clock::now();
        match command {
            VideoCommand::OpenCamera => self.open_camera(),
            VideoCommand::CloseCamera => self.camera.close(now),
            VideoCommand::ChooseCamera(choice) => {
                self.choice = choice;
                if self.camera.is_open() {
                    self.open_camera();
                }
            }
            VideoCommand::ShareScreen(choice) => self.share_screen(choice),
            VideoCommand::StopScreen => self.screen.close(now),
            VideoCommand::SetReceivers { source, receivers } => self.set_receivers(source, receivers),
            VideoCommand::Wait { stream, waits } => {
                self.source(stream.source).slot().order(Order::Wait(stream.layer, waits));
            }
            VideoCommand::SendKeyframe { source, layer } => self.source(source).slot().order(Order::Keyframe(layer)),
            VideoCommand::Reported(report) => {
                self.source(report.stream.source).slot().order(Order::Reported(report));
            }
            VideoCommand::SetMediaClock { media_time, at } => {
                let clock = MediaClock { media_time, at: clock::at(at) };
                self.camera.slot().order(Order::Clock(clock));
                self.screen.slot().order(Order::Clock(clock));
            }
            VideoCommand::SetVoicePlayed { of, media_time, at } => {
                self.receiver.voice_played(of, MediaClock { media_time, at: clock::at(at) });
            }
            VideoCommand::Receive { sender, slice } => {
                self.shared.waiting_slices.fetch_sub(1, Relaxed);
                self.received += 1;
                self.receiver.receive(sender, &slice, given, now, &mut self.outputs);
            }
            VideoCommand::Watch { of, source, layer } => {
                self.receiver.watch(of, source, layer, now, &mut self.outputs);
            }
            VideoCommand::StepDown { of, stream } => self.receiver.step_down(of, stream, now, &mut self.outputs),
            VideoCommand::Forget(of) => self.receiver.forget(of, &mut self.outputs),
        }
        self.put_out();
    }

    fn source(&self, source: Source) -> &SourceControl {
        match source {
            Source::Camera => &self.camera,
            Source::Screen => &self.screen,
        }
    }

    fn open_camera(&mut self) {
        if let Err(error) = self.camera.open(Subject::Camera(self.choice.clone(), self.wish)) {
            let name = "The camera".into();
            (self.deliver)(VideoEvent::CameraTrouble(CameraError::Other { name, why: error.to_string() }));
        }
    }

    fn share_screen(&mut self, choice: ScreenChoice) {
        if let Err(error) = self.screen.open(Subject::Screen(choice)) {
            (self.deliver)(VideoEvent::ScreenClosed(Some(ScreenError::Other(error.to_string()))));
        }
    }

    /// A camera that is open is opened anew for larger pictures, but not for smaller ones: those are scaled.
    fn set_receivers(&mut self, source: Source, receivers: [u8; Layer::COUNT]) {
        self.source(source).slot().order(Order::Receivers(receivers));
        let wish = layers::wish(receivers);
        if source == Source::Camera && (wish.width > self.wish.width || !self.camera.is_open()) && wish != self.wish {
            self.wish = wish;
            if self.camera.is_open() {
                self.open_camera();
            }
        }
    }

    fn put_out(&mut self) {
        for output in mem::take(&mut self.outputs) {
            match output {
                Output::Show { of, source, picture } => {
                    if let Some(sinks) = &mut self.sinks {
                        sinks.write(Whose::Of(of), source, &picture);
                    }
                    self.gallery.show(Whose::Of(of), source, picture, clock::moment(clock::now()));
                }
                Output::Clear { of, source } => self.gallery.clear(Whose::Of(of), source),
                Output::WantKeyframe { of, stream } => {
                    (self.deliver)(VideoEvent::WantKeyframe { of, source: stream.source, layer: stream.layer });
                }
                Output::Feedback(feedback) => (self.deliver)(VideoEvent::Feedback(feedback)),
                Output::Prefer { of, source, layer } => (self.deliver)(VideoEvent::PreferLayer { of, source, layer }),
                Output::TooPoor { of, too_poor } => (self.deliver)(VideoEvent::LinkTooPoor { of, too_poor }),
            }
        }
    }

    fn publish(&mut self, now: Duration) {
        self.publish_due = now + PUBLISH;
        let Received { lost, shown, dropped, keyframes_wanted, refused, streams, decode_delay } =
            self.receiver.received();
        let (camera, screen) = (self.camera.slot(), self.screen.slot());
        let sum = |of: fn(&super::encode::Counts) -> u64| of(&camera.counts) + of(&screen.counts);
        let open = |control: &SourceControl| control.is_open().then(|| control.slot().published());
        let (camera_aims, screen_aims) = (open(&self.camera), open(&self.screen));
        let stats = VideoStats {
            captured: sum(|counts| counts.captured.load(Relaxed)),
            encoded: sum(|counts| counts.encoded.load(Relaxed)),
            sent: sum(|counts| counts.sent.load(Relaxed)),
            received: self.received,
            lost,
            shown,
            dropped: dropped + self.shared.dropped_slices.load(Relaxed),
            refused,
            keyframes_wanted,
            target_bitrate: camera_aims.iter().chain(&screen_aims).map(|aims| aims.target_bitrate).sum(),
            camera_encoding: camera_aims.and_then(|aims| aims.encoding),
            streams: streams
                .into_iter()
                .map(|it| VideoQuality {
                    of: it.of,
                    source: it.source,
                    size: it.size,
                    rate: it.rate,
                    loss: it.loss,
                    bitrate: it.bitrate,
                })
                .collect(),
            decode_delay,
        };
        *self.shared.stats.lock().unwrap_or_else(PoisonError::into_inner) = stats;
    }
}
