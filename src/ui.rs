//! The panels over the world. Each is a function from a model of its own and the session's snapshot to actions; only
//! this file lays them out and carries the actions out.

pub mod account;
pub mod bidi;
pub mod call;
pub mod canvas;
pub mod chat;
pub mod floor;
pub mod fonts;
pub mod help;
pub mod layout;
pub mod lookup;
pub mod menu;
pub mod offer;
pub mod people;
pub mod quality;
pub mod rooms;
pub mod search;
pub mod send_away;
pub mod settings;
mod shortcuts;
pub mod sign_in;
pub mod sound;
pub mod status;
pub mod symbols;
pub mod theme;
pub mod toasts;

use crate::{
    face::link::Link,
    net::{commands::Command, phrase, phrase::Phrase, snapshot::Snapshot},
};
use account::AccountModel;
use bevy::{
    prelude::*,
    window::{FileDragAndDrop, PrimaryWindow, WindowOccluded},
};
use bevy_egui::{EguiContexts, EguiPlugin, EguiPreUpdateSet, EguiPrimaryContextPass, egui};
use call::CallModel;
use chat::model::ChatModel;
use hallway_protocol::{
    chat::Conversation,
    ids::{MessageId, PersonId},
};
use menu::OpenMenu;
use people::PeopleModel;
use rooms::RoomsModel;
use search::SearchModel;
use send_away::SendAwayForm;
use settings::{Page, Settings};
use sign_in::SignInModel;
use sound::SoundModel;
use status::line::Echo;
use std::{
    path::PathBuf,
    sync::{
        Mutex,
        mpsc::{Receiver, TryRecvError},
    },
};
use toasts::Toasts;

/// What a panel wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A command for the session.
    Send(Command),
    /// A line that was typed into a conversation; it may be a word for the client itself.
    Write {
        /// The conversation.
        to: Conversation,
        /// The line.
        text: String,
    },
    /// Open the tab of a conversation.
    Open(Conversation),
    /// Open the menu about a person.
    Menu {
        /// About whom.
        person: PersonId,
        /// Where, in points of the window; at the pointer where it is not said.
        at: Option<egui::Pos2>,
    },
    /// Close it.
    CloseMenu,
    /// Show who somebody is.
    Card(PersonId),
    /// Close that.
    CloseCard,
    /// Save a conversation as a file.
    Save {
        /// Which.
        of: Conversation,
        /// What it is called.
        title: String,
    },
    /// Ask which files to send to a conversation.
    ChooseFiles(Conversation),
    /// Show the search.
    Search,
    /// Show or hide the page of keys.
    ToggleHelp,
    /// Show or hide the settings.
    ToggleSettings,
    /// Show a page of the settings.
    ShowSettings(Page),
    /// Show or hide the measurements of the last minute.
    ToggleQuality,
    /// Show or hide the rules of the room one moderates.
    ToggleRules,
    /// Open the tab of a conversation at a message.
    OpenAt(Conversation, MessageId),
    /// Ask for how long somebody is to be sent away, and why.
    SendAway(PersonId),
}

/// All panels' own state.
#[derive(Resource, Default)]
pub struct UiState {
    /// The chat.
    pub chat: ChatModel,
    /// The list of people.
    pub people: PeopleModel,
    /// The list of rooms.
    pub rooms: RoomsModel,
    /// The form to sign in.
    pub sign_in: SignInModel,
    /// The notices.
    pub toasts: Toasts,
    /// The settings of the window.
    pub settings: Settings,
    /// The page of the settings that is shown.
    pub page: Page,
    /// The page about sound.
    pub sound: SoundModel,
    /// Calls.
    pub call: CallModel,
    /// What was typed about the own account.
    pub account: AccountModel,
    /// What the bar tells for a moment.
    pub echo: Echo,
    /// The search.
    pub search: SearchModel,
    /// The menu about a person.
    pub menu: Option<OpenMenu>,
    /// Whose card is shown.
    pub card: Option<PersonId>,
    /// Whether the page of keys is shown.
    pub help: bool,
    /// Whether the settings are shown.
    pub settings_open: bool,
    /// Whether the measurements of the last minute are shown.
    pub quality_open: bool,
    /// Whether the rules of the room one moderates are shown.
    pub rules_open: bool,
    /// Who is about to be sent away.
    pub send_away: Option<SendAwayForm>,
    saving: Option<Saving>,
    choosing: Option<(Conversation, Mutex<Receiver<Vec<PathBuf>>>)>,
}

/// What becomes of a conversation that is being saved.
type Saving = Mutex<Receiver<Result<Option<PathBuf>, String>>>;

