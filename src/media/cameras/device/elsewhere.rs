//! Cameras on macOS and Windows, where nokhwa asks the system what they offer.

use super::{
    Refusal,
    choose::{Coding, Offer, by_merit},
    reader::OpenCamera,
};
use crate::media::cameras::Wish;
use nokhwa::{
    Camera,
    utils::{ApiBackend, CameraFormat, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType, Resolution},
};

/// What is read here.
const CODINGS: [(FrameFormat, Coding); 6] = [
    (FrameFormat::YUYV, Coding::Yuyv),
    (FrameFormat::NV12, Coding::Nv12),
    (FrameFormat::RAWRGB, Coding::Rgb),
    (FrameFormat::RAWBGR, Coding::Bgr),
    (FrameFormat::GRAY, Coding::Gray),
    (FrameFormat::MJPEG, Coding::Jpeg),
];
/// How many formats are tried on a camera that takes back what it offers.
const TRIES: usize = 6;

/// Opens a camera in the format that suits best.
pub(super) fn open(index: &CameraIndex, wish: Wish) -> Result<OpenCamera, Refusal> {
    let codings = CODINGS.map(|(format, _)| format);
    let any = RequestedFormat::with_formats(RequestedFormatType::None, &codings);
    let mut camera = Camera::with_backend(index.clone(), any, ApiBackend::Auto)?;
    let offers = camera.compatible_camera_formats()?.into_iter().filter_map(|format| {
        let (_, coding) = CODINGS.iter().find(|(known, _)| *known == format.format())?;
        let (width, height) = (format.width() as usize, format.height() as usize);
        Some(Offer { coding: *coding, width, height, rate: format.frame_rate() })
    });
    let mut refused = Refusal::NoFormat;
    for offer in by_merit(offers, wish).into_iter().take(TRIES) {
        let resolution = Resolution::new(offer.width as u32, offer.height as u32);
        let format = CameraFormat::new(resolution, offer.coding.frame_format(), offer.rate);
        match camera.set_camera_requset(RequestedFormat::with_formats(RequestedFormatType::Exact(format), &codings)) {
            Ok(_) => return Ok(OpenCamera { camera, offer, stride: None }),
            Err(error) => refused = error.into(),
        }
    }
    Err(refused)
}
