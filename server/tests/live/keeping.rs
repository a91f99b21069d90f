//! A server that keeps nothing private, as its people notice it.

use crate::{
    acknowledged,
    live_client::{LiveClient, owner_key, sign_in_with},
    settings,
};
use hallway_protocol::{
    chat::Conversation,
    control::{Refusal, ServerMessage},
    desk::{Proof, SignInRequest},
    keeping::{Keep, Keeping},
};
use hallway_server::{Settings, config::Switch, start};

#[test]
fn private_messages_are_told_and_not_kept_and_nothing_waits_for_who_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let settings = || Settings { keep_world: Keep::Hours(24), private_history: Switch::Off, ..settings(folder.path()) };
    let server = start(settings()).unwrap();
    let root = SignInRequest {
        proof: Proof::Register("correct horse".into()),
        ..SignInRequest::guest("Root", owner_key().to_hex())
    };
    sign_in_with(server.listen, &folder.path().join("certificate.pem"), &root).unwrap();
    let (mut ann, mut bob) = (LiveClient::enter(&server, "Ann"), LiveClient::enter(&server, "Bob"));
    let told = Keeping { world: Keep::Hours(24), rooms: Keep::Forever, private: None };
    assert_eq!((ann.keeping, bob.keeping), (told, told));
    let (of_ann, of_bob) = (Conversation::Person(ann.person), Conversation::Person(bob.person));
    let request = ann.say(of_bob, "quetzalcoatl");
    ann.wait_for("the acknowledgement", acknowledged(request));
    bob.wait_for(
        "the message",
        |message| matches!(message, ServerMessage::Said { message, .. } if message.text == "quetzalcoatl"),
    );
    let request = ann.say(Conversation::World, "to all");
    ann.wait_for("the acknowledgement", acknowledged(request));
    assert_eq!(bob.history(of_ann).len(), 0);
    let request = ann.letter("Root", "for later");
    ann.wait_for("the refusal", |message| *message == ServerMessage::Refused { request, refusal: Refusal::NotKept });
    server.stop().unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).filter(|it| it.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(7).any(|piece| piece == b"quetzal"), "{}", file.display());
    }
    // What is kept is kept.
    let server = start(settings()).unwrap();
    let mut bob = LiveClient::enter(&server, "Bob");
    assert_eq!(bob.history(Conversation::World).len(), 1);
    server.stop().unwrap();
}
