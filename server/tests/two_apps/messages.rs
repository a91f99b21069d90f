//! Who is told what of messages that are changed.

use crate::harness::{EAST, TestWorld, WEST, owner_of};
use hallway_protocol::{
    chat::{ChatText, Conversation, Emoji, MessageChange},
    control::{ClientMessage, HistoryAt, Refusal, ServerMessage},
    ids::{MessageId, RequestId},
};
use std::time::Duration;

fn text(text: &str) -> ChatText {
    ChatText::new(text).unwrap()
}

/// Says something, and answers what it is called.
fn said(world: &mut TestWorld, client: usize, to: Conversation, text: &str) -> MessageId {
    let asked = world.say(client, to, text);
    world.wait_for(client, "the message", |message| match message {
        ServerMessage::Said { message, request } if *request == Some(asked) => {
            assert!(message.marks.mine);
            Some(message.id)
        }
        _ => None,
    })
}

fn edit(world: &mut TestWorld, client: usize, message: MessageId, new: &str) -> RequestId {
    let request = world.next_request();
    world.tell(client, ClientMessage::EditMessage { request, message, text: text(new) });
    request
}

fn refusal(world: &mut TestWorld, client: usize, asked: RequestId) -> Refusal {
    world.wait_for(client, "the refusal", |message| match message {
        ServerMessage::Refused { request, refusal } if *request == asked => Some(refusal.clone()),
        _ => None,
    })
}

fn changes(world: &TestWorld, client: usize) -> Vec<(MessageId, MessageChange)> {
    let changed = world.inbox(client).control.iter().filter_map(|message| match message {
        ServerMessage::MessageChanged { message, change, .. } => Some((*message, change.clone())),
        _ => None,
    });
    changed.collect()
}

#[test]
fn a_change_is_told_to_those_who_read_the_message_and_to_nobody_else() {
    let mut world = TestWorld::new();
    let (ann, bob, cleo) = (world.enter("Ann"), world.enter("Bob"), world.enter("Cleo"));
    world.walk_into(ann, WEST);
    world.walk_into(bob, WEST);
    world.walk_into(cleo, EAST);
    let in_room = said(&mut world, ann, Conversation::Room(WEST), "one");
    let to_bob = Conversation::Person(world.people[bob]);
    let private = said(&mut world, ann, to_bob, "two");
    edit(&mut world, ann, in_room, "uno, @Bob");
    edit(&mut world, ann, private, "due");
    world.pass(Duration::from_millis(200));
    assert_eq!(changes(&world, ann).len(), 2);
    assert_eq!(changes(&world, cleo), []);
    let of_bob = changes(&world, bob);
    let MessageChange::Edited { text, mentioned, mentions, .. } = &of_bob[0].1 else { panic!("{of_bob:?}") };
    assert_eq!((text.as_str(), *mentioned, mentions.as_slice()), ("uno, @Bob", true, &["Bob".to_owned()][..]));
    // Nobody else changes it, and whoever can't read it is not told that it is there.
    let asked = edit(&mut world, bob, in_room, "x");
    assert_eq!(refusal(&mut world, bob, asked), Refusal::NotYourMessage);
    for message in [in_room, private, MessageId(99)] {
        let asked = edit(&mut world, cleo, message, "x");
        assert_eq!(refusal(&mut world, cleo, asked), Refusal::NoSuchMessage);
    }
}

#[test]
fn own_messages_stay_one_s_own_under_another_name_and_no_one_else_s_under_the_same() {
    let mut world = TestWorld::new();
    let ann = world.enter("Ann");
    let message = said(&mut world, ann, Conversation::World, "hello");
    world.leave(ann);
    let impostor = world.enter_with("Ann", owner_of("Eve"));
    let asked = edit(&mut world, impostor, message, "x");
    assert_eq!(refusal(&mut world, impostor, asked), Refusal::NotYourMessage);
    let anna = world.enter_with("Anna", owner_of("Ann"));
    edit(&mut world, anna, message, "hello again");
    world.wait_for(anna, "the change", |told| match told {
        ServerMessage::MessageChanged { message: changed, request: Some(_), .. } if *changed == message => Some(()),
        _ => None,
    });
}

#[test]
fn reactions_are_seen_by_each_as_theirs_and_writers_delete_from_anywhere() {
    let mut world = TestWorld::new();
    let (ann, bob) = (world.enter("Ann"), world.enter("Bob"));
    world.walk_into(ann, WEST);
    world.walk_into(bob, WEST);
    let message = said(&mut world, ann, Conversation::Room(WEST), "one");
    let request = world.next_request();
    world.tell(bob, ClientMessage::React { request, message, emoji: Emoji::new("👍").unwrap() });
    world.pass(Duration::from_millis(200));
    let mine = |world: &TestWorld, client| match &changes(world, client)[0].1 {
        MessageChange::Reacted { reactions, by, .. } => (reactions[0].mine, by.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!((mine(&world, ann), mine(&world, bob)), ((false, "Bob".to_owned()), (true, "Bob".to_owned())));
    world.walk_into(ann, EAST);
    let request = world.next_request();
    world.tell(ann, ClientMessage::DeleteMessage { request, message });
    world.pass(Duration::from_millis(200));
    for client in [ann, bob] {
        assert_eq!(changes(&world, client).last(), Some(&(message, MessageChange::Deleted { by: None })));
    }
}

#[test]
fn a_page_around_a_message_is_given_to_those_inside() {
    let mut world = TestWorld::new();
    let (ann, bob) = (world.enter("Ann"), world.enter("Bob"));
    world.walk_into(ann, WEST);
    let ids: Vec<_> = (0..6).map(|n| said(&mut world, ann, Conversation::Room(WEST), &n.to_string())).collect();
    let ask = |world: &mut TestWorld, client| {
        let request = world.next_request();
        let (of, at) = (Conversation::Room(WEST), HistoryAt::Around(ids[3]));
        world.tell(client, ClientMessage::HistoryAt { request, of, at, count: 4 });
        request
    };
    ask(&mut world, ann);
    let page = world.wait_for(ann, "the page", |message| match message {
        ServerMessage::History { messages, .. } => Some(messages.clone()),
        _ => None,
    });
    assert_eq!(page.iter().map(|message| message.id).collect::<Vec<_>>(), ids[1..5]);
    let asked = ask(&mut world, bob);
    assert_eq!(refusal(&mut world, bob, asked), Refusal::NotInRoom);
}