/// What the panels leave to the world, in points of the window, and what they keep from it.
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// The part of the window that no panel covers.
    pub free: egui::Rect,
    /// Whether a text field has the keyboard.
    pub typing: bool,
    /// Whether any widget has it: Enter is that widget's then.
    pub focused: bool,
    /// How many logical pixels of the window a point has.
    pub scale: f32,
}

impl Default for Stage {
    fn default() -> Self {
        let free = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1280.0, 800.0));
        Self { free, typing: false, focused: false, scale: 1.0 }
    }
}

/// The machine's fonts, on their way.
#[derive(Resource)]
struct FontSearch(Mutex<Receiver<egui::FontDefinitions>>);

/// The panels.
pub fn plugin(app: &mut App) {
    app.add_plugins((EguiPlugin::default(), canvas::plugin))
        .init_resource::<UiState>()
        .init_resource::<Stage>()
        .insert_resource(FontSearch(Mutex::new(fonts::search())))
        .add_systems(PreUpdate, dress.after(EguiPreUpdateSet::InitContexts).before(EguiPreUpdateSet::BeginPass))
        .add_systems(Update, (hear, shortcuts::watch, report_saved, send_chosen, take_dropped))
        .add_systems(EguiPrimaryContextPass, draw.in_set(PanelSystems));
}

/// Drawing the panels, after what the world draws under them.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub struct PanelSystems;

/// Whether a panel lies under a place (in points of the window), and so gets what the pointer does there. It holds
/// before egui has heard of the pointer's newest move, too.
#[must_use]
pub fn is_panel_at(ctx: &egui::Context, at: egui::Pos2) -> bool {
    ctx.layer_id_at(at).is_some_and(|layer| layer.order != egui::Order::Background)
}

/// Puts theme and fonts on before the first drawing, the machine's fonts when they are found, and sizes when they
/// are changed.
fn dress(
    mut contexts: EguiContexts,
    search: Res<FontSearch>,
    state: Res<UiState>,
    mut dressed: Local<Option<Settings>>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    if dressed.is_none() {
        ctx.set_fonts(fonts::bundled());
        theme::install(ctx);
    }
    if *dressed != Some(state.settings) {
        ctx.set_zoom_factor(state.settings.scale);
        ctx.all_styles_mut(|style| style.text_styles = theme::text_styles(state.settings.text_scale));
        *dressed = Some(state.settings);
    }
    if let Ok(receiver) = search.0.try_lock()
        && let Ok(fonts) = receiver.try_recv()
    {
        ctx.set_fonts(fonts);
    }
    Ok(())
}

/// Takes in what happened.
fn hear(
    link: Res<Link>,
    mut state: ResMut<UiState>,
    window: Query<&Window, With<PrimaryWindow>>,
    time: Res<Time<Real>>,
) {
    if link.events().is_empty() {
        return;
    }
    let watched = window.single().is_ok_and(|window| window.focused);
    let now = time.elapsed_secs_f64();
    let snapshot = link.snapshot();
    let state = &mut *state;
    for event in link.events() {
        let open = ChatModel::conversation(state.chat.tab, snapshot).filter(|_| watched);
        state.chat.hear(event, snapshot, watched);
        state.sign_in.hear(event);
        state.search.hear(event);
        state.echo.hear(event, now);
        state.toasts.hear(event, snapshot, open, now);
    }
}

/// Says where a conversation was saved, or why not.
fn report_saved(mut state: ResMut<UiState>, time: Res<Time<Real>>) {
    let answer = state.saving.as_ref().and_then(|saving| saving.try_lock().ok()?.try_recv().ok());
    let Some(answer) = answer else { return };
    let now = time.elapsed_secs_f64();
    state.saving = None;
    match answer {
        Ok(Some(path)) => state.toasts.say(format!("Saved as {}", path.display()), now),
        Ok(None) => {}
        Err(sentence) => state.toasts.trouble(sentence, now),
    }
}

/// Sends the files that were chosen.
fn send_chosen(mut state: ResMut<UiState>, mut link: ResMut<Link>) {
    let answer = state.choosing.as_ref().and_then(|(to, choosing)| Some((*to, choosing.try_lock().ok()?.try_recv())));
    match answer {
        None | Some((_, Err(TryRecvError::Empty))) => {}
        Some((_, Err(TryRecvError::Disconnected))) => state.choosing = None,
        Some((to, Ok(paths))) => {
            state.choosing = None;
            paths.into_iter().for_each(|path| link.send(chat::files::send(to, path)));
        }
    }
}

