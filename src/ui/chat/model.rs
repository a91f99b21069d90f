//! What the chat panel remembers for itself: which conversation is open, what is half written, what was not read.

use super::{link::LinkQuestion, reading::Reading};
use crate::net::{
    commands::Command,
    events::Event,
    snapshot::{ChatLine, Snapshot},
};
use hallway_protocol::{
    chat::{ChatMessage, Conversation, marks::first_line},
    ids::{MessageId, PersonId, RequestId},
};
use std::collections::{HashMap, HashSet};

/// A tab of the chat panel. The room's tab follows the person from room to room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tab {
    /// The room one is in.
    #[default]
    Room,
    /// Everyone on the server.
    World,
    /// One other person.
    Person(PersonId),
}

/// The chat panel's own state.
#[derive(Default)]
pub struct ChatModel {
    /// The tab that is shown.
    pub tab: Tab,
    /// Private conversations that have a tab, in the order in which they came.
    pub private: Vec<PersonId>,
    /// Whether the text field has the keyboard.
    pub typing: bool,
    /// The text field takes the keyboard at the next drawing.
    pub take_focus: bool,
    /// The address that somebody clicked, until it is opened or not.
    pub link: Option<LinkQuestion>,
    /// The message to be shown, and its conversation.
    pub jump: Option<(Conversation, MessageId)>,
    pub(super) drafts: HashMap<Tab, String>,
    pub(super) unread: HashMap<Conversation, usize>,
    pub(super) names: HashMap<PersonId, String>,
    pub(super) asked: HashSet<Conversation>,
    pub(super) sent_again: HashSet<RequestId>,
    pub(super) heights: HashMap<u64, f32>,
    pub(super) scroll: Scroll,
    pub(super) cycle: Option<super::complete::Cycle>,
    pub(super) notes: super::notes::NotesModel,
    pub(super) about: HashMap<Tab, About>,
    pub(super) mentioned: HashSet<Conversation>,
    pub(super) reading: Reading,
    /// The message under the pointer, whose buttons are shown.
    pub(super) pointed: Option<MessageId>,
    /// What was typed to react with.
    pub(super) emoji: String,
    /// The message that was jumped to, and until when it is marked, in seconds of the window's clock.
    pub(super) glow: Option<(MessageId, f64)>,
    /// Where the page was asked for that is on its way.
    pub(super) asked_page: Option<(Conversation, MessageId)>,
    /// Pictures that are shown.
    pub pictures: super::pictures::Pictures,
    /// The picture that was pasted and is not sent yet.
    pub paste: super::paste::Paste,
}

/// What is being typed, where it is not a new message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// An answer to this message.
    Reply {
        /// Which.
        of: MessageId,
        /// Its writer.
        name: String,
        /// Its first line.
        line: String,
    },
    /// Another text for this message.
    Edit(MessageId),
}

/// Where the open conversation is scrolled to.
#[derive(Default)]
pub(super) struct Scroll {
    pub(super) of: Option<Conversation>,
    pub(super) away: bool,
    pub(super) seen_lines: usize,
    pub(super) to_end: bool,
    pub(super) offset: f32,
    pub(super) content: f32,
    pub(super) height: f32,
    pub(super) width: f32,
    /// A line in view and where it was, so that it stays there whatever comes in above it.
    pub(super) anchor: Option<(MessageId, f32)>,
}

impl ChatModel {
    /// The conversation of a tab; `None` for the room's tab in the hall, where there is no room to write to.
    #[must_use]
    pub fn conversation(tab: Tab, snapshot: &Snapshot) -> Option<Conversation> {
        match tab {
            Tab::Room => snapshot.me.as_ref()?.room.map(Conversation::Room),
            Tab::World => Some(Conversation::World),
            Tab::Person(person) => Some(Conversation::Person(person)),
        }
    }

    /// Opens the tab of a conversation and takes the keyboard.
    pub fn open(&mut self, conversation: Conversation) {
        self.tab = match conversation {
            Conversation::World => Tab::World,
            Conversation::Room(_) => Tab::Room,
            Conversation::Person(person) => {
                self.add_private(person);
                Tab::Person(person)
            }
        };
        self.take_focus = true;
    }

    /// Takes the tab of a private conversation away; what was said stays with the session.
    pub fn close(&mut self, person: PersonId) {
        self.private.retain(|other| *other != person);
        if self.tab == Tab::Person(person) {
            self.tab = Tab::Room;
        }
    }

    /// Opens a conversation at a message.
    pub fn open_at(&mut self, conversation: Conversation, message: MessageId) {
        self.open(conversation);
        self.take_focus = false;
        self.jump = Some((conversation, message));
    }

