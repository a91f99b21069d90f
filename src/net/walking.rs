//! The own avatar's feet. It walks here, at once and by the rule that the server checks; the server is told where it is
//! and puts it back where it disagrees.

pub mod feet;
pub mod places;
mod way_back;

use super::{
    commands::Command,
    events::Event,
    session::{Clock, EnteredWorld, FromFace, FromServer, LeftWorld, LiveLink, Mirror, SessionSystems, ToFace},
    snapshot::{RoomView, Snapshot},
    track::PoseTrack,
};
use bevy::{ecs::system::SystemParam, prelude::*};
use feet::{Feet, Steps};
use hallway_protocol::{
    channels::PoseUpChannel,
    control::{PutBackCause, ServerMessage},
    ids::RoomId,
    map::Point,
    path,
    pose::PoseReport,
    replicated::RoomSite,
    walk::Ground,
};
use lightyear::prelude::MessageSender;
use std::time::{Duration, Instant};
use way_back::{WayBack, walk_back};

/// How long a word to steer counts: a face that says nothing for so long is stuck, and its avatar stands.
const STEER_COUNTS: Duration = Duration::from_millis(250);
/// Times that a walk is planned anew after the server put the avatar back; then it ends.
const PLANS: u8 = 3;

/// Walks.
pub struct WalkingPlugin;

impl Plugin for WalkingPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Walking>().init_resource::<WayBack>().add_systems(
            Update,
            (
                lose_ground.run_if(on_message::<LeftWorld>),
                find_ground.run_if(on_message::<EnteredWorld>),
                open_plots,
                hear_server,
                obey_face,
                walk_back,
                walk,
                report,
            )
                .chain()
                .in_set(SessionSystems::Walk),
        );
    }
}

/// The own avatar, while one is in the world.
#[derive(Resource, Default)]
pub struct Walking {
    feet: Option<Feet>,
    ground: Option<Ground>,
    errand: Option<Errand>,
}

/// A walk to a place.
#[derive(Clone, Copy)]
struct Errand {
    /// The headless word of the command that asked for it, whose asker wants to hear the end of it; `None` for the way
    /// back after a lost connection, which nobody asked for.
    command: Option<&'static str>,
    goal: Point,
    plans: u8,
}

impl Walking {
    /// Whether the avatar moves: the session then updates at the pace of its steps.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.feet.as_ref().is_some_and(Feet::is_moving)
    }
}

/// What the walking systems tell.
#[derive(SystemParam)]
struct Walk<'w> {
    walking: ResMut<'w, Walking>,
    mirror: ResMut<'w, Mirror>,
    to_face: MessageWriter<'w, ToFace>,
    clock: Clock<'w>,
}

fn find_ground(mut walk: Walk) {
    let (Some(map), Some(me)) = (&walk.mirror.map, &walk.mirror.me) else { return };
    let (ground, feet) = (Ground::new(&map.map), Feet::standing(me.at, walk.clock.now()));
    *walk.walking = Walking { feet: Some(feet), ground: Some(ground), errand: None };
}

fn lose_ground(mut walking: ResMut<Walking>) {
    *walking = Walking::default();
}

/// The doors of plots are open while a room stands there.
fn open_plots(mut walking: ResMut<Walking>, mirror: Res<Mirror>) {
    let Some(ground) = walking.bypass_change_detection().ground.as_mut() else { return };
    let Some(map) = mirror.map.as_ref().filter(|_| mirror.is_changed()) else { return };
    for plot in 0..map.map.plots.len() {
        let stands =
            |site: &RoomSite| matches!(site, RoomSite::Plot { plot: there, .. } if usize::from(*there) == plot);
        ground.set_plot_open(plot, mirror.rooms.iter().any(|room| stands(&room.site)));
    }
}

fn hear_server(mut heard: MessageReader<FromServer>, mut walk: Walk) {
    for FromServer(message) in heard.read() {
        if let ServerMessage::PutBack { at, epoch, cause } = message {
            walk.put_back((*at).into(), *epoch, *cause);
        }
    }
}

fn obey_face(mut asked: MessageReader<FromFace>, mut walk: Walk) {
    let now = walk.clock.now();
    for FromFace(command, _) in asked.read() {
        match command {
            Command::Steer { x, y } => {
                if *x != 0.0 || *y != 0.0 {
                    walk.walking.errand = None;
                }
                if let Some(feet) = &mut walk.walking.feet {
                    feet.steer((*x, *y), now + STEER_COUNTS, now);
                }
            }
            Command::WalkTo(goal) => walk.begin(Some("walk"), *goal),
            Command::Enter(room) => walk.enter(*room),
            Command::Leave => walk.leave(),
            _ => {}
        }
    }
}

fn walk(mut walk: Walk) {
    let now = walk.clock.now();
    let Walking { feet: Some(feet), ground: Some(ground), .. } = walk.walking.bypass_change_detection() else { return };
    let steps = feet.walk(ground, now);
    if steps == Steps::Stood {
        return;
    }
    let view = feet.clone();
    walk.show(&view, now);
    match steps {
        Steps::Arrived => walk.arrived(view.at()),
        // A door was shut on the way: there may be another.
        Steps::Blocked => walk.plan(),
        Steps::Stood | Steps::Walked => {}
    }
}

