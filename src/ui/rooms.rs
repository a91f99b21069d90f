//! The list of rooms: who is inside, who talks; a click walks there. New rooms are made and own ones deleted here.

pub mod new_room;

use super::{Action, bidi, floor::rules, people::line, status::line::talkers_in_short, theme};
use crate::net::{
    commands::Command,
    snapshot::{RoomView, Snapshot},
};
use bevy_egui::egui::{self, Button, Sense, TextStyle, Ui, vec2};
use hallway_protocol::replicated::RoomSite;
use new_room::NewRoom;

/// The list's own state.
#[derive(Default)]
pub struct RoomsModel {
    /// The form of a room that is being made; `None` while none is.
    pub new: Option<NewRoom>,
}

/// Height of a room's row, in points.
const ROW: f32 = 44.0;
/// Height of what stands below the list, in points.
const FOOT: f32 = 44.0;

/// Shows the list and what makes a new room.
pub fn show(ui: &mut Ui, model: &mut RoomsModel, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    let height = (ui.available_height() - FOOT).max(80.0);
    ui.spacing_mut().item_spacing.y = 2.0;
    egui::ScrollArea::vertical().id_salt("rooms").auto_shrink([false, false]).max_height(height).show(ui, |ui| {
        hall_row(ui, snapshot, &mut actions);
        for room in &snapshot.rooms {
            row(ui, room, snapshot, &mut actions);
        }
    });
    ui.add_space(6.0);
    let button = Button::new(theme::muted("+  New room…")).min_size(vec2(ui.available_width(), 34.0));
    if ui.add(button).clicked() {
        model.new = Some(NewRoom::default());
    }
    actions
}

/// What is shown of a room, and of the hall.
struct Row<'a> {
    name: &'a str,
    /// A word about its rules, where they are not the usual ones.
    tag: Option<&'static str>,
    rules: &'static str,
    is_here: bool,
    inside: Vec<&'a str>,
    /// Who talks in it.
    talkers: Option<String>,
}

fn hall_row(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let inside = snapshot.people.iter().filter(|person| person.room.is_none()).map(|person| person.name.as_str());
    let row = Row {
        name: "Hall",
        tag: None,
        rules: "Between the rooms nobody talks",
        is_here: snapshot.me.as_ref().is_some_and(|me| me.room.is_none()),
        inside: inside.collect(),
        talkers: None,
    };
    if row.show(ui).clicked() && !row.is_here {
        actions.push(Action::Send(Command::Leave));
    }
}

fn row(ui: &mut Ui, room: &RoomView, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    let me = snapshot.me.as_ref();
    let name_of = |id: &_| snapshot.person(*id).map(|person| person.name.as_str());
    let row = Row {
        name: &room.name,
        tag: rules::tag(room.policy),
        rules: rules::line(room.policy, room.queue),
        is_here: me.is_some_and(|me| me.room == Some(room.id)),
        inside: room.people.iter().filter_map(name_of).collect(),
        talkers: talkers_in_short(room, snapshot),
    };
    let response = row.show(ui);
    if response.clicked() && !row.is_here {
        actions.push(Action::Send(Command::Enter(room.id)));
    }
    let is_own = matches!(room.site, RoomSite::Plot { owner, .. } if owner.is_some() && owner == me.map(|me| me.id));
    if is_own {
        response.context_menu(|ui| {
            if ui.button("Delete this room").clicked() {
                actions.push(Action::Send(Command::DeleteRoom(room.id)));
                ui.close();
            }
        });
        let delete = egui::Rect::from_center_size(response.rect.right_top() + vec2(-14.0, 13.0), vec2(22.0, 22.0));
        let button = Button::new(theme::muted("×")).frame_when_inactive(false);
        if ui.put(delete, button).on_hover_text("Delete this room").clicked() {
            actions.push(Action::Send(Command::DeleteRoom(room.id)));
        }
    }
}

