//! The camera: follows the own avatar smoothly, is brought nearer and farther by the wheel round the pointer, and
//! stays on the map.

use super::{WorldSystems, own::OwnAvatar};
use crate::{
    face::link::Link,
    ui::{Stage, is_panel_at},
};
use bevy::{
    camera::ScalingMode,
    input::mouse::{MouseScrollUnit, MouseWheel},
    prelude::*,
    render::view::Msaa,
    window::PrimaryWindow,
};
use bevy_egui::{EguiContexts, PrimaryEguiContext, egui};
use hallway_protocol::map::Point;

/// Logical pixels of a tile at the start.
const START_PX: f32 = 48.0;
/// The farthest and the nearest, in logical pixels of a tile.
const RANGE_PX: std::ops::RangeInclusive<f32> = 20.0..=112.0;
/// How much one notch of the wheel changes.
const NOTCH: f32 = 1.15;
/// How much of the night round the map may be seen, in tiles.
const MARGIN: f32 = 0.75;
/// How fast the camera comes to where it should be, per second.
const FOLLOW: f32 = 9.0;

/// What is seen of the map, in the window's logical pixels.
#[derive(Resource, Clone, Copy, Debug)]
pub struct View {
    /// The point of the map in the middle of the window.
    pub center: Point,
    /// Logical pixels of a tile.
    pub tile_px: f32,
    /// The window's size in logical pixels.
    pub window: Vec2,
    goal_px: f32,
    /// How far the middle is from the avatar by the pointer's will.
    shift: Vec2,
    anchor: Vec2,
    is_placed: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
            center: Point::default(),
            tile_px: START_PX,
            window: Vec2::new(1280.0, 800.0),
            goal_px: START_PX,
            shift: Vec2::ZERO,
            anchor: Vec2::ZERO,
            is_placed: false,
        }
    }
}

impl View {
    /// Where a point of the map is in the window, in logical pixels.
    #[must_use]
    pub fn pixel(&self, point: Point) -> Vec2 {
        Vec2::new(point.x - self.center.x, point.y - self.center.y) * self.tile_px + self.window / 2.0
    }

    /// The point of the map under a logical pixel.
    #[must_use]
    pub fn point(&self, pixel: Vec2) -> Point {
        let offset = (pixel - self.window / 2.0) / self.tile_px;
        Point { x: self.center.x + offset.x, y: self.center.y + offset.y }
    }

    /// Where a point of the map is, in the panels' points.
    #[must_use]
    pub fn pos(&self, point: Point, stage: &Stage) -> egui::Pos2 {
        let pixel = self.pixel(point) / stage.scale;
        egui::pos2(pixel.x, pixel.y)
    }

    /// Points of a tile.
    #[must_use]
    pub fn tile(&self, stage: &Stage) -> f32 {
        self.tile_px / stage.scale
    }
}

/// The camera, which also carries the panels.
pub(super) fn plugin(app: &mut App) {
    app.init_resource::<View>()
        .add_systems(Startup, spawn)
        .add_systems(Update, (zoom, follow).chain().in_set(WorldSystems::Look));
}

fn spawn(mut commands: Commands) {
    let projection =
        OrthographicProjection { scaling_mode: ScalingMode::WindowSize, ..OrthographicProjection::default_2d() };
    commands.spawn((Camera2d, Msaa::Off, PrimaryEguiContext, Projection::Orthographic(projection)));
}

/// Turns of the wheel, where no panel is under the pointer.
fn zoom(
    mut wheel: MessageReader<MouseWheel>,
    mut contexts: EguiContexts,
    window: Query<&Window, With<PrimaryWindow>>,
    stage: Res<Stage>,
    mut view: ResMut<View>,
) -> Result {
    let notches: f32 = wheel
        .read()
        .map(|turn| match turn.unit {
            MouseScrollUnit::Line => turn.y,
            MouseScrollUnit::Pixel => turn.y / 40.0,
        })
        .sum();
    let Some(pointer) = window.single().ok().and_then(Window::cursor_position) else { return Ok(()) };
    let at = pointer / stage.scale;
    if notches == 0.0 || is_panel_at(contexts.ctx_mut()?, egui::pos2(at.x, at.y)) {
        return Ok(());
    }
    view.anchor = pointer;
    view.goal_px = (view.goal_px * NOTCH.powf(notches)).clamp(*RANGE_PX.start(), *RANGE_PX.end());
    Ok(())
}

