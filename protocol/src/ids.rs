//! The numbers that people, rooms and messages go by on the wire.
//!
//! They are Hallway's own, never an `Entity` or a netcode peer id: those belong to one process and, in the case of
//! netcode, must stay secret.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// One signed-in person, for as long as this sign-in lasts.
    PersonId(u32)
}
id! {
    /// One room: drawn on the map or created by people. Never used twice while a server runs.
    RoomId(u32)
}
id! {
    /// A stored message; ids grow in the order in which the server stored them.
    MessageId(i64)
}
id! {
    /// A client's own number for something it asked, so that the answer finds its question.
    RequestId(u32)
}
id! {
    /// One call, from its first ring to its end. Never used twice while a server runs.
    CallId(u32)
}
