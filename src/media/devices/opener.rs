//! Opens sound devices on a thread of its own, because a sound server may take its time, and watches which devices there
//! are.

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

/// How often the devices are looked up while a stream is open. With the time to open one, a device that comes or goes is
/// followed within two seconds.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// A device that was opened.
pub(crate) struct Open<D> {
    /// The device.
    pub(crate) device: Box<D>,
    /// Where it is the default one in place of another: why not that.
    pub(crate) instead: Option<DeviceError>,
}

/// What the opener found out.
pub(crate) enum Opened {
    /// The answer to [`Opener::open`] for a microphone, with its ticket.
    Input(Ticket, Result<Open<InputDevice>, DeviceError>),
    /// The answer to [`Opener::open`] for a speaker, with its ticket.
    Output(Ticket, Result<Open<OutputDevice>, DeviceError>),
    /// Another device would be opened now than was: the default changed, or the one that was asked for went or came.
    Changed(Direction),
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
        let worker = Worker { requests: incoming, answers: outgoing, host: None, input: None, output: None };
        // Not joined: a sound server that hangs must not keep the client from quitting.
        thread::Builder::new().name("voice-devices".into()).spawn(move || worker.run())?;
        Ok(Self { requests, answers, last_ticket: 0 })
    }

    /// Asks for the device called `name`, or the default one, which also stands in for one that is not to be had.
    pub(crate) fn open(&mut self, direction: Direction, name: Option<String>) -> Ticket {
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

/// A stream that is open, and what it was meant to be on.
struct Watch {
    wanted: Option<String>,
    meant: Option<cpal::DeviceId>,
}

struct Worker {
    requests: Receiver<Request>,
    answers: Sender<Opened>,
    host: Option<Host>,
    input: Option<Watch>,
    output: Option<Watch>,
}

impl Worker {
    fn run(mut self) {
        loop {
            let answered = match self.next_request() {
                Ok(request) => self.open(request),
                Err(RecvTimeoutError::Timeout) => self.look_around(),
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if answered.is_none() {
                return;
            }
        }
    }

    fn next_request(&self) -> Result<Request, RecvTimeoutError> {
        let is_watching = self.input.is_some() || self.output.is_some();
        if is_watching && self.host.as_ref().is_some_and(Host::is_server) {
            self.requests.recv_timeout(WATCH_INTERVAL)
        } else {
            self.requests.recv().map_err(|_| RecvTimeoutError::Disconnected)
        }
    }

    /// Opens a device and answers; `None` when nobody listens any more.
    fn open(&mut self, Request { ticket, direction, name }: Request) -> Option<()> {
        let host = self.host.get_or_insert_with(Host::open);
        let name = name.as_deref();
        let meant = host.meant_id(direction, name);
        let (opened, is_open) = match direction {
            Direction::Input => {
                let opened = open_or_default(name, |name| InputDevice::open(host, name));
                let is_open = opened.is_ok();
                (Opened::Input(ticket, opened), is_open)
            }
            Direction::Output => {
                let opened = open_or_default(name, |name| OutputDevice::open(host, name));
                let is_open = opened.is_ok();
                (Opened::Output(ticket, opened), is_open)
            }
        };
        let is_over = !is_open && host.is_empty();
        *self.watch(direction) = is_open.then(|| Watch { wanted: name.map(str::to_owned), meant });
        if is_over {
            // The sound server may have gone away or come back: connect anew next time. Not without need, for cpal never
            // quite lets go of a connection.
            self.host = None;
        }
        self.answers.send(opened).ok()
    }

    fn watch(&mut self, direction: Direction) -> &mut Option<Watch> {
        match direction {
            Direction::Input => &mut self.input,
            Direction::Output => &mut self.output,
        }
    }

    fn look_around(&mut self) -> Option<()> {
        let Some(host) = &self.host else { return Some(()) };
        for (watch, direction) in [(&mut self.input, Direction::Input), (&mut self.output, Direction::Output)] {
            let Some(watch) = watch else { continue };
            // Without any device the stream tells by itself that it is dead.
            let Some(meant) = host.meant_id(direction, watch.wanted.as_deref()) else { continue };
            if watch.meant.as_ref() != Some(&meant) {
                watch.meant = Some(meant);
                self.answers.send(Opened::Changed(direction)).ok()?;
            }
        }
        Some(())
    }
}

/// Opens the device called `name`, or the default one if that cannot be had.
fn open_or_default<D>(
    name: Option<&str>,
    open: impl Fn(Option<&str>) -> Result<D, DeviceError>,
) -> Result<Open<D>, DeviceError> {
    let opened = |device, instead| Open { device: Box::new(device), instead };
    match (open(name), name) {
        (Ok(device), _) => Ok(opened(device, None)),
        (Err(error), None) => Err(error),
        (Err(error), Some(_)) => match open(None) {
            Ok(device) => Ok(opened(device, Some(error))),
            Err(_) => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_stands_in_for_a_device_that_is_not_to_be_had() {
        let missing = || DeviceError::NotFound { kind: "microphone", name: "desk".into() };
        let only_default = |name: Option<&str>| if name.is_some() { Err(missing()) } else { Ok("default") };
        let opened = |name, open: &dyn Fn(Option<&str>) -> _| {
            open_or_default(name, open).map(|open: Open<&str>| (*open.device, open.instead))
        };
        assert_eq!(opened(Some("desk"), &|name| Ok(name.map_or("default", |_| "desk"))), Ok(("desk", None)));
        assert_eq!(opened(Some("desk"), &only_default), Ok(("default", Some(missing()))));
        assert_eq!(opened(None, &only_default), Ok(("default", None)));
        assert_eq!(opened(Some("desk"), &|_| Err(missing())), Err(missing()));
    }
}
