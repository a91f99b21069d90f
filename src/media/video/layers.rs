//! The encodings of the same pictures: how large each is at most, and what the camera has to give for them.

use crate::media::cameras::Wish;
use hallway_protocol::video::{Layer, Source};

/// The largest picture of a layer. A screen's one layer holds text, which is readable only as it was drawn.
#[must_use]
pub fn largest(source: Source, layer: Layer) -> (usize, usize) {
    match (source, layer) {
        (Source::Screen, _) => (1920, 1200),
        (Source::Camera, Layer::Small) => (320, 180),
        (Source::Camera, Layer::Medium) => (640, 360),
        (Source::Camera, Layer::Large) => (1280, 720),
    }
}

/// What is wanted of the camera for these receivers.
#[must_use]
pub fn wish(receivers: [u8; Layer::COUNT]) -> Wish {
    let layer = if receivers[Layer::Large.index()] > 0 { Layer::Large } else { Layer::Medium };
    let (width, height) = largest(Source::Camera, layer);
    Wish { width, height, ..Wish::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_wanted_of_the_camera_only_for_large_views() {
        assert_eq!(wish([3, 2, 0]), Wish::default());
        assert_eq!(wish([0, 0, 1]).width, 1280);
    }
}
