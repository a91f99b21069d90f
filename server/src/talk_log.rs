//! The turns that talk logs keep: each becomes a file and a message in its room's history.
//!
//! The world collects a turn's packets while it passes them on, and hands them over here when the turn is over, through a
//! queue on which it never waits. What is written is what the talker's encoder made: nothing is decoded.

mod file;
mod opus;
mod waveform;

use crate::{
    desk::{WorldAsk, WorldDoor},
    files::{FileAsk, FileError, Files, Place, SaidTurn},
};
pub use file::{TurnFile, TurnPacket};
use hallway_protocol::{
    file::{AttachmentKind, BeginUpload, FileId, FileName, FileTarget, Waveform},
    ids::{PersonId, RoomId},
    names::DisplayName,
    owner::OwnerId,
};
use tokio::sync::{mpsc, oneshot};
use tracing::{debug, warn};

/// Turns that may wait to be written: in each room there is one at a time, and a disk takes milliseconds for it.
const WAITING: usize = 64;
/// What a turn is called for whoever saves it.
const NAME: &str = "Turn.ogg";

/// One turn that is over.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Who talked.
    pub talker: Talker,
    /// In which room.
    pub room: RoomId,
    /// The key of the room's thread.
    pub key: String,
    /// The room's name.
    pub name: String,
    /// What was passed on, in the order in which it was sent.
    pub packets: Vec<TurnPacket>,
}

/// Who talked, who may be gone by the time the turn is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talker {
    /// The id.
    pub person: PersonId,
    /// The name.
    pub name: DisplayName,
    /// Whose client it is: the turn's message belongs to them.
    pub owner: OwnerId,
}

/// The world's way out for turns.
#[derive(Clone, Debug)]
pub struct TurnsOut(mpsc::Sender<Turn>);

/// Where turns come out.
pub type TurnsIn = mpsc::Receiver<Turn>;

/// The way of turns from the world to the disk, both ends.
#[must_use]
pub fn wire() -> (TurnsOut, TurnsIn) {
    let (out, turns) = mpsc::channel(WAITING);
    (TurnsOut(out), turns)
}

impl TurnsOut {
    /// Hands a turn over; one that finds no place is not kept.
    pub(crate) fn hand_over(&self, turn: Turn) {
        let (room, person) = (turn.room, turn.talker.person);
        if self.0.try_send(turn).is_err() {
            warn!(%room, %person, "the disk is behind, and a turn is not kept");
        }
    }
}

/// Writes turns until the world has ended.
pub(crate) async fn keep(mut turns: TurnsIn, files: Files, world: WorldDoor) {
    while let Some(turn) = turns.recv().await {
        let (room, person) = (turn.room, turn.talker.person);
        match keep_one(turn, &files, &world).await {
            Ok(kept) => debug!(%room, %person, kept, "a turn is over"),
            Err(error) => warn!(%room, %person, %error, "a turn could not be kept"),
        }
    }
}

/// Samples that an Opus packet holds at 48 kHz; `None` when it is none.
pub(crate) fn opus_samples(packet: &[u8]) -> Option<u32> {
    opus::samples(packet)
}

/// Makes a file and a message of a turn; whether there was enough in it.
async fn keep_one(turn: Turn, files: &Files, world: &WorldDoor) -> Result<bool, FileError> {
    let Turn { talker, room, key, name, packets } = turn;
    let Some(TurnFile { ogg, ms, levels }) = TurnFile::make(&packets) else { return Ok(false) };
    let (owner, place) = (talker.owner, Place::Room { key, name });
    let kept_at = place.clone();
    let waveform = Waveform::new(levels).unwrap_or_default();
    let asked = BeginUpload {
        file: FileId::new(rand::random()),
        to: FileTarget::Room(room),
        name: FileName::made_of(NAME),
        bytes: ogg.len() as u64,
        kind: AttachmentKind::Turn { ms, waveform },
        caption: String::new(),
    };
    let say = async |attachment| {
        let (reply, answer) = oneshot::channel();
        let said = Box::new(SaidTurn { talker, place, attachment });
        world.ask(WorldAsk::File(FileAsk::SayTurn { said, reply })).map_err(|_| FileError::Stopping)?;
        answer.await.map_err(|_| FileError::Stopping)?.map_err(FileError::Refused)
    };
    files.keep(owner, kept_at, asked, ogg.into(), say).await?;
    Ok(true)
}
