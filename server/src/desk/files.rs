//! The desk's routes about files: who may is asked of the world, the rest of the store of files.

mod range;
mod refused;

use super::{
    WorldDoor,
    routes::{Shared, in_time, within},
};
use crate::files::{Caller, FileAsk, FileError, Files, Place, key_hash};
use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Query, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, patch, post},
};
use hallway_protocol::{
    chat::{ChatText, ChatTextError},
    file::{BeginUpload, FileId, FinishUpload, UploadState},
};
use range::{Wanted, wanted};
use refused::Refused;
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// Longest body of the first request: the longest caption, spelled in JSON escapes.
const BEGIN_BYTES: usize = 32 * 1024;
/// How long the end of an upload may take: a gigabyte that a slow disk still has to write.
const FINISH_TIMEOUT: Duration = Duration::from_secs(300);

type Answered<T> = Result<T, Refused>;

/// Where an upload's body goes.
#[derive(Deserialize)]
struct Append {
    offset: u64,
}

/// The routes. Those that carry bytes have no time to end in, but may not stand still: the body's next byte is waited for
/// in [`Files::append`], the client's next read in the connection itself.
pub(super) fn routes(shared: Arc<Shared>) -> Router {
    let short = Router::new()
        .route("/files", post(begin))
        .route("/files/{file}/upload", get(state))
        .layer(middleware::from_fn(in_time));
    let finish = Router::new()
        .route("/files/{file}/finish", post(finish))
        .layer(middleware::from_fn(|request, next| within(FINISH_TIMEOUT, request, next)));
    let carrying = Router::new().route("/files/{file}", patch(append).get(give).delete(delete));
    let limit = DefaultBodyLimit::max(BEGIN_BYTES);
    short.merge(finish).merge(carrying).layer(limit).with_state(shared)
}

async fn begin(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Result<Json<BeginUpload>, JsonRejection>,
) -> Answered<Json<UploadState>> {
    let caller = caller(&shared.world, &headers).await?;
    let Json(mut asked) = body.map_err(|error| Refused::unread(&error.body_text()))?;
    asked.caption = caption(&asked.caption)?;
    let files = &shared.files;
    if let Some(begun) = files.state(caller.owner, asked.file).await? {
        return Ok(Json(begun));
    }
    let place = place(&shared.world, &headers, &asked).await?;
    Ok(Json(files.begin(&caller, place, asked).await?))
}

async fn state(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Answered<Json<UploadState>> {
    let caller = caller(&shared.world, &headers).await?;
    let state = shared.files.state(caller.owner, id(&file)?).await?;
    Ok(Json(state.ok_or(FileError::NoSuchFile)?))
}

async fn append(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(file): Path<String>,
    Query(Append { offset }): Query<Append>,
    body: Body,
) -> Answered<Json<UploadState>> {
    let Caller { owner, .. } = caller(&shared.world, &headers).await?;
    let (file, slot, files) = (id(&file)?, shared.files.slot(owner)?, shared.files.clone());
    // A task of its own ends in order when the connection breaks; this one would be dropped in the middle.
    let work = tokio::spawn(async move {
        let _slot = slot;
        files.append(owner, file, offset, body).await
    });
    Ok(Json(work.await.map_err(|_| FileError::Stopping)??))
}

async fn finish(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(file): Path<String>,
    body: Result<Json<FinishUpload>, JsonRejection>,
) -> Answered<Json<UploadState>> {
    let caller = caller(&shared.world, &headers).await?;
    let (file, Json(FinishUpload { hash })) = (id(&file)?, body.map_err(|error| Refused::unread(&error.body_text()))?);
    let (files, world) = (shared.files.clone(), shared.world.clone());
    let work = tokio::spawn(async move {
        let say = async |said| {
            let asked = about_file(&world, |reply| FileAsk::Say { said: Box::new(said), reply });
            asked.await?.map_err(FileError::Refused)
        };
        files.finish(&caller, file, hash, say).await
    });
    Ok(Json(work.await.map_err(|_| FileError::Stopping)??))
}

async fn give(State(shared): State<Arc<Shared>>, headers: HeaderMap, Path(file): Path<String>) -> Answered<Response> {
    let caller = caller(&shared.world, &headers).await?;
    let file = id(&file)?;
    let shown = shared.files.shown(file).await?.filter(|shown| caller.may_read(shown));
    shown.ok_or(FileError::NoSuchFile)?;
    let download = shared.files.open_file(file).await?;
    let (bytes, tag) = (download.bytes, format!("\"{}\"", download.hash));
    let mut answer = HeaderMap::new();
    let mut set = |name, value: String| {
        // None of them has a sign that a header can't have: digits, and words of ours.
        if let Ok(value) = value.parse() {
            answer.insert(name, value);
        }
    };
    set(header::ETAG, tag.clone());
    set(header::ACCEPT_RANGES, "bytes".to_owned());
    set(header::CONTENT_TYPE, "application/octet-stream".to_owned());
    set(header::CONTENT_DISPOSITION, "attachment".to_owned());
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned());
    let (status, range) = match wanted(&headers, &tag, bytes) {
        Wanted::Nothing => return Ok((StatusCode::NOT_MODIFIED, answer).into_response()),
        Wanted::All => (StatusCode::OK, 0..bytes),
        Wanted::Part(range) => {
            set(header::CONTENT_RANGE, format!("bytes {}-{}/{bytes}", range.start, range.end - 1));
            (StatusCode::PARTIAL_CONTENT, range)
        }
        Wanted::NotThere => {
            set(header::CONTENT_RANGE, format!("bytes */{bytes}"));
            return Ok((answer, Refused::bad_range()).into_response());
        }
    };
    set(header::CONTENT_LENGTH, (range.end - range.start).to_string());
    let slot = shared.files.slot(caller.owner)?;
    Ok((status, answer, Body::from_stream(download.read(range, slot).await?)).into_response())
}

