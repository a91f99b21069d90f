//! Small drawn signs: microphone, camera, screen, receiver and others. Each tells by its shape; the colour
//! only helps.

pub mod media;

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
        cross_out(painter, center, height, stroke);
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

/// A camera; crossed out while it is off.
pub fn camera(painter: &Painter, center: Pos2, height: f32, color: Color32, is_on: bool) {
    let stroke = Stroke::new((height * 0.09).max(1.3), color);
    let body = Rect::from_center_size(center - vec2(height * 0.14, 0.0), vec2(height * 0.72, height * 0.6));
    let lens = vec![
        pos2(body.right() + height * 0.05, center.y),
        pos2(center.x + height * 0.52, center.y - height * 0.24),
        pos2(center.x + height * 0.52, center.y + height * 0.24),
    ];
    if is_on {
        painter.rect_filled(body, height * 0.12, color);
        painter.add(Shape::convex_polygon(lens, color, Stroke::NONE));
    } else {
        painter.rect_stroke(body, height * 0.12, stroke, StrokeKind::Inside);
        painter.add(Shape::closed_line(lens, stroke));
        cross_out(painter, center, height, stroke);
    }
}

/// A screen on its foot, with an arrow that goes out of it.
pub fn screen(painter: &Painter, center: Pos2, height: f32, color: Color32) {
    let stroke = Stroke::new((height * 0.09).max(1.3), color);
    let panel = Rect::from_center_size(center - vec2(0.0, height * 0.08), vec2(height * 1.06, height * 0.7));
    painter.rect_stroke(panel, height * 0.1, stroke, StrokeKind::Inside);
    let foot = center.y + height * 0.46;
    painter.line_segment([pos2(center.x - height * 0.26, foot), pos2(center.x + height * 0.26, foot)], stroke);
    let (tip, half) = (panel.center() - vec2(0.0, height * 0.18), height * 0.13);
    painter.line_segment([tip, panel.center() + vec2(0.0, height * 0.18)], stroke);
    painter.line_segment([tip, tip + vec2(-half, half)], stroke);
    painter.line_segment([tip, tip + vec2(half, half)], stroke);
}

/// A receiver; lying down, it hangs up.
pub fn receiver(painter: &Painter, center: Pos2, height: f32, color: Color32, hangs_up: bool) {
    // An arc with a thick end at either side, turned by an eighth where it is lifted.
    let turn = if hangs_up { 0.0 } else { -PI * 0.75 };
    let spin = |x: f32, y: f32| {
        let (sin, cos) = turn.sin_cos();
        center + vec2(x * cos - y * sin, x * sin + y * cos) * height
    };
    let shift = if hangs_up { 0.1 } else { 0.16 };
    let arc: Vec<Pos2> = (0..=10)
        .map(|step| {
            let (sin, cos) = (PI + step as f32 / 10.0 * PI).sin_cos();
            spin(cos * 0.42, sin * 0.26 + shift)
        })
        .collect();
    painter.add(Shape::line(arc, Stroke::new(height * 0.2, color)));
    for side in [-1.0, 1.0] {
        let x = side * 0.42;
        let (left, right) = (x - 0.15, x + 0.15);
        let corners = [(left, shift - 0.08), (right, shift - 0.08), (right, shift + 0.16), (left, shift + 0.16)];
        let corners = corners.map(|(x, y)| spin(x, y)).to_vec();
        painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
    }
}

/// Somebody with a plus: to be asked in.
pub fn person_plus(painter: &Painter, center: Pos2, height: f32, color: Color32) {
    let stroke = Stroke::new((height * 0.1).max(1.4), color);
    let at = center - vec2(height * 0.16, 0.0);
    painter.circle_filled(at - vec2(0.0, height * 0.22), height * 0.2, color);
    let shoulders: Vec<Pos2> = (0..=10)
        .map(|step| {
            let (sin, cos) = (PI + step as f32 / 10.0 * PI).sin_cos();
            at + vec2(cos * height * 0.34, height * 0.42 + sin * height * 0.36)
        })
        .collect();
    painter.add(Shape::convex_polygon(shoulders, color, Stroke::NONE));
    let plus = center + vec2(height * 0.36, -height * 0.16);
    let arm = height * 0.18;
    painter.line_segment([plus - vec2(arm, 0.0), plus + vec2(arm, 0.0)], stroke);
    painter.line_segment([plus - vec2(0.0, arm), plus + vec2(0.0, arm)], stroke);
}

