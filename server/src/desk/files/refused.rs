//! What a client is told when something about a file can't be done.

use crate::{desk::Denied, files::FileError};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use hallway_protocol::{chat::ChatTextError, control::Refusal, file::FileRefusal};

/// A request that is refused.
pub(super) struct Refused(StatusCode, FileRefusal);

impl Refused {
    fn new(status: StatusCode, code: &str, text: impl Into<String>) -> Self {
        Self(status, FileRefusal { code: code.to_owned(), text: text.into(), offset: None })
    }

    pub(super) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "signed_out", "You are not signed in any more; come back and try again.")
    }

    /// A body that makes no sense: of another version, or with a name that no client makes.
    pub(super) fn unread(why: &str) -> Self {
        let text = format!("The server could not read the request ({why}).");
        Self::new(StatusCode::BAD_REQUEST, "bad_request", text)
    }

    pub(super) fn bad_text(error: &ChatTextError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_text", format!("The caption {error}."))
    }

    pub(super) fn bad_range() -> Self {
        Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "bad_range", "The file has no such range.")
    }
}

impl From<FileError> for Refused {
    fn from(error: FileError) -> Self {
        let status = match &error {
            FileError::NoGuests | FileError::NotAllowed => StatusCode::FORBIDDEN,
            FileError::TooLarge { .. } | FileError::NoNote => StatusCode::PAYLOAD_TOO_LARGE,
            FileError::Quota { .. }
            | FileError::ServerFull { .. }
            | FileError::TooManyBegun { .. }
            | FileError::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
            FileError::NoSuchFile => StatusCode::NOT_FOUND,
            FileError::Offset(_) => StatusCode::CONFLICT,
            FileError::TooLong => StatusCode::BAD_REQUEST,
            FileError::Damaged => StatusCode::UNPROCESSABLE_ENTITY,
            FileError::BrokeOff => StatusCode::REQUEST_TIMEOUT,
            FileError::TooMany => StatusCode::TOO_MANY_REQUESTS,
            FileError::Refused(refusal) => status_of(refusal),
            FileError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            FileError::Disk(_) | FileError::Table(_) => {
                tracing::error!(cause = ?error, "something about a file could not be done");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let mut refused = Self::new(status, error.code(), error.to_string());
        if let FileError::Offset(offset) = error {
            refused.1.offset = Some(offset);
        }
        refused
    }
}

fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::TooFast => StatusCode::TOO_MANY_REQUESTS,
        Refusal::NoSuchPerson | Refusal::NoSuchRoom => StatusCode::NOT_FOUND,
        Refusal::StoreFailed => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::FORBIDDEN,
    }
}

impl From<Denied> for Refused {
    fn from(_: Denied) -> Self {
        FileError::Stopping.into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}
