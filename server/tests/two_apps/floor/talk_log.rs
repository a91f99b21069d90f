//! What is kept of what is said, and who is told.

use super::*;
use crate::harness::{owner_of, said};
use bytes::Bytes;
use hallway_protocol::{
    chat::Conversation,
    file::{Attachment, AttachmentKind, FileHash, FileId, FileName, Waveform},
    floor::FloorPolicy,
    names::DisplayName,
    voice::VoicePacket,
};
use hallway_server::{
    desk::WorldAsk,
    files::{FileAsk, Place, SaidTurn},
    talk_log::{Talker, Turn},
};
use tokio::sync::oneshot;

/// A world with a moderator and two others in one room.
fn moderated() -> (TestWorld, [usize; 3]) {
    in_west(TestWorld::with(|settings| settings.moderators.add(owner_of("Mo"))), ["Mo", "Ann", "Bob"])
}

/// 20 ms of speech.
fn speech(burst: u8, seq: u16) -> Bytes {
    let opus = vec![9 << 3, seq as u8, 1, 2, 3].into();
    VoicePacket { burst, seq, media_time: u32::from(seq) * 960, opus, ..VoicePacket::default() }.encode()
}

fn talk(world: &mut TestWorld, client: usize, burst: u8, seqs: std::ops::Range<u16>) {
    for seq in seqs {
        world.send_voice(client, speech(burst, seq));
        world.pass(Duration::from_millis(20));
    }
}

/// Presses, talks and lets go.
fn take_turn(world: &mut TestWorld, client: usize, burst: u8) {
    take_floor(world, client, burst);
    talk(world, client, burst, 0..30);
    let _ = world.take(client);
    release(world, client, burst);
    world.wait_notice(client, "the end", idle);
    world.step();
}

fn kept(world: &mut TestWorld) -> Option<Turn> {
    world.kept.try_recv().ok()
}

#[test]
fn nothing_is_kept_unless_a_moderator_wants_it() {
    let (mut world, [mo, ann, bob]) = moderated();
    take_turn(&mut world, ann, 1);
    assert!(kept(&mut world).is_none());
    assert_eq!(world.ordered(ann, FloorOrder::SetTalkLog(true)), Err(Refusal::NotModerator));
    assert_eq!(world.ordered(mo, FloorOrder::SetTalkLog(true)), Ok(()));
    assert!(world.shown_room(WEST).0.talk_log);

    take_turn(&mut world, ann, 2);
    let turn = kept(&mut world).unwrap();
    assert_eq!((turn.talker.person, turn.talker.name.as_str(), turn.room), (world.people[ann], "Ann", WEST));
    assert_eq!((turn.name.as_str(), turn.packets.len()), ("West", 30));
    assert!(turn.packets.iter().zip(0..).all(|(packet, seq)| packet.opus[1] == seq));
    assert!(kept(&mut world).is_none());

    assert_eq!(world.ordered(mo, FloorOrder::SetTalkLog(false)), Ok(()));
    assert!(!world.shown_room(WEST).0.talk_log);
    take_turn(&mut world, bob, 3);
    assert!(kept(&mut world).is_none());
}

#[test]
fn a_turn_is_kept_of_whoever_leaves_in_its_middle_and_of_no_crowd() {
    let (mut world, [mo, ann, _]) = moderated();
    assert_eq!(world.ordered(mo, FloorOrder::SetTalkLog(true)), Ok(()));
    take_floor(&mut world, ann, 1);
    talk(&mut world, ann, 1, 0..30);
    world.leave(ann);
    world.pass(Duration::from_millis(200));
    let turn = kept(&mut world).unwrap();
    assert_eq!((turn.talker.name.as_str(), turn.packets.len()), ("Ann", 30));

    assert_eq!(world.ordered(mo, FloorOrder::SetPolicy(FloorPolicy::Open)), Ok(()));
    take_turn(&mut world, mo, 2);
    assert!(kept(&mut world).is_none());
}

#[test]
fn half_a_turn_is_not_kept() {
    let (mut world, [mo, ann, _]) = moderated();
    for on in [true, false] {
        take_floor(&mut world, ann, 1);
        talk(&mut world, ann, 1, 0..10);
        let request = world.order(mo, FloorOrder::SetTalkLog(on));
        talk(&mut world, ann, 1, 10..30);
        world.wait_for(mo, "the answer", |message| match message {
            ServerMessage::FloorOrdered { request: answered } if *answered == request => Some(()),
            _ => None,
        });
        release(&mut world, ann, 1);
        world.pass(Duration::from_millis(300));
        assert!(kept(&mut world).is_none(), "switched to {on}");
        let _ = world.take(ann);
    }
}

#[test]
fn a_turn_is_told_to_those_in_its_room_even_when_who_talked_is_gone() {
    let (mut world, [mo, ann, bob]) = moderated();
    let outsider = world.enter("Cleo");
    let person = world.people[ann];
    let talker = Talker { person, name: DisplayName::new("Ann").unwrap(), owner: owner_of("Ann") };
    let kind = AttachmentKind::Turn { ms: 1500, waveform: Waveform::default() };
    let (name, hash) = (FileName::made_of("Turn.ogg"), FileHash([0; 32]));
    let attachment = Attachment { file: FileId::new([1; 16]), name, bytes: 5000, hash, kind };
    world.leave(ann);
    world.pass(Duration::from_millis(200));

    let say = |world: &mut TestWorld, key: &str| {
        let (reply, mut answer) = oneshot::channel();
        let place = Place::Room { key: key.to_owned(), name: "West".to_owned() };
        let said = SaidTurn { talker: talker.clone(), place, attachment: attachment.clone() };
        world.ask(WorldAsk::File(FileAsk::SayTurn { said: Box::new(said), reply }));
        world.pass(Duration::from_millis(200));
        answer.try_recv().unwrap()
    };
    assert!(say(&mut world, "map/west").is_ok());
    for client in [mo, bob] {
        let told = world.wait_for(client, "the turn", |message| match message {
            ServerMessage::Said { message, .. } => Some(message.clone()),
            _ => None,
        });
        assert_eq!((told.from, told.from_name.as_str(), told.conversation), (None, "Ann", Conversation::Room(WEST)));
        assert_eq!(told.attachment.as_ref(), Some(&attachment));
    }
    assert!(said(world.inbox(outsider)).is_empty());
    assert_eq!(say(&mut world, "made/gone"), Err(Refusal::NoSuchRoom));
}
