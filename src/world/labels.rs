//! What floats over the people: names, initials, and the dots of who is typing. They are drawn by the panels' text
//! engine, so that they are sharp at every zoom and show every script.

use super::{
    avatars::{BODY_TILES, Crowd},
    camera::View,
    palette, picking,
};
use crate::{
    face::link::Link,
    net::snapshot::{LoadedMap, PersonView, Snapshot},
    ui::{Stage, UiState, bidi, is_panel_at, symbols, theme},
};
use bevy::prelude::*;
use bevy_egui::{
    EguiContexts,
    egui::{self, Align2, Color32, FontFamily, FontId, LayerId, Rect, Stroke, StrokeKind, pos2, vec2},
};
use hallway_protocol::map::Point;

/// A label that would be moved farther than this times its height stays where it is.
const MOST_MOVES: usize = 3;

/// Paints labels of everybody in view.
pub(super) fn paint(
    mut contexts: EguiContexts,
    link: Res<Link>,
    crowd: Res<Crowd>,
    view: Res<View>,
    stage: Res<Stage>,
    state: Res<UiState>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    let snapshot = link.snapshot();
    let Some(map) = snapshot.map.as_deref().filter(|_| snapshot.me.is_some()) else { return Ok(()) };
    let painter = ctx.layer_painter(LayerId::background());
    let time = ctx.input(|input| input.time) as f32;
    let window = ctx.content_rect().expand(80.0);
    let hovered = hovered(ctx, snapshot, &crowd, &view, &stage);
    let mut seen: Vec<(&PersonView, Point)> = snapshot
        .people
        .iter()
        .filter_map(|person| Some((person, *crowd.places.get(&person.id)?)))
        .filter(|(_, at)| window.contains(view.pos(*at, &stage)))
        .collect();
    seen.sort_by(|(_, a), (_, b)| a.y.total_cmp(&b.y));
    for (person, at) in &seen {
        initial(&painter, person, *at, map, &view, &stage);
        if person.typing.is_some() {
            bubble(&painter, view.pos(*at, &stage), view.tile(&stage), time);
        }
    }
    let mut labels: Vec<_> = seen
        .iter()
        .filter(|(person, _)| state.settings.all_names || person.talking || hovered == Some(person.id))
        .map(|(person, at)| Label::new(&painter, person, snapshot, *at, &view, &stage))
        .collect();
    let places = place(&labels.iter().map(|label| label.rect).collect::<Vec<_>>());
    for (label, rect) in labels.iter_mut().zip(places) {
        label.rect = rect;
        label.paint(&painter, time);
    }
    if hovered.is_some() {
        ctx.set_cursor_icon(egui::CursorIcon::PointingHand);
    }
    Ok(())
}

fn hovered(
    ctx: &egui::Context,
    snapshot: &Snapshot,
    crowd: &Crowd,
    view: &View,
    stage: &Stage,
) -> Option<hallway_protocol::ids::PersonId> {
    let at = ctx.pointer_latest_pos().filter(|at| !is_panel_at(ctx, *at))?;
    let pointer = at * stage.scale;
    let places = snapshot.people.iter().filter_map(|person| Some((person.id, *crowd.places.get(&person.id)?)));
    picking::hit(view.point(Vec2::new(pointer.x, pointer.y)), places)
}

/// The letter on a body; none where a roof hides the body.
fn initial(painter: &egui::Painter, person: &PersonView, at: Point, map: &LoadedMap, view: &View, stage: &Stage) {
    if is_under_roof(at, map) {
        return;
    }
    let tile = view.tile(stage);
    let look = palette::look(&person.name);
    let font = FontId::new(quantised(tile * BODY_TILES * 0.36), FontFamily::Name(theme::BOLD.into()));
    let center = view.pos(at, stage) + vec2(0.0, tile * 0.19);
    painter.text(center, Align2::CENTER_CENTER, look.initial, font, Color32::from_rgba_unmultiplied(40, 26, 34, 215));
}

/// Whole font sizes, so that zooming does not fill the font's picture with all sizes between.
fn quantised(size: f32) -> f32 {
    size.round().max(6.0)
}

fn is_under_roof(at: Point, map: &LoadedMap) -> bool {
    let (x, y) = (at.x.floor(), at.y.floor());
    if x < 0.0 || y < 0.0 || x >= f32::from(map.map.width) {
        return false;
    }
    let place = y as usize * usize::from(map.map.width) + x as usize;
    map.map.layers.iter().any(|layer| layer.above_people && layer.tiles.get(place).is_some_and(|tile| *tile != 0))
}

