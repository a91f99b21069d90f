//! A panel on its own, with a small world to show and ears for what it wants done.

use bevy_egui::egui::{self, Ui};
use egui_kittest::Harness;
use hallway::{
    net::{
        snapshot::{ConnectionState, Me, PersonView, RoomView, Snapshot},
        track::PoseTrack,
    },
    ui::{Action, fonts, theme},
};
use hallway_protocol::{
    chat::Conversation,
    floor::{FloorPolicy, QueueRule},
    ids::{PersonId, RoomId},
    map::Point,
    replicated::RoomSite,
};
use std::time::Instant;

/// The room that the own person is in.
pub(crate) const ROOM: RoomId = RoomId(1);
/// Its conversation.
pub(crate) const HERE: Conversation = Conversation::Room(ROOM);

/// What a panel shows and what it wanted done.
pub(crate) struct Bench<M> {
    pub(crate) model: M,
    pub(crate) snapshot: Snapshot,
    pub(crate) actions: Vec<Action>,
    dressed: bool,
}

pub(crate) fn bench<M: 'static>(
    model: M,
    snapshot: Snapshot,
    show: fn(&mut Ui, &mut M, &Snapshot) -> Vec<Action>,
) -> Harness<'static, Bench<M>> {
    let bench = Bench { model, snapshot, actions: Vec::new(), dressed: false };
    let draw = move |ui: &mut Ui, bench: &mut Bench<M>| {
        if !std::mem::replace(&mut bench.dressed, true) {
            ui.ctx().set_fonts(fonts::bundled());
            theme::install(ui.ctx());
            ui.ctx().request_repaint();
            return;
        }
        let actions = show(ui, &mut bench.model, &bench.snapshot);
        bench.actions.extend(actions);
    };
    let mut harness = Harness::builder().with_size(egui::vec2(360.0, 640.0)).build_ui_state(draw, bench);
    harness.run_steps(3);
    harness
}

pub(crate) fn person(id: u32, name: &str, room: Option<RoomId>) -> PersonView {
    let track = PoseTrack::standing(Instant::now(), Point::default());
    PersonView { id: PersonId(id), name: name.to_owned(), room, talking: false, volume: 1.0, typing: None, track }
}

pub(crate) fn in_a_room() -> Snapshot {
    let mut snapshot = Snapshot::signed_out();
    snapshot.connection = ConnectionState::Connected;
    snapshot.me = Some(Me {
        id: PersonId(1),
        name: "Mara".into(),
        at: Point::default(),
        direction: (0.0, 0.0),
        facing: 0,
        stamp: Instant::now(),
        room: Some(ROOM),
        path: Vec::new(),
        moderator: false,
        account: false,
    });
    snapshot.people = vec![
        person(2, "Ann", Some(ROOM)),
        person(3, "Anna Lee", None),
        person(4, "Bert", None),
        person(1, "Mara", Some(ROOM)),
    ];
    let room = |id, name: &str, owner: Option<u32>| RoomView {
        id: RoomId(id),
        name: name.to_owned(),
        site: owner.map_or(RoomSite::Map, |owner| RoomSite::Plot { plot: 0, owner: Some(PersonId(owner)) }),
        policy: FloorPolicy::default(),
        queue: QueueRule::default(),
        talk_log: false,
        talkers: Vec::new(),
        waiting: Vec::new(),
        muted: Vec::new(),
        call: None,
        moderated: owner == Some(1),
        people: Vec::new(),
    };
    snapshot.rooms = vec![room(1, "Studio", None), room(2, "Library", None), room(3, "Mine", Some(1))];
    snapshot
}
