//! Hallway's own tool for developers.

mod art;

use clap::Parser;
use std::path::{Path, PathBuf};

#[derive(Parser)]
enum Xtask {
    /// Draw the map's tiles, the default map and the icon into assets/.
    Assets(Assets),
}

#[derive(clap::Args)]
struct Assets {
    /// Write a picture of the whole map to this file instead.
    #[arg(long)]
    preview: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let Xtask::Assets(Assets { preview }) = Xtask::parse();
    match preview {
        Some(file) => art::preview(&file),
        None => art::write(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets")),
    }
}
