//! Screens and windows as pictures, to be shared.

#[cfg(all(feature = "devices", any(windows, target_os = "macos")))]
mod elsewhere;
#[cfg(feature = "devices")]
mod frame;
mod pattern;
#[cfg(all(feature = "devices", target_os = "linux"))]
mod x11;

use super::picture::Picture;
use std::fmt;

/// What is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScreenChoice {
    /// All of a screen: its place in [`list`]'s screens.
    Screen(usize),
    /// A window: its number in [`list`]'s windows.
    Window(u64),
    /// Moving text with a frame counter, to try everything without a screen.
    Pattern,
}

/// Something that can be shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shareable {
    /// How it is asked for.
    pub choice: ScreenChoice,
    /// What people know it by.
    pub title: String,
}

/// Why a screen can't be shared. Each reads as a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScreenError {
    /// This system, or this build, has no way to do it.
    Impossible {
        /// Why, as a sentence.
        why: &'static str,
    },
    /// The window or screen is not there any more.
    Gone,
    /// The person, or the system, didn't allow it.
    Forbidden,
    /// Anything else that the system says.
    Other(String),
}

/// Something that takes pictures of a screen, with the pointer in them. It lives on a thread of its own.
pub trait Screen: Send {
    /// What is there now.
    ///
    /// # Errors
    /// When nothing will come any more.
    fn take(&mut self) -> Result<Picture, ScreenError>;
}

impl fmt::Display for ScreenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Impossible { why } => f.write_str(why),
            Self::Gone => f.write_str("What was shared is not there any more; choose something else to share."),
            Self::Forbidden => {
                f.write_str("The system doesn't let Hallway see the screen; allow it in the system's settings.")
            }
            Self::Other(why) => write!(f, "The screen can't be shared ({why}); try another one, or a window."),
        }
    }
}

impl ScreenError {
    /// A word for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Impossible { .. } => "screen_impossible",
            Self::Gone => "screen_gone",
            Self::Forbidden => "screen_forbidden",
            Self::Other(_) => "screen_failed",
        }
    }
}

/// Begins to take pictures.
///
/// # Errors
/// See [`ScreenError`].
pub fn open(choice: &ScreenChoice) -> Result<Box<dyn Screen>, ScreenError> {
    match choice {
        ScreenChoice::Pattern => Ok(Box::new(pattern::PatternScreen::open())),
        ScreenChoice::Screen(_) | ScreenChoice::Window(_) => system::open(choice),
    }
}

/// What can be shared: screens first, then windows.
///
/// # Errors
/// When this system, or this build, has no way to share anything.
pub fn list() -> Result<Vec<Shareable>, ScreenError> {
    system::list()
}

#[cfg(all(feature = "devices", any(windows, target_os = "macos")))]
use elsewhere as system;
#[cfg(all(feature = "devices", target_os = "linux"))]
use x11 as system;

/// Where nothing can be shared but the pattern.
#[cfg(not(all(feature = "devices", any(windows, target_os = "macos", target_os = "linux"))))]
mod system {
    use super::{Screen, ScreenChoice, ScreenError, Shareable};

    const NOT_BUILT: ScreenError = ScreenError::Impossible {
        why: "This build of Hallway can't see screens: build it with the `devices` feature, on Linux, Windows or macOS.",
    };

    pub(super) fn open(_: &ScreenChoice) -> Result<Box<dyn Screen>, ScreenError> {
        Err(NOT_BUILT)
    }

    pub(super) fn list() -> Result<Vec<Shareable>, ScreenError> {
        Err(NOT_BUILT)
    }
}

/// Longest title shown.
#[cfg(feature = "devices")]
const TITLE_CHARS: usize = 80;

/// A program's title as it can be shown: one line without what is no text. `None` when nothing is left.
#[cfg(feature = "devices")]
fn title_of(title: &str) -> Option<String> {
    let title: String = title.chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).collect();
    let title: String = title.trim().chars().take(TITLE_CHARS).collect();
    (!title.is_empty()).then_some(title)
}
