//! The signs over the rooms: their names, and who talks in them.

use super::{camera::View, rooms::inside};
use crate::{
    face::link::Link,
    net::snapshot::{RoomView, Snapshot},
    ui::{Stage, bidi, status::line::talkers_in_short, theme},
};
use bevy::prelude::*;
use bevy_egui::{
    EguiContexts,
    egui::{self, Color32, FontFamily, FontId, LayerId, Stroke, StrokeKind, vec2},
};
use hallway_protocol::map::{Point, TileRect};

/// Paints a sign at the upper edge of every room in view.
pub(super) fn paint(mut contexts: EguiContexts, link: Res<Link>, view: Res<View>, stage: Res<Stage>) -> Result {
    let ctx = contexts.ctx_mut()?;
    let snapshot = link.snapshot();
    let Some(loaded) = snapshot.map.as_deref().filter(|_| snapshot.me.is_some()) else { return Ok(()) };
    let painter = ctx.layer_painter(LayerId::background());
    let time = ctx.input(|input| input.time) as f32;
    let here = snapshot.me.as_ref().and_then(|me| me.room);
    for room in &snapshot.rooms {
        if let Some(rect) = inside(room, &loaded.map) {
            sign(&painter, room, rect, here == Some(room.id), snapshot, &view, &stage, time);
        }
    }
    Ok(())
}

fn sign(
    painter: &egui::Painter,
    room: &RoomView,
    rect: TileRect,
    is_here: bool,
    snapshot: &Snapshot,
    view: &View,
    stage: &Stage,
    time: f32,
) {
    let top = Point { x: rect.center().x, y: f32::from(rect.y) - 0.55 };
    let at = view.pos(top, stage);
    let width = f32::from(rect.width) * view.tile(stage);
    let size = (view.tile(stage) * 0.32).clamp(11.0, 17.0);
    let font = FontId::new(size, FontFamily::Name(theme::BOLD.into()));
    let talkers = talkers_in_short(room, snapshot);
    let name = bidi::line(&room.name);
    let text = match &talkers {
        Some(talkers) => format!("{name}  ·  {talkers}"),
        None if room.keeps_turns() => format!("{name}  ·  kept"),
        None => name,
    };
    let color = if talkers.is_some() { theme::TALK } else { theme::TEXT };
    let mut job = egui::text::LayoutJob::simple_singleline(text, font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width((width - 24.0).max(60.0));
    let galley = painter.layout_job(job);
    let voice = if talkers.is_some() { size * 1.3 } else { 0.0 };
    let pill = egui::Rect::from_center_size(at, galley.size() + vec2(size * 1.5 + voice, size * 0.6));
    let line = if is_here { theme::ACCENT } else { theme::LINE };
    let radius = pill.height() / 2.0;
    painter.rect_filled(pill, radius, Color32::from_rgba_unmultiplied(30, 28, 36, 226));
    painter.rect_stroke(pill, radius, Stroke::new(1.2, line), StrokeKind::Inside);
    if talkers.is_some() {
        theme::paint_voice(painter, pill.left_center() + vec2(size * 1.0, 0.0), size, time, theme::TALK);
    }
    painter.galley(at + vec2(voice / 2.0, 0.0) - galley.size() / 2.0, galley, color);
}
