//! What goes first when a link may not carry everything at once.

use bevy::prelude::*;
use bytes::Bytes;
use hallway_protocol::{
    channels::{CallVoiceUpChannel, ControlChannel, ProtocolPlugin, VideoUpChannel},
    limits,
    link::{event_loop::finish_plugins, setup},
};
use lightyear::prelude::*;

const SLICE: u8 = b'S';
const VOICE: u8 = b'V';
const VOICE_BYTES: usize = 100;
/// Room for ten voice packets and two slices, with headers.
const BURST_BYTES: u32 = 4000;

/// An app with a bare link of so small a budget that it does not grow within the test.
fn narrow() -> (App, Entity) {
    let mut app = App::new();
    setup::client_plugins(&mut app);
    app.add_plugins(ProtocolPlugin);
    finish_plugins(&mut app);
    let mut transport = Transport::new(PriorityConfig::new(1).with_burst_size(BURST_BYTES));
    let channels = app.world().resource::<ChannelRegistry>();
    transport.add_channel_send_from_registry::<ControlChannel>(channels);
    transport.add_channel_send_from_registry::<CallVoiceUpChannel>(channels);
    transport.add_channel_send_from_registry::<VideoUpChannel>(channels);
    let link = app.world_mut().spawn((Link::default(), Linked, transport)).id();
    (app, link)
}

/// How many slices and voice packets left in one update.
fn left(app: &mut App, link: Entity) -> (usize, usize) {
    app.update();
    let mut link = app.world_mut().get_mut::<Link>(link).unwrap();
    let bytes: Vec<u8> = link.send.drain().flatten().collect();
    let longest_run = |of: u8, len: usize| {
        let runs = bytes.split(|byte| *byte != of).filter(|run| run.len() >= len);
        runs.map(|run| run.len() / len).sum()
    };
    (longest_run(SLICE, limits::VIDEO_SLICE_BYTES), longest_run(VOICE, VOICE_BYTES))
}

#[test]
fn voice_goes_before_pictures_and_what_finds_no_room_is_a_picture() {
    let (mut app, link) = narrow();
    let transport = app.world().get::<Transport>(link).unwrap();
    for _ in 0..10 {
        transport.send::<VideoUpChannel>(Bytes::from(vec![SLICE; limits::VIDEO_SLICE_BYTES])).unwrap();
    }
    for _ in 0..10 {
        transport.send::<CallVoiceUpChannel>(Bytes::from(vec![VOICE; VOICE_BYTES])).unwrap();
    }
    assert_eq!(left(&mut app, link), (2, 10));
    assert_eq!(left(&mut app, link), (0, 0), "a picture that found no room is stale");
}
