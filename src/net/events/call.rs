//! What happens to calls, told once.

use hallway_protocol::{
    call::{CallEnd, CallKind},
    ids::CallId,
};

/// What happened to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallChanged {
    /// The one that one rang is being rung.
    Ringing,
    /// Somebody rings here.
    Incoming,
    /// Answered: by the other one, or here.
    Accepted {
        /// Whether a client answered by itself, as its person told it to.
        auto: bool,
    },
    /// Somebody came into the call that one is in.
    Joined {
        /// Who.
        name: String,
    },
    /// Somebody is no longer in the call, or didn't come into it.
    Left {
        /// Who.
        name: String,
        /// Why.
        why: CallEnd,
    },
    /// Over for this client.
    Ended(CallEnd),
    /// Something about it doesn't work; it goes on.
    Trouble {
        /// A word for scripts.
        code: &'static str,
        /// A sentence that says what to do.
        text: String,
    },
}

/// A call in an event: what stays true after it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallNamed {
    /// Which.
    pub call: CallId,
    /// What about.
    pub kind: CallKind,
    /// Names of the others in it.
    pub with: Vec<String>,
}
