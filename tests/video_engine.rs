//! Two video engines joined by a simulated link: what the pattern shows to one is seen at the other, in real time.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panicking, and measurements are worth reading"
)]

#[path = "support/video_link.rs"]
mod video_link;

use hallway::media::{
    cameras::{Camera, CameraChoice, CameraError, pattern::read_counter},
    picture::{Picture, clock},
    screens::{Screen, ScreenChoice},
    video::engine::{
        Devices, Gallery, VideoCommand, VideoEngine, VideoEvent, VideoHandle, VideoSettings, VideoStats, Whose,
    },
};
use hallway_protocol::{
    ids::PersonId,
    video::{Layer, Source, StreamKey, VideoSlice},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, mpsc},
    thread::sleep,
    time::{Duration, Instant},
};
use video_link::{Conditions, Link, SENDER, likeness};

/// As long as a machine with much to do may need.
const PATIENCE: Duration = Duration::from_secs(60);

fn until(what: &str, wish: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !wish() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        sleep(Duration::from_millis(2));
    }
}

/// The pattern on its way over a link, watched by somebody.
fn pattern(conditions: Conditions, layer: Layer) -> Link {
    let link = Link::new(conditions);
    link.watch(layer);
    link.sender.send(VideoCommand::ChooseCamera(CameraChoice::Pattern));
    link.sender.send(VideoCommand::OpenCamera);
    link
}

/// The numbers of the pictures that are shown over some time, and when each was.
fn numbers(link: &Link, time: Duration) -> Vec<(Instant, u32)> {
    let until = Instant::now() + time;
    let mut seen: Vec<(Instant, u32)> = Vec::new();
    let mut last = None;
    while Instant::now() < until {
        if let Some(shown) = link.gallery.newest(Whose::Of(SENDER), Source::Camera)
            && last.replace(shown.number) != Some(shown.number)
            && let Some(number) = read_counter(&shown.picture)
        {
            seen.push((Instant::now(), number));
        }
        sleep(Duration::from_millis(2));
    }
    seen
}

fn shown(link: &Link) -> u64 {
    link.receiver.stats().shown
}

#[test]
fn pictures_come_through_as_they_were_in_order() {
    let link = pattern(Conditions::default(), Layer::Medium);
    until("the first picture", || link.gallery.newest(Whose::Of(SENDER), Source::Camera).is_some());
    assert!(link.gallery.newest(Whose::Own, Source::Camera).is_some(), "one sees oneself");
    let seen = numbers(&link, Duration::from_secs(3));
    assert!(seen.len() > 20, "{}", seen.len());
    assert!(seen.windows(2).all(|pair| pair[0].1 < pair[1].1), "{seen:?}");
    let newest = link.gallery.newest(Whose::Of(SENDER), Source::Camera).unwrap();
    let like = likeness(&newest.picture);
    println!("{} pictures in 3 s, {like:.1} dB", seen.len());
    assert!(like > 30.0, "{like}");
    assert_eq!((newest.picture.width(), newest.picture.height()), (640, 360));
    let stats = link.receiver.stats();
    assert_eq!((stats.lost, stats.refused), (0, 0));
    until("statistics", || link.receiver.stats().streams.first().is_some_and(|stream| stream.rate > 5.0));
    assert!(link.sender.stats().camera_encoding.is_some());
}

#[test]
fn lost_packets_cost_pictures_but_never_show_broken_ones() {
    for (loss, least) in [(0.05, 15), (0.2, 3)] {
        let link = pattern(Conditions { loss, ..Conditions::default() }, Layer::Medium);
        until("the first picture", || shown(&link) > 0);
        let mut worst = f64::MAX;
        let mut pictures = BTreeSet::new();
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end {
            let newest = link.gallery.newest(Whose::Of(SENDER), Source::Camera).unwrap();
            if pictures.insert(newest.number) && pictures.len().is_multiple_of(5) {
                worst = worst.min(likeness(&newest.picture));
            }
            sleep(Duration::from_millis(3));
        }
        let stats = link.receiver.stats();
        println!("{} % lost: {} pictures in 5 s, worst {worst:.1} dB, {stats:?}", 100.0 * loss, pictures.len());
        assert!(pictures.len() >= least && stats.lost > 0 && stats.keyframes_wanted > 0);
        // The keyframes of a small bitrate are coarse, but whole.
        assert!(worst > 15.0, "a broken picture: {worst}");
    }
}

