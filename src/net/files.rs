//! Small files that must never be found half written.

use std::{fs, io, path::Path};

/// Replaces a file whole, so that a crash leaves the old one; makes its folder where there is none.
///
/// # Errors
/// When the file system refuses.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    write_anew(path, text, &mut fs::OpenOptions::new())
}

/// The same with a file that is its owner's alone from its first moment.
///
/// # Errors
/// When the file system refuses.
pub(super) fn replace_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    write_anew(path, text, &mut options)
}

fn write_anew(path: &Path, text: &str, options: &mut fs::OpenOptions) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Its own name per process: two clients that write at once write two files, and the last whole one stays.
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    let file = options.write(true).create(true).truncate(true).open(&fresh)?;
    io::Write::write_all(&mut &file, text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}
