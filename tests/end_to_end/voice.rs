//! Speech goes in at one end and comes out of the other.

use crate::support::{
    client::client,
    server::TestServer,
    speech::{self, SENTENCE},
};

#[test]
fn a_whole_talk_arrives_and_nothing_after_it() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let words = speech::speak(SENTENCE, "en-gb", &folder.path().join("words.wav"));
    let spoken = speech::loud_seconds(&words);
    let packets = (speech::seconds(&words) * 50.0) as u64;
    let mut ann = client(&server, "Ann").speaking(&words).sign_in();
    let mut bob = client(&server, "Bob").listening().sign_in();
    ann.enter("Library");
    bob.enter("Library");
    ann.talk();
    bob.voice("received", packets * 98 / 100);
    ann.send("quiet");
    ann.floor("released");
    bob.floor("idle");
    ann.quit();
    let heard = bob.quit().heard();
    let loud = speech::loud_seconds(&heard);
    assert!((loud - spoken).abs() < 0.15 * spoken, "{spoken} s of speech went in, {loud} s came out");
}
