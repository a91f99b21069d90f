use super::*;
use crate::media::video::{
    encoder::{Content, Encoder, Target},
    slicer::Slicer,
    test_pictures::{RATE, moving, psnr, taken},
};
use hallway_protocol::limits::KEYFRAME_INTERVAL;

const ANN: PersonId = PersonId(1);
const START: Duration = Duration::from_secs(100);
/// The way of a packet.
const WAY: Duration = Duration::from_millis(20);

/// Somebody's camera.
struct Sender {
    encoder: Encoder,
    slicer: Slicer,
    size: (usize, usize),
    number: u32,
}

impl Sender {
    fn new(layer: Layer, size: (usize, usize)) -> Self {
        let stream = StreamKey { source: Source::Camera, layer };
        Self { encoder: Encoder::new(Content::Camera), slicer: Slicer::new(stream), size, number: 0 }
    }

    /// The next frame that is not left out, and when it is taken.
    fn frame(&mut self) -> (Duration, Vec<VideoSlice>) {
        loop {
            let number = self.number;
            self.number += 1;
            let picture = moving(self.size.0, self.size.1, number);
            let target = Target { bitrate: 300_000, rate: RATE };
            if let Some(encoded) = self.encoder.encode(&picture, target).unwrap() {
                let slices = self.slicer.slice(&encoded, media_time(number)).unwrap();
                let slices = slices.iter().map(|slice| VideoSlice::decode(slice).unwrap()).collect();
                return (START + taken(number), slices);
            }
        }
    }
}

fn media_time(number: u32) -> u32 {
    number * 1600
}

/// Puts a frame in, each slice that passes `comes`, and gives what came out, up to just before the next frame.
fn put(
    receiver: &mut Receiver,
    at: Duration,
    slices: &[VideoSlice],
    comes: impl Fn(&VideoSlice) -> bool,
) -> Vec<Output> {
    let mut out = Vec::new();
    for slice in slices.iter().filter(|slice| comes(slice)) {
        receiver.receive(ANN, slice, at, at, &mut out);
    }
    run(receiver, at, at + Duration::from_millis(33), &mut out);
    out
}

/// Does all that is due in this time.
fn run(receiver: &mut Receiver, from: Duration, to: Duration, out: &mut Vec<Output>) {
    let mut now = from;
    while let Some(due) = receiver.due().filter(|due| *due < to) {
        now = due.max(now);
        receiver.step(now, out);
    }
}

fn shown(out: &[Output]) -> Vec<&Arc<Picture>> {
    let pictures = out.iter().filter_map(|output| match output {
        Output::Show { picture, .. } => Some(picture),
        _ => None,
    });
    pictures.collect()
}

fn asks(out: &[Output]) -> usize {
    out.iter().filter(|output| matches!(output, Output::WantKeyframe { .. })).count()
}

#[test]
fn pictures_are_shown_as_they_come_and_reported_of_twice_a_second() {
    let (mut sender, mut receiver) = (Sender::new(Layer::Medium, (320, 180)), Receiver::default());
    let mut reports = Vec::new();
    let mut pictures = 0;
    for _ in 0..60 {
        let (at, slices) = sender.frame();
        let out = put(&mut receiver, at + WAY, &slices, |_| true);
        let picture = shown(&out)[0];
        pictures += 1;
        assert!(psnr(picture, &moving(320, 180, sender.number - 1)) > 28.0);
        reports.extend(out.iter().filter_map(|output| match output {
            Output::Feedback(VideoFeedback::Report(report)) => Some(*report),
            _ => None,
        }));
    }
    assert!((3..=4).contains(&reports.len()), "{}", reports.len());
    let report = reports[1];
    assert_eq!((report.person, report.lost, report.queue_ms), (ANN, 0, 0));
    assert!((13..=16).contains(&report.frames) && (450..=560).contains(&report.interval_ms), "{report:?}");
    assert!(report.expected >= report.frames && report.bytes > 5_000, "{report:?}");
    let received = receiver.received();
    assert_eq!((received.shown, received.dropped, received.keyframes_wanted), (pictures, 0, 0));
    assert_eq!(received.streams[0].size, (320, 180));
    assert!((27.0..32.0).contains(&received.streams[0].rate), "{:?}", received.streams);
}

