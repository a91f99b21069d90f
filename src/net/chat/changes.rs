//! Own messages that are changed or answered, emoji at anybody's, and what others changed.

use super::{Asked, Chat};
use crate::net::{commands::Command, events::Event};
use hallway_protocol::{
    chat::{ChatText, Conversation, Emoji, MessageChange},
    control::ClientMessage,
    ids::{MessageId, RequestId},
};
use std::sync::Arc;

impl Chat<'_, '_> {
    /// Does what a command says about a message that is there already.
    pub(super) fn obey_about_message(&mut self, command: &Command) {
        match command {
            Command::Reply { to, of, text } => self.reply(*to, *of, text),
            Command::EditMessage { message, text } => {
                let message = *message;
                let Some(text) = self.checked("edit", text) else { return };
                self.ask("edit", Asked::Change("edit"), |request| ClientMessage::EditMessage {
                    request,
                    message,
                    text,
                });
            }
            Command::DeleteMessage(message) => {
                let message = *message;
                let wish = |request| ClientMessage::DeleteMessage { request, message };
                self.ask("delete", Asked::Change("delete"), wish);
            }
            Command::React { message, emoji } => match Emoji::new(emoji) {
                Ok(emoji) => {
                    let message = *message;
                    let wish = |request| ClientMessage::React { request, message, emoji };
                    self.ask("react", Asked::Change("react"), wish);
                }
                Err(_) => self.refuse("react", "bad_emoji", "Choose one emoji, such as 👍.".to_owned()),
            },
            _ => {}
        }
    }

    fn reply(&mut self, to: Conversation, of: MessageId, text: &str) {
        let Some(text) = self.checked("reply", text) else { return };
        let shown = text.as_str().to_owned();
        let wish = |request| ClientMessage::Reply { request, to, of, text };
        if let Some(request) = self.ask("reply", Asked::Say(to), wish) {
            self.mirror.log(to).add_pending(request, shown);
        }
    }

    fn checked(&mut self, command: &'static str, text: &str) -> Option<ChatText> {
        match ChatText::new(text) {
            Ok(text) => Some(text),
            Err(error) => {
                self.refuse(command, "bad_text", format!("This message {error}."));
                None
            }
        }
    }

    /// A message was changed, here or by somebody else: every log that has it, or a reply to it, shows it so.
    pub(super) fn changed(&mut self, message: MessageId, change: &MessageChange, request: Option<RequestId>) {
        if let Some(request) = request {
            self.requests.open.remove(&request);
        }
        for log in self.mirror.chats.values_mut().filter(|log| log.has(message)) {
            Arc::make_mut(log).take_change(message, change);
        }
        self.tell(Event::MessageChanged { message, change: change.clone() });
    }
}
