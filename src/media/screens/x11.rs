//! Screens and windows of X11.

mod cursor;
mod grab;
mod session;

use super::{Screen, ScreenChoice, ScreenError, Shareable, frame::Framer};
use crate::media::picture::{Picture, Pixels};
use cursor::blend;
use grab::Grabber;
use session::{Area, Session};

/// Where the desktop is Wayland's, X11 shows nothing but the windows of old programs.
const WAYLAND: &str = "This desktop is Wayland, which lets programs see the screen only through its portal, and this build \
                       of Hallway has no PipeWire for that; log in to an X11 session to share a screen.";
const NO_DISPLAY: &str = "There is no desktop here to be shared; start Hallway from one.";

/// What is shared, and the connection that sees it.
pub(super) struct X11Screen {
    session: Session,
    grabber: Grabber,
    framer: Framer,
    what: What,
    /// What is shown while a window is minimised.
    last: Option<Picture>,
}

#[derive(Clone, Copy, Debug)]
enum What {
    /// The monitor of this place.
    Monitor(usize),
    Window(u32),
}

/// What can be shared.
pub(super) fn list() -> Result<Vec<Shareable>, ScreenError> {
    Session::open(display()?)?.shareables()
}

/// Begins to share.
pub(super) fn open(choice: &ScreenChoice) -> Result<Box<dyn Screen>, ScreenError> {
    let what = match choice {
        ScreenChoice::Screen(place) => What::Monitor(*place),
        ScreenChoice::Window(id) => What::Window(u32::try_from(*id).map_err(|_| ScreenError::Gone)?),
        ScreenChoice::Pattern => return super::open(choice),
    };
    let session = Session::open(display()?)?;
    let mut screen =
        X11Screen { grabber: Grabber::new(&session), session, framer: Framer::default(), what, last: None };
    if let What::Window(window) = what {
        screen.session.keep_whole(window)?;
    }
    // What can't be taken is told now.
    screen.take()?;
    Ok(Box::new(screen))
}

/// The display's name, unless there is none or it would show nothing.
fn display() -> Result<String, ScreenError> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match (is_set("WAYLAND_DISPLAY"), std::env::var("DISPLAY")) {
        (true, _) => Err(ScreenError::Impossible { why: WAYLAND }),
        (false, Ok(display)) if !display.is_empty() => Ok(display),
        (false, _) => Err(ScreenError::Impossible { why: NO_DISPLAY }),
    }
}

impl Screen for X11Screen {
    fn take(&mut self) -> Result<Picture, ScreenError> {
        let area = match self.what {
            What::Monitor(place) => self.session.monitors()?.get(place).ok_or(ScreenError::Gone)?.area,
            What::Window(window) => match self.session.window_area(window)? {
                Some(area) => area,
                None => return self.last(),
            },
        };
        let Some(pixels) = self.grabber.grab(&self.session, area)? else { return self.last() };
        if let Some(cursor) = self.session.cursor() {
            blend(pixels, area, &cursor);
        }
        let picture = self.framer.picture(pixels, Pixels::Bgrx, (area.width, area.height))?;
        if matches!(self.what, What::Window(_)) {
            self.last = Some(picture.clone());
        }
        Ok(picture)
    }
}

impl X11Screen {
    /// A window that is not shown just now looks as it did; before it ever was, it is black.
    fn last(&self) -> Result<Picture, ScreenError> {
        let now = crate::media::picture::clock::now();
        let mut picture = self.last.clone().unwrap_or_else(|| Picture::black(640, 360, now));
        picture.taken = now;
        Ok(picture)
    }
}
