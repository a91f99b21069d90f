//! The client that speaks HTTPS with a front desk, and takes its certificate alone.

use super::certificate::FingerprintVerifier;
use reqwest::{Client, ClientBuilder, redirect};
use rustls::crypto::{CryptoProvider, ring};
use std::{sync::Arc, time::Duration};

/// For the handshakes of TCP and TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What TLS is made of here.
#[must_use]
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// A client that trusts whom the verifier trusts, goes where it is told to, and nowhere else.
///
/// # Errors
/// When TLS can't be set up.
pub fn client(
    verifier: Arc<FingerprintVerifier>,
    provider: Arc<CryptoProvider>,
) -> Result<ClientBuilder, rustls::Error> {
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let client = Client::builder().tls_backend_preconfigured(tls).https_only(true).no_proxy();
    Ok(client.redirect(redirect::Policy::none()).connect_timeout(CONNECT_TIMEOUT))
}
