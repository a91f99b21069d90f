//! Sending one file, from wherever it was left.

use super::{
    carriers::{self, Outbound, WAITING},
    cause::Cause,
    desk::FileDesk,
};
use hallway_protocol::{
    file::{AttachmentKind, BeginUpload, FileHash, FileId, FileName, FileTarget, UploadState},
    limits,
};
use serde::{Deserialize, Serialize};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// How often it is looked whether bytes still go.
const LOOKS: Duration = Duration::from_secs(2);
/// How often the server may name another byte to go on at, before it makes no sense.
const TURNS: usize = 4;

/// A file to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Upload {
    pub(super) file: FileId,
    pub(super) to: FileTarget,
    pub(super) path: PathBuf,
    pub(super) name: FileName,
    pub(super) bytes: u64,
    pub(super) kind: AttachmentKind,
    pub(super) caption: String,
    pub(super) temporary: bool,
    /// Whether the server has said yes. Only then can it go on after a new sign-in: people have other numbers there.
    pub(super) begun: bool,
}

/// Sends a file. `begun` is called once the server has said yes; `done` counts what has left.
pub(super) async fn send(
    desk: FileDesk,
    upload: Upload,
    done: Arc<AtomicU64>,
    begun: impl AsyncFnOnce(),
) -> Result<FileHash, Cause> {
    let mut state = begin(&desk, &upload).await?;
    if !upload.begun {
        begun().await;
    }
    for _ in 0..TURNS {
        done.store(state.offset.min(upload.bytes), Relaxed);
        let hash = match send_from(&desk, &upload, state.offset, &done).await {
            Ok(hash) => hash,
            // The server has more or less than was thought: it tells how much.
            Err(Cause::Never { code, .. }) if code == "offset" => {
                state = desk.upload_state(upload.file).await?;
                continue;
            }
            Err(cause) => return Err(cause),
        };
        match desk.finish(upload.file, hash).await {
            Ok(_) => return Ok(hash),
            Err(Cause::Never { code, .. }) if code == "offset" => state = desk.upload_state(upload.file).await?,
            Err(cause) => return Err(cause),
        }
    }
    Err(Cause::Later("The server does not say where the upload goes on.".to_owned()))
}

async fn begin(desk: &FileDesk, upload: &Upload) -> Result<UploadState, Cause> {
    if upload.begun {
        return desk.upload_state(upload.file).await.map_err(|cause| match cause {
            Cause::Never { code, .. } if code == "no_such_file" => {
                Cause::never("no_such_file", "The server does not know of this upload any more; send the file again.")
            }
            cause => cause,
        });
    }
    let asked = BeginUpload {
        file: upload.file,
        to: upload.to.clone(),
        name: upload.name.clone(),
        bytes: upload.bytes,
        kind: upload.kind.clone(),
        caption: upload.caption.clone(),
    };
    desk.begin(&asked).await
}

/// Sends what lies behind `offset`; the hash of the whole.
async fn send_from(desk: &FileDesk, upload: &Upload, offset: u64, done: &Arc<AtomicU64>) -> Result<FileHash, Cause> {
    let (out, from) = mpsc::channel(WAITING);
    let (path, bytes) = (upload.path.clone(), upload.bytes);
    let reading = tokio::task::spawn_blocking(move || carriers::read_out(&path, offset, bytes, &out));
    if offset < upload.bytes {
        let body = Outbound { from, left: upload.bytes - offset, done: Arc::clone(done) };
        let sending = desk.append(upload.file, offset, reqwest::Body::wrap(body));
        let sent = tokio::select! {
            sent = sending => sent,
            () = stalled(done) => Err(Cause::Later("The server takes nothing any more.".to_owned())),
        };
        if let Err(cause) = sent {
            // Why the file can't be read says more than the request that broke off for it.
            return match reading.await {
                Ok(Err(read @ Cause::Never { .. })) => Err(read),
                _ => Err(cause),
            };
        }
    }
    reading.await.map_err(|_| Cause::Later("The file could not be read.".to_owned()))?
}

/// Ends when nothing has left for too long.
async fn stalled(done: &AtomicU64) {
    let (mut last, mut since) = (done.load(Relaxed), Instant::now());
    while since.elapsed() < limits::TRANSFER_STALL {
        tokio::time::sleep(LOOKS).await;
        let now = done.load(Relaxed);
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
}
