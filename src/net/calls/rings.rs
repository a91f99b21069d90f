//! What a call sounds like beside its voices: its ring, and that somebody came or went. The face shows all of it too.

use crate::{
    media::{
        engine::VoiceCommand,
        voice::cues::{Cue, RING_EVERY},
    },
    net::{
        events::{CallChanged, Event},
        session::{Clock, Mirror, ToFace},
        snapshot::{CallView, CallsView},
        voice::VoiceLink,
    },
};
use bevy::prelude::*;
use hallway_protocol::{call::Presence, ids::PersonId};
use std::time::Instant;

/// A ring that goes on, and when it sounded last.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub(super) struct Rings(Option<(Cue, Instant)>);

impl Rings {
    /// The ring that is to sound at `now`, if it is time for one.
    fn poll(&mut self, now: Instant, wanted: Option<Cue>) -> Option<Cue> {
        let goes_on = |(cue, sounded)| Some(cue) == wanted && now.saturating_duration_since(sounded) < RING_EVERY;
        if self.0.is_some_and(goes_on) {
            return None;
        }
        self.0 = wanted.map(|cue| (cue, now));
        wanted
    }
}

pub(super) fn sound(
    mut rings: ResMut<Rings>,
    mut told: MessageReader<ToFace>,
    mirror: Res<Mirror>,
    engine: Res<VoiceLink>,
    clock: Clock,
) {
    let changes = told.read().filter_map(|ToFace(event)| match event {
        Event::Call { change, .. } => of_change(change),
        _ => None,
    });
    let own = mirror.me.as_ref().map(|me| me.id);
    let ring = rings.poll(clock.now(), own.and_then(|own| of_calls(&mirror.calls, own)));
    for cue in changes.chain(ring).filter(|_| mirror.voice.cues) {
        engine.send(VoiceCommand::Play(cue));
    }
}

/// The tone of something that happened.
fn of_change(change: &CallChanged) -> Option<Cue> {
    match change {
        CallChanged::Accepted { .. } | CallChanged::Joined { .. } => Some(Cue::CallJoined),
        CallChanged::Left { .. } | CallChanged::Ended(_) => Some(Cue::CallEnded),
        CallChanged::Ringing | CallChanged::Incoming | CallChanged::Trouble { .. } => None,
    }
}

/// The ring that goes on while calls stand so.
fn of_calls(calls: &CallsView, own: PersonId) -> Option<Cue> {
    let rings_elsewhere = |call: &CallView| {
        let mut others = call.others(own).peekable();
        others.peek().is_some() && others.all(|member| matches!(member.presence, Presence::Ringing { .. }))
    };
    if !calls.incoming.is_empty() {
        Some(Cue::Ring)
    } else if calls.current.as_ref().is_some_and(rings_elsewhere) {
        Some(Cue::Ringing)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallway_protocol::{
        call::{CallAudio, CallKind, CallMember, Sending},
        ids::CallId,
    };
    use std::{collections::BTreeSet, time::Duration};

    const OWN: PersonId = PersonId(1);

    fn call(others: &[Presence]) -> CallView {
        let member = |(person, presence)| CallMember {
            person: PersonId(person),
            name: format!("Person {person}"),
            presence,
            sending: Sending::default(),
        };
        let own = Presence::Joined { auto: false };
        CallView {
            call: CallId(1),
            kind: CallKind::Voice,
            room: None,
            audio: CallAudio::Open,
            members: (1..).zip([own].iter().chain(others).copied()).map(member).collect(),
            microphone_wanted: true,
            camera_wanted: false,
            speaking: BTreeSet::new(),
            sending: Sending::default(),
            camera_trouble: None,
            screen_trouble: None,
            link_trouble: None,
        }
    }

    #[test]
    fn a_ring_is_repeated_for_as_long_as_it_goes_on() {
        let start = Instant::now();
        let mut rings = Rings::default();
        let mut at = |millis, wanted| rings.poll(start + Duration::from_millis(millis), wanted);
        assert_eq!(at(0, Some(Cue::Ring)), Some(Cue::Ring));
        assert_eq!(at(2999, Some(Cue::Ring)), None);
        assert_eq!(at(3000, Some(Cue::Ring)), Some(Cue::Ring));
        assert_eq!(at(3100, None), None);
        assert_eq!(at(3200, Some(Cue::Ringing)), Some(Cue::Ringing));
        assert_eq!(at(3300, Some(Cue::Ring)), Some(Cue::Ring));
    }

    #[test]
    fn it_rings_until_somebody_answers() {
        let rings = Presence::Ringing { by: OWN };
        let with = |current, incoming| of_calls(&CallsView { current, incoming, ..CallsView::default() }, OWN);
        assert_eq!(with(None, Vec::new()), None);
        assert_eq!(with(Some(call(&[rings])), Vec::new()), Some(Cue::Ringing));
        assert_eq!(with(Some(call(&[rings, Presence::Joined { auto: true }])), Vec::new()), None);
        // Alone in a room's call: nobody is rung.
        assert_eq!(with(Some(call(&[])), Vec::new()), None);
        assert_eq!(with(None, vec![call(&[rings])]), Some(Cue::Ring));
    }
}
