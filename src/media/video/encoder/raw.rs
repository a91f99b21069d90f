//! What the encoder's library can change while it runs, and its safe wrapping can't.
//!
//! The other way, a new encoder at each step, would begin with a keyframe each time: ten times the bytes in the very
//! moment in which the link has room for fewer.

use openh264::encoder::Encoder;
use openh264_sys2::{
    ENCODER_OPTION, ENCODER_OPTION_BITRATE, ENCODER_OPTION_FRAME_RATE, ENCODER_OPTION_MAX_BITRATE,
    ENCODER_OPTION_TRACE_LEVEL, SBitrateInfo, SPATIAL_LAYER_0, WELS_LOG_QUIET,
};

/// Has the encoder write nothing to the terminal, from its first frame on; the wrapping does so only after that.
pub(super) fn quiet(encoder: &mut Encoder) {
    set(encoder, ENCODER_OPTION_TRACE_LEVEL, &mut { WELS_LOG_QUIET });
}

/// Sets what the encoder aims at. It must have encoded a frame before. False when the library refuses.
pub(super) fn set_bitrate(encoder: &mut Encoder, bps: u32) -> bool {
    let mut info = SBitrateInfo { iLayer: SPATIAL_LAYER_0, iBitrate: i32::try_from(bps).unwrap_or(i32::MAX) };
    // The library holds the target below the most. It takes over the most even where it complains that the target is still
    // above it, so this order serves both ways.
    set(encoder, ENCODER_OPTION_MAX_BITRATE, &mut info);
    set(encoder, ENCODER_OPTION_BITRATE, &mut info)
}

/// Sets how many pictures a second come. It must have encoded a frame before. False when the library refuses.
pub(super) fn set_rate(encoder: &mut Encoder, mut rate: f32) -> bool {
    set(encoder, ENCODER_OPTION_FRAME_RATE, &mut rate)
}

#[expect(unsafe_code, reason = "these options are in the library's C interface only")]
fn set<T>(encoder: &mut Encoder, option: ENCODER_OPTION, value: &mut T) -> bool {
    // SAFETY: the callers give each option a value of the type that the library's header names for it, which lives
    // through the call and is only read in it. The encoder exists; the library answers with an error to what it can't take
    // before the first frame.
    // None of these options are among those that the wrapping relies on: it sets them once, when it initialises.
    unsafe { encoder.raw_api().set_option(option, std::ptr::from_mut(value).cast()) == 0 }
}
