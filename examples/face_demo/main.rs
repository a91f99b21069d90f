//! The window without a server: a scripted session plays a few people, so that the face can be worked on alone.
//!
//! `cargo run --example face_demo` shows the world; `-- sign-in`, `-- taken` or `-- unknown` show the way in.

mod play;

use bevy::app::AppExit;
use hallway::{
    face::{self, FaceSettings},
    net::{commands::Trust, handle},
};

fn main() -> AppExit {
    let scene = std::env::args().nth(1).unwrap_or_default();
    let (handle, port) = handle::pair(|| {});
    play::start(port, play::Scene::named(&scene), |_| {});
    face::run(FaceSettings {
        server: "talk.example".to_owned(),
        name: "Mara".to_owned(),
        hosted: false,
        trust: Trust::Pinned,
        sign_in_now: false,
        handle,
    })
}
