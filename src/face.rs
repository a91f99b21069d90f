//! The windowed client: an app of its own that draws the world and the panels, and knows the live session only
//! through its handle.

pub mod link;
mod window;

use crate::{
    net::{
        SessionHandle,
        commands::{Command, Trust},
    },
    ui::{self, UiState},
    world,
};
use bevy::{
    app::{TaskPoolOptions, TaskPoolPlugin, TaskPoolThreadAssignmentPolicy},
    log::LogPlugin,
    prelude::*,
};
use link::Link;

/// What a face starts with.
pub struct FaceSettings {
    /// The server that stands in the form: `HOST` or `HOST:PORT`.
    pub server: String,
    /// The name that stands in the form.
    pub name: String,
    /// Whether the server runs in this program: there is no address to type then.
    pub hosted: bool,
    /// Which certificates are taken: a hosted server's is known by its fingerprint.
    pub trust: Trust,
    /// Whether to sign in at once with what stands in the form.
    pub sign_in_now: bool,
    /// The session.
    pub handle: SessionHandle,
}

/// Opens the window and stays until it is closed.
#[must_use]
pub fn run(settings: FaceSettings) -> AppExit {
    app(settings).run()
}

/// The face's app. Logging and panics are `main`'s to set up.
pub fn app(settings: FaceSettings) -> App {
    let mut app = App::new();
    let plugins = DefaultPlugins.build().disable::<LogPlugin>().set(window::plugin()).set(task_pools());
    app.add_plugins(plugins)
        .insert_resource(ClearColor(night()))
        .insert_resource(window::winit_settings())
        .set_error_handler(bevy::ecs::error::error);
    app.add_plugins((ui::plugin, world::plugin, window::icon_plugin));
    fill_form(&mut app, &settings);
    let mut link = Link::new(settings.handle);
    app.world_mut().resource_mut::<UiState>().call.gallery = link.gallery();
    if settings.sign_in_now
        && let Ok(command) = app.world().resource::<UiState>().sign_in.command()
    {
        link.send(command);
    }
    app.insert_resource(link)
        .add_systems(First, link::receive)
        .add_systems(Update, window::keep_up_with_pictures)
        .add_systems(Last, (link::end_with_session, quit_on_exit));
    app
}

fn fill_form(app: &mut App, settings: &FaceSettings) {
    let form = &mut app.world_mut().resource_mut::<UiState>().sign_in;
    form.name.clone_from(&settings.name);
    form.server.clone_from(&settings.server);
    form.hosted = settings.hosted;
    form.trust = settings.trust.clone();
}

/// Few threads: the machine also runs the session, and often a server.
fn task_pools() -> TaskPoolPlugin {
    let one = TaskPoolThreadAssignmentPolicy {
        min_threads: 1,
        max_threads: 1,
        percent: 0.25,
        on_thread_spawn: None,
        on_thread_destroy: None,
    };
    let compute = TaskPoolThreadAssignmentPolicy { max_threads: 3, percent: 1.0, ..one.clone() };
    let options = TaskPoolOptions { io: one.clone(), async_compute: one, compute, ..TaskPoolOptions::default() };
    TaskPoolPlugin { task_pool_options: options }
}

fn night() -> Color {
    let [r, g, b, _] = ui::theme::NIGHT.to_array();
    Color::srgb_u8(r, g, b)
}

/// A window that is closed signs out, so that nobody waits for somebody who is gone.
fn quit_on_exit(mut exits: MessageReader<AppExit>, mut link: ResMut<Link>) {
    if exits.read().next().is_some() {
        link.send(Command::Quit);
    }
}
