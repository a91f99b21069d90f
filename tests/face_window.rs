//! The real window on a display of its own, with real key events: what the keys make of it, and that it draws.
//!
//! The window needs the program's first thread, so this test has its own `main`: with `--window` it is the window,
//! played by a scripted session that tells every command on standard output; else it starts that and works its keys.

#[path = "../examples/face_demo/play.rs"]
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

/// The tests by name.
const TESTS: [(&str, fn()); 2] =
    [("keys_reach_the_session_and_the_window_draws", keys), ("a_picture_of_a_call_is_drawn_in_its_colours", colours)];

fn main() -> AppExit {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if let [first, scene] = arguments.as_slice()
        && first == "--window"
    {
        return window(scene);
    }
    if has("--list") {
        // Runners ask a second time for the tests that are to be ignored: none is.
        if !has("--ignored") {
            TESTS.iter().for_each(|(name, _)| tell(&format!("{name}: test")));
        }
        return AppExit::Success;
    }
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    for (name, test) in TESTS {
        if filter.is_none_or(|filter| name.contains(filter.as_str())) {
            test();
            tell(&format!("test {name} ... ok"));
        }
    }
    AppExit::Success
}

fn tell(line: &str) {
    // A closed pipe means that nobody listens any more.
    let _ = writeln!(stdout(), "{line}");
}

fn window(scene: &str) -> AppExit {
    let (handle, port) = handle::pair(|| {});
    play::start(port, play::Scene::named(scene), handle.gallery(), |command| tell(&format!("{command:?}")));
    face::run(FaceSettings {
        server: "localhost".to_owned(),
        name: "Mara".to_owned(),
        hosted: false,
        trust: Trust::Pinned,
        sign_in_now: false,
        handle,
    })
}

/// Red, green, blue and white, as a screen has them; see the scripted session's picture.
const QUARTERS: [[u8; 3]; 4] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]];
/// What eight bits of brightness and colour lose on their way to red, green and blue.
const TOLERANCE: u8 = 4;
/// Pixels of one colour at least: a quarter of the smallest picture that is shown of a call of two.
const LEAST_PIXELS: usize = 3000;

fn colours() {
    let display = Xvfb::start(1280, 800);
    let window = Window::open(&display, "picture");
    let deadline = Instant::now() + PATIENCE;
    let middles = loop {
        let screen = window.pixels();
        let found = QUARTERS.map(|color| screen.middle_of(color));
        if let [Some(red), Some(green), Some(blue), Some(white)] = found {
            break [red, green, blue, white];
        }
        assert!(Instant::now() < deadline, "not all colours of the picture are seen: {found:?}");
        thread::sleep(Duration::from_millis(200));
    };
    let [red, green, blue, white] = middles;
    assert!(red.0 < green.0 && blue.0 < white.0, "left is left: {middles:?}");
    assert!(red.1 < blue.1 && green.1 < white.1, "above is above: {middles:?}");
}

fn keys() {
    let display = Xvfb::start(1280, 800);
    let mut window = Window::open(&display, "world");
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
    fn open(display: &'a Xvfb, scene: &str) -> Self {
        let own = std::env::current_exe().expect("a running program has a path");
        let mut child =
            display.command(own).args(["--window", scene]).stdout(Stdio::piped()).spawn().expect("the window starts");
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

    /// What the screen shows.
    fn pixels(&self) -> Screen {
        let taken = self.display.command("import").args(["-window", "root", "-depth", "8", "ppm:-"]).output();
        Screen::read(&taken.expect("import runs; install the package imagemagick").stdout)
    }

    fn stops_talking_when_it_loses_the_focus(&mut self) {
        self.xdotool(&["keydown", "v"]);
        self.wait("PressTalk");
        self.xdotool(&["windowunmap", &self.id]);
        self.wait("StopTalk");
        self.xdotool(&["keyup", "v"]);
    }
}

/// A picture of the screen.
struct Screen {
    width: usize,
    pixels: Vec<u8>,
}

impl Screen {
    /// Reads a PPM of eight bits a colour: `P6 WIDTH HEIGHT 255`, white space, and the pixels.
    fn read(ppm: &[u8]) -> Self {
        let mut fields = ppm.splitn(4, |byte| byte.is_ascii_whitespace());
        let mut field = || String::from_utf8_lossy(fields.next().expect("a PPM has four fields")).into_owned();
        assert_eq!(field(), "P6");
        let width = field().parse().expect("a PPM has a width");
        let height: usize = field().parse().expect("a PPM has a height");
        let pixels = ppm[ppm.len() - width * height * 3..].to_vec();
        Self { width, pixels }
    }

    /// The middle of all pixels of a colour, if there are enough of them.
    fn middle_of(&self, color: [u8; 3]) -> Option<(usize, usize)> {
        let near = |pixel: &[u8]| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= TOLERANCE);
        let of_color = self.pixels.chunks_exact(3).enumerate().filter(|(_, pixel)| near(pixel));
        let (mut count, mut x, mut y) = (0, 0, 0);
        for (n, _) in of_color {
            (count, x, y) = (count + 1, x + n % self.width, y + n / self.width);
        }
        (count >= LEAST_PIXELS).then(|| (x / count, y / count))
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
