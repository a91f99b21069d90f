//! Takes pixels from the X server: through shared memory where it is on this machine, else through the connection.

use super::{Area, ScreenError, Session, session::told};
use std::{fs::File, os::unix::fs::FileExt};
use x11rb::{
    connection::Connection,
    errors::{ReplyError, ReplyOrIdError},
    protocol::{
        ErrorKind,
        shm::{ConnectionExt as _, Seg},
        xproto::{ConnectionExt as _, ImageFormat},
    },
};

/// Most pixels that are taken at once: four screens of 4K.
const MOST_PIXELS: usize = 4 * 3840 * 2160;
const ALL_PLANES: u32 = u32::MAX;

/// Keeps the memory that is shared with the server.
pub(super) struct Grabber {
    shared: Option<Shared>,
    /// Whether the server is on this machine and shares memory.
    can_share: bool,
    pixels: Vec<u8>,
}

/// Memory that the server writes to. It is read as a file, so that nobody reads what another just writes.
struct Shared {
    segment: Seg,
    file: File,
    bytes: usize,
}

impl Grabber {
    pub(super) fn new(session: &Session) -> Self {
        let version = session.connection.shm_query_version().ok().and_then(|cookie| cookie.reply().ok());
        // Memory that the server makes came with 1.2.
        let can_share = version.is_some_and(|version| (version.major_version, version.minor_version) >= (1, 2));
        Self { shared: None, can_share, pixels: Vec::new() }
    }

    /// The pixels of an area, BGRX; `None` when there are none just now, as of a window that is not shown.
    pub(super) fn grab(&mut self, session: &Session, area: Area) -> Result<Option<&mut [u8]>, ScreenError> {
        let pixels = area.width * area.height;
        if pixels > MOST_PIXELS {
            return Err(ScreenError::Other("it is too large".into()));
        }
        self.pixels.resize(pixels * 4, 0);
        let taken = if self.share(session, pixels * 4) {
            self.grab_shared(session, area)
        } else {
            self.grab_sent(session, area)
        };
        match taken {
            Ok(()) => Ok(Some(&mut self.pixels)),
            // Hidden between the question for its size and this one, or made smaller.
            Err(ReplyError::X11Error(error)) if error.error_kind == ErrorKind::Match => Ok(None),
            Err(error) => Err(told(&error)),
        }
    }

    /// Sees to it that enough memory is shared; `false` where it can't be.
    fn share(&mut self, session: &Session, bytes: usize) -> bool {
        if !self.can_share {
            return false;
        }
        if self.shared.as_ref().is_none_or(|shared| shared.bytes < bytes) {
            if let Some(old) = self.shared.take() {
                // A server that doesn't know it any more needs not be told.
                _ = session.connection.shm_detach(old.segment);
            }
            match new_segment(session, bytes) {
                Ok(shared) => self.shared = Some(shared),
                Err(error) => {
                    tracing::debug!(%error, "the X server shares no memory");
                    self.can_share = false;
                }
            }
        }
        self.shared.is_some()
    }

    fn grab_shared(&mut self, session: &Session, area: Area) -> Result<(), ReplyError> {
        let Some(shared) = &self.shared else { return Ok(()) };
        let Area { drawable, x, y, .. } = area;
        let (width, height) = (area.width as u16, area.height as u16);
        let format = u8::from(ImageFormat::Z_PIXMAP);
        let connection = &session.connection;
        connection.shm_get_image(drawable, x, y, width, height, ALL_PLANES, format, shared.segment, 0)?.reply()?;
        if let Err(error) = shared.file.read_exact_at(&mut self.pixels, 0) {
            tracing::debug!(%error, "the memory of the X server can't be read");
            self.can_share = false;
        }
        Ok(())
    }

    fn grab_sent(&mut self, session: &Session, area: Area) -> Result<(), ReplyError> {
        let Area { drawable, x, y, .. } = area;
        let (width, height) = (area.width as u16, area.height as u16);
        let image = session.connection.get_image(ImageFormat::Z_PIXMAP, drawable, x, y, width, height, ALL_PLANES)?;
        let data = image.reply()?.data;
        let length = data.len().min(self.pixels.len());
        self.pixels[..length].copy_from_slice(&data[..length]);
        Ok(())
    }
}

fn new_segment(session: &Session, bytes: usize) -> Result<Shared, ReplyOrIdError> {
    let segment = session.connection.generate_id()?;
    let size = u32::try_from(bytes).unwrap_or(u32::MAX);
    let reply = session.connection.shm_create_segment(segment, size, false)?.reply()?;
    Ok(Shared { segment, file: File::from(reply.shm_fd), bytes })
}
