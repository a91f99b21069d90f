use super::*;
use hallway_protocol::{ids::PersonId, video::StreamKey};

const REPORT: Duration = Duration::from_millis(500);
const STEP: Duration = Duration::from_millis(10);
/// A voice of 64 kbit/s with what the link puts in front of its packets, and what other things it carries.
const VOICE: f64 = 64_000.0 + 50.0 * 8.0 * 60.0;
/// What a router holds before it drops.
const BUFFER_SECONDS: f64 = 0.6;

/// A link with a queue, through which one receiver gets one layer beside a voice.
struct Bottleneck {
    controller: Controller,
    layer: Layer,
    now: Duration,
    queue_bits: f64,
    /// Loss of the air, on top.
    loss: f64,
    /// Share of what may be sent that the pictures need.
    used: f64,
    delivered: f64,
    sent: f64,
    dropped: f64,
    reported: Duration,
    reports: bool,
}

/// How it was over some seconds.
#[derive(Debug)]
struct Seen {
    /// At the end.
    bitrate: u32,
    mean_bitrate: f64,
    setting: Setting,
    longest_queue_ms: f64,
}

impl Bottleneck {
    fn new(layer: Layer) -> Self {
        let mut controller = Controller::new(Source::Camera);
        let mut receivers = [0; Layer::COUNT];
        receivers[layer.index()] = 1;
        assert_eq!(controller.set_receivers(receivers, Duration::ZERO), [layer]);
        let now = Duration::ZERO;
        let (queue_bits, loss, used, delivered, sent, dropped) = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0);
        Self { controller, layer, now, queue_bits, loss, used, delivered, sent, dropped, reported: now, reports: true }
    }

    /// Another layer is watched.
    fn watch(&mut self, layer: Layer) {
        self.layer = layer;
        self.controller.set_receivers(Layer::ALL.map(|each| u8::from(each == layer)), self.now);
    }

    fn run(&mut self, seconds: u64, capacity: f64) -> Seen {
        let until = self.now + Duration::from_secs(seconds);
        let (mut longest_queue_ms, mut bits) = (0.0f64, 0.0);
        while self.now < until {
            self.now += STEP;
            self.controller.step(self.now);
            let bitrate = f64::from(self.controller.setting(self.layer).unwrap().bitrate);
            bits += bitrate * STEP.as_secs_f64();
            let video = bitrate * self.used * STEP.as_secs_f64();
            let all = video + VOICE * STEP.as_secs_f64();
            let room = (capacity * BUFFER_SECONDS - self.queue_bits).max(0.0);
            let taken = all.min(room);
            let leaves = (self.queue_bits + taken).min(capacity * STEP.as_secs_f64());
            self.queue_bits += taken - leaves;
            self.sent += video;
            self.dropped += video * (1.0 - taken / all * (1.0 - self.loss));
            self.delivered += leaves * video / all * (1.0 - self.loss);
            longest_queue_ms = longest_queue_ms.max(self.queue_bits / capacity * 1000.0);
            if self.now >= self.reported + REPORT {
                self.report(capacity);
            }
        }
        let setting = self.controller.setting(self.layer).unwrap();
        let mean_bitrate = bits / (seconds as f64).max(1.0);
        Seen { bitrate: setting.bitrate, mean_bitrate, setting, longest_queue_ms }
    }

    fn report(&mut self, capacity: f64) {
        let packets = |bits: f64| (bits / 8000.0).round() as u16;
        let report = VideoReport {
            person: PersonId(2),
            stream: StreamKey { source: Source::Camera, layer: self.layer },
            expected: packets(self.sent),
            lost: packets(self.dropped),
            bytes: (self.delivered / 8.0) as u32,
            interval_ms: 500,
            queue_ms: (self.queue_bits / capacity * 1000.0) as u16,
            frames: 15,
        };
        if self.reports {
            self.controller.reported(&report, self.now);
        }
        (self.sent, self.dropped, self.delivered, self.reported) = (0.0, 0.0, 0.0, self.now);
    }
}

#[test]
fn a_good_link_is_used_up_to_the_most() {
    let mut link = Bottleneck::new(Layer::Medium);
    assert_eq!(link.run(0, 5e6).setting, Setting { bitrate: 150_000, rate: 30.0, most: (640, 360) });
    let soon = link.run(2, 5e6);
    assert_eq!(soon.setting.most, (640, 360), "{soon:?}");
    assert!(link.run(2, 5e6).bitrate > 800_000, "it takes seconds to find what there is");
    assert_eq!(link.run(16, 5e6).bitrate, 900_000);
    let mut link = Bottleneck::new(Layer::Large);
    let seen = link.run(20, 5e6);
    assert_eq!(seen.setting, Setting { bitrate: 2_000_000, rate: 30.0, most: (1280, 720) });
}

