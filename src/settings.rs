//! The client's arguments, and what they come to: a window or a script, here or elsewhere.

pub mod choices;

use crate::{
    headless::HeadlessSettings,
    media::{
        cameras::CameraChoice,
        devices::{sink::Speaker, source::Microphone},
    },
    net::{
        SessionSettings,
        commands::{Secret, ServerAddress, SignIn, Trust},
        preferences::{VoiceWishes, words},
    },
};
use choices::VideoSink;
use clap::Parser;
use directories::ProjectDirs;
use hallway_protocol::{desk::Proof, names::DisplayName};
use std::{path::PathBuf, time::Duration};

/// For how long a script's lost connection is tried again.
const HEADLESS_RECONNECT: Duration = Duration::from_secs(30);

/// Hallway: walk among people, talk and write. Without --server it hosts a server of its own.
#[derive(Clone, Debug, Parser)]
#[command(name = "hallway", version)]
pub struct Arguments {
    /// The server to join. Default port: 7443.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub server: Option<ServerAddress>,
    /// The name to sign in with: 1 to 32 visible characters.
    #[arg(long)]
    pub name: Option<String>,
    /// Sign in to an account: the file's first line is its password.
    #[arg(long, value_name = "FILE", value_parser = choices::password_file, requires = "headless")]
    pub password_file: Option<Secret>,
    /// Stay signed in to the account: the password is not needed next time.
    #[arg(long, requires = "password_file")]
    pub stay: bool,
    /// Register with this invitation, under the password in the file, where guests may not come in.
    #[arg(long, value_name = "CODE", requires = "password_file")]
    pub invite: Option<String>,
    /// Take a free variant, such as “Ann 2”, when somebody has the name.
    #[arg(long)]
    pub name_or_variant: bool,
    /// No window: commands on standard input, JSON events on standard output. See docs/headless.md.
    #[arg(long, requires_all = ["server", "name"])]
    pub headless: bool,
    /// Accept and remember a certificate not seen before (`new`), or accept only this one. Default: only one that was
    /// accepted before; a window asks.
    #[arg(long, value_name = "new|FINGERPRINT", value_parser = parse_trust)]
    pub trust: Option<Trust>,
    /// Where the voice comes from: nothing, a device or a WAV file. Default: none without a window,
    /// else device.
    #[arg(long, value_name = "none|device[:NAME]|wav:FILE[:loop][:from-talk]")]
    pub mic: Option<Microphone>,
    /// Where voices go: nowhere, to a device or into a WAV file. Default: none without a window, else device.
    #[arg(long, value_name = "none|device[:NAME]|wav:FILE")]
    pub speaker: Option<Speaker>,
    /// Take steady noise out of the own voice. Default: off without a window, else as it was set there; the same for the
    /// next two.
    #[arg(long, value_name = "on|off", value_parser = words::switch)]
    pub noise_suppression: Option<bool>,
    /// Bring the own voice to an even loudness.
    #[arg(long, value_name = "on|off", value_parser = words::switch)]
    pub automatic_level: Option<bool>,
    /// Take what the speaker plays out of the microphone, in open rooms.
    #[arg(long, value_name = "on|off", value_parser = words::switch)]
    pub echo_cancellation: Option<bool>,
    /// Let the voice open the microphone by itself in open rooms, from this loudness on: -70 to -10 dBFS.
    #[arg(long, value_name = "off|DBFS", value_parser = parse_activation, allow_hyphen_values = true)]
    pub activation: Option<Threshold>,
    /// How long sound goes out after the talk key went up: 0 to 1000 ms. Default: 150.
    #[arg(long, value_name = "MS", value_parser = words::tail)]
    pub release_tail: Option<Duration>,
    /// The folder of this client's settings and trusted certificates. Default: the platform's folder for them.
    #[arg(long, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
    /// The folder for files that are fetched. Default: the platform's folder for downloads.
    #[arg(long, value_name = "DIR")]
    pub downloads: Option<PathBuf>,
    /// Without a window: tell the measurements every so many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, requires = "headless")]
    pub stats: Option<Duration>,
    /// Without a window: for how many seconds a lost connection is tried again. Default: 30.
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds_or_none, requires = "headless")]
    pub reconnect: Option<Duration>,
    /// What others see in calls with video, once the camera is switched on there: nothing, a camera of this machine by
    /// name or number, moving bars, or a Y4M file over and over. Default: none without a window, else device.
    #[arg(long, value_name = choices::CAMERA, value_parser = choices::camera)]
    pub camera: Option<CameraChoice>,
    /// Without a window: write what is received of a call's pictures into this file. Default: none.
    #[arg(long, value_name = "none|y4m:FILE", value_parser = choices::video_sink, requires = "headless")]
    pub video_sink: Option<VideoSink>,
}

