//! A picture over the world, as large as there is room for it.

use super::{Look, Pictures, card::fitted};
use crate::{
    net::snapshot::Snapshot,
    ui::{Action, bidi, chat::files, theme},
};
use bevy_egui::egui::{Image, Label, Ui, WidgetInfo, WidgetType, vec2};

/// What the window keeps round the picture, in points.
const AROUND: [f32; 2] = [110.0, 190.0];
/// The dialog is at least so wide, for its words.
const LEAST: f32 = 320.0;

/// Shows it; answers whether it is done with.
pub fn show(ui: &mut Ui, pictures: &mut Pictures, snapshot: &Snapshot) -> (bool, Vec<Action>) {
    let mut actions = Vec::new();
    pictures.take(ui.ctx());
    let Some(large) = &pictures.large else { return (true, actions) };
    let room = (ui.ctx().content_rect().size() - AROUND.into()).max(vec2(LEAST, 120.0));
    let name = large.attachment.name.as_str();
    match &large.look {
        Look::Shown(shown) => {
            let original = vec2(shown.original.0 as f32, shown.original.1 as f32);
            let size = fitted(original, room);
            ui.set_width(size.x.max(LEAST));
            let image = Image::from_texture((shown.texture.id(), size)).corner_radius(6);
            let response = ui.vertical_centered(|ui| ui.add(image)).inner;
            let label = format!("The picture {name}, large");
            response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, label.clone()));
            ui.add_space(8.0);
            ui.add(Label::new(theme::strong(bidi::line(name))).truncate());
            let (width, height) = shown.original;
            ui.label(theme::small(format!("{width} × {height}, {}", files::size(large.attachment.bytes))));
        }
        Look::Refused(why) => {
            ui.set_width(LEAST);
            ui.add(Label::new(theme::muted(why)).wrap());
        }
        Look::Coming => {}
    }
    ui.add_space(4.0);
    let closed = ui.horizontal(|ui| {
        let closed = theme::primary_button(ui, "Close", 110.0).clicked();
        ui.vertical(|ui| files::fetching(ui, &large.attachment, snapshot, &mut actions));
        closed
    });
    (closed.inner, actions)
}