#[test]
fn a_start_on_300_kbit_fills_no_queue() {
    let mut link = Bottleneck::new(Layer::Medium);
    let seen = link.run(10, 300e3);
    assert!(seen.longest_queue_ms < 150.0, "{seen:?}");
    // The window is made large: what the link bears is known.
    link.watch(Layer::Large);
    let seen = link.run(10, 300e3);
    assert!(seen.longest_queue_ms < 150.0, "{seen:?}");
}

#[test]
fn pictures_that_need_little_become_large_all_the_same() {
    let mut link = Bottleneck::new(Layer::Medium);
    link.used = 0.1;
    assert_eq!(link.run(4, 5e6).setting, Setting { bitrate: 400_000, rate: 30.0, most: (640, 360) });
    assert_eq!(link.run(20, 5e6).bitrate, 400_000, "whether more gets through isn't known");
    let mut link = Bottleneck::new(Layer::Large);
    link.used = 0.1;
    assert_eq!(link.run(8, 5e6).setting.most, (1280, 720));
}

#[test]
fn on_300_kbit_pictures_make_room_for_the_voice_within_two_seconds_and_come_back() {
    let mut link = Bottleneck::new(Layer::Medium);
    link.run(10, 5e6);
    link.run(2, 300e3);
    assert!(link.run(0, 300e3).bitrate <= 200_000, "{}", link.run(0, 300e3).bitrate);
    link.run(6, 300e3);
    let settled = link.run(60, 300e3);
    assert!(settled.bitrate <= 205_000 && settled.bitrate >= 100_000, "{}", settled.bitrate);
    assert!(settled.longest_queue_ms < 150.0, "{}", settled.longest_queue_ms);
    assert!(settled.setting.most.0 < 640);
    let better = link.run(25, 5e6);
    assert!(better.bitrate >= 600_000, "{}", better.bitrate);
    assert_eq!(better.setting.most, (640, 360));
}

#[test]
fn a_start_on_a_bad_link_ends_well_too() {
    let mut link = Bottleneck::new(Layer::Medium);
    link.run(8, 200e3);
    let settled = link.run(30, 200e3);
    assert!((60e3..=115e3).contains(&settled.mean_bitrate), "{settled:?}");
    assert_eq!(settled.setting.most, (320, 180));
    assert!(settled.longest_queue_ms < 150.0, "{}", settled.longest_queue_ms);
}

#[test]
fn a_little_loss_of_the_air_changes_nothing_and_much_of_it_stops_at_the_floor() {
    let mut link = Bottleneck::new(Layer::Medium);
    link.loss = 0.05;
    assert_eq!(link.run(20, 5e6).bitrate, 300_000, "no more is tried");
    link.loss = 0.2;
    let seen = link.run(30, 5e6);
    assert_eq!(seen.bitrate, 150_000);
    link.loss = 0.0;
    assert!(link.run(30, 5e6).bitrate >= 600_000);
}

#[test]
fn without_reports_it_goes_down() {
    let mut link = Bottleneck::new(Layer::Medium);
    link.run(5, 5e6);
    link.reports = false;
    assert!(link.run(2, 5e6).bitrate <= 450_000);
    assert_eq!(link.run(10, 5e6).bitrate, 60_000);
    link.reports = true;
    assert!(link.run(30, 5e6).bitrate >= 600_000);
}

#[test]
fn a_layer_follows_the_one_who_gets_least_and_forgets_who_left() {
    let mut controller = Controller::new(Source::Camera);
    controller.set_receivers([0, 2, 0], Duration::ZERO);
    let stream = StreamKey { source: Source::Camera, layer: Layer::Medium };
    let report = |person, queue_ms| VideoReport {
        person: PersonId(person),
        stream,
        expected: 40,
        lost: 0,
        bytes: 37_500,
        interval_ms: 500,
        queue_ms,
        frames: 15,
    };
    let at = |controller: &Controller| controller.setting(Layer::Medium).unwrap().bitrate;
    for second in 1..=4 {
        controller.reported(&report(2, 0), Duration::from_secs(second));
        controller.reported(&report(3, 250), Duration::from_secs(second));
    }
    let low = at(&controller);
    assert!(low < 400_000, "{low}");
    for second in 5..=20 {
        controller.reported(&report(2, 0), Duration::from_secs(second));
    }
    assert!(at(&controller) > 600_000, "{}", at(&controller));
}