fn report(
    mut walking: ResMut<Walking>,
    mut links: Query<&mut MessageSender<PoseReport>, With<LiveLink>>,
    clock: Clock,
) {
    let Some(feet) = walking.bypass_change_detection().feet.as_mut() else { return };
    if let Some(report) = feet.report(clock.now()) {
        for mut link in &mut links {
            link.send::<PoseUpChannel>(report);
        }
    }
}

impl Walk<'_> {
    fn enter(&mut self, room: RoomId) {
        self.walk_into(Some("enter"), room);
    }

    /// Sets out for the room of before the connection was lost.
    fn go_back(&mut self, room: RoomId) {
        self.walk_into(None, room);
    }

    /// Whether the avatar is on its way to the room of before.
    fn is_going_back(&self) -> bool {
        self.walking.errand.is_some_and(|errand| errand.command.is_none())
    }

    fn walk_into(&mut self, command: Option<&'static str>, room: RoomId) {
        let (Some(ground), Some(map), Some(me)) = (&self.walking.ground, &self.mirror.map, &self.mirror.me) else {
            return self.refuse(command, "not_connected", NOT_CONNECTED);
        };
        let Some(inside) = self.mirror.room(room).and_then(|room| places::inside(&map.map, room)) else {
            return self.refuse(command, "no_such_room", "That room is not there any more.");
        };
        let taken: Vec<Point> = places::others(&self.mirror, me.id).collect();
        match places::free_place(ground, inside, &taken, me.id) {
            Some(goal) => self.begin(command, goal),
            None => self.refuse(command, "no_way", "There is no free place in that room."),
        }
    }

    fn leave(&mut self) {
        let command = Some("leave");
        let (Some(ground), Some(map), Some(me)) = (&self.walking.ground, &self.mirror.map, &self.mirror.me) else {
            return self.refuse(command, "not_connected", NOT_CONNECTED);
        };
        if me.room.is_none() {
            return self.refuse(command, "not_in_room", "You are in the hall already.");
        }
        let taken: Vec<Point> = places::others(&self.mirror, me.id).collect();
        match places::free_place(ground, map.map.spawn, &taken, me.id) {
            Some(goal) => self.begin(command, goal),
            None => self.refuse(command, "no_way", "There is no free place in the hall."),
        }
    }

    fn begin(&mut self, command: Option<&'static str>, goal: Point) {
        if self.walking.feet.is_none() {
            return self.refuse(command, "not_connected", NOT_CONNECTED);
        }
        self.walking.errand = Some(Errand { command, goal, plans: PLANS });
        self.plan();
    }

    /// Looks for the way to where the errand leads.
    fn plan(&mut self) {
        let now = self.clock.now();
        let Walking { feet: Some(feet), ground: Some(ground), errand: Some(errand) } = &mut *self.walking else {
            return;
        };
        let command = errand.command;
        let way = if errand.plans > 0 { path::find(ground, feet.at(), errand.goal) } else { None };
        errand.plans = errand.plans.saturating_sub(1);
        match way {
            Some(way) => {
                feet.follow(way, now);
                let view = feet.clone();
                self.show(&view, now);
            }
            None => {
                self.walking.errand = None;
                self.refuse(command, "no_way", "There is no way to that place; choose a free one.");
            }
        }
    }

    fn put_back(&mut self, at: Point, epoch: u8, cause: PutBackCause) {
        let now = self.clock.now();
        let Some(feet) = &mut self.walking.feet else { return };
        feet.put_back(at, epoch, now);
        let view = feet.clone();
        self.show(&view, now);
        let go_on = cause != PutBackCause::RoomGone && self.walking.errand.is_some_and(|errand| errand.plans > 0);
        if go_on {
            return self.plan();
        }
        let text = match cause {
            PutBackCause::RoomGone => "The room was taken down; you stand at its door.",
            PutBackCause::TooFast | PutBackCause::ThroughWall => "The server put you back where it saw you last.",
        };
        self.to_face.write(ToFace(Event::Notice { code: "put_back", text: text.to_owned() }));
        if let Some(errand) = self.walking.errand.take() {
            self.refuse(errand.command, "put_back", text);
        }
    }

    fn arrived(&mut self, at: Point) {
        if self.walking.errand.take().is_some_and(|errand| errand.command.is_some()) {
            let inside = |room: &&RoomView| places::inside(&self.mirror.map.as_ref()?.map, room);
            let stands_in = |room: &&RoomView| inside(room).is_some_and(|inside| inside.contains(at));
            let room = self.mirror.rooms.iter().find(stands_in).map(|room| room.id);
            self.to_face.write(ToFace(Event::Arrived { at, room }));
        }
    }

    /// Puts the feet into the mirror.
    fn show(&mut self, feet: &Feet, now: Instant) {
        let Snapshot { me: Some(me), people, .. } = &mut self.mirror.0 else { return };
        me.at = feet.at();
        me.direction = feet.direction();
        me.facing = feet.facing();
        me.stamp = now;
        me.path = feet.way();
        if let Some(own) = people.iter_mut().find(|person| person.id == me.id) {
            own.track = PoseTrack::standing(now, me.at);
        }
    }

    /// Tells whoever asked that it can't be.
    fn refuse(&mut self, command: Option<&'static str>, code: &'static str, text: &str) {
        if let Some(command) = command {
            self.to_face.write(ToFace(Event::Refused { command, code, text: text.to_owned() }));
        }
    }
}

const NOT_CONNECTED: &str = "There is no connection to a server; sign in or wait until it is back.";
