//! The requests about files.

use super::{Access, cause::Cause};
use crate::net::sign_in::{
    certificate::{FingerprintVerifier, Wanted},
    https,
};
use hallway_protocol::file::{Attachment, BeginUpload, FileHash, FileId, FileRefusal, FinishUpload, UploadState};
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode, header};
use std::{sync::Arc, time::Duration};

/// For a request that carries no file.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// For the last word of an upload: the server may still have to write a gigabyte to a slow disk.
const FINISH_TIMEOUT: Duration = Duration::from_secs(310);
/// Longest answer that is no file.
const ANSWER_BYTES: usize = 64 * 1024;

/// A front desk that lets one in.
#[derive(Clone)]
pub(super) struct FileDesk {
    http: Client,
    access: Access,
}

impl FileDesk {
    /// The desk of a sign-in.
    pub(super) fn new(access: Access) -> Result<Self, String> {
        let provider = https::provider();
        let verifier = Arc::new(FingerprintVerifier::new(Wanted::Only(access.fingerprint), Arc::clone(&provider)));
        let client = https::client(verifier, provider).map_err(|error| error.to_string())?;
        Ok(Self { http: client.build().map_err(|error| error.to_string())?, access })
    }

    pub(super) fn access(&self) -> &Access {
        &self.access
    }

    pub(super) async fn begin(&self, asked: &BeginUpload) -> Result<UploadState, Cause> {
        let url = self.url("");
        answer(self.request(Method::POST, url).timeout(REQUEST_TIMEOUT).json(asked)).await
    }

    pub(super) async fn upload_state(&self, file: FileId) -> Result<UploadState, Cause> {
        let url = self.url(&format!("/{file}/upload"));
        answer(self.request(Method::GET, url).timeout(REQUEST_TIMEOUT)).await
    }

    pub(super) async fn append(&self, file: FileId, offset: u64, body: Body) -> Result<UploadState, Cause> {
        let url = self.url(&format!("/{file}?offset={offset}"));
        answer(self.request(Method::PATCH, url).body(body)).await
    }

    pub(super) async fn finish(&self, file: FileId, hash: FileHash) -> Result<UploadState, Cause> {
        let url = self.url(&format!("/{file}/finish"));
        answer(self.request(Method::POST, url).timeout(FINISH_TIMEOUT).json(&FinishUpload { hash })).await
    }

    pub(super) async fn delete(&self, file: FileId) -> Result<(), Cause> {
        let url = self.url(&format!("/{file}"));
        accepted(self.request(Method::DELETE, url).timeout(REQUEST_TIMEOUT)).await.map(drop)
    }

    /// Asks for a file from a byte on. Whether it comes from there, or from its beginning.
    pub(super) async fn give(&self, file: &Attachment, offset: u64) -> Result<(Response, bool), Cause> {
        let mut request = self.request(Method::GET, self.url(&format!("/{}", file.file)));
        if offset > 0 {
            let (range, tag) = (format!("bytes={offset}-"), format!("\"{}\"", file.hash));
            request = request.header(header::RANGE, range).header(header::IF_RANGE, tag);
        }
        let response = accepted(request).await?;
        let goes_on = response.status() == StatusCode::PARTIAL_CONTENT;
        Ok((response, goes_on))
    }

    fn request(&self, method: Method, url: String) -> RequestBuilder {
        self.http.request(method, url).bearer_auth(&self.access.key)
    }

    fn url(&self, rest: &str) -> String {
        format!("https://{}{}{rest}", self.access.server, hallway_protocol::file::FILES_PATH)
    }
}

/// The answer of a request that was taken.
async fn answer(request: RequestBuilder) -> Result<UploadState, Cause> {
    let body = read(accepted(request).await?).await?;
    serde_json::from_slice(&body).map_err(|_| Cause::never("server", "The server's answer can't be read."))
}

/// The response of a request that was not refused.
async fn accepted(request: RequestBuilder) -> Result<Response, Cause> {
    let response = request.send().await.map_err(|error| Cause::broken(&error))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = read(response).await?;
    let refusal = serde_json::from_slice(&body).unwrap_or_else(|_| FileRefusal {
        code: "server".to_owned(),
        text: format!("The server said “{status}”."),
        offset: None,
    });
    Err(Cause::refused(status.as_u16(), refusal))
}

async fn read(mut response: Response) -> Result<Vec<u8>, Cause> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Cause::broken(&error))? {
        if body.len() + chunk.len() > ANSWER_BYTES {
            return Err(Cause::never("server", "The server's answer is too long."));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
