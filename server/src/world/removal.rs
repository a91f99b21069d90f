//! Sending people away: by a moderator who is here, and by bans that were made elsewhere.

use super::{
    WorldSystems,
    chat::Store,
    conduct::{self, Allowance},
    house::{Guest, House},
    post::Post,
    sessions::FromClient,
};
use crate::{
    accounts::{Banned, Bans, NewBan, Suspect},
    store::StoreAsk,
};
use bevy::prelude::*;
use hallway_protocol::{
    control::{ClientMessage, CloseCause, Refusal, ServerMessage},
    ids::PersonId,
    moderation::{SendAway, StayAway},
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracing::info;

const DAY_MS: i64 = 24 * 3600 * 1000;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, take_orders.in_set(WorldSystems::Rooms));
}

fn take_orders(
    mut said: MessageReader<FromClient>,
    mut allowances: Query<&mut Allowance>,
    house: Res<House>,
    store: Res<Store>,
    time: Res<Time<Real>>,
    mut post: Post,
    mut commands: Commands,
) {
    let now = time.elapsed();
    for FromClient { person, link, message } in said.read() {
        let ClientMessage::SendAway { request, order } = message else { continue };
        let Ok(mut allowance) = allowances.get_mut(*link) else { continue };
        let order = if allowance.orders.take(now) {
            decide(*person, order, &house).and_then(|guest| carry_out(*person, guest, order, &house, &store))
        } else {
            allowance.strike(now);
            Err(Refusal::TooFast)
        };
        match order {
            Ok((target, text)) => {
                conduct::close(target, CloseCause::SentAway { text }, now, &mut post, &mut commands);
                post.tell(*link, ServerMessage::SentAway { request: *request });
            }
            Err(refusal) => post.tell(*link, ServerMessage::Refused { request: *request, refusal }),
        }
    }
}

/// Whether this one may send that one away; who that is.
fn decide<'a>(by: PersonId, order: &SendAway, house: &'a House) -> std::result::Result<&'a Guest, Refusal> {
    if !house.guest(by).is_some_and(|guest| guest.moderator) {
        return Err(Refusal::NotModerator);
    }
    let guest = house.guest(order.person).ok_or(Refusal::NoSuchPerson)?;
    if guest.moderator { Err(Refusal::Moderates) } else { Ok(guest) }
}

/// Has it stored; the link that ends, and the sentence for it.
fn carry_out(
    by: PersonId,
    guest: &Guest,
    SendAway { stay, reason, .. }: &SendAway,
    house: &House,
    store: &Store,
) -> std::result::Result<(Entity, String), Refusal> {
    let by = house.guest(by).ok_or(Refusal::NotModerator)?.name.to_string();
    let now_ms = now_ms();
    let until_ms = match stay {
        StayAway::NotAtAll => None,
        StayAway::Days(days) => Some(now_ms + i64::from(*days) * DAY_MS),
        StayAway::ForGood => None,
    };
    let reason = reason.as_str().to_owned();
    let (name, whom) = (guest.name.to_string(), Banned::Owner(guest.owner));
    let ban = NewBan { whom, name, reason, until_ms, by: by.clone() };
    info!(name = %guest.name, %by, ?stay, "somebody is sent away");
    let text = sentence(*stay, &ban);
    let is_ban = *stay != StayAway::NotAtAll;
    if !store.0.ask(StoreAsk::SendAway { ban, is_ban, now_ms }) {
        return Err(Refusal::StoreFailed);
    }
    Ok((guest.link, text))
}

/// What is told to whoever has to leave.
fn sentence(stay: StayAway, NewBan { reason, by, .. }: &NewBan) -> String {
    let what = match stay {
        StayAway::NotAtAll => format!("{by} sent you out of this server for now"),
        StayAway::Days(1) => format!("{by} banned you from this server for a day"),
        StayAway::Days(days) => format!("{by} banned you from this server for {days} days"),
        StayAway::ForGood => format!("{by} banned you from this server"),
    };
    match reason.trim_end_matches('.') {
        "" => format!("{what}."),
        reason => format!("{what}: {reason}."),
    }
}

/// Ends the sessions of whoever is banned by now.
pub(super) fn enforce(bans: &Bans, house: &House, now: Duration, post: &mut Post, commands: &mut Commands) {
    for (_, guest) in house.guests() {
        let key = guest.name.key();
        let suspect = Suspect { owners: &[guest.owner], guest: (!guest.account).then_some(&key), network: None };
        let Some(ban) = bans.of(suspect, now_ms()) else { continue };
        info!(name = %guest.name, "somebody who is banned is sent away");
        conduct::close(guest.link, CloseCause::SentAway { text: ban.to_string() }, now, post, commands);
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
