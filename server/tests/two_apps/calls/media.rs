//! Pictures: who gets which, who shares a screen, and what senders hear of it.

use super::*;
use hallway_protocol::{
    channels::ReportChannel,
    listening::{ListenerReport, Reception},
    video::{MissingSlices, StepDown, VideoFeedback, VideoReport},
};

fn watch(call: CallId, of: PersonId, layer: Option<Layer>) -> CallRequest {
    CallRequest::Watch { call, of, source: Source::Camera, layer }
}

fn wanted(notice: &CallNotice) -> Option<[u8; 3]> {
    match notice {
        CallNotice::Wanted { source: Source::Camera, receivers } => Some(*receivers),
        _ => None,
    }
}

/// Sends one slice of each encoding; which of them somebody got.
fn layers_seen<const N: usize>(world: &mut TestWorld, sender: usize, viewers: [usize; N]) -> [Vec<Layer>; N] {
    for layer in Layer::ALL {
        world.send_video(sender, slice(Source::Camera, layer, 1));
    }
    world.pass(Duration::from_millis(60));
    viewers.map(|viewer| {
        let mut layers: Vec<_> = world.take(viewer).video.iter().map(|(_, slice)| slice.stream.layer).collect();
        layers.sort_unstable();
        layers
    })
}

#[test]
fn each_gets_the_encoding_that_it_chose_and_the_sender_is_told_what_is_wanted() {
    let (mut world, [ann, bob, cleo], call) = in_call(["Ann", "Bob", "Cleo"]);
    let of_ann = world.people[ann];
    world.wait_call(ann, "two to want the usual", |notice| wanted(notice).filter(|wanted| *wanted == [0, 2, 0]));
    assert_eq!(layers_seen(&mut world, ann, [bob, cleo]), [[Layer::Medium], [Layer::Medium]]);
    world.ask_call(bob, watch(call, of_ann, Some(Layer::Large)));
    world.ask_call(cleo, watch(call, of_ann, Some(Layer::Small)));
    world.wait_call(ann, "the wishes", |notice| wanted(notice).filter(|wanted| *wanted == [1, 0, 1]));
    assert_eq!(layers_seen(&mut world, ann, [bob, cleo]), [[Layer::Large], [Layer::Small]]);
    world.ask_call(cleo, watch(call, of_ann, None));
    world.wait_call(ann, "one to want none", |notice| wanted(notice).filter(|wanted| *wanted == [0, 0, 1]));
    assert_eq!(layers_seen(&mut world, ann, [bob, cleo]), [vec![Layer::Large], vec![]]);
}

#[test]
fn keyframes_are_asked_for_no_more_often_than_every_300_ms() {
    let (mut world, [ann, bob], call) = in_call(["Ann", "Bob"]);
    let of_ann = world.people[ann];
    let sending = Sending { camera: true, ..Sending::default() };
    world.ask_call(ann, CallRequest::Send { call, sending });
    world.wait_state(bob, "Ann's camera", |state| state.member(of_ann).unwrap().sending.camera);
    world.pass(Duration::from_secs(1));
    world.take(ann);
    for _ in 0..15 {
        let request = CallRequest::WantKeyframe { of: of_ann, source: Source::Camera, layer: Layer::Medium };
        world.ask_call(bob, request);
        world.pass(Duration::from_millis(100));
    }
    world.pass(Duration::from_secs(1));
    let asked = |notice: &&CallNotice| matches!(notice, CallNotice::KeyframeWanted { .. });
    let asked = world.take(ann).calls.iter().filter(asked).count();
    assert!((5..=6).contains(&asked), "asked {asked} times in 1.5 s");
}

#[test]
fn one_shares_a_screen_at_a_time_and_nobody_without_a_grant() {
    let (mut world, [ann, bob, cleo], call) = in_call(["Ann", "Bob", "Cleo"]);
    let [of_ann, of_bob] = [ann, bob].map(|client| world.people[client]);
    let seen = |world: &mut TestWorld, sender| {
        world.send_video(sender, slice(Source::Screen, Layer::Large, 1));
        world.pass(Duration::from_millis(60));
        world.take(cleo).video.len()
    };
    let shares = |person| move |state: &CallState| state.member(person).is_some_and(|member| member.sending.screen);
    assert_eq!(seen(&mut world, ann), 0);
    let sharing = CallRequest::Send { call, sending: Sending { screen: true, ..Sending::default() } };
    world.ask_call(ann, sharing.clone());
    world.wait_state(ann, "the grant", shares(of_ann));
    assert_eq!(seen(&mut world, ann), 1);
    world.take(bob);
    world.ask_call(bob, sharing.clone());
    world.wait_state(bob, "the answer", |state| !shares(of_bob)(state) && shares(of_ann)(state));
    assert_eq!((seen(&mut world, bob), seen(&mut world, ann)), (0, 1));
    world.ask_call(ann, CallRequest::Send { call, sending: Sending::default() });
    world.wait_state(bob, "Ann to have stopped", |state| !shares(of_ann)(state));
    world.ask_call(bob, sharing);
    world.wait_state(bob, "the grant", shares(of_bob));
    assert_eq!((seen(&mut world, bob), seen(&mut world, ann)), (1, 0));
}

