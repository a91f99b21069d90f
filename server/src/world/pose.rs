//! Where people stand: reports are judged by the walking rule, the place decides the room, and all are told.

use super::{
    Map, WorldSystems,
    conduct::{Allowance, Closing},
    house::{House, Moved},
    post::Post,
    sessions::Session,
};
use bevy::{ecs::entity::EntityHashSet, prelude::*};
use hallway_protocol::{
    channels::PoseDownChannel,
    control::{PutBackCause, ServerMessage},
    ids::PersonId,
    limits,
    map::Point,
    pose::{Pose, PoseBatch, PoseReport, WirePoint},
    walk::{Cause, Ground, WalkJudge},
};
use lightyear::prelude::{MessageReceiver, ServerMultiMessageSender};
use std::time::Duration;
use tracing::debug;

/// How often the places of those who stand still are told again: a batch may get lost, and somebody may have come.
const REFRESH: Duration = Duration::from_secs(2);

/// Where one can walk, doors of plots included, and where people appear.
#[derive(Resource)]
pub(crate) struct Grounds {
    ground: Ground,
    spawns: Vec<Point>,
}

impl Grounds {
    pub(crate) fn new(map: &Map) -> Self {
        let ground = Ground::new(&map.0);
        let spawn = map.0.spawn;
        let middles = spawn.tiles().map(|(x, y)| Point { x: f32::from(x) + 0.5, y: f32::from(y) + 0.5 });
        let spawns = middles.filter(|point| ground.is_free(*point)).collect();
        Self { ground, spawns }
    }

    /// A place to appear at; people who come one after another stand apart.
    pub(crate) fn spawn_point(&self, person: PersonId) -> Point {
        // Steps of a number without common factors spread neighbours over the whole area.
        let place = (person.0 as usize).wrapping_mul(7919).checked_rem(self.spawns.len());
        place.and_then(|place| self.spawns.get(place)).copied().unwrap_or_default()
    }

    /// Whether somebody can stand there.
    pub(crate) fn is_free(&self, at: Point) -> bool {
        self.ground.is_free(at)
    }

    pub(crate) fn open_door(&mut self, plot: u16) {
        self.ground.set_plot_open(plot.into(), true);
    }

    pub(crate) fn shut_door(&mut self, plot: u16) {
        self.ground.set_plot_open(plot.into(), false);
    }
}

/// Where the person of a link stands.
#[derive(Component)]
pub(crate) struct Standing {
    judge: WalkJudge,
    person: PersonId,
    facing: u8,
    /// How often this client was put back; older reports are void.
    epoch: u8,
    /// Whether the place is new to the others.
    untold: bool,
}

impl Standing {
    pub(crate) fn new(person: PersonId, at: Point, now: Duration) -> Self {
        // What is sent and what is judged must be the same point.
        let at = Point::from(WirePoint::from(at));
        Self { judge: WalkJudge::new(at, now), person, facing: 64, epoch: 0, untold: true }
    }

    pub(crate) fn at(&self) -> Point {
        self.judge.at()
    }

    pub(crate) fn wire(&self) -> WirePoint {
        self.at().into()
    }

    /// Puts the person somewhere; what its client must be told.
    pub(crate) fn put_at(&mut self, at: Point, cause: PutBackCause, now: Duration) -> ServerMessage {
        self.judge.place(at, now);
        self.put_back(cause)
    }

    fn put_back(&mut self, cause: PutBackCause) -> ServerMessage {
        self.epoch = self.epoch.wrapping_add(1);
        self.untold = true;
        ServerMessage::PutBack { at: self.wire(), epoch: self.epoch, cause }
    }

    /// Takes in a report; what the client must be told if nobody could have walked there.
    fn report(&mut self, report: PoseReport, ground: &Ground, now: Duration) -> Option<ServerMessage> {
        if report.epoch != self.epoch {
            return None;
        }
        let before = self.wire();
        match self.judge.accept(ground, now, report.at.into()) {
            Ok(_) => {
                self.untold |= self.wire() != before || self.facing != report.facing;
                self.facing = report.facing;
                None
            }
            Err(put_back) => {
                let cause = match put_back.cause {
                    Cause::TooFast => PutBackCause::TooFast,
                    Cause::ThroughWall => PutBackCause::ThroughWall,
                };
                // The judge goes on as it was: being put back must not give anybody a fresh start.
                Some(self.put_back(cause))
            }
        }
    }
}

/// When places are told next, and when all of them.
#[derive(Resource, Default)]
struct PoseTimes {
    next: Duration,
    refresh: Duration,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<PoseTimes>();
    app.add_systems(PreStartup, |map: Res<Map>, mut commands: Commands| {
        commands.insert_resource(Grounds::new(&map));
    });
    app.add_systems(Update, take_reports.in_set(WorldSystems::Pose));
    app.add_systems(Update, tell_places.in_set(WorldSystems::Tell));
}

fn take_reports(
    mut links: Query<
        (Entity, &Session, &mut MessageReceiver<PoseReport>, &mut Standing, &mut Allowance),
        Without<Closing>,
    >,
    grounds: Res<Grounds>,
    mut house: ResMut<House>,
    mut moves: MessageWriter<Moved>,
    time: Res<Time<Real>>,
    mut post: Post,
) {
    let now = time.elapsed();
    for (link, Session { person }, mut receiver, mut standing, mut allowance) in &mut links {
        if !receiver.has_messages() {
            continue;
        }
        for report in receiver.receive() {
            if !allowance.poses.take(now) {
                allowance.strike(now);
                continue;
            }
            if let Some(put_back) = standing.report(report, &grounds.ground, now) {
                debug!(%person, ?put_back, "put back");
                post.tell(link, put_back);
            }
        }
        let room = house.room_at(standing.at());
        moves.write_batch(house.relocate(*person, room, now));
    }
}

/// Tells everyone the places that are new, and from time to time all.
fn tell_places(
    mut standings: Query<(Entity, &mut Standing), With<Session>>,
    mut times: ResMut<PoseTimes>,
    time: Res<Time<Real>>,
    mut sender: ServerMultiMessageSender,
) -> Result {
    let now = time.elapsed();
    if now < times.next {
        return Ok(());
    }
    times.next = now + limits::POSE_DOWN_INTERVAL;
    let all = now >= times.refresh;
    if all {
        times.refresh = now + REFRESH;
    }
    let mut poses = Vec::new();
    for (_, mut standing) in standings.iter_mut().filter(|(_, standing)| all || standing.untold) {
        standing.untold = false;
        poses.push(Pose { person: standing.person, at: standing.wire(), facing: standing.facing });
    }
    if poses.is_empty() {
        return Ok(());
    }
    let links: EntityHashSet = standings.iter().map(|(link, _)| link).collect();
    let server_ms = now.as_millis() as u32;
    for poses in poses.chunks(PoseBatch::MOST) {
        let batch = PoseBatch { server_ms, poses: poses.to_vec() };
        sender.send_to_entities::<PoseBatch, PoseDownChannel>(&batch, &links)?;
    }
    Ok(())
}
