//! What listeners say about each talker, put together. Pure: time comes in as `now`.

use bevy::prelude::Resource;
use hallway_protocol::{
    ids::{CallId, PersonId, RoomId},
    listening::{ListenerReport, REPORT_INTERVAL, Reception, TalkerReport},
};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

/// A report counts for so long: the next one of the same listener may be lost.
const FRESH: Duration = REPORT_INTERVAL.saturating_mul(2);
/// Reports are taken about somebody who was heard within this time: one about the end of a short turn comes up to an
/// interval after it, and is what the next turn begins with.
const REMEMBERED: Duration = REPORT_INTERVAL.saturating_mul(3);

/// Where somebody is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a room, by its floor.
    Room(RoomId),
    /// In a call, over its own channel.
    Call(CallId),
}

/// The reports about everybody who talks or has just talked.
#[derive(Debug, Default, Resource)]
pub(crate) struct Reports(HashMap<PersonId, Talker>);

#[derive(Debug)]
struct Talker {
    place: Place,
    /// When a voice packet of this person was passed on last.
    spoke: Duration,
    /// What each listener said last, and when.
    receptions: BTreeMap<PersonId, (Duration, Reception)>,
    /// Whether a report came since the talker was told.
    is_news: bool,
    /// When the talker was told last.
    told: Option<Duration>,
}

impl Reports {
    /// Notes that voice was passed on.
    pub(crate) fn spoke(&mut self, talker: PersonId, place: Place, now: Duration) {
        let fresh = || Talker { place, spoke: now, receptions: BTreeMap::new(), is_news: false, told: None };
        let known = self.0.entry(talker).or_insert_with(fresh);
        if known.place != place {
            *known = Talker { told: known.told, ..fresh() };
        }
        known.spoke = now;
    }

    /// Takes a report of somebody who is in these places. One about a person who has not just talked in one of them, or
    /// that says nothing, is left out.
    pub(crate) fn take(&mut self, listener: PersonId, places: &[Option<Place>], report: ListenerReport, now: Duration) {
        let ListenerReport { talker, reception } = report;
        let heard = |known: &&mut Talker| places.contains(&Some(known.place)) && now < known.spoke + REMEMBERED;
        let Some(known) = self.0.get_mut(&talker).filter(heard) else { return };
        if talker != listener && reception.expected > 0 {
            known.receptions.insert(listener, (now, reception));
            known.is_news = true;
        }
    }

    /// What talkers are to be told now: each at most once an interval, and only when there is something new.
    pub(crate) fn due(&mut self, now: Duration) -> Vec<(PersonId, TalkerReport)> {
        self.0.retain(|_, talker| now < talker.spoke + REMEMBERED);
        let due = |talker: &Talker| talker.is_news && talker.told.is_none_or(|told| now >= told + REPORT_INTERVAL);
        let mut reports = Vec::new();
        for (person, talker) in self.0.iter_mut().filter(|(_, talker)| due(talker)) {
            talker.receptions.retain(|_, (at, _)| now < *at + FRESH);
            (talker.is_news, talker.told) = (false, Some(now));
            reports.extend(talker.gist().map(|report| (*person, report)));
        }
        reports
    }
}