#[test]
fn a_lost_slice_leads_to_a_keyframe_and_no_broken_picture_is_ever_shown() {
    let (mut sender, mut receiver) = (Sender::new(Layer::Medium, (320, 180)), Receiver::default());
    let (mut asked, mut seen) = (0, 0);
    for count in 0..90 {
        let (at, slices) = sender.frame();
        let out = put(&mut receiver, at + WAY, &slices, |slice| !(count % 20 == 10 && slice.slice == 0));
        for picture in shown(&out) {
            seen += 1;
            assert!(psnr(picture, &moving(320, 180, sender.number - 1)) > 28.0, "picture {count}");
        }
        if asks(&out) > 0 {
            asked += 1;
            sender.encoder.want_keyframe();
        }
    }
    assert!((4..=8).contains(&asked), "{asked}");
    assert!(seen > 60, "{seen}");
}

#[test]
fn pictures_wait_for_their_voice_but_not_long() {
    let (mut sender, mut receiver) = (Sender::new(Layer::Medium, (320, 180)), Receiver::default());
    let mut show = |voice_behind: Option<u64>| {
        let (at, slices) = sender.frame();
        let now = at + WAY;
        if let Some(behind) = voice_behind {
            let played = MediaClock { media_time: media_time(sender.number - 1), at: now }
                .media_time_at(now - Duration::from_millis(behind));
            receiver.voice_played(ANN, MediaClock { media_time: played, at: now });
        }
        let mut out = Vec::new();
        slices.iter().for_each(|slice| receiver.receive(ANN, slice, now, now, &mut out));
        let mut waited = Duration::ZERO;
        while shown(&out).is_empty() {
            waited += Duration::from_millis(1);
            receiver.step(now + waited, &mut out);
        }
        waited.as_millis() as u64
    };
    assert_eq!(show(None), 0, "without a voice at once");
    assert!((79..=81).contains(&show(Some(80))));
    assert!((199..=201).contains(&show(Some(700))), "no longer than that");
    // A voice that is ahead can't be caught up with.
    assert_eq!(show(Some(0)), 0);
}

#[test]
fn nothing_old_is_shown() {
    let (mut sender, mut receiver) = (Sender::new(Layer::Medium, (320, 180)), Receiver::default());
    for count in 0..10 {
        let (at, slices) = sender.frame();
        let late = if count >= 5 { Duration::from_millis(600) } else { Duration::ZERO };
        let out = put(&mut receiver, at + WAY + late, &slices, |_| true);
        assert_eq!(shown(&out).len(), usize::from(count < 5));
    }
    assert_eq!(receiver.received().dropped, 5);
}

#[test]
fn another_layer_is_taken_up_at_its_keyframe_without_a_gap() {
    let (mut medium, mut small) = (Sender::new(Layer::Medium, (320, 180)), Sender::new(Layer::Small, (160, 90)));
    let mut receiver = Receiver::default();
    let mut out = Vec::new();
    receiver.watch(ANN, Source::Camera, Some(Layer::Medium), START, &mut out);
    let mut widths = Vec::new();
    for count in 0..12 {
        if count == 4 {
            receiver.watch(ANN, Source::Camera, Some(Layer::Small), START, &mut out);
        }
        let (at, slices) = medium.frame();
        let (_, other) = small.frame();
        if count < 6 {
            out.extend(put(&mut receiver, at + WAY, &slices, |_| true));
        }
        if count >= 5 {
            if count == 5 {
                small.encoder.want_keyframe();
                let (_, key) = small.frame();
                out.extend(put(&mut receiver, at + WAY, &key, |_| true));
                small.number -= 1;
            } else {
                out.extend(put(&mut receiver, at + WAY, &other, |_| true));
            }
        }
    }
    widths.extend(shown(&out).iter().map(|picture| picture.width()));
    let change = widths.iter().position(|width| *width == 160).unwrap();
    assert!(widths[..change].iter().all(|width| *width == 320) && widths[change..].iter().all(|width| *width == 160));
    assert!(change >= 4 && widths.len() > change + 3, "{widths:?}");
}