#[test]
fn on_300_kbit_there_is_a_picture_and_room_for_the_voice() {
    let link = pattern(Conditions { bits_per_second: Some(300_000.0), ..Conditions::default() }, Layer::Medium);
    until("the first picture", || shown(&link) > 0);
    until("less being sent", || {
        link.sender.stats().target_bitrate < 400_000 || link.queue() < Duration::from_millis(80)
    });
    let before = shown(&link);
    let mut queues: Vec<Duration> = (0..100)
        .map(|_| {
            sleep(Duration::from_millis(50));
            link.queue()
        })
        .collect();
    queues.sort_unstable();
    let pictures = shown(&link) - before;
    println!("{pictures} pictures in 5 s, queue {:?} / {:?}, {:?}", queues[50], queues[95], link.sender.stats());
    assert!(pictures > 20 && queues[50] < Duration::from_millis(150), "{pictures} {:?}", queues[50]);
}

#[test]
fn after_an_outage_the_picture_is_back_with_a_keyframe() {
    let link = pattern(Conditions::default(), Layer::Medium);
    until("the first picture", || shown(&link) > 5);
    link.cut(true);
    sleep(Duration::from_secs(2));
    link.cut(false);
    let (back, before) = (Instant::now(), shown(&link));
    until("the picture", || {
        link.gallery.newest(Whose::Of(SENDER), Source::Camera).is_some_and(|shown| shown.at > back)
    });
    println!("back after {:?}", back.elapsed());
    until("more pictures", || shown(&link) > before + 5);
}

#[test]
fn another_layer_comes_when_it_is_asked_for() {
    let link = pattern(Conditions::default(), Layer::Medium);
    let width = || link.gallery.newest(Whose::Of(SENDER), Source::Camera).map(|shown| shown.picture.width());
    for (layer, expected) in [(Layer::Medium, 640), (Layer::Small, 320), (Layer::Large, 1280), (Layer::Medium, 640)] {
        link.watch(layer);
        until(&format!("{layer:?}"), || width() == Some(expected));
    }
    link.receiver.send(VideoCommand::Watch { of: SENDER, source: Source::Camera, layer: None });
    until("nothing", || width().is_none());
}

#[test]
fn nothing_is_captured_before_it_is_opened_nor_encoded_before_somebody_watches() {
    let (events, gallery) = (Arc::new(Mutex::new(Vec::new())), Gallery::default());
    let settings =
        VideoSettings { camera: CameraChoice::Pattern, gallery: gallery.clone(), ..VideoSettings::default() };
    let told = events.clone();
    let engine = VideoEngine::start(settings, move |event| told.lock().unwrap().push(event)).unwrap();
    engine.send(VideoCommand::SetReceivers { source: Source::Screen, receivers: [1, 1, 1] });
    sleep(Duration::from_millis(300));
    assert!(gallery.all().is_empty() && events.lock().unwrap().is_empty());
    engine.send(VideoCommand::OpenCamera);
    until("pictures", || engine.stats().captured > 10);
    let opened = VideoEvent::CameraOpened { name: "the pattern".into(), instead_of: None };
    assert_eq!(*events.lock().unwrap(), std::slice::from_ref(&opened), "seen by oneself, and nobody else");
    engine.send(VideoCommand::CloseCamera);
    until("its being shut", || events.lock().unwrap().contains(&VideoEvent::CameraClosed));
    assert!(gallery.all().is_empty());
    assert_eq!(engine.stats().encoded, 0);
}

/// A camera that does as the test says.
struct Double(Arc<Mutex<Result<u8, CameraError>>>, Duration);

impl Camera for Double {
    fn name(&self) -> String {
        "a double".into()
    }

    fn next(&mut self) -> Result<Picture, CameraError> {
        sleep(self.1);
        self.0.lock().unwrap().clone().map(|shade| {
            let mut picture = Picture::black(320, 180, clock::now());
            picture.planes_mut()[0].fill(shade);
            picture
        })
    }
}

/// An engine with a double for a camera, which may block for so long, and what it tells.
fn doubled(
    says: &Arc<Mutex<Result<u8, CameraError>>>,
    blocks: Duration,
) -> (VideoHandle, mpsc::Receiver<VideoEvent>, Gallery) {
    let (tell, events) = mpsc::channel();
    let says = says.clone();
    let mut devices = Devices::default();
    let real = devices.open_camera.clone();
    devices.open_camera = Arc::new(move |choice, wish| match choice {
        CameraChoice::Default => {
            says.lock().unwrap().clone().map(|_| Box::new(Double(says.clone(), blocks)) as Box<dyn Camera>)
        }
        choice => real(choice, wish),
    });
    let gallery = Gallery::default();
    let settings = VideoSettings { gallery: gallery.clone(), ..VideoSettings::default() };
    let engine = VideoEngine::start_with(settings, devices, move |event| {
        let _ = tell.send(event);
    });
    (engine.unwrap(), events, gallery)
}

