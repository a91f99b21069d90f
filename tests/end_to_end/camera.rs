//! The machine's own camera: where there is one, its pictures at the other end of a call, and what is said when it is
//! pulled out, stands still and comes back; where there is none, that.
//!
//! The pulling needs a camera that can be told to fail, as Linux's test driver `vivid` can: its programs `vm-camera` and
//! `v4l2-ctl` are looked for.

use crate::support::{
    client::{HeadlessClient, client},
    events::is,
    server::TestServer,
};
use std::{path::Path, process::Command};

/// Where Linux has its first camera.
const CAMERA: &str = "/dev/video0";

#[test]
fn the_machines_camera_is_seen_at_the_other_end_or_its_absence_is_told() {
    let server = TestServer::start();
    let mut ann = client(&server, "Ann").filming("device").counting().sign_in();
    let mut bob = client(&server, "Bob").counting().sign_in();
    ann.send("cameras");
    let listed = ann.expect("cameras", |event| is(event, "cameras"));
    ann.call(&mut bob, "video");
    if cfg!(not(feature = "devices")) || !Path::new(CAMERA).exists() {
        let trouble = ann.in_call("trouble");
        let code = if cfg!(feature = "devices") { "no_camera" } else { "camera_not_built" };
        assert_eq!(trouble["reason"], code, "{trouble}");
        return;
    }
    println!("{listed}");
    assert!(listed["cameras"].as_array().is_some_and(|cameras| !cameras.is_empty()), "{listed}");
    let seen = bob.video("shown", 10);
    println!("{}", seen["video"]);
    if Command::new("vm-camera").arg("plug").output().is_ok_and(|answer| answer.status.success()) {
        pull_and_freeze(&mut ann, &mut bob);
    }
    ann.send("hangup");
    bob.in_call("ended");
}

/// The camera is pulled out and put in, stands still and goes on: each is told once, in one sentence, and pictures come
/// again.
fn pull_and_freeze(ann: &mut HeadlessClient, bob: &mut HeadlessClient) {
    let faults: [(&str, &[&str], &[&str]); 2] = [
        ("camera_unplugged", &["vm-camera", "unplug"], &["vm-camera", "plug"]),
        (
            "camera_frozen",
            &["v4l2-ctl", "-d", CAMERA, "-c", "percentage_of_dropped_buffers=100"],
            &["v4l2-ctl", "-d", CAMERA, "-c", "percentage_of_dropped_buffers=0"],
        ),
    ];
    for (code, fail, mend) in faults {
        ann.forget();
        run(fail);
        let trouble = ann.in_call("trouble");
        println!("{code}: {trouble}");
        assert!(trouble["text"].as_str().is_some_and(|text| text.ends_with('.')), "{trouble}");
        assert_eq!(trouble["reason"], code, "{trouble}");
        run(mend);
        let back = ann.expect("the camera is back", |event| is(event, "notice") && event["code"] == "camera_back");
        println!("{back}");
        let before = bob.next_stats(1)["video"]["shown"].as_u64().unwrap();
        bob.video("shown", before + 5);
    }
}

fn run(command: &[&str]) {
    let status = Command::new(command[0]).args(&command[1..]).status().unwrap();
    assert!(status.success(), "{command:?}");
}
