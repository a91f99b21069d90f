use super::*;
use crate::net::events::FloorChanged;
use hallway_protocol::{
    floor::messages::{DenyCause, RevokeCause},
    ids::MessageId,
    map::Point,
};

fn said(conversation: Conversation, to_name: Option<&str>) -> Event {
    Event::Message(ChatMessage {
        id: MessageId(7),
        from: Some(PersonId(2)),
        from_name: "Bob".to_owned(),
        conversation,
        to_name: to_name.map(str::to_owned),
        text: "hi \"all\"".to_owned(),
        sent_ms: 12,
    })
}

#[test]
fn events_have_the_form_that_is_documented() {
    let floor = |change| Event::Floor { room: Some(RoomId(4)), change };
    let seconds = Duration::from_secs;
    let cases = [
        (
            Event::Welcome {
                person: PersonId(1),
                name: "Ann".into(),
                server: "a:1".into(),
                version: "0.1.0".into(),
                fingerprint: "ff".into(),
            },
            r#"{"event":"welcome","fingerprint":"ff","id":1,"name":"Ann","server":"a:1","version":"0.1.0"}"#,
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
