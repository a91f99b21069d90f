//! The window, used as a person uses it: real keys on a real (if screenless) display.

use crate::support::{
    client::{HeadlessClient, Plan},
    display::Display,
    events::is,
    processes::{Guarded, PATIENCE, client_program},
    speech::{self, SENTENCE},
};
use serde_json::Value;
use std::{
    fs::{self, File},
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Where the picture goes that `cargo xtask screenshot` takes for the README.
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/output/window.png");
/// A window full of world, people and text has thousands of colours; an empty one has a handful.
const LEAST_COLOURS: u32 = 500;
/// How often something is looked for that takes a while to happen.
const LOOK: Duration = Duration::from_millis(200);
/// From one key to another one far away.
const HANDS: Duration = Duration::from_millis(1000);
/// How long keys are held in one direction: some five tiles.
const STROLL: Duration = Duration::from_millis(1500);

/// The client with its window; with a server inside unless it is told of another one.
pub(crate) struct Window {
    pub(crate) display: Display,
    process: Guarded,
    folder: TempDir,
}

impl Window {
    pub(crate) fn open(name: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let words = folder.path().join("words.wav");
        speech::speak(&[SENTENCE; 3].join(" "), &words);
        let display = Display::start();
        let child = display
            .command(client_program())
            .args(["--name", name, "--speaker", "none", "--mic"])
            .arg(format!("wav:{}:from-talk", words.display()))
            .args(arguments)
            .env("HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path().join("config"))
            .env("XDG_DATA_HOME", folder.path().join("data"))
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut window = Self { display, process: Guarded(child), folder };
        window.until("a window", |window| window.display.focus("^Hallway$").then_some(()));
        window
    }

    /// Where the server inside listens.
    pub(crate) fn address(&mut self) -> String {
        let port = self.until("a server inside", |window| listening_port(window.process.0.id()));
        format!("127.0.0.1:{port}")
    }

    /// Waits for something that is seen of the window or its process.
    pub(crate) fn until<T>(&mut self, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let ended = self.process.wait(Duration::ZERO);
            if start.elapsed() > PATIENCE || ended.is_some() {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                panic!("the window never had {what} (ended: {ended:?}); its log:\n{log}");
            }
            thread::sleep(LOOK);
        }
    }
}

#[test]
fn a_window_is_walked_by_real_keys_into_a_room_where_it_writes_and_talks() {
    let mut window = Window::open("Ann", &[]);
    let address = window.address();
    let mut bob = Plan::new(&address, "Bob").with(&["--trust", "new"]).listening().sign_in();
    let mut others: Vec<HeadlessClient> =
        ["Cem", "Dana", "Ewa"].map(|name| Plan::new(&address, name).with(&["--trust", "new"]).sign_in()).into();
    for (person, room) in others.iter_mut().zip(["Library", "Kitchen", "Stage"]) {
        person.enter(room);
    }

    // Down to the hall's lower wall, and to and fro along it: through the first door there is.
    window.display.hold(&["s"]);
    thread::sleep(STROLL);
    let mut sides = ["a", "a", "d", "d"].iter().cycle();
    let room = window.until("come into a room", |window| {
        let side = sides.next()?;
        window.display.hold(&[side]);
        thread::sleep(STROLL);
        window.display.let_go(&[side]);
        room_of(&mut bob, "Ann")
    });
    window.display.let_go(&["s"]);
    bob.enter(&room);
    bob.write("say", "Good morning! Does the picture hang straight?");
    for person in &mut others {
        person.send(&format!("enter {room}"));
        person.expect("entered", |event| is(event, "entered") && event["room"] == room.as_str());
    }
    others[0].write("say", "It does from here.");

    window.display.press("Return");
    // As long as hands take from Enter to the first letter; drawn in software, that is but a few frames.
    thread::sleep(HANDS);
    window.display.write("Hello from the window");
    window.display.press("Return");
    let message = bob.reads("Hello from the window");
    assert_eq!((&message["from"], &message["to"]["room"]), (&Value::from("Ann"), &Value::from(room.as_str())));

    window.display.press("Escape");
    thread::sleep(HANDS);
    window.display.hold(&["v"]);
    let taken = bob.floor("taken");
    assert_eq!(taken["holder"], "Ann");
    bob.voice("received", 50);
    let colours = window.display.picture(Path::new(PICTURE));
    assert!(colours > LEAST_COLOURS, "the picture has {colours} colours");
    window.display.let_go(&["v"]);
    bob.floor("idle");

    bob.quit();
    for person in others {
        person.quit();
    }
}

/// The room that somebody is in, by the list of people.
fn room_of(asker: &mut HeadlessClient, name: &str) -> Option<String> {
    asker.send("people");
    let people = asker.expect("people", |event| is(event, "people"));
    let person = people["people"].as_array().unwrap().iter().find(|person| person["name"] == name)?;
    person["room"].as_str().map(str::to_owned)
}

/// The TCP port that a process listens on.
fn listening_port(process: u32) -> Option<u16> {
    let sockets: Vec<String> = fs::read_dir(format!("/proc/{process}/fd"))
        .ok()?
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|target| Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let table = fs::read_to_string(format!("/proc/{process}/net/tcp")).ok()?;
    table.lines().skip(1).find_map(|line| {
        const LISTENS: &str = "0A";
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (address, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        let port = address.rsplit_once(':')?.1;
        (*state == LISTENS && sockets.iter().any(|socket| socket == inode))
            .then(|| u16::from_str_radix(port, 16).ok())?
    })
}
