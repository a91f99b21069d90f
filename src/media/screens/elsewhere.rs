//! Screens and windows on Windows and macOS, through xcap. It takes them without the pointer.

use super::{Screen, ScreenChoice, ScreenError, Shareable, frame::Framer, title_of};
use crate::media::picture::{Picture, Pixels};
use xcap::{Monitor, Window, XCapError, image::RgbaImage};

/// Most windows that are listed.
const MOST_WINDOWS: usize = 64;

enum What {
    Monitor(Monitor),
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
        let name = monitor.friendly_name().ok().and_then(|name| title_of(&name));
        let title = format!("Screen {}: {}", place + 1, name.as_deref().unwrap_or("monitor"));
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
            What::Monitor(Monitor::all().map_err(told)?.into_iter().nth(*place).ok_or(ScreenError::Gone)?)
        }
        ScreenChoice::Window(id) => What::Window(find(*id)?),
    };
    let mut screen = XcapScreen { what, framer: Framer::default(), last: None };
    // What can't be taken is told now.
    screen.take()?;
    Ok(Box::new(screen))
}

impl Screen for XcapScreen {
    fn take(&mut self) -> Result<Picture, ScreenError> {
        let image = match &self.what {
            What::Monitor(monitor) => monitor.capture_image().map_err(told)?,
            What::Window(window) => match (window.is_minimized(), window.capture_image()) {
                (Ok(true), _) => return self.last.clone().ok_or_else(minimised),
                (_, Ok(image)) => image,
                // Either it is closed, or it can't be taken.
                (_, Err(error)) => {
                    return Err(find(window.id().map_err(|_| ScreenError::Gone)?.into()).err().unwrap_or(told(error)));
                }
            },
        };
        let picture = self.picture(&image)?;
        self.last = Some(picture.clone());
        Ok(picture)
    }
}

impl XcapScreen {
    fn picture(&mut self, image: &RgbaImage) -> Result<Picture, ScreenError> {
        self.framer.picture(image.as_raw(), Pixels::Rgbx, (image.width() as usize, image.height() as usize))
    }
}

fn find(id: u64) -> Result<Window, ScreenError> {
    let is_meant = |window: &Window| window.id().is_ok_and(|other| u64::from(other) == id);
    Window::all().map_err(told)?.into_iter().find(is_meant).ok_or(ScreenError::Gone)
}

fn minimised() -> ScreenError {
    ScreenError::Other("the window is minimised".into())
}

/// xcap tells a permission that is missing on macOS only by what it gets of the system: nothing.
fn told(error: XCapError) -> ScreenError {
    match error.to_string() {
        why if cfg!(target_os = "macos") && why.contains("Failed to copy data") => ScreenError::Forbidden,
        why => ScreenError::Other(why),
    }
}
