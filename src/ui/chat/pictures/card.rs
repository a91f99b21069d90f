//! A picture in a line of the chat.

use super::{Pictures, Shown, Standing};
use crate::{
    net::snapshot::Snapshot,
    ui::{Action, chat::files, theme},
};
use bevy_egui::egui::{
    self, Button, CornerRadius, CursorIcon, Image, Label, ProgressBar, Rect, RichText, Sense, Stroke, StrokeKind,
    TextStyle, Ui, Vec2, WidgetInfo, WidgetType, vec2,
};
use hallway_protocol::{chat::ChatMessage, file::Attachment, limits::PICTURE_BYTES};

/// The largest a picture stands in the chat, in points.
const LARGEST: Vec2 = vec2(320.0, 240.0);
/// Room of the smallest, which must be there for a click.
const SMALLEST: f32 = 24.0;

/// Shows the picture of a message, or its card.
pub(in crate::ui::chat) fn show(
    ui: &mut Ui,
    message: &ChatMessage,
    attachment: &Attachment,
    pictures: &mut Pictures,
    snapshot: &Snapshot,
    actions: &mut Vec<Action>,
) {
    if attachment.bytes > PICTURE_BYTES {
        return files::card_saying(ui, attachment, snapshot, actions, |ui, _| note(ui, "Too large to be shown here."));
    }
    // What is only measured is not fetched.
    let comes = ui.is_visible() && snapshot.pictures.allows(message, snapshot);
    match pictures.standing(ui.ctx(), attachment, comes, snapshot, actions) {
        Standing::Shown(shown) => {
            if thumbnail(ui, attachment, &shown) {
                pictures.enlarge(ui.ctx(), attachment, shown);
            }
            files::below(ui, attachment, snapshot, actions);
        }
        Standing::Refused(why) => files::card_saying(ui, attachment, snapshot, actions, |ui, _| note(ui, &why)),
        Standing::Coming(share) => files::card_saying(ui, attachment, snapshot, actions, |ui, _| coming(ui, share)),
        Standing::Failed(why) => files::card_saying(ui, attachment, snapshot, actions, |ui, actions| {
            ui.add(Label::new(RichText::new(why).text_style(TextStyle::Small).color(theme::DANGER)).wrap());
            wake(ui, attachment, pictures, actions);
        }),
        Standing::Asleep => files::card_saying(ui, attachment, snapshot, actions, |ui, actions| {
            wake(ui, attachment, pictures, actions);
        }),
    }
}

fn note(ui: &mut Ui, text: &str) {
    ui.add(Label::new(theme::small(text)).wrap());
}

fn coming(ui: &mut Ui, share: Option<f32>) {
    match share {
        Some(share) => drop(ui.add(ProgressBar::new(share).desired_height(8.0))),
        None => note(ui, "The picture comes…"),
    }
}

/// The button that fetches a picture which does not come by itself.
fn wake(ui: &mut Ui, attachment: &Attachment, pictures: &mut Pictures, actions: &mut Vec<Action>) {
    let button = Button::new(RichText::new("Show picture").text_style(TextStyle::Small));
    if ui.add(button).on_hover_text("Fetches it and shows it here").clicked() {
        pictures.want(ui.ctx(), attachment.file, actions);
    }
}

/// The small picture; answers whether it was clicked.
fn thumbnail(ui: &mut Ui, attachment: &Attachment, shown: &Shown) -> bool {
    let most = LARGEST.min(vec2(ui.available_width(), LARGEST.y));
    let size = fitted(shown.texture.size_vec2(), most);
    let (rect, response) = ui.allocate_exact_size(size.max(Vec2::splat(SMALLEST)), Sense::click());
    let place = Rect::from_min_size(rect.min, size);
    let radius = CornerRadius::same(8);
    ui.painter().rect_filled(place, radius, theme::WELL);
    Image::from_texture((shown.texture.id(), size)).corner_radius(radius).paint_at(ui, place);
    if response.hovered() || response.has_focus() {
        ui.painter().rect_stroke(place, radius, Stroke::new(1.5, theme::ACCENT), StrokeKind::Inside);
    }
    let label = format!("Picture {}", attachment.name.as_str());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, label.clone()));
    response.on_hover_cursor(CursorIcon::ZoomIn).clicked()
}

/// The size of a picture that fits, and is not larger than it is.
pub(super) fn fitted(size: Vec2, most: Vec2) -> Vec2 {
    let scale = (most.x / size.x.max(1.0)).min(most.y / size.y.max(1.0)).min(1.0);
    (size * scale).max(Vec2::splat(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_fit_and_keep_their_shape() {
        assert_eq!(fitted(vec2(640.0, 480.0), LARGEST), vec2(320.0, 240.0));
        assert_eq!(fitted(vec2(640.0, 64.0), LARGEST), vec2(320.0, 32.0));
        assert_eq!(fitted(vec2(16.0, 16.0), LARGEST), vec2(16.0, 16.0));
    }
}
