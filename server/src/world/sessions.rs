//! Signing in and out: from the front desk's question to a person in the world, and back.
//!
//! A sign-in is issued with a random netcode id and a secret. Its link must prove the secret first; netcode's id alone
//! is no proof, because lightyear's handshake can be tricked into connecting somebody else's id.

mod lost;
mod reception;

use super::{
    Rules, WorldSystems,
    chat::files::{FileAsks, FileKeys},
    conduct::{self, Allowance, Closing},
    house::{Arrived, Departed, Guest, House, Moved},
    moderators::Moderators,
    pose::{Grounds, Standing},
    post::Post,
    removal,
};
use crate::{
    accounts::{Bans, Registered},
    desk::{Claim, Denied, SignInAsk, WorldAsk, WorldAsks},
    files::key_hash,
};
use bevy::prelude::*;
use hallway_protocol::{
    control::{ClientMessage, CloseCause, PersonChange, ServerMessage},
    desk::{SignInGrant, protocol_id},
    ids::PersonId,
    link::{LastHeard, setup::tokens::SessionGate},
    map::Point,
    names::{DisplayName, NameKey},
    owner::OwnerId,
    replicated::{InRoom, Person, Talking},
};
use lightyear::{
    connection::client::Disconnecting,
    netcode::Key,
    prelude::{Connected, MessageReceiver, NetworkTarget, PeerId, RemoteId, Replicate, server::ClientOf},
};
use lost::{LostPlace, LostPlaces};
use reception::{Reception, SignIn};
use std::{net::SocketAddr, time::Duration};
use tracing::{debug, error, info};

/// How long a link may take to prove its secret: the proof is its first message.
const PROOF_TIME: Duration = Duration::from_secs(5);
/// A link that is silent for longer counts as lost, though it may still be open: a new sign-in takes its name over, and
/// its person's place is kept.
pub(super) const LOST_SILENCE: Duration = Duration::from_secs(2);

/// What tokens are made of.
#[derive(Resource, Clone)]
pub(crate) struct Tickets {
    pub(crate) key: Key,
    pub(crate) gate: SessionGate,
    /// What tokens name as the live door; `None` is the address at which the client reached the front desk.
    pub(crate) public: Option<SocketAddr>,
    /// The digest of the map in use.
    pub(crate) map_digest: String,
}

/// Questions from the front desk.
#[derive(Resource)]
pub(crate) struct DeskAsks(pub(crate) WorldAsks);

/// Whether new people are let in; not any more once the server stops.
#[derive(Resource, Default)]
pub(crate) struct DoorsClosed(pub(crate) bool);

/// A link whose person is in the world.
#[derive(Component, Clone, Copy, Debug)]
#[component(immutable)]
pub(crate) struct Session {
    pub(crate) person: PersonId,
}

/// A connected link that has not proved its secret yet.
#[derive(Component)]
struct Unproven {
    sign_in: SignIn,
    since: Duration,
}

/// What somebody who is in the world said on the Control channel.
#[derive(Message, Debug)]
pub(crate) struct FromClient {
    pub(crate) person: PersonId,
    pub(crate) link: Entity,
    pub(crate) message: ClientMessage,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Reception>().init_resource::<LostPlaces>().init_resource::<DoorsClosed>();
    app.add_message::<FromClient>().add_message::<Arrived>().add_message::<Moved>().add_message::<Departed>();
    app.add_observer(expect_proof).add_observer(free_unproven_name).add_observer(depart);
    app.add_systems(
        Update,
        (answer_desk, forget_unused, hang_up_unproven, read_control).chain().in_set(WorldSystems::Sessions),
    );
    app.add_systems(Update, tell_departures.in_set(WorldSystems::Tell));
}

