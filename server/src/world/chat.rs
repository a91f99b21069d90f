//! Chat: a message is checked, stored, and only then told, to exactly those who may read it.

mod changes;
mod clock;
pub(super) mod files;
mod pages;
mod readers;
mod say;
mod shown;
mod tickets;

pub(crate) use say::ServerLetter;
pub(crate) use tickets::{Store, Tickets};

use super::{Rules, WorldSystems, conduct::Allowance, house::House, post::Post, sessions::FromClient};
use crate::{
    accounts::Registered,
    store::{Change, PagePart, StoreAnswer},
};
use bevy::{ecs::system::SystemParam, prelude::*};
use clock::WallClock;
use hallway_protocol::{
    control::{ClientMessage, Refusal, ServerMessage},
    ids::RequestId,
};
use std::time::Duration;
use tickets::{Waiting, What};

/// What the chat's systems work with.
#[derive(SystemParam)]
struct Chat<'w> {
    house: Res<'w, House>,
    registered: Res<'w, Registered>,
    rules: Res<'w, Rules>,
    store: Res<'w, Store>,
    tickets: ResMut<'w, Tickets>,
    clock: ResMut<'w, WallClock>,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Tickets>().init_resource::<WallClock>();
    app.init_resource::<files::FileKeys>().init_resource::<files::FileAsks>();
    let took = (take_chat, say::take_letters, (files::forget_keys, files::answer_desk).chain());
    let told = (pages::note_departures, pages::ask_for_missed, take_answers);
    app.add_systems(Update, (took, told).chain().in_set(WorldSystems::Chat));
}

fn take_chat(
    mut said: MessageReader<FromClient>,
    mut allowances: Query<&mut Allowance>,
    mut chat: Chat,
    time: Res<Time<Real>>,
    mut post: Post,
) {
    let now = time.elapsed();
    for FromClient { person, link, message } in said.read() {
        let Ok(mut allowance) = allowances.get_mut(*link) else { continue };
        if let ClientMessage::Typing { to } = message {
            if within(allowance.typing.take(now), &mut allowance, now).is_ok() {
                readers::pass_typing(*person, *link, *to, &chat.house, &mut post);
            }
            continue;
        }
        if let ClientMessage::Prove { .. } = message {
            // A second proof means nothing, and no honest client sends one.
            allowance.strike(now);
        }
        let Some(request) = request_of(message) else { continue };
        let is_page = matches!(
            message,
            ClientMessage::History { .. } | ClientMessage::HistoryAt { .. } | ClientMessage::Search { .. }
        );
        let taken = if is_page { allowance.history.take(now) } else { allowance.say.take(now) };
        let done = within(taken, &mut allowance, now).and_then(|()| match message {
            ClientMessage::Say { to, text, .. } => chat.say(*person, request, *to, text, None),
            ClientMessage::Reply { to, of, text, .. } => chat.say(*person, request, *to, text, Some(*of)),
            ClientMessage::Letter { to, text, .. } => chat.letter(*person, request, to, text),
            ClientMessage::EditMessage { message, text, .. } => chat.edit(*person, request, *message, text),
            ClientMessage::DeleteMessage { message, .. } => chat.change(*person, request, *message, Change::Delete),
            ClientMessage::React { message, emoji, .. } => {
                chat.change(*person, request, *message, Change::React(emoji.clone()))
            }
            ClientMessage::History { of, before, count, .. } => {
                chat.page(*person, request, *of, before.map_or(PagePart::Newest, PagePart::Before), *count)
            }
            ClientMessage::HistoryAt { of, at, count, .. } => {
                chat.page(*person, request, *of, PagePart::At(*at), *count)
            }
            ClientMessage::Search { query, before, .. } => chat.search(*person, request, query, *before),
            _ => Ok(()),
        });
        if let Err(refusal) = done {
            post.tell(*link, ServerMessage::Refused { request, refusal });
        }
    }
}

/// The number of a question that is the chat's to answer.
fn request_of(message: &ClientMessage) -> Option<RequestId> {
    match message {
        ClientMessage::Say { request, .. }
        | ClientMessage::Letter { request, .. }
        | ClientMessage::History { request, .. }
        | ClientMessage::Search { request, .. }
        | ClientMessage::Reply { request, .. }
        | ClientMessage::EditMessage { request, .. }
        | ClientMessage::DeleteMessage { request, .. }
        | ClientMessage::React { request, .. }
        | ClientMessage::HistoryAt { request, .. } => Some(*request),
        _ => None,
    }
}

fn within(taken: bool, allowance: &mut Allowance, now: Duration) -> std::result::Result<(), Refusal> {
    if taken {
        return Ok(());
    }
    allowance.strike(now);
    Err(Refusal::TooFast)
}

fn take_answers(mut store: ResMut<Store>, mut tickets: ResMut<Tickets>, house: Res<House>, mut post: Post) {
    while let Some(answer) = store.0.answer() {
        let Some(waiting) = tickets.close(ticket_of(&answer)) else { continue };
        tell_answer(answer, waiting, &house, &mut post);
    }
}

fn ticket_of(answer: &StoreAnswer) -> u64 {
    match answer {
        StoreAnswer::Stored { ticket, .. }
        | StoreAnswer::Page { ticket, .. }
        | StoreAnswer::Found { ticket, .. }
        | StoreAnswer::Changed { ticket, .. }
        | StoreAnswer::Failed { ticket } => *ticket,
    }
}

fn tell_answer(answer: StoreAnswer, Waiting { person, request, what }: Waiting, house: &House, post: &mut Post) {
    let asker = house.guest(person).map(|guest| guest.link);
    match (answer, what, request) {
        (StoreAnswer::Stored { id, reply_to, .. }, What::Message(message), _) => {
            say::tell_stored(person, request, id, reply_to, &message, house, post);
        }
        (StoreAnswer::Stored { id, .. }, What::File(file), _) => files::tell_stored(person, id, *file, house, post),
        (StoreAnswer::Changed { done, .. }, What::Change(wish), _) => {
            changes::tell_changed(person, request, &wish, done, house, post);
        }
        (StoreAnswer::Page { messages, .. }, What::Page(of), Some(request)) => {
            pages::tell_page(person, request, of, messages, house, post);
        }
        (StoreAnswer::Found { messages, .. }, What::Search(room), Some(request)) => {
            pages::tell_found(person, request, room, messages, house, post);
        }
        (StoreAnswer::Found { messages, .. }, What::Missed, _) => pages::tell_missed(person, messages, house, post),
        (StoreAnswer::Stored { .. }, What::Letter, Some(request)) => {
            if let Some(link) = asker {
                post.tell(link, ServerMessage::LetterKept { request });
            }
        }
        (_, _, Some(request)) => {
            if let Some(link) = asker {
                post.tell(link, ServerMessage::Refused { request, refusal: Refusal::StoreFailed });
            }
        }
        _ => {}
    }
}
