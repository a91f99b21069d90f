//! Short notices that come, stay a moment and go.

use super::{Action, bidi, call::news::CallNews, settings::Page, theme};
use crate::net::{
    events::{ConnectionChanged, Event, FloorChanged, PersonChanged},
    snapshot::Snapshot,
    transfers::{FileChanged, FileEvent},
};
use bevy_egui::egui::{self, Color32, RichText, Ui, vec2};
use hallway_protocol::chat::Conversation;

/// How long a notice stays, in seconds.
const STAYS: f64 = 5.0;
/// How long one that tells of trouble stays, in seconds.
const TROUBLE_STAYS: f64 = 9.0;
/// Width of the widest, in points.
pub const WIDTH: f32 = MOST_TEXT + 2.0 * MARGIN as f32;
const MOST_TEXT: f32 = 380.0;
const MARGIN: i8 = 14;
/// Notices shown at a time; the oldest goes when one more comes.
const MOST: usize = 5;

/// The notices that are shown.
#[derive(Default)]
pub struct Toasts {
    shown: Vec<Toast>,
    calls: CallNews,
}

struct Toast {
    text: String,
    color: Color32,
    /// When it goes, in seconds of the window's clock.
    until: f64,
    /// What a click does.
    click: Option<Action>,
}

impl Toasts {
    /// Adds a plain notice at `now` (seconds of the window's clock).
    pub fn say(&mut self, text: impl Into<String>, now: f64) {
        self.add(Toast { text: text.into(), color: theme::ACCENT, until: now + STAYS, click: None });
    }

    /// Adds one that tells of trouble.
    pub fn trouble(&mut self, text: impl Into<String>, now: f64) {
        self.add(Toast { text: text.into(), color: theme::DANGER, until: now + TROUBLE_STAYS, click: None });
    }

    /// The texts that are shown, oldest first.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.shown.iter().map(|toast| toast.text.as_str())
    }

    fn add(&mut self, toast: Toast) {
        self.shown.retain(|other| other.text != toast.text);
        self.shown.push(toast);
        let over = self.shown.len().saturating_sub(MOST);
        self.shown.drain(..over);
    }

    /// Makes a notice of an event that people should see; `open` is the conversation they look at.
    pub fn hear(&mut self, event: &Event, snapshot: &Snapshot, open: Option<Conversation>, now: f64) {
        let room_name = |id| snapshot.room(id).map_or_else(|| "the room".to_owned(), |room| bidi::line(&room.name));
        match event {
            Event::Welcome { name, .. } => {
                self.say(format!("Welcome, {}", bidi::line(name)), now);
                if snapshot.sound_unchecked {
                    self.add(Toast {
                        text: "Can you be heard? Click here to check your microphone and speaker.".to_owned(),
                        color: theme::ACCENT,
                        until: now + TROUBLE_STAYS,
                        click: Some(Action::ShowSettings(Page::Sound)),
                    });
                }
            }
            Event::PersonChanged { name, change, .. } => {
                let name = bidi::line(name);
                match change {
                    PersonChanged::Entered(room) => self.say(format!("{name} came into {}", room_name(*room)), now),
                    PersonChanged::Left(room) => self.say(format!("{name} left {}", room_name(*room)), now),
                    PersonChanged::Arrived | PersonChanged::Gone => {}
                }
            }
            Event::Message(message) => self.private_message(message, snapshot, open, now),
            Event::Floor { change, .. } => self.floor(change, now),
            Event::Call { .. } => self.call(event, snapshot, now),
            Event::Connection(change) => match change {
                ConnectionChanged::Lost(why) => self.trouble(format!("Connection lost: {why}"), now),
                ConnectionChanged::Retrying => {}
                ConnectionChanged::Regained => self.say("Connected again", now),
                ConnectionChanged::GivenUp(why) => self.trouble(format!("Signed out: {why}"), now),
            },
            Event::Refused { text, .. } => self.trouble(text.clone(), now),
            Event::FileRefused { text, .. } => self.trouble(text.clone(), now),
            Event::File(FileEvent { name, change: FileChanged::Received { .. }, .. }) => {
                self.say(format!("{} is saved", bidi::line(name.as_str())), now);
            }
            Event::File(FileEvent { change: FileChanged::Failed(why), .. }) => self.trouble(why.clone(), now),
            Event::Notice { text, .. } => self.say(bidi::line(text), now),
            _ => {}
        }
    }

    /// What happened to the floor and is not said by the bar, or only for as long as the key is held.
    fn floor(&mut self, change: &FloorChanged, now: f64) {
        match change {
            FloorChanged::Busy { holder, .. } => {
                self.say(format!("{} is talking: your microphone stays closed", bidi::line(holder)), now);
            }
            FloorChanged::Denied { cause, .. } => self.trouble(cause.to_string(), now),
            FloorChanged::Warning { remaining } => {
                self.say(format!("Your turn ends in {} s", remaining.as_secs()), now);
            }
            FloorChanged::Revoked { cause, .. } => self.trouble(cause.to_string(), now),
            FloorChanged::Locked => self.say("Talk is locked on: press V to end it", now),
            FloorChanged::Muted => self.trouble("A moderator keeps you from talking in this room.", now),
            FloorChanged::Unmuted => self.say("You may talk in this room again", now),
            // The bar, the offer or the room's panel shows these for as long as they last.
            FloorChanged::TalkLog(true) => self.say("What is said in this room is kept", now),
            FloorChanged::TalkLog(false) => self.say("What is said in this room is no longer kept", now),
            FloorChanged::Granted { .. }
            | FloorChanged::Queued { .. }
            | FloorChanged::Position { .. }
            | FloorChanged::Queue { .. }
            | FloorChanged::Offered { .. }
            | FloorChanged::Playing { .. }
            | FloorChanged::Ordered(_)
            | FloorChanged::Released
            | FloorChanged::Taken { .. }
            | FloorChanged::Idle => {}
        }
    }

    /// What happened to a call and is not seen in it.
    fn call(&mut self, event: &Event, snapshot: &Snapshot, now: f64) {
        if let Some(news) = self.calls.hear(event, snapshot) {
            let (color, stays) = if news.trouble { (theme::DANGER, TROUBLE_STAYS) } else { (theme::ACCENT, STAYS) };
            self.add(Toast { text: news.text, color, until: now + stays, click: news.click });
        }
    }

    /// A message that is private, or mentions one, and is not looked at is announced by its writer, and opened by a
    /// click.
    fn private_message(
        &mut self,
        message: &hallway_protocol::chat::ChatMessage,
        snapshot: &Snapshot,
        open: Option<Conversation>,
        now: f64,
    ) {
        let is_own = message.from.is_some() && message.from == snapshot.me.as_ref().map(|me| me.id);
        let is_private = matches!(message.conversation, Conversation::Person(_));
        let is_told = is_private || message.marks.mentioned;
        if is_own || !is_told || open == Some(message.conversation) {
            return;
        }
        let start: String = message.text.chars().take(60).collect();
        let name = bidi::line(&message.from_name);
        let name = if is_private { name } else { format!("{name} mentions you") };
        self.add(Toast {
            text: format!("{name}: {}", bidi::line(&start)),
            color: theme::person_color(&message.from_name),
            until: now + STAYS,
            click: Some(match message.conversation {
                Conversation::Person(_) => Action::Open(message.conversation),
                _ => Action::OpenAt(message.conversation, message.id),
            }),
        });
    }
}

