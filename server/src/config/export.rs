//! What the order `admin export` says.

use std::path::PathBuf;

/// What is written out.
#[derive(Clone, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum ExportOrder {
    /// Messages, private ones included, oldest first: where, when, who, what, and files by name and hash.
    Messages(MessageExport),
    /// Accounts: name, role, owner, when made and when seen last.
    Accounts {
        /// Into this new file. Default: to standard output.
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

/// Which messages are written out, and where to.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct MessageExport {
    /// Into this new file. Default: to standard output.
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Only what the holder of this account wrote, or got in private.
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Only what was said in rooms of this name.
    #[arg(long, value_name = "NAME")]
    pub room: Option<String>,
    /// Not before this day (2026-11-27) or moment (2026-11-27T10:30), as UTC.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only before this day or moment.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}
