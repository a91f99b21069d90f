//! The page of the settings about calls: who may ring, whose calls are answered without asking, and the camera.

use super::{CallModel, drawer};
use crate::{
    media::cameras::CameraChoice,
    net::{commands::Command, snapshot::Snapshot},
    ui::{Action, canvas, theme},
};
use bevy_egui::egui::{self, Button, ComboBox, Label, RichText, Sense, TextStyle, Ui, vec2};
use hallway_protocol::call::Reach;

/// Width of the picture of a camera that is tried, in points.
const PREVIEW: f32 = 288.0;

/// Shows the page.
pub fn show(ui: &mut Ui, model: &mut CallModel, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    reach(ui, snapshot, &mut actions);
    auto_answer(ui, snapshot, &mut actions);
    camera(ui, model, snapshot, &mut actions);
    actions
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(12.0);
    ui.label(theme::strong(text));
}

fn reach(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    ui.label(theme::strong("Who may ring you"));
    let choices = [
        (Reach::Everyone, "Everyone"),
        (Reach::SameRoom, "People in my room"),
        (Reach::Nobody, "Nobody: do not disturb"),
    ];
    for (each, name) in choices {
        let mut reach = snapshot.calls.reach;
        if theme::radio(ui, &mut reach, each, name).clicked() {
            actions.push(Action::Send(Command::SetReach(each)));
        }
    }
    theme::meaning(ui, "Who may not ring is told so, and can write to you. Calls that you missed leave a message.");
}

fn auto_answer(ui: &mut Ui, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    heading(ui, "Answered without asking");
    if snapshot.calls.auto_answer.is_empty() {
        let text = "Nobody's calls. You can allow it for a person in their menu: their calls open your microphone at \
                    once, and both of you are told.";
        ui.add(Label::new(theme::small(text)).wrap());
        return;
    }
    for (name, ()) in snapshot.calls.auto_answer.iter() {
        if theme::chosen_person(ui, name, None, &format!("Ask before answering {name}")) {
            actions.push(Action::Send(Command::ForgetAutoAnswer { name: name.to_owned() }));
        }
    }
    ui.add(Label::new(theme::small("Their calls open your microphone at once. Both of you are told.")).wrap());
}

fn camera(ui: &mut Ui, model: &mut CallModel, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    heading(ui, "Camera");
    let now = ui.input(|input| input.time);
    let held = snapshot.calls.camera.clone();
    let choices = drawer::choices(model.cameras.watched(now), &held);
    let shown = choices.iter().find(|(choice, _)| *choice == held).map_or("", |(_, name)| name);
    let label = ui.label(theme::muted("Used when you switch it on in a call")).id;
    let mut chosen = held.clone();
    ComboBox::from_id_salt("camera")
        .selected_text(shown)
        .width(PREVIEW)
        .truncate()
        .show_ui(ui, |ui| {
            for (choice, name) in &choices {
                ui.selectable_value(&mut chosen, choice.clone(), name);
            }
        })
        .response
        .labelled_by(label);
    if chosen != held {
        model.trial.stop();
        actions.push(Action::Send(Command::ChooseCamera(chosen)));
    }
    trial(ui, model, &held, snapshot);
}

/// The camera is opened only when this button was pressed, and shut when the page is left.
fn trial(ui: &mut Ui, model: &mut CallModel, held: &CameraChoice, snapshot: &Snapshot) {
    let is_used = snapshot.calls.current.as_ref().is_some_and(|call| call.camera_wanted);
    if is_used {
        model.trial.stop();
        ui.label(theme::small("In use in your call: you see it there."));
        return;
    }
    ui.add_space(4.0);
    let is_on = model.trial.is_on();
    ui.horizontal(|ui| {
        let word = if is_on { "Shut the camera" } else { "Try the camera" };
        if ui.add(Button::new(word).min_size(vec2(140.0, 32.0))).clicked() {
            if is_on { model.trial.stop() } else { model.trial.start(held.clone()) }
        }
        let meaning = if is_on { "Only you see this. Nothing is sent." } else { "Opens it for you alone." };
        ui.add(Label::new(theme::small(meaning)).wrap());
    });
    if !model.trial.is_on() {
        return;
    }
    let picture = model.trial.picture();
    if let Some(trouble) = model.trial.trouble() {
        let text = RichText::new(trouble).text_style(TextStyle::Small).color(theme::DANGER);
        ui.add(Label::new(text).wrap());
        return;
    }
    let (rect, response) = ui.allocate_exact_size(vec2(PREVIEW, PREVIEW * 9.0 / 16.0), Sense::hover());
    ui.painter().rect_filled(rect, 10.0, theme::WELL);
    match picture {
        Some(shown) => canvas::paint(ui.painter(), response.id, rect, 10.0, &shown, true),
        None => {
            let font = egui::FontId::proportional(12.0);
            ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, "Opening…", font, theme::MUTED);
        }
    }
    ui.ctx().request_repaint();
}
