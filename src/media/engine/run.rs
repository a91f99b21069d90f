//! The voice thread's loop.

#[cfg(feature = "devices")]
use super::presence::{Care, Presence};
use super::{
    Message, Shared, VoiceCommand, VoiceEvent, VoiceSettings, VoiceStats,
    capture::{Capture, Source},
    playback::{FrameClock, Playback, Sink},
};
#[cfg(not(feature = "devices"))]
use crate::media::devices::DeviceError;
#[cfg(feature = "devices")]
use crate::media::devices::{Opened, Opener, cpal_input::InputDevice, cpal_output::OutputDevice};
use crate::media::{
    devices::{
        sink::Speaker,
        source::Microphone,
        wav::{WavSink, WavSource, read_wav},
    },
    voice::gate::GateOutput,
};
use std::{
    io,
    sync::{
        Arc, PoisonError,
        atomic::Ordering::Relaxed,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

/// How often the thread looks at the microphone's ring while somebody talks: a quarter of a packet.
const ACTIVE_TICK: Duration = Duration::from_millis(5);
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
    gate_outputs: Vec<GateOutput>,
    sent: u64,
    #[cfg(feature = "devices")]
    devices: Devices,
}

/// What is known about the sound devices.
#[cfg(feature = "devices")]
#[derive(Default)]
struct Devices {
    /// Started with the first device that is asked for.
    opener: Option<Opener>,
    input: Presence,
    output: Presence,
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
            gate_outputs: Vec::new(),
            sent: 0,
            #[cfg(feature = "devices")]
            devices: Devices::default(),
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
        let first = match self.commands.recv_timeout(self.tick()) {
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
                Message::Command(command) => self.obey(command, now),
                Message::Stop => return false,
            }
            next = self.commands.try_recv().ok();
        }
        self.look_after_devices(now);
        self.capture.step(now, &mut self.gate_outputs);
        self.send();
        self.play(now);
        self.publish();
        true
    }

    fn tick(&self) -> Duration {
        let capture = self.capture.is_active().then_some(ACTIVE_TICK);
        let playback = self.playback.due_in(self.clock.elapsed());
        let idle = if self.is_opening() { OPENING_TICK } else { IDLE_TICK };
        [capture, playback].into_iter().flatten().min().unwrap_or(idle)
    }

    fn obey(&mut self, command: VoiceCommand, now: Duration) {
        match command {
            VoiceCommand::PressTalk => self.capture.press(now),
            VoiceCommand::FloorGranted => self.capture.gate().grant(&mut self.gate_outputs),
            VoiceCommand::ReleaseTalk => self.capture.gate().release(now),
            VoiceCommand::AbortTalk => {
                self.capture.gate().abort(now);
                // What the gate let out in this very round has not left yet, and must not.
                self.gate_outputs.clear();
            }
            VoiceCommand::Hear { speaker, packet } => {
                self.shared.waiting_packets.fetch_sub(1, Relaxed);
                self.playback.hear(speaker, packet, now);
            }
            VoiceCommand::Forget { speaker } => self.playback.forget(speaker),
            VoiceCommand::HearFrom { speaker, ears } => self.playback.hear_from(speaker, ears),
            VoiceCommand::SetVolume { speaker, volume } => self.playback.set_volume(speaker, volume),
            VoiceCommand::Play(cue) if self.cues => self.playback.play(cue),
            VoiceCommand::Play(_) => {}
            VoiceCommand::SetMicrophone(microphone) => self.set_microphone(microphone, now),
            VoiceCommand::SetSpeaker(speaker) => self.set_speaker(speaker, now),
        }
    }

    fn set_microphone(&mut self, microphone: Microphone, now: Duration) {
        let source = open_source(&microphone, now).unwrap_or_else(|error| {
            (self.deliver)(VoiceEvent::MicrophoneLost(error.to_string()));
            Source::None
        });
        self.microphone = microphone;
        self.capture.set_source(source);
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
        if let Err(error) = self.playback.step(now) {
            let text = format!("The sound file could not be written any further: {error}.");
            (self.deliver)(VoiceEvent::SpeakerLost(text));
            self.playback.set_sink(Sink::None(FrameClock::new(now)));
        }
    }

    fn send(&mut self) {
        for output in self.gate_outputs.drain(..) {
            (self.deliver)(match output {
                GateOutput::Packet(packet) => {
                    self.sent += 1;
                    VoiceEvent::Packet(packet.encode())
                }
                GateOutput::BurstEnded => VoiceEvent::BurstEnded,
            });
        }
    }

    fn publish(&self) {
        let heard = self.playback.stats();
        let stats = VoiceStats {
            sent: self.sent,
            dropped: heard.dropped + self.shared.dropped_packets.load(Relaxed),
            microphone_level: self.capture.level_dbfs(),
            mic_open: self.capture.is_sending(),
            overruns: self.capture.overruns(),
            ..heard
        };
        *self.shared.stats.lock().unwrap_or_else(PoisonError::into_inner) = stats;
    }
}

