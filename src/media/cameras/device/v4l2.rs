//! What nokhwa leaves undone on Linux: which devices are cameras, and what they are set to before it opens them.
//!
//! nokhwa refuses a camera that another program left at a rate like 12.5, or in a format that nokhwa doesn't know, and
//! doesn't check what it asks for against what is offered. So the format is chosen and set here, and nokhwa finds it set.

use super::{
    Refusal,
    choose::{Coding, Offer, by_merit},
    reader::OpenCamera,
};
use crate::media::cameras::Wish;
use nokhwa::{
    Camera,
    utils::{ApiBackend, CameraFormat, CameraIndex, RequestedFormat, RequestedFormatType, Resolution},
};
use std::io::{self, ErrorKind};
use v4l::{
    Device, Format, FourCC,
    capability::Flags,
    frameinterval::FrameIntervalEnum,
    framesize::FrameSizeEnum,
    video::{Capture, capture::Parameters},
};

/// What is read here, by what drivers call it. (`GRAY` is what nokhwa reads; most drivers say `GREY`.)
const CODINGS: [(&[u8; 4], Coding); 6] = [
    (b"YUYV", Coding::Yuyv),
    (b"NV12", Coding::Nv12),
    (b"RGB3", Coding::Rgb),
    (b"BGR3", Coding::Bgr),
    (b"MJPG", Coding::Jpeg),
    (b"GRAY", Coding::Gray),
];
/// How many formats are tried on a camera that takes back what it offers.
const TRIES: usize = 6;

/// Whether a device takes pictures. One that can't be looked into for want of a right may.
pub(super) fn is_camera(index: u32) -> bool {
    match Device::new(index as usize).and_then(|device| device.query_caps()) {
        Ok(caps) => caps.capabilities.contains(Flags::VIDEO_CAPTURE | Flags::STREAMING),
        Err(error) => matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ResourceBusy),
    }
}

/// Opens a camera in the format that suits best.
pub(super) fn open(index: &CameraIndex, wish: Wish) -> Result<OpenCamera, Refusal> {
    let number = index.as_index()?;
    let (offer, stride) = {
        let device = Device::new(number as usize)?;
        set(&device, wish)?
    };
    let resolution = Resolution::new(offer.width as u32, offer.height as u32);
    let format = CameraFormat::new(resolution, offer.coding.frame_format(), offer.rate);
    let codings = [format.format()];
    let request = RequestedFormat::with_formats(RequestedFormatType::Exact(format), &codings);
    let camera = Camera::with_backend(index.clone(), request, ApiBackend::Video4Linux)?;
    Ok(OpenCamera { camera, offer, stride })
}

/// Sets the best format that the camera really takes, with its bytes in a row.
fn set(device: &Device, wish: Wish) -> Result<(Offer, Option<usize>), Refusal> {
    let offers = by_merit(offers(device, wish)?, wish);
    for offer in offers.into_iter().take(TRIES) {
        if let Some(set) = set_one(device, offer)? {
            return Ok(set);
        }
    }
    Err(Refusal::NoFormat)
}

/// Sets a format; `None` when the camera makes another one of it that can't be used.
fn set_one(device: &Device, offer: Offer) -> io::Result<Option<(Offer, Option<usize>)>> {
    let Some((code, _)) = CODINGS.iter().find(|(_, coding)| *coding == offer.coding) else { return Ok(None) };
    let fourcc = FourCC::new(code);
    let format = device.set_format(&Format::new(offer.width as u32, offer.height as u32, fourcc))?;
    let interval = device.set_params(&Parameters::with_fps(offer.rate))?.interval;
    if format.fourcc != fourcc || interval.numerator != 1 || interval.denominator == 0 {
        return Ok(None);
    }
    let (width, height) = (format.width as usize, format.height as usize);
    let stride = (offer.coding != Coding::Jpeg && format.stride > 0).then_some(format.stride as usize);
    Ok(Some((Offer { coding: offer.coding, width, height, rate: interval.denominator }, stride)))
}

/// What the camera offers of what can be read here.
fn offers(device: &Device, wish: Wish) -> io::Result<Vec<Offer>> {
    let mut offers = Vec::new();
    for description in device.enum_formats()? {
        let known = CODINGS.iter().find(|(code, _)| description.fourcc == FourCC::new(code));
        let Some((_, coding)) = known else { continue };
        for size in device.enum_framesizes(description.fourcc).unwrap_or_default() {
            let (width, height) = match size.size {
                FrameSizeEnum::Discrete(size) => (size.width, size.height),
                FrameSizeEnum::Stepwise(steps) => (
                    stepped(wish.width, steps.min_width, steps.max_width, steps.step_width),
                    stepped(wish.height, steps.min_height, steps.max_height, steps.step_height),
                ),
            };
            let rates = rates(device, description.fourcc, (width, height), wish.rate);
            let (width, height) = (width as usize, height as usize);
            offers.extend(rates.into_iter().map(|rate| Offer { coding: *coding, width, height, rate }));
        }
    }
    Ok(offers)
}

/// Whole rates at a size. A camera that tells none is asked for the wished one.
fn rates(device: &Device, fourcc: FourCC, (width, height): (u32, u32), wish: u32) -> Vec<u32> {
    let intervals = device.enum_frameintervals(fourcc, width, height).unwrap_or_default();
    if intervals.is_empty() {
        return vec![wish];
    }
    let rate = |interval| match interval {
        FrameIntervalEnum::Discrete(interval) => (interval.numerator == 1).then_some(interval.denominator),
        FrameIntervalEnum::Stepwise(steps) => {
            let slowest = steps.max.denominator.div_ceil(steps.max.numerator.max(1)).max(1);
            let fastest = (steps.min.denominator / steps.min.numerator.max(1)).max(slowest);
            Some(wish.clamp(slowest, fastest))
        }
    };
    intervals.into_iter().filter_map(|interval| rate(interval.interval)).collect()
}

/// The greatest side up to the wished one that a camera with such steps has.
fn stepped(wish: usize, least: u32, most: u32, step: u32) -> u32 {
    let wish = u32::try_from(wish).unwrap_or(u32::MAX).clamp(least, most.max(least));
    least + (wish - least) / step.max(1) * step.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_sizes_are_kept() {
        assert_eq!(stepped(640, 16, 1920, 16), 640);
        assert_eq!(stepped(360, 16, 1080, 16), 352);
        assert_eq!(stepped(360, 2, 1080, 0), 360);
        assert_eq!(stepped(360, 480, 1080, 8), 480);
        assert_eq!(stepped(5000, 16, 1920, 16), 1920);
        assert_eq!(stepped(5, 9, 3, 1), 9);
    }
}
