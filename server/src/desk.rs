//! The front desk: HTTPS for signing in, accounts, the map and its picture.
//!
//! It decides nothing about people. A sign-in that has the right form is asked of the world ([`WorldAsk`]), which
//! alone knows who is here; the answer comes back over a one-shot channel.

mod acceptor;
mod account;
mod certificate;
mod files;
mod limits;
mod routes;

pub use certificate::{CertificateError, Identity};
pub use limits::SignInLimits;
pub(crate) use limits::network;

use crate::{
    accounts::Accounts,
    files::{FileAsk, Files},
};
use acceptor::{Door, TlsAcceptor};
use axum_server::Handle;
use hallway_protocol::{desk::SignInGrant, names::DisplayName, owner::OwnerId};
use hyper_util::rt::TokioTimer;
use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// Sign-ins that may wait for the world. It answers within milliseconds, so a longer queue is an attack.
const WAITING: usize = 64;
/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long open requests get to end when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// What the desk asks of the world.
#[derive(Debug)]
pub enum WorldAsk {
    /// To let somebody in.
    SignIn(SignInAsk),
    /// To end the sessions of this owner: signed out everywhere.
    End(OwnerId),
    /// Something about files.
    File(FileAsk),
    /// To end the sessions of whoever is banned by now.
    Enforce,
}

/// A sign-in, as the desk asks it of the world.
#[derive(Debug)]
pub struct SignInAsk {
    /// Who wants to come in.
    pub name: DisplayName,
    /// What the name is to whoever wants to come in.
    pub claim: Claim,
    /// Whether a free variant of the name will do.
    pub or_variant: bool,
    /// Whose client it is.
    pub owner: OwnerId,
    /// The address of this server at which the client asks, port of the front desk included.
    pub reached_at: SocketAddr,
    /// Where the answer goes.
    pub reply: oneshot::Sender<Result<SignInGrant, Denied>>,
}

/// What a name is to whoever wants to come in under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// A guest's, as long as it is nobody's own.
    Guest,
    /// An account's, which was proved.
    Account,
    /// To be an account's. Whoever is here under it with this owner is the same person, and makes room.
    Registering {
        /// Whose client it is.
        before: OwnerId,
    },
}

/// Why the world lets somebody not in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The name belongs to somebody who is here.
    NameTaken {
        /// The holder's name.
        holder: DisplayName,
        /// A name like it that is free.
        variant: DisplayName,
    },
    /// The name is somebody's own.
    Registered {
        /// A name like it that is free.
        variant: DisplayName,
    },
    /// There are as many people as the settings allow.
    Full,
    /// The server is being stopped.
    Stopping,
    /// No connect token could be made; the reason is in the log.
    NoToken,
}

/// What the world has from the desk.
pub type WorldAsks = mpsc::Receiver<WorldAsk>;

/// The desk's way to the world.
#[derive(Clone)]
pub struct WorldDoor {
    asks: mpsc::Sender<WorldAsk>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl WorldDoor {
    /// The way to the world, both ends. `wake` is called after a question was put.
    #[must_use]
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> (Self, WorldAsks) {
        let (asks, world) = mpsc::channel(WAITING);
        (Self { asks, wake: Arc::new(wake) }, world)
    }

    /// Asks the world to let somebody in.
    async fn sign_in(
        &self,
        name: DisplayName,
        claim: Claim,
        or_variant: bool,
        owner: OwnerId,
        reached_at: SocketAddr,
    ) -> Result<SignInGrant, Denied> {
        let (reply, answer) = oneshot::channel();
        self.ask(WorldAsk::SignIn(SignInAsk { name, claim, or_variant, owner, reached_at, reply }))?;
        answer.await.unwrap_or(Err(Denied::Stopping))
    }

    /// Puts a question to the world, which answers over the question's own channel.
    ///
    /// # Errors
    /// When the world has too many questions already, or has ended.
    pub fn ask(&self, ask: WorldAsk) -> Result<(), Denied> {
        self.asks.try_send(ask).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Denied::Full,
            mpsc::error::TrySendError::Closed(_) => Denied::Stopping,
        })?;
        (self.wake)();
        Ok(())
    }

    /// Tells the world something that it must hear, however much it is asked: waits for a place in its queue. Where the
    /// world has ended, there is nobody left who would want to know.
    pub(crate) async fn tell(&self, told: WorldAsk) {
        if self.asks.send(told).await.is_ok() {
            (self.wake)();
        }
    }
}

/// What the desk hands out to everyone.
#[derive(Clone)]
pub struct Exhibits {
    /// The map as JSON.
    pub map_json: bytes::Bytes,
    /// Its digest, which clients compare.
    pub map_digest: String,
    /// The picture of its tiles.
    pub tiles_png: bytes::Bytes,
}

/// A front desk that can be stopped.
pub struct Desk {
    handle: Handle<SocketAddr>,
    server: tokio::task::JoinHandle<io::Result<()>>,
}

impl Desk {
    /// Opens the desk on a bound listener. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// When the listener can't be used.
    pub fn open(
        listener: TcpListener,
        identity: &Identity,
        exhibits: Exhibits,
        world: WorldDoor,
        accounts: Arc<Accounts>,
        files: Files,
        limits: SignInLimits,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let handle = Handle::new();
        let acceptor = TlsAcceptor::new(identity.tls(), Door::default());
        let mut server = axum_server::from_tcp(listener)?.acceptor(acceptor).handle(handle.clone()).http1_only();
        server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
        let routes = routes::routes(exhibits, world, accounts, files, limits);
        let server = tokio::spawn(server.serve(routes.into_make_service()));
        Ok(Self { handle, server })
    }

    /// Takes no more requests, and waits a moment for those that are open.
    pub async fn close(self) {
        self.handle.graceful_shutdown(Some(GRACE));
        match self.server.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the front desk was not closed cleanly"),
            Err(error) => tracing::warn!(%error, "the front desk failed"),
        }
    }
}

#[cfg(test)]
mod tests;