#[test]
fn reports_come_back_to_who_is_in_the_same_call_and_to_nobody_else() {
    let (mut world, [ann, bob], _) = in_call(["Ann", "Bob"]);
    let cleo = world.enter("Cleo");
    let [of_ann, of_bob, of_cleo] = [ann, bob, cleo].map(|client| world.people[client]);
    let stream = StreamKey { source: Source::Camera, layer: Layer::Medium };
    let of = |person| VideoReport {
        person,
        stream,
        expected: 50,
        lost: 3,
        bytes: 40_000,
        interval_ms: 500,
        queue_ms: 12,
        frames: 15,
    };
    let missing = |person| MissingSlices { person, stream, from: 65_535, which: 0b101 };
    for (reporter, person) in [(bob, of_ann), (cleo, of_ann), (bob, of_cleo), (bob, of_bob)] {
        let step = VideoFeedback::StepDown(StepDown { person, stream });
        for feedback in [VideoFeedback::Report(of(person)), VideoFeedback::Missing(missing(person)), step] {
            world.sender::<VideoFeedback>(reporter).send::<ReportChannel>(feedback);
        }
    }
    world.send_call_voice(ann, voice(1, 0));
    world.pass(Duration::from_millis(50));
    let reception = Reception { expected: 50, lost: 4, late: 0, jitter_ms: 3, buffer_ms: 40 };
    let report = ListenerReport { talker: of_ann, reception };
    for reporter in [bob, cleo] {
        world.sender::<ListenerReport>(reporter).send::<ReportChannel>(report);
    }
    world.pass(Duration::from_millis(100));
    let inbox = world.take(ann);
    let report = VideoFeedback::Report(VideoReport { person: of_bob, ..of(of_ann) });
    // The channel keeps no order.
    let told = |feedback| inbox.video_feedback.iter().filter(|told| **told == feedback).count();
    let step = VideoFeedback::StepDown(StepDown { person: of_bob, stream });
    assert_eq!([report, VideoFeedback::Missing(missing(of_bob)), step].map(told), [1, 1, 1]);
    assert_eq!(inbox.video_feedback.len(), 3);
    assert_eq!(inbox.reports.iter().map(|report| report.listeners).collect::<Vec<_>>(), [1]);
    assert!([bob, cleo].iter().all(|client| world.inbox(*client).video_feedback.is_empty()));
}

#[test]
fn whose_link_stands_still_is_sent_no_pictures() {
    let (mut world, [ann, bob, cleo], _) = in_call(["Ann", "Bob", "Cleo"]);
    world.kill(cleo);
    for seq in 0..100 {
        world.send_video(ann, slice(Source::Camera, Layer::Medium, seq));
        world.pass_in_steps(1, Duration::from_millis(20));
    }
    world.pass_in_steps(10, Duration::from_millis(10));
    let counters = world.call_relay();
    assert!((30..=60).contains(&counters.video_stalled), "{counters:?}");
    assert_eq!(world.take(bob).video.len(), 100);
}

#[test]
fn what_is_no_media_is_counted_and_a_flood_of_it_is_sent_away() {
    let (mut world, [ann, bob], _) = in_call(["Ann", "Bob"]);
    world.take(bob);
    for bytes in [&b""[..], b"short", &[0xff; 40], &[0; 1113]] {
        world.send_video(ann, Bytes::copy_from_slice(bytes));
    }
    for bytes in [&b"short"[..], &[0; 8], &[0; 500]] {
        world.send_call_voice(ann, Bytes::copy_from_slice(bytes));
    }
    world.pass(Duration::from_millis(50));
    assert_eq!(world.call_relay().malformed, 7);
    for seq in 0..4000 {
        // Short ones, so that no link's budget of bytes holds them back.
        world.send_video(ann, slice(Source::Camera, Layer::Medium, seq).slice(..40));
        if seq % 40 == 0 {
            world.step();
        }
    }
    world.until("the flood to be cut", |world| {
        let closing = |message: &ServerMessage| matches!(message, ServerMessage::Closing { .. });
        world.inbox(ann).control.iter().any(closing)
    });
    assert!(world.call_relay().too_many > 0);
    assert!(world.take(bob).video.len() < 2000);
}

#[test]
fn a_stranger_s_media_goes_nowhere() {
    let (mut world, [ann, _bob], _) = in_call(["Ann", "Bob"]);
    let grant = world.sign_in("Mallory", false).unwrap();
    let mallory = world.connect(&grant);
    let before = world.call_relay();
    world.send_call_voice(mallory, voice(1, 1));
    world.send_video(mallory, slice(Source::Camera, Layer::Medium, 1));
    world.pass(Duration::from_millis(60));
    let after = world.call_relay();
    assert_eq!((after.voice_refused, after.video_refused), (before.voice_refused + 1, before.video_refused + 1));
    let inbox = world.take(ann);
    assert!(inbox.call_voice.is_empty() && inbox.video.is_empty());
}
