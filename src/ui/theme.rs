//! How everything looks: colours, sizes, and the few widgets that all panels share.

use super::bidi;
use crate::world::palette;
use bevy_egui::egui::{
    self, Align2, Button, Color32, CornerRadius, FontFamily, FontId, Frame, Margin, Response, RichText, Sense, Shadow,
    Shape, Stroke, TextStyle, Ui, WidgetInfo, WidgetType, epaint::PathShape, pos2, vec2,
};

/// Behind the world, where the map ends.
pub const NIGHT: Color32 = Color32::from_rgb(23, 22, 28);
/// Panels.
pub const CARD: Color32 = Color32::from_rgb(36, 34, 42);
/// Fields and list rows that stand out from a panel.
pub const RAISED: Color32 = Color32::from_rgb(50, 47, 58);
/// The same under the pointer.
pub const RAISED_HOVER: Color32 = Color32::from_rgb(62, 58, 71);
/// Fields to type into.
pub const WELL: Color32 = Color32::from_rgb(27, 26, 32);
/// Fine lines.
pub const LINE: Color32 = Color32::from_rgb(62, 58, 70);
/// Text.
pub const TEXT: Color32 = Color32::from_rgb(243, 238, 230);
/// Text of less weight; still 4.5 to 1 on a panel.
pub const MUTED: Color32 = Color32::from_rgb(176, 168, 178);
/// What one acts with.
pub const ACCENT: Color32 = Color32::from_rgb(245, 181, 92);
/// Text on the accent.
pub const ON_ACCENT: Color32 = Color32::from_rgb(43, 29, 10);
/// Voice.
pub const TALK: Color32 = Color32::from_rgb(104, 217, 150);
/// What went wrong.
pub const DANGER: Color32 = Color32::from_rgb(246, 130, 116);

/// Radius of panel corners.
pub const CARD_RADIUS: u8 = 14;
/// Distance of panels from the window's edge and from each other.
pub const GAP: f32 = 12.0;
/// The family of headings and names.
pub const BOLD: &str = "bold";

/// Sets style, visuals and text sizes; the fonts are [`super::fonts`]'s.
pub fn install(ctx: &egui::Context) {
    ctx.set_theme(egui::Theme::Dark);
    ctx.all_styles_mut(|style| {
        style.text_styles = text_styles(1.0);
        spacing(&mut style.spacing);
        visuals(&mut style.visuals);
        style.interaction.selectable_labels = false;
        style.interaction.tooltip_delay = 0.4;
    });
}

/// Text sizes in points, for text that is drawn `scale` times its usual size.
#[must_use]
pub fn text_styles(scale: f32) -> std::collections::BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Heading, FontId::new(18.0 * scale, FontFamily::Name(BOLD.into()))),
        (TextStyle::Body, FontId::proportional(14.5 * scale)),
        (TextStyle::Button, FontId::proportional(14.5 * scale)),
        (TextStyle::Small, FontId::proportional(12.0 * scale)),
        (TextStyle::Monospace, FontId::monospace(13.0 * scale)),
    ]
    .into()
}

fn spacing(spacing: &mut egui::Spacing) {
    spacing.item_spacing = vec2(8.0, 6.0);
    spacing.button_padding = vec2(12.0, 6.0);
    spacing.interact_size = vec2(32.0, 30.0);
    spacing.icon_width = 18.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = 8.0;
    spacing.menu_margin = Margin::same(8);
    spacing.window_margin = Margin::same(16);
    spacing.scroll = egui::style::ScrollStyle::floating();
    spacing.scroll.floating_allocated_width = 0.0;
    spacing.scroll.bar_width = 7.0;
}

