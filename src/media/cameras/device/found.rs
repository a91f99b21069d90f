//! Which cameras there are.

use super::names::distinct;
use nokhwa::utils::{ApiBackend, CameraIndex};
use std::{panic::catch_unwind, sync::Once};

/// A camera that is there.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) index: CameraIndex,
    pub(super) name: String,
}

impl Found {
    /// What the system knows it by.
    pub(super) fn id(&self) -> String {
        self.index.as_string()
    }
}

/// All cameras in the system's order. What can't be looked at for want of a right is in it as well.
pub(super) fn found() -> Vec<Found> {
    ask_for_permission();
    // nokhwa takes for granted that files have certain names; where they don't, there is no camera to be had of it.
    let cameras = catch_unwind(|| nokhwa::query(ApiBackend::Auto)).ok().and_then(Result::ok).unwrap_or_default();
    let mut cameras: Vec<_> =
        cameras.into_iter().map(|camera| (camera.index().clone(), camera.human_name())).filter(is_camera).collect();
    // They come in no order; as numbers, so that 10 comes after 9.
    cameras.sort_by_key(|(index, _)| (index.as_index().unwrap_or(u32::MAX), index.as_string()));
    let (indices, names): (Vec<_>, Vec<_>) = cameras.into_iter().unzip();
    indices.into_iter().zip(distinct(names)).map(|(index, name)| Found { index, name }).collect()
}

/// On macOS the system asks the person, once; elsewhere nothing happens.
fn ask_for_permission() {
    static ASKED: Once = Once::new();
    if !nokhwa::nokhwa_check() {
        ASKED.call_once(|| nokhwa::nokhwa_initialize(|is_allowed| tracing::info!(is_allowed, "cameras")));
    }
}

/// Linux lists what else a camera sends, as its measurements, beside its pictures.
fn is_camera((index, _): &(CameraIndex, String)) -> bool {
    #[cfg(target_os = "linux")]
    return index.as_index().is_ok_and(super::v4l2::is_camera);
    #[cfg(not(target_os = "linux"))]
    return true;
}
