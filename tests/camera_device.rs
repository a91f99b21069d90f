//! Cameras as the system has them: what they give, and how their faults are told.
//!
//! Where there is no camera, that is told. Where there is one, it is used. In a machine with the kernel's `vivid` camera
//! and the command `vm-camera` (which unplugs it and plugs it in), each fault is brought about as well.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and what a camera gave is worth reading"
)]
#![cfg(all(target_os = "linux", feature = "devices"))]

use hallway::media::{
    cameras::{Camera, CameraChoice, CameraError, Wish, list, open},
    picture::Picture,
};
use std::{
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A test machine's processor may be an emulated one.
const PATIENCE: Duration = Duration::from_secs(60);
const VIVID: &str = "vivid-000-vid-cap";
/// Set in a process that may not use the camera.
const FORBIDDEN: &str = "HALLWAY_TEST_CAMERA_FORBIDDEN";

#[test]
fn cameras_are_used_as_they_come_and_go() {
    if env::var_os(FORBIDDEN).is_some() {
        assert_eq!(try_open(&CameraChoice::Default).map(drop), Err(CameraError::Forbidden { name: VIVID.into() }));
    } else if list().is_empty() {
        without_a_camera();
    } else if works("vm-camera", &[]).is_none() {
        with_somebodys_camera();
    } else {
        with_a_camera_that_obeys();
    }
}

fn without_a_camera() {
    let none = try_open(&CameraChoice::Default).map(drop).unwrap_err();
    assert_eq!((none.code(), none.to_string().as_str()), ("no_camera", NO_CAMERA));
    let gone = try_open(&CameraChoice::Device("Desk".into())).map(drop).unwrap_err();
    assert_eq!((gone.code(), gone.to_string().as_str()), ("camera_unplugged", DESK_IS_GONE));
}

const NO_CAMERA: &str = "There is no camera on this machine; plug one in, and it is used at once.";
const DESK_IS_GONE: &str = "Desk is gone; plug it in again, and it is used at once.";

/// Whatever this machine has is not ours to take away: it gives a picture, or is taken or forbidden.
fn with_somebodys_camera() {
    match try_open(&CameraChoice::Default).and_then(|mut camera| camera.next()) {
        Ok(picture) => assert!(picture.width() >= 16 && picture.height() >= 16),
        Err(error) => assert!(matches!(error.code(), "camera_in_use" | "camera_forbidden"), "{error}"),
    }
}

fn with_a_camera_that_obeys() {
    let steps: [(&str, fn()); 13] = [
        ("it gives pictures in the wished size", gives_pictures_in_the_wished_size),
        ("it is closed once it is dropped", is_closed_once_it_is_dropped),
        ("sizes near the wish are found", finds_sizes_near_the_wish),
        ("a rate that is not whole is mended", mends_a_rate_that_is_not_whole),
        ("another program has it", tells_that_another_program_has_it),
        ("we have it already", tells_that_it_is_open_already),
        ("it freezes and thaws", freezes_and_thaws),
        ("it freezes, is unplugged and comes back", is_unplugged_while_it_is_frozen),
        ("it is unplugged and comes back", is_unplugged_and_comes_back),
        ("its stream does not start", tells_that_its_stream_does_not_start),
        ("its stream fails", survives_a_failing_stream),
        ("it stands in for another", stands_in_for_another),
        ("the system forbids it", tells_that_the_system_forbids_it),
    ];
    for (name, step) in steps {
        let started = Instant::now();
        println!("{name}");
        step();
        println!("    {:.1} s", started.elapsed().as_secs_f32());
    }
}

fn gives_pictures_in_the_wished_size() {
    assert_eq!(list(), [VIVID]);
    let mut camera = open(&CameraChoice::Default, Wish::default()).unwrap();
    assert_eq!(camera.name(), VIVID);
    let first = camera.next().unwrap();
    assert_eq!((first.width(), first.height()), (640, 360));
    assert_shows_bars(&first);
    let started = Instant::now();
    let pictures: Vec<_> = (0..20).map(|_| camera.next().unwrap()).collect();
    assert!(pictures.is_sorted_by(|a, b| a.taken < b.taken));
    println!("    {:.1} pictures a second of 30", 20.0 / started.elapsed().as_secs_f32());
}

/// What `vivid` shows: white, yellow, cyan, green, magenta, red, blue at 75 %, and black, as BT.709 has them.
const BARS: [[u8; 3]; 8] = [
    [180, 128, 128],
    [168, 44, 136],
    [145, 147, 44],
    [133, 63, 52],
    [63, 193, 204],
    [51, 109, 212],
    [28, 212, 120],
    [16, 128, 128],
];

fn assert_shows_bars(picture: &Picture) {
    let (width, row) = (picture.width(), picture.height() * 3 / 4);
    let at = |bar: usize| {
        let x = (2 * bar + 1) * width / 16;
        let colour = row / 2 * (width / 2) + x / 2;
        [picture.y()[row * width + x], picture.u()[colour], picture.v()[colour]]
    };
    let bars: Vec<_> = (0..8).map(at).collect();
    println!("    bars {bars:?}");
    for (bar, expected) in bars.iter().zip(BARS) {
        assert!(bar.iter().zip(expected).all(|(have, want)| have.abs_diff(want) <= 4), "{bar:?} is not {expected:?}");
    }
}

fn is_closed_once_it_is_dropped() {
    let mut camera = try_open(&CameraChoice::Default).unwrap();
    camera.next().unwrap();
    drop(camera);
    must("v4l2-ctl", &["-d", "/dev/video0", "--stream-mmap", "--stream-count=1"]);
    assert_eq!(readers(), 0);
}

fn finds_sizes_near_the_wish() {
    for (width, height, rate) in [(320, 180, 15), (640, 480, 30), (1280, 720, 30), (1280, 720, 10), (7, 7, 90)] {
        let mut camera = open(&CameraChoice::Default, Wish { width, height, rate }).unwrap();
        println!("    {width}×{height} at {rate}: {:?}", camera.next().unwrap());
    }
}

fn mends_a_rate_that_is_not_whole() {
    let poor = ["-d", "/dev/video0", "--set-fmt-video=width=1280,height=720,pixelformat=UYVY", "--set-parm=12.5"];
    must("v4l2-ctl", &poor);
    let rate = works("v4l2-ctl", &["-d", "/dev/video0", "--get-parm"]).unwrap();
    assert!(rate.contains("12.5"), "{rate}");
    let mut camera = try_open(&CameraChoice::Default).unwrap();
    assert_eq!(camera.next().unwrap().width(), 320);
}

fn tells_that_another_program_has_it() {
    let mut other = Command::new("v4l2-ctl");
    other.args(["-d", "/dev/video0", "--stream-mmap"]).stdout(Stdio::null()).stderr(Stdio::null());
    let other = EndedWithTest(other.spawn().unwrap());
    // It takes a moment until the other one has it.
    until_told("camera_in_use", || try_open(&CameraChoice::Default)?.next().map(drop));
    let error = try_open(&CameraChoice::Default).map(drop).unwrap_err();
    assert_eq!(error, CameraError::InUse { name: VIVID.into() });
    drop(other);
    until_pictures();
}

fn tells_that_it_is_open_already() {
    let mut camera = try_open(&CameraChoice::Default).unwrap();
    camera.next().unwrap();
    assert_eq!(try_open(&CameraChoice::Default).map(drop), Err(CameraError::InUse { name: VIVID.into() }));
    camera.next().unwrap();
}

fn freezes_and_thaws() {
    let frozen = CameraError::Frozen { name: VIVID.into() };
    let mut camera = try_open(&CameraChoice::Default).unwrap();
    camera.next().unwrap();
    control("percentage_of_dropped_buffers=100");
    let asked = Instant::now();
    let error = std::iter::from_fn(|| Some(camera.next())).find_map(Result::err).unwrap();
    println!("    told after {:.1} s", asked.elapsed().as_secs_f32());
    assert_eq!(error, frozen);
    drop(camera);
    for _ in 0..5 {
        assert_eq!(try_open(&CameraChoice::Default).map(drop), Err(frozen.clone()));
        assert_eq!(readers(), 1, "no more threads than one wait for the camera");
    }
    control("percentage_of_dropped_buffers=0");
    let thawed = Instant::now();
    until_pictures();
    println!("    back after {:.1} s", thawed.elapsed().as_secs_f32());
}

fn is_unplugged_while_it_is_frozen() {
    let mut camera = try_open(&CameraChoice::Default).unwrap();
    camera.next().unwrap();
    control("percentage_of_dropped_buffers=100");
    while camera.next().is_ok() {}
    drop(camera);
    must("vm-camera", &["unplug"]);
    until_told("no_camera", || try_open(&CameraChoice::Default).map(drop));
    must("vm-camera", &["plug"]);
    until_pictures();
    assert_eq!(readers(), 0);
}

fn is_unplugged_and_comes_back() {
    let mut camera = try_open(&CameraChoice::Default).unwrap();
    camera.next().unwrap();
    must("vm-camera", &["unplug"]);
    let error = std::iter::from_fn(|| Some(camera.next())).find_map(Result::err).unwrap();
    assert_eq!(error, CameraError::Unplugged { name: VIVID.into() });
    drop(camera);
    assert!(list().is_empty());
    assert_eq!(try_open(&CameraChoice::Default).map(drop), Err(CameraError::NoCamera));
    let named = CameraChoice::Device(VIVID.into());
    assert_eq!(try_open(&named).map(drop), Err(CameraError::Unplugged { name: VIVID.into() }));
    must("vm-camera", &["plug"]);
    until_pictures();
    assert!(try_open(&named).unwrap().next().is_ok());
}

fn tells_that_its_stream_does_not_start() {
    control("inject_vidioc_streamon_error=1");
    let error = try_open(&CameraChoice::Default).and_then(|mut camera| camera.next()).unwrap_err();
    println!("    {error}");
    assert_eq!(error.code(), "camera_failed");
    until_pictures();
}

fn survives_a_failing_stream() {
    let mut camera = try_open(&CameraChoice::Default).unwrap();
    camera.next().unwrap();
    control("inject_fatal_streaming_error=1");
    let error = std::iter::from_fn(|| Some(camera.next())).find_map(Result::err).unwrap();
    println!("    {error}");
    assert_eq!(error.code(), "camera_failed");
    drop(camera);
    until_pictures();
}

fn stands_in_for_another() {
    let mut camera = try_open(&CameraChoice::Device("Desk".into())).unwrap();
    assert_eq!(camera.name(), VIVID);
    assert!(camera.next().is_ok());
}

/// Once more, as somebody who is not in the group of the cameras.
fn tells_that_the_system_forbids_it() {
    must("chmod", &["600", "/dev/video0"]);
    let myself = env::current_exe().unwrap();
    let mut nobody = Command::new("setpriv");
    nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(myself).env(FORBIDDEN, "1");
    let output = nobody.args(["--exact", "cameras_are_used_as_they_come_and_go"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Opens a camera small, so that an emulated processor keeps up.
fn try_open(choice: &CameraChoice) -> Result<Box<dyn Camera>, CameraError> {
    open(choice, Wish { width: 320, height: 180, rate: 15 })
}

/// Tries as the engine does until there is a picture.
fn until_pictures() {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match try_open(&CameraChoice::Default).and_then(|mut camera| camera.next()) {
            Ok(_) => return,
            Err(error) => assert!(Instant::now() < deadline, "no pictures: {error}"),
        }
        sleep(Duration::from_millis(100));
    }
}

/// Tries until that is told.
fn until_told(code: &str, attempt: impl Fn() -> Result<(), CameraError>) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Err(error) if error.code() == code => return,
            told => assert!(Instant::now() < deadline, "not {code} but {told:?}"),
        }
        sleep(Duration::from_millis(100));
    }
}

/// How many threads of this process have a camera open.
fn readers() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().filter_map(Result::ok);
    let name = |task: &Path| fs::read_to_string(task.join("comm")).unwrap_or_default();
    tasks.filter(|task| name(&task.path()).trim() == "camera-reader").count()
}

fn control(setting: &str) {
    must("v4l2-ctl", &["-d", "/dev/video0", "-c", setting]);
}

fn must(program: &str, arguments: &[&str]) {
    assert!(works(program, arguments).is_some(), "{program} {arguments:?} does not work");
}

/// What a program prints; `None` when there is no such program or it fails, unless it is asked for nothing.
fn works(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let is_good = output.status.success() || arguments.is_empty();
    is_good.then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

struct EndedWithTest(Child);

impl Drop for EndedWithTest {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