#[test]
fn what_is_no_longer_watched_is_freed_and_its_last_slices_bring_nothing_back() {
    let (mut sender, mut receiver) = (Sender::new(Layer::Medium, (320, 180)), Receiver::default());
    let (at, slices) = sender.frame();
    put(&mut receiver, at, &slices, |_| true);
    let mut out = Vec::new();
    receiver.watch(ANN, Source::Camera, None, at, &mut out);
    assert!(matches!(out[..], [Output::Clear { of: ANN, .. }]));
    let (at, slices) = sender.frame();
    assert!(put(&mut receiver, at, &slices, |_| true).is_empty() && receiver.due().is_none());
    assert_eq!(receiver.received().shown, 1, "counts stay");
    receiver.watch(ANN, Source::Camera, Some(Layer::Medium), at, &mut out);
    let (at, slices) = sender.frame();
    assert_eq!(asks(&put(&mut receiver, at, &slices, |_| true)), 1);
}

#[test]
fn a_stream_that_falls_silent_is_taken_away_at_last() {
    let (mut sender, mut receiver) = (Sender::new(Layer::Medium, (320, 180)), Receiver::default());
    let (at, slices) = sender.frame();
    put(&mut receiver, at, &slices, |_| true);
    let mut out = Vec::new();
    run(&mut receiver, at, at + SILENT + Duration::from_secs(1), &mut out);
    assert!(matches!(out.last(), Some(Output::Clear { of: ANN, .. })), "{out:?}");
    assert!(receiver.due().is_none());
}

#[test]
fn a_hostile_stream_is_shut_off_and_asks_for_nothing_while_it_is() {
    let mut receiver = Receiver::default();
    let stream = StreamKey { source: Source::Camera, layer: Layer::Medium };
    let mut asked = 0;
    for frame in 0..600u16 {
        let now = START + Duration::from_millis(10) * u32::from(frame);
        let nals = vec![frame as u8; 900].into();
        let slice = VideoSlice {
            stream,
            keyframe: true,
            frame,
            slice: 0,
            slices: 1,
            seq: frame,
            media_time: 0,
            waited_ms: 0,
            nals,
        };
        let mut out = Vec::new();
        receiver.receive(ANN, &slice, now, now, &mut out);
        asked += asks(&out);
        assert!(shown(&out).is_empty());
    }
    let most = 600 * 10 / KEYFRAME_INTERVAL.as_millis() as usize;
    assert!(asked < most / 2, "{asked} of {most}");
    assert!(receiver.received().refused < 20);
}

#[test]
fn the_number_of_streams_is_bounded() {
    let mut receiver = Receiver::default();
    let (_, slices) = Sender::new(Layer::Medium, (320, 180)).frame();
    let mut out = Vec::new();
    for person in 0..1000 {
        receiver.receive(PersonId(person), &slices[0], START, START, &mut out);
        receiver.watch(PersonId(person), Source::Screen, Some(Layer::Large), START, &mut out);
        receiver.voice_played(PersonId(person), MediaClock { media_time: 0, at: START });
    }
    assert!(receiver.streams.len() <= MOST_STREAMS && receiver.voices.len() <= MOST_STREAMS);
    for person in 0..1000 {
        receiver.watch(PersonId(person), Source::Screen, None, START, &mut out);
    }
    assert!(receiver.unwatched.len() <= MOST_UNWATCHED);
}
