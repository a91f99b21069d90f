//! Who speaks in a call at this moment, for the sign at their picture.

use super::CallKeeper;
use crate::{
    media::engine::VoiceStats,
    net::{
        session::{Clock, Mirror},
        voice::VoiceLink,
    },
};
use bevy::prelude::*;
use hallway_protocol::ids::PersonId;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

/// From this loudness on it is speech: above the noise that a suppressor leaves over.
const SPEECH_DBFS: f32 = -45.0;
/// For how long the sign stays: pauses between words are shorter.
const SHOWN_AFTER: Duration = Duration::from_millis(400);

/// Those who speak.
#[derive(Resource, Clone, Debug, Default)]
pub(super) struct Speaking {
    /// When each was loud last.
    loud: BTreeMap<PersonId, Instant>,
}

impl Speaking {
    pub(super) fn people(&self) -> BTreeSet<PersonId> {
        self.loud.keys().copied().collect()
    }

    fn hear(&mut self, now: Instant, own: PersonId, stats: &VoiceStats) {
        let others = stats.heard_in_call.iter().map(|heard| (heard.heard.speaker, heard.heard.level_dbfs));
        let own = stats.call_open.then_some((own, stats.microphone_level));
        for (person, _) in others.chain(own).filter(|(_, level)| *level >= SPEECH_DBFS) {
            self.loud.insert(person, now);
        }
        self.loud.retain(|_, loud| now.saturating_duration_since(*loud) < SHOWN_AFTER);
    }
}

pub(super) fn listen(
    mut speaking: ResMut<Speaking>,
    keeper: Res<CallKeeper>,
    engine: Res<VoiceLink>,
    mirror: Res<Mirror>,
    clock: Clock,
) {
    match mirror.me.as_ref().filter(|_| keeper.0.is_live()) {
        Some(me) => speaking.hear(clock.now(), me.id, &engine.stats()),
        None => speaking.loud.clear(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::engine::{Heard, HeardInCall, HeardQuality};

    #[test]
    fn a_voice_is_shown_while_it_is_loud_and_a_moment_longer() {
        let now = Instant::now();
        let (own, other) = (PersonId(1), PersonId(2));
        let stats = |level_dbfs, microphone_level| {
            let heard = Heard { speaker: other, level_dbfs, quality: HeardQuality::default() };
            let heard_in_call = vec![HeardInCall { heard, media_time: 0, at: now }];
            VoiceStats { heard_in_call, call_open: true, microphone_level, ..VoiceStats::default() }
        };
        let mut speaking = Speaking::default();
        speaking.hear(now, own, &stats(-30.0, -70.0));
        assert_eq!(speaking.people(), BTreeSet::from([other]));
        speaking.hear(now + SHOWN_AFTER / 2, own, &stats(-60.0, -20.0));
        assert_eq!(speaking.people(), BTreeSet::from([own, other]));
        speaking.hear(now + SHOWN_AFTER, own, &stats(-60.0, -70.0));
        assert_eq!(speaking.people(), BTreeSet::from([own]));
        let shut = VoiceStats { call_open: false, ..stats(-96.0, -20.0) };
        speaking.hear(now + SHOWN_AFTER * 3, own, &shut);
        assert!(speaking.people().is_empty());
    }
}
