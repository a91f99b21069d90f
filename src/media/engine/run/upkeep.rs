//! Keeps microphone and speaker open, where the build has sound devices.

use super::Runner;
use crate::media::{
    devices::{
        Direction, Opened, Opener, cpal_input::InputDevice, cpal_output::OutputDevice, sink::Speaker,
        source::Microphone,
    },
    engine::{
        VoiceEvent,
        capture::Source,
        playback::{FrameClock, Sink},
        presence::{Care, News, Presence},
    },
};
use std::{io, time::Duration};

/// What is known about the sound devices.
#[derive(Default)]
pub(super) struct Devices {
    /// Started with the first device that is asked for.
    opener: Option<Opener>,
    input: Presence,
    output: Presence,
}

impl Devices {
    fn presence(&mut self, direction: Direction) -> &mut Presence {
        match direction {
            Direction::Input => &mut self.input,
            Direction::Output => &mut self.output,
        }
    }

    fn opener(&mut self) -> io::Result<&mut Opener> {
        let opener = match self.opener.take() {
            Some(opener) => opener,
            None => Opener::start()?,
        };
        Ok(self.opener.insert(opener))
    }
}

impl Runner {
    /// Whether a device's answer is waited for.
    pub(super) fn is_opening(&self) -> bool {
        self.devices.input.is_opening() || self.devices.output.is_opening()
    }

    /// Whether a microphone may be there in a moment.
    pub(super) fn awaits_microphone(&self) -> bool {
        self.devices.input.is_awaited()
    }

    /// The microphone that was set is another one.
    pub(super) fn ask_for_microphone(&mut self) {
        self.ask_anew(Direction::Input);
    }

    /// The speaker that was set is another one.
    pub(super) fn ask_for_speaker(&mut self) {
        self.ask_anew(Direction::Output);
    }

    fn ask_anew(&mut self, direction: Direction) {
        *self.devices.presence(direction) = Presence::default();
        self.ask(direction);
    }

    fn ask(&mut self, direction: Direction) {
        let name = match (direction, &self.microphone, &self.speaker) {
            (Direction::Input, Microphone::Device(name), _) | (Direction::Output, _, Speaker::Device(name)) => {
                name.clone()
            }
            _ => return,
        };
        match self.devices.opener().map(|opener| opener.open(direction, name)) {
            Ok(ticket) => self.devices.presence(direction).asked(ticket),
            Err(error) => {
                let text = format!("No {} can be used, because the system gives no thread: {error}.", direction.kind());
                self.tell(direction, Some(News::Lost(text)));
            }
        }
    }

    /// Takes up devices that were opened, replaces those that died, and asks for what is missing.
    pub(super) fn look_after_devices(&mut self, now: Duration) {
        while let Some(opened) = self.devices.opener.as_ref().and_then(Opener::poll) {
            self.take(opened, now);
        }
        for direction in [Direction::Input, Direction::Output] {
            let stream = match direction {
                Direction::Input => self.capture.device().map(InputDevice::stream),
                Direction::Output => self.playback.device().map(OutputDevice::stream),
            };
            match self.devices.presence(direction).check(stream, now) {
                Care::None => {}
                Care::Drop => {
                    tracing::info!("the {} went away", direction.kind());
                    self.drop_device(direction, now);
                    self.devices.presence(direction).died(now);
                }
                Care::Ask => self.ask(direction),
            }
        }
    }

    fn take(&mut self, opened: Opened, now: Duration) {
        match opened {
            Opened::Input(ticket, result) if self.devices.input.answered(ticket) => {
                let news = match result {
                    Ok(open) => {
                        self.capture.set_source(Source::Device(open.device), &mut self.captured);
                        self.devices.input.opened(open.instead.as_ref(), now)
                    }
                    Err(error) => {
                        self.drop_device(Direction::Input, now);
                        self.devices.input.failed(&error, now)
                    }
                };
                self.tell(Direction::Input, news);
            }
            Opened::Output(ticket, result) if self.devices.output.answered(ticket) => {
                let news = match result {
                    Ok(open) => {
                        self.playback.set_sink(Sink::Device(open.device));
                        self.devices.output.opened(open.instead.as_ref(), now)
                    }
                    Err(error) => {
                        self.drop_device(Direction::Output, now);
                        self.devices.output.failed(&error, now)
                    }
                };
                self.tell(Direction::Output, news);
            }
            Opened::Input(..) | Opened::Output(..) => {}
            // The old stream goes on until the new one is open.
            Opened::Changed(direction) => self.ask(direction),
        }
    }

    fn drop_device(&mut self, direction: Direction, now: Duration) {
        match direction {
            Direction::Input => self.capture.set_source(Source::None, &mut self.captured),
            Direction::Output => self.playback.set_sink(Sink::None(FrameClock::new(now))),
        }
    }

    fn tell(&self, direction: Direction, news: Option<News>) {
        let Some(news) = news else { return };
        tracing::info!(?news, "{}", direction.kind());
        (self.deliver)(match (direction, news) {
            (Direction::Input, News::Lost(text)) => VoiceEvent::MicrophoneLost(text),
            (Direction::Input, News::Back) => VoiceEvent::MicrophoneBack,
            (Direction::Output, News::Lost(text)) => VoiceEvent::SpeakerLost(text),
            (Direction::Output, News::Back) => VoiceEvent::SpeakerBack,
        });
    }
}
