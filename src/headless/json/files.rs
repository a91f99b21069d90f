//! Files as JSON objects.

use crate::net::transfers::{FileChanged, FileEvent};
use hallway_protocol::file::{Attachment, AttachmentKind};
use serde_json::{Value, json};

/// A `file` event.
pub(super) fn file(event: &FileEvent) -> Value {
    let FileEvent { file, name, bytes, done_bytes, change } = event;
    let mut object = json!({
        "event": "file", "file": file.to_string(), "name": name.as_str(), "bytes": bytes, "done_bytes": done_bytes,
    });
    object["state"] = match change {
        FileChanged::Offered(_) => "offered",
        FileChanged::Sending => "sending",
        FileChanged::Receiving => "receiving",
        FileChanged::Paused => "paused",
        FileChanged::Done(_) => "done",
        FileChanged::Received { .. } => "received",
        FileChanged::Failed(_) => "failed",
        FileChanged::Cancelled => "cancelled",
    }
    .into();
    match change {
        FileChanged::Offered(hash) | FileChanged::Done(hash) => object["hash"] = hash.to_string().into(),
        FileChanged::Received { hash, path } => {
            object["hash"] = hash.to_string().into();
            object["path"] = path.to_string_lossy().into();
        }
        FileChanged::Failed(reason) => object["reason"] = reason.as_str().into(),
        FileChanged::Sending | FileChanged::Receiving | FileChanged::Paused | FileChanged::Cancelled => {}
    }
    object
}

/// Adds to a message what it carries.
pub(super) fn attach(message: &mut Value, attachment: Option<&Attachment>) {
    let Some(Attachment { file, name, bytes, hash, kind }) = attachment else { return };
    let mut object = json!({
        "file": file.to_string(), "name": name.as_str(), "bytes": bytes, "hash": hash.to_string(), "kind": kind.word(),
    });
    if let AttachmentKind::Note { ms, .. } | AttachmentKind::Turn { ms, .. } = kind {
        object["ms"] = (*ms).into();
    }
    message["attachment"] = object;
}
