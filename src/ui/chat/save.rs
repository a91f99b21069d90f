//! Saving a conversation as a text file, where the person says.

use super::clock;
use crate::net::snapshot::{ChatLine, ChatLog};
use std::{fmt::Write, path::PathBuf, sync::mpsc, thread};

/// A conversation as text: one line a message, with day, time and name.
#[must_use]
pub fn transcript(title: &str, log: &ChatLog, own_name: &str) -> String {
    let mut text = format!("{title}\n\n");
    for line in &log.lines {
        let written = match line {
            ChatLine::Said(message) if message.marks.deleted => Ok(()),
            ChatLine::Said(message) => {
                let time = clock::local(message.sent_ms).format("%Y-%m-%d %H:%M");
                writeln!(text, "[{time}] {}: {}", message.from_name, message.text.replace('\n', "\n    "))
            }
            ChatLine::Notice { text: notice, at_ms } => {
                writeln!(text, "[{}] * {notice}", clock::local(*at_ms).format("%Y-%m-%d %H:%M"))
            }
            ChatLine::Pending { text: own, .. } | ChatLine::Failed { text: own, .. } => {
                writeln!(text, "[not sent] {own_name}: {}", own.replace('\n', "\n    "))
            }
        };
        written.expect("writing to a string can't fail");
    }
    text
}

/// Asks where to, and writes there, on a thread of its own. The answer is the file, nothing when the person thought
/// better of it, or a sentence about what went wrong.
#[must_use]
pub fn save(title: &str, text: String) -> mpsc::Receiver<Result<Option<PathBuf>, String>> {
    let (done, answer) = mpsc::channel();
    let name: String = title.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let dialog = rfd::AsyncFileDialog::new()
        .set_title("Save conversation")
        .add_filter("Text", &["txt"])
        .set_file_name(format!("{name}.txt"))
        .save_file();
    let spawned = thread::Builder::new().name("save".into()).spawn(move || {
        let file = bevy::tasks::block_on(dialog);
        let saved = file.map(|file| {
            let path = file.path().to_owned();
            std::fs::write(&path, text).map(|()| path.clone()).map_err(|error| {
                format!("The conversation could not be written to {}: {error}. Choose another place.", path.display())
            })
        });
        // Nobody waits any more when the window was closed.
        let _ = done.send(saved.transpose());
    });
    if let Err(error) = spawned {
        tracing::warn!(%error, "no thread to save a conversation on");
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::{
        chat::{ChatMessage, Conversation},
        ids::{MessageId, RequestId},
    };

    #[test]
    fn a_transcript_has_times_and_names() {
        let said = ChatMessage {
            id: MessageId(1),
            from: None,
            from_name: "Ann".into(),
            conversation: Conversation::World,
            to_name: None,
            text: "one\ntwo".into(),
            attachment: None,
            sent_ms: 0,
            marks: hallway_protocol::chat::Marks::default(),
        };
        let lines = vec![
            ChatLine::Said(said),
            ChatLine::Notice { text: "Bert came in".into(), at_ms: 0 },
            ChatLine::Pending { request: RequestId(1), text: "three".into() },
        ];
        let text = transcript("Everyone", &ChatLog { lines, complete: true, window: None }, "Me");
        assert!(text.starts_with("Everyone\n\n["));
        assert!(text.contains("] Ann: one\n    two\n"));
        assert!(text.contains("] * Bert came in\n"));
        assert!(text.ends_with("[not sent] Me: three\n"));
    }
}
