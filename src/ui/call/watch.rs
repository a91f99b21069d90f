//! How large pictures are drawn, told to the session at each change, so that nobody sends larger ones.

use crate::{
    net::{
        commands::Command,
        snapshot::{CallView, Snapshot},
    },
    ui::Action,
};
use hallway_protocol::{
    call::Presence,
    ids::{CallId, PersonId},
    video::{Layer, Source},
};
use std::collections::BTreeMap;

/// Pictures drawn no wider than this, in pixels, are asked for small.
const SMALL_PX: f32 = 320.0;
/// Pictures drawn no wider than this, in pixels, are asked for in medium size.
const MEDIUM_PX: f32 = 800.0;

/// What is drawn, and what was told of it.
#[derive(Default)]
pub struct Watch {
    call: Option<CallId>,
    /// Widths in pixels, in this frame.
    drawn: BTreeMap<(PersonId, Source), f32>,
    told: BTreeMap<(PersonId, Source), Option<Layer>>,
}

impl Watch {
    /// Notes that a picture was drawn so wide, in pixels.
    pub fn drawn(&mut self, person: PersonId, source: Source, width_px: f32) {
        let widest = self.drawn.entry((person, source)).or_default();
        *widest = widest.max(width_px);
    }

    /// What is to be told after a frame; `hidden` is a window that nobody sees.
    pub fn told(&mut self, snapshot: &Snapshot, hidden: bool) -> Vec<Action> {
        let drawn = std::mem::take(&mut self.drawn);
        let current = snapshot.calls.current.as_ref();
        if self.call != current.map(|call| call.call) {
            self.call = current.map(|call| call.call);
            self.told.clear();
        }
        let Some(call) = current else { return Vec::new() };
        let sent: Vec<_> = sent(call, snapshot.me.as_ref().map(|me| me.id)).collect();
        self.told.retain(|stream, _| sent.contains(stream));
        let mut actions = Vec::new();
        for (of, source) in sent {
            let width = drawn.get(&(of, source)).filter(|_| !hidden);
            let layer = width.map(|width| layer(source, *width));
            if self.told.insert((of, source), layer) != Some(layer) {
                actions.push(Action::Send(Command::WatchVideo { of, source, layer }));
            }
        }
        actions
    }
}

/// The pictures that others send.
fn sent(call: &CallView, me: Option<PersonId>) -> impl Iterator<Item = (PersonId, Source)> {
    let here = call
        .members
        .iter()
        .filter(move |member| Some(member.person) != me && matches!(member.presence, Presence::Joined { .. }));
    here.flat_map(|member| {
        let camera = member.sending.camera.then_some((member.person, Source::Camera));
        let screen = member.sending.screen.then_some((member.person, Source::Screen));
        camera.into_iter().chain(screen)
    })
}

/// What suits a width in pixels. Screens are read, however small: their other encoding is for links that bear no more.
fn layer(source: Source, width_px: f32) -> Layer {
    match source {
        Source::Screen => Layer::Large,
        Source::Camera if width_px <= SMALL_PX => Layer::Small,
        Source::Camera if width_px <= MEDIUM_PX => Layer::Medium,
        Source::Camera => Layer::Large,
    }
}
