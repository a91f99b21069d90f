//! How others are heard: where from, how loud and how well; and what the talker learns of it.

use super::{
    gather_in_new, ms,
    stage::{Stage, packet},
};
use hallway::{
    media::{
        engine::{Heard, HeardQuality, VoiceCommand},
        voice::space::Ears,
    },
    net::{
        commands::Command,
        preferences::VoicePreferences,
        snapshot::{Grade, TalkState},
    },
};
use hallway_protocol::{
    floor::{FloorPolicy, messages::FloorOrder},
    ids::PersonId,
};

/// The last thing of some kind that a person's engine was told.
fn last<T>(stage: &Stage, person: usize, of_kind: impl Fn(&VoiceCommand) -> Option<T>) -> Option<T> {
    stage.people[person].heard.lock().unwrap().iter().rev().find_map(of_kind)
}

/// From where a person's engine hears somebody; `None` where it was never told.
fn ears(stage: &Stage, person: usize, of: PersonId) -> Option<Ears> {
    last(stage, person, |command| match command {
        VoiceCommand::HearFrom { speaker, ears } if *speaker == of => Some(*ears),
        _ => None,
    })
}

/// How loud a person's engine plays somebody; `None` where it was never told.
fn volume(stage: &Stage, person: usize, of: PersonId) -> Option<f32> {
    last(stage, person, |command| match command {
        VoiceCommand::SetVolume { speaker, volume } if *speaker == of => Some(*volume),
        _ => None,
    })
}

/// Somebody presses, and a few packets go out.
fn speak(stage: &mut Stage, person: usize) {
    stage.tell(person, Command::PressTalk);
    stage.until("granted", |stage| matches!(stage.people[person].handle.snapshot().talk, TalkState::Talking { .. }));
    for seq in 0..5 {
        stage.speak(person, &packet(1, seq));
        stage.run(ms(20));
    }
}

/// Somebody walks to the left or right wall of the own room.
fn stand(stage: &mut Stage, person: usize, to_left: bool) {
    let snapshot = stage.people[person].handle.snapshot();
    let room = snapshot.me.as_ref().unwrap().room.unwrap();
    let rooms = &snapshot.map.as_ref().unwrap().map.rooms;
    let inside = rooms.iter().find(|area| area.id == room).unwrap().inside;
    let mut goal = inside.center();
    goal.x = if to_left { f32::from(inside.x) + 0.6 } else { f32::from(inside.x + inside.width) - 0.6 };
    stage.tell(person, Command::WalkTo(goal));
    stage.step();
    stage.until("there", |stage| stage.people[person].handle.snapshot().me.as_ref().unwrap().path.is_empty());
    // What is drawn, and heard, comes a little later.
    stage.run(ms(400));
}

#[test]
fn a_voice_comes_from_where_its_speaker_stands() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.gather(&[0, 1], 0);
    stand(&mut stage, 0, true);
    stand(&mut stage, 1, false);
    let ann = stage.id(0);
    assert_eq!(ears(&stage, 1, ann), None, "the engine was told of somebody whom it does not hear");
    speak(&mut stage, 0);
    let from_left = ears(&stage, 1, ann).unwrap();
    assert!(from_left.left > from_left.right, "{from_left:?}");
    let told = |stage: &Stage| {
        let heard = stage.people[1].heard.lock().unwrap();
        heard.iter().filter(|command| matches!(command, VoiceCommand::HearFrom { .. })).count()
    };
    let before = told(&stage);
    stage.run(ms(1000));
    assert_eq!(told(&stage), before, "nobody moved");
    stage.tell(1, Command::SetVoice(VoicePreferences { spatial: false, ..VoicePreferences::default() }));
    stage.run(ms(200));
    assert_eq!(ears(&stage, 1, ann), Some(Ears::CENTRE));
    stage.tell(1, Command::SetVoice(VoicePreferences::default()));
    stage.run(ms(200));
    assert_eq!(ears(&stage, 1, ann), Some(from_left));
    let before = told(&stage);
    stand(&mut stage, 1, true);
    let near = ears(&stage, 1, ann).unwrap();
    assert!((near.left - near.right).abs() < (from_left.left - from_left.right).abs(), "{near:?}");
    assert!((1..40).contains(&(told(&stage) - before)), "told {} times on the way", told(&stage) - before);
}

