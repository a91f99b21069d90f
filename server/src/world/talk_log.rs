//! The talk log: collects the turns of rooms that keep them, and hands each over when it is over.
//!
//! The relay goes its way as ever; all that it does for this is to show each packet that it passes on.

mod collector;

use super::{WorldSystems, house::House};
use crate::talk_log::{Talker, Turn, TurnsOut};
use bevy::prelude::*;
use bytes::Bytes;
use collector::{Collected, Collector};
use hallway_protocol::{
    ids::{PersonId, RoomId},
    voice::decode_down,
};

/// The turns that are being talked.
#[derive(Resource)]
pub(crate) struct TalkLog {
    collector: Collector,
    out: TurnsOut,
}

pub(super) fn plugin(app: &mut App) {
    // After the floors, which say whose turn is over.
    app.add_systems(Update, hand_over.in_set(WorldSystems::Tell));
}

impl TalkLog {
    pub(super) fn new(out: TurnsOut) -> Self {
        Self { collector: Collector::default(), out }
    }

    /// Takes note of a packet, as it goes down, of somebody who has the room's floor.
    pub(super) fn hear(&mut self, room: RoomId, person: PersonId, down: &Bytes, house: &House) {
        let (Some(guest), Some(state)) = (house.guest(person), house.room(room)) else { return };
        let Ok((_, packet)) = decode_down(down) else { return };
        let is_kept = state.floor.rules().keep_turns();
        let talker = || Talker { person, name: guest.name.clone(), owner: guest.owner };
        if let Some(turn) = self.collector.hear(room, person, talker, &packet, down.len(), is_kept) {
            self.finish(turn, house);
        }
    }

    fn finish(&self, Collected { room, talker, packets }: Collected, house: &House) {
        // A room that was taken down has no history any more.
        if let Some(crate::store::Thread::Room { key, name }) = house.room(room).map(|room| room.thread.clone()) {
            self.out.hand_over(Turn { talker, room, key, name, packets });
        }
    }
}

fn hand_over(mut log: ResMut<TalkLog>, house: Res<House>) {
    let goes_on = |person, room| house.room(room).is_some_and(|room| room.floor.may_speak(person));
    for turn in log.collector.take_ended(goes_on) {
        log.finish(turn, &house);
    }
}
