//! How loud the microphone is, and from where on that counts as a voice.

use super::super::theme;
use crate::net::measure::meter_level;
use bevy_egui::egui::{Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, WidgetType, pos2, vec2};

/// Height of the meter, in points.
const HEIGHT: f32 = 14.0;

/// Shows a level from 0 to 1, and where `threshold_dbfs` stands on the same scale.
pub fn show(ui: &mut Ui, level: f32, threshold_dbfs: Option<f32>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let level = level.clamp(0.0, 1.0);
    let threshold = threshold_dbfs.map(meter_level);
    let opens = threshold.is_none_or(|threshold| level >= threshold);
    response.widget_info(|| {
        let state = match threshold {
            Some(_) if opens => ", loud enough to open the microphone",
            Some(_) => ", too soft to open the microphone",
            None => "",
        };
        let label = format!("Level of the microphone: {:.0} %{state}", level * 100.0);
        WidgetInfo::labeled(WidgetType::ProgressIndicator, true, label)
    });
    let painter = ui.painter();
    let radius = HEIGHT / 2.0;
    painter.rect_filled(rect, radius, theme::WELL);
    let color = if level > 0.95 { theme::DANGER } else { theme::TALK };
    let color = if opens { color } else { theme::MUTED };
    // A bar shorter than its height would be no bar but a dot that is always there.
    if level > 0.0 {
        let filled = rect.with_max_x(rect.left() + (rect.width() * level).max(2.0));
        painter.with_clip_rect(filled).rect_filled(rect, radius, color);
    }
    painter.rect_stroke(rect, radius, Stroke::new(1.0, theme::LINE), StrokeKind::Inside);
    if let Some(threshold) = threshold {
        let x = rect.left() + rect.width() * threshold;
        let mark = Rect::from_min_max(pos2(x - 1.5, rect.top() - 3.0), pos2(x + 1.5, rect.bottom() + 3.0));
        painter.rect_filled(mark, 1.5, theme::ACCENT);
    }
}