#[test]
fn whoever_has_the_chairs_floor_is_heard_from_the_middle() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    gather_in_new(&mut stage, FloorPolicy::Chair, &[0, 1]);
    speak(&mut stage, 0);
    let ann = stage.id(0);
    assert!(ears(&stage, 1, ann).is_none_or(|ears| ears == Ears::CENTRE));
    stage.tell(0, Command::OrderFloor(FloorOrder::SetPolicy(FloorPolicy::Exclusive)));
    stage.until("from aside", |stage| ears(stage, 1, ann).is_some_and(|ears| ears != Ears::CENTRE));
}

#[test]
fn a_volume_is_remembered_for_the_name() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    let ann = stage.id(0);
    stage.tell(1, Command::SetVolume { person: ann, volume: 9.0 });
    stage.step();
    assert_eq!(stage.people[1].handle.snapshot().person(ann).unwrap().volume, 2.0);
    stage.gather(&[0, 1], 0);
    assert_eq!(volume(&stage, 1, ann), None, "nobody was heard yet");
    speak(&mut stage, 0);
    assert_eq!(volume(&stage, 1, ann), Some(2.0));
    stage.tell(1, Command::SetVolume { person: ann, volume: 0.0 });
    stage.step();
    assert_eq!(volume(&stage, 1, ann), Some(0.0));
    // Another link, another id, but the same name.
    stage.tell(0, Command::SignOut);
    stage.run(ms(1000));
    let again = stage.arrive("ann");
    stage.until("back", |stage| stage.people[1].handle.snapshot().people.len() == 2);
    stage.run(ms(500));
    let anew = stage.people[again].handle.snapshot().me.as_ref().unwrap().id;
    assert_ne!(anew, ann);
    assert_eq!(stage.people[1].handle.snapshot().person(anew).unwrap().volume, 0.0);
}

#[test]
fn talkers_learn_how_they_are_heard_and_protect_their_voice() {
    let mut stage = Stage::with(&["Ann", "Bob"]);
    stage.gather(&[0, 1], 0);
    speak(&mut stage, 0);
    let (ann, bob) = (stage.id(0), stage.id(1));
    for second in 1..=3 {
        let quality = HeardQuality {
            expected: 50 * second,
            lost: 10 * second,
            concealed: 3 * second,
            jitter_ms: 20,
            buffer_ms: 60,
            ..HeardQuality::default()
        };
        stage.people[1].stats.lock().unwrap().heard = vec![Heard { speaker: ann, level_dbfs: -20.0, quality }];
        for seq in 0..50 {
            stage.speak(0, &packet(1, seq));
            stage.run(ms(20));
        }
    }
    let heard = stage.people[1].handle.snapshot();
    let talker = &heard.stats.talkers[0];
    assert_eq!((talker.person, talker.grade), (ann, Grade::Fair), "{talker:?}");
    assert!((talker.loss - 0.2).abs() < 0.02);
    let own = &stage.people[0].handle.snapshot().stats.talkers;
    assert_eq!(own.len(), 1);
    assert_eq!((own[0].person, own[0].grade), (ann, Grade::Poor), "{own:?}");
    let protects = stage.people[0]
        .heard
        .lock()
        .unwrap()
        .iter()
        .any(|command| matches!(command, VoiceCommand::SetEncoding(encoding) if encoding.copies > 0));
    assert!(protects, "nothing was done about the loss");
    assert!(heard.person(bob).is_some());
}

#[test]
fn what_is_measured_is_kept_second_by_second() {
    let mut stage = Stage::with(&["Ann"]);
    stage.gather(&[0], 0);
    speak(&mut stage, 0);
    stage.run(ms(3000));
    let stats = stage.people[0].handle.snapshot().stats.clone();
    assert!(stats.history.len() >= 4, "{:?}", stats.history);
    assert!(stats.grant_ms.is_some_and(|grant| grant > 0.0), "{:?}", stats.grant_ms);
    let accessed: Vec<_> = stats.history.iter().filter_map(|sample| sample.access_ms).collect();
    assert_eq!(accessed, [stats.grant_ms.unwrap()], "one second had the one grant");
    let steps: Vec<_> = stats.history.iter().zip(stats.history.iter().skip(1)).map(|(a, b)| b.at - a.at).collect();
    assert!(steps.iter().all(|step| *step >= ms(1000) && *step < ms(1100)), "{steps:?}");
}