#[test]
fn layers_nobody_wants_are_not_encoded_and_the_total_is_shared_out() {
    let mut controller = Controller::new(Source::Camera);
    assert_eq!(controller.setting(Layer::Medium), None);
    assert_eq!(controller.set_receivers([1, 1, 0], Duration::ZERO), [Layer::Small, Layer::Medium]);
    assert_eq!(controller.set_receivers([1, 2, 0], Duration::ZERO), [Layer::Medium]);
    assert_eq!(controller.setting(Layer::Large), None);
    assert_eq!(controller.setting(Layer::Small).unwrap().rate, 15.0);
    controller.set_receivers([1, 1, 1], Duration::ZERO);
    for layer in &mut controller.layers {
        layer.bitrate = layer.bounds.most;
    }
    controller.share_out(Duration::ZERO);
    let bitrates = Layer::ALL.map(|layer| controller.setting(layer).unwrap().bitrate);
    assert_eq!(bitrates, [200_000, 900_000, 1_100_000]);
    assert!(controller.set_receivers([0; 3], Duration::ZERO).is_empty());
    assert_eq!(controller.setting(Layer::Small), None);
}

#[test]
fn the_ladder_goes_down_at_once_and_up_when_there_is_enough_for_long() {
    let mut ladder = Ladder::new(Source::Camera, (640, 360));
    let mut at = |bitrate, second| {
        let setting = ladder.setting(bitrate, Duration::from_secs(second));
        (setting.most.0, setting.rate)
    };
    assert_eq!(at(600_000, 10), (640, 30.0));
    assert_eq!(at(250_000, 11), (480, 30.0));
    assert_eq!(at(80_000, 11), (320, 10.0));
    assert_eq!(at(900_000, 12), (320, 10.0));
    assert_eq!(at(310_000, 15), (480, 30.0), "not quite enough for 640");
    assert_eq!(at(400_000, 19), (640, 30.0));
    ladder.begin(150_000, Duration::from_secs(20));
    let mut at = |bitrate, second| ladder.setting(bitrate, Duration::from_secs(second)).most.0;
    assert_eq!(
        [at(150_000, 20), at(200_000, 21), at(200_000, 22)],
        [640, 640, 480],
        "nothing is known for two seconds"
    );
    ladder.begin(150_000, Duration::from_secs(30));
    assert_eq!(ladder.setting(100_000, Duration::from_secs(30)).most.0, 320, "less than it began with");
    let mut ladder = Ladder::new(Source::Screen, (1920, 1200));
    let setting = ladder.setting(300_000, Duration::ZERO);
    assert_eq!((setting.most, setting.rate), ((1920, 1200), 3.0), "sharp, if slow");
    assert_eq!(ladder.setting(1_500_000, Duration::from_millis(600)).rate, 10.0, "at once: that costs no keyframe");
}

/// What a screen's first packets are sent with, after reports at these milliseconds, each of so long a queue. Nothing is lost.
fn screen_after(reports: &[(u64, u16)]) -> u32 {
    let mut controller = Controller::new(Source::Screen);
    controller.set_receivers([0, 0, 1], Duration::ZERO);
    let (mut bits, mut before_ms) = (0, 0);
    for (at_ms, queue_ms) in reports {
        bits += u64::from(controller.setting(Layer::Large).unwrap().bitrate) * (at_ms - before_ms) / 1000;
        before_ms = *at_ms;
        let report = VideoReport {
            person: PersonId(2),
            stream: StreamKey { source: Source::Screen, layer: Layer::Large },
            expected: 10,
            lost: 0,
            bytes: (bits / 8) as u32,
            interval_ms: *at_ms as u16,
            queue_ms: *queue_ms,
            frames: 0,
        };
        controller.reported(&report, Duration::from_millis(*at_ms));
    }
    controller.setting(Layer::Large).unwrap().bitrate
}

