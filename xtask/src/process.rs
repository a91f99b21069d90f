//! Starting other programs: where, how they are shown, and what their end means.

use anyhow::{Context, Result, bail};
use std::{
    env,
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
};

/// The repository's root: the folder above this crate's.
pub(crate) fn repository() -> PathBuf {
    let xtask = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().map_or(xtask.clone(), PathBuf::from)
}

/// The cargo that runs us.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args);
    command
}

/// A command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    let words = command.get_args().map(|arg| {
        let arg = arg.to_string_lossy();
        if arg.contains(' ') { format!("'{arg}'") } else { arg.into_owned() }
    });
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}

/// Runs a command that must succeed.
pub(crate) fn must(command: &mut Command) -> Result<()> {
    println!("> {}", shown(command));
    let status = command.status().with_context(|| format!("“{}” could not be started", shown(command)))?;
    if status.success() { Ok(()) } else { bail!("“{}” failed: {status}", shown(command)) }
}

/// What a command says on standard output; `None` when it can't be started or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program is on the path and tells its version.
pub(crate) fn is_there(program: &str) -> bool {
    answer(Command::new(program).arg("--version")).is_some()
}

/// Becomes the command, so that signals go straight to it; where processes can't do that, waits for it.
pub(crate) fn become_command(mut command: Command) -> Result<ExitCode> {
    println!("> {}", shown(&command));
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(error).with_context(|| format!("“{}” could not be started", shown(&command)))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().with_context(|| format!("“{}” could not be started", shown(&command)))?;
        Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
    }
}
