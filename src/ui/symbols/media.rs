//! The signs of what is played and recorded.

use bevy_egui::egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, vec2};

/// A triangle that points to the right: play.
pub fn play(painter: &Painter, center: Pos2, height: f32, color: Color32) {
    // Its middle is where its weight is, not where its box is.
    let corners = [vec2(-0.28, -0.42), vec2(0.5, 0.0), vec2(-0.28, 0.42)].map(|corner| center + corner * height);
    painter.add(Shape::convex_polygon(corners.to_vec(), color, Stroke::NONE));
}

/// Two bars: pause.
pub fn pause(painter: &Painter, center: Pos2, height: f32, color: Color32) {
    for side in [-1.0, 1.0] {
        let bar = Rect::from_center_size(center + vec2(side * height * 0.22, 0.0), vec2(0.22, 0.8) * height);
        painter.rect_filled(bar, 1.5, color);
    }
}

/// A square: stop.
pub fn stop(painter: &Painter, center: Pos2, height: f32, color: Color32) {
    painter.rect_filled(Rect::from_center_size(center, vec2(0.7, 0.7) * height), 2.0, color);
}

/// A bin.
pub fn bin(painter: &Painter, center: Pos2, height: f32, color: Color32) {
    let stroke = Stroke::new((height * 0.09).max(1.3), color);
    let body = Rect::from_center_size(center + vec2(0.0, height * 0.1), vec2(0.56, 0.64) * height);
    painter.rect_stroke(body, height * 0.08, stroke, StrokeKind::Inside);
    let lid = center - vec2(0.0, height * 0.3);
    painter.line_segment([lid - vec2(height * 0.4, 0.0), lid + vec2(height * 0.4, 0.0)], stroke);
    let grip = Rect::from_center_size(lid - vec2(0.0, height * 0.08), vec2(0.26, 0.16) * height);
    painter.rect_stroke(grip, 1.0, stroke, StrokeKind::Inside);
    for side in [-1.0, 1.0] {
        let x = side * height * 0.1;
        painter.line_segment([body.center() + vec2(x, -0.17 * height), body.center() + vec2(x, 0.17 * height)], stroke);
    }
}

/// A sheet of paper with a folded corner and a short word on it.
pub fn sheet(painter: &Painter, rect: Rect, word: &str, color: Color32) {
    let stroke = Stroke::new(1.3, color);
    let fold = rect.width() * 0.32;
    let (left, right, top, bottom) = (rect.left() + 0.7, rect.right() - 0.7, rect.top() + 0.7, rect.bottom() - 0.7);
    let corners = [(left, top), (right - fold, top), (right, top + fold), (right, bottom), (left, bottom)];
    painter.add(Shape::closed_line(corners.map(Pos2::from).to_vec(), stroke));
    painter.line_segment([(right - fold, top).into(), (right - fold, top + fold).into()], stroke);
    painter.line_segment([(right - fold, top + fold).into(), (right, top + fold).into()], stroke);
    let at = rect.center() + vec2(0.0, rect.height() * 0.18);
    painter.text(at, Align2::CENTER_CENTER, word, FontId::proportional(9.0), color);
}