/// Brings the camera nearer to where it should be.
fn follow(
    link: Res<Link>,
    own: Res<OwnAvatar>,
    stage: Res<Stage>,
    time: Res<Time<Real>>,
    window: Query<&Window, With<PrimaryWindow>>,
    mut view: ResMut<View>,
    mut camera: Single<(&mut Transform, &mut Projection), With<Camera2d>>,
) {
    let Ok(window) = window.single() else { return };
    let view = &mut *view;
    view.window = window.size();
    let ease = |speed: f32| 1.0 - (-speed * time.delta_secs()).exp();
    zoom_in_steps(view, ease(14.0));
    if own.walking {
        let eased = view.shift * (1.0 - ease(2.5));
        view.shift = eased;
    }
    let map =
        link.snapshot().map.as_ref().map(|loaded| Vec2::new(f32::from(loaded.map.width), f32::from(loaded.map.height)));
    match (own.at, map) {
        (Some(at), Some(map)) => {
            let free = free_part(&stage, view);
            let wanted = Vec2::new(at.x, at.y) + view.shift;
            let clamped = clamped(wanted, free.size() / view.tile_px / 2.0, map);
            // What the pointer moved beyond the edge does not have to be undone first.
            view.shift = lesser(view.shift, clamped - Vec2::new(at.x, at.y));
            // The middle of the free part is not the middle of the window.
            let goal = clamped - (free.center() - view.window / 2.0) / view.tile_px;
            let now = Vec2::new(view.center.x, view.center.y);
            let next = if view.is_placed { now + (goal - now) * ease(FOLLOW) } else { goal };
            (view.center, view.is_placed) = (Point { x: next.x, y: next.y }, true);
        }
        _ => view.is_placed = false,
    }
    let (transform, projection) = &mut *camera;
    // Whole pixels of the screen, so that the tiles' own pixels stay sharp.
    let grid = view.tile_px * window.scale_factor();
    let snap = |tiles: f32| (tiles * grid).round() / grid;
    transform.translation = Vec3::new(snap(view.center.x), -snap(view.center.y), transform.translation.z);
    if let Projection::Orthographic(projection) = &mut **projection {
        projection.scale = 1.0 / view.tile_px;
    }
}

/// Brings the zoom nearer to its goal; what is under the pointer stays there.
fn zoom_in_steps(view: &mut View, ease: f32) {
    if (view.goal_px - view.tile_px).abs() < 0.05 {
        view.tile_px = view.goal_px;
        return;
    }
    let under = view.point(view.anchor);
    view.tile_px += (view.goal_px - view.tile_px) * ease;
    let after = view.point(view.anchor);
    let moved = Vec2::new(under.x - after.x, under.y - after.y);
    view.shift += moved;
    view.center = Point { x: view.center.x + moved.x, y: view.center.y + moved.y };
}

/// The part of the window that no panel covers, in logical pixels.
fn free_part(stage: &Stage, view: &View) -> Rect {
    let rect = stage.free;
    let free = Rect::new(rect.min.x, rect.min.y, rect.max.x, rect.max.y);
    let scaled = Rect { min: free.min * stage.scale, max: free.max * stage.scale };
    let window = Rect::from_corners(Vec2::ZERO, view.window);
    let inside = scaled.intersect(window);
    if inside.width() < 100.0 || inside.height() < 100.0 { window } else { inside }
}

/// The nearest point to look at from which no more than the margin is seen beside the map. A map that is smaller
/// than the view is looked at in its middle.
fn clamped(wanted: Vec2, half_view: Vec2, map: Vec2) -> Vec2 {
    let axis = |wanted: f32, half: f32, length: f32| {
        let (least, most) = (half - MARGIN, length + MARGIN - half);
        if least > most { length / 2.0 } else { wanted.clamp(least, most) }
    };
    Vec2::new(axis(wanted.x, half_view.x, map.x), axis(wanted.y, half_view.y, map.y))
}

/// Of two shifts the lesser, both ways apart.
fn lesser(a: Vec2, b: Vec2) -> Vec2 {
    let axis = |a: f32, b: f32| if b.abs() < a.abs() { b } else { a };
    Vec2::new(axis(a.x, b.x), axis(a.y, b.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_stays_on_the_map() {
        let (half, map) = (Vec2::new(10.0, 8.0), Vec2::new(64.0, 44.0));
        let cases = [
            (Vec2::new(30.0, 20.0), Vec2::new(30.0, 20.0)),
            (Vec2::new(0.0, 0.0), Vec2::new(9.25, 7.25)),
            (Vec2::new(99.0, 99.0), Vec2::new(54.75, 36.75)),
        ];
        for (wanted, expected) in cases {
            assert_eq!(clamped(wanted, half, map), expected);
        }
        assert_eq!(clamped(Vec2::new(3.0, 3.0), Vec2::splat(50.0), map), map / 2.0);
    }

    #[test]
    fn a_pixel_and_its_point_belong_together() {
        let view = View { center: Point { x: 20.0, y: 10.0 }, ..View::default() };
        let pixel = Vec2::new(311.0, 97.0);
        assert!(view.pixel(view.point(pixel)).distance(pixel) < 1e-3);
        assert_eq!(view.pixel(view.center), view.window / 2.0);
    }

    #[test]
    fn the_zoom_keeps_what_is_under_the_pointer() {
        let mut view = View { anchor: Vec2::new(200.0, 640.0), goal_px: 96.0, ..View::default() };
        let under = view.point(view.anchor);
        for _ in 0..200 {
            zoom_in_steps(&mut view, 0.2);
        }
        assert_eq!(view.tile_px, 96.0);
        assert!(view.point(view.anchor).distance(under) < 0.01);
    }
}
