//! The voice thread's loop.

#[cfg(feature = "devices")]
mod upkeep;

use super::{
    Message, Shared, VoiceCommand, VoiceEvent, VoiceSettings, VoiceStats,
    capture::{Capture, Captured, Source},
    echo::EchoPath,
    loopback::ONESELF,
    playback::{Circle, FrameClock, Playback, Sink},
};
#[cfg(not(feature = "devices"))]
use crate::media::devices::DeviceError;
use crate::media::{
    devices::{
        sink::Speaker,
        source::Microphone,
        wav::{WavSink, WavSource, read_wav},
    },
    notes::player::NotePlayer,
    voice::{activation::VoiceChange, codec::CodecError, gate::GateOutput},
};
use hallway_protocol::{ids::PersonId, voice::VoicePacket};
use std::{
    io,
    sync::{
        Arc, PoisonError,
        atomic::Ordering::Relaxed,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

/// How long it waits at least, whatever is due.
const SHORTEST_WAIT: Duration = Duration::from_micros(200);
/// How often it looks while a device is being opened.
const OPENING_TICK: Duration = Duration::from_millis(20);
/// How often it looks while nobody talks: often enough for a WAV file and for a device that went away.
const IDLE_TICK: Duration = Duration::from_millis(100);

/// The thread's state.
pub(super) struct Runner {
    commands: Receiver<Message>,
    shared: Arc<Shared>,
    deliver: Box<dyn Fn(VoiceEvent) + Send>,
    clock: Instant,
    cues: bool,
    microphone: Microphone,
    speaker: Speaker,
    capture: Capture,
    playback: Playback,
    captured: Captured,
    sent: u64,
    echo: EchoPath,
    #[cfg(feature = "devices")]
    devices: upkeep::Devices,
}

impl Runner {
    pub(super) fn new(
        settings: VoiceSettings,
        commands: Receiver<Message>,
        shared: Arc<Shared>,
        deliver: Box<dyn Fn(VoiceEvent) + Send>,
    ) -> io::Result<Self> {
        let clock = Instant::now();
        let VoiceSettings { microphone, speaker, release_tail, cues } = settings;
        let source = open_source(&microphone, Duration::ZERO)?;
        let sink = open_sink(&speaker, Duration::ZERO)?;
        Ok(Self {
            commands,
            shared,
            deliver,
            clock,
            cues,
            microphone,
            speaker,
            capture: Capture::new(source, release_tail).map_err(io::Error::other)?,
            playback: Playback::new(sink),
            captured: Captured::default(),
            sent: 0,
            echo: EchoPath::default(),
            #[cfg(feature = "devices")]
            devices: upkeep::Devices::default(),
        })
    }

    /// Runs until told to stop.
    pub(super) fn run(mut self) {
        self.ask_for_microphone();
        self.ask_for_speaker();
        while self.round() {}
        // Finishes a WAV file.
        self.playback.set_sink(Sink::None(FrameClock::new(Duration::ZERO)));
    }

    /// One round: waits for a command or the next tick. False when told to stop.
    fn round(&mut self) -> bool {
        let first = match self.commands.recv_timeout(self.wait(self.clock.elapsed())) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return false,
        };
        let now = self.clock.elapsed();
        // What was due before the command came is played as it was then.
        self.play(now);
        let mut next = first;
        while let Some(message) = next {
            match message {
                Message::Command(command, given) => self.obey(command, given, now),
                Message::Stop => return false,
            }
            next = self.commands.try_recv().ok();
        }
        self.look_after_devices(now);
        self.echo.carry(&mut self.playback, &mut self.capture);
        self.capture.step(now, &mut self.captured);
        self.send();
        while let Some(packet) = self.capture.heard_back(now) {
            self.playback.hear(Circle::Call, ONESELF, packet, now);
        }
        self.play(now);
        self.publish();
        true
    }

    /// How long there is nothing to do but for a command.
    fn wait(&self, now: Duration) -> Duration {
        let opening = self.is_opening().then_some(OPENING_TICK);
        let waits = [self.capture.due_in(now), self.playback.due_in(now), opening, Some(IDLE_TICK)];
        waits.into_iter().flatten().min().unwrap_or(IDLE_TICK).max(SHORTEST_WAIT)
    }

    fn obey(&mut self, command: VoiceCommand, given: Instant, now: Duration) {
        match command {
            VoiceCommand::PressTalk => self.press(now),
            VoiceCommand::KeepRecording => self.capture.gate().keep_recording(),
            VoiceCommand::FloorGranted => self.capture.gate().grant(now, &mut self.captured.gate),
            VoiceCommand::SpeakLive => self.capture.gate().speak_live(now, &mut self.captured.gate),
            VoiceCommand::PlayRecording => self.capture.gate().play_recording(now, &mut self.captured.gate),
            VoiceCommand::ReleaseTalk => self.capture.release(now, &mut self.captured),
            VoiceCommand::AbortTalk => {
                self.capture.gate().abort(now);
                // What the gate let out in this very round has not left yet, and must not.
                self.captured.gate.clear();
            }
            VoiceCommand::SetEncoding(encoding) => self.capture.set_encoding(encoding),
            VoiceCommand::SetProcessing(processing) => self.capture.set_processing(processing),
            VoiceCommand::SetActivation(activation) => self.capture.set_activation(activation, now),
            VoiceCommand::SetTail(tail) => self.capture.gate().set_tail(tail),
            VoiceCommand::StartTest => self.capture.start_test(now),
            VoiceCommand::StopTest => self.stop_test(),
            VoiceCommand::Hear { speaker, packet } => self.hear(Circle::Room, speaker, packet, given),
            VoiceCommand::HearCall { speaker, packet } => self.hear(Circle::Call, speaker, packet, given),
            VoiceCommand::OpenCall => self.open_call(now),
            VoiceCommand::CloseCall => self.capture.close_call(&mut self.captured),
            VoiceCommand::Forget { speaker } => self.playback.forget(Circle::Room, speaker),
            VoiceCommand::ForgetInCall { speaker } => self.playback.forget(Circle::Call, speaker),
            VoiceCommand::LowerRoom(lowered) => self.playback.lower_room(lowered),
            VoiceCommand::HearFrom { speaker, ears } => self.playback.hear_from(speaker, ears),
            VoiceCommand::SetVolume { speaker, volume } => self.playback.set_volume(speaker, volume),
            VoiceCommand::Play(cue) if self.cues => self.playback.play(cue),
            VoiceCommand::Play(_) => {}
            VoiceCommand::SetMicrophone(microphone) => self.set_microphone(microphone, now),
            VoiceCommand::SetSpeaker(speaker) => self.set_speaker(speaker, now),
            VoiceCommand::RecordNote { ticket } => self.record_note(ticket, now),
            VoiceCommand::FinishNote => self.capture.finish_note(now, &mut self.captured),
            VoiceCommand::CancelNote => self.capture.cancel_note(),
            VoiceCommand::PlayNote { ticket, note, from, speed, skip_silence } => {
                let player = NotePlayer::new(note, from, speed).map(|player| player.skipping_silence(skip_silence));
                self.play_note(ticket, player);
            }
            VoiceCommand::StopNote => self.playback.stop_note(),
        }
    }

    /// A packet came, which had arrived when it was `given`.
    fn hear(&mut self, circle: Circle, speaker: PersonId, packet: VoicePacket, given: Instant) {
        self.shared.waiting_packets.fetch_sub(1, Relaxed);
        self.playback.hear(circle, speaker, packet, given.saturating_duration_since(self.clock));
    }

    fn press(&mut self, now: Duration) {
        self.stop_test();
        self.capture.press(now, &mut self.captured);
    }

    fn open_call(&mut self, now: Duration) {
        self.stop_test();
        self.capture.open_call(now);
    }

    fn record_note(&mut self, ticket: u64, now: Duration) {
        self.stop_test();
        self.capture.start_note(ticket, now, &mut self.captured);
    }

    fn play_note(&mut self, ticket: u64, player: Result<NotePlayer, CodecError>) {
        match player {
            Ok(player) => self.playback.play_note(ticket, player),
            Err(error) => {
                tracing::warn!(%error, "a note can't be played");
                (self.deliver)(VoiceEvent::NoteEnded(ticket));
            }
        }
    }

    fn stop_test(&mut self) {
        self.capture.stop_test();
        self.playback.forget(Circle::Call, ONESELF);
    }

    fn set_microphone(&mut self, microphone: Microphone, now: Duration) {
        let source = open_source(&microphone, now).unwrap_or_else(|error| {
            (self.deliver)(VoiceEvent::MicrophoneLost(error.to_string()));
            Source::None
        });
        self.microphone = microphone;
        self.capture.set_source(source, &mut self.captured);
        self.ask_for_microphone();
    }

    fn set_speaker(&mut self, speaker: Speaker, now: Duration) {
        let sink = open_sink(&speaker, now).unwrap_or_else(|error| {
            (self.deliver)(VoiceEvent::SpeakerLost(error.to_string()));
            Sink::None(FrameClock::new(now))
        });
        self.speaker = speaker;
        self.playback.set_sink(sink);
        self.ask_for_speaker();
    }

    fn play(&mut self, now: Duration) {
        if self.capture.is_sending() || self.capture.recording_note().is_some() {
            self.playback.speak_oneself(now);
        }
        if let Err(error) = self.playback.step(now) {
            let text = format!("The sound file could not be written any further: {error}.");
            (self.deliver)(VoiceEvent::SpeakerLost(text));
            self.playback.set_sink(Sink::None(FrameClock::new(now)));
        }
        if let Some(ticket) = self.playback.ended_note() {
            (self.deliver)(VoiceEvent::NoteEnded(ticket));
        }
    }

    fn send(&mut self) {
        for change in self.captured.changes.drain(..) {
            (self.deliver)(match change {
                VoiceChange::Began => VoiceEvent::VoiceBegan,
                VoiceChange::Ended => VoiceEvent::VoiceEnded,
            });
        }
        for output in self.captured.gate.drain(..) {
            (self.deliver)(match output {
                GateOutput::Packet(packet) => {
                    self.sent += 1;
                    VoiceEvent::Packet(packet.encode())
                }
                GateOutput::BurstEnded => VoiceEvent::BurstEnded,
            });
        }
        for packet in self.captured.call.drain(..) {
            self.sent += 1;
            (self.deliver)(VoiceEvent::CallPacket(packet.encode()));
        }
        for (ticket, note) in self.captured.notes.drain(..) {
            (self.deliver)(VoiceEvent::NoteRecorded { ticket, note: note.map(Arc::new) });
        }
    }

    fn publish(&self) {
        // Read here, so that what is told of a moment is right at that moment.
        let now = self.clock.elapsed();
        let mut heard = self.playback.stats(now, self.clock + now);
        heard.heard_in_call.retain(|one| one.heard.speaker != ONESELF);
        let stats = VoiceStats {
            sent: self.sent,
            dropped: heard.dropped + self.shared.dropped_packets.load(Relaxed),
            microphone_level: self.capture.level_dbfs(),
            no_microphone: !self.capture.has_microphone() && !self.awaits_microphone(),
            mic_open: self.capture.is_sending(),
            call_open: self.capture.is_open_to_call(),
            call_clock: self.capture.call_clock().map(|(place, at)| (place, self.clock + at)),
            recorded_ms: u32::try_from(self.capture.recorded().as_millis()).unwrap_or(u32::MAX),
            encoding: self.capture.encoding(),
            overruns: self.capture.overruns(),
            recording_note: self.capture.recording_note(),
            note: self.playback.note(),
            ..heard
        };
        *self.shared.stats.lock().unwrap_or_else(PoisonError::into_inner) = stats;
    }
}

/// A build without sound devices says so when one is asked for.
#[cfg(not(feature = "devices"))]
impl Runner {
    fn is_opening(&self) -> bool {
        false
    }

    fn awaits_microphone(&self) -> bool {
        false
    }

    fn ask_for_microphone(&self) {
        if matches!(self.microphone, Microphone::Device(_)) {
            (self.deliver)(VoiceEvent::MicrophoneLost(DeviceError::NotBuilt.to_string()));
        }
    }

    fn ask_for_speaker(&self) {
        if matches!(self.speaker, Speaker::Device(_)) {
            (self.deliver)(VoiceEvent::SpeakerLost(DeviceError::NotBuilt.to_string()));
        }
    }

    fn look_after_devices(&self, _now: Duration) {}
}

/// What a microphone can be read from at once; a device comes later, when it is open.
fn open_source(microphone: &Microphone, now: Duration) -> io::Result<Source> {
    Ok(match microphone {
        Microphone::None | Microphone::Device(_) => Source::None,
        Microphone::Wav { path, repeat, from_talk, ppm } => {
            Source::Wav(WavSource::new(read_wav(path)?, *repeat, *from_talk, *ppm, now))
        }
    })
}

/// What can be played to at once; a device comes later, when it is open.
fn open_sink(speaker: &Speaker, now: Duration) -> io::Result<Sink> {
    let clock = FrameClock::new(now);
    Ok(match speaker {
        Speaker::None | Speaker::Device(_) => Sink::None(clock),
        Speaker::Wav(path) => Sink::Wav(clock, WavSink::create(path)?),
    })
}