/// From which loudness on the voice opens the microphone, in dBFS; never where it is `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold(pub Option<f32>);

/// What to run.
#[derive(Clone, Debug)]
pub enum Mode {
    /// The client without a window.
    Headless(Box<HeadlessSettings>),
    /// The window.
    Window(Box<WindowSettings>),
}

/// What the window is told at its start.
#[derive(Clone, Debug)]
pub struct WindowSettings {
    /// The session.
    pub session: SessionSettings,
    /// The server to join; where it is `None`, one is hosted.
    pub server: Option<ServerAddress>,
    /// The name to sign in with, empty where nobody knows.
    pub name: String,
    /// Which certificates are taken, where that was said.
    pub trust: Option<Trust>,
    /// Whether the name was given, so that nobody needs to be asked.
    pub sign_in_now: bool,
}

impl Arguments {
    /// What the arguments come to.
    #[must_use]
    pub fn mode(self) -> Mode {
        let voice = VoiceWishes {
            microphone: self.mic,
            speaker: self.speaker,
            noise_suppression: self.noise_suppression,
            automatic_level: self.automatic_level,
            echo_cancellation: self.echo_cancellation,
            activation_dbfs: self.activation.map(|threshold| threshold.0),
            release_tail: self.release_tail,
        };
        let config_dir = self.config_dir.unwrap_or_else(default_config_dir);
        match (self.headless, self.server, self.name) {
            (true, Some(server), Some(name)) => {
                let reconnect = Some(self.reconnect.unwrap_or(HEADLESS_RECONNECT));
                Mode::Headless(Box::new(HeadlessSettings {
                    session: SessionSettings {
                        voice,
                        is_kept: false,
                        config_dir,
                        downloads: self.downloads,
                        reconnect,
                        camera: Some(self.camera.unwrap_or(CameraChoice::None)),
                        video_sink: self.video_sink.unwrap_or_default().0,
                    },
                    sign_in: SignIn {
                        server,
                        name,
                        or_variant: self.name_or_variant,
                        trust: self.trust.unwrap_or_default(),
                        proof: match (self.password_file, &self.invite) {
                            (None, _) => Proof::None,
                            (Some(Secret(password)), None) => Proof::Password(password),
                            (Some(Secret(password)), Some(_)) => Proof::Register(password),
                        },
                        stay: self.stay,
                        invite: self.invite.map(Secret),
                    },
                    stats: self.stats,
                }))
            }
            (_, server, name) => Mode::Window(Box::new(WindowSettings {
                session: SessionSettings {
                    voice,
                    is_kept: true,
                    config_dir,
                    downloads: self.downloads,
                    reconnect: None,
                    camera: self.camera,
                    video_sink: None,
                },
                sign_in_now: name.is_some() || server.is_none(),
                server,
                name: name.unwrap_or_else(user_name),
                trust: self.trust,
            })),
        }
    }
}

fn parse_trust(text: &str) -> Result<Trust, String> {
    if text == "new" {
        return Ok(Trust::New);
    }
    let fingerprint: crate::net::sign_in::certificate::Fingerprint = text.parse()?;
    Ok(Trust::Fingerprint(fingerprint.to_string()))
}

fn parse_activation(text: &str) -> Result<Threshold, String> {
    words::activation(text).map(Threshold)
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    parse_seconds_or_none(text).and_then(|time| if time.is_zero() { Err(NO_SECONDS.to_owned()) } else { Ok(time) })
}

fn parse_seconds_or_none(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| NO_SECONDS.to_owned())?;
    let time = Duration::try_from_secs_f64(seconds).map_err(|_| NO_SECONDS.to_owned())?;
    if time <= LONGEST { Ok(time) } else { Err(NO_SECONDS.to_owned()) }
}

const NO_SECONDS: &str = "give seconds, such as 5 or 0.5";
/// Longest time that an argument may name: a year, which instants can hold.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

fn default_config_dir() -> PathBuf {
    ProjectDirs::from("", "", "hallway")
        .map_or_else(|| PathBuf::from("hallway-config"), |dirs| dirs.config_dir().to_owned())
}

