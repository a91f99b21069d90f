use super::*;
use crate::net::{
    events::{CallChanged, CallNamed, FloorChanged},
    snapshot::{CallView, CallsView},
};
use hallway_protocol::{
    call::{CallAudio, CallEnd, CallKind, CallMember, DeclineText, Presence, Sending},
    floor::messages::{DenyCause, RevokeCause},
    ids::{CallId, MessageId},
    map::Point,
};
use std::sync::Arc;

fn said(conversation: Conversation, to_name: Option<&str>) -> Event {
    Event::Message(ChatMessage {
        id: MessageId(7),
        from: Some(PersonId(2)),
        from_name: "Bob".to_owned(),
        conversation,
        to_name: to_name.map(str::to_owned),
        text: "hi \"all\"".to_owned(),
        attachment: None,
        sent_ms: 12,
        marks: hallway_protocol::chat::Marks::default(),
    })
}

#[test]
fn events_have_the_form_that_is_documented() {
    let floor = |change| Event::Floor { room: Some(RoomId(4)), change };
    let seconds = Duration::from_secs;
    let named = CallNamed { call: CallId(3), kind: CallKind::Video, with: vec!["Bob".into()] };
    let call = |change| Event::Call { call: named.clone(), change };
    let cases = [
        (
            Event::Welcome {
                person: PersonId(1),
                name: "Ann".into(),
                server: "a:1".into(),
                version: "0.1.0".into(),
                fingerprint: "ff".into(),
            },
            r#"{"account":false,"event":"welcome","fingerprint":"ff","id":1,"keeping":{"private":"forever","rooms":"forever","world":"forever"},"name":"Ann","server":"a:1","version":"0.1.0"}"#,
        ),
        (
            Event::Entered { room: RoomId(4), name: "Café".into(), people: vec!["Ann".into()] },
            r#"{"event":"entered","people":["Ann"],"room":"Café"}"#,
        ),
        (
            Event::PersonChanged { person: PersonId(2), name: "Bob".into(), change: PersonChanged::Entered(RoomId(4)) },
            r#"{"change":"entered","event":"person","name":"Bob","room":"room 4"}"#,
        ),
        (Event::Arrived { at: Point { x: 1.5, y: 2.25 }, room: None }, r#"{"event":"arrived","x":1.5,"y":2.25}"#),
        (
            said(Conversation::World, None),
            r#"{"event":"message","from":"Bob","id":7,"sent":12,"text":"hi \"all\"","to":{"world":true}}"#,
        ),
        (
            said(Conversation::Room(RoomId(4)), None),
            r#"{"event":"message","from":"Bob","id":7,"sent":12,"text":"hi \"all\"","to":{"room":"room 4"}}"#,
        ),
        (
            said(Conversation::Person(PersonId(2)), Some("Ann")),
            r#"{"event":"message","from":"Bob","id":7,"sent":12,"text":"hi \"all\"","to":{"person":"Ann"}}"#,
        ),
        (
            floor(FloorChanged::Granted { after: Duration::from_micros(31_700), remaining: seconds(60) }),
            r#"{"event":"floor","ms":31.7,"remaining_ms":60000,"room":"room 4","state":"granted"}"#,
        ),
        (
            floor(FloorChanged::Busy { after: seconds(1), holder: "Bob".into() }),
            r#"{"event":"floor","holder":"Bob","ms":1000.0,"room":"room 4","state":"busy"}"#,
        ),
        (
            Event::Floor {
                room: None,
                change: FloorChanged::Denied { after: Duration::ZERO, cause: DenyCause::NotInRoom },
            },
            r#"{"event":"floor","ms":0.0,"reason":"not_in_room","room":null,"state":"denied"}"#,
        ),
        (
            floor(FloorChanged::Revoked { cause: RevokeCause::TalkLimit, grace: Duration::from_millis(500) }),
            r#"{"event":"floor","grace_ms":500,"reason":"talk_limit","room":"room 4","state":"revoked"}"#,
        ),
        (call(CallChanged::Incoming), r#"{"call":3,"event":"call","kind":"video","state":"incoming","with":["Bob"]}"#),
        (
            call(CallChanged::Accepted { auto: true }),
            r#"{"auto":true,"call":3,"event":"call","kind":"video","state":"accepted","with":["Bob"]}"#,
        ),
        (
            call(CallChanged::Left { name: "Eve".into(), why: CallEnd::Missed }),
            r#"{"call":3,"event":"call","kind":"video","name":"Eve","reason":"missed","state":"left","with":["Bob"]}"#,
        ),
        (
            call(CallChanged::Ended(CallEnd::Declined { text: DeclineText::new("in a meeting") })),
            r#"{"call":3,"event":"call","kind":"video","reason":"declined","state":"declined","text":"in a meeting","with":["Bob"]}"#,
        ),
        (
            call(CallChanged::Ended(CallEnd::HungUp)),
            r#"{"call":3,"event":"call","kind":"video","reason":"hung_up","state":"ended","with":["Bob"]}"#,
        ),
        (
            call(CallChanged::Ended(CallEnd::Lost)),
            r#"{"call":3,"event":"call","kind":"video","reason":"lost","state":"failed","with":["Bob"]}"#,
        ),
        (
            call(CallChanged::Trouble { code: "no_camera", text: "None.".into() }),
            r#"{"call":3,"event":"call","kind":"video","reason":"no_camera","state":"trouble","text":"None.","with":["Bob"]}"#,
        ),
        (
            Event::Connection(ConnectionChanged::Lost("Gone.".into())),
            r#"{"event":"connection","reason":"Gone.","state":"lost"}"#,
        ),
        (
            Event::Refused { command: "say", code: "too_fast", text: "Wait.".into() },
            r#"{"code":"too_fast","command":"say","event":"error","text":"Wait."}"#,
        ),
    ];
    for (event, line) in cases {
        assert_eq!(super::event(&event, &Snapshot::signed_out()).unwrap().to_string(), line);
    }
}

#[test]
fn a_line_is_one_line_with_the_time_on_it() {
    let line = line(json!({"event": "message", "text": "two\nlines"}));
    assert_eq!(line.matches('\n').count(), 1);
    let back: Value = serde_json::from_str(&line).unwrap();
    assert!(back["at"].as_u64().unwrap() > 1_700_000_000_000);
}

#[test]
fn a_refused_sign_in_names_what_a_script_needs() {
    let failure = SignInFailure::NameTaken { holder: "ann".into(), variant: "Ann 2".into() };
    let object = event(&Event::SignInFailed(failure), &Snapshot::signed_out()).unwrap();
    assert_eq!((&object["code"], &object["variant"]), (&json!("name_taken"), &json!("Ann 2")));
}

#[test]
fn calls_are_listed_with_everybody_in_them() {
    let member = |id, name: &str, presence, camera| CallMember {
        person: PersonId(id),
        name: name.to_owned(),
        presence,
        sending: Sending { microphone: true, camera, screen: false },
    };
    let members = vec![
        member(1, "Ann", Presence::Joined { auto: false }, true),
        member(2, "Bob", Presence::Ringing { by: PersonId(1) }, false),
        member(3, "Eve", Presence::Lost, false),
    ];
    let current = CallView {
        call: CallId(3),
        kind: CallKind::Video,
        room: Some(RoomId(4)),
        audio: CallAudio::Floor,
        members,
        microphone_wanted: false,
        camera_wanted: true,
        speaking: [PersonId(2)].into(),
        sending: Sending::default(),
        camera_trouble: Some("No camera.".into()),
        screen_trouble: None,
        link_trouble: None,
    };
    let calls =
        CallsView { current: Some(current), auto_answer: [("Bob", ())].into_iter().collect(), ..CallsView::default() };
    let told = super::calls(&Snapshot { calls: Arc::new(calls), ..Snapshot::signed_out() });
    assert_eq!((&told["reach"], &told["auto_answer"]), (&json!("everyone"), &json!(["Bob"])));
    let call = &told["current"];
    assert_eq!((&call["audio"], &call["room"]), (&json!("floor"), &json!("room 4")));
    assert_eq!(call["wanted"], json!({"mic": false, "camera": true}));
    assert_eq!((&call["speaking"], &told["camera"]), (&json!(["Bob"]), &json!("device")));
    assert_eq!(call["trouble"], json!({"camera": "No camera."}));
    assert_eq!(call["members"][0]["sending"], json!({"mic": true, "camera": true, "screen": false}));
    let presences: Vec<_> = (0..3).map(|at| call["members"][at]["presence"].clone()).collect();
    assert_eq!(presences, ["joined", "ringing", "lost"]);
    assert_eq!(call["members"][1]["by"], "Ann");
    assert_eq!(super::calls(&Snapshot::signed_out())["current"], Value::Null);
}
