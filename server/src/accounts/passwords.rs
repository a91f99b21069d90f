//! Hashing passwords: slow on purpose, and so bounded, or a handful of strangers could keep the machine busy.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use hallway_protocol::password::Password;
use std::sync::{
    LazyLock,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

/// Hashes at once: each takes a core for some tens of milliseconds, and 19 MiB (Argon2id, 2 passes, one lane: the
/// first choice of OWASP's password storage cheat sheet, and the library's default).
const AT_ONCE: usize = 2;
/// Hashes that may wait for those. Further ones are refused: the last of these waits a second or two already.
const WAITING: usize = 32;

/// What is compared with where there is no account, so that the answer takes as long and tells nothing.
static OF_NOBODY: LazyLock<String> = LazyLock::new(|| hash(b"nobody has this one").unwrap_or_default());

/// The bounded hashing.
pub(super) struct Passwords {
    places: Semaphore,
    asked: AtomicUsize,
}

/// Too many hash at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Busy;

impl Passwords {
    pub(super) fn new() -> Self {
        Self { places: Semaphore::new(AT_ONCE), asked: AtomicUsize::new(0) }
    }

    /// The hash to be kept, with a salt of its own.
    pub(super) async fn hash(&self, password: Password) -> Result<String, Busy> {
        self.work(move || hash(password.as_bytes())).await?.ok_or(Busy)
    }

    /// Whether the password is the one that was hashed. Without a hash it never is, after as long a time.
    pub(super) async fn verify(&self, password: Password, kept: Option<String>) -> Result<bool, Busy> {
        self.work(move || {
            let right = verify(password.as_bytes(), kept.as_ref().unwrap_or(&OF_NOBODY));
            right && kept.is_some()
        })
        .await
    }

    /// Carries out the work on another thread, as soon as a place is free.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _asked = Asked::count(&self.asked)?;
        let _place = self.places.acquire().await.map_err(|_| Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Busy)
    }
}

/// One who hashes or waits for it, counted until dropped.
struct Asked<'a>(&'a AtomicUsize);

impl<'a> Asked<'a> {
    fn count(asked: &'a AtomicUsize) -> Result<Self, Busy> {
        let counted = Self(asked);
        if asked.fetch_add(1, Ordering::Relaxed) < AT_ONCE + WAITING { Ok(counted) } else { Err(Busy) }
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn hash(password: &[u8]) -> Option<String> {
    match Argon2::default().hash_password(password) {
        Ok(hash) => Some(hash.to_string()),
        Err(error) => {
            tracing::error!(%error, "a password could not be hashed");
            None
        }
    }
}

fn verify(password: &[u8], kept: &str) -> bool {
    PasswordHash::new(kept).is_ok_and(|kept| Argon2::default().verify_password(password, &kept).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex, mpsc};

    fn password(text: &str) -> Password {
        Password::new(text).unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_passes_and_two_hashes_of_it_differ() {
        let passwords = Passwords::new();
        let (first, second) = (
            passwords.hash(password("correct horse")).await.unwrap(),
            passwords.hash(password("correct horse")).await.unwrap(),
        );
        assert!(first != second && first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
        assert_eq!(passwords.verify(password("correct horse"), Some(first.clone())).await, Ok(true));
        assert_eq!(passwords.verify(password("Correct horse"), Some(first)).await, Ok(false));
        assert_eq!(passwords.verify(password("correct horse"), None).await, Ok(false));
        assert_eq!(passwords.verify(password("nobody has this one"), None).await, Ok(false));
        assert_eq!(passwords.verify(password("correct horse"), Some("damaged".into())).await, Ok(false));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_crowd_is_refused_and_those_before_it_are_served() {
        const CROWD: usize = 60;
        let passwords = Arc::new(Passwords::new());
        let (open, shut) = mpsc::channel::<()>();
        let door = Arc::new(Mutex::new(shut));
        let tries: Vec<_> = (0..CROWD)
            .map(|_| {
                let (passwords, door) = (passwords.clone(), door.clone());
                // Until the door opens, whoever is let in waits at it.
                tokio::spawn(async move { passwords.work(move || door.lock().unwrap().recv().is_err()).await.is_ok() })
            })
            .collect();
        // Only those are done with who were refused.
        while tries.iter().filter(|one| one.is_finished()).count() < CROWD - AT_ONCE - WAITING {
            tokio::task::yield_now().await;
        }
        drop(open);
        let mut served = 0;
        for one in tries {
            served += usize::from(one.await.unwrap());
        }
        assert_eq!((served, passwords.asked.load(Ordering::Relaxed)), (AT_ONCE + WAITING, 0));
    }
}
