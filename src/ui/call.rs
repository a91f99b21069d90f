//! Calls, as one sees and answers them: the ring, the call one is in with its pictures, and what is shared.

pub mod card;
pub mod controls;
pub mod drawer;
pub mod news;
pub mod page;
pub mod ring;
pub mod room;
pub mod stage;
pub mod tile;
pub mod trial;
pub mod watch;
pub mod words;

use super::lookup::Lookup;
use crate::{
    media::{
        cameras,
        screens::{self, ScreenError, Shareable},
        video::engine::{Gallery, Whose},
    },
    net::snapshot::{CallView, Snapshot},
};
use hallway_protocol::{
    call::Presence,
    ids::{CallId, PersonId},
    video::Source,
};
use std::collections::BTreeMap;
use trial::Trial;
use watch::Watch;

/// What the panels about calls know beside the snapshot.
pub struct CallModel {
    /// The newest pictures.
    pub gallery: Gallery,
    /// The cameras to choose from.
    pub cameras: Lookup<Vec<String>>,
    /// What can be shared, or why nothing can.
    pub screens: Lookup<Result<Vec<Shareable>, ScreenError>>,
    /// Whether the call fills the space between the other panels, instead of a corner of it.
    pub large: bool,
    /// Which pictures are shown large, beside the others.
    pub chosen: Option<(PersonId, Source)>,
    /// What is opened below the call's buttons; without a call, below those of the room's call.
    pub drawer: Option<Drawer>,
    /// The call that is being declined with a text, and the text so far.
    pub declining: Option<(CallId, String)>,
    /// In which corner the call is while it is small.
    pub corner: Corner,
    /// The camera, tried for oneself in the settings.
    pub trial: Trial,
    /// What was told to the session of how large pictures are.
    pub watch: Watch,
    times: Times,
}

/// What can be opened below the call's buttons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawer {
    /// The cameras.
    Cameras,
    /// Screens and windows.
    Screens,
    /// People who can be asked in.
    People,
}

/// A corner of the space between the panels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Corner {
    /// At the left, else at the right.
    pub left: bool,
    /// At the bottom, else at the top.
    pub bottom: bool,
}

/// When things began that the snapshot does not date, in seconds of the window's clock.
#[derive(Default)]
struct Times {
    call: Option<CallId>,
    /// When somebody else was there for the first time.
    began: Option<f64>,
    /// Since when somebody's connection is lost.
    lost: BTreeMap<PersonId, f64>,
}

impl Default for CallModel {
    fn default() -> Self {
        Self::asking(Lookup::new(Vec::new(), cameras::list), Lookup::new(Ok(Vec::new()), screens::list))
    }
}

impl CallModel {
    /// A model that learns of cameras and screens this way.
    #[must_use]
    pub fn asking(cameras: Lookup<Vec<String>>, screens: Lookup<Result<Vec<Shareable>, ScreenError>>) -> Self {
        Self {
            gallery: Gallery::default(),
            cameras,
            screens,
            large: false,
            chosen: None,
            drawer: None,
            declining: None,
            corner: Corner::default(),
            trial: Trial::default(),
            watch: Watch::default(),
            times: Times::default(),
        }
    }

    /// Takes in the state at `now` (seconds of the window's clock), once in a frame and before anything is shown.
    pub fn follow(&mut self, snapshot: &Snapshot, now: f64) {
        let current = snapshot.calls.current.as_ref();
        if self.times.call != current.map(|call| call.call) {
            self.times = Times { call: current.map(|call| call.call), ..Times::default() };
            (self.large, self.chosen, self.drawer) = (false, None, None);
        }
        if current.is_none() && snapshot.me.as_ref().is_none_or(|me| me.room.is_none()) {
            self.drawer = None;
        }
        if let Some((declined, _)) = &self.declining
            && !snapshot.calls.incoming.iter().any(|call| call.call == *declined)
        {
            self.declining = None;
        }
        if let Some(call) = current {
            self.times.follow(call, snapshot.me.as_ref().map(|me| me.id), now);
            self.chosen = self.chosen.filter(|(person, source)| tile::is_there(call, *person, *source));
        }
    }

    /// How long one talks already; `None` while nobody else is there yet.
    #[must_use]
    pub fn elapsed(&self, now: f64) -> Option<f64> {
        Some((now - self.times.began?).max(0.0))
    }

    /// For how long somebody with a lost connection is still waited for, in seconds.
    #[must_use]
    pub fn waiting(&self, person: PersonId, now: f64) -> f64 {
        let hold = hallway_protocol::limits::CALL_LOST_HOLD.as_secs_f64();
        self.times.lost.get(&person).map_or(hold, |since| (hold - (now - since)).max(0.0))
    }

    /// The newest picture of a member.
    #[must_use]
    pub fn newest(
        &self,
        person: PersonId,
        source: Source,
        snapshot: &Snapshot,
    ) -> Option<crate::media::video::engine::Shown> {
        let is_me = snapshot.me.as_ref().is_some_and(|me| me.id == person);
        self.gallery.newest(if is_me { Whose::Own } else { Whose::Of(person) }, source)
    }
}

impl Times {
    fn follow(&mut self, call: &CallView, me: Option<PersonId>, now: f64) {
        let is_joined = |presence| matches!(presence, Presence::Joined { .. } | Presence::Lost);
        let mine = call.members.iter().any(|member| Some(member.person) == me && is_joined(member.presence));
        let others = call.members.iter().any(|member| Some(member.person) != me && is_joined(member.presence));
        // A room's call is on as soon as one is in it.
        if self.began.is_none() && mine && (others || call.room.is_some()) {
            self.began = Some(now);
        }
        let is_lost = |person| call.member(person).is_some_and(|member| member.presence == Presence::Lost);
        self.lost.retain(|person, _| is_lost(*person));
        for member in call.members.iter().filter(|member| member.presence == Presence::Lost) {
            self.lost.entry(member.person).or_insert(now);
        }
    }
}
