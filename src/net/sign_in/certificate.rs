//! Trust in a front desk by its certificate's fingerprint, the way SSH trusts host keys.
//!
//! No authority vouches for a self-hosted server. The handshake's signature is verified as ever, so whoever shows a
//! certificate has its key; whether it is the right certificate is decided by its SHA-256 fingerprint alone.

use rustls::{
    DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    str::FromStr,
    sync::{Arc, OnceLock},
};

/// SHA-256 of a certificate's DER form. Shown as 32 pairs of hex digits with colons between, as the server shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = &self.0;
        write!(f, "{first:02X}")?;
        rest.iter().try_for_each(|byte| write!(f, ":{byte:02X}"))
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    /// Reads 64 hex digits of any case; colons and blanks between them are passed over.
    fn from_str(text: &str) -> Result<Self, String> {
        let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
        let bytes = super::hex::decode(&digits).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| format!("“{text}” is no fingerprint; one has 64 hex digits"))
    }
}

/// Takes one certificate, or any and remembers which.
#[derive(Debug)]
pub struct FingerprintVerifier {
    wanted: Wanted,
    shown: OnceLock<Fingerprint>,
    provider: Arc<CryptoProvider>,
}

/// Which certificates a [`FingerprintVerifier`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// None: the server is unknown. Its fingerprint is still learned.
    None,
    /// Only this one.
    Only(Fingerprint),
    /// The first one shown, and from then on only that.
    Any,
}

impl FingerprintVerifier {
    /// A verifier for one sign-in.
    #[must_use]
    pub fn new(wanted: Wanted, provider: Arc<CryptoProvider>) -> Self {
        Self { wanted, shown: OnceLock::new(), provider }
    }

    /// The certificate that the server showed first, whether it was taken or not.
    #[must_use]
    pub fn shown(&self) -> Option<Fingerprint> {
        self.shown.get().copied()
    }
}

impl ServerCertVerifier for FingerprintVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = Fingerprint::of(end_entity);
        let first = *self.shown.get_or_init(|| shown);
        let taken = match self.wanted {
            Wanted::None => false,
            Wanted::Only(wanted) => shown == wanted,
            Wanted::Any => shown == first,
        };
        if taken {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::General("the certificate has another fingerprint than the one that is trusted".to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verify(verifier: &FingerprintVerifier, certificate: &[u8]) -> bool {
        let name = ServerName::try_from("localhost").unwrap();
        verifier
            .verify_server_cert(
                &certificate.to_vec().into(),
                &[],
                &name,
                &[],
                UnixTime::since_unix_epoch(Default::default()),
            )
            .is_ok()
    }

    fn verifier(wanted: Wanted) -> FingerprintVerifier {
        FingerprintVerifier::new(wanted, Arc::new(rustls::crypto::ring::default_provider()))
    }

    #[test]
    fn a_fingerprint_is_read_with_colons_and_without() {
        let print = Fingerprint::of(b"x");
        let shown = print.to_string();
        assert!(shown.starts_with("2D:71:16:42:") && shown.len() == 95, "{shown}");
        assert_eq!(shown.parse(), Ok(print));
        assert_eq!(shown.replace(':', "").to_lowercase().parse(), Ok(print));
        for text in ["", "12", &shown[3..], "zz"] {
            assert!(text.parse::<Fingerprint>().is_err());
        }
    }

    #[test]
    fn only_the_wanted_certificate_is_taken_and_each_is_remembered() {
        let pinned = verifier(Wanted::Only(Fingerprint::of(b"a")));
        assert!(verify(&pinned, b"a") && !verify(&pinned, b"b"));
        let none = verifier(Wanted::None);
        assert!(!verify(&none, b"a"));
        assert_eq!(none.shown(), Some(Fingerprint::of(b"a")));
        let any = verifier(Wanted::Any);
        assert!(verify(&any, b"a") && verify(&any, b"a"));
        assert!(!verify(&any, b"b"), "the certificate may not change in the middle of a sign-in");
    }
}
