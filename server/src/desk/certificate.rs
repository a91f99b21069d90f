//! The server's self-signed certificate: made once, kept in the data folder, known to people by its fingerprint.

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use thiserror::Error;

const CERTIFICATE_FILE: &str = "certificate.pem";
const KEY_FILE: &str = "key.pem";

/// Why there is no certificate.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// A file can't be read or written.
    #[error("{} can't be read or written", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// Only one of the two files is there.
    #[error("{} is missing while its twin is there; bring it back, or delete both for a new certificate", path.display())]
    Half {
        /// The missing one.
        path: PathBuf,
    },
    /// A file is no PEM.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
    },
    /// No certificate could be made.
    #[error("can't make a certificate")]
    Make(#[from] rcgen::Error),
    /// Certificate and key do not belong together, or are of no use.
    #[error("certificate and key in the data folder can't be used")]
    Unusable(#[from] rustls::Error),
}

/// What the server shows to its clients.
#[derive(Clone)]
pub struct Identity {
    tls: Arc<ServerConfig>,
    fingerprint: String,
}

impl Identity {
    /// The identity in the data folder; it is made when there is none.
    ///
    /// # Errors
    /// When its files can't be read, written or used; see [`CertificateError`].
    pub fn load_or_make(data_dir: &Path, server_name: &str) -> Result<Self, CertificateError> {
        let (certificate, key) = (data_dir.join(CERTIFICATE_FILE), data_dir.join(KEY_FILE));
        match (certificate.exists(), key.exists()) {
            (true, true) => {}
            (false, false) => make(&certificate, &key, server_name)?,
            (true, false) => return Err(CertificateError::Half { path: key }),
            (false, true) => return Err(CertificateError::Half { path: certificate }),
        }
        Self::load(&certificate, &key)
    }

    fn load(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let damaged = |path: &Path| CertificateError::Damaged { path: path.to_owned() };
        let certificate_der = CertificateDer::from_pem_slice(&read(certificate)?).map_err(|_| damaged(certificate))?;
        let key_der = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|_| damaged(key))?;
        let fingerprint = fingerprint(&certificate_der);
        let mut tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate_der], key_der)?;
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { tls: Arc::new(tls), fingerprint })
    }

    /// The SHA-256 of the certificate, as `AB:CD:…`.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What rustls serves with.
    pub(super) fn tls(&self) -> Arc<ServerConfig> {
        self.tls.clone()
    }
}

/// The SHA-256 of a certificate's DER, as upper-case hex with colons.
fn fingerprint(der: &[u8]) -> String {
    Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

fn make(certificate: &Path, key: &Path, server_name: &str) -> Result<(), CertificateError> {
    let signing_key = KeyPair::generate()?;
    // Clients pin the fingerprint; the names are for people who look at the certificate.
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, server_name);
    let made = params.self_signed(&signing_key)?;
    write(key, signing_key.serialize_pem().as_bytes(), true)?;
    write(certificate, made.pem().as_bytes(), false)
}

fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).map_err(|error| CertificateError::File { path: path.to_owned(), error })
}

/// Writes a new file whole or not at all; a secret one is its owner's alone from its first moment.
fn write(path: &Path, bytes: &[u8], secret: bool) -> Result<(), CertificateError> {
    let whole = || -> io::Result<()> {
        let unfinished = path.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(if secret { 0o600 } else { 0o644 });
        }
        #[cfg(not(unix))]
        let _ = secret;
        let mut file = options.open(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    };
    whole().map_err(|error| CertificateError::File { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let made = Identity::load_or_make(folder.path(), "Hallway").unwrap();
        let loaded = Identity::load_or_make(folder.path(), "Another").unwrap();
        assert_eq!(made.fingerprint(), loaded.fingerprint());
        assert_eq!(made.fingerprint().len(), 32 * 3 - 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(KEY_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn half_an_identity_is_refused_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        Identity::load_or_make(folder.path(), "Hallway").unwrap();
        fs::remove_file(folder.path().join(KEY_FILE)).unwrap();
        assert!(matches!(Identity::load_or_make(folder.path(), "Hallway"), Err(CertificateError::Half { .. })));
    }

    #[test]
    fn a_damaged_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        Identity::load_or_make(folder.path(), "Hallway").unwrap();
        fs::write(folder.path().join(KEY_FILE), "no key").unwrap();
        assert!(matches!(Identity::load_or_make(folder.path(), "Hallway"), Err(CertificateError::Damaged { .. })));
    }

    #[test]
    fn a_fingerprint_is_the_digest_in_hex() {
        assert!(fingerprint(b"").starts_with("E3:B0:C4:42:98:FC:1C:14:"));
    }
}
