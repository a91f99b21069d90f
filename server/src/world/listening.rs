//! How well talkers are heard: takes listeners' reports in and tells each talker the gist of them.

mod reports;

pub(crate) use reports::{Place, Reports};

use super::{
    WorldSystems,
    calls::Calls,
    conduct::{Allowance, Closing},
    house::House,
    post::Post,
    sessions::Session,
};
use bevy::prelude::*;
use hallway_protocol::listening::ListenerReport;
use lightyear::prelude::MessageReceiver;

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Reports>();
    app.add_systems(Update, (take_reports, tell_talkers).chain().in_set(WorldSystems::Relay));
}

fn take_reports(
    mut links: Query<(&Session, &mut MessageReceiver<ListenerReport>, &mut Allowance), Without<Closing>>,
    house: Res<House>,
    calls: Res<Calls>,
    mut reports: ResMut<Reports>,
    time: Res<Time<Real>>,
) {
    let now = time.elapsed();
    for (Session { person }, mut receiver, mut allowance) in &mut links {
        if !receiver.has_messages() {
            continue;
        }
        let room = house.guest(*person).and_then(|guest| guest.room).map(Place::Room);
        let places = [room, calls.call_of(*person).map(Place::Call)];
        for report in receiver.receive() {
            if !allowance.reports.take(now) {
                allowance.strike(now);
            } else {
                reports.take(*person, &places, report, now);
            }
        }
    }
}

fn tell_talkers(mut reports: ResMut<Reports>, house: Res<House>, time: Res<Time<Real>>, mut post: Post) {
    for (talker, report) in reports.due(time.elapsed()) {
        if let Some(guest) = house.guest(talker) {
            post.report(guest.link, report);
        }
    }
}
