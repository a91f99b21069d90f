//! Clicks on the world: on a person for the menu, on the floor to walk there.

use super::{avatars::Crowd, camera::View};
use crate::{
    face::link::Link,
    net::commands::Command,
    ui::{Stage, UiState, is_panel_at, menu::OpenMenu, theme},
};
use bevy::{prelude::*, window::PrimaryWindow};
use bevy_egui::{
    EguiContexts,
    egui::{self, LayerId, Stroke, pos2, vec2},
};
use hallway_protocol::{ids::PersonId, map::Point};

/// A click within this of an avatar's middle (in tiles) is meant for it.
const REACH: f32 = 0.6;
/// A pointer that moved farther than this (in logical pixels) while a button was down did not click.
const STEADY_PX: f32 = 6.0;
/// How long the place of a click is marked, in seconds.
const MARKED: f32 = 0.7;

/// The place that was clicked last, and when.
#[derive(Resource, Default)]
pub struct Marker {
    place: Option<(Point, f32)>,
}

/// The nearest of the people within reach of a point.
#[must_use]
pub fn hit(point: Point, people: impl Iterator<Item = (PersonId, Point)>) -> Option<PersonId> {
    people
        .map(|(person, at)| (person, at.distance(point)))
        .filter(|(_, distance)| *distance <= REACH)
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(person, _)| person)
}

/// Reads the pointer. Panels come first.
pub(super) fn click(
    buttons: Res<ButtonInput<MouseButton>>,
    window: Query<&Window, With<PrimaryWindow>>,
    mut contexts: EguiContexts,
    crowd: Res<Crowd>,
    view: Res<View>,
    stage: Res<Stage>,
    time: Res<Time<Real>>,
    mut pressed: Local<Option<Vec2>>,
    mut marker: ResMut<Marker>,
    mut state: ResMut<UiState>,
    mut link: ResMut<Link>,
) -> Result {
    let Some(pointer) = window.single().ok().and_then(Window::cursor_position) else { return Ok(()) };
    if buttons.just_pressed(MouseButton::Left) {
        // A press that closes a menu does nothing else.
        let ctx = contexts.ctx_mut()?;
        let at = pointer / stage.scale;
        let is_panels = is_panel_at(ctx, pos2(at.x, at.y)) || ctx.egui_is_using_pointer() || ctx.any_popup_open();
        let is_free = !is_panels && state.menu.is_none() && link.snapshot().me.is_some();
        *pressed = is_free.then_some(pointer);
    }
    if !buttons.just_released(MouseButton::Left) {
        return Ok(());
    }
    let Some(start) = pressed.take().filter(|start| start.distance(pointer) <= STEADY_PX) else { return Ok(()) };
    let point = view.point(start);
    if let Some(person) = hit(point, crowd.places.iter().map(|(person, at)| (*person, *at))) {
        let at = start / stage.scale;
        state.menu = Some(OpenMenu::new(person, pos2(at.x, at.y)));
    } else {
        marker.place = Some((point, time.elapsed_secs()));
        link.send(Command::WalkTo(point));
    }
    Ok(())
}

/// Paints the way that is left, and a mark where it was clicked.
pub(super) fn paint(
    mut contexts: EguiContexts,
    link: Res<Link>,
    view: Res<View>,
    stage: Res<Stage>,
    time: Res<Time<Real>>,
    marker: Res<Marker>,
) -> Result {
    let painter = contexts.ctx_mut()?.layer_painter(LayerId::background());
    let tile = view.tile(&stage);
    if let Some(me) = &link.snapshot().me
        && let Some(end) = me.path.last()
    {
        way(&painter, &me.path.iter().map(|point| view.pos(*point, &stage)).collect::<Vec<_>>(), tile);
        let end = view.pos(*end, &stage);
        painter.circle_filled(end, tile * 0.1, theme::ACCENT);
        painter.circle_stroke(end, tile * 0.22, Stroke::new(2.0, theme::ACCENT));
    }
    if let Some((point, at)) = marker.place {
        let age = (time.elapsed_secs() - at) / MARKED;
        if age < 1.0 {
            let color = theme::ACCENT.gamma_multiply(1.0 - age);
            painter.circle_stroke(view.pos(point, &stage), tile * (0.15 + 0.3 * age), Stroke::new(2.5, color));
        }
    }
    Ok(())
}

/// Dots along a way.
fn way(painter: &egui::Painter, points: &[egui::Pos2], tile: f32) {
    let spacing = tile * 0.4;
    // The dots hang on the end, so that they do not creep as the way gets shorter.
    let mut left = 0.0;
    for pair in points.windows(2).rev() {
        let (near, far) = (pair[1], pair[0]);
        let length = near.distance(far);
        let mut along = left;
        while along < length {
            let at = near + (far - near) * (along / length);
            painter.circle_filled(at + vec2(0.0, 1.0), tile * 0.06, egui::Color32::from_black_alpha(90));
            painter.circle_filled(at, tile * 0.055, theme::ACCENT);
            along += spacing;
        }
        left = along - length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_is_for_the_nearest_person_within_reach() {
        let people = [(PersonId(1), Point { x: 1.0, y: 1.0 }), (PersonId(2), Point { x: 1.6, y: 1.0 })];
        let hit = |x: f32, y: f32| hit(Point { x, y }, people.into_iter());
        assert_eq!(hit(1.1, 1.0), Some(PersonId(1)));
        assert_eq!(hit(1.4, 1.1), Some(PersonId(2)));
        assert_eq!(hit(3.0, 1.0), None);
    }
}
