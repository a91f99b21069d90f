//! Small drawn signs: a microphone, a lock, and bars for how well somebody is heard. Each tells by its shape; the colour
//! only helps.

use super::theme;
use bevy_egui::egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType,
    pos2, vec2,
};
use std::f32::consts::PI;

/// A sign that takes its place in a row of widgets; `label` is what it says in words, also to screen readers.
pub fn place(ui: &mut Ui, size: f32, label: &str, paint: impl FnOnce(&Painter, Pos2)) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::hover());
    paint(ui.painter(), rect.center());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, label));
    response.on_hover_text(label)
}

/// A microphone; crossed out where no sound goes out of it.
pub fn microphone(painter: &Painter, center: Pos2, height: f32, color: Color32, is_open: bool) {
    let stroke = Stroke::new((height * 0.09).max(1.3), color);
    let capsule = Rect::from_center_size(center - vec2(0.0, height * 0.18), vec2(height * 0.34, height * 0.56));
    let radius = capsule.width() / 2.0;
    if is_open {
        painter.rect_filled(capsule, radius, color);
    } else {
        painter.rect_stroke(capsule, radius, stroke, StrokeKind::Inside);
    }
    let cup: Vec<Pos2> = (0..=10)
        .map(|step| {
            let (sin, cos) = (step as f32 / 10.0 * PI).sin_cos();
            center + vec2(cos * height * 0.3, sin * height * 0.28)
        })
        .collect();
    painter.add(Shape::line(cup, stroke));
    painter.line_segment([center + vec2(0.0, height * 0.28), center + vec2(0.0, height * 0.46)], stroke);
    painter.line_segment(
        [center + vec2(-height * 0.18, height * 0.46), center + vec2(height * 0.18, height * 0.46)],
        stroke,
    );
    if !is_open {
        let corner = vec2(height * 0.4, height * 0.46);
        // A dark line beside the light one keeps them apart from what they cross.
        painter.line_segment([center - corner, center + corner], Stroke::new(stroke.width * 3.0, theme::CARD));
        painter.line_segment([center - corner, center + corner], stroke);
    }
}

/// A padlock that is shut.
pub fn lock(painter: &Painter, center: Pos2, height: f32, color: Color32) {
    let body = Rect::from_center_size(center + vec2(0.0, height * 0.2), vec2(height * 0.68, height * 0.52));
    painter.rect_filled(body, CornerRadius::same(2), color);
    let top = center - vec2(0.0, height * 0.14);
    let mut shackle: Vec<Pos2> = vec![pos2(top.x - height * 0.21, body.top())];
    shackle.extend((0..=8).map(|step| {
        let (sin, cos) = (PI - step as f32 / 8.0 * PI).sin_cos();
        top + vec2(cos * height * 0.21, -sin * height * 0.24)
    }));
    shackle.push(pos2(top.x + height * 0.21, body.top()));
    painter.add(Shape::line(shackle, Stroke::new((height * 0.1).max(1.3), color)));
}

/// Three bars of which the first few are filled.
pub fn bars(painter: &Painter, center: Pos2, height: f32, filled: usize, color: Color32) {
    for bar in 0..3_u8 {
        let full = height * [0.45, 0.72, 1.0][usize::from(bar)];
        let x = center.x + (f32::from(bar) - 1.0) * height * 0.38;
        let rect = Rect::from_min_max(
            pos2(x - height * 0.13, center.y + height / 2.0 - full),
            pos2(x + height * 0.13, center.y + height / 2.0),
        );
        if usize::from(bar) < filled {
            painter.rect_filled(rect, 1.0, color);
        } else {
            painter.rect_stroke(rect, 1.0, Stroke::new(1.0, theme::MUTED.gamma_multiply(0.6)), StrokeKind::Inside);
        }
    }
}
