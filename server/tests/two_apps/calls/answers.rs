//! Calls between two: rings and what becomes of them.

use super::*;
use hallway_protocol::{
    call::{DeclineText, Reach},
    chat::Conversation,
};
use hallway_server::store::Thread;

#[test]
fn a_ring_is_accepted_both_talk_and_one_hangs_up() {
    let (mut world, [ann, bob, cleo], call) = in_call_of_two_beside_a_third();
    for seq in 0..20 {
        world.send_call_voice(ann, voice(1, seq));
        world.send_call_voice(bob, voice(1, seq));
        world.pass(Duration::from_millis(20));
    }
    world.pass(Duration::from_millis(50));
    let [of_ann, of_bob] = [ann, bob].map(|client| world.people[client]);
    assert_eq!(world.heard_in_call(bob), (0..20).map(|seq| (of_ann, seq)).collect::<Vec<_>>());
    assert_eq!(world.heard_in_call(ann), (0..20).map(|seq| (of_bob, seq)).collect::<Vec<_>>());
    assert!(world.take(cleo).call_voice.is_empty());
    world.ask_call(bob, CallRequest::HangUp { call });
    assert_eq!([world.wait_end(ann), world.wait_end(bob)], [CallEnd::HungUp, CallEnd::HungUp]);
    let refused = world.call_relay().voice_refused;
    world.send_call_voice(ann, voice(1, 99));
    world.pass(Duration::from_millis(50));
    assert!(world.take(bob).call_voice.is_empty());
    assert_eq!(world.call_relay().voice_refused, refused + 1);
}

fn in_call_of_two_beside_a_third() -> (TestWorld, [usize; 3], CallId) {
    let (mut world, [ann, bob, cleo]) = in_hall(["Ann", "Bob", "Cleo"]);
    let call = world.ring(ann, bob, CallKind::Voice);
    world.accept(bob, call);
    world.wait_members(ann, 2);
    (world, [ann, bob, cleo], call)
}

#[test]
fn nothing_is_heard_before_the_ring_is_accepted() {
    let (mut world, [ann, bob]) = in_hall(["Ann", "Bob"]);
    world.ring(ann, bob, CallKind::Video);
    for seq in 0..10 {
        world.send_call_voice(ann, voice(1, seq));
        world.send_call_voice(bob, voice(1, seq));
        world.send_video(ann, slice(Source::Camera, Layer::Medium, seq));
        world.send_video(bob, slice(Source::Camera, Layer::Medium, seq));
        world.pass(Duration::from_millis(20));
    }
    for client in [ann, bob] {
        let inbox = world.take(client);
        assert!(inbox.call_voice.is_empty() && inbox.video.is_empty());
    }
    assert_eq!((world.call_relay().voice_refused, world.call_relay().video_refused), (10, 10));
}

#[test]
fn the_caller_reads_why_a_ring_is_declined() {
    let (mut world, [ann, bob]) = in_hall(["Ann", "Bob"]);
    let call = world.ring(ann, bob, CallKind::Voice);
    let text = DeclineText::new("in a meeting");
    world.ask_call(bob, CallRequest::Decline { call, text: text.clone() });
    assert_eq!(world.wait_end(ann), CallEnd::Declined { text });
}

#[test]
fn a_missed_call_ends_after_half_a_minute_and_leaves_a_message_that_waits_as_history() {
    let (mut world, [ann, bob]) = in_hall(["Ann", "Bob"]);
    world.ring(ann, bob, CallKind::Video);
    world.pass_in_steps(290, Duration::from_millis(100));
    assert!([ann, bob].iter().all(|client| world.inbox(*client).calls.iter().all(|notice| ended(notice).is_none())));
    world.pass_in_steps(15, Duration::from_millis(100));
    assert_eq!([world.wait_end(ann), world.wait_end(bob)], [CallEnd::Missed, CallEnd::Missed]);
    let of_ann = world.people[ann];
    let said = |message: &ServerMessage| match message {
        ServerMessage::Said { message, request } => Some((message.clone(), *request)),
        _ => None,
    };
    let (message, request) = world.wait_for(bob, "the message", said);
    assert_eq!((message.from, message.conversation), (Some(of_ann), Conversation::Person(of_ann)));
    assert_eq!((message.from_name.as_str(), message.text.as_str(), request), ("Ann", "Missed video call.", None));
    assert_eq!(world.wait_for(ann, "the writer's copy", said).1, None);
    assert!(matches!(world.stored[..], [(Thread::Pair { .. }, ref stored)] if stored.text == "Missed video call."));
}

