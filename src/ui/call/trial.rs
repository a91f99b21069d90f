//! The camera, tried for oneself: opened only when asked, seen only here, and shut when nobody looks any more.

use crate::media::{
    cameras::{self, CameraChoice, Wish},
    video::engine::{Gallery, Shown, Whose},
};
use hallway_protocol::video::Source;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Instant,
};

/// A camera that is tried, or none.
#[derive(Default)]
pub struct Trial {
    running: Option<Running>,
    /// Whether it was shown since it was asked last.
    shown: bool,
}

struct Running {
    choice: CameraChoice,
    stop: Arc<AtomicBool>,
    pictures: Gallery,
    trouble: Arc<Mutex<Option<String>>>,
}

impl Trial {
    /// Opens a camera, in place of the one before.
    pub fn start(&mut self, choice: CameraChoice) {
        let running = Running {
            choice: choice.clone(),
            stop: Arc::default(),
            pictures: Gallery::default(),
            trouble: Arc::default(),
        };
        let (stop, pictures, trouble) = (running.stop.clone(), running.pictures.clone(), running.trouble.clone());
        let started = thread::Builder::new().name("camera trial".into()).spawn(move || {
            if let Err(why) = run(&choice, &stop, &pictures) {
                *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
            }
        });
        self.running = started.is_ok().then_some(running);
        self.shown = true;
    }

    /// Shuts it.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Whether one is tried.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.running.is_some()
    }

    /// Which camera is tried.
    #[must_use]
    pub fn choice(&self) -> Option<&CameraChoice> {
        self.running.as_ref().map(|running| &running.choice)
    }

    /// Its newest picture; to be asked in each frame that shows it.
    pub fn picture(&mut self) -> Option<Shown> {
        self.shown = true;
        self.running.as_ref()?.pictures.newest(Whose::Own, Source::Camera)
    }

    /// Why there is none, as a sentence.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.running.as_ref()?.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shuts a camera whose pictures nobody saw in this frame; to be called once in a frame, after all was shown.
    pub fn shut_out_of_sight(&mut self) {
        if !std::mem::take(&mut self.shown) {
            self.stop();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
    }
}

/// Takes pictures until it is told to stop, or why there are none.
fn run(choice: &CameraChoice, stop: &AtomicBool, pictures: &Gallery) -> Result<(), String> {
    let mut camera = cameras::open(choice, Wish::default()).map_err(|error| error.to_string())?;
    while !stop.load(Relaxed) {
        let picture = camera.next().map_err(|error| error.to_string())?;
        pictures.show(Whose::Own, Source::Camera, Arc::new(picture), Instant::now());
    }
    Ok(())
}
