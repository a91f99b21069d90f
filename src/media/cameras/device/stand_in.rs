//! A camera in place of one that is away, until that one is back.

use crate::media::{
    cameras::{Camera, CameraError},
    picture::Picture,
};
use std::time::{Duration, Instant};

/// How often the one that is meant is looked for: with the time to open it, people see it within three seconds.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// Gives the pictures of one camera and looks for another.
pub(super) struct StandIn<F> {
    camera: Box<dyn Camera>,
    /// What people know the one by that is meant.
    meant_name: String,
    /// Opens the one that is meant; `None` once it is here.
    meant: Option<F>,
    looked: Instant,
}

impl<F: FnMut() -> Option<Box<dyn Camera>> + Send> StandIn<F> {
    pub(super) fn new(camera: Box<dyn Camera>, meant_name: String, meant: F) -> Self {
        Self { camera, meant_name, meant: Some(meant), looked: Instant::now() }
    }

    fn look(&mut self, now: Instant) {
        let Some(open) = &mut self.meant else { return };
        if now.saturating_duration_since(self.looked) < LOOK_INTERVAL {
            return;
        }
        self.looked = now;
        if let Some(camera) = open() {
            self.camera = camera;
            self.meant = None;
        }
    }
}

impl<F: FnMut() -> Option<Box<dyn Camera>> + Send> Camera for StandIn<F> {
    fn name(&self) -> String {
        self.camera.name()
    }

    fn instead_of(&self) -> Option<String> {
        self.meant.as_ref().map(|_| self.meant_name.clone())
    }

    fn next(&mut self) -> Result<Picture, CameraError> {
        self.look(Instant::now());
        self.camera.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Named(&'static str);

    impl Camera for Named {
        fn name(&self) -> String {
            self.0.into()
        }

        fn next(&mut self) -> Result<Picture, CameraError> {
            Ok(Picture::black(2, 2, Duration::ZERO))
        }
    }

    #[test]
    fn the_camera_that_is_meant_takes_over_when_it_is_back() {
        let mut tries = 0;
        let mut camera = StandIn::new(Box::new(Named("other")), "meant".into(), move || {
            tries += 1;
            (tries == 2).then(|| Box::new(Named("meant")) as _)
        });
        let start = camera.looked;
        let mut name_at = |millis| {
            camera.look(start + Duration::from_millis(millis));
            assert!(camera.next().is_ok());
            (camera.name(), camera.instead_of())
        };
        let meant = || Some("meant".to_owned());
        assert_eq!([0, 1999, 2000, 3999].map(&mut name_at), std::array::from_fn(|_| ("other".to_owned(), meant())));
        assert_eq!([4000, 9000].map(&mut name_at), std::array::from_fn(|_| ("meant".to_owned(), None)));
    }
}
