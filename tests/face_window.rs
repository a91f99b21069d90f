//! The real window on a display of its own, with real key events: what the keys make of it, and that it draws.
//!
//! The window needs the program's first thread, so this test has its own `main`: with `--window` it is the window,
//! played by a scripted session that tells every command on standard output; else it starts that and works its keys.

#[path = "../examples/face_demo/play.rs"]
#[expect(dead_code, reason = "the demo plays more scenes than this test")]
mod play;
#[path = "support/xvfb.rs"]
mod xvfb;

use bevy::app::AppExit;
use hallway::{
    face::{self, FaceSettings},
    net::{commands::Trust, handle},
};
use std::{
    io::{BufRead, BufReader, Write, stdout},
    path::Path,
    process::{Child, Output, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};
use xvfb::Xvfb;

/// A machine without a graphics card, busy with other tests, takes its time to open a window.
const PATIENCE: Duration = Duration::from_secs(90);

const NAME: &str = "keys_reach_the_session_and_the_window_draws";

fn main() -> AppExit {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if has("--window") {
        return window();
    }
    if has("--list") {
        // Runners ask a second time for the tests that are to be ignored: none is.
        if !has("--ignored") {
            tell(&format!("{NAME}: test"));
        }
        return AppExit::Success;
    }
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    if filter.is_some_and(|filter| !NAME.contains(filter.as_str())) {
        return AppExit::Success;
    }
    scenario();
    tell(&format!("test {NAME} ... ok"));
    AppExit::Success
}

fn tell(line: &str) {
    // A closed pipe means that nobody listens any more.
    let _ = writeln!(stdout(), "{line}");
}

fn window() -> AppExit {
    let (handle, port) = handle::pair(|| {});
    play::start(port, play::Scene::World, handle.gallery(), |command| tell(&format!("{command:?}")));
    face::run(FaceSettings {
        server: "localhost".to_owned(),
        name: "Mara".to_owned(),
        hosted: false,
        trust: Trust::Pinned,
        sign_in_now: false,
        handle,
    })
}

fn scenario() {
    let display = Xvfb::start(1280, 800);
    let mut window = Window::open(&display);
    window.talks_while_v_is_held();
    window.walks_while_a_key_is_held();
    window.writes_without_talking();
    let colors = window.picture();
    assert!(colors > 500, "a picture of {colors} colours is no world with people and panels");
    window.stops_talking_when_it_loses_the_focus();
}

/// The window's process, what it was told, and the means to press keys in it.
struct Window<'a> {
    display: &'a Xvfb,
    child: Child,
    commands: Receiver<String>,
    id: String,
}

impl<'a> Window<'a> {
    fn open(display: &'a Xvfb) -> Self {
        let own = std::env::current_exe().expect("a running program has a path");
        let mut child = display.command(own).arg("--window").stdout(Stdio::piped()).spawn().expect("the window starts");
        let lines = BufReader::new(child.stdout.take().expect("the output is piped")).lines();
        let (told, commands) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| told.send(line)));
        let mut window = Self { display, child, commands, id: String::new() };
        window.id = window.find();
        window
    }

    /// Waits for the window, and gives it the keyboard, which no window manager does here.
    fn find(&self) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", "^Hallway$"]);
            let id = String::from_utf8_lossy(&found.stdout).trim().to_owned();
            if !id.is_empty() && self.xdotool(&["windowfocus", "--sync", &id]).status.success() {
                return id;
            }
            assert!(Instant::now() < deadline, "the window opens");
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn xdotool(&self, arguments: &[&str]) -> Output {
        self.display.command("xdotool").args(arguments).output().expect("xdotool runs; install the package xdotool")
    }

    /// Waits for a command that begins so; answers the others that came before.
    fn wait(&self, start: &str) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut others = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.commands.recv_timeout(left) {
                Ok(line) if line.starts_with(start) => return others,
                Ok(line) => others.push(line),
                Err(_) => panic!("{start} was not told; {others:?} was"),
            }
        }
    }

    fn talks_while_v_is_held(&mut self) {
        self.xdotool(&["keydown", "v"]);
        self.wait("PressTalk");
        self.xdotool(&["keyup", "v"]);
        let others = self.wait("ReleaseTalk");
        assert!(!others.contains(&"PressTalk".to_owned()), "the key was pressed once: {others:?}");
    }

    fn walks_while_a_key_is_held(&mut self) {
        self.xdotool(&["keydown", "d"]);
        self.wait("Steer { x: 1.0, y: 0.0 }");
        self.xdotool(&["keyup", "d"]);
        self.wait("Steer { x: 0.0, y: 0.0 }");
    }

    fn writes_without_talking(&mut self) {
        self.xdotool(&["key", "Return"]);
        // The field has the keyboard once a letter shows up as typing; until then V would talk, which is right.
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.xdotool(&["key", "h"]);
            match self.commands.recv_timeout(Duration::from_millis(500)) {
                Ok(line) if line.starts_with("Typing") => break,
                _ => assert!(Instant::now() < deadline, "the text field takes the keyboard"),
            }
        }
        self.xdotool(&["type", "--delay", "40", "vivid"]);
        self.xdotool(&["key", "Return"]);
        let others = self.wait("Say");
        assert!(!others.iter().any(|line| line.starts_with("PressTalk") || line.starts_with("Steer")), "{others:?}");
        self.xdotool(&["key", "Escape"]);
    }

    /// Takes a picture of the screen; answers its number of colours.
    fn picture(&self) -> usize {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("face.png");
        let taken = self.display.command("import").args(["-window", "root"]).arg(&path).status();
        assert!(taken.expect("import runs; install the package imagemagick").success());
        let told = self.display.command("identify").args(["-format", "%k"]).arg(&path).output();
        let told = told.expect("identify runs; it comes with import");
        String::from_utf8_lossy(&told.stdout).trim().parse().expect("identify tells a number")
    }

    fn stops_talking_when_it_loses_the_focus(&mut self) {
        self.xdotool(&["keydown", "v"]);
        self.wait("PressTalk");
        self.xdotool(&["windowunmap", &self.id]);
        self.wait("StopTalk");
        self.xdotool(&["keyup", "v"]);
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
