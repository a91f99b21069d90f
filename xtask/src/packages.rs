//! The system packages that building, running and testing need, and how they come onto a Debian or Ubuntu machine.

use crate::process;
use anyhow::{Result, bail};
use clap::ValueEnum;
use std::{
    collections::BTreeSet,
    env, fs,
    io::{self, IsTerminal, Write},
    process::Command,
};

/// What the packages are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Need {
    /// The server alone.
    Server,
    /// The client without a window.
    Headless,
    /// The client with its window.
    Client,
    /// What `cargo xtask bench` measures, and by what.
    Bench,
    /// Everything that `cargo xtask test` does.
    Tests,
}

/// SQLite and the TLS library are C, built with the server.
const SERVER: &[&str] = &["build-essential", "pkg-config"];
/// Opus is C and built with CMake; sound goes through ALSA, and from there to PulseAudio or PipeWire by its plugins. H.264
/// has its fast paths in assembly; libclang reads the kernel's headers for the cameras.
const HEADLESS: &[&str] = &["cmake", "libasound2-dev", "libasound2-plugins", "libclang-dev", ASSEMBLER];
/// What assembles the fast paths of H.264: without it, the client is built without them, and video costs several times as
/// much.
const ASSEMBLER: &str = "nasm";
/// The window: libraries that are linked (Wayland, udev) or looked for when it opens (X11, the keyboard, Vulkan).
const WINDOW: &[&str] = &[
    "libudev-dev",
    "libvulkan1",
    "libwayland-dev",
    "libx11-xcb1",
    "libxcursor1",
    "libxi6",
    "libxkbcommon-x11-0",
    "libxrandr2",
    "mesa-vulkan-drivers",
];
/// A sound server and a voice.
const SOUND: &[&str] = &["espeak-ng", "pulseaudio", "pulseaudio-utils"];
/// The measure of speech quality is a Python package with a part in C.
const BENCH: &[&str] = &["python3-dev", "python3-venv"];
/// A display, hands on its keyboard, and fonts for every script.
const TESTS: &[&str] = &["fonts-noto-core", "imagemagick", "sox", "x11-utils", "xdotool", "xvfb"];

impl Need {
    /// Names of the packages, as Debian and Ubuntu call them.
    fn packages(self) -> Vec<&'static str> {
        let parts: &[&[&str]] = match self {
            Self::Server => &[SERVER],
            Self::Headless => &[SERVER, HEADLESS],
            Self::Client => &[SERVER, HEADLESS, WINDOW],
            Self::Bench => &[SERVER, HEADLESS, SOUND, BENCH],
            Self::Tests => &[SERVER, HEADLESS, WINDOW, SOUND, TESTS],
        };
        parts.concat()
    }
}

/// Whether to ask before something is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Somebody sits at a terminal: ask.
    Person,
    /// Asked not to, or nobody is there to be asked.
    Nobody,
}

impl Ask {
    /// `yes` is the option of that name.
    pub(crate) fn from_environment(yes: bool) -> Self {
        let ci = env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        if !yes && !ci && terminal { Self::Person } else { Self::Nobody }
    }
}

/// Which system this is, as far as packages go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    /// Debian, Ubuntu and what is made of them.
    Apt,
    /// Another Linux.
    OtherLinux,
    /// macOS, Windows, the BSDs: nothing to install but CMake and a C compiler.
    Other,
}

/// Installs what is missing for `need`, on Debian and Ubuntu; elsewhere says what is needed and goes on.
pub(crate) fn provide(need: Need, ask: Ask) -> Result<()> {
    match system() {
        System::Apt => match missing(need.packages(), &installed(&need.packages())) {
            missing if missing.is_empty() => Ok(()),
            missing => install(&missing, ask),
        },
        System::OtherLinux => {
            println!(
                "This is no Debian or Ubuntu, so nothing is installed for you. Needed are, under Debian's names: {}.",
                need.packages().join(" ")
            );
            Ok(())
        }
        System::Other => {
            if need != Need::Server && !process::is_there("cmake") {
                println!("CMake is needed to build the voice codec; install it if the build stops there.");
            }
            Ok(())
        }
    }
}

/// What is wrong where the H.264 codec would be built without its fast paths; `None` where it has them.
pub(crate) fn slow_video() -> Option<String> {
    let needs_assembler = cfg!(any(target_arch = "x86", target_arch = "x86_64"));
    (needs_assembler && !process::is_there(ASSEMBLER)).then(|| {
        format!(
            "{ASSEMBLER} is not installed, so the H.264 codec is built without its fast paths and video is slow; install \
             {ASSEMBLER}, then run: cargo clean --package openh264-sys2"
        )
    })
}

fn system() -> System {
    if !cfg!(target_os = "linux") {
        return System::Other;
    }
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if is_debian_like(&release) && process::is_there("apt-get") { System::Apt } else { System::OtherLinux }
}