/// A bubble with three dots.
fn bubble(painter: &egui::Painter, at: egui::Pos2, tile: f32, time: f32) {
    let size = tile.clamp(30.0, 64.0);
    let center = at + vec2(tile * 0.52, -tile * 0.5);
    let rect = Rect::from_center_size(center, vec2(size * 0.72, size * 0.42));
    let fill = Color32::from_rgb(250, 246, 240);
    painter.rect_filled(rect.translate(vec2(0.0, 1.5)), size * 0.21, Color32::from_black_alpha(70));
    painter.circle_filled(rect.left_bottom() + vec2(size * 0.1, size * 0.0), size * 0.07, fill);
    painter.rect_filled(rect, size * 0.21, fill);
    theme::paint_typing(painter, center, size * 0.17, time, Color32::from_rgb(84, 76, 92));
}

/// A name on its pill.
struct Label {
    rect: Rect,
    galley: std::sync::Arc<egui::Galley>,
    talking: bool,
    is_own: bool,
    /// In a call with the own person.
    in_call: bool,
    color: Color32,
}

impl Label {
    fn new(
        painter: &egui::Painter,
        person: &PersonView,
        snapshot: &Snapshot,
        at: Point,
        view: &View,
        stage: &Stage,
    ) -> Self {
        let is_own = snapshot.me.as_ref().is_some_and(|me| me.id == person.id);
        let tile = view.tile(stage);
        let size = quantised((tile * 0.27).clamp(10.0, 15.0));
        let font = FontId::new(size, FontFamily::Name(theme::BOLD.into()));
        let color = if is_own { theme::ACCENT } else { theme::TEXT };
        let mut job = egui::text::LayoutJob::simple_singleline(bidi::line(&person.name), font, color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(170.0);
        let galley = painter.layout_job(job);
        let in_call = !is_own && in_call(person, snapshot);
        let voice = if person.talking { size * 1.2 } else { 0.0 } + if in_call { size * 1.1 } else { 0.0 };
        let pill = galley.size() + vec2(size * 1.0 + voice, size * 0.35);
        let center = view.pos(at, stage) - vec2(0.0, tile * 0.74 + pill.y * 0.2);
        let rect = Rect::from_center_size(pos2(center.x.round(), center.y.round()), pill);
        Self { rect, galley, talking: person.talking, is_own, in_call, color }
    }

    fn paint(&self, painter: &egui::Painter, time: f32) {
        let radius = self.rect.height() / 2.0;
        painter.rect_filled(self.rect, radius, Color32::from_rgba_unmultiplied(26, 24, 32, 205));
        if self.talking || self.is_own || self.in_call {
            let color = if self.talking { theme::TALK } else { theme::ACCENT.gamma_multiply(0.8) };
            painter.rect_stroke(self.rect, radius, Stroke::new(1.2, color), StrokeKind::Inside);
        }
        let mut at = self.rect.center() - self.galley.size() / 2.0;
        if self.talking {
            let height = self.rect.height() * 0.62;
            theme::paint_voice(painter, self.rect.left_center() + vec2(height * 0.95, 0.0), height, time, theme::TALK);
            at.x += height * 0.6;
        }
        if self.in_call {
            let height = self.rect.height() * 0.56;
            let center = self.rect.right_center() - vec2(height * 1.05, 0.0);
            symbols::receiver(painter, center, height, theme::ACCENT, false);
            at.x -= height * 0.6;
        }
        painter.galley(at, self.galley.clone(), self.color);
    }
}

/// Whether somebody is in the call that one is in, or is being rung into it.
fn in_call(person: &PersonView, snapshot: &Snapshot) -> bool {
    snapshot.calls.current.as_ref().is_some_and(|call| call.member(person.id).is_some())
}

/// Moves labels that lie on others upwards, in the order given (the farthest up first).
fn place(labels: &[Rect]) -> Vec<Rect> {
    let mut placed: Vec<Rect> = Vec::with_capacity(labels.len());
    for label in labels {
        let mut rect = *label;
        for _ in 0..MOST_MOVES {
            let Some(other) = placed.iter().find(|other| other.intersects(rect)) else { break };
            rect = rect.translate(vec2(0.0, other.top() - rect.bottom() - 2.0));
        }
        placed.push(rect);
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(x: f32, y: f32) -> Rect {
        Rect::from_center_size(pos2(x, y), vec2(80.0, 20.0))
    }

    #[test]
    fn labels_that_lie_apart_stay_where_they_are() {
        let labels = [label(0.0, 0.0), label(100.0, 0.0), label(0.0, 40.0)];
        assert_eq!(place(&labels), labels);
    }

    #[test]
    fn labels_of_people_who_stand_together_do_not_cover_each_other() {
        let labels = [label(0.0, 0.0), label(10.0, 4.0), label(20.0, 6.0)];
        let placed = place(&labels);
        for (i, a) in placed.iter().enumerate() {
            assert!(placed[i + 1..].iter().all(|b| !a.shrink(0.1).intersects(*b)), "{placed:?}");
        }
        assert_eq!(placed[0], labels[0]);
    }
}