fn answer_desk(
    mut asks: ResMut<DeskAsks>,
    mut file_asks: ResMut<FileAsks>,
    mut reception: ResMut<Reception>,
    house: Res<House>,
    doors: Res<DoorsClosed>,
    tickets: Res<Tickets>,
    rules: Res<Rules>,
    registered: Res<Registered>,
    bans: Res<Bans>,
    mut post: Post,
    heard: Query<&LastHeard>,
    time: Res<Time<Real>>,
    mut commands: Commands,
) {
    while let Ok(ask) = asks.0.try_recv() {
        let ask = match ask {
            WorldAsk::SignIn(ask) => ask,
            WorldAsk::File(ask) => {
                file_asks.0.push(ask);
                continue;
            }
            WorldAsk::End(owner) => {
                end_sessions(owner, &house, time.elapsed(), &mut post, &mut commands);
                continue;
            }
            WorldAsk::Enforce => {
                removal::enforce(&bans, &house, time.elapsed(), &mut post, &mut commands);
                continue;
            }
        };
        let full = house.count() + reception.waiting() >= rules.max_people as usize;
        let answer = if doors.0 {
            Err(Denied::Stopping)
        } else {
            free_name(&ask, &house, &reception, &registered, &heard, &time, &mut commands)
                .and_then(|name| if full { Err(Denied::Full) } else { Ok(name) })
                .and_then(|name| issue(name, ask.owner, ask.reached_at, &mut reception, &tickets, time.elapsed()))
        };
        // The client may have given up; the sign-in is forgotten in time.
        let _ = ask.reply.send(answer);
    }
}

/// Signed out everywhere: whoever is here as this owner has to sign in anew.
fn end_sessions(owner: OwnerId, house: &House, now: Duration, post: &mut Post, commands: &mut Commands) {
    for (_, guest) in house.guests().filter(|(_, guest)| guest.owner == owner) {
        info!(name = %guest.name, "signed out everywhere");
        conduct::close(guest.link, CloseCause::SignedOut, now, post, commands);
    }
}

/// The name that somebody may have: the one asked for, or a variant where that will do.
fn free_name(
    SignInAsk { name, claim, or_variant, .. }: &SignInAsk,
    house: &House,
    reception: &Reception,
    registered: &Registered,
    heard: &Query<&LastHeard>,
    time: &Time<Real>,
    commands: &mut Commands,
) -> Result<DisplayName, Denied> {
    let key = name.key();
    let is_taken =
        |key: &NameKey| house.by_name(key).is_some() || reception.holder(key).is_some() || registered.has(key);
    if *claim == Claim::Guest && registered.has(&key) {
        let variant = name.free_variant(is_taken);
        return if *or_variant { Ok(variant) } else { Err(Denied::Registered { variant }) };
    }
    let guest = house.by_name(&key).and_then(|id| house.guest(id));
    let holder = match (reception.holder(&key), guest) {
        (None, None) => return Ok(name.clone()),
        (Some(waiting), _) => waiting.clone(),
        (None, Some(guest)) => {
            let silence = heard.get(guest.link).map_or(Duration::ZERO, |heard| heard.silence(time));
            if silence > LOST_SILENCE || *claim == (Claim::Registering { before: guest.owner }) {
                info!(name = %guest.name, "signed in anew in place of the old link");
                commands.entity(guest.link).try_insert(Disconnecting);
                return Ok(name.clone());
            }
            guest.name.clone()
        }
    };
    let variant = name.free_variant(is_taken);
    if *or_variant { Ok(variant) } else { Err(Denied::NameTaken { holder, variant }) }
}

