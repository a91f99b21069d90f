//! What opens below the call's buttons: cameras, screens and windows, or people to ask in.

use super::{CallModel, Drawer};
use crate::{
    media::cameras::CameraChoice,
    net::{
        commands::Command,
        snapshot::{CallView, Snapshot},
    },
    ui::{Action, bidi, theme},
};
use bevy_egui::egui::{Align, Button, Label, Layout, RichText, ScrollArea, TextStyle, Ui, vec2};

/// Height of the list at most, in points.
const HEIGHT: f32 = 168.0;
/// Height of an entry, in points.
const ROW: f32 = 30.0;

/// Shows what is open, if anything is.
pub fn show(ui: &mut Ui, call: &CallView, model: &mut CallModel, snapshot: &Snapshot) -> Vec<Action> {
    let Some(open) = model.drawer else { return Vec::new() };
    ui.add_space(2.0);
    let title = match open {
        Drawer::Cameras => "Camera",
        Drawer::Screens => "Share with everybody in the call",
        Drawer::People => "Ask into the call",
    };
    ui.label(theme::strong(title));
    let chosen = list(ui, |ui| match open {
        Drawer::Cameras => cameras(ui, model, snapshot),
        Drawer::Screens => screens(ui, model),
        Drawer::People => people(ui, call, snapshot),
    });
    if chosen.is_some() {
        model.drawer = None;
    }
    chosen.into_iter().map(Action::Send).collect()
}

/// Shows the screens and windows that may be shared with the room, if they are open there.
pub(super) fn show_in_room(ui: &mut Ui, model: &mut CallModel) -> Option<Action> {
    if model.drawer != Some(Drawer::Screens) {
        return None;
    }
    ui.label(theme::strong("Share with the room"));
    let chosen = list(ui, |ui| screens(ui, model));
    ui.add_space(4.0);
    let chosen = chosen?;
    model.drawer = None;
    Some(Action::Send(chosen))
}

/// A list of entries that scrolls.
fn list<R>(ui: &mut Ui, entries: impl FnOnce(&mut Ui) -> R) -> R {
    ScrollArea::vertical()
        .id_salt("drawer")
        .max_height(HEIGHT)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.with_layout(Layout::top_down_justified(Align::Min), entries).inner
        })
        .inner
}

/// An entry; whether it was chosen.
fn entry(ui: &mut Ui, text: &str, is_chosen: bool) -> bool {
    let text = RichText::new(text).color(if is_chosen { theme::ACCENT } else { theme::TEXT });
    let button = Button::new(text).truncate().selected(is_chosen).min_size(vec2(0.0, ROW)).frame_when_inactive(false);
    ui.add(button).clicked()
}

fn nothing(ui: &mut Ui, text: &str) {
    ui.add(Label::new(theme::muted(text)).wrap());
}

fn cameras(ui: &mut Ui, model: &mut CallModel, snapshot: &Snapshot) -> Option<Command> {
    let now = ui.input(|input| input.time);
    let names = model.cameras.watched(now);
    let held = &snapshot.calls.camera;
    let mut chosen = None;
    for (choice, name) in choices(names, held) {
        if entry(ui, &name, choice == *held) {
            chosen = Some(Command::ChooseCamera(choice));
        }
    }
    if names.is_empty() {
        nothing(ui, "No camera was found. One that is plugged in turns up here.");
    }
    chosen
}

/// The cameras to choose from, and what they are called; what is chosen stands among them even if it is not there.
pub(super) fn choices(names: &[String], held: &CameraChoice) -> Vec<(CameraChoice, String)> {
    let mut choices = vec![(CameraChoice::Default, "The first camera there is".to_owned())];
    choices.extend(names.iter().map(|name| (CameraChoice::Device(name.clone()), bidi::line(name))));
    match held {
        CameraChoice::Device(name) if !names.contains(name) => {
            choices.push((held.clone(), format!("{} (not there)", bidi::line(name))));
        }
        CameraChoice::Pattern => choices.push((held.clone(), "Test pattern".to_owned())),
        CameraChoice::File(path) => choices.push((held.clone(), path.display().to_string())),
        CameraChoice::None | CameraChoice::Default | CameraChoice::Device(_) => {}
    }
    choices.push((CameraChoice::None, "No camera".to_owned()));
    choices
}

fn screens(ui: &mut Ui, model: &mut CallModel) -> Option<Command> {
    let now = ui.input(|input| input.time);
    match model.screens.watched(now) {
        Err(why) => {
            let text = RichText::new(why.to_string()).text_style(TextStyle::Small).color(theme::DANGER);
            ui.add(Label::new(text).wrap());
            None
        }
        Ok(shareable) if shareable.is_empty() => {
            nothing(ui, "Looking for screens and windows…");
            None
        }
        Ok(shareable) => {
            let chosen = shareable.iter().find(|each| entry(ui, &bidi::line(&each.title), false));
            chosen.map(|each| Command::ShareScreen(each.choice.clone()))
        }
    }
}

/// Everybody who is not in the call.
fn people(ui: &mut Ui, call: &CallView, snapshot: &Snapshot) -> Option<Command> {
    let me = snapshot.me.as_ref().map(|me| me.id);
    let mut outside =
        snapshot.people.iter().filter(|person| Some(person.id) != me && call.member(person.id).is_none()).peekable();
    if outside.peek().is_none() {
        nothing(ui, "Everybody who is here is in the call.");
    }
    let chosen = outside.find(|person| entry(ui, &bidi::line(&person.name), false))?;
    Some(Command::AskIntoCall(chosen.id))
}
