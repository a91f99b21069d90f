//! What a stored message looks like below its writer's name: what it answers, its text, and what people think of it;
//! and what one can do with it.

use super::{
    files,
    link::LinkQuestion,
    model::{About, ChatModel},
    notes, pictures,
    text::{self, Block, Piece},
};
use crate::{
    net::{
        commands::Command,
        snapshot::{NoteKey, Snapshot},
    },
    ui::{Action, bidi, theme},
};
use bevy_egui::egui::{
    Align, Button, Color32, CursorIcon, Frame, Label, Layout, Margin, Popup, Rect, RichText, ScrollArea, Sense,
    TextEdit, TextStyle, Ui, UiBuilder, pos2, vec2,
};
use hallway_protocol::{
    chat::{ChatMessage, Conversation, Emoji, Quote, Reaction, emoji},
    file::{Attachment, AttachmentKind},
    ids::MessageId,
    limits,
};
use std::time::Duration;

/// Shows all of a message but its writer's name.
pub(super) fn show(
    ui: &mut Ui,
    message: &ChatMessage,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    actions: &mut Vec<Action>,
) {
    if message.marks.deleted {
        ui.label(theme::small("Message deleted").italics());
        return;
    }
    if let Some(quote) = &message.marks.reply_to {
        show_quote(ui, quote, message, model);
    }
    // Beside a file there may be nothing.
    if !message.text.is_empty() {
        show_text(ui, message.id, &message.text, &message.marks.mentions, theme::TEXT, &mut model.link);
    }
    if let Some(attachment) = &message.attachment {
        show_attachment(ui, message, attachment, model, snapshot, actions);
    }
    if message.marks.edited_ms.is_some() {
        ui.label(theme::small("edited"));
    }
    if !message.marks.reactions.is_empty() {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 3.0);
            for reaction in &message.marks.reactions {
                show_reaction(ui, message.id, reaction, actions);
            }
        });
    }
}

/// What the message answers; a click goes there.
fn show_quote(ui: &mut Ui, quote: &Quote, message: &ChatMessage, model: &mut ChatModel) {
    let line = quote.line.as_deref().map_or_else(|| "message deleted".to_owned(), bidi::line);
    let text = match bidi::line(&quote.from_name) {
        // The server keeps it no longer, nor whose it was.
        name if name.is_empty() => line,
        name => format!("{name}: {line}"),
    };
    let shown = ui.horizontal(|ui| {
        let (bar, _) = ui.allocate_exact_size(vec2(3.0, 16.0), Sense::hover());
        ui.painter().rect_filled(bar, 1.5, theme::person_color(&quote.from_name));
        ui.add(Label::new(theme::small(text)).truncate().sense(Sense::click()))
    });
    // What is kept no longer is nowhere to go to.
    if !quote.from_name.is_empty() && shown.inner.on_hover_cursor(CursorIcon::PointingHand).clicked() {
        model.jump = Some((message.conversation, quote.id));
    }
}

/// What a message carries: the player of a voice note, a picture, or a file's card.
fn show_attachment(
    ui: &mut Ui,
    message: &ChatMessage,
    attachment: &Attachment,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    actions: &mut Vec<Action>,
) {
    let (ms, waveform) = match &attachment.kind {
        AttachmentKind::File => return files::card(ui, attachment, snapshot, actions),
        AttachmentKind::Image => {
            return pictures::show(ui, message, attachment, &mut model.pictures, snapshot, actions);
        }
        AttachmentKind::Note { ms, waveform } | AttachmentKind::Turn { ms, waveform } => (ms, waveform),
    };
    if let AttachmentKind::Turn { .. } = attachment.kind {
        ui.label(theme::small("Said aloud"));
    }
    ui.horizontal(|ui| {
        let length = Duration::from_millis((*ms).into()).min(limits::NOTE_LENGTH);
        let (key, scrub) = (NoteKey::File(attachment.file), &mut model.notes.scrub);
        notes::in_a_line(ui, key, length, waveform.levels(), snapshot, scrub, actions);
    });
}

/// A text with its links, mentions and code.
pub(super) fn show_text(
    ui: &mut Ui,
    id: MessageId,
    text: &str,
    mentions: &[String],
    color: Color32,
    asked: &mut Option<LinkQuestion>,
) {
    for (n, block) in text::blocks(text, mentions).into_iter().enumerate() {
        match block {
            Block::Code(code) => show_code(ui, (id, n), &code),
            Block::Prose(pieces) => show_prose(ui, &pieces, color, asked),
        }
    }
}

fn show_prose(ui: &mut Ui, pieces: &[Piece], color: Color32, asked: &mut Option<LinkQuestion>) {
    let whole: String = pieces.iter().map(Piece::as_str).collect();
    let is_turned = bidi::has_rtl(&whole);
    if is_turned || matches!(pieces, [Piece::Plain(_)]) {
        let (shown, align) = bidi::paragraph(ui, &whole, ui.available_width());
        ui.with_layout(Layout::top_down(align), |ui| {
            ui.add(Label::new(RichText::new(shown).color(color)).selectable(true).wrap());
            // Turned text is laid out as a whole; its links stand below it.
            for piece in pieces {
                if let Piece::Link(link) = piece {
                    show_link(ui, link, asked);
                }
            }
        });
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for piece in pieces {
            match piece {
                Piece::Plain(text) => drop(ui.add(Label::new(RichText::new(text).color(color)).selectable(true))),
                Piece::Mention(name) => {
                    ui.add(Label::new(theme::strong(name).color(theme::ACCENT)).selectable(true));
                }
                Piece::Link(link) => show_link(ui, link, asked),
            }
        }
    });
}

