//! Which source wins, what is refused, and in which words.

use super::*;
use clap::Parser;
use hallway_protocol::owner::OwnerKey;
use std::path::Path;

fn arguments(words: &[&str]) -> Arguments {
    Arguments::try_parse_from(["hallway-server"].iter().chain(words)).unwrap()
}

fn in_file(text: &str) -> Result<Layer, ConfigError> {
    sources::parse(Path::new("test.toml"), text)
}

#[test]
fn what_is_printed_reads_back_as_the_same_settings() {
    let odd = Settings {
        listen: "[::1]:9".parse().unwrap(),
        public: Some("chat.example:17443".parse().unwrap()),
        map: Some("a \"quoted\" \\ path.tmx".into()),
        name: "Ünï \"x\"\nsecond line".into(),
        talk_limit: Duration::from_secs(5),
        floor_policy: FloorPolicy::Chair,
        queue_rule: QueueRule::QuietestFirst,
        moderators: Owners(vec![OwnerKey::new([1; 32]).id(), OwnerKey::new([2; 32]).id()]),
        json: true,
        guests: Switch::Off,
        keep_rooms: Keep::Hours(36),
        private_history: Switch::Off,
        ..Settings::default()
    };
    for settings in [Settings::default(), odd] {
        let text = print(&settings);
        assert_eq!(in_file(&text).unwrap().settings(), settings, "{text}");
    }
}

#[test]
fn arguments_win_over_the_file_and_the_file_over_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    std::fs::write(&file, "max_people = 5\ntalk_limit = 30\n").unwrap();
    let settings = load(&arguments(&["--config", file.to_str().unwrap(), "--max-people", "7"])).unwrap();
    assert_eq!((settings.max_people, settings.talk_limit), (7, Duration::from_secs(30)));
    assert_eq!(settings.empty_room_lifetime, Duration::from_secs(600));
}

#[test]
fn the_file_in_the_data_folder_is_found() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE_NAME), "name = \"Here\"").unwrap();
    let settings = load(&arguments(&["--data-dir", folder.path().to_str().unwrap()])).unwrap();
    assert_eq!((settings.name.as_str(), settings.data_dir.as_path()), ("Here", folder.path()));
}

#[test]
fn flags_may_stand_alone_or_carry_a_value() {
    for (words, json) in [(&["--json"][..], Some(true)), (&["--json=false"][..], Some(false)), (&[][..], None)] {
        assert_eq!(arguments(words).given.json, json, "{words:?}");
    }
}

#[test]
fn what_is_wrong_is_said_in_one_sentence() {
    let cases = [
        ("max_peple = 3", "unknown setting “max_peple”; the nearest known one is “max_people”"),
        ("talk-limit = 3", "the nearest known one is “talk_limit”"),
        ("zzz = 3", "there are listen, public"),
        ("max_people = 3\nlisten = \"here\"", "line 2, is wrong: invalid socket address"),
        ("max_people = -1", "line 1, is wrong"),
        ("public = \"host:99999\"", "no number from 1 to 65535"),
        ("x = = 3", "line 1, is wrong"),
        ("floor_policy = \"stage\"", "unknown variant `stage`, expected one of `exclusive`, `open`, `chair`"),
        ("moderators = [\"Ann\"]", "the owner “Ann” is not 64 hex digits; copy it from the log"),
    ];
    for (text, words) in cases {
        let sentence = in_file(text).unwrap_err().to_string();
        assert!(sentence.contains(words), "{text:?}: {sentence}");
        assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{sentence:?}");
    }
}

#[test]
fn rules_and_moderators_are_read_from_arguments() {
    let (ann, bob) = (OwnerKey::new([1; 32]).id(), OwnerKey::new([2; 32]).id());
    let words = ["--floor-policy", "open", "--queue-rule", "refuse", "--moderators", &format!("{ann}, {bob},")];
    let given = arguments(&words).given.settings();
    assert_eq!((given.floor_policy, given.queue_rule), (FloorPolicy::Open, QueueRule::Refuse));
    assert_eq!(given.moderators, Owners(vec![ann, bob]));
    for (setting, word, sentence) in [
        ("--queue-rule", "lifo", "“lifo” is none of refuse, first-come and quietest-first"),
        ("--moderators", "Ann", "the owner “Ann” is not 64 hex digits"),
    ] {
        let error = Arguments::try_parse_from(["hallway-server", setting, word]).unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
    }
}

#[test]
fn contradictions_are_refused() {
    let base = Settings::default;
    let cases = [
        (Settings { max_people: 0, ..base() }, "max_people is 0; it must be from 1 to 10000"),
        (Settings { talk_limit: Duration::from_secs(1), ..base() }, "talk_limit is 1"),
        (Settings { sign_ins_per_minute_local: 3, ..base() }, "less than sign_ins_per_minute"),
        (Settings { name: "  ".into(), ..base() }, "name is empty"),
        (Settings { log: "a=b=c".into(), ..base() }, "no level and no list"),
        (
            Settings { listen: "0.0.0.0:0".parse().unwrap(), public: Some("example.org".parse().unwrap()), ..base() },
            "without a port",
        ),
    ];
    for (settings, words) in cases {
        let sentence = settings.check().unwrap_err().to_string();
        assert!(sentence.contains(words), "{sentence}");
    }
    assert_eq!(base().check(), Ok(()));
}

#[test]
fn a_named_file_that_is_missing_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml");
    let error = load(&arguments(&["--config", missing.to_str().unwrap()])).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }), "{error}");
}

#[test]
fn public_addresses_have_a_host_and_perhaps_a_port() {
    let cases = [
        ("example.org", Some(("example.org", None))),
        ("example.org:7443", Some(("example.org", Some(7443)))),
        ("10.0.0.1:1", Some(("10.0.0.1", Some(1)))),
        ("::1", Some(("::1", None))),
        ("[::1]", Some(("::1", None))),
        ("[::1]:5", Some(("::1", Some(5)))),
        ("", None),
        (":5", None),
        ("example.org:", None),
        ("example.org:0", None),
        ("two words", None),
    ];
    for (text, expected) in cases {
        let parsed = text.parse::<PublicAddress>().ok();
        assert_eq!(parsed.as_ref().map(|address| (address.host.as_str(), address.port)), expected, "{text:?}");
        if let Some(address) = parsed {
            assert_eq!(address.to_string().parse(), Ok(address));
        }
    }
}
