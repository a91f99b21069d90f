//! Light and shade: the room one is in is bright, the others lie a little in the dark.

use super::{WorldSystems, depth, own::OwnAvatar};
use crate::{
    face::link::Link,
    net::snapshot::{LoadedMap, RoomView},
};
use bevy::prelude::*;
use hallway_protocol::{
    ids::RoomId,
    map::{TileRect, WorldMap},
    replicated::RoomSite,
};
use std::collections::HashMap;

/// How dark the other rooms are.
const SHADE: f32 = 0.34;
/// How fast light and shade change, per second.
const FADE: f32 = 7.0;

/// Rooms' shades.
#[derive(Resource, Default)]
struct Shades(HashMap<RoomId, Entity>);

/// A shade over a room.
#[derive(Component)]
struct Shade {
    room: RoomId,
    dark: f32,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Shades>().add_systems(Update, (follow_rooms, fade).chain().in_set(WorldSystems::Follow));
}

/// The tiles of a room that count as inside.
#[must_use]
pub fn inside(room: &RoomView, map: &WorldMap) -> Option<TileRect> {
    match room.site {
        RoomSite::Map => map.rooms.iter().find(|area| area.id == room.id).map(|area| area.inside),
        RoomSite::Plot { plot, .. } => map.plots.get(usize::from(plot)).map(|plot| plot.inside),
    }
}

fn follow_rooms(link: Res<Link>, mut shades: ResMut<Shades>, mut commands: Commands) {
    let snapshot = link.snapshot();
    let map = snapshot.map.as_deref();
    shades.0.retain(|room, entity| {
        let stands = map.is_some() && snapshot.room(*room).is_some();
        if !stands {
            commands.entity(*entity).despawn();
        }
        stands
    });
    let Some(LoadedMap { map, .. }) = map else { return };
    for room in &snapshot.rooms {
        if let Some(rect) = inside(room, map)
            && !shades.0.contains_key(&room.id)
        {
            shades.0.insert(room.id, commands.spawn(shade(room.id, rect)).id());
        }
    }
}

fn shade(room: RoomId, rect: TileRect) -> impl Bundle {
    let center = rect.center();
    (
        Name::new(format!("shade of room {room}")),
        Shade { room, dark: SHADE },
        Sprite::from_color(night(SHADE), Vec2::new(f32::from(rect.width), f32::from(rect.height))),
        Transform::from_xyz(center.x, -center.y, depth::SHADE),
    )
}

fn fade(link: Res<Link>, own: Res<OwnAvatar>, time: Res<Time<Real>>, mut shades: Query<(&mut Shade, &mut Sprite)>) {
    let here = link.snapshot().me.as_ref().and_then(|me| me.room).filter(|_| own.at.is_some());
    let ease = 1.0 - (-FADE * time.delta_secs()).exp();
    for (mut shade, mut sprite) in &mut shades {
        let goal = if here == Some(shade.room) { 0.0 } else { SHADE };
        if (shade.dark - goal).abs() > 1e-3 {
            shade.dark += (goal - shade.dark) * ease;
            sprite.color = night(shade.dark);
        }
    }
}

fn night(alpha: f32) -> Color {
    Color::srgba(0.08, 0.06, 0.14, alpha)
}
