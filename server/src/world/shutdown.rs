//! The end of the world, in order: nobody comes in, people are told, the store catches up, links are closed.

use super::{WorldSystems, chat::Tickets, house::House, post::Post, sessions::DoorsClosed};
use bevy::prelude::*;
use hallway_protocol::{
    control::{CloseCause, ServerMessage},
    link::setup,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tracing::info;

/// Time for the farewell to arrive, with one loss on the way.
const FAREWELL: Duration = Duration::from_millis(300);
/// Longest wait for the store; `systemd` and people are told that five seconds are enough for everything.
const STORE_PATIENCE: Duration = Duration::from_secs(2);
/// Time for netcode's farewell to leave.
const CLOSING: Duration = Duration::from_millis(100);
/// When clients are told to try again: a restart takes about a second.
const RETRY_AFTER_MS: u32 = 2000;

/// Set from any thread to end the world.
#[derive(Resource, Clone, Debug, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// Asks the world to end. It looks when it updates; wake it.
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

#[derive(Resource, Default)]
enum Ending {
    #[default]
    Not,
    /// People were told.
    Told(Duration),
    /// Links are being closed.
    Closing(Duration),
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Ending>();
    app.add_systems(Update, end.in_set(WorldSystems::Tell));
}

fn end(
    mut ending: ResMut<Ending>,
    flag: Res<StopFlag>,
    mut doors: ResMut<DoorsClosed>,
    house: Res<House>,
    tickets: Res<Tickets>,
    time: Res<Time<Real>>,
    mut post: Post,
    mut commands: Commands,
    mut exit: MessageWriter<AppExit>,
) {
    let now = time.elapsed();
    match *ending {
        Ending::Not if flag.is_set() => {
            info!(people = house.count(), "the server stops");
            doors.0 = true;
            let cause = CloseCause::ServerStops { retry_after_ms: RETRY_AFTER_MS };
            post.tell_each(house.links(), &ServerMessage::Closing { cause });
            *ending = Ending::Told(now);
        }
        Ending::Told(at) if now >= at + farewell(&house) && (tickets.all_answered() || now >= at + STORE_PATIENCE) => {
            commands.queue(setup::stop_server);
            *ending = Ending::Closing(now);
        }
        Ending::Closing(at) if now >= at + CLOSING => {
            exit.write(AppExit::Success);
        }
        _ => {}
    }
}

/// An empty house needs no farewell.
fn farewell(house: &House) -> Duration {
    if house.count() == 0 { Duration::ZERO } else { FAREWELL }
}