#[test]
fn a_screen_finds_what_a_link_bears_while_its_first_picture_leaves() {
    assert_eq!(screen_after(&[]), 300_000);
    assert_eq!(screen_after(&[(200, 0)]), 600_000);
    assert!(screen_after(&[(200, 0), (300, 0), (400, 0)]) > 1_200_000);
    assert_eq!(screen_after(&[(200, 60)]), 300_000, "perhaps too much");
    assert_eq!(screen_after(&[(200, 100)]), 180_000, "too much");
    assert_eq!(screen_after(&[(200, 250)]), 180_000, "much too much");
    assert_eq!(screen_after(&[(200, 100), (300, 0), (400, 0)]), 180_000, "it was too much a moment ago");
}

/// People who watch the same camera through links of their own.
struct Viewers {
    controller: Controller,
    now: Duration,
    viewers: Vec<Viewer>,
    /// Whether they do as they are asked.
    obey: bool,
}

struct Viewer {
    layer: Layer,
    /// Bits a second beside the voice.
    capacity: f64,
    queue_bits: f64,
    longest_queue: Duration,
    asked: Vec<Duration>,
}

impl Viewers {
    fn new(source: Source, layer: Layer, capacities: &[f64]) -> Self {
        let viewer =
            |capacity| Viewer { layer, capacity, queue_bits: 0.0, longest_queue: Duration::ZERO, asked: Vec::new() };
        let viewers = capacities.iter().map(|capacity| viewer(*capacity)).collect();
        let mut viewers =
            Self { controller: Controller::new(source), now: Duration::from_secs(10), viewers, obey: true };
        viewers.tell_receivers();
        viewers
    }

    fn tell_receivers(&mut self) {
        let count = |layer| self.viewers.iter().filter(|viewer| viewer.layer == layer).count() as u8;
        self.controller.set_receivers(Layer::ALL.map(count), self.now);
    }

    /// So many times half a second.
    fn run(&mut self, source: Source, reports: u32) {
        for _ in 0..reports {
            self.now += REPORT;
            self.controller.step(self.now);
            let settings = Layer::ALL.map(|layer| self.controller.setting(layer));
            let mut steps = Vec::new();
            for (number, viewer) in self.viewers.iter_mut().enumerate() {
                let sent = f64::from(settings[viewer.layer.index()].unwrap().bitrate) * REPORT.as_secs_f64();
                let room = viewer.capacity * REPORT.as_secs_f64();
                let through = (viewer.queue_bits + sent).min(room);
                viewer.queue_bits = (viewer.queue_bits + sent - through).min(viewer.capacity * BUFFER_SECONDS);
                let queue = Duration::from_secs_f64(viewer.queue_bits / viewer.capacity);
                viewer.longest_queue = viewer.longest_queue.max(queue);
                let report = VideoReport {
                    person: PersonId(number as u32),
                    stream: StreamKey { source, layer: viewer.layer },
                    expected: (sent / 8000.0) as u16,
                    lost: 0,
                    bytes: (through / 8.0) as u32,
                    interval_ms: 500,
                    queue_ms: queue.as_millis() as u16,
                    frames: 15,
                };
                if let Some(step) = self.controller.reported(&report, self.now) {
                    assert_eq!(step, StepDown { person: report.person, stream: report.stream });
                    viewer.asked.push(self.now);
                    steps.push(number);
                }
            }
            for number in steps.into_iter().filter(|_| self.obey) {
                let layer = &mut self.viewers[number].layer;
                *layer = Layer::ALL[layer.index() - 1];
            }
            self.tell_receivers();
        }
    }

    fn bitrate(&self, viewer: usize) -> u32 {
        self.controller.setting(self.viewers[viewer].layer).unwrap().bitrate
    }

    fn layers(&self) -> Vec<Layer> {
        self.viewers.iter().map(|viewer| viewer.layer).collect()
    }
}

#[test]
fn one_on_a_poor_link_does_not_spoil_it_for_the_others() {
    let (medium, small) = (Layer::Medium, Layer::Small);
    let mut viewers = Viewers::new(Source::Camera, medium, &[5e6, 200e3, 5e6]);
    viewers.run(Source::Camera, 24);
    assert_eq!(viewers.layers(), [medium, small, medium]);
    assert_eq!((viewers.bitrate(0), viewers.controller.setting(medium).unwrap().most), (900_000, (640, 360)));
    assert!((100_000..=200_000).contains(&viewers.bitrate(1)), "{}", viewers.bitrate(1));
    assert!(viewers.viewers[1].longest_queue < Duration::from_millis(300), "its voice would be late");
    // The link gets worse in the middle of it.
    let mut viewers = Viewers::new(Source::Camera, medium, &[5e6, 5e6]);
    viewers.run(Source::Camera, 20);
    viewers.viewers[1].capacity = 150e3;
    viewers.run(Source::Camera, 8);
    assert_eq!((viewers.layers(), viewers.bitrate(0)), (vec![medium, small], 900_000), "at once what it was");
}