async fn delete(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Answered<StatusCode> {
    let caller = caller(&shared.world, &headers).await?;
    let file = id(&file)?;
    // To its end, whether or not its client waits for that.
    let work = tokio::spawn(async move {
        let shown = shared.files.delete(&caller, file).await?;
        if let Some(shown) = shown {
            shared.world.tell(super::WorldAsk::File(FileAsk::Gone { file, shown })).await;
        }
        Ok::<_, FileError>(())
    });
    work.await.map_err(|_| FileError::Stopping)??;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes away the files of an account that is gone.
pub(super) async fn forget_owner(files: &Files, world: &WorldDoor, owner: hallway_protocol::owner::OwnerId) {
    match files.delete_all_of(owner).await {
        Ok(gone) => {
            for (file, shown) in gone {
                world.tell(super::WorldAsk::File(FileAsk::Gone { file, shown })).await;
            }
        }
        Err(error) => tracing::error!(%error, "the files of a deleted account could not be taken away"),
    }
}

/// Who shows this key.
async fn caller(world: &WorldDoor, headers: &HeaderMap) -> Answered<Caller> {
    let key = key(headers).ok_or_else(Refused::signed_out)?;
    about_file(world, |reply| FileAsk::Who { key, reply }).await?.ok_or_else(Refused::signed_out)
}

/// Where the file is to go, if its sender may send there.
async fn place(world: &WorldDoor, headers: &HeaderMap, asked: &BeginUpload) -> Answered<Place> {
    let key = key(headers).ok_or_else(Refused::signed_out)?;
    let to = asked.to.clone();
    let place = about_file(world, |reply| FileAsk::To { key, to, reply }).await?.ok_or_else(Refused::signed_out)?;
    Ok(place.map_err(FileError::Refused)?)
}

async fn about_file<T>(world: &WorldDoor, ask: impl FnOnce(oneshot::Sender<T>) -> FileAsk) -> Result<T, FileError> {
    let (reply, answer) = oneshot::channel();
    world.ask(super::WorldAsk::File(ask(reply))).map_err(|_| FileError::Stopping)?;
    answer.await.map_err(|_| FileError::Stopping)
}

fn key(headers: &HeaderMap) -> Option<crate::files::KeyHash> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(key_hash)
}

fn id(text: &str) -> Answered<FileId> {
    text.parse().map_err(|_| FileError::NoSuchFile.into())
}

/// What stands beside a file: a text that may be sent, or nothing.
fn caption(text: &str) -> Answered<String> {
    match ChatText::new(text) {
        Ok(text) => Ok(text.into()),
        Err(ChatTextError::Empty) => Ok(String::new()),
        Err(error) => Err(Refused::bad_text(&error)),
    }
}
