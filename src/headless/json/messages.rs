//! What stands at messages beside their texts, and what became of them.

use hallway_protocol::{
    chat::{Marks, MessageChange, Reaction},
    ids::MessageId,
};
use serde_json::{Value, json};

/// Puts the fields to a message that say more than “nothing”.
pub(super) fn mark(object: &mut Value, marks: &Marks) {
    if marks.mine {
        object["mine"] = true.into();
    }
    if let Some(edited) = marks.edited_ms {
        object["edited"] = edited.into();
    }
    if marks.deleted {
        object["deleted"] = true.into();
    }
    if let Some(quote) = &marks.reply_to {
        object["reply_to"] = json!({"id": quote.id.0, "from": quote.from_name, "line": quote.line});
    }
    if !marks.reactions.is_empty() {
        object["reactions"] = reactions(&marks.reactions);
    }
    if !marks.mentions.is_empty() {
        object["mentions"] = json!(marks.mentions);
    }
    if marks.mentioned {
        object["mentioned"] = true.into();
    }
}

/// `edited`, `deleted` and `reacted`.
pub(super) fn changed(message: MessageId, change: &MessageChange) -> Value {
    match change {
        MessageChange::Edited { text, edited_ms, mentions, .. } => {
            json!({"event": "edited", "id": message.0, "text": text, "edited": edited_ms, "mentions": mentions})
        }
        MessageChange::Deleted { by } => {
            let mut object = json!({"event": "deleted", "id": message.0});
            if let Some(by) = by {
                object["by"] = by.as_str().into();
            }
            object
        }
        MessageChange::Reacted { by, emoji, on, reactions: now } => json!({
            "event": "reacted", "id": message.0, "by": by, "emoji": emoji.as_str(), "on": on,
            "reactions": reactions(now),
        }),
    }
}

fn reactions(reactions: &[Reaction]) -> Value {
    let one = |Reaction { emoji, count, names, mine }: &Reaction| json!({"emoji": emoji.as_str(), "count": count, "names": names, "mine": mine});
    reactions.iter().map(one).collect()
}