#[test]
fn a_missed_call_leaves_nothing_where_nothing_private_is_kept() {
    let world = TestWorld::with(|settings| settings.keeping.private = None);
    let (mut world, [ann, bob]) = in_hall_of(world, ["Ann", "Bob"]);
    world.ring(ann, bob, CallKind::Video);
    world.pass_in_steps(310, Duration::from_millis(100));
    assert_eq!([world.wait_end(ann), world.wait_end(bob)], [CallEnd::Missed, CallEnd::Missed]);
    world.pass(Duration::from_millis(200));
    assert!(world.stored.is_empty());
}

#[test]
fn a_call_missed_by_one_who_is_gone_waits_for_the_next_sign_in() {
    let (mut world, [ann, bob]) = in_hall(["Ann", "Bob"]);
    world.ring(ann, bob, CallKind::Voice);
    world.kill(bob);
    world.pass_in_steps(310, Duration::from_millis(100));
    assert_eq!(world.wait_end(ann), CallEnd::Missed);
    let bob = world.enter("Bob");
    let request = world.next_request();
    let of = Conversation::Person(world.people[ann]);
    world.tell(bob, hallway_protocol::control::ClientMessage::History { request, of, before: None, count: 10 });
    let texts = world.wait_for(bob, "the history", |message| match message {
        ServerMessage::History { messages, .. } => Some(messages.iter().map(|message| message.text.clone()).collect()),
        _ => None,
    });
    let texts: Vec<String> = texts;
    assert_eq!(texts, ["Missed voice call."]);
}

#[test]
fn the_caller_gives_up_and_a_busy_one_is_not_rung() {
    let (mut world, [ann, bob, cleo]) = in_hall(["Ann", "Bob", "Cleo"]);
    let call = world.ring(ann, bob, CallKind::Voice);
    world.ask_ring(cleo, bob, CallKind::Voice);
    assert_eq!(world.wait_call(cleo, "the refusal", refused), CallRefusal::Busy);
    world.ask_call(ann, CallRequest::HangUp { call });
    assert_eq!([world.wait_end(ann), world.wait_end(bob)], [CallEnd::Cancelled, CallEnd::Cancelled]);
    world.take(bob);
    let call = world.ring(cleo, bob, CallKind::Voice);
    world.accept(bob, call);
    world.ask_ring(ann, bob, CallKind::Voice);
    assert_eq!(world.wait_call(ann, "the refusal", refused), CallRefusal::Busy);
    assert_eq!(world.stored.len(), 0, "nothing was missed");
}

#[test]
fn who_is_not_to_be_disturbed_or_only_by_the_same_room_is_not_rung() {
    let (mut world, [ann, bob]) = in_hall(["Ann", "Bob"]);
    for (reach, refusal) in [(Reach::Nobody, CallRefusal::DoNotDisturb), (Reach::SameRoom, CallRefusal::NotInTheirRoom)]
    {
        world.ask_call(bob, CallRequest::SetReach(reach));
        world.pass(Duration::from_millis(50));
        world.ask_ring(ann, bob, CallKind::Voice);
        assert_eq!(world.wait_call(ann, "the refusal", refused), refusal);
    }
    world.gather([ann, bob]);
    world.ring(ann, bob, CallKind::Voice);
}

#[test]
fn a_fourth_ring_is_refused() {
    let (mut world, [ann, bob]) = in_hall(["Ann", "Bob"]);
    for _ in 0..3 {
        let call = world.ring(ann, bob, CallKind::Voice);
        world.ask_call(ann, CallRequest::HangUp { call });
        world.wait_end(bob);
        world.take(bob);
    }
    world.ask_ring(ann, bob, CallKind::Voice);
    assert_eq!(world.wait_call(ann, "the refusal", refused), CallRefusal::TooManyRings);
}

#[test]
fn a_storm_of_requests_is_refused_and_then_sent_away() {
    let (mut world, [ann, bob]) = in_hall(["Ann", "Bob"]);
    for _ in 0..10 {
        world.ask_ring(ann, ann, CallKind::Voice);
    }
    let too_fast = |notice: &CallNotice| refused(notice).filter(|refusal| *refusal == CallRefusal::TooFast);
    world.wait_call(ann, "the refusal", too_fast);
    let of_bob = world.people[bob];
    for _ in 0..600 {
        let request = CallRequest::WantKeyframe { of: of_bob, source: Source::Camera, layer: Layer::Medium };
        world.ask_call(ann, request);
    }
    world.until("the flood to be cut", |world| {
        let closing = |message: &ServerMessage| matches!(message, ServerMessage::Closing { .. });
        world.inbox(ann).control.iter().any(closing)
    });
}
