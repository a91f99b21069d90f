//! How much one client may send, and what becomes of one that sends more again and again.

use super::{
    WorldSystems,
    post::Post,
    rate::{Bucket, Rate},
};
use bevy::prelude::*;
use hallway_protocol::{
    control::{CloseCause, ServerMessage},
    limits::{self, OPEN_TALKERS},
};
use lightyear::connection::client::Disconnecting;
use std::time::Duration;
use tracing::info;

/// Messages on the Control channel: more than any of their kinds is allowed alone.
const CONTROL: Rate = Rate { per_second: 30.0, burst: 90.0 };
/// Texts. Nobody types five a second; a paste of ten lines passes.
const SAY: Rate = Rate { per_second: 5.0, burst: 10.0 };
/// Typing signs; a client sends one in two seconds, and one for each conversation it turns to.
const TYPING: Rate = Rate { per_second: 2.0, burst: 5.0 };
/// Pages of history; scrolling back fast asks for a few a second.
const HISTORY: Rate = Rate { per_second: 5.0, burst: 20.0 };
/// Rooms created and deleted.
const ROOMS: Rate = Rate { per_second: 0.5, burst: 5.0 };
/// Presses of the key; the fastest thumb makes seven a second.
const PRESSES: Rate = Rate { per_second: 10.0, burst: 20.0 };
/// Moderators' orders about a floor: a chair who gives the word again and again.
const ORDERS: Rate = Rate { per_second: 5.0, burst: 20.0 };
/// Reports of how well talkers are heard: one a second about each of those who talk at once, and what a stall held up.
const REPORTS: Rate = Rate { per_second: 2.0 * OPEN_TALKERS as f64, burst: 4.0 * OPEN_TALKERS as f64 };
/// Rings, and joining a room's call: a person does one at a time, and changes its mind.
const RINGS: Rate = Rate { per_second: 0.5, burst: 6.0 };
/// Whatever else is said about calls: a window that is drawn anew chooses an encoding for each of the eight others'
/// cameras and a screen, a few times while it is being resized.
const CALLS: Rate = Rate { per_second: 20.0, burst: 80.0 };
/// Keyframes asked for: of each of the eight others' cameras and of a screen, as often as they are passed on.
const KEYFRAMES: Rate = Rate { per_second: 30.0, burst: 60.0 };
/// Reports of pictures: two a second of each of the eight others' cameras and of a screen, as many warnings of a queue, a word
/// a second to those who hold the own ones back, and what a stall held up.
const VIDEO_REPORTS: Rate = Rate { per_second: 40.0, burst: 80.0 };
/// Requests for slices of screens: twenty a second of each of two screens, and what a stall held up.
const MISSING_SLICES: Rate = Rate { per_second: 40.0, burst: 80.0 };
/// Slices of pictures.
const VIDEO: Rate = Rate { per_second: limits::VIDEO_SLICES_PER_SECOND, burst: limits::VIDEO_SLICES_AT_ONCE };
/// Voice packets: frames of 10 ms are 100 a second, and a stalled link brings half a second at once.
const VOICE: Rate = Rate { per_second: 120.0, burst: 180.0 };
/// Pose reports: 20 a second, and what a stalled link brings at once.
const POSES: Rate = Rate { per_second: 40.0, burst: 80.0 };
/// What is let pass of things beyond the above before the link is closed.
const STRIKES: Rate = Rate { per_second: 10.0, burst: 300.0 };

/// Time for the farewell to arrive before the link is cut.
const FAREWELL: Duration = Duration::from_millis(500);

/// What a client has left of each rate. Sits on the link from the moment its person is in the world.
#[derive(Component, Debug)]
pub(crate) struct Allowance {
    pub(crate) control: Bucket,
    pub(crate) say: Bucket,
    pub(crate) typing: Bucket,
    pub(crate) history: Bucket,
    pub(crate) rooms: Bucket,
    pub(crate) presses: Bucket,
    pub(crate) orders: Bucket,
    pub(crate) reports: Bucket,
    pub(crate) voice: Bucket,
    pub(crate) rings: Bucket,
    pub(crate) calls: Bucket,
    pub(crate) keyframes: Bucket,
    pub(crate) call_voice: Bucket,
    pub(crate) video: Bucket,
    pub(crate) video_reports: Bucket,
    pub(crate) missing_slices: Bucket,
    pub(crate) poses: Bucket,
    strikes: Bucket,
    misbehaved: bool,
}

impl Allowance {
    pub(crate) fn new(now: Duration) -> Self {
        let full = |rate| Bucket::new(rate, now);
        Self {
            control: full(CONTROL),
            say: full(SAY),
            typing: full(TYPING),
            history: full(HISTORY),
            rooms: full(ROOMS),
            presses: full(PRESSES),
            orders: full(ORDERS),
            reports: full(REPORTS),
            voice: full(VOICE),
            rings: full(RINGS),
            calls: full(CALLS),
            keyframes: full(KEYFRAMES),
            call_voice: full(VOICE),
            video: full(VIDEO),
            video_reports: full(VIDEO_REPORTS),
            missing_slices: full(MISSING_SLICES),
            poses: full(POSES),
            strikes: full(STRIKES),
            misbehaved: false,
        }
    }

    /// Notes something that no honest client sends, or not at this rate.
    pub(crate) fn strike(&mut self, now: Duration) {
        self.misbehaved |= !self.strikes.take(now);
    }

    /// Whether the client used up our patience.
    pub(crate) fn has_misbehaved(&self) -> bool {
        self.misbehaved
    }
}

/// A link that was told farewell and is cut soon. Nothing that comes from it counts.
#[derive(Component, Debug)]
pub(crate) struct Closing {
    pub(crate) cut_at: Duration,
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, (close_misbehaved, cut).chain().in_set(WorldSystems::Conduct));
}

fn close_misbehaved(
    links: Query<(Entity, &Allowance), (Changed<Allowance>, Without<Closing>)>,
    time: Res<Time<Real>>,
    mut post: Post,
    mut commands: Commands,
) {
    for (link, _) in links.iter().filter(|(_, allowance)| allowance.has_misbehaved()) {
        info!(?link, "a client broke the rules again and again and is sent away");
        close(link, CloseCause::Misbehaved, time.elapsed(), &mut post, &mut commands);
    }
}

/// Tells a client why its link ends, and ends it a moment later.
pub(super) fn close(link: Entity, cause: CloseCause, now: Duration, post: &mut Post, commands: &mut Commands) {
    post.tell(link, ServerMessage::Closing { cause });
    commands.entity(link).try_insert(Closing { cut_at: now + FAREWELL });
}

fn cut(links: Query<(Entity, &Closing), Without<Disconnecting>>, time: Res<Time<Real>>, mut commands: Commands) {
    for (link, closing) in &links {
        if time.elapsed() >= closing.cut_at {
            commands.entity(link).insert(Disconnecting);
        }
    }
}
