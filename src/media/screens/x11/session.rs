//! The connection to an X server: which screens and windows it has, and where they are.

use super::{super::title_of, ScreenChoice, ScreenError, Shareable, cursor::Cursor};
use std::io::IoSlice;
use x11rb::{
    connection::{Connection, RequestConnection},
    errors::{ConnectionError, ParseError, ReplyError},
    protocol::{
        ErrorKind,
        randr::ConnectionExt as _,
        xfixes::ConnectionExt as _,
        xproto::{AtomEnum, ConnectionExt as _, ImageOrder, MapState, Window, WindowClass},
    },
    rust_connection::RustConnection,
    x11_utils::TryParse,
};

/// Most windows that are listed.
const MOST_WINDOWS: usize = 64;
/// Smallest side of a window that is listed.
const LEAST_SIDE: u16 = 32;
/// Longest title that is read, in units of four bytes.
const TITLE_WORDS: u32 = 64;
/// Composite's requests, by its protocol, and the way to redirect a window that leaves the drawing to the server.
const QUERY_VERSION: u8 = 0;
const REDIRECT_WINDOW: u8 = 1;
const AUTOMATIC: u8 = 0;

/// A connection.
pub(super) struct Session {
    pub(super) connection: RustConnection,
    root: Window,
    atoms: Atoms,
    has_cursors: bool,
}

struct Atoms {
    client_list: u32,
    title: u32,
    utf8: u32,
}

/// A part of a drawable, and where on the desktop it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) drawable: u32,
    /// Its upper left corner in the drawable.
    pub(super) x: i16,
    pub(super) y: i16,
    /// The same corner on the whole desktop.
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// A monitor.
#[derive(Clone, Debug)]
pub(super) struct Monitor {
    pub(super) name: String,
    pub(super) area: Area,
}

impl Session {
    /// Connects to a display.
    pub(super) fn open(display: String) -> Result<Self, ScreenError> {
        let failed = |error| ScreenError::Other(format!("the display {display} doesn't answer: {error}"));
        let (connection, screen) = x11rb::connect(Some(&display)).map_err(failed)?;
        let setup = connection.setup();
        let screen = setup.roots.get(screen).ok_or(ScreenError::Gone)?;
        let (root, depth) = (screen.root, screen.root_depth);
        let is_bgrx = setup.image_byte_order == ImageOrder::LSB_FIRST
            && matches!(depth, 24 | 32)
            && setup.pixmap_formats.iter().any(|format| format.depth == depth && format.bits_per_pixel == 32);
        if !is_bgrx {
            return Err(ScreenError::Other(format!("its colours have {depth} bits instead of 24")));
        }
        let atoms = Atoms::ask(&connection).map_err(|error| told(&error))?;
        // Each extension has to be greeted before it is used.
        let version = connection.xfixes_query_version(5, 0).ok().and_then(|cookie| cookie.reply().ok());
        Ok(Self { connection, root, atoms, has_cursors: version.is_some() })
    }

    /// Screens first, then windows.
    pub(super) fn shareables(&self) -> Result<Vec<Shareable>, ScreenError> {
        let screens = self.monitors()?.into_iter().enumerate().map(|(place, monitor)| {
            let Area { width, height, .. } = monitor.area;
            let title = format!("Screen {}: {} ({width}×{height})", place + 1, monitor.name);
            Shareable { choice: ScreenChoice::Screen(place), title }
        });
        let mut all: Vec<_> = screens.collect();
        for window in self.windows().map_err(|error| told(&error))? {
            // One that went away meanwhile is left out.
            let Ok(Some(title)) = self.title(window) else { continue };
            all.push(Shareable { choice: ScreenChoice::Window(window.into()), title });
        }
        Ok(all)
    }

    /// The monitors, or the whole desktop as one where the server tells none.
    pub(super) fn monitors(&self) -> Result<Vec<Monitor>, ScreenError> {
        let geometry = self.ask_geometry(self.root).map_err(|error| told(&error))?;
        let whole = Area { drawable: self.root, x: 0, y: 0, left: 0, top: 0, ..geometry };
        let reply = self.connection.randr_get_monitors(self.root, true).map(|cookie| cookie.reply());
        let Ok(Ok(reply)) = reply else { return Ok(vec![Monitor { name: "desktop".into(), area: whole }]) };
        let mut monitors = Vec::new();
        for monitor in reply.monitors {
            let name = self.connection.get_atom_name(monitor.name).map(|cookie| cookie.reply());
            let name = name.ok().and_then(Result::ok).map(|reply| title_of(&String::from_utf8_lossy(&reply.name)));
            // While resolutions change, a monitor may reach beyond the desktop.
            let fits = |from: i16, length: u16, most: usize| {
                let from = usize::try_from(from).unwrap_or_default().min(most);
                usize::from(length).min(most - from)
            };
            let area = Area {
                x: monitor.x.max(0),
                y: monitor.y.max(0),
                left: monitor.x.max(0).into(),
                top: monitor.y.max(0).into(),
                width: fits(monitor.x, monitor.width, whole.width),
                height: fits(monitor.y, monitor.height, whole.height),
                ..whole
            };
            monitors.push(Monitor { name: name.flatten().unwrap_or_else(|| "monitor".into()), area });
        }
        Ok(monitors)
    }

    /// Where a window is; `None` while it is not shown.
    pub(super) fn window_area(&self, window: Window) -> Result<Option<Area>, ScreenError> {
        let area = || -> Result<_, ReplyError> {
            let attributes = self.connection.get_window_attributes(window)?.reply()?;
            if attributes.map_state != MapState::VIEWABLE {
                return Ok(None);
            }
            let geometry = self.ask_geometry(window)?;
            let corner = self.connection.translate_coordinates(window, self.root, 0, 0)?.reply()?;
            Ok(Some(Area { left: corner.dst_x.into(), top: corner.dst_y.into(), ..geometry }))
        };
        area().map_err(|error| told(&error))
    }