/// Shows the notices, the newest at the bottom.
pub fn show(ui: &mut Ui, toasts: &mut Toasts) -> Vec<Action> {
    let now = ui.input(|input| input.time);
    toasts.shown.retain(|toast| toast.until > now);
    let mut actions = Vec::new();
    for toast in &toasts.shown {
        let fade = ((toast.until - now) / 0.4).clamp(0.0, 1.0) as f32;
        ui.scope(|ui| {
            ui.set_opacity(fade);
            let response = one(ui, toast);
            if let Some(action) = toast.click.as_ref().filter(|_| response.clicked()) {
                actions.push(action.clone());
            }
        });
    }
    if !toasts.shown.is_empty() {
        ui.ctx().request_repaint();
    }
    actions
}

fn one(ui: &mut Ui, toast: &Toast) -> egui::Response {
    let frame = theme::card().inner_margin(egui::Margin::symmetric(MARGIN, 9)).corner_radius(11);
    let response = frame
        .show(ui, |ui| {
            ui.set_max_width(MOST_TEXT);
            ui.horizontal(|ui| {
                let (dot, _) = ui.allocate_exact_size(vec2(8.0, 8.0), egui::Sense::hover());
                ui.painter().circle_filled(dot.center(), 4.0, toast.color);
                ui.add(egui::Label::new(RichText::new(&toast.text).color(theme::TEXT)).wrap());
            });
        })
        .response;
    let sense = if toast.click.is_some() { egui::Sense::click() } else { egui::Sense::hover() };
    response.interact(sense)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_when_too_many_come_and_none_stands_twice() {
        let mut toasts = Toasts::default();
        for n in 0..8 {
            toasts.say(format!("notice {}", n % 6), 0.0);
        }
        let texts: Vec<_> = toasts.texts().collect();
        assert_eq!(texts, ["notice 3", "notice 4", "notice 5", "notice 0", "notice 1"]);
    }
}
