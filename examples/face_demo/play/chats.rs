//! What the scripted people wrote, in many scripts.

use super::world::NAMES;
use hallway::net::snapshot::{ChatLine, ChatLog};
use hallway_protocol::{
    chat::{ChatMessage, Conversation, Marks},
    ids::{MessageId, PersonId, RequestId, RoomId},
};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

const LINES: [(usize, &str); 14] = [
    (1, "Morning! Is everybody here?"),
    (2, "在的 👋"),
    (3, "Доброе утро, я тоже здесь."),
    (0, "Good morning. I brought the numbers from last week."),
    (0, "They look better than I had hoped."),
    (5, "صباح الخير جميعا، أراكم بعد قليل"),
    (7, "नमस्ते! मैं पाँच मिनट में आती हूँ।"),
    (9, "안녕하세요, 금방 갈게요"),
    (11, "สวัสดีค่ะ"),
    (12, "Καλημέρα σε όλους"),
    (
        1,
        "Shall we start with the map? I would like to show the new rooms first, and then walk through the open points \
         one by one.",
    ),
    (3, "Да, давайте."),
    (2, "好的，没问题"),
    (0, "Then hold V and talk, Jonas."),
];

/// What was said before one came.
pub(crate) fn chats(room: RoomId) -> BTreeMap<Conversation, Arc<ChatLog>> {
    let start = now_ms() - 26 * 3_600_000;
    let here = Conversation::Room(room);
    let time = |number: usize| {
        if number < 2 { start + number as i64 * 40_000 } else { now_ms() - (14 - number as i64) * 95_000 }
    };
    let mut lines: Vec<_> = LINES
        .iter()
        .enumerate()
        .map(|(number, (from, text))| ChatLine::Said(message(number as u32, *from, here, text, time(number))))
        .collect();
    lines.insert(10, ChatLine::Notice { text: "Ольга came in".into(), at_ms: now_ms() - 400_000 });
    lines.push(ChatLine::Pending { request: RequestId(1), text: "I will write it all down here.".into() });
    let reason = "It was on its way when the connection was lost.".to_owned();
    lines.push(ChatLine::Failed { request: RequestId(2), text: "And where is the list?".into(), reason });
    let said = |id, from, to, text: &str| ChatLine::Said(message(id, from, to, text, now_ms() - 100_000));
    let world = vec![said(500, 10, Conversation::World, "Lunch at twelve in the kitchen, everybody!")];
    let private = vec![said(501, 4, Conversation::Person(PersonId(4)), "Do you have a minute later?")];
    let log = |lines, complete| Arc::new(ChatLog { lines, complete, window: None });
    BTreeMap::from([
        (here, log(lines, false)),
        (Conversation::World, log(world, true)),
        (Conversation::Person(PersonId(4)), log(private, true)),
    ])
}

/// A message from one of the [`NAMES`].
pub(crate) fn message(id: u32, from: usize, conversation: Conversation, text: &str, sent_ms: i64) -> ChatMessage {
    ChatMessage {
        id: MessageId(i64::from(id)),
        from: Some(PersonId(from as u32)),
        from_name: NAMES[from].to_owned(),
        conversation,
        to_name: None,
        text: text.to_owned(),
        attachment: None,
        sent_ms,
        marks: Marks::default(),
    }
}

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
