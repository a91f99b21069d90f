use super::*;

const CAMERA: StreamKey = StreamKey { source: Source::Camera, layer: Layer::Medium };

fn picture(shade: u8) -> Arc<Picture> {
    let mut picture = Picture::black(64, 36, Duration::from_secs(1));
    picture.planes_mut()[0].fill(shade);
    Arc::new(picture)
}

#[test]
fn a_slow_encoder_finds_the_newest_picture_only() {
    let slot = Slot::default();
    (1..=3).for_each(|shade| slot.put(picture(shade)));
    let woken = slot.wait();
    assert_eq!(woken.picture.unwrap().y()[0], 3);
    assert!(slot.lock().picture.is_none());
    assert_eq!(slot.counts.captured.load(Relaxed), 3);
}

#[test]
fn orders_that_wait_are_bounded_and_the_newest_stands_for_its_like() {
    let slot = Slot::default();
    for count in 0..200 {
        slot.order(Order::Receivers([0, count, 0]));
        slot.order(Order::Keyframe(Layer::Medium));
        slot.order(Order::Clock(MediaClock { media_time: 0, at: Duration::ZERO }));
        slot.order(Order::Reported(VideoReport {
            person: hallway_protocol::ids::PersonId(u32::from(count)),
            stream: CAMERA,
            expected: 0,
            lost: 0,
            bytes: 0,
            interval_ms: 500,
            queue_ms: 0,
            frames: 0,
        }));
    }
    let orders = slot.wait().orders;
    assert!(orders.len() <= MOST_ORDERS + 3, "{}", orders.len());
    let receivers: Vec<&Order> = orders.iter().filter(|order| matches!(order, Order::Receivers(_))).collect();
    assert!(matches!(receivers[..], [Order::Receivers([0, 199, 0])]), "{receivers:?}");
}

#[test]
fn pictures_are_taken_at_the_rate_whatever_the_cameras_rhythm() {
    let taken = |camera_hz: u64, rate: f32| {
        let mut encoder = LayerEncoder::new(Content::Camera, CAMERA);
        encoder.wants_keyframe = false;
        let due =
            |at: u64| encoder.is_due(Duration::from_micros(1_000_000 * at / camera_hz + at * 7919 % 4000), rate, true);
        (0..4 * camera_hz).map(due).filter(|due| *due).count()
    };
    assert_eq!(taken(30, 30.0), 120);
    assert!((58..=62).contains(&taken(30, 15.0)), "{}", taken(30, 15.0));
    assert!((38..=42).contains(&taken(30, 10.0)), "{}", taken(30, 10.0));
    assert!((58..=62).contains(&taken(15, 30.0)), "all that there are");
    assert!((110..=124).contains(&taken(60, 30.0)), "{}", taken(60, 30.0));
}

#[test]
fn a_still_screen_is_sharpened_and_then_sent_once_a_second() {
    let (mut changes, mut still) = (Changes::default(), Still::default());
    let mut is_worth = |picture: &Arc<Picture>| {
        let scene = changes.look(picture);
        let is_worth = still.is_worth(scene);
        if is_worth {
            still.taken(scene);
        }
        is_worth
    };
    let same = picture(1);
    assert_eq!((0..20).filter(|_| is_worth(&same)).count(), 1 + SHARPENING as usize);
    assert!(is_worth(&picture(2)), "another one");
    let mut encoder = LayerEncoder::new(Content::Screen, CAMERA);
    encoder.wants_keyframe = false;
    let sent = (10..110).filter(|tenth| encoder.is_due(Duration::from_millis(100 * tenth), 10.0, false)).count();
    assert!((9..=11).contains(&sent), "{sent} in ten seconds");
}

#[test]
fn the_encoder_is_told_how_many_pictures_really_come() {
    let mut pace = Pace::default();
    let at = |count: u64, hz: u64| Duration::from_millis(1000 * count / hz);
    let dark: Vec<f32> = (0..300).map(|count| pace.rate(at(count, 12), 30.0)).collect();
    assert_eq!(dark[0], 30.0);
    assert!((11.0..15.0).contains(dark.last().unwrap()), "{}", dark.last().unwrap());
    assert_eq!(pace.rate(Duration::from_secs(100), 15.0), 15.0);
    let changes = dark.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(changes < 8, "{changes}");
}
