//! The world behind the panels: the map, the people on it, and what one does there with keys and pointer.

pub mod avatars;
pub mod camera;
pub mod labels;
pub mod own;
pub mod palette;
pub mod picking;
pub mod rooms;
pub mod shapes;
pub mod signs;
pub mod talk_key;
pub mod tiles;
pub mod walking;

use crate::ui::PanelSystems;
use bevy::prelude::*;
use bevy_egui::EguiPrimaryContextPass;

/// What the world does in a frame, in this order.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub enum WorldSystems {
    /// Keys and pointer become commands.
    Act,
    /// People and map follow the snapshot.
    Follow,
    /// The camera follows the own avatar.
    Look,
}

/// How far from the eye things are drawn; the greater, the nearer.
mod depth {
    pub(super) const GROUND: f32 = 0.0;
    pub(super) const SHADE: f32 = 1.0;
    pub(super) const PEOPLE: f32 = 10.0;
    pub(super) const ROOFS: f32 = 50.0;
}

/// The world.
pub fn plugin(app: &mut App) {
    app.configure_sets(Update, (WorldSystems::Act, WorldSystems::Follow, WorldSystems::Look).chain())
        .add_plugins((tiles::plugin, rooms::plugin, avatars::plugin, camera::plugin))
        .init_resource::<own::OwnAvatar>()
        .init_resource::<picking::Marker>()
        .init_resource::<talk_key::TalkKey>()
        .add_systems(Update, (walking::steer, talk_key::watch, picking::click).chain().in_set(WorldSystems::Act))
        .add_systems(Update, own::predict.in_set(WorldSystems::Follow).before(avatars::place))
        .add_systems(
            EguiPrimaryContextPass,
            (picking::paint, signs::paint, labels::paint).chain().before(PanelSystems),
        );
}
