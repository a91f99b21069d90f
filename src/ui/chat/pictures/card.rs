//! A picture in a line of the chat.

use super::{Pictures, Shown, Standing};
use crate::{
    net::snapshot::Snapshot,
    ui::{
        Action,
        chat::files::{self, Extra},
        theme,
    },
};
use bevy_egui::egui::{
    CornerRadius, CursorIcon, Image, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, WidgetType, vec2,
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
        let extra = Extra { note: Some("Too large to be shown here."), ..Extra::default() };
        files::card_with(ui, attachment, snapshot, &extra, actions);
        return;
    }
    // What is only measured is not fetched.
    let comes = ui.is_visible() && snapshot.pictures.allows(message, snapshot);
    let standing = pictures.standing(ui.ctx(), attachment, comes, snapshot, actions);
    let extra = match &standing {
        Standing::Shown(shown) => {
            if thumbnail(ui, attachment, shown) {
                pictures.enlarge(ui.ctx(), attachment, shown.clone());
            }
            return files::below(ui, attachment, snapshot, actions);
        }
        Standing::Refused(why) => Extra { note: Some(why), ..Extra::default() },
        Standing::Coming(None) => Extra { note: Some("The picture comes…"), ..Extra::default() },
        Standing::Coming(share) => Extra { share: *share, ..Extra::default() },
        Standing::Failed(why) => Extra { note: Some(why), button: Some("Show picture"), ..Extra::default() },
        Standing::Asleep => Extra { button: Some("Show picture"), ..Extra::default() },
    };
    if files::card_with(ui, attachment, snapshot, &extra, actions) {
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