fn visuals(visuals: &mut egui::Visuals) {
    let radius = CornerRadius::same(9);
    visuals.override_text_color = None;
    visuals.panel_fill = CARD;
    visuals.window_fill = CARD;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(12);
    visuals.window_shadow = shadow();
    visuals.popup_shadow = shadow();
    visuals.extreme_bg_color = WELL;
    visuals.text_edit_bg_color = Some(WELL);
    visuals.faint_bg_color = RAISED;
    visuals.weak_text_color = Some(MUTED);
    visuals.hyperlink_color = ACCENT;
    visuals.warn_fg_color = ACCENT;
    visuals.error_fg_color = DANGER;
    visuals.selection.bg_fill = Color32::from_rgba_unmultiplied(245, 181, 92, 70);
    visuals.selection.stroke = Stroke::new(1.0, ACCENT);
    visuals.text_cursor.stroke = Stroke::new(2.0, ACCENT);
    let states = [
        (&mut visuals.widgets.noninteractive, CARD, TEXT, LINE),
        (&mut visuals.widgets.inactive, RAISED, TEXT, Color32::TRANSPARENT),
        (&mut visuals.widgets.hovered, RAISED_HOVER, TEXT, Color32::TRANSPARENT),
        (&mut visuals.widgets.active, RAISED_HOVER, TEXT, ACCENT),
        (&mut visuals.widgets.open, RAISED_HOVER, TEXT, Color32::TRANSPARENT),
    ];
    for (state, fill, text, line) in states {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.fg_stroke = Stroke::new(1.0, text);
        state.bg_stroke = Stroke::new(1.0, line);
        state.corner_radius = radius;
        state.expansion = 0.0;
    }
}

fn shadow() -> Shadow {
    Shadow { offset: [0, 6], blur: 24, spread: 0, color: Color32::from_black_alpha(110) }
}

/// A panel that floats over the world.
pub fn card() -> Frame {
    Frame::new()
        .fill(CARD)
        .stroke(Stroke::new(1.0, LINE))
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::same(14))
        .shadow(shadow())
}

/// Text of headings and names.
#[must_use]
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).family(FontFamily::Name(BOLD.into())).color(TEXT)
}

/// Text of less weight.
#[must_use]
pub fn muted(text: impl Into<String>) -> RichText {
    RichText::new(text).color(MUTED)
}

/// Small text of less weight.
#[must_use]
pub fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(TextStyle::Small).color(MUTED)
}

/// The button of what one most likely wants.
pub fn primary_button(ui: &mut Ui, text: &str, width: f32) -> Response {
    let text = RichText::new(text).family(FontFamily::Name(BOLD.into())).color(ON_ACCENT);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        widgets.inactive.weak_bg_fill = ACCENT;
        widgets.hovered.weak_bg_fill = Color32::from_rgb(255, 199, 122);
        widgets.active.weak_bg_fill = Color32::from_rgb(255, 199, 122);
        ui.add_sized(vec2(width, 38.0), Button::new(text))
    })
    .inner
}

/// A button that is only a word or a sign until the pointer comes.
pub fn quiet_button(ui: &mut Ui, text: impl Into<RichText>) -> Response {
    ui.add(Button::new(text.into()).frame_when_inactive(false))
}

/// A box to tick.
pub fn checkbox(ui: &mut Ui, on: &mut bool, text: &str) -> Response {
    boxed(ui, |ui| ui.checkbox(on, text))
}

/// One of several choices.
pub fn radio<T: PartialEq>(ui: &mut Ui, value: &mut T, this: T, text: &str) -> Response {
    boxed(ui, |ui| ui.radio_value(value, this, text))
}

/// Boxes and rings stand out from a panel by their edge.
fn boxed(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> Response) -> Response {
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
            (state.bg_fill, state.bg_stroke) = (WELL, Stroke::new(1.2, MUTED));
            (state.fg_stroke, state.corner_radius) = (Stroke::new(2.0, ACCENT), CornerRadius::same(4));
        }
        ui.visuals_mut().override_text_color = Some(TEXT);
        ui.add(|ui: &mut Ui| add(ui))
    })
    .inner
}

/// What a box or a choice means, below it.
pub fn meaning(ui: &mut Ui, text: &str) {
    let left = ui.spacing().icon_width + ui.spacing().icon_spacing;
    let margin = Margin { left: left as i8, bottom: 4, ..Margin::ZERO };
    Frame::new().inner_margin(margin).show(ui, |ui| ui.add(egui::Label::new(small(text)).wrap()));
}