const MOMENT: Duration = Duration::from_millis(10);

#[test]
fn trouble_with_a_camera_is_told_once_and_ends_when_it_is_back() {
    let gone = CameraError::Unplugged { name: "a double".into() };
    let says = Arc::new(Mutex::new(Err(CameraError::NoCamera)));
    let (engine, events, gallery) = doubled(&says, MOMENT);
    let next = || events.recv_timeout(PATIENCE).unwrap();
    let opened = VideoEvent::CameraOpened { name: "a double".into(), instead_of: None };
    engine.send(VideoCommand::OpenCamera);
    assert_eq!(next(), VideoEvent::CameraTrouble(CameraError::NoCamera));
    // It is tried again in vain, of which nothing is said.
    sleep(Duration::from_millis(1500));
    assert!(events.try_recv().is_err());
    *says.lock().unwrap() = Ok(50);
    assert_eq!(next(), opened);
    *says.lock().unwrap() = Err(gone.clone());
    assert_eq!(next(), VideoEvent::CameraTrouble(gone));
    until("nothing shown", || gallery.all().is_empty());
    *says.lock().unwrap() = Ok(60);
    assert_eq!(next(), opened);
    engine.send(VideoCommand::CloseCamera);
    assert_eq!(next(), VideoEvent::CameraClosed);
}

#[test]
fn a_camera_that_takes_over_from_its_stand_in_is_told() {
    struct Alternating(u8);
    impl Camera for Alternating {
        fn name(&self) -> String {
            if self.0 < 3 { "other".into() } else { "meant".into() }
        }

        fn instead_of(&self) -> Option<String> {
            (self.0 < 3).then(|| "meant".into())
        }

        fn next(&mut self) -> Result<Picture, CameraError> {
            sleep(MOMENT);
            self.0 = self.0.saturating_add(1);
            Ok(Picture::black(320, 180, clock::now()))
        }
    }
    let (tell, events) = mpsc::channel();
    let devices = Devices { open_camera: Arc::new(|_, _| Ok(Box::new(Alternating(0)))), ..Devices::default() };
    let engine = VideoEngine::start_with(VideoSettings::default(), devices, move |event| drop(tell.send(event)));
    engine.as_ref().unwrap().send(VideoCommand::OpenCamera);
    let told: Vec<_> = (0..2).map(|_| events.recv_timeout(PATIENCE).unwrap()).collect();
    let opened = |name: &str, instead_of| VideoEvent::CameraOpened { name: name.into(), instead_of };
    assert_eq!(told, [opened("other", Some("meant".into())), opened("meant", None)]);
}

#[test]
fn another_camera_takes_over_without_the_old_one_being_told_as_shut() {
    let says = Arc::new(Mutex::new(Ok(50)));
    let (engine, events, gallery) = doubled(&says, MOMENT);
    let next = || events.recv_timeout(PATIENCE).unwrap();
    engine.send(VideoCommand::OpenCamera);
    assert_eq!(next(), VideoEvent::CameraOpened { name: "a double".into(), instead_of: None });
    engine.send(VideoCommand::ChooseCamera(CameraChoice::Pattern));
    assert_eq!(next(), VideoEvent::CameraOpened { name: "the pattern".into(), instead_of: None });
    let shown = gallery.newest(Whose::Own, Source::Camera).unwrap();
    assert_eq!(shown.picture.width(), 640);
    engine.send(VideoCommand::CloseCamera);
    engine.send(VideoCommand::OpenCamera);
    assert_eq!(next(), VideoEvent::CameraClosed);
    assert_eq!(next(), VideoEvent::CameraOpened { name: "the pattern".into(), instead_of: None });
}

#[test]
fn a_camera_that_hangs_holds_nobody() {
    let says = Arc::new(Mutex::new(Ok(50)));
    let (engine, events, _gallery) = doubled(&says, Duration::from_secs(20));
    engine.send(VideoCommand::OpenCamera);
    sleep(Duration::from_millis(300));
    engine.send(VideoCommand::CloseCamera);
    let asked = Instant::now();
    assert_eq!(events.recv_timeout(Duration::from_secs(15)).unwrap(), VideoEvent::CameraClosed);
    engine.send(VideoCommand::OpenCamera);
    sleep(Duration::from_millis(300));
    drop(engine);
    assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
}

/// A screen that shows the same all the time.
struct Poster;