/// The name that the person goes by on this machine, to begin with; where it tells none that one can go by, a plain one,
/// so that nobody has to be asked before the world is seen.
fn user_name() -> String {
    let told = std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default();
    DisplayName::new(&told).map_or_else(|_| "Guest".to_owned(), String::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, error::ErrorKind};

    fn mode(arguments: &[&str]) -> Mode {
        Arguments::try_parse_from(["hallway"].iter().chain(arguments)).unwrap().mode()
    }

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_script_says_where_and_as_whom() {
        let arguments = [
            "--headless",
            "--server",
            "[::1]:9",
            "--name",
            "Ann",
            "--trust",
            "new",
            "--reconnect",
            "0",
            "--stats",
            "0.5",
        ];
        let Mode::Headless(settings) = mode(&arguments) else { panic!("no window was asked for") };
        assert_eq!(settings.sign_in.server.to_string(), "[::1]:9");
        assert_eq!((settings.sign_in.name.as_str(), &settings.sign_in.trust), ("Ann", &Trust::New));
        assert_eq!(settings.session.reconnect, Some(Duration::ZERO));
        assert_eq!(settings.stats, Some(Duration::from_millis(500)));
        assert_eq!(settings.session.voice, VoiceWishes::default());
        assert!(!settings.session.is_kept);
        let missing = Arguments::try_parse_from(["hallway", "--headless", "--name", "Ann"]).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::MissingRequiredArgument);
        assert_eq!(missing.exit_code(), 2);
    }

    #[test]
    fn a_window_hosts_where_no_server_is_named() {
        let Mode::Window(settings) = mode(&[]) else { panic!("a window was asked for") };
        assert!(settings.server.is_none() && settings.sign_in_now);
        assert!(settings.session.is_kept);
        assert_eq!(settings.session.reconnect, None);
        let Mode::Window(settings) = mode(&["--server", "talk.example"]) else { panic!("a window was asked for") };
        assert!(settings.server.is_some() && !settings.sign_in_now);
    }

    #[test]
    fn what_is_said_about_voice_is_wished() {
        let arguments = ["--noise-suppression", "on", "--automatic-level", "off", "--activation", "-40.5"];
        let more = ["--echo-cancellation", "off", "--release-tail", "0", "--mic", "none"];
        let Mode::Window(settings) = mode(&[arguments, more].concat()) else { panic!("a window was asked for") };
        let expected = VoiceWishes {
            microphone: Some(Microphone::None),
            speaker: None,
            noise_suppression: Some(true),
            automatic_level: Some(false),
            echo_cancellation: Some(false),
            activation_dbfs: Some(Some(-40.5)),
            release_tail: Some(Duration::ZERO),
        };
        assert_eq!(settings.session.voice, expected);
        let Mode::Window(settings) = mode(&["--activation", "off"]) else { panic!("a window was asked for") };
        assert_eq!(settings.session.voice.activation_dbfs, Some(None));
    }

    #[test]
    fn a_script_has_no_camera_unless_it_says_so_and_a_window_has_what_was_chosen_there() {
        let script = ["--headless", "--server", "a", "--name", "Ann"];
        let Mode::Headless(settings) = mode(&script) else { panic!("no window was asked for") };
        assert_eq!((settings.session.camera, settings.session.video_sink), (Some(CameraChoice::None), None));
        let more = ["--camera", "pattern", "--video-sink", "y4m:seen.y4m"];
        let Mode::Headless(settings) = mode(&[&script[..], &more].concat()) else { panic!("no window was asked for") };
        assert_eq!(settings.session.camera, Some(CameraChoice::Pattern));
        assert_eq!(settings.session.video_sink, Some("seen.y4m".into()));
        let Mode::Window(settings) = mode(&[]) else { panic!("a window was asked for") };
        assert_eq!(settings.session.camera, None);
        let Mode::Window(settings) = mode(&["--camera", "device:1"]) else { panic!("a window was asked for") };
        assert_eq!(settings.session.camera, Some(CameraChoice::Device("1".to_owned())));
    }

    #[test]
    fn wrong_values_are_refused() {
        for arguments in [
            ["--trust", "abc"],
            ["--server", "a:b"],
            ["--mic", "loud"],
            ["--camera", "sofa"],
            ["--camera", "device:"],
            ["--video-sink", "y4m:seen.y4m"],
            ["--noise-suppression", "yes"],
            ["--activation", "-200"],
            ["--activation", "NaN"],
            ["--release-tail", "1001"],
        ] {
            assert!(Arguments::try_parse_from(["hallway"].iter().chain(&arguments)).is_err(), "{arguments:?}");
        }
    }
}