/// Reads `ID` and `ID_LIKE` of /etc/os-release.
fn is_debian_like(os_release: &str) -> bool {
    let fields = os_release.lines().filter_map(|line| line.split_once('='));
    fields
        .filter(|(key, _)| matches!(*key, "ID" | "ID_LIKE"))
        .flat_map(|(_, value)| value.trim_matches(['"', '\'']).split_whitespace())
        .any(|id| matches!(id, "debian" | "ubuntu"))
}

/// What dpkg says about the packages. It fails when one is unknown to it, and still tells of the others.
fn installed(packages: &[&str]) -> String {
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat=${Package} ${db:Status-Status}\\n"])
        .args(packages)
        .output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

/// The packages that dpkg does not list as installed.
fn missing(packages: Vec<&'static str>, dpkg_says: &str) -> Vec<&'static str> {
    let there: BTreeSet<&str> = dpkg_says.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    packages.into_iter().filter(|package| !there.contains(package)).collect()
}

fn install(missing: &[&str], ask: Ask) -> Result<()> {
    println!("These system packages are missing: {}.", missing.join(" "));
    let by_hand = format!("install them with: sudo apt-get install {}", missing.join(" "));
    let Some(root) = Root::at_hand() else {
        bail!("installing packages needs root, and there is no sudo here; {by_hand}");
    };
    if ask == Ask::Person && !confirmed(root)? {
        bail!("not without these packages; {by_hand}");
    }
    // Lists may be missing altogether on a fresh machine. One that can't be refreshed need not be the one we use.
    if let Err(error) = process::must(&mut root.apt_get(ask, &["update", "--quiet"])) {
        println!("{error}; trying with the package lists as they are.");
    }
    let mut command = root.apt_get(ask, &["install", "--yes", "--quiet", "--no-install-recommends"]);
    command.args(missing);
    process::must(&mut command).map_err(|error| error.context(by_hand))
}

/// How we come to install something.
#[derive(Clone, Copy)]
enum Root {
    Already,
    Sudo,
}

impl Root {
    fn at_hand() -> Option<Self> {
        let user = process::answer(Command::new("id").arg("-u"))?;
        if user.trim() == "0" { Some(Self::Already) } else { process::is_there("sudo").then_some(Self::Sudo) }
    }

    /// Without somebody at the terminal sudo must not wait for a password.
    fn apt_get(self, ask: Ask, args: &[&str]) -> Command {
        let mut command = match self {
            Self::Already => Command::new("env"),
            Self::Sudo => Command::new("sudo"),
        };
        match (self, ask) {
            (Self::Sudo, Ask::Nobody) => command.args(["--non-interactive", "env"]),
            (Self::Sudo, Ask::Person) => command.arg("env"),
            (Self::Already, _) => &mut command,
        };
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args);
        command
    }
}

fn confirmed(root: Root) -> Result<bool> {
    let how = match root {
        Root::Already => "apt-get",
        Root::Sudo => "sudo apt-get",
    };
    print!("Install them now with {how}? [Y/n] ");
    io::stdout().flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.ends_with('\n') && matches!(line.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_dpkg_calls_installed_is_there() {
        let dpkg_says = "cmake installed\nsox config-files\nxvfb not-installed\nespeak-ng installed\n";
        assert_eq!(
            missing(vec!["cmake", "sox", "xvfb", "espeak-ng", "xdotool"], dpkg_says),
            ["sox", "xvfb", "xdotool"]
        );
        assert_eq!(missing(vec!["cmake"], ""), ["cmake"]);
    }

    #[test]
    fn debian_and_its_children_are_known() {
        for release in ["ID=debian\n", "NAME=x\nID=ubuntu", "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "ID='debian'"]
        {
            assert!(is_debian_like(release), "{release}");
        }
        for release in ["", "ID=fedora", "ID=arch\nID_LIKE=archlinux", "NAME=debian", "HOME_URL=debian"] {
            assert!(!is_debian_like(release), "{release}");
        }
    }

    #[test]
    fn each_need_has_what_the_smaller_one_has_and_nothing_twice() {
        let needs = [Need::Server, Need::Headless, Need::Client, Need::Tests];
        for pair in needs.windows(2) {
            assert!(pair[0].packages().iter().all(|package| pair[1].packages().contains(package)), "{pair:?}");
        }
        for need in [Need::Tests, Need::Bench] {
            let all = need.packages();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        }
    }

    #[test]
    fn sudo_never_waits_for_a_password_when_nobody_is_there() {
        let shown = |root: Root, ask| process::shown(&root.apt_get(ask, &["update"]));
        assert_eq!(
            shown(Root::Sudo, Ask::Nobody),
            "sudo --non-interactive env DEBIAN_FRONTEND=noninteractive apt-get update"
        );
        assert_eq!(shown(Root::Sudo, Ask::Person), "sudo env DEBIAN_FRONTEND=noninteractive apt-get update");
        assert_eq!(shown(Root::Already, Ask::Nobody), "env DEBIAN_FRONTEND=noninteractive apt-get update");
    }
}