impl Screen for Poster {
    fn take(&mut self) -> Result<Picture, hallway::media::screens::ScreenError> {
        let mut picture = Picture::black(1280, 720, clock::now());
        picture.planes_mut()[0].iter_mut().enumerate().for_each(|(at, y)| *y = (at / 8 % 2 * 200) as u8 + 16);
        Ok(picture)
    }
}

#[test]
fn a_screen_comes_sharp_and_a_still_one_costs_little() {
    let devices = Devices { open_screen: Arc::new(|_| Ok(Box::new(Poster))), ..Devices::default() };
    let link = Link::with_devices(Conditions::default(), devices);
    link.sender.send(VideoCommand::SetReceivers { source: Source::Screen, receivers: [0, 0, 1] });
    link.receiver.send(VideoCommand::Watch { of: SENDER, source: Source::Screen, layer: Some(Layer::Large) });
    link.sender.send(VideoCommand::ShareScreen(ScreenChoice::Screen(0)));
    until("the screen", || link.gallery.newest(Whose::Of(SENDER), Source::Screen).is_some());
    let shown = link.gallery.newest(Whose::Of(SENDER), Source::Screen).unwrap();
    assert_eq!((shown.picture.width(), shown.picture.height()), (1280, 720));
    let sharp = |shown: &Picture| {
        let middle = &shown.y()[360 * 1280..][..1280];
        let spread = |rest: usize| middle.iter().skip(rest).step_by(16).map(|y| u32::from(*y)).sum::<u32>() / 80;
        spread(12).abs_diff(spread(4))
    };
    until("sharpness", || sharp(&link.gallery.newest(Whose::Of(SENDER), Source::Screen).unwrap().picture) > 170);
    sleep(Duration::from_secs(3));
    let before = link.sender.stats().encoded;
    sleep(Duration::from_secs(4));
    let encoded = link.sender.stats().encoded - before;
    assert!((2..=8).contains(&encoded), "{encoded} frames of a still screen in four seconds");
    link.sender.send(VideoCommand::StopScreen);
    until("its end", || link.events().contains(&VideoEvent::ScreenClosed(None)));
    assert!(link.events().contains(&VideoEvent::ScreenOpened));
}

#[test]
fn hostile_slices_neither_stop_the_engine_nor_spoil_the_others_pictures() {
    let link = pattern(Conditions::default(), Layer::Medium);
    until("the first picture", || shown(&link) > 0);
    let mut dice = 1u32;
    let mut roll = move || {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        dice >> 8
    };
    for count in 0..4000u32 {
        let keyframe = roll().is_multiple_of(2);
        let start: &[u8] = if keyframe { &[0, 0, 0, 1, 0x67, 66, 0xc0, 30] } else { &[0, 0, 1, 0x61] };
        let nals: Vec<u8> = start.iter().copied().chain((0..roll() % 1090).map(|_| roll() as u8)).collect();
        let slice = VideoSlice {
            stream: StreamKey { source: Source::Camera, layer: Layer::ALL[roll() as usize % 3] },
            keyframe,
            frame: (count / 2) as u16,
            slice: 0,
            slices: 1 + (roll() % 2) as u8,
            seq: roll() as u16,
            media_time: roll(),
            waited_ms: roll() as u16,
            nals: nals.into(),
        };
        link.receiver.send(VideoCommand::Receive { sender: PersonId(66 + roll() % 40), slice });
    }
    let before = shown(&link);
    until("more pictures", || shown(&link) > before + 10);
    assert!(
        link.gallery.all().iter().all(|(whose, _)| matches!(whose, Whose::Own | Whose::Of(SENDER))),
        "{:?}",
        link.gallery.all()
    );
    let VideoStats { refused, .. } = link.receiver.stats();
    assert!(refused > 0);
}

#[test]
fn what_is_received_is_written_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("seen.y4m");
    let link = Link::with_sink(&path);
    link.watch(Layer::Small);
    link.sender.send(VideoCommand::ChooseCamera(CameraChoice::Pattern));
    link.sender.send(VideoCommand::OpenCamera);
    until("pictures", || shown(&link) > 3);
    drop(link);
    let file = std::fs::File::open(&path).unwrap();
    let mut reader = hallway_bench::picture::y4m::Reader::new(std::io::BufReader::new(file)).unwrap();
    let first = reader.next_frame().unwrap().unwrap();
    assert!(hallway_bench::picture::number::read(&first).is_some());
    let error = VideoEngine::start(
        VideoSettings { sink: Some(dir.path().join("none/seen.y4m")), ..VideoSettings::default() },
        |_| {},
    );
    assert!(error.is_err_and(|error| error.to_string().contains("can't be written")));
}
