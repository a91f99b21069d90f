//! Has what came of a large file written out to the disk while the rest still comes. Otherwise a gigabyte that only the
//! system's memory has would be waited for at the upload's end, and would stand before the message store's own writes.

use super::disk::Disk;
use std::{fs::File, io};
use tokio::task::JoinSet;

/// Bytes after which the next part is written out, where the one before is.
const EVERY: u64 = 32 * 1024 * 1024;
/// Bytes that may have come since the part that is on its way out; then whoever sends waits for the disk.
const MOST: u64 = 2 * EVERY;

/// How far one upload's bytes are written out.
pub(super) struct Outward {
    asked: u64,
    running: JoinSet<io::Result<()>>,
}

impl Outward {
    /// Of an upload that goes on at this byte.
    pub(super) fn new(offset: u64) -> Self {
        Self { asked: offset, running: JoinSet::new() }
    }

    /// The part has `offset` bytes now. Fails where the disk did not take earlier ones.
    pub(super) async fn go_on(&mut self, disk: &Disk, part: &File, offset: u64) -> io::Result<()> {
        while let Some(done) = self.running.try_join_next() {
            done.map_err(io::Error::other).flatten()?;
        }
        if offset.saturating_sub(self.asked) >= MOST {
            self.written_out().await?;
        }
        if offset.saturating_sub(self.asked) < EVERY || !self.running.is_empty() {
            return Ok(());
        }
        // Where another upload's bytes are on their way out, these have time.
        if let Some(permit) = disk.may_write_out() {
            let part = part.try_clone()?;
            self.asked = offset;
            self.running.spawn_blocking(move || {
                let _permit = permit;
                part.sync_data()
            });
        }
        Ok(())
    }

    /// Waits for what is on its way.
    pub(super) async fn written_out(&mut self) -> io::Result<()> {
        while let Some(done) = self.running.join_next().await {
            done.map_err(io::Error::other).flatten()?;
        }
        Ok(())
    }
}
