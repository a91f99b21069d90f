//! Where files lie on this machine, and how they get there without ever taking another one's place.

use super::TransferSettings;
use directories::UserDirs;
use hallway_protocol::file::{Attachment, FileHash, FileId, FileName};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Most bytes of files that the client keeps for itself: pictures and voice notes. The oldest go when it starts, and when
/// another one comes.
const CACHE_BYTES: u64 = 256 * 1024 * 1024;
/// Most files of one name in a folder.
const NUMBERS: u32 = 10_000;
/// Of a name, in a part's; the file's id and an ending stand behind it.
const PART_NAME_BYTES: usize = 200;

/// The folders of one client.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) downloads: PathBuf,
    pub(super) cache: PathBuf,
}

impl Places {
    pub(super) fn new(settings: &TransferSettings) -> Self {
        let platform = || UserDirs::new().and_then(|dirs| dirs.download_dir().map(Path::to_owned));
        let downloads = settings.downloads.clone().or_else(platform);
        Self {
            downloads: downloads.unwrap_or_else(|| settings.config_dir.join("downloads")),
            cache: settings.config_dir.join("cache").join("files"),
        }
    }

    /// Where the client keeps a file for itself.
    pub(super) fn cached(&self, file: FileId) -> PathBuf {
        self.cache.join(file.to_string())
    }

    /// Takes the oldest files away where the client keeps too many.
    pub(super) fn trim_cache(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.cache).into_iter().flatten() {
            let entry = entry?;
            let meta = entry.metadata()?;
            files.push((meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), meta.len(), entry.path()));
        }
        files.sort_unstable_by(|a, b| b.cmp(a));
        let mut kept = 0;
        for (_, bytes, path) in files {
            kept += bytes;
            if kept > CACHE_BYTES {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// Whether a file is there with these bytes. One that has others is of no use, and goes.
pub(super) fn is_whole(path: &Path, bytes: u64, hash: FileHash) -> io::Result<bool> {
    let file = fs::File::open(path)?;
    let is_whole = file.metadata()?.len() == bytes
        && FileHash::from(blake3::Hasher::new().update_reader(file)?.finalize()) == hash;
    if !is_whole {
        fs::remove_file(path)?;
    }
    Ok(is_whole)
}

/// Where a file that goes to a folder lies until it is whole: beside its place, with the begin of its id, since others may
/// have its name.
pub(super) fn part(folder: &Path, attachment: &Attachment) -> PathBuf {
    let (name, id) = (attachment.name.as_str(), attachment.file.to_string());
    let end = (0..=PART_NAME_BYTES.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    folder.join(format!("{}.{}.part", &name[..end], &id[..8]))
}

/// Gives a part its name in the folder, or the next one that is free. Never in place of a file that is there.
pub(super) fn settle(part: &Path, folder: &Path, name: &FileName) -> io::Result<PathBuf> {
    for number in 1..NUMBERS {
        let path = folder.join(name.numbered(number).as_str());
        match take_name(part, &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            taken => return taken.map(|()| path),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files have that name"))
}

/// Renames to a name that is free.
fn take_name(part: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(part, path) {
        Ok(()) => fs::remove_file(part),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // A file system without links: look, then rename. Another program has a moment to come in between.
        Err(_) if path.symlink_metadata().is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(part, path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::file::AttachmentKind;

    #[test]
    fn nothing_takes_the_place_of_a_file_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let name = FileName::made_of("a.txt");
        fs::write(folder.path().join("a.txt"), "old").unwrap();
        for number in 2..4 {
            let part = folder.path().join("a.txt.part");
            fs::write(&part, "new").unwrap();
            let path = settle(&part, folder.path(), &name).unwrap();
            assert_eq!(path, folder.path().join(format!("a ({number}).txt")));
            assert!(!part.exists());
        }
        assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "old");
    }

    #[test]
    fn whatever_a_file_is_called_it_lies_in_the_folder_and_over_no_other() {
        let (folder, long) = (tempfile::tempdir().unwrap(), format!("{}.txt", "é".repeat(10_000)));
        let names =
            ["../../x", "..\\..\\x", "CON", "nul.txt", "a\u{202E}gnp.exe", "two.png      .exe", ".hidden", &long];
        for text in names {
            let name = FileName::made_of(text);
            let mut paths = Vec::new();
            for content in ["first", "second"] {
                let attachment = Attachment {
                    file: FileId::new([7; 16]),
                    name: name.clone(),
                    bytes: 5,
                    hash: blake3::hash(content.as_bytes()).into(),
                    kind: AttachmentKind::File,
                };
                let part = part(folder.path(), &attachment);
                assert_eq!(part.parent(), Some(folder.path()), "{text:?}");
                fs::write(&part, content).unwrap();
                paths.push(settle(&part, folder.path(), &name).unwrap());
            }
            for (path, content) in paths.iter().zip(["first", "second"]) {
                assert_eq!(path.parent(), Some(folder.path()), "{text:?}");
                assert_eq!(fs::read_to_string(path).unwrap(), content, "{text:?}");
                let name = path.file_name().unwrap().to_str().unwrap();
                assert!(
                    FileName::new(name).is_ok() && !name.starts_with('.') && !name.contains('\u{202E}'),
                    "{name:?}"
                );
            }
        }
    }

    #[test]
    fn the_cache_loses_its_oldest_files() {
        let folder = tempfile::tempdir().unwrap();
        let settings = TransferSettings { config_dir: folder.path().to_owned(), downloads: None };
        let places = Places::new(&settings);
        places.trim_cache().unwrap();
        fs::create_dir_all(&places.cache).unwrap();
        let old = places.cached(FileId::new([1; 16]));
        let new = places.cached(FileId::new([2; 16]));
        for path in [&old, &new] {
            fs::File::create(path).unwrap().set_len(CACHE_BYTES / 2 + 1).unwrap();
        }
        fs::File::options().append(true).open(&old).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        places.trim_cache().unwrap();
        assert!(!old.exists() && new.exists());
    }
}
