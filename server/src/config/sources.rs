//! Reads the settings from arguments, environment and file, and lays them over each other.

use super::{ExportOrder, Layer, NAMES, Settings, check::Contradiction};
use crate::{accounts::Role, admin};
use clap::Parser;
use hallway_protocol::owner::OwnerId;
use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// The settings file that is read when it lies in the data folder and no other is named.
pub const FILE_NAME: &str = "hallway-server.toml";

/// How alike two names must be for one to be offered for the other: 1 is the same, 0 has nothing in common.
const ALIKE: f64 = 0.7;

/// Hallway's server: the front desk, the rooms and everything that is said in them.
///
/// Every setting can be given as an argument, as an environment variable (HALLWAY_ and the setting's name in capitals)
/// or in the settings file; the first of these that gives it counts.
#[derive(Clone, Debug, Parser)]
#[command(name = "hallway-server", version)]
pub struct Arguments {
    /// Settings file (TOML). Unset: hallway-server.toml in the data folder, if it is there.
    #[arg(long, env = "HALLWAY_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print all settings as they are in effect, as a settings file, and exit.
    #[arg(long)]
    pub print_config: bool,
    /// Work on the accounts instead of running a server.
    #[command(subcommand)]
    pub work: Option<Work>,
    /// The settings that arguments and environment give.
    #[command(flatten)]
    pub given: Layer,
}

/// What the program does beside running a server.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Work {
    /// The accounts of the server whose data folder this is, running or not.
    #[command(subcommand)]
    Admin(AdminOrder),
}

/// An order about the accounts.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum AdminOrder {
    /// List them: name and role, a line each.
    List,
    /// Give somebody another role; it counts from the next sign-in on.
    Role {
        /// The account's name.
        name: String,
        /// member, moderator or owner.
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Set another password, which is read from standard input; all clients have to give it.
    Password {
        /// The account's name.
        name: String,
    },
    /// Take an account away. Whoever is signed in to it stays until the link ends.
    Delete {
        /// The account's name.
        name: String,
    },
    /// Print a code with which people may register where guests may not come in.
    Invite {
        /// How many people.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        uses: u32,
        /// For how many days.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=3650))]
        days: u16,
    },
    /// Keep somebody out; whoever is here has to leave within seconds.
    Ban(BanOrder),
    /// Let somebody in again.
    Unban {
        /// The name.
        name: String,
    },
    /// List who is kept out: name, until when, by whom and why, a line each.
    Bans,
    /// What operators and moderators did: when (UTC), who, what, to whom and why, a line each.
    Log,
    /// Write messages or accounts out, a JSON object a line.
    #[command(subcommand)]
    Export(ExportOrder),
}

/// Whom to keep out.
#[derive(Clone, Debug, clap::Args)]
pub struct BanOrder {
    /// The account's name; where nobody has registered it, the name under which a guest comes.
    pub name: String,
    /// For how many days. Default: for good.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub days: Option<u16>,
    /// Why; they are told.
    #[arg(long)]
    pub reason: Option<String>,
    /// Besides, this client under whatever name, as the log names it (owner=…).
    #[arg(long, value_parser = admin::owner)]
    pub owner: Option<OwnerId>,
    /// Besides, whoever comes from this address (for IPv6: from its /64 network).
    #[arg(long)]
    pub address: Option<IpAddr>,
}

fn role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| "write member, moderator or owner".to_owned())
}

/// Why there are no settings. Reads as one sentence.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file can't be read.
    #[error("The settings file {} can't be read: {error}.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The file is no TOML, or a value has the wrong form.
    #[error("The settings file {}, line {line}, is wrong: {message}.", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// The file has a key that is no setting.
    #[error("The settings file {} has an unknown setting “{key}”; {hint}.", path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// What may have been meant.
        hint: String,
    },
    /// A value is out of its range, or values contradict each other.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
}

/// The settings in effect.
///
/// # Errors
/// When the file is missing though it was named, can't be read, or says something that is no setting; when values are
/// out of range or contradict each other.
pub fn load(arguments: &Arguments) -> Result<Settings, ConfigError> {
    let given = arguments.given.clone();
    let file = match &arguments.config {
        Some(path) => read(path)?,
        None => {
            let data_dir = given.data_dir.clone().unwrap_or_else(super::default_data_dir);
            let path = data_dir.join(FILE_NAME);
            if path.is_file() { read(&path)? } else { Layer::default() }
        }
    };
    let settings = given.or(file).settings();
    settings.check()?;
    Ok(settings)
}

fn read(path: &Path) -> Result<Layer, ConfigError> {
    let text = fs::read_to_string(path).map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })?;
    parse(path, &text)
}

/// Reads the text of a settings file; `path` is for the errors alone.
pub(super) fn parse(path: &Path, text: &str) -> Result<Layer, ConfigError> {
    let malformed = |error: &toml::de::Error| ConfigError::Malformed {
        path: path.to_owned(),
        line: 1 + error.span().map_or(0, |span| text[..span.start].matches('\n').count()),
        message: error.message().trim_end_matches('.').replace('\n', " "),
    };
    let table: toml::Table = toml::from_str(text).map_err(|error| malformed(&error))?;
    if let Some(key) = table.keys().find(|key| !NAMES.contains(&key.as_str())) {
        return Err(ConfigError::UnknownKey { path: path.to_owned(), key: key.clone(), hint: hint(key) });
    }
    toml::from_str(text).map_err(|error| malformed(&error))
}

/// What may have been meant by an unknown key.
fn hint(key: &str) -> String {
    let key = key.replace('-', "_").to_lowercase();
    let nearest = NAMES
        .iter()
        .map(|name| (strsim::jaro_winkler(&key, name), name))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(likeness, _)| *likeness >= ALIKE);
    match nearest {
        Some((_, name)) => format!("the nearest known one is “{name}”"),
        None => format!("there are {}", NAMES.join(", ")),
    }
}