/// Sound devices, where the build has them.
#[cfg(feature = "devices")]
impl Runner {
    fn is_opening(&self) -> bool {
        self.devices.input.is_opening() || self.devices.output.is_opening()
    }

    fn ask_for_microphone(&mut self) {
        self.devices.input = Presence::default();
        self.request_microphone();
    }

    fn request_microphone(&mut self) {
        let Microphone::Device(name) = self.microphone.clone() else { return };
        let ticket = self.opener().map(|opener| opener.open_input(name));
        match ticket {
            Ok(ticket) => self.devices.input.asked(ticket),
            Err(error) => (self.deliver)(VoiceEvent::MicrophoneLost(no_thread(&error))),
        }
    }

    fn ask_for_speaker(&mut self) {
        self.devices.output = Presence::default();
        self.request_speaker();
    }

    fn request_speaker(&mut self) {
        let Speaker::Device(name) = self.speaker.clone() else { return };
        let ticket = self.opener().map(|opener| opener.open_output(name));
        match ticket {
            Ok(ticket) => self.devices.output.asked(ticket),
            Err(error) => (self.deliver)(VoiceEvent::SpeakerLost(no_thread(&error))),
        }
    }

    fn opener(&mut self) -> io::Result<&mut Opener> {
        let opener = match self.devices.opener.take() {
            Some(opener) => opener,
            None => Opener::start()?,
        };
        Ok(self.devices.opener.insert(opener))
    }

    fn look_after_devices(&mut self, now: Duration) {
        while let Some(opened) = self.devices.opener.as_ref().and_then(Opener::poll) {
            self.take(opened, now);
        }
        self.check_microphone(now);
        self.check_speaker(now);
    }

    fn take(&mut self, opened: Opened, now: Duration) {
        match opened {
            Opened::Input(ticket, result) if self.devices.input.answered(ticket) => match result {
                Ok(device) => {
                    self.capture.set_source(Source::Device(device));
                    if self.devices.input.opened(now) {
                        (self.deliver)(VoiceEvent::MicrophoneBack);
                    }
                }
                Err(error) => self.lose_microphone(error.to_string(), now),
            },
            Opened::Output(ticket, result) if self.devices.output.answered(ticket) => match result {
                Ok(device) => {
                    self.playback.set_sink(Sink::Device(device));
                    if self.devices.output.opened(now) {
                        (self.deliver)(VoiceEvent::SpeakerBack);
                    }
                }
                Err(error) => self.lose_speaker(error.to_string(), now),
            },
            Opened::Input(..) | Opened::Output(..) => {}
            // The old stream goes on until the new one is open.
            Opened::DefaultInputChanged if self.microphone == Microphone::Device(None) => self.request_microphone(),
            Opened::DefaultOutputChanged if self.speaker == Speaker::Device(None) => self.request_speaker(),
            Opened::DefaultInputChanged | Opened::DefaultOutputChanged => {}
        }
    }

    fn check_microphone(&mut self, now: Duration) {
        match self.devices.input.check(self.capture.device().map(InputDevice::stream), now) {
            Care::None => {}
            Care::Lost(text) => self.lose_microphone(text, now),
            Care::Retry => self.request_microphone(),
        }
    }

    fn lose_microphone(&mut self, text: String, now: Duration) {
        self.capture.set_source(Source::None);
        if self.devices.input.failed(now) {
            tracing::warn!(reason = %text, "no microphone");
            (self.deliver)(VoiceEvent::MicrophoneLost(text));
        }
    }

    fn check_speaker(&mut self, now: Duration) {
        match self.devices.output.check(self.playback.device().map(OutputDevice::stream), now) {
            Care::None => {}
            Care::Lost(text) => self.lose_speaker(text, now),
            Care::Retry => self.request_speaker(),
        }
    }

    fn lose_speaker(&mut self, text: String, now: Duration) {
        self.playback.set_sink(Sink::None(FrameClock::new(now)));
        if self.devices.output.failed(now) {
            tracing::warn!(reason = %text, "no speaker");
            (self.deliver)(VoiceEvent::SpeakerLost(text));
        }
    }
}

#[cfg(feature = "devices")]
fn no_thread(error: &io::Error) -> String {
    format!("Sound devices cannot be used, because the system gives no thread for them: {error}.")
}

/// A build without sound devices says so when one is asked for.
#[cfg(not(feature = "devices"))]
impl Runner {
    fn is_opening(&self) -> bool {
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
        Microphone::Wav { path, repeat, from_talk } => {
            Source::Wav(WavSource::new(read_wav(path)?, *repeat, *from_talk, now))
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