    fn ask_geometry(&self, drawable: u32) -> Result<Area, ReplyError> {
        let geometry = self.connection.get_geometry(drawable)?.reply()?;
        let (width, height) = (geometry.width.into(), geometry.height.into());
        Ok(Area { drawable, x: 0, y: 0, left: 0, top: 0, width, height })
    }

    /// Has the server keep all of a window, also what others cover or what is off the screen. Without Composite, what
    /// covers it is seen in its place.
    pub(super) fn keep_whole(&self, window: Window) -> Result<(), ScreenError> {
        let redirect = || -> Result<(), ConnectionError> {
            let Some(composite) = self.connection.extension_information("Composite")? else { return Ok(()) };
            let opcode = composite.major_opcode;
            // Version 0.4; its answer doesn't matter, for redirecting was there from the first.
            let version = [&[opcode, QUERY_VERSION, 3, 0][..], &0u32.to_ne_bytes(), &4u32.to_ne_bytes()].concat();
            let cookie = self.connection.send_request_with_reply::<Answer>(&[IoSlice::new(&version)], vec![])?;
            cookie.discard_reply_and_errors();
            let redirect =
                [&[opcode, REDIRECT_WINDOW, 3, 0][..], &window.to_ne_bytes(), &[AUTOMATIC, 0, 0, 0]].concat();
            let cookie = self.connection.send_request_without_reply(&[IoSlice::new(&redirect)], vec![])?;
            cookie.ignore_error();
            Ok(())
        };
        redirect().map_err(|error| told(&error.into()))
    }

    /// The pointer, where the server shows one.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        if !self.has_cursors {
            return None;
        }
        let image = self.connection.xfixes_get_cursor_image().ok()?.reply().ok()?;
        let corner = |at: i16, hot: u16| i32::from(at) - i32::from(hot);
        Some(Cursor {
            left: corner(image.x, image.xhot),
            top: corner(image.y, image.yhot),
            width: image.width.into(),
            pixels: image.cursor_image,
        })
    }

    /// The windows that a window manager keeps, or those that stand on the desktop itself without one.
    fn windows(&self) -> Result<Vec<Window>, ReplyError> {
        let list = self.property(self.root, self.atoms.client_list, AtomEnum::WINDOW.into(), MOST_WINDOWS as u32)?;
        let kept: Vec<_> =
            list.chunks_exact(4).filter_map(|id| Some(u32::from_ne_bytes(id.try_into().ok()?))).collect();
        let windows = if kept.is_empty() {
            // The topmost comes last.
            self.connection.query_tree(self.root)?.reply()?.children.into_iter().rev().collect()
        } else {
            kept
        };
        Ok(windows.into_iter().filter(|window| self.is_shared_well(*window)).take(MOST_WINDOWS).collect())
    }

    /// Whether people would know it as a window: no menu, no helper of a program.
    fn is_shared_well(&self, window: Window) -> bool {
        let look = || -> Result<bool, ReplyError> {
            let attributes = self.connection.get_window_attributes(window)?.reply()?;
            let geometry = self.connection.get_geometry(window)?.reply()?;
            Ok(attributes.map_state == MapState::VIEWABLE
                && attributes.class == WindowClass::INPUT_OUTPUT
                && !attributes.override_redirect
                && geometry.width.min(geometry.height) >= LEAST_SIDE)
        };
        look().unwrap_or(false)
    }

    fn title(&self, window: Window) -> Result<Option<String>, ReplyError> {
        let modern = self.property(window, self.atoms.title, self.atoms.utf8, TITLE_WORDS)?;
        if let Some(title) = title_of(&String::from_utf8_lossy(&modern)) {
            return Ok(Some(title));
        }
        // The old property is Latin-1, whose bytes are the first characters of Unicode.
        let old = self.property(window, AtomEnum::WM_NAME.into(), AtomEnum::ANY.into(), TITLE_WORDS)?;
        Ok(title_of(&old.into_iter().map(char::from).collect::<String>()))
    }

    fn property(&self, window: Window, name: u32, of: u32, words: u32) -> Result<Vec<u8>, ReplyError> {
        Ok(self.connection.get_property(false, window, name, of, 0, words)?.reply()?.value)
    }
}

impl Atoms {
    fn ask(connection: &RustConnection) -> Result<Self, ReplyError> {
        let ask = |name: &str| -> Result<u32, ReplyError> {
            Ok(connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
        };
        Ok(Self { client_list: ask("_NET_CLIENT_LIST")?, title: ask("_NET_WM_NAME")?, utf8: ask("UTF8_STRING")? })
    }
}

/// An answer that nobody reads.
struct Answer;

impl TryParse for Answer {
    fn try_parse(bytes: &[u8]) -> Result<(Self, &[u8]), ParseError> {
        Ok((Self, bytes))
    }
}

/// What an error of the server means for who shares.
pub(super) fn told(error: &ReplyError) -> ScreenError {
    match error {
        ReplyError::X11Error(error) => match error.error_kind {
            ErrorKind::Window | ErrorKind::Drawable => ScreenError::Gone,
            ErrorKind::Access => ScreenError::Forbidden,
            kind => ScreenError::Other(format!("X11 says {kind:?}")),
        },
        ReplyError::ConnectionError(_) => ScreenError::Other("the display doesn't answer any more".into()),
    }
}