/// Two corners: pointing out to make something large, pointing in to make it small.
pub fn corners(painter: &Painter, center: Pos2, height: f32, color: Color32, outwards: bool) {
    let stroke = Stroke::new((height * 0.1).max(1.4), color);
    for side in [-1.0, 1.0] {
        let (tip, arm) = if outwards { (0.42, -0.3) } else { (0.1, 0.3) };
        let tip_at = center + vec2(tip, -tip) * height * side;
        painter.line_segment([tip_at, tip_at + vec2(arm * side, 0.0) * height], stroke);
        painter.line_segment([tip_at, tip_at + vec2(0.0, -arm * side) * height], stroke);
        let end = center + vec2(if outwards { 0.1 } else { 0.42 }, if outwards { -0.1 } else { -0.42 }) * height * side;
        painter.line_segment([tip_at, end], stroke);
    }
}

/// A paper clip, leaning to the right.
pub fn paper_clip(painter: &Painter, center: Pos2, height: f32, color: Color32) {
    let at = |x: f32, y: f32| {
        let (sin, cos) = (PI / 5.0).sin_cos();
        center + vec2(x * cos - y * sin, x * sin + y * cos) * height
    };
    // Half a circle, `side` 1 for one that is open above, from right to left or from left to right.
    let bow = |x: f32, y: f32, radius: f32, from: f32, side: f32| {
        (0..=8).map(move |step| {
            let (sin, cos) = (step as f32 / 8.0 * PI).sin_cos();
            at(x + from * radius * cos, y + side * radius * sin)
        })
    };
    let mut wire = vec![at(0.1, -0.18)];
    wire.extend(bow(0.0, 0.2, 0.1, 1.0, 1.0));
    wire.extend(bow(0.08, -0.26, 0.18, -1.0, -1.0));
    wire.extend(bow(0.0, 0.2, 0.26, 1.0, 1.0));
    wire.push(at(-0.26, -0.14));
    painter.add(Shape::line(wire, Stroke::new((height * 0.08).max(1.3), color)));
}

/// A bell that swings; `time` in seconds.
pub fn bell(painter: &Painter, center: Pos2, height: f32, time: f32, color: Color32) {
    let swing = (time * 9.0).sin() * 0.22 * ((time * 1.4).sin() * 0.5 + 0.5);
    let spin = |x: f32, y: f32| {
        let (sin, cos) = swing.sin_cos();
        center + vec2(x * cos - (y + 0.4) * sin, x * sin + (y + 0.4) * cos - 0.4) * height
    };
    let mut body: Vec<Pos2> = (0..=10)
        .map(|step| {
            let (sin, cos) = (PI + step as f32 / 10.0 * PI).sin_cos();
            spin(cos * 0.28, sin * 0.28 - 0.06)
        })
        .collect();
    body.extend([spin(0.28, 0.1), spin(0.42, 0.26), spin(-0.42, 0.26), spin(-0.28, 0.1)]);
    // The flare makes it a little concave, which a polygon that is filled from one corner still shows right.
    painter.add(Shape::convex_polygon(body, color, Stroke::NONE));
    painter.circle_filled(spin(0.0, 0.36), height * 0.1, color);
    painter.circle_filled(spin(0.0, -0.36), height * 0.07, color);
}

/// A line across a sign, with a dark one beside it that keeps it apart from what it crosses.
fn cross_out(painter: &Painter, center: Pos2, height: f32, stroke: Stroke) {
    let corner = vec2(height * 0.4, height * 0.46);
    painter.line_segment([center - corner, center + corner], Stroke::new(stroke.width * 3.0, theme::CARD));
    painter.line_segment([center - corner, center + corner], stroke);
}