impl Talker {
    fn gist(&self) -> Option<TalkerReport> {
        let receptions = self.receptions.values().map(|(_, reception)| *reception);
        let badness = |reception: &Reception| (reception.loss(), reception.jitter_ms);
        let worst = receptions.max_by(|a, b| {
            let ((loss, jitter), (other_loss, other_jitter)) = (badness(a), badness(b));
            loss.total_cmp(&other_loss).then(jitter.cmp(&other_jitter))
        })?;
        Some(TalkerReport { listeners: u16::try_from(self.receptions.len()).unwrap_or(u16::MAX), worst })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALKER: PersonId = PersonId(1);
    const ROOM: Place = Place::Room(RoomId(1));
    const CALL: Place = Place::Call(CallId(1));

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn heard(lost: u16, late: u16, jitter_ms: u16) -> Reception {
        Reception { expected: 50, lost, late, jitter_ms, buffer_ms: 20 }
    }

    /// Reports about a talker who talks all the time.
    fn talking() -> Reports {
        let mut reports = Reports::default();
        reports.spoke(TALKER, ROOM, at(0));
        reports
    }

    fn report(reports: &mut Reports, listener: u32, reception: Reception, ms: u64) {
        reports.take(PersonId(listener), &[Some(ROOM), None], ListenerReport { talker: TALKER, reception }, at(ms));
    }

    fn told(listeners: u16, worst: Reception) -> Vec<(PersonId, TalkerReport)> {
        vec![(TALKER, TalkerReport { listeners, worst })]
    }

    #[test]
    fn the_talker_is_told_the_worst_once_an_interval() {
        let mut reports = talking();
        report(&mut reports, 2, heard(1, 0, 5), 100);
        assert_eq!(reports.due(at(100)), told(1, heard(1, 0, 5)));
        report(&mut reports, 3, heard(2, 3, 1), 200);
        report(&mut reports, 4, heard(4, 0, 90), 300);
        assert_eq!(reports.due(at(1099)), []);
        assert_eq!(reports.due(at(1100)), told(3, heard(2, 3, 1)));
        assert_eq!(reports.due(at(2500)), [], "nothing new");
    }

    #[test]
    fn of_the_same_loss_the_greater_jitter_is_worse_and_each_listener_counts_once() {
        let mut reports = talking();
        report(&mut reports, 2, heard(9, 9, 9), 0);
        report(&mut reports, 2, heard(0, 0, 7), 10);
        report(&mut reports, 3, heard(0, 0, 8), 20);
        assert_eq!(reports.due(at(20)), told(2, heard(0, 0, 8)));
    }

    #[test]
    fn a_report_counts_for_two_intervals() {
        let mut reports = talking();
        report(&mut reports, 2, heard(30, 0, 0), 0);
        reports.due(at(0));
        reports.spoke(TALKER, ROOM, at(1900));
        report(&mut reports, 3, heard(1, 0, 0), 1900);
        assert_eq!(reports.due(at(1999)), told(2, heard(30, 0, 0)));
        report(&mut reports, 3, heard(1, 0, 0), 2999);
        assert_eq!(reports.due(at(2999)), told(1, heard(1, 0, 0)));
    }

    #[test]
    fn what_can_t_be_true_is_left_out() {
        let mut reports = talking();
        let of = |talker| ListenerReport { talker, reception: heard(1, 0, 0) };
        // About somebody silent, from another room, about oneself, about nothing, too long after the last word.
        reports.take(PersonId(2), &[Some(ROOM)], of(PersonId(3)), at(0));
        reports.take(PersonId(2), &[Some(Place::Room(RoomId(2))), None, Some(CALL)], of(TALKER), at(0));
        reports.take(TALKER, &[Some(ROOM)], of(TALKER), at(0));
        report(&mut reports, 2, Reception::default(), 0);
        report(&mut reports, 2, heard(1, 0, 0), 3000);
        assert_eq!(reports.due(at(0)), []);
        reports.due(at(3000));
        assert!(reports.0.is_empty(), "a talker who is silent is kept");
    }

    #[test]
    fn in_another_room_or_in_a_call_one_starts_anew() {
        let mut reports = talking();
        report(&mut reports, 2, heard(30, 0, 0), 0);
        reports.spoke(TALKER, CALL, at(10));
        assert_eq!(reports.due(at(20)), []);
        reports.take(
            PersonId(5),
            &[None, Some(CALL)],
            ListenerReport { talker: TALKER, reception: heard(1, 0, 0) },
            at(30),
        );
        assert_eq!(reports.due(at(30)), told(1, heard(1, 0, 0)));
    }
}