    /// What is typed from now on answers this message.
    pub fn reply(&mut self, of: Conversation, message: &ChatMessage) {
        let (name, line) = (message.from_name.clone(), first_line(&message.text));
        self.about.insert(tab_of(of), About::Reply { of: message.id, name, line });
        self.take_focus = true;
    }

    /// What is typed from now on takes this message's place.
    pub fn edit(&mut self, of: Conversation, message: &ChatMessage) {
        self.about.insert(tab_of(of), About::Edit(message.id));
        self.drafts.insert(tab_of(of), message.text.clone());
        self.take_focus = true;
    }

    /// The newest own message of a conversation is edited, if there is one.
    pub(super) fn edit_last(&mut self, of: Conversation, snapshot: &Snapshot) {
        let Some(log) = snapshot.chats.get(&of) else { return };
        let own = log.lines.iter().rev().find_map(|line| match line {
            ChatLine::Said(message) if message.marks.mine && !message.marks.deleted => Some(message),
            _ => None,
        });
        if let Some(message) = own {
            self.edit(of, message);
        }
    }

    /// The command for a text that was typed, where it is about a message.
    pub(super) fn take_about(&mut self, to: Conversation, text: &str) -> Option<Command> {
        let text = text.to_owned();
        Some(match self.about.remove(&self.tab)? {
            About::Reply { of, .. } => Command::Reply { to, of, text },
            About::Edit(message) => Command::EditMessage { message, text },
        })
    }

    /// It is a new message after all.
    pub(super) fn drop_about(&mut self) {
        if let Some(About::Edit(_)) = self.about.remove(&self.tab) {
            self.drafts.remove(&self.tab);
        }
    }

    /// Whether one is mentioned in what came to a tab and was not read.
    #[must_use]
    pub fn is_mentioned(&self, tab: Tab, snapshot: &Snapshot) -> bool {
        Self::conversation(tab, snapshot).is_some_and(|conversation| self.mentioned.contains(&conversation))
    }

    /// Counts what comes in. `watched` says that somebody looks at the window.
    pub fn hear(&mut self, event: &Event, snapshot: &Snapshot, watched: bool) {
        self.reading.hear(event);
        let Event::Message(message) = event else { return };
        let me = snapshot.me.as_ref().map(|me| me.id);
        if let Conversation::Person(person) = message.conversation {
            self.add_private(person);
            if message.from == Some(person) {
                self.names.insert(person, message.from_name.clone());
            }
        }
        let is_open = watched && Self::conversation(self.tab, snapshot) == Some(message.conversation);
        if message.from != me && !is_open {
            *self.unread.entry(message.conversation).or_default() += 1;
            if message.marks.mentioned {
                self.mentioned.insert(message.conversation);
            }
        }
    }

    /// Messages of a tab that came while it was not looked at.
    #[must_use]
    pub fn unread(&self, tab: Tab, snapshot: &Snapshot) -> usize {
        Self::conversation(tab, snapshot).and_then(|conversation| self.unread.get(&conversation)).copied().unwrap_or(0)
    }

    /// What is half written in a tab.
    #[must_use]
    pub fn draft(&self, tab: Tab) -> &str {
        self.drafts.get(&tab).map_or("", String::as_str)
    }

    /// The name of somebody one writes with, also after they left.
    #[must_use]
    pub fn name_of(&self, person: PersonId, snapshot: &Snapshot) -> String {
        let present = snapshot.person(person).map(|person| person.name.clone());
        present.or_else(|| self.names.get(&person).cloned()).unwrap_or_else(|| "someone who left".to_owned())
    }

    /// Keeps names of people one writes with, and drops what belongs to an earlier sign-in when signed out.
    pub fn follow(&mut self, snapshot: &Snapshot) {
        if snapshot.me.is_none() {
            *self = Self { drafts: std::mem::take(&mut self.drafts), ..Self::default() };
            return;
        }
        for person in &self.private {
            if let Some(view) = snapshot.person(*person)
                && self.names.get(person) != Some(&view.name)
            {
                self.names.insert(*person, view.name.clone());
            }
        }
    }

    fn add_private(&mut self, person: PersonId) {
        if !self.private.contains(&person) {
            self.private.push(person);
        }
    }
}

fn tab_of(conversation: Conversation) -> Tab {
    match conversation {
        Conversation::World => Tab::World,
        Conversation::Room(_) => Tab::Room,
        Conversation::Person(person) => Tab::Person(person),
    }
}
