//! The server's settings: what there is to set, its defaults, and the three places it is read from.
//!
//! Every setting is written down once, in the table below: its doc comment is the help text of `--help` and the
//! comment of `--print-config`. Arguments win over the environment, the environment over the file, the file over the
//! defaults.

mod check;
mod export;
mod owners;
mod print;
mod sources;
mod switch;
mod values;

pub use check::Contradiction;
pub use export::{ExportOrder, MessageExport};
pub use owners::{Owners, OwnersError};
pub use print::print;
pub use sources::{AdminOrder, Arguments, BanOrder, ConfigError, FILE_NAME, Work, load};
pub use switch::Switch;
pub use values::{PublicAddress, PublicAddressError, Seconds, default_data_dir};

use hallway_protocol::{
    floor::{FloorPolicy, QueueRule},
    keeping::Keep,
};
use std::{net::SocketAddr, path::PathBuf, time::Duration};
use values::SettingValue;

/// Declares the settings: the struct with its defaults, the layer that each source fills in part, and the table that
/// `--print-config` and the check for unknown keys work on.
macro_rules! settings {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident: $type:ty as $given:ty, $env:literal $([$($argument:tt)*])?, $default:expr;
    )*) => {
        /// All settings of a server, as they are in effect.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Settings {
            $($(#[doc = $doc])* pub $name: $type,)*
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        /// What one source says: every setting may be left out.
        #[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args, serde::Deserialize)]
        #[serde(default)]
        pub struct Layer {
            $(
                $(#[doc = $doc])*
                #[arg(long, env = $env, $($($argument)*)?)]
                pub $name: Option<$given>,
            )*
        }

        impl Layer {
            /// What this layer says, and where it is silent what `below` says.
            fn or(self, below: Self) -> Self {
                Self { $($name: self.$name.or(below.$name),)* }
            }

            /// The settings in effect when this layer is all there is.
            fn settings(self) -> Settings {
                let mut settings = Settings::default();
                $(if let Some(given) = self.$name { settings.$name = given.into(); })*
                settings
            }
        }

        impl Settings {
            /// Names, help texts and values of all settings, in the order of the table.
            fn rows(&self) -> Vec<Row> {
                vec![$(Row { name: stringify!($name), help: &[$($doc),*], value: self.$name.to_toml() }),*]
            }
        }

        /// The names of all settings.
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

/// One setting, for printing.
struct Row {
    name: &'static str,
    help: &'static [&'static str],
    /// `None` is unset.
    value: Option<toml::Value>,
}

settings! {
    /// Address and port that the server listens on: TCP for the front desk (HTTPS) and UDP for the live door.
    /// Port 0 picks one number that is free for both. Default: 0.0.0.0:7443.
    listen: SocketAddr as SocketAddr, "HALLWAY_LISTEN", SocketAddr::from(([0, 0, 0, 0], 7443));

    /// HOST or HOST:PORT under which clients reach the live door, when that is another address than the one under
    /// which they reach the front desk (NAT, relays). Unset: the address that the client signed in at.
    public: Option<PublicAddress> as PublicAddress, "HALLWAY_PUBLIC", None;

    /// Folder for the message store, the certificate and its key; made when it is missing. Default: the platform's
    /// folder for application data.
    data_dir: PathBuf as PathBuf, "HALLWAY_DATA_DIR", default_data_dir();

    /// The map: a TMX file as the Tiled editor saves it. Unset: the map that is built in.
    map: Option<PathBuf> as PathBuf, "HALLWAY_MAP", None;

    /// What the server is called, in its certificate and its first line of output. Default: Hallway.
    name: String as String, "HALLWAY_NAME", "Hallway".to_owned();

    /// Most people signed in at once; further ones are refused. 1 to 10000, default: 200.
    max_people: u32 as u32, "HALLWAY_MAX_PEOPLE", 200;

    /// Longest turn at talking, in seconds; the speaker is warned ten seconds before. 5 to 3600, default: 60.
    talk_limit: Duration as Seconds, "HALLWAY_TALK_LIMIT", Duration::from_secs(60);

    /// Who may talk in the map's rooms of which the map does not say it: exclusive (one person at a time), open
    /// (everybody at once) or chair (whom a moderator chooses). Default: exclusive.
    floor_policy: FloorPolicy as FloorPolicy, "HALLWAY_FLOOR_POLICY", FloorPolicy::default();

    /// What becomes of requests while somebody talks, in the same rooms: refuse, first-come (they wait in the order of
    /// asking) or quietest-first (who has talked least in the room is next). Default: first-come.
    queue_rule: QueueRule as QueueRule, "HALLWAY_QUEUE_RULE", QueueRule::default();

    /// Owners whose people moderate every room, as the log names them when they come in (owner=…): a list in the file,
    /// separated by commas elsewhere. Default: none.
    moderators: Owners as Owners, "HALLWAY_MODERATORS", Owners::default();

    /// How long a room that people created stays while nobody is in it, in seconds. 1 to 604800, default: 600.
    empty_room_lifetime: Duration as Seconds, "HALLWAY_EMPTY_ROOM_LIFETIME", Duration::from_secs(600);

    /// Most tries to sign in from one address (for IPv6: from one /64 network), per minute. Default: 20.
    sign_ins_per_minute: u32 as u32, "HALLWAY_SIGN_INS_PER_MINUTE", 20;

    /// The same for this machine itself, where bots and tests sign in at a high rate. Default: 1200.
    sign_ins_per_minute_local: u32 as u32, "HALLWAY_SIGN_INS_PER_MINUTE_LOCAL", 1200;

    /// Largest file that people may send, in MiB. 1 to 1048576, default: 1024.
    max_file_mib: u32 as u32, "HALLWAY_MAX_FILE_MIB", 1024;

    /// Most that is kept of one person's files, in MiB. 1 to 1048576, default: 4096.
    max_files_mib_per_person: u32 as u32, "HALLWAY_MAX_FILES_MIB_PER_PERSON", 4096;

    /// Most that is kept of all files, in MiB. 1 to 1048576, default: 32768.
    max_files_mib: u32 as u32, "HALLWAY_MAX_FILES_MIB", 32768;

    /// Whether guests may send files, and not only those who have an account. Default: true.
    guest_files: bool as bool, "HALLWAY_GUEST_FILES" [num_args = 0..=1, require_equals = true, default_missing_value = "true"], true;

    /// What goes to the log on standard error: error, warn, info, debug or trace, or tracing directives such as
    /// `info,hallway_server=debug`. Default: info.
    log: String as String, "HALLWAY_LOG", "info".to_owned();

    /// Write one JSON object a line to standard output instead of text. Default: false.
    json: bool as bool, "HALLWAY_JSON" [num_args = 0..=1, require_equals = true, default_missing_value = "true"], false;

    /// Whether people may come in without an account: on, or off for a server where only who is invited registers
    /// (`hallway-server admin invite`). Default: on.
    guests: Switch as Switch, "HALLWAY_GUESTS", Switch::On;

    /// How long what is said to everyone is kept: forever, or a number of days or hours such as 90d or 12h. Default:
    /// forever.
    keep_world: Keep as Keep, "HALLWAY_KEEP_WORLD", Keep::Forever;

    /// How long what is said in rooms is kept. Default: forever.
    keep_rooms: Keep as Keep, "HALLWAY_KEEP_ROOMS", Keep::Forever;

    /// How long what is said in private is kept, where private_history is on. Default: forever.
    keep_private: Keep as Keep, "HALLWAY_KEEP_PRIVATE", Keep::Forever;

    /// Whether what is said in private is kept: on, or off for telling it to those who are here and keeping no word of
    /// it. Off deletes all private messages that were kept before. Default: on.
    private_history: Switch as Switch, "HALLWAY_PRIVATE_HISTORY", Switch::On;
}

#[cfg(test)]
mod tests;
