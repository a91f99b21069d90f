//! Screens and windows on Windows and macOS, through xcap. It takes them without the pointer.

use super::{Screen, ScreenChoice, ScreenError, Shareable, frame::Framer, title_of};
use crate::media::picture::{Picture, Pixels, clock};
use xcap::{Monitor, Window, XCapError};

/// Most windows that are listed.
const MOST_WINDOWS: usize = 64;

enum What {
    /// By its id: xcap's own handle of a monitor may not go to another thread.
    Monitor(u32),
    Window(Window),
}

struct XcapScreen {
    what: What,
    framer: Framer,
    /// What is shown while a window is minimised.
    last: Option<Picture>,
}

/// What can be shared.
pub(super) fn list() -> Result<Vec<Shareable>, ScreenError> {
    let screens = Monitor::all().map_err(told)?.into_iter().enumerate().map(|(place, monitor)| {
        let (width, height) = (monitor.width().unwrap_or_default(), monitor.height().unwrap_or_default());
        let title = format!("Screen {} ({width}×{height})", place + 1);
        Shareable { choice: ScreenChoice::Screen(place), title }
    });
    let windows = Window::all().map_err(told)?.into_iter().filter_map(|window| {
        let title = title_of(&window.title().ok()?)?;
        let is_shown = !window.is_minimized().ok()?;
        is_shown.then_some(Shareable { choice: ScreenChoice::Window(window.id().ok()?.into()), title })
    });
    Ok(screens.chain(windows.take(MOST_WINDOWS)).collect())
}

/// Begins to share.
pub(super) fn open(choice: &ScreenChoice) -> Result<Box<dyn Screen>, ScreenError> {
    let what = match choice {
        ScreenChoice::Pattern => return super::open(choice),
        ScreenChoice::Screen(place) => {
            let monitor = Monitor::all().map_err(told)?.into_iter().nth(*place).ok_or(ScreenError::Gone)?;
            What::Monitor(monitor.id().map_err(told)?)
        }
        ScreenChoice::Window(id) => What::Window(find_window(*id)?),
    };
    let mut screen = XcapScreen { what, framer: Framer::default(), last: None };
    // What can't be taken is told now.
    screen.take()?;
    Ok(Box::new(screen))
}

impl Screen for XcapScreen {
    fn take(&mut self) -> Result<Picture, ScreenError> {
        let image = match &self.what {
            What::Monitor(id) => monitor(*id)?.capture_image().map_err(told)?,
            What::Window(window) if window.is_minimized().unwrap_or(false) => return self.last(),
            What::Window(window) => match window.capture_image() {
                Ok(image) => image,
                Err(error) => return Err(why_not(window, error)),
            },
        };
        let size = (image.width() as usize, image.height() as usize);
        let picture = self.framer.picture(image.as_raw(), Pixels::Rgbx, size)?;
        if matches!(self.what, What::Window(_)) {
            self.last = Some(picture.clone());
        }
        Ok(picture)
    }
}

impl XcapScreen {
    /// A window that is minimised looks as it did.
    fn last(&self) -> Result<Picture, ScreenError> {
        let minimised = || ScreenError::Other("the window is minimised".into());
        let mut picture = self.last.clone().ok_or_else(minimised)?;
        picture.taken = clock::now();
        Ok(picture)
    }
}

/// Whether a window that can't be taken is closed, or something else stands against it.
fn why_not(window: &Window, error: XCapError) -> ScreenError {
    match window.id().map(|id| find_window(id.into())) {
        Ok(Ok(_)) => told(error),
        Ok(Err(gone)) => gone,
        Err(_) => ScreenError::Gone,
    }
}

fn monitor(id: u32) -> Result<Monitor, ScreenError> {
    let is_meant = |monitor: &Monitor| monitor.id().is_ok_and(|other| other == id);
    Monitor::all().map_err(told)?.into_iter().find(is_meant).ok_or(ScreenError::Gone)
}

fn find_window(id: u64) -> Result<Window, ScreenError> {
    let is_meant = |window: &Window| window.id().is_ok_and(|other| u64::from(other) == id);
    Window::all().map_err(told)?.into_iter().find(is_meant).ok_or(ScreenError::Gone)
}

/// xcap tells a permission that is missing on macOS only by what it gets of the system: nothing.
fn told(error: XCapError) -> ScreenError {
    match error.to_string() {
        why if cfg!(target_os = "macos") && why.contains("Failed to copy data") => ScreenError::Forbidden,
        why => ScreenError::Other(why),
    }
}