fn issue(
    name: DisplayName,
    owner: OwnerId,
    reached_at: SocketAddr,
    reception: &mut Reception,
    tickets: &Tickets,
    now: Duration,
) -> Result<SignInGrant, Denied> {
    let session: u64 = rand::random();
    let address = tickets.public.unwrap_or(reached_at);
    let token = tickets.gate.issue(&[address], session, tickets.key, protocol_id()).map_err(|error| {
        error!(%error, "no connect token could be made");
        Denied::NoToken
    })?;
    let sign_in = reception.issue(session, name, owner, now);
    Ok(SignInGrant {
        person: sign_in.person.0,
        name: sign_in.name.to_string(),
        token: hex(&token),
        secret: hex(&sign_in.secret),
        map: tickets.map_digest.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        account: false,
        stay: None,
        files_key: sign_in.files_key,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn forget_unused(mut reception: ResMut<Reception>, tickets: Res<Tickets>, time: Res<Time<Real>>) {
    for session in reception.forget_unused(time.elapsed()) {
        tickets.gate.revoke(session);
    }
}

/// A link that netcode connected has to prove which sign-in it is.
fn expect_proof(
    connected: On<Add, Connected>,
    links: Query<&RemoteId, With<ClientOf>>,
    mut reception: ResMut<Reception>,
    time: Res<Time<Real>>,
    mut commands: Commands,
) {
    let Ok(RemoteId(peer)) = links.get(connected.entity) else { return };
    let sign_in = match peer {
        PeerId::Netcode(session) => reception.connected(*session),
        _ => None,
    };
    match sign_in {
        Some(sign_in) => {
            commands.entity(connected.entity).insert(Unproven { sign_in, since: time.elapsed() });
        }
        None => {
            debug!(link = ?connected.entity, "connected with an id that was not issued");
            commands.entity(connected.entity).insert(Disconnecting);
        }
    }
}

/// A link that proved its secret, or never will, does not keep its name waiting.
fn free_unproven_name(gone: On<Remove, Unproven>, links: Query<&Unproven>, mut reception: ResMut<Reception>) {
    if let Ok(Unproven { sign_in, .. }) = links.get(gone.entity) {
        reception.release(&sign_in.name.key());
    }
}

fn hang_up_unproven(
    links: Query<(Entity, &Unproven), Without<Disconnecting>>,
    time: Res<Time<Real>>,
    mut commands: Commands,
) {
    for (link, unproven) in &links {
        if time.elapsed() >= unproven.since + PROOF_TIME {
            debug!(?link, "no proof in time");
            commands.entity(link).insert(Disconnecting);
        }
    }
}

/// Reads the Control channel of every link: a proof from those who still owe it, anything from those who gave it.
fn read_control(
    mut links: Query<
        (Entity, &mut MessageReceiver<ClientMessage>, Option<&Unproven>, Option<&Session>, Option<&mut Allowance>),
        (Without<Closing>, Without<Disconnecting>),
    >,
    time: Res<Time<Real>>,
    mut said: MessageWriter<FromClient>,
    mut commands: Commands,
) {
    let now = time.elapsed();
    for (link, mut receiver, unproven, session, mut allowance) in &mut links {
        if !receiver.has_messages() {
            continue;
        }
        if let Some(unproven) = unproven {
            commands.queue(prove(link, unproven.sign_in.clone(), receiver.receive().next()));
            receiver.receive().for_each(drop);
            continue;
        }
        for message in receiver.receive() {
            let (Some(Session { person }), Some(allowance)) = (session, allowance.as_mut()) else { continue };
            if allowance.control.take(now) {
                said.write(FromClient { person: *person, link, message });
            } else {
                allowance.strike(now);
            }
        }
    }
}

/// Looks at a link's first message; the right secret brings the person into the world, anything else ends the link.
fn prove(link: Entity, sign_in: SignIn, first: Option<ClientMessage>) -> impl Command {
    move |world: &mut World| {
        let shown = matches!(first, Some(ClientMessage::Prove { secret }) if secret == sign_in.secret);
        let Ok(mut entity) = world.get_entity_mut(link) else { return };
        entity.remove::<Unproven>();
        if shown {
            arrive(world, link, &sign_in);
        } else {
            debug!(?link, "the first message was no proof");
            entity.insert(Disconnecting);
        }
    }
}

fn arrive(world: &mut World, link: Entity, sign_in: &SignIn) {
    let now = world.resource::<Time<Real>>().elapsed();
    let SignIn { person, name, owner, .. } = sign_in.clone();
    let standing = Standing::new(person, place_for(world, sign_in, now), now);
    let at = standing.wire();
    let entity = world
        .spawn((
            Name::new(format!("person {person}")),
            Person { id: person, name: name.clone() },
            InRoom(None),
            Talking(false),
            Replicate::to_clients(NetworkTarget::All),
        ))
        .id();
    let moderator = world.resource::<Moderators>().has(owner);
    world.resource_mut::<FileKeys>().add(key_hash(&sign_in.files_key), person);
    let account = world.resource::<Registered>().holder(&name.key()).is_some_and(|(_, holder)| holder == owner);
    let mut house = world.resource_mut::<House>();
    house.arrive(person, Guest { name: name.clone(), owner, link, entity, room: None, moderator, account });
    // A map may let people appear in a room, and who was lost comes back to one.
    let room = house.room_at(standing.at());
    let moved = house.relocate(person, room, now);
    world.entity_mut(link).insert((Session { person }, Allowance::new(now), standing));
    // The owner is what the setting `moderators` names; nobody can sign in with it.
    info!(%person, %name, %owner, "somebody came");
    let arrived = ServerMessage::PersonChanged { person, name: name.to_string(), change: PersonChange::Arrived };
    let keeping = world.resource::<Rules>().keeping;
    let welcome = ServerMessage::Welcome { person, at, moderator, keeping };
    let told = world.run_system_cached_with(tell_arrival, (link, welcome, arrived));
    if let Err(error) = told {
        error!(%error, "an arrival could not be told");
    }
    world.write_message(Arrived { person });
    if let Some(moved) = moved {
        world.write_message(moved);
    }
}

/// Where somebody appears: where it stood when its link was lost, if one can still stand there in the same room, or at
/// the start of the map.
fn place_for(world: &mut World, SignIn { person, name, owner, .. }: &SignIn, now: Duration) -> Point {
    let lost = world.resource_mut::<LostPlaces>().take(*owner, name, now);
    let (grounds, house) = (world.resource::<Grounds>(), world.resource::<House>());
    let is_there = |place: &LostPlace| grounds.is_free(place.at) && house.room_at(place.at) == place.room;
    lost.filter(is_there).map_or_else(|| grounds.spawn_point(*person), |place| place.at)
}

fn tell_arrival(
    In((link, welcome, arrived)): In<(Entity, ServerMessage, ServerMessage)>,
    house: Res<House>,
    mut post: Post,
) {
    post.tell(link, welcome);
    post.tell(link, ServerMessage::Placed { room: None, people: Vec::new() });
    post.tell_each(house.links().filter(|other| *other != link), &arrived);
}

/// Cleans up after a link that is gone, for whatever reason.
fn depart(
    gone: On<Remove, Session>,
    sessions: Query<(&Session, &Standing, Option<&LastHeard>)>,
    mut house: ResMut<House>,
    mut places: ResMut<LostPlaces>,
    time: Res<Time<Real>>,
    mut moves: MessageWriter<Moved>,
    mut departures: MessageWriter<Departed>,
    mut commands: Commands,
) {
    let Ok((Session { person }, standing, heard)) = sessions.get(gone.entity) else { return };
    let is_lost = heard.is_some_and(|heard| heard.silence(&time) > LOST_SILENCE);
    if let Some(guest) = house.guest(*person).filter(|_| is_lost) {
        let place = LostPlace { at: standing.at(), room: guest.room };
        places.keep(guest.owner, &guest.name, place, time.elapsed());
    }
    if let Some(moved) = house.relocate(*person, None, time.elapsed()) {
        moves.write(moved);
    }
    if let Some(guest) = house.depart(*person) {
        info!(%person, name = %guest.name, "somebody left");
        commands.entity(guest.entity).try_despawn();
        departures.write(Departed { person: *person, name: guest.name, lost: is_lost });
    }
}

fn tell_departures(mut departures: MessageReader<Departed>, house: Res<House>, mut post: Post) {
    for Departed { person, name, .. } in departures.read() {
        let gone = ServerMessage::PersonChanged { person: *person, name: name.to_string(), change: PersonChange::Gone };
        post.tell_each(house.links(), &gone);
    }
}
