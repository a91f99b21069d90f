//! Where the others are: pose batches onto this machine's clock, and from there into their tracks.

pub mod server_clock;

use super::{
    session::{Clock, LeftWorld, Mirror, SessionSystems},
    track::PoseTrack,
};
use bevy::prelude::*;
use hallway_protocol::{
    ids::PersonId,
    map::Point,
    pose::{Pose, PoseBatch},
};
use lightyear::prelude::MessageReceiver;
use server_clock::ServerClock;
use std::{collections::HashMap, time::Instant};

/// People of whom a pose may be known before their names are: as many as there can be on a server, and some.
const EARLY_POSES: usize = 4096;

/// Feeds the tracks of the mirror's people.
pub struct PosesPlugin;

impl Plugin for PosesPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<NewestPoses>()
            .init_resource::<ServerTime>()
            .add_systems(Update, forget_poses.run_if(on_message::<LeftWorld>).in_set(SessionSystems::Mirror))
            .add_systems(Update, take_poses.in_set(SessionSystems::Walk));
    }
}

/// Everyone's newest pose: a person's name may come later, by replication.
#[derive(Resource, Default)]
pub struct NewestPoses(HashMap<PersonId, (Instant, Point, u8)>);

#[derive(Resource, Default)]
struct ServerTime(ServerClock);

impl NewestPoses {
    /// A track of somebody who was not known before.
    #[must_use]
    pub fn track_of(&self, person: PersonId) -> Option<PoseTrack> {
        self.0.get(&person).map(|(time, at, _)| PoseTrack::standing(*time, *at))
    }
}

fn take_poses(
    mut links: Query<&mut MessageReceiver<PoseBatch>>,
    mut server_time: ResMut<ServerTime>,
    mut newest: ResMut<NewestPoses>,
    mut mirror: ResMut<Mirror>,
    clock: Clock,
) {
    for mut link in &mut links {
        for batch in link.receive() {
            let time = server_time.0.local(batch.server_ms, clock.now());
            for pose in &batch.poses {
                take_pose(pose, time, &mut newest, &mut mirror);
            }
        }
    }
}

fn take_pose(pose: &Pose, time: Instant, newest: &mut NewestPoses, mirror: &mut Mirror) {
    let at = pose.at.into();
    let is_first = !newest.0.contains_key(&pose.person);
    if is_first && newest.0.len() >= EARLY_POSES {
        newest.0.clear();
    }
    newest.0.insert(pose.person, (time, at, pose.facing));
    if mirror.me.as_ref().is_some_and(|me| me.id == pose.person) {
        return;
    }
    if let Some(person) = mirror.people.iter_mut().find(|person| person.id == pose.person) {
        if is_first {
            // Until now nobody knew where; nothing glides there from a guess.
            person.track = PoseTrack::standing(time, at);
        } else {
            person.track.push(time, at, pose.facing);
        }
    }
}

fn forget_poses(mut newest: ResMut<NewestPoses>, mut server_time: ResMut<ServerTime>) {
    newest.0.clear();
    server_time.0 = ServerClock::default();
}
