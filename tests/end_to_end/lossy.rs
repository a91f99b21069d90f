//! Speech over a network that loses, as people on bad links have it.

use crate::support::{
    client::client,
    intelligibility::{best_alignment, stoi},
    server::TestServer,
    speech::{self, SENTENCE},
};
use hallway::media::devices::wav::read_wav;
use hallway_bench::relay::{Conditions, Faults, Loss, Relay};
use std::time::Duration;

/// Each way, of a round trip of 40 ms.
const WAY: Duration = Duration::from_millis(20);
/// Share of the datagrams that is lost each way, and how many in a row on the average.
const LOSS: (f64, f64) = (0.05, 2.0);
/// Least score of speech of which one packet in ten does not arrive: without concealment it would be far less, and below
/// it people begin to ask back.
const INTELLIGIBLE: f32 = 0.8;

#[test]
fn speech_is_intelligible_over_a_far_network_that_loses_in_bursts() {
    let faults = Faults { loss: Loss::in_bursts(LOSS.0, LOSS.1), ..Faults::delay(WAY) };
    let relay = Relay::start(Conditions::both_ways(faults, 1)).unwrap();
    let server = TestServer::start_with(&["--public", &relay.address().to_string()]);
    relay.lead_to(server.address.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("words.wav");
    let clean = speech::speak(SENTENCE, &wav);
    let mut ann = client(&server, "Ann").speaking(&wav).sign_in();
    let mut bob = client(&server, "Bob").listening().sign_in();
    ann.enter("Library");
    bob.enter("Library");
    ann.talk();
    bob.hear_out(50);
    ann.send("quiet");
    ann.floor("released");
    bob.floor("idle");
    ann.quit();

    let heard = read_wav(&bob.quit().heard()).unwrap();
    let (up, down) = (relay.up(), relay.down());
    assert!(up.lost > 0 && down.lost > 0, "nothing was lost: {up:?}, {down:?}");
    let start = best_alignment(&clean, &heard, 48_000);
    let score = stoi(&clean, &heard[start..], 48_000);
    println!("score {score:.3}, {} of {} lost up, {} of {} down", up.lost, up.received, down.lost, down.received);
    assert!(score > INTELLIGIBLE, "score {score:.3}");
}