impl Row<'_> {
    /// Its name with a word about its rules, and who talks in it, or the people inside as portraits.
    fn show(&self, ui: &mut Ui) -> egui::Response {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
        response.widget_info(|| egui::WidgetInfo {
            current_text_value: Some(self.spoken()),
            ..egui::WidgetInfo::labeled(egui::WidgetType::Button, true, self.name)
        });
        let fill = match (self.is_here, response.hovered()) {
            (true, _) => theme::RAISED,
            (false, true) => theme::RAISED.gamma_multiply(0.7),
            (false, false) => egui::Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, 9.0, fill);
        if self.is_here {
            let mark = egui::Rect::from_min_size(rect.left_top() + vec2(0.0, 10.0), vec2(3.0, ROW - 20.0));
            ui.painter().rect_filled(mark, 2.0, theme::ACCENT);
        }
        self.paint(ui, rect);
        let click = if self.is_here { "You are here" } else { "Walk there" };
        let tip = format!("{click}\n{}", self.rules);
        response.on_hover_text(tip).on_hover_cursor(egui::CursorIcon::PointingHand)
    }

    fn paint(&self, ui: &Ui, rect: egui::Rect) {
        let left = rect.left_top() + vec2(12.0, 4.0);
        let bold = egui::FontId::new(14.0, egui::FontFamily::Name(theme::BOLD.into()));
        let small = TextStyle::Small.resolve(ui.style());
        let width = line(ui, left, rect.width() - 80.0, &bidi::line(self.name), bold, theme::TEXT);
        if let Some(tag) = self.tag {
            line(ui, left + vec2(width + 7.0, 2.0), 60.0, tag, small.clone(), theme::MUTED);
        }
        let below = rect.left_top() + vec2(12.0, 23.0);
        let faces = faces(ui, rect, below, &self.inside, self.talkers.is_some());
        if let Some(talkers) = &self.talkers {
            let time = ui.input(|input| input.time) as f32;
            theme::paint_voice(ui.painter(), below + vec2(6.0, 8.0), 13.0, time, theme::TALK);
            let at = below + vec2(18.0, 0.0);
            line(ui, at, faces - 12.0 - at.x, talkers, small, theme::TALK);
            ui.ctx().request_repaint();
        } else if self.inside.is_empty() {
            line(ui, below, rect.width() - 40.0, "Empty", small, theme::MUTED);
        }
    }

    /// What a screen reader says beside the name.
    fn spoken(&self) -> String {
        let people = match self.inside.len() {
            0 => "empty".to_owned(),
            1 => "1 person".to_owned(),
            many => format!("{many} people"),
        };
        let talking = self.talkers.as_ref().map_or_else(String::new, |talkers| format!(", talking: {talkers}"));
        format!("{people}{talking}. {}", self.rules)
    }
}

/// The first few people inside as small portraits, then how many more; answers where they begin.
fn faces(ui: &Ui, rect: egui::Rect, below: egui::Pos2, inside: &[&str], at_right: bool) -> f32 {
    let most = if at_right { 3 } else { 7 };
    let shown = inside.len().min(most);
    let rest = inside.len() - shown;
    let width = shown as f32 * 15.0 + if rest > 0 { 24.0 } else { 0.0 };
    let x = if at_right { rect.right() - width - 6.0 } else { below.x + 7.0 };
    for (place, name) in inside.iter().take(shown).enumerate() {
        theme::paint_portrait(ui.painter(), egui::pos2(x + place as f32 * 15.0, below.y + 8.0), 16.0, name);
    }
    if rest > 0 {
        let at = egui::pos2(x + shown as f32 * 15.0 - 2.0, below.y + 1.0);
        ui.painter().text(
            at,
            egui::Align2::LEFT_TOP,
            format!("+{rest}"),
            egui::FontId::proportional(11.0),
            theme::MUTED,
        );
    }
    x - 8.0
}
