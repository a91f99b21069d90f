//! Files that clients carry.

use crate::drive::{
    client::Client,
    events::{Said, is},
};
use anyhow::{Context, Result, bail};
use hallway_bench::dice::Dice;
use std::{fs::File, io::Write, path::Path, time::Duration};

/// Of a file, what is drawn once and then repeated with the number of its place.
const BLOCK: usize = 1024 * 1024;
/// How long one file may take: a gigabyte over a disk of 10 MB/s.
pub(super) const PATIENCE: Duration = Duration::from_secs(110);

/// Writes a file of that length, in which no two megabytes are the same, to the disk.
pub(super) fn write(path: &Path, mebibytes: usize, seed: u64) -> Result<()> {
    let mut dice = Dice::new(seed);
    let mut block: Vec<u8> = (0..BLOCK).map(|_| (dice.roll() * 256.0) as u8).collect();
    let mut file = File::create(path)?;
    for number in 0..mebibytes {
        block[..8].copy_from_slice(&(number as u64).to_le_bytes());
        file.write_all(&block)?;
    }
    // Later it would be written beside what is measured.
    file.sync_all()?;
    Ok(())
}

/// Waits until a file has come to its end (`done`, `received`). `None` when it takes longer.
pub(super) fn ended(client: &mut Client, state: &str, patience: Duration) -> Result<Option<Said>> {
    const OTHER_ENDS: [&str; 2] = ["failed", "cancelled"];
    let is_end = |event: &serde_json::Value| {
        is(event, "file") && (event["state"] == state || OTHER_ENDS.iter().any(|end| event["state"] == *end))
    };
    match client.wait(patience, is_end) {
        Some(said) if said.event["state"] == state => Ok(Some(said)),
        Some(said) => bail!("a file could not be carried: {}", said.event),
        None => Ok(None),
    }
}

/// The same where it must not take longer than any file may.
pub(super) fn must_end(client: &mut Client, state: &str) -> Result<Said> {
    ended(client, state, PATIENCE)?.with_context(|| format!("a file was not “{state}” in time"))
}

/// A text of an event.
pub(super) fn text<'e>(said: &'e Said, field: &str) -> Result<&'e str> {
    said.event[field].as_str().with_context(|| format!("{} has no {field}", said.event))
}
