use super::*;
use crate::net::{
    preferences::VoicePreferences,
    snapshot::{Me, PersonView},
    track::PoseTrack,
};
use hallway_protocol::{floor::QueueRule, ids::RoomId, map::Point, replicated::RoomSite};
use std::sync::Arc;

const ROOM: RoomId = RoomId(1);

fn in_a_room(names: &[&str]) -> Snapshot {
    let now = Instant::now();
    let mut snapshot = Snapshot::signed_out();
    snapshot.people = (0..)
        .zip(names)
        .map(|(id, name)| PersonView {
            id: PersonId(id),
            name: (*name).to_owned(),
            room: Some(ROOM),
            talking: false,
            volume: 1.0,
            typing: None,
            track: PoseTrack::standing(now, Point::default()),
        })
        .collect();
    snapshot.me = Some(Me {
        id: PersonId(0),
        name: names[0].to_owned(),
        at: Point::default(),
        direction: (0.0, 0.0),
        facing: 0,
        stamp: now,
        room: Some(ROOM),
        path: Vec::new(),
        moderator: false,
        account: false,
    });
    snapshot.rooms = vec![RoomView {
        id: ROOM,
        name: "Studio".into(),
        site: RoomSite::Map,
        policy: FloorPolicy::default(),
        queue: QueueRule::default(),
        talk_log: false,
        talkers: Vec::new(),
        waiting: Vec::new(),
        muted: Vec::new(),
        call: None,
        moderated: false,
        people: Vec::new(),
    }];
    snapshot
}

fn moment(now: Instant) -> Moment {
    Moment { now, typing: false, just_over: false }
}

#[test]
fn the_line_says_what_the_own_voice_does() {
    let now = Instant::now();
    let mut snapshot = Snapshot::signed_out();
    let talking = |left, warned, playing, mic_open| TalkState::Talking {
        ends: now + left,
        warned,
        locked: false,
        playing,
        mic_open,
    };
    let queued = |position, seconds| TalkState::Queued {
        position,
        holder: None,
        recorded: Duration::from_secs(seconds),
        locked: false,
    };
    let half = Duration::from_secs(30);
    let offered = TalkState::Offered { until: now + half, recorded: half, held: true };
    let cases = [
        (TalkState::Quiet, "Walk into a room to talk", Tone::Calm),
        (TalkState::Asking, "One moment…", Tone::Calm),
        (queued(1, 3), "Next in line, 0:03 recorded", Tone::Warning),
        (queued(2, 72), "2nd in line, 1:12 recorded", Tone::Warning),
        (queued(3, 0), "3rd in line", Tone::Warning),
        (offered, "It is your turn", Tone::Warning),
        (talking(half, false, false, false), "It is your turn, 0:30 left", Tone::Calm),
        (talking(half, false, false, true), "You are talking, 0:30 left", Tone::Voice),
        (talking(half, false, true, false), "Your recording is played, 0:30 left", Tone::Voice),
        (talking(Duration::from_millis(9500), true, false, true), "You are talking: 10 s left", Tone::Warning),
        (TalkState::Busy { holder: PersonId(9) }, "Busy: Somebody is talking", Tone::Warning),
        (TalkState::Refused("Nobody can hear you here.".into()), "Nobody can hear you here.", Tone::Trouble),
    ];
    for (talk, text, tone) in cases {
        snapshot.talk = talk;
        assert_eq!(floor_line(&snapshot, moment(now)), FloorLine { text: text.to_owned(), tone });
    }
}

#[test]
fn without_a_microphone_nobody_is_told_to_talk() {
    let now = Instant::now();
    let mut snapshot = in_a_room(&["Mara"]);
    snapshot.devices.microphone = Some("No microphone was found.".into());
    assert_eq!(floor_line(&snapshot, moment(now)).text, "No microphone");
    let ends = now + Duration::from_secs(9);
    snapshot.talk = TalkState::Talking { ends, warned: false, locked: false, playing: false, mic_open: false };
    assert_eq!(floor_line(&snapshot, moment(now)).text, "Your turn, but no microphone, 0:09 left");
}

