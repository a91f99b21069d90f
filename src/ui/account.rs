//! The settings page about the own account: keeping the name one came in with, and what one may change of it later.

use super::{Action, theme};
use crate::net::{
    commands::{Command, Secret},
    snapshot::{Me, Snapshot},
};
use bevy_egui::egui::{RichText, TextEdit, Ui};
use hallway_protocol::{desk::AccountChange, password::Password};

/// Width of the fields, in points.
const WIDTH: f32 = 280.0;

/// What was typed on the page.
#[derive(Default)]
pub struct AccountModel {
    /// The password of now.
    pub password: String,
    /// The one that is to be.
    pub new: String,
    /// The same once more.
    pub again: String,
    /// Whether this computer stays signed in.
    pub stay: bool,
    /// Whether the account is about to be deleted, and one was not asked again yet.
    pub deleting: bool,
    /// What is wrong with what was typed.
    pub error: Option<String>,
}

impl AccountModel {
    /// The new password, or a sentence about what is wrong with it.
    fn chosen(&self) -> Result<String, String> {
        Password::new(&self.new).map_err(|error| format!("This password {error}."))?;
        if self.new == self.again { Ok(self.new.clone()) } else { Err("The two are not the same.".to_owned()) }
    }

    fn ask(&mut self, actions: &mut Vec<Action>, command: Command) {
        actions.push(Action::Send(command));
        *self = Self { stay: self.stay, ..Self::default() };
    }

    fn change(&mut self, actions: &mut Vec<Action>, change: AccountChange) {
        if self.password.is_empty() {
            self.error = Some("Type your password first.".to_owned());
            return;
        }
        let password = Secret(self.password.clone());
        self.ask(actions, Command::ChangeAccount { password, change });
    }
}

/// Shows the page.
pub fn show(ui: &mut Ui, model: &mut AccountModel, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    match &snapshot.me {
        None => drop(ui.label(theme::muted("Come in first; then you can keep your name here."))),
        Some(me) if me.account => holder(ui, model, me, &mut actions),
        Some(me) => guest(ui, model, me, &mut actions),
    }
    if let Some(error) = &model.error {
        ui.add_space(4.0);
        ui.label(RichText::new(error).color(theme::DANGER));
    }
    actions
}

fn guest(ui: &mut Ui, model: &mut AccountModel, me: &Me, actions: &mut Vec<Action>) {
    ui.label(theme::strong(format!("Keep the name “{}”", me.name)));
    ui.label(theme::muted(
        "With a password nobody else comes in under it, private messages wait for you, and you find them on any computer.",
    ));
    ui.add_space(6.0);
    new_password(ui, model, "Password");
    theme::checkbox(ui, &mut model.stay, "Stay signed in on this computer");
    ui.add_space(6.0);
    if theme::primary_button(ui, "Keep this name", WIDTH).clicked() {
        match model.chosen() {
            Ok(password) => {
                let stay = model.stay;
                model.ask(actions, Command::Register { password: Secret(password), stay });
            }
            Err(error) => model.error = Some(error),
        }
    }
}

fn holder(ui: &mut Ui, model: &mut AccountModel, me: &Me, actions: &mut Vec<Action>) {
    ui.label(theme::strong(format!("“{}” is your own name here", me.name)));
    ui.add_space(4.0);
    field(ui, &mut model.password, "Your password", &mut model.error);
    ui.add_space(8.0);
    new_password(ui, model, "New password");
    if ui.button("Change password").clicked() {
        match model.chosen() {
            Ok(new) => model.change(actions, AccountChange::Password(new)),
            Err(error) => model.error = Some(error),
        }
    }
    ui.add_space(8.0);
    if ui.button("Sign out everywhere").clicked() {
        model.change(actions, AccountChange::SignOutEverywhere);
    }
    ui.add_space(8.0);
    if model.deleting {
        ui.label(theme::muted(
            "Your name becomes free; what you wrote stays, as by a former member. There is no way back.",
        ));
        ui.horizontal(|ui| {
            if ui.button(RichText::new("Delete my account").color(theme::DANGER)).clicked() {
                model.change(actions, AccountChange::Delete);
            }
            if theme::quiet_button(ui, "Keep it").clicked() {
                model.deleting = false;
            }
        });
    } else if theme::quiet_button(ui, "Delete account…").clicked() {
        model.deleting = true;
    }
}

fn new_password(ui: &mut Ui, model: &mut AccountModel, label: &str) {
    field(ui, &mut model.new, label, &mut model.error);
    field(ui, &mut model.again, "The same again", &mut model.error);
}

fn field(ui: &mut Ui, text: &mut String, label: &str, error: &mut Option<String>) {
    let label = ui.label(theme::muted(label)).id;
    let edit = TextEdit::singleline(text).password(true).desired_width(WIDTH);
    if ui.add(edit).labelled_by(label).changed() {
        *error = None;
    }
    ui.add_space(4.0);
}
