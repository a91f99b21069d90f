//! The window without a server: a scripted session plays a few people, so that the face can be worked on alone.
//!
//! `cargo run --example face_demo` shows the world; `-- SCENE` shows something else of it:
//!
//! | scene | what there is to see |
//! |---|---|
//! | `sign-in`, `taken`, `unknown` | the way in, and what may go wrong there |
//! | `first` | the way in where sound was never checked |
//! | `queue` | somebody talks and somebody waits: hold V to wait, be offered the recording, talk |
//! | `offer`, `playing`, `locked`, `waiting` | those moments, as they stand |
//! | `open` | several talk at once, not all of them well heard |
//! | `chair` | a room that one moderates: give the floor, end turns, mute |
//! | `no-mic` | no microphone |
//! | `ring`, `ringing` | somebody rings here, or is rung |
//! | `call`, `voice-call`, `group` | a video call, one without pictures, one of many with a shared screen |
//! | `room-call` | a room whose call one may join |
//! | `picture` | a call with a picture of known colours |

mod play;

use bevy::app::AppExit;
use hallway::{
    face::{self, FaceSettings},
    net::{commands::Trust, handle},
};

fn main() -> AppExit {
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).init();
    let scene = std::env::args().nth(1).unwrap_or_default();
    let (handle, port) = handle::pair(|| {});
    play::start(port, play::Scene::named(&scene), handle.gallery(), |_| {});
    face::run(FaceSettings {
        server: "talk.example".to_owned(),
        name: "Mara".to_owned(),
        hosted: false,
        trust: Trust::Pinned,
        sign_in_now: false,
        handle,
    })
}
