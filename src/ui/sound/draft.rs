//! Preferences that are being changed: shown as they are meant until the session has taken them over.

use crate::net::preferences::VoicePreferences;

/// A change that the session has not taken over after so many seconds was not taken as it was meant: what holds is
/// shown again.
const PATIENCE: f64 = 1.0;

/// The change that is under way, if any.
#[derive(Default)]
pub struct Draft(Option<Change>);

struct Change {
    voice: VoicePreferences,
    /// Whether the session was told.
    told: bool,
    /// When it was changed last, in seconds of the window's clock.
    at: f64,
}

impl Draft {
    /// What to show at `now`, where `held` is what holds.
    pub fn shown(&mut self, held: &VoicePreferences, now: f64) -> VoicePreferences {
        if self.0.as_ref().is_some_and(|change| change.told && (change.voice == *held || now - change.at > PATIENCE)) {
            self.0 = None;
        }
        self.0.as_ref().map_or(held, |change| &change.voice).clone()
    }

    /// Takes in what the controls came to, of what was `shown`. Answers what to tell the session: nothing as long as a
    /// slider is being dragged.
    pub fn take(
        &mut self,
        shown: &VoicePreferences,
        edited: VoicePreferences,
        dragging: bool,
        now: f64,
    ) -> Option<VoicePreferences> {
        if edited != *shown {
            self.0 = Some(Change { voice: edited, told: false, at: now });
        }
        let change = self.0.as_mut().filter(|change| !change.told && !dragging)?;
        (change.told, change.at) = (true, now);
        Some(change.voice.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_slider_that_is_dragged_is_told_once_and_shown_until_it_holds() {
        let held = VoicePreferences::default();
        let tail = |ms| VoicePreferences { release_tail: Duration::from_millis(ms), ..VoicePreferences::default() };
        let mut draft = Draft::default();
        for ms in [200, 250, 300] {
            let shown = draft.shown(&held, 0.0);
            assert_eq!(draft.take(&shown, tail(ms), true, 0.0), None);
        }
        let shown = draft.shown(&held, 0.1);
        assert_eq!(draft.take(&shown, shown.clone(), false, 0.1), Some(tail(300)));
        let shown = draft.shown(&held, 0.2);
        assert_eq!(shown, tail(300));
        assert_eq!(draft.take(&shown, shown.clone(), false, 0.2), None);
        assert_eq!(draft.shown(&tail(300), 0.3), tail(300));
        assert_eq!(draft.shown(&held, 0.4), held, "what holds now is shown, whoever changed it");
    }

    #[test]
    fn two_changes_before_the_first_holds_are_both_kept() {
        let held = VoicePreferences::default();
        let mut draft = Draft::default();
        let shown = draft.shown(&held, 0.0);
        let first = VoicePreferences { lock: true, ..shown.clone() };
        assert_eq!(draft.take(&shown, first.clone(), false, 0.0), Some(first.clone()));
        let shown = draft.shown(&held, 0.01);
        let second = VoicePreferences { cues: false, ..shown.clone() };
        assert_eq!(draft.take(&shown, second.clone(), false, 0.01), Some(second.clone()));
        assert!(second.lock);
        assert_eq!(draft.shown(&held, 2.0), held, "a change that is not taken over is given up");
    }
}
