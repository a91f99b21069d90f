//! Getting in: the front desk is asked over HTTPS, on a thread of its own, and gives what opens the live door.

pub mod certificate;
pub mod front_desk;
pub mod hex;
pub mod https;
pub mod owner;
pub mod pins;
pub mod stays;

use super::{
    commands::{Secret, ServerAddress, Trust},
    events::SignInFailure,
    snapshot::LoadedMap,
};
use bevy::{platform::cell::SyncCell, prelude::Resource};
use hallway_protocol::{
    desk::{AccountChange, Proof},
    ids::PersonId,
};
use lightyear::netcode::ConnectToken;
use std::{
    io,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        mpsc::{self, Receiver},
    },
};

/// What a front desk is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The session's number for it; the answer carries it.
    pub attempt: u64,
    /// Which front desk.
    pub server: ServerAddress,
    /// Which certificates are taken.
    pub trust: Trust,
    /// Under which name.
    pub name: String,
    /// What for.
    pub matter: Matter,
}

/// What a front desk is asked for.
#[derive(Clone, Debug)]
pub enum Matter {
    /// To be let in.
    SignIn {
        /// Whether a free variant will do when the name is taken.
        or_variant: bool,
        /// What shows that the name is one's own. Without anything, what this client kept to stay signed in.
        proof: Proof,
        /// Whether this client stays signed in.
        stay: bool,
        /// The invitation to register with, where guests may not come in.
        invite: Option<Secret>,
    },
    /// To change the account of that name.
    Account {
        /// Its password.
        password: Secret,
        /// What to change.
        change: AccountChange,
    },
    /// Nothing: this client stays signed in no longer.
    Leave,
}

/// What it said.
pub struct Answer {
    /// The question's number.
    pub attempt: u64,
    /// What came of it, or why nothing did.
    pub result: Result<Outcome, SignInFailure>,
    /// A sentence about something on this machine that went wrong, though not so that one could not sign in.
    pub notice: Option<String>,
}

/// What came of a question.
pub enum Outcome {
    /// One may come in.
    Admitted(Box<Admission>),
    /// The account is changed.
    Changed(AccountChange),
    /// This client stays signed in no longer.
    Left,
}

/// The way in.
pub struct Admission {
    /// The own id.
    pub person: PersonId,
    /// The own name as granted.
    pub name: String,
    /// Opens the live door, once.
    pub token: ConnectToken,
    /// Where the front desk was found.
    pub desk: SocketAddr,
    /// What the first message on the link must show.
    pub secret: [u8; 16],
    /// The map in use.
    pub map: Arc<LoadedMap>,
    /// The server's version.
    pub version: String,
    /// The certificate's fingerprint.
    pub fingerprint: String,
    /// Whether the name is one's own here.
    pub account: bool,
    /// What requests about files show while one is signed in.
    pub files_key: String,
}

/// The session's end of the way to front desks.
#[derive(Resource)]
pub struct Desk {
    ask: Box<dyn Fn(Question) + Send + Sync>,
    answers: SyncCell<Receiver<Answer>>,
}

/// Answers that may wait: one is under way at a time, and a newer question voids it.
const ANSWERS: usize = 8;

impl Desk {
    /// A desk made of two functions' worth of channel: for tests, and for [`Self::start`].
    #[must_use]
    pub fn new(ask: impl Fn(Question) + Send + Sync + 'static, answers: Receiver<Answer>) -> Self {
        Self { ask: Box::new(ask), answers: SyncCell::new(answers) }
    }

    /// Starts the thread that asks over HTTPS; `wake` is called after each answer.
    ///
    /// # Errors
    /// When the system gives no thread or no event queue.
    pub fn start(config_dir: &Path, wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (answered, answers) = mpsc::sync_channel(ANSWERS);
        let kept = front_desk::Kept::new(config_dir);
        let ask = front_desk::start(kept, move |answer| {
            // A session that is gone needs no answer.
            let _ = answered.try_send(answer);
            wake();
        })?;
        Ok(Self::new(ask, answers))
    }

    /// Asks; an earlier question that is not answered yet is given up.
    pub fn ask(&self, question: Question) {
        (self.ask)(question);
    }

    /// The next answer, if there is one.
    pub fn answer(&mut self) -> Option<Answer> {
        self.answers.get().try_recv().ok()
    }
}
