//! When acknowledgements leave that no other packet carries.
//!
//! Each of lightyear's packets tells what has arrived. After an update in which something came and nothing leaves, it
//! sends one that tells nothing else. For voice that is a packet back for each packet: an update more for the talker,
//! and on a narrow link as much again as the voice. Only what is sent again until it is acknowledged needs the word
//! soon. The rest waits here for a packet that leaves anyway, but not for ever: the other end counts what was lost.

use super::{firewall::is_ack_only, now};
use bevy::{platform::time::Instant, prelude::*};
use lightyear::{
    connection::ConnectionSystems,
    link::SendPayload,
    prelude::{Connected, Link, client::Client, server::LinkOf},
    transport::plugin::TransportSystems,
};
use std::time::Duration;

/// The longest wait of an acknowledgement for a packet to ride on.
const HOLD: Duration = Duration::from_millis(100);
/// Most packets that wait for theirs: half of what one acknowledgement can tell of (33).
const HELD_PACKETS: u32 = 16;

/// Holds acknowledgements back on all links. [`super::firewall::FirewallPlugin`] tells it what comes.
pub(super) struct AcksPlugin;

/// The acknowledgement that one link owes.
#[derive(Component, Default)]
pub(super) struct AckHold {
    /// Packets that came since something left.
    packets: u32,
    /// Whether one of them is sent again until it is acknowledged.
    is_urgent: bool,
    held: Option<Held>,
}

struct Held {
    payload: SendPayload,
    since: Instant,
}

impl Plugin for AcksPlugin {
    fn build(&self, app: &mut App) {
        app.register_required_components::<LinkOf, AckHold>();
        app.register_required_components::<Client, AckHold>();
        app.add_observer(start_afresh);
        app.add_systems(PostUpdate, hold_acks.after(TransportSystems::Send).before(ConnectionSystems::Send));
    }
}

impl AckHold {
    /// A packet came, with something in it that is sent again until it is acknowledged, or without.
    pub(super) fn note(&mut self, is_urgent: bool) {
        self.packets += 1;
        self.is_urgent |= is_urgent;
    }

    /// Decides what leaves now of an acknowledgement that lightyear made in this update, and of the one that is held.
    fn pass(&mut self, now: Instant, new: Option<SendPayload>) -> Option<SendPayload> {
        if let Some(payload) = new {
            // The newer one tells all that the older one did.
            let since = self.held.take().map_or(now, |held| held.since);
            self.held = Some(Held { payload, since });
        }
        let held = self.held.as_ref()?;
        let is_due = self.is_urgent
            || self.packets >= HELD_PACKETS
            || now.checked_duration_since(held.since).is_some_and(|waited| waited >= HOLD);
        if !is_due {
            return None;
        }
        std::mem::take(self).held.map(|held| held.payload)
    }
}

fn start_afresh(connected: On<Add, Connected>, mut holds: Query<&mut AckHold>) {
    if let Ok(mut hold) = holds.get_mut(connected.entity) {
        *hold = AckHold::default();
    }
}

fn hold_acks(time: Res<Time<Real>>, mut links: Query<(&mut Link, &mut AckHold), With<Connected>>) {
    for (mut link, mut hold) in &mut links {
        // Lightyear makes at most one, and only where nothing else leaves.
        let mut new = if link.send.len() == 1 { link.send.pop() } else { None };
        if let Some(data) = new.take_if(|payload| !is_ack_only(payload)) {
            link.send.push(data);
        }
        if link.send.len() > 0 {
            *hold = AckHold::default();
        } else if let Some(payload) = hold.pass(now(&time), new) {
            link.send.push(payload);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of a link: milliseconds, packets that come, whether one of them is urgent, whether lightyear made an
    /// acknowledgement of them; and whether one leaves.
    fn leaves(steps: &[(u64, u32, bool, bool)]) -> Vec<bool> {
        let start = Instant::now();
        let mut hold = AckHold::default();
        steps
            .iter()
            .map(|&(at, packets, is_urgent, made)| {
                (0..packets).for_each(|_| hold.note(is_urgent));
                hold.pass(start + Duration::from_millis(at), made.then(SendPayload::default)).is_some()
            })
            .collect()
    }

    #[test]
    fn what_nobody_waits_for_is_held_for_a_while() {
        let steps = [(0, 1, false, true), (10, 1, false, true), (99, 0, false, false), (100, 0, false, false)];
        assert_eq!(leaves(&steps), [false, false, false, true]);
        assert_eq!(leaves(&[(0, 1, false, true), (500, 1, false, true)]), [false, true]);
        assert_eq!(leaves(&[(0, 0, false, false), (500, 0, false, false)]), [false, false], "nothing came");
    }

    #[test]
    fn what_is_sent_again_until_then_is_acknowledged_at_once_with_all_before_it() {
        let steps = [(0, 1, false, true), (10, 1, true, true), (20, 1, false, true), (109, 0, false, false)];
        assert_eq!(leaves(&steps), [false, true, false, false]);
    }

    #[test]
    fn many_packets_do_not_wait() {
        let steps: Vec<_> = (0..40).map(|at| (at, 1, false, true)).collect();
        let left: Vec<_> = (0..40).filter(|at| leaves(&steps)[*at]).collect();
        assert_eq!(left, [15, 31]);
    }

    #[test]
    fn the_newest_one_leaves() {
        let start = Instant::now();
        let mut hold = AckHold::default();
        hold.note(false);
        assert!(hold.pass(start, Some(vec![1].into())).is_none());
        hold.note(true);
        assert_eq!(hold.pass(start, Some(vec![2].into())).unwrap()[..], [2]);
    }
}
