//! The scripted world: who is there, where, and how the floor of the own room stands at the start of a scene.

use super::{Scene, chats::chats, floor, measured};
use hallway::net::{
    preferences::VoicePreferences,
    snapshot::{ConnectionState, DeviceTrouble, LoadedMap, Me, PersonView, RoomView, Snapshot, TalkState},
    track::PoseTrack,
};
use hallway_protocol::{
    chat::Conversation,
    floor::{FloorPolicy, QueueRule},
    ids::{PersonId, RoomId},
    keeping::Keeping,
    map::{Point, TileRect},
    replicated::RoomSite,
    walk::Ground,
};
use std::{sync::Arc, time::Instant};

/// Everybody; the first is the own person.
pub(crate) const NAMES: [&str; 14] = [
    "Mara",
    "Jonas",
    "李小龙",
    "Ольга",
    "Ngozi",
    "محمد",
    "Søren",
    "अनिता",
    "Tomás",
    "지민",
    "Bea",
    "นภา",
    "Ελένη",
    "Kwame Mensah-Boateng",
];
/// Who stands in which of the map's rooms, in their order; the others are in the hall.
const IN_ROOMS: [(usize, usize); 9] = [(0, 2), (1, 2), (2, 2), (3, 2), (4, 0), (5, 0), (6, 1), (7, 3), (8, 5)];
/// The world as it stands at the start of a scene.
pub(crate) fn world(map: LoadedMap, ground: &Ground, scene: Scene) -> Snapshot {
    let now = Instant::now();
    let mut people = Vec::new();
    for (number, name) in NAMES.iter().enumerate() {
        let room = IN_ROOMS.iter().find(|(person, _)| *person == number).and_then(|(_, room)| map.map.rooms.get(*room));
        let rect = room.map_or(map.map.spawn, |room| room.inside);
        let at = ground.nearest_free(spot(rect, number));
        people.push(PersonView {
            id: PersonId(number as u32),
            name: (*name).to_owned(),
            room: room.map(|room| room.id),
            talking: number == 4,
            volume: 1.0,
            typing: None,
            track: PoseTrack::standing(now, at),
        });
    }
    let room = people[0].room;
    if matches!(scene, Scene::Open | Scene::Chair) {
        gather(&mut people, room, &map, ground);
    }
    let mut rooms = rooms(&map, &people);
    let mut talk = TalkState::Quiet;
    if let Some(room) = rooms.iter_mut().find(|view| Some(view.id) == room) {
        floor::arrange(room, &mut talk, scene);
    }
    let microphone = (scene == Scene::NoMicrophone)
        .then(|| "No microphone was found: connect one, and Hallway picks it up.".to_owned());
    if let Some(room) = room {
        people[2].typing = Some(Conversation::Room(room));
    }
    let me = Me {
        id: PersonId(0),
        name: NAMES[0].to_owned(),
        at: people[0].track.newest().0,
        direction: (0.0, 0.0),
        facing: 64,
        stamp: now,
        room,
        path: Vec::new(),
        moderator: false,
        account: false,
    };
    Snapshot {
        connection: ConnectionState::Connected,
        me: Some(me),
        map: Some(Arc::new(map)),
        people,
        rooms,
        chats: room.map(chats).unwrap_or_default(),
        talk,
        calls: Arc::default(),
        voice: Arc::new(VoicePreferences { lock: true, ..VoicePreferences::default() }),
        sound_unchecked: false,
        devices: DeviceTrouble { microphone, speaker: None },
        testing: false,
        stats: measured::stats(now),
        notes: Arc::default(),
        transfers: Arc::default(),
        keeping: Keeping::default(),
        pictures: Arc::default(),
    }
}

/// A few more come into the own room.
fn gather(people: &mut [PersonView], room: Option<RoomId>, map: &LoadedMap, ground: &Ground) {
    let Some(area) = map.map.rooms.iter().find(|area| Some(area.id) == room) else { return };
    for number in [6, 7, 8, 13] {
        people[number].room = room;
        people[number].track = PoseTrack::standing(Instant::now(), ground.nearest_free(spot(area.inside, number)));
    }
}

/// People stand in rows, a little apart.
fn spot(rect: TileRect, number: usize) -> Point {
    let (column, row) = ((number * 5) % 7, (number * 3) % 5);
    Point {
        x: f32::from(rect.x) + 1.0 + column as f32 / 7.0 * (f32::from(rect.width) - 1.5),
        y: f32::from(rect.y) + 1.5 + row as f32 / 5.0 * (f32::from(rect.height) - 2.0),
    }
}

fn rooms(map: &LoadedMap, people: &[PersonView]) -> Vec<RoomView> {
    let inside = |room| people.iter().filter(|person| person.room == Some(room)).map(|person| person.id).collect();
    map.map
        .rooms
        .iter()
        .map(|area| RoomView {
            id: area.id,
            name: area.name.clone(),
            site: RoomSite::Map,
            policy: FloorPolicy::default(),
            queue: QueueRule::default(),
            talk_log: false,
            talkers: people
                .iter()
                .filter(|person| person.talking && person.room == Some(area.id))
                .map(|person| person.id)
                .collect(),
            waiting: Vec::new(),
            muted: Vec::new(),
            call: None,
            moderated: false,
            people: inside(area.id),
        })
        .collect()
}