/// A person's colour.
#[must_use]
pub fn person_color(name: &str) -> Color32 {
    let [r, g, b] = palette::look(name).color;
    Color32::from_rgb(r, g, b)
}

/// A person's shape, colour and initial, as small as a letter or as large as a portrait.
pub fn portrait(ui: &mut Ui, name: &str, diameter: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(diameter, diameter), Sense::hover());
    paint_portrait(ui.painter(), rect.center(), diameter, name);
    response
}

/// A row about a person for whom something was chosen: what, if that can vary, and a button that undoes it, which is
/// described to those who can't see the row by `undo`. Whether it was pressed.
pub fn chosen_person(ui: &mut Ui, name: &str, chosen: Option<&str>, undo: &str) -> bool {
    let row = |ui: &mut Ui| {
        portrait(ui, name, 24.0);
        ui.label(bidi::line(name));
        if let Some(chosen) = chosen {
            ui.label(small(chosen));
        }
        let remove = ui.add(Button::new(small("Remove")).small());
        remove.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, undo));
        remove.clicked()
    };
    ui.horizontal(row).inner
}

/// Paints a portrait where it is told.
pub fn paint_portrait(painter: &egui::Painter, center: egui::Pos2, diameter: f32, name: &str) {
    let look = palette::look(name);
    let [r, g, b] = look.color;
    let radius = diameter / 2.0;
    let outline =
        look.shape.outline(48).into_iter().map(|[x, y]| pos2(center.x + x * radius, center.y + y * radius)).collect();
    painter.add(Shape::Path(PathShape::convex_polygon(outline, Color32::from_rgb(r, g, b), Stroke::NONE)));
    let font = FontId::new(diameter * 0.5, FontFamily::Name(BOLD.into()));
    painter.text(center, Align2::CENTER_CENTER, look.initial, font, Color32::from_rgb(40, 32, 30));
}

/// Three bars that move with a voice; `time` in seconds, `level` 0 to 1.
pub fn paint_voice(painter: &egui::Painter, center: egui::Pos2, height: f32, time: f32, color: Color32) {
    for (bar, phase) in [(-1.0, 0.0), (0.0, 2.1), (1.0, 4.2)] {
        let swing = 0.35 + 0.65 * (time * 7.0 + phase).sin().abs();
        let half = height / 2.0 * swing;
        let x = center.x + bar * height * 0.32;
        let rect = egui::Rect::from_center_size(pos2(x, center.y), vec2(height * 0.18, half * 2.0));
        painter.rect_filled(rect, 2.0, color);
    }
}

/// A round number on the accent, such as a count of unread messages.
pub fn badge(ui: &mut Ui, count: usize) {
    paint_badge(ui, number(count), ACCENT);
}

/// The same where one of them mentions whoever reads it.
pub fn mention_badge(ui: &mut Ui, count: usize) {
    paint_badge(ui, format!("@ {}", number(count)), DANGER);
}

fn number(count: usize) -> String {
    if count > 99 { "99+".to_owned() } else { count.to_string() }
}

fn paint_badge(ui: &mut Ui, text: String, color: Color32) {
    let galley = ui.painter().layout_no_wrap(text, FontId::new(11.0, FontFamily::Name(BOLD.into())), ON_ACCENT);
    let size = vec2((galley.size().x + 10.0).max(18.0), 18.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, 9.0, color);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ON_ACCENT);
}

/// Three dots that say somebody is typing.
pub fn paint_typing(painter: &egui::Painter, center: egui::Pos2, spacing: f32, time: f32, color: Color32) {
    for dot in 0..3_u8 {
        let lift = ((time * 5.0 - f32::from(dot) * 0.7).sin()).max(0.0) * spacing * 0.35;
        let x = center.x + (f32::from(dot) - 1.0) * spacing;
        painter.circle_filled(pos2(x, center.y - lift), spacing * 0.3, color);
    }
}
