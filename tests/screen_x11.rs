//! Screens and windows of an X server are shared as they are shown, with the pointer.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]
#![cfg(all(target_os = "linux", feature = "devices"))]

#[path = "support/xvfb.rs"]
mod xvfb;

use hallway::media::{
    picture::Picture,
    screens::{Screen, ScreenChoice, ScreenError, list, open},
};
use std::{
    env,
    process::Command,
    time::{Duration, Instant},
};
use x11rb::{
    COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT,
    connection::Connection,
    protocol::xproto::{
        AtomEnum, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, PropMode, Window, WindowClass,
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};
use xvfb::Xvfb;

/// Set in the process that sees a display, to what it is to try there.
const INSIDE: &str = "HALLWAY_TEST_SCREEN";
const PATIENCE: Duration = Duration::from_secs(30);
/// As BT.709 has them in the video range.
const RED: [u8; 3] = [63, 102, 240];
const BLUE: [u8; 3] = [32, 240, 118];
const RED_RGB: u32 = 0xFF_0000;
const BLUE_RGB: u32 = 0x00_00FF;
/// The left arrow of the font of cursors.
const LEFT_ARROW: u16 = 68;

#[test]
fn windows_and_screens_are_shared() {
    in_display("windows_and_screens_are_shared", || Xvfb::start(1280, 800), windows_and_screens);
}

#[test]
fn a_server_that_shares_no_memory_sends_its_pictures() {
    let display = || Xvfb::start_without(1280, 800, &["MIT-SHM"]);
    in_display("a_server_that_shares_no_memory_sends_its_pictures", display, windows_and_screens);
}

#[test]
fn a_server_without_composite_and_pointers_is_shared_all_the_same() {
    let display = || Xvfb::start_without(640, 480, &["Composite", "XFIXES"]);
    in_display("a_server_without_composite_and_pointers_is_shared_all_the_same", display, || {
        let stage = Stage::open();
        let red = stage.window(RED_RGB, 0, "Red");
        assert_is(&open(&ScreenChoice::Window(red.into())).unwrap().take().unwrap(), RED);
    });
}

#[test]
fn where_nothing_can_be_shared_it_says_why() {
    let name = "where_nothing_can_be_shared_it_says_why";
    match env::var(INSIDE).as_deref() {
        Ok("wayland") => assert_impossible("This desktop is Wayland"),
        Ok(_) => assert_impossible("There is no desktop here"),
        Err(_) => {
            let mut wayland = again(name, "wayland");
            assert!(wayland.env("WAYLAND_DISPLAY", "wayland-0").env("DISPLAY", ":0").status().unwrap().success());
            let mut none = again(name, "none");
            assert!(none.env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY").status().unwrap().success());
        }
    }
}

fn assert_impossible(beginning: &str) {
    for error in [list().map(drop).unwrap_err(), open(&ScreenChoice::Screen(0)).map(drop).unwrap_err()] {
        assert_eq!(error.code(), "screen_impossible");
        assert!(error.to_string().starts_with(beginning), "{error}");
    }
    assert!(open(&ScreenChoice::Pattern).unwrap().take().is_ok(), "the pattern needs no display");
}

fn windows_and_screens() {
    let stage = Stage::open();
    let red = stage.window(RED_RGB, 0, "Größe & Co");
    let blue = stage.window(BLUE_RGB, 30, "Blue");
    let shareables = list().unwrap();
    let titles: Vec<_> = shareables.iter().map(|shareable| shareable.title.as_str()).collect();
    assert!(titles[0].starts_with("Screen 1: ") && titles[0].ends_with("(1280×800)"), "{titles:?}");
    assert_eq!(titles[1..], ["Blue", "Größe & Co"]);
    assert_eq!(shareables[2].choice, ScreenChoice::Window(red.into()));

    shares_a_window(&stage, red);
    shares_the_screen(&stage, blue);
    follows_a_window_until_it_is_gone(&stage, red);
    for gone in [ScreenChoice::Screen(1), ScreenChoice::Window(0xDEAD), ScreenChoice::Window(u64::MAX)] {
        assert_eq!(open(&gone).map(drop), Err(ScreenError::Gone));
    }
}

/// A window is whole, also where another covers it, and the pointer is in it.
fn shares_a_window(stage: &Stage, red: Window) {
    stage.point_at(1000, 700);
    let mut screen = open(&ScreenChoice::Window(red.into())).unwrap();
    let picture = until(&mut *screen, |picture| differs(picture, RED) == 0);
    assert_eq!((picture.width(), picture.height()), (200, 100));
    stage.point_at(100 + 50, 50 + 20);
    let pointed = until(&mut *screen, |picture| differs(picture, RED) > 0);
    let around = |x: usize, y: usize| pointed.y()[y * 200 + x].abs_diff(RED[0]) > 40;
    assert!((50..62).any(|x| (20..36).any(|y| around(x, y))), "the arrow's point is where the pointer is");
    assert!(differs(&pointed, RED) < 600, "nothing but the pointer is drawn over it");
    stage.point_at(1000, 700);
}

fn shares_the_screen(stage: &Stage, blue: Window) {
    let mut screen = open(&ScreenChoice::Screen(0)).unwrap();
    let is_shown = |picture: &Picture| near(at(picture, 110, 60), RED) && near(at(picture, 200, 100), BLUE);
    let picture = until(&mut *screen, |picture| is_shown(picture));
    assert_eq!((picture.width(), picture.height()), (1280, 800));
    stage.point_at(640, 400);
    until(&mut *screen, |picture| (640..652).any(|x| (400..416).any(|y| picture.y()[y * 1280 + x] > 100)));
    stage.connection.destroy_window(blue).unwrap();
    stage.connection.sync().unwrap();
    until(&mut *screen, |picture| near(at(picture, 200, 100), RED));
}

fn follows_a_window_until_it_is_gone(stage: &Stage, red: Window) {
    let mut screen = open(&ScreenChoice::Window(red.into())).unwrap();
    stage.connection.configure_window(red, &ConfigureWindowAux::new().width(321).height(90)).unwrap();
    stage.connection.sync().unwrap();
    until(&mut *screen, |picture| (picture.width(), picture.height()) == (320, 90));
    stage.connection.unmap_window(red).unwrap();
    stage.connection.sync().unwrap();
    let hidden = screen.take().unwrap();
    assert_eq!((hidden.width(), hidden.height()), (320, 90), "what is minimised stays as it was");
    stage.connection.destroy_window(red).unwrap();
    stage.connection.sync().unwrap();
    assert_eq!(screen.take(), Err(ScreenError::Gone));
}

/// Windows to be shared.
struct Stage {
    connection: RustConnection,
    root: Window,
    cursor: u32,
}

impl Stage {
    fn open() -> Self {
        let (connection, screen) = x11rb::connect(None).unwrap();
        let root = connection.setup().roots[screen].root;
        let (font, cursor) = (connection.generate_id().unwrap(), connection.generate_id().unwrap());
        connection.open_font(font, b"cursor").unwrap();
        let white = u16::MAX;
        connection
            .create_glyph_cursor(cursor, font, font, LEFT_ARROW, LEFT_ARROW + 1, white, white, white, 0, 0, 0)
            .unwrap();
        connection.sync().unwrap();
        Self { connection, root, cursor }
    }

    /// A window of one colour, so much to the right and below of the first one.
    fn window(&self, rgb: u32, offset: i16, title: &str) -> Window {
        let window = self.connection.generate_id().unwrap();
        let look = CreateWindowAux::new().background_pixel(rgb).cursor(self.cursor);
        let (x, y, class) = (100 + offset, 50 + offset, WindowClass::INPUT_OUTPUT);
        let connection = &self.connection;
        connection
            .create_window(COPY_DEPTH_FROM_PARENT, window, self.root, x, y, 201, 101, 0, class, COPY_FROM_PARENT, &look)
            .unwrap();
        if title.is_ascii() {
            connection
                .change_property8(PropMode::REPLACE, window, AtomEnum::WM_NAME, AtomEnum::STRING, title.as_bytes())
                .unwrap();
        } else {
            let atom = |name: &[u8]| connection.intern_atom(false, name).unwrap().reply().unwrap().atom;
            let (name, utf8) = (atom(b"_NET_WM_NAME"), atom(b"UTF8_STRING"));
            connection.change_property8(PropMode::REPLACE, window, name, utf8, title.as_bytes()).unwrap();
        }
        connection.map_window(window).unwrap();
        connection.sync().unwrap();
        window
    }

    fn point_at(&self, x: i16, y: i16) {
        self.connection.warp_pointer(x11rb::NONE, self.root, 0, 0, 0, 0, x, y).unwrap();
        self.connection.sync().unwrap();
    }
}

/// Takes pictures until one is as it should be.
fn until(screen: &mut dyn Screen, is_right: impl Fn(&Picture) -> bool) -> Picture {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let picture = screen.take().unwrap();
        if is_right(&picture) {
            return picture;
        }
        assert!(Instant::now() < deadline, "the picture never is as it should be");
    }
}

fn at(picture: &Picture, x: usize, y: usize) -> [u8; 3] {
    let colour = y / 2 * (picture.width() / 2) + x / 2;
    [picture.y()[y * picture.width() + x], picture.u()[colour], picture.v()[colour]]
}

fn near(have: [u8; 3], want: [u8; 3]) -> bool {
    have.iter().zip(want).all(|(have, want)| have.abs_diff(want) <= 2)
}

/// How many pixels have another brightness.
fn differs(picture: &Picture, colour: [u8; 3]) -> usize {
    picture.y().iter().filter(|y| y.abs_diff(colour[0]) > 2).count()
}

fn assert_is(picture: &Picture, colour: [u8; 3]) {
    assert_eq!(differs(picture, colour), 0);
    assert!(near(at(picture, 10, 10), colour));
}

/// Runs a part of a test in a process of its own on a display.
fn in_display(name: &str, start: fn() -> Xvfb, part: fn()) {
    if env::var_os(INSIDE).is_some() {
        return part();
    }
    let display = start();
    let mut inside = display.command(env::current_exe().unwrap());
    let inside = inside.args(["--exact", name, "--nocapture"]).env(INSIDE, "x11").env_remove("WAYLAND_DISPLAY");
    assert!(inside.status().unwrap().success());
}

fn again(name: &str, inside: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", name, "--nocapture"]).env(INSIDE, inside);
    command
}
