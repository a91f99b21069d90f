//! Cameras, and what stands in for one: a pattern, a file.

#[cfg(feature = "devices")]
mod device;
mod pace;
pub mod pattern;
mod y4m;

use super::picture::Picture;
use std::{fmt, path::PathBuf};

/// Which camera is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CameraChoice {
    /// None: switching the camera on says so.
    None,
    /// The first one there is, or the one of this name.
    #[default]
    Default,
    /// The one of this name, as [`list`] has it, or at this place there, counted from 0; another one stands in while it is
    /// away.
    Device(String),
    /// Moving bars with a frame counter in them, to try everything without a camera.
    Pattern,
    /// A Y4M file, over and over.
    File(PathBuf),
}

/// What is wanted of a camera; it gives what is nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Pictures in a second.
    pub rate: u32,
}

impl Default for Wish {
    fn default() -> Self {
        Self { width: 640, height: 360, rate: 30 }
    }
}

/// Why a camera gives no pictures. Each reads as a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraError {
    /// The choice is [`CameraChoice::None`].
    NotChosen,
    /// This build was made without cameras.
    NotBuilt,
    /// There is none at all.
    NoCamera,
    /// The system doesn't let this program use it.
    Forbidden {
        /// Its name.
        name: String,
    },
    /// Another program has it.
    InUse {
        /// Its name.
        name: String,
    },
    /// It is no longer there.
    Unplugged {
        /// Its name.
        name: String,
    },
    /// It is there and gives no pictures.
    Frozen {
        /// Its name.
        name: String,
    },
    /// It has no format that can be used.
    NoFormat {
        /// Its name.
        name: String,
    },
    /// A file can't be used.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Anything else that the system says.
    Other {
        /// Its name.
        name: String,
        /// What was said.
        why: String,
    },
}

/// Something that takes pictures. It lives on the camera's own thread, where it may wait a few seconds.
pub trait Camera: Send {
    /// What people know it by.
    fn name(&self) -> String;

    /// The camera that was chosen and is away, while this one stands in for it.
    fn instead_of(&self) -> Option<String> {
        None
    }

    /// The next picture, waiting for it.
    ///
    /// # Errors
    /// When there won't be any; the camera is opened anew then.
    fn next(&mut self) -> Result<Picture, CameraError>;
}

impl fmt::Display for CameraError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotChosen => f.write_str("No camera is chosen; choose one in the settings."),
            Self::NotBuilt => f.write_str(
                "This build of Hallway has no cameras: use the pattern or a file, or build with the `devices` feature.",
            ),
            Self::NoCamera => f.write_str("There is no camera on this machine; plug one in, and it is used at once."),
            Self::Forbidden { name } => write!(
                f,
                "The system doesn't let Hallway use {name}; allow it in the system's settings (on Linux, be in the group \
                 “video”)."
            ),
            Self::InUse { name } => write!(f, "Another program uses {name}; close it there, and it is used at once."),
            Self::Unplugged { name } => write!(f, "{name} is gone; plug it in again, and it is used at once."),
            Self::Frozen { name } => write!(f, "{name} gives no pictures; unplug it and plug it in again."),
            Self::NoFormat { name } => {
                write!(f, "{name} has no picture format that Hallway reads; choose another one.")
            }
            Self::File { path, why } => write!(f, "{} can't be used as a camera: {why}.", path.display()),
            Self::Other { name, why } => {
                write!(f, "{name} can't be used ({why}); choose another one or plug it in anew.")
            }
        }
    }
}

impl CameraError {
    /// A word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotChosen => "camera_not_chosen",
            Self::NotBuilt => "camera_not_built",
            Self::NoCamera => "no_camera",
            Self::Forbidden { .. } => "camera_forbidden",
            Self::InUse { .. } => "camera_in_use",
            Self::Unplugged { .. } => "camera_unplugged",
            Self::Frozen { .. } => "camera_frozen",
            Self::NoFormat { .. } => "camera_format",
            Self::File { .. } => "camera_file",
            Self::Other { .. } => "camera_failed",
        }
    }
}

/// Opens a camera. It may take a second.
///
/// # Errors
/// See [`CameraError`].
pub fn open(choice: &CameraChoice, wish: Wish) -> Result<Box<dyn Camera>, CameraError> {
    match choice {
        CameraChoice::None => Err(CameraError::NotChosen),
        CameraChoice::Pattern => Ok(Box::new(pattern::PatternCamera::open(wish))),
        CameraChoice::File(path) => Ok(Box::new(y4m::FileCamera::open(path)?)),
        CameraChoice::Default => open_device(None, wish),
        CameraChoice::Device(name) => open_device(Some(name), wish),
    }
}

#[cfg(feature = "devices")]
use device::open as open_device;

#[cfg(not(feature = "devices"))]
fn open_device(_: Option<&str>, _: Wish) -> Result<Box<dyn Camera>, CameraError> {
    Err(CameraError::NotBuilt)
}

/// The names of the cameras that are there, in the system's order. It may take a second.
#[must_use]
pub fn list() -> Vec<String> {
    #[cfg(feature = "devices")]
    return device::list();
    #[cfg(not(feature = "devices"))]
    return Vec::new();
}
