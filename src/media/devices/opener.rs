//! Opens sound devices on a thread of its own, because a sound server may take its time, and watches the default.

use super::{
    DeviceError,
    cpal_input::InputDevice,
    cpal_output::OutputDevice,
    host::{Direction, Host},
};
use std::{
    io,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

/// How often the default device is looked up while a stream is on it.
const WATCH_INTERVAL: Duration = Duration::from_secs(2);

/// What the opener found out.
pub(crate) enum Opened {
    /// The answer to [`Opener::open_input`], with its ticket.
    Input(Ticket, Result<Box<InputDevice>, DeviceError>),
    /// The answer to [`Opener::open_output`], with its ticket.
    Output(Ticket, Result<Box<OutputDevice>, DeviceError>),
    /// Another microphone is the default now.
    DefaultInputChanged,
    /// Another speaker is the default now.
    DefaultOutputChanged,
}

/// Numbers the requests, so that an answer that nobody waits for any more is known.
pub(crate) type Ticket = u64;

struct Request {
    ticket: Ticket,
    direction: Direction,
    name: Option<String>,
}

/// The thread's handle; the thread ends with it.
pub(crate) struct Opener {
    requests: Sender<Request>,
    answers: Receiver<Opened>,
    last_ticket: Ticket,
}

impl Opener {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<Self> {
        let (requests, incoming) = channel();
        let (outgoing, answers) = channel();
        let worker =
            Worker { requests: incoming, answers: outgoing, host: None, input: Watch::Off, output: Watch::Off };
        // Not joined: a sound server that hangs must not keep the client from quitting.
        thread::Builder::new().name("voice-devices".into()).spawn(move || worker.run())?;
        Ok(Self { requests, answers, last_ticket: 0 })
    }

    /// Asks for the microphone called `name`, or the default one.
    pub(crate) fn open_input(&mut self, name: Option<String>) -> Ticket {
        self.request(Direction::Input, name)
    }

    /// Asks for the speaker called `name`, or the default one.
    pub(crate) fn open_output(&mut self, name: Option<String>) -> Ticket {
        self.request(Direction::Output, name)
    }

    fn request(&mut self, direction: Direction, name: Option<String>) -> Ticket {
        self.last_ticket += 1;
        // A dead worker never answers, which reads as a device that does not come back.
        let _ = self.requests.send(Request { ticket: self.last_ticket, direction, name });
        self.last_ticket
    }

    /// The next thing found out, without waiting.
    pub(crate) fn poll(&self) -> Option<Opened> {
        self.answers.try_recv().ok()
    }
}

/// Whether a stream is on the default device, and on which.
enum Watch {
    Off,
    Default(Option<cpal::DeviceId>),
}

struct Worker {
    requests: Receiver<Request>,
    answers: Sender<Opened>,
    host: Option<Host>,
    input: Watch,
    output: Watch,
}

impl Worker {
    fn run(mut self) {
        loop {
            let answered = match self.next_request() {
                Ok(request) => self.open(request),
                Err(RecvTimeoutError::Timeout) => self.look_at_defaults(),
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if answered.is_none() {
                return;
            }
        }
    }

    fn next_request(&self) -> Result<Request, RecvTimeoutError> {
        let watching = [&self.input, &self.output].iter().any(|watch| matches!(watch, Watch::Default(Some(_))));
        if watching && self.host.as_ref().is_some_and(Host::must_follow_default) {
            self.requests.recv_timeout(WATCH_INTERVAL)
        } else {
            self.requests.recv().map_err(|_| RecvTimeoutError::Disconnected)
        }
    }

    /// Opens a device and answers; `None` when nobody listens any more.
    fn open(&mut self, request: Request) -> Option<()> {
        let host = self.host.get_or_insert_with(Host::open);
        let watch = match request.name {
            None => Watch::Default(host.default_id(request.direction)),
            Some(_) => Watch::Off,
        };
        let (opened, failed) = match request.direction {
            Direction::Input => {
                self.input = watch;
                let device = InputDevice::open(host, request.name.as_deref()).map(Box::new);
                let failed = device.is_err();
                (Opened::Input(request.ticket, device), failed)
            }
            Direction::Output => {
                self.output = watch;
                let device = OutputDevice::open(host, request.name.as_deref()).map(Box::new);
                let failed = device.is_err();
                (Opened::Output(request.ticket, device), failed)
            }
        };
        if failed {
            // The sound server may have gone away or come back: connect anew next time.
            self.host = None;
        }
        self.answers.send(opened).ok()
    }

    fn look_at_defaults(&mut self) -> Option<()> {
        let Some(host) = &self.host else { return Some(()) };
        for (watch, direction) in [(&mut self.input, Direction::Input), (&mut self.output, Direction::Output)] {
            let Watch::Default(Some(before)) = watch else { continue };
            let Some(now) = host.default_id(direction) else { continue };
            if *before == now {
                continue;
            }
            *watch = Watch::Default(Some(now));
            let changed = match direction {
                Direction::Input => Opened::DefaultInputChanged,
                Direction::Output => Opened::DefaultOutputChanged,
            };
            self.answers.send(changed).ok()?;
        }
        Some(())
    }
}
