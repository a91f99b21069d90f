//! The window itself: title, size, icon, and how often it draws.

use crate::ui::UiState;
use bevy::{
    ecs::system::NonSendMarker,
    image::{CompressedImageFormats, ImageSampler, ImageType},
    prelude::*,
    window::{PresentMode, PrimaryWindow, WindowResizeConstraints, WindowResolution},
    winit::{UpdateMode, WINIT_WINDOWS, WinitSettings},
};
use std::time::Duration;

/// The program's icon.
const ICON: &[u8] = include_bytes!("../../assets/icon.png");
/// How often a window without the focus draws. Nothing depends on it: the session has a thread of its own.
const UNFOCUSED: Duration = Duration::from_millis(80);
/// The same while there are pictures of a call.
const WITH_PICTURES: Duration = Duration::from_millis(33);

/// The window at the start.
pub(super) fn plugin() -> WindowPlugin {
    let window = Window {
        title: "Hallway".into(),
        name: Some("hallway".into()),
        resolution: WindowResolution::new(1280, 800),
        resize_constraints: WindowResizeConstraints { min_width: 720.0, min_height: 520.0, ..default() },
        present_mode: PresentMode::AutoVsync,
        ..default()
    };
    WindowPlugin { primary_window: Some(window), ..default() }
}

/// Every frame while one looks at it, some frames a second otherwise.
pub(super) fn winit_settings() -> WinitSettings {
    WinitSettings { focused_mode: UpdateMode::Continuous, unfocused_mode: UpdateMode::reactive_low_power(UNFOCUSED) }
}

/// A window without the focus draws as often as pictures of a call come, as long as some do: it may stand beside the one
/// that is worked in.
pub(super) fn keep_up_with_pictures(state: Res<UiState>, mut settings: ResMut<WinitSettings>) {
    let has_pictures = !state.call.gallery.all().is_empty();
    let pace = if has_pictures { WITH_PICTURES } else { UNFOCUSED };
    let mode = UpdateMode::reactive_low_power(pace);
    if settings.unfocused_mode != mode {
        settings.unfocused_mode = mode;
    }
}

/// Gives the window its icon.
pub(super) fn icon_plugin(app: &mut App) {
    app.add_systems(Update, set_icon);
}

/// Windows appear some time after the start; the icon is set once, then.
fn set_icon(window: Query<Entity, With<PrimaryWindow>>, mut done: Local<bool>, _main_thread: NonSendMarker) {
    if *done {
        return;
    }
    let Ok(entity) = window.single() else { return };
    WINIT_WINDOWS.with_borrow(|windows| {
        if let Some(window) = windows.get_window(entity) {
            window.set_window_icon(icon());
            *done = true;
        }
    });
}

fn icon() -> Option<winit::window::Icon> {
    let usage = bevy::asset::RenderAssetUsages::MAIN_WORLD;
    let format = ImageType::Extension("png");
    let image = Image::from_buffer(ICON, format, CompressedImageFormats::NONE, true, ImageSampler::linear(), usage);
    let image = image.ok()?;
    let (width, height) = (image.width(), image.height());
    winit::window::Icon::from_rgba(image.data?, width, height).ok()
}