#[test]
fn where_most_links_are_poor_nobody_is_asked_to_step_down() {
    for capacities in [&[200e3, 200e3, 5e6][..], &[200e3, 200e3], &[200e3]] {
        let mut viewers = Viewers::new(Source::Camera, Layer::Medium, capacities);
        viewers.run(Source::Camera, 40);
        assert!(viewers.viewers.iter().all(|viewer| viewer.asked.is_empty()), "{capacities:?}");
        assert!(viewers.bitrate(0) <= 200_000, "{capacities:?}");
    }
    let mut viewers = Viewers::new(Source::Camera, Layer::Small, &[70e3, 5e6, 5e6]);
    viewers.run(Source::Camera, 40);
    assert!(viewers.viewers[0].asked.is_empty() && viewers.bitrate(1) < 100_000, "there is no smaller one");
}

#[test]
fn who_does_not_step_down_is_asked_again_and_followed_for_a_while_only() {
    let mut viewers = Viewers::new(Source::Camera, Layer::Medium, &[5e6, 5e6, 5e6]);
    viewers.run(Source::Camera, 20);
    (viewers.obey, viewers.viewers[1].capacity) = (false, 150e3);
    viewers.run(Source::Camera, 6);
    assert!(viewers.bitrate(0) < 200_000, "followed at first");
    viewers.run(Source::Camera, 6);
    assert_eq!(viewers.bitrate(0), 900_000);
    let asked = &viewers.viewers[1].asked;
    assert!(asked.len() >= 4 && asked.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_secs(1)), "{asked:?}");
    assert!(viewers.viewers.iter().enumerate().all(|(number, viewer)| number == 1 || viewer.asked.is_empty()));
}

#[test]
fn what_is_lost_of_the_first_packets_is_not_much() {
    let bitrate_after = |lost: u16| {
        let mut controller = Controller::new(Source::Screen);
        controller.set_receivers([0, 0, 1], Duration::ZERO);
        for (at_ms, expected) in [(200, 7), (300, 11), (400, 15), (500, 18)] {
            let report = VideoReport {
                person: PersonId(2),
                stream: StreamKey { source: Source::Screen, layer: Layer::Large },
                expected,
                lost: lost.min(expected),
                bytes: 1100 * u32::from(expected),
                interval_ms: at_ms,
                queue_ms: 0,
                frames: 0,
            };
            controller.reported(&report, Duration::from_millis(at_ms.into()));
        }
        controller.setting(Layer::Large).unwrap().bitrate
    };
    assert!(bitrate_after(1) >= 600_000, "{}", bitrate_after(1));
    assert!(bitrate_after(10) < 300_000, "{}", bitrate_after(10));
}

#[test]
fn a_screen_grows_where_little_is_lost_for_what_is_lost_is_sent_again() {
    let mut controller = Controller::new(Source::Screen);
    controller.set_receivers([0, 0, 1], Duration::ZERO);
    // One of twenty in all, as chance has it.
    for (number, lost) in [0, 2, 1, 0, 2, 0, 1, 2].into_iter().enumerate() {
        let bitrate = controller.setting(Layer::Large).unwrap().bitrate;
        let report = VideoReport {
            person: PersonId(2),
            stream: StreamKey { source: Source::Screen, layer: Layer::Large },
            expected: 20,
            lost,
            bytes: bitrate / 16,
            interval_ms: 500,
            queue_ms: 0,
            frames: 1,
        };
        controller.reported(&report, Duration::from_millis(500 * (number as u64 + 1)));
    }
    assert_eq!(controller.setting(Layer::Large).unwrap().bitrate, 1_500_000);
}

#[test]
fn a_screen_has_a_slow_encoding_for_who_holds_the_others_back() {
    let mut viewers = Viewers::new(Source::Screen, Layer::Large, &[5e6, 250e3]);
    viewers.run(Source::Screen, 24);
    assert_eq!(viewers.layers(), [Layer::Large, Layer::Medium]);
    assert_eq!(viewers.controller.setting(Layer::Large).unwrap().rate, 10.0);
    let slow = viewers.controller.setting(Layer::Medium).unwrap();
    assert!(slow.bitrate <= 250_000 && slow.rate <= 3.0 && slow.most == (1920, 1200), "{slow:?}");
}