/// Files that are dropped on the window go to the conversation that is open.
fn take_dropped(
    mut dropped: MessageReader<FileDragAndDrop>,
    mut state: ResMut<UiState>,
    mut link: ResMut<Link>,
    time: Res<Time<Real>>,
) {
    for drop in dropped.read() {
        let FileDragAndDrop::DroppedFile { path_buf, .. } = drop else { continue };
        match ChatModel::conversation(state.chat.tab, link.snapshot()) {
            Some(to) if link.snapshot().me.is_some() => link.send(chat::files::send(to, path_buf.clone())),
            _ => state.toasts.trouble("Open a conversation first, then drop the file.", time.elapsed_secs_f64()),
        }
    }
}

/// Draws all panels and does what they want.
fn draw(
    mut contexts: EguiContexts,
    mut state: ResMut<UiState>,
    mut link: ResMut<Link>,
    mut stage: ResMut<Stage>,
    mut exit: MessageWriter<AppExit>,
    window: Query<&Window, With<PrimaryWindow>>,
    mut occlusions: MessageReader<WindowOccluded>,
    mut occluded: Local<bool>,
    time: Res<Time<Real>>,
) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    let snapshot = link.shared_snapshot();
    let (free, mut actions) = layout::show(&ctx, &mut state, &snapshot);
    if let Some(last) = occlusions.read().last() {
        *occluded = last.occluded;
    }
    let is_seen = window.single().is_ok_and(|window| window.visible && window.physical_width() > 0) && !*occluded;
    actions.extend(state.call.watch.told(&snapshot, !is_seen));
    let now = time.elapsed_secs_f64();
    for action in actions {
        if act(action, &ctx, &mut state, &mut link, &snapshot, now) == Some(Leave) {
            exit.write(AppExit::Success);
        }
    }
    let focused = ctx.memory(|memory| memory.focused().is_some());
    *stage = Stage { free, typing: ctx.text_edit_focused(), focused, scale: ctx.zoom_factor() };
    Ok(())
}

/// The program is to end.
#[derive(PartialEq)]
struct Leave;

fn act(
    action: Action,
    ctx: &egui::Context,
    state: &mut UiState,
    link: &mut Link,
    snapshot: &Snapshot,
    now: f64,
) -> Option<Leave> {
    match action {
        Action::Send(command) => link.send(command),
        Action::Write { to, text } => return write(to, &text, state, link, snapshot, now),
        Action::Open(conversation) => state.chat.open(conversation),
        Action::Menu { person, at } => {
            let at = at.or_else(|| ctx.pointer_latest_pos()).unwrap_or_else(|| ctx.content_rect().center());
            let take_focus = ctx.input(|input| input.key_pressed(egui::Key::Enter));
            let mut menu = OpenMenu::new(person, at);
            menu.take_focus = take_focus;
            state.menu = Some(menu);
        }
        Action::CloseMenu => state.menu = None,
        Action::Card(person) => state.card = Some(person),
        Action::CloseCard => state.card = None,
        Action::Save { of, title } => {
            let log = snapshot.chats.get(&of).cloned().unwrap_or_default();
            let own = snapshot.me.as_ref().map_or("", |me| &me.name);
            let text = chat::save::transcript(&title, &log, own);
            state.saving = Some(Mutex::new(chat::save::save(&title, text)));
        }
        Action::ChooseFiles(to) => {
            state.menu = None;
            state.choosing = Some((to, Mutex::new(chat::files::choose())));
        }
        Action::Search => state.search.show(),
        Action::ToggleHelp => state.help = !state.help,
        Action::ToggleSettings => state.settings_open = !state.settings_open,
        Action::ShowSettings(page) => (state.settings_open, state.page) = (true, page),
        Action::ToggleQuality => state.quality_open = !state.quality_open,
        Action::OpenAt(conversation, message) => state.chat.open_at(conversation, message),
        Action::ToggleRules => state.rules_open = !state.rules_open,
        Action::SendAway(person) => state.send_away = Some(SendAwayForm::new(person)),
    }
    None
}

/// Does what a typed line says.
fn write(
    to: Conversation,
    text: &str,
    state: &mut UiState,
    link: &mut Link,
    snapshot: &Snapshot,
    now: f64,
) -> Option<Leave> {
    match phrase::parse(text, snapshot.people.iter().map(|person| person.name.as_str())) {
        Phrase::Nothing => {}
        Phrase::Text(text) => link.send(Command::Say { to, text }),
        Phrase::Private { to: name, text } => {
            if let Some(person) = snapshot.people.iter().find(|person| person.name == name) {
                let to = Conversation::Person(person.id);
                state.chat.open(to);
                link.send(Command::Say { to, text });
            }
        }
        Phrase::Letter { to, text } => link.send(Command::Letter { to, text }),
        Phrase::Help => state.help = true,
        Phrase::Refused(sentence) => state.toasts.trouble(sentence, now),
        Phrase::Quit => return Some(Leave),
    }
    None
}
