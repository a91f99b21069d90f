//! What the video thread knows of a source: which capture runs, which one is being closed, and the encoder behind them.

use super::{
    Devices, Gallery, VideoEvent, Whose,
    capture::{Capture, LET_GO, Studio, Subject},
    encode::{Encoding, Order, Slot},
};
use crate::media::picture::clock;
use hallway_protocol::video::{Layer, Source};
use std::{io, sync::Arc, time::Duration};

/// See the [module's description](self).
pub(super) struct SourceControl {
    source: Source,
    studio: Studio,
    encoding: bool,
    capture: Option<Capture>,
    /// What was told to stop, and until when it is waited for.
    closing: Option<(Capture, Duration)>,
}

impl SourceControl {
    pub(super) fn new(
        source: Source,
        devices: Devices,
        gallery: Gallery,
        deliver: Arc<dyn Fn(VideoEvent) + Send + Sync>,
    ) -> Self {
        let studio = Studio { devices, gallery, slot: Arc::default(), deliver };
        Self { source, studio, encoding: false, capture: None, closing: None }
    }

    pub(super) fn slot(&self) -> &Slot {
        &self.studio.slot
    }

    pub(super) fn is_open(&self) -> bool {
        self.capture.is_some()
    }

    /// Takes pictures of this, in place of what they are taken of now.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(super) fn open(&mut self, subject: Subject) -> io::Result<()> {
        if !self.encoding {
            Encoding::start(self.source, self.studio.slot.clone(), self.studio.deliver.clone())?;
            self.encoding = true;
        }
        if let Some((closing, _)) = &self.closing {
            closing.tell_closed();
        }
        let before = self.capture.take().or(self.closing.take().map(|(capture, _)| capture));
        if let Some(before) = &before {
            before.stop();
        }
        // Who comes to the old pictures may not know the new ones.
        for layer in Layer::ALL {
            self.slot().order(Order::Keyframe(layer));
        }
        self.capture = Some(Capture::start(self.source, subject, self.studio.clone(), before)?);
        Ok(())
    }

    /// Takes no more pictures. It is told when the device has let go.
    pub(super) fn close(&mut self, now: Duration) {
        if let Some(capture) = self.capture.take() {
            capture.close();
            self.closing = Some((capture, now + LET_GO));
        }
        self.slot().forget();
    }

    /// Gives up on a device that doesn't let go.
    pub(super) fn step(&mut self, now: Duration) {
        self.closing.take_if(|(capture, _)| capture.is_done());
        if let Some((capture, _)) = self.closing.take_if(|(_, until)| now >= *until) {
            tracing::warn!(source = ?self.source, "a device does not let go; its thread is left behind");
            self.studio.gallery.clear(Whose::Own, self.source);
            capture.tell_closed();
        }
    }

    /// When [`Self::step`] has something to do.
    pub(super) fn due(&self) -> Option<Duration> {
        self.closing.as_ref().map(|(_, until)| *until)
    }

    /// Tells all threads to stop, without waiting.
    pub(super) fn stop(&self) {
        self.slot().stop();
        self.captures().for_each(Capture::stop);
    }

    /// Waits until the threads have stopped, and leaves behind those that haven't by then.
    pub(super) fn wait(&self, until: Duration) {
        let left = || until.saturating_sub(clock::now());
        if !self.captures().all(|capture| capture.wait(left())) {
            tracing::warn!(source = ?self.source, "a device does not let go; its thread is left behind");
        }
        if self.encoding && !self.slot().wait_for_stop(left()) {
            tracing::warn!(source = ?self.source, "the video encoder does not stop; its thread is left behind");
        }
        self.studio.gallery.clear(Whose::Own, self.source);
    }

    fn captures(&self) -> impl Iterator<Item = &Capture> {
        self.capture.iter().chain(self.closing.as_ref().map(|(capture, _)| capture))
    }
}