#[test]
fn everybody_who_talks_is_named_or_counted() {
    let now = Instant::now();
    let mut snapshot = in_a_room(&["Mara", "Ann", "Bert", "Cem"]);
    let cases: [(&[u32], &str); 4] = [
        (&[], "Hold V to talk"),
        (&[1], "Ann is talking"),
        (&[2, 1], "Bert and Ann are talking"),
        (&[3, 1, 2], "Cem and 2 more are talking"),
    ];
    for (talkers, text) in cases {
        snapshot.rooms[0].talkers = talkers.iter().copied().map(PersonId).collect();
        assert_eq!(floor_line(&snapshot, moment(now)).text, text);
    }
    let short = |talkers: &[u32]| {
        let mut snapshot = in_a_room(&["Mara", "Ann", "Bert", "Cem"]);
        snapshot.rooms[0].talkers = talkers.iter().copied().map(PersonId).collect();
        talkers_in_short(&snapshot.rooms[0], &snapshot)
    };
    assert_eq!([short(&[1]), short(&[2, 1])], [Some("Ann".to_owned()), Some("Bert, Ann".to_owned())]);
    assert_eq!([short(&[]), short(&[3, 1, 2, 0])], [None, Some("Cem, Ann +2".to_owned())]);
    let ends = now + Duration::from_secs(61);
    snapshot.talk = TalkState::Talking { ends, warned: false, locked: false, playing: false, mic_open: true };
    let cases: [(&[u32], &str); 2] =
        [(&[1, 0], "You and Ann are talking, 1:01 left"), (&[0, 1, 2], "You and 2 more are talking, 1:01 left")];
    for (talkers, text) in cases {
        snapshot.rooms[0].talkers = talkers.iter().copied().map(PersonId).collect();
        assert_eq!(floor_line(&snapshot, moment(now)).text, text);
    }
}

#[test]
fn in_silence_the_line_says_how_to_talk_or_why_not() {
    let now = Instant::now();
    let mut snapshot = in_a_room(&["Mara"]);
    let typing = Moment { typing: true, ..moment(now) };
    assert_eq!(floor_line(&snapshot, typing).text, "Esc, then hold V to talk");
    let over = Moment { just_over: true, ..moment(now) };
    assert_eq!(floor_line(&snapshot, over).text, "Your microphone is closed");
    snapshot.rooms[0].policy = FloorPolicy::Open;
    snapshot.voice = Arc::new(VoicePreferences { activation_dbfs: Some(-40.0), ..VoicePreferences::default() });
    assert_eq!(floor_line(&snapshot, typing).text, "Speak to talk, or hold V");
    snapshot.voice = Arc::new(VoicePreferences { microphone: Microphone::None, ..VoicePreferences::default() });
    assert_eq!(floor_line(&snapshot, typing).text, "You only listen");
    snapshot.rooms[0].muted = vec![PersonId(0)];
    assert_eq!(
        floor_line(&snapshot, typing),
        FloorLine { text: "A moderator muted you here".into(), tone: Tone::Trouble }
    );
}

#[test]
fn the_end_of_a_turn_is_told_for_a_moment() {
    let mut echo = Echo::default();
    assert!(!echo.is_over(0.5));
    echo.hear(&Event::Floor { room: Some(ROOM), change: FloorChanged::Idle }, 1.0);
    assert!(!echo.is_over(1.5));
    echo.hear(&Event::Floor { room: Some(ROOM), change: FloorChanged::Released }, 2.0);
    assert!(echo.is_over(3.9) && !echo.is_over(4.0));
}

#[test]
fn places_in_a_queue_are_counted_as_people_count() {
    let cases =
        [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (21, "21st"), (113, "113th")];
    for (number, text) in cases {
        assert_eq!(ordinal(number), text);
    }
}