fn show_link(ui: &mut Ui, link: &str, asked: &mut Option<LinkQuestion>) {
    let Some(question) = LinkQuestion::new(link) else {
        ui.add(Label::new(link).selectable(true));
        return;
    };
    if ui.link(link).on_hover_text(format!("Goes to {}", question.host)).clicked() {
        *asked = Some(question);
    }
}

/// Code: letters of one width, lines as they are, and a button that copies it.
fn show_code(ui: &mut Ui, id: (MessageId, usize), code: &str) {
    let frame = Frame::new().fill(theme::WELL).corner_radius(6).inner_margin(Margin::symmetric(8, 5));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            if theme::quiet_button(ui, theme::small("Copy")).clicked() {
                ui.ctx().copy_text(code.to_owned());
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ScrollArea::horizontal().id_salt(("code", id)).show(ui, |ui| {
                    let text = RichText::new(code).monospace().size(12.5).color(theme::TEXT);
                    ui.add(Label::new(text).selectable(true).extend());
                });
            });
        });
    });
}

fn show_reaction(ui: &mut Ui, id: MessageId, reaction: &Reaction, actions: &mut Vec<Action>) {
    let text = RichText::new(format!("{} {}", reaction.emoji.as_str(), reaction.count)).size(12.5);
    let fill = if reaction.mine { theme::ACCENT.gamma_multiply(0.35) } else { theme::RAISED };
    let mut names = reaction.names.iter().map(|name| bidi::line(name)).collect::<Vec<_>>().join(", ");
    let others = usize::from(reaction.count).saturating_sub(reaction.names.len());
    if others > 0 {
        names.push_str(&format!(" and {others} others"));
    }
    let chip = ui.add(Button::new(text).fill(fill).corner_radius(9).small());
    if chip.on_hover_text(names).clicked() {
        actions.push(react(id, reaction.emoji.as_str()));
    }
}

fn react(message: MessageId, emoji: &str) -> Action {
    Action::Send(Command::React { message, emoji: emoji.to_owned() })
}

/// The buttons at a message under the pointer.
pub(super) fn buttons(
    ui: &mut Ui,
    row: Rect,
    message: &ChatMessage,
    of: Conversation,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    actions: &mut Vec<Action>,
) {
    let any_open = Popup::is_any_open(ui.ctx());
    if ui.rect_contains_pointer(row) && !any_open {
        model.pointed = Some(message.id);
    }
    let is_pointed = model.pointed == Some(message.id) && (any_open || ui.rect_contains_pointer(row));
    if message.marks.deleted || !is_pointed {
        return;
    }
    let place = Rect::from_min_size(pos2(row.right() - 108.0, row.top() - 4.0), vec2(104.0, 26.0));
    let mut child = ui.new_child(
        UiBuilder::new().id_salt(("buttons", message.id)).max_rect(place).layout(Layout::right_to_left(Align::Center)),
    );
    Frame::new().fill(theme::RAISED_HOVER).corner_radius(8).show(&mut child, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.menu_button("⋯", |ui| more(ui, message, of, model, snapshot, actions));
        if ui.button("↩").on_hover_text("Reply").clicked() {
            model.reply(of, message);
        }
        ui.menu_button("☺", |ui| choose(ui, message.id, &mut model.emoji, actions)).response.on_hover_text("React");
    });
}

/// The emoji that are offered, and a field for any other one.
fn choose(ui: &mut Ui, id: MessageId, typed: &mut String, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        for emoji in emoji::OFFERED {
            if ui.button(RichText::new(emoji).size(17.0)).clicked() {
                actions.push(react(id, emoji));
                ui.close();
            }
        }
    });
    let field = ui.add(TextEdit::singleline(typed).hint_text("Any other emoji").desired_width(140.0));
    if field.changed()
        && let Ok(emoji) = Emoji::new(typed)
    {
        typed.clear();
        actions.push(react(id, emoji.as_str()));
        ui.close();
    }
}

fn more(
    ui: &mut Ui,
    message: &ChatMessage,
    of: Conversation,
    model: &mut ChatModel,
    snapshot: &Snapshot,
    actions: &mut Vec<Action>,
) {
    if ui.button("Copy text").clicked() {
        ui.ctx().copy_text(message.text.clone());
        ui.close();
    }
    if message.marks.mine && ui.button("Edit").clicked() {
        model.edit(of, message);
        ui.close();
    }
    if (message.marks.mine || moderates(of, snapshot)) && ui.button("Delete").clicked() {
        actions.push(Action::Send(Command::DeleteMessage(message.id)));
        ui.close();
    }
}

/// Whether one may delete what others wrote there.
fn moderates(of: Conversation, snapshot: &Snapshot) -> bool {
    match of {
        Conversation::World => snapshot.me.as_ref().is_some_and(|me| me.moderator),
        Conversation::Room(room) => snapshot.room(room).is_some_and(|room| room.moderated),
        Conversation::Person(_) => false,
    }
}

/// What the line that is being typed is for, where it is not a new message; answers whether that is given up.
pub(super) fn about(ui: &mut Ui, about: &About) -> bool {
    let text = match about {
        About::Reply { name, line, .. } => format!("Reply to {}: {}", bidi::line(name), bidi::line(line)),
        About::Edit(_) => "Edit your message".to_owned(),
    };
    ui.horizontal(|ui| {
        ui.set_height(22.0);
        let gone = theme::quiet_button(ui, theme::strong("×")).on_hover_text("Esc").clicked();
        let text = RichText::new(text).text_style(TextStyle::Small).color(theme::ACCENT);
        ui.add(Label::new(text).truncate());
        gone
    })
    .inner
}

impl Piece {
    fn as_str(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Mention(text) | Self::Link(text) => text,
        }
    }
}
