//! The list of people: who is here, where, and who talks; with a box that narrows it down and completes names.

use super::{Action, bidi, quality, symbols, theme};
use crate::net::snapshot::{PersonView, Snapshot};
use bevy_egui::egui::{self, Key, Modifiers, Sense, TextEdit, TextStyle, Ui, vec2};

/// The list's own state.
#[derive(Default)]
pub struct PeopleModel {
    /// What stands in the filter box.
    pub filter: String,
}

/// Height of a person's row, in points.
const ROW: f32 = 40.0;

/// Shows the filter box and the list.
pub fn show(ui: &mut Ui, model: &mut PeopleModel, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    filter_box(ui, model, snapshot, &mut actions);
    let shown = matching(&model.filter, snapshot);
    if shown.is_empty() {
        ui.add_space(8.0);
        ui.vertical_centered(|ui| ui.label(theme::muted(format!("Nobody here is called “{}”.", model.filter.trim()))));
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    egui::ScrollArea::vertical().id_salt("people").auto_shrink(false).show_rows(ui, ROW, shown.len(), |ui, range| {
        for person in &shown[range] {
            row(ui, person, snapshot, &mut actions);
        }
    });
    actions
}

/// People whose name has a word that begins so, else whose name has it anywhere.
#[must_use]
pub fn matching<'a>(filter: &str, snapshot: &'a Snapshot) -> Vec<&'a PersonView> {
    let wanted = filter.trim().to_lowercase();
    let begins = |name: &str| {
        let name = name.to_lowercase();
        name.starts_with(&wanted) || name.split(' ').any(|word| word.starts_with(&wanted))
    };
    let people: Vec<_> = snapshot.people.iter().filter(|person| begins(&person.name)).collect();
    if !people.is_empty() {
        return people;
    }
    snapshot.people.iter().filter(|person| person.name.to_lowercase().contains(&wanted)).collect()
}

fn filter_box(ui: &mut Ui, model: &mut PeopleModel, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let id = egui::Id::new("people filter");
    if ui.memory(|memory| memory.has_focus(id)) {
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Tab))
            && let Some(first) = matching(&model.filter, snapshot).first()
        {
            model.filter.clone_from(&first.name);
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            model.filter.clear();
            ui.memory_mut(|memory| memory.surrender_focus(id));
        }
    }
    let edit = TextEdit::singleline(&mut model.filter)
        .id(id)
        .hint_text(theme::muted("Find someone"))
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(10, 7))
        .event_filter(egui::EventFilter { tab: true, ..Default::default() });
    let response = ui.add(edit);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if entered && let [only] = matching(&model.filter, snapshot).as_slice() {
        actions.push(Action::Menu { person: only.id, at: Some(response.rect.right_center()) });
    }
}

fn row(ui: &mut Ui, person: &PersonView, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let is_me = snapshot.me.as_ref().is_some_and(|me| me.id == person.id);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let place =
        person.room.and_then(|room| snapshot.room(room)).map_or("Hall".to_owned(), |room| bidi::line(&room.name));
    response.widget_info(|| egui::WidgetInfo {
        current_text_value: Some(if person.talking { format!("{place}, talking") } else { place.clone() }),
        ..egui::WidgetInfo::labeled(egui::WidgetType::Button, true, &person.name)
    });
    if response.hovered() {
        ui.painter().rect_filled(rect, 9.0, theme::RAISED);
    }
    theme::paint_portrait(ui.painter(), rect.left_center() + vec2(20.0, 0.0), 28.0, &person.name);
    let signs = signs(ui, rect, person, snapshot);
    let text = rect.with_min_x(rect.left() + 42.0).with_max_x(signs - 4.0);
    let name = if is_me { format!("{} (you)", bidi::line(&person.name)) } else { bidi::line(&person.name) };
    let bold = egui::FontId::new(14.0, egui::FontFamily::Name(theme::BOLD.into()));
    line(ui, text.left_top() + vec2(0.0, 3.0), text.width(), &name, bold, theme::TEXT);
    let small = TextStyle::Small.resolve(ui.style());
    line(ui, text.left_top() + vec2(0.0, 21.0), text.width(), &place, small, theme::MUTED);
    if response.clicked() {
        actions.push(Action::Menu { person: person.id, at: Some(rect.right_top()) });
    }
}

/// What stands at the end of a row: a voice, writing, how the voice is heard, and that it is muted. Answers where it
/// begins.
fn signs(ui: &mut Ui, rect: egui::Rect, person: &PersonView, snapshot: &Snapshot) -> f32 {
    let time = ui.input(|input| input.time) as f32;
    let mut right = rect.right() - 6.0;
    let mut next = || {
        right -= 22.0;
        egui::Rect::from_center_size(egui::pos2(right + 11.0, rect.center().y), vec2(18.0, 18.0))
    };
    if person.talking {
        theme::paint_voice(ui.painter(), next().center(), 16.0, time, theme::TALK);
        ui.ctx().request_repaint();
    } else if person.typing.is_some() {
        theme::paint_typing(ui.painter(), next().center(), 5.5, time, theme::MUTED);
        ui.ctx().request_repaint();
    }
    if let Some(heard) = quality::of(person.id, snapshot) {
        quality::sign(ui, next(), heard, snapshot);
    }
    if let Some(muted) = muted(person, snapshot) {
        let at = next();
        symbols::microphone(ui.painter(), at.center(), 15.0, theme::DANGER, false);
        let response = ui.interact(at, ui.id().with(("muted", person.id)), Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Image, true, muted));
        response.on_hover_text(muted);
    }
    right
}

/// Who keeps a person from being heard, if somebody does.
fn muted(person: &PersonView, snapshot: &Snapshot) -> Option<&'static str> {
    let by_moderator =
        person.room.and_then(|room| snapshot.room(room)).is_some_and(|room| room.muted.contains(&person.id));
    if by_moderator {
        Some("Muted in this room by a moderator")
    } else {
        (person.volume <= 0.0).then_some("Muted by you, for you alone")
    }
}

/// One line of text, cut with an ellipsis where it is too long; answers how wide it came out, in points.
pub(super) fn line(ui: &Ui, at: egui::Pos2, width: f32, text: &str, font: egui::FontId, color: egui::Color32) -> f32 {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    let galley = ui.painter().layout_job(job);
    let width = galley.size().x;
    ui.painter().galley(at, galley, color);
    width
}
