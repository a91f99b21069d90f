//! The way in: a name, a server, and what to do when one of them is not taken at once.

use super::{
    Action,
    sound::{self, SoundModel},
    theme,
};
use crate::net::{
    commands::{Command, Secret, ServerAddress, SignIn, Trust},
    events::{Event, SignInFailure},
    snapshot::{ConnectionState, Snapshot},
};
use bevy_egui::egui::{self, Button, Key, RichText, TextEdit, TextStyle, Ui, vec2};
use hallway_protocol::{desk::Proof, names::DisplayName};

/// Width of the form, in points.
const WIDTH: f32 = 340.0;

/// The form's own state.
#[derive(Default)]
pub struct SignInModel {
    /// The name.
    pub name: String,
    /// The server's address, `HOST` or `HOST:PORT`.
    pub server: String,
    /// Whether the server runs in this program, so that there is no address to type.
    pub hosted: bool,
    /// Which certificates are taken at the next try.
    pub trust: Trust,
    /// The password, where the name belongs to somebody.
    pub password: String,
    /// Whether this computer stays signed in.
    pub stay: bool,
    /// Whether the server asked for a password for this name.
    pub password_asked: bool,
    /// The invitation to register with, where the server takes no guests.
    pub invite: String,
    /// Whether the server asked for one.
    pub invite_asked: bool,
    /// Why the last try failed.
    pub failure: Option<SignInFailure>,
    /// What is wrong with what was typed.
    pub error: Option<String>,
    asked_focus: bool,
}

impl SignInModel {
    /// Notes what became of a try.
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::SignInFailed(failure) => {
                let needs_invite = matches!(failure.code(), "invite_needed" | "bad_invite");
                self.invite_asked |= needs_invite;
                self.password_asked |= needs_invite || matches!(failure, SignInFailure::PasswordNeeded { .. });
                self.failure = Some(failure.clone());
            }
            Event::Welcome { .. } => {
                self.failure = None;
                self.forget_password();
            }
            _ => {}
        }
    }

    /// The command that tries what stands in the form, or a sentence about what is wrong with it.
    ///
    /// # Errors
    /// When the name or the address can't be one.
    pub fn command(&self) -> Result<Command, String> {
        let name = DisplayName::new(&self.name).map_err(|error| format!("This name {error}."))?;
        let server: ServerAddress = self.server.trim().parse()?;
        let name = name.as_str().to_owned();
        let has_password = self.password_asked && !self.password.is_empty();
        let code = self.invite.trim();
        let invite = (self.invite_asked && !code.is_empty()).then(|| Secret(code.to_owned()));
        let proof = match (has_password, &invite) {
            (false, None) => Proof::None,
            (false, Some(_)) => return Err("Choose a password for your account, of 8 characters or more.".to_owned()),
            (true, None) => Proof::Password(self.password.clone()),
            (true, Some(_)) => Proof::Register(self.password.clone()),
        };
        let (trust, stay) = (self.trust.clone(), has_password && self.stay);
        Ok(Command::SignIn(SignIn { server, name, or_variant: false, trust, proof, stay, invite }))
    }

    /// Another name has another password, or none.
    fn forget_password(&mut self) {
        self.password_asked = false;
        self.password.clear();
        self.invite_asked = false;
        self.invite.clear();
    }

    fn submit(&mut self, actions: &mut Vec<Action>) {
        match self.command() {
            Ok(command) => {
                self.error = None;
                self.failure = None;
                actions.push(Action::Send(command));
            }
            Err(error) => self.error = Some(error),
        }
    }
}

/// What is behind the form: people who wait in the dark, each in a slow movement of its own.
pub fn backdrop(ctx: &egui::Context) {
    const NAMES: [&str; 16] = [
        "Ann", "Bo", "Cem", "Dara", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kai", "Lea", "Max", "Noa", "Ola", "Pia",
    ];
    let window = ctx.content_rect();
    let mut painter = ctx.layer_painter(egui::LayerId::background());
    painter.set_opacity(0.3);
    let time = ctx.input(|input| input.time) as f32;
    for (number, name) in (0_u8..).zip(NAMES) {
        // The golden angle spreads them evenly round the form.
        let number = f32::from(number);
        let (sin, cos) = (number * 2.399_963 + time * 0.012).sin_cos();
        let reach = 0.3 + 0.3 * ((number + 0.5) / NAMES.len() as f32).sqrt();
        let drift = vec2(0.0, (time * 0.5 + number).sin() * 8.0);
        let center = window.center() + vec2(cos * window.width(), sin * window.height()) * reach + drift;
        theme::paint_portrait(&painter, center, 34.0 + (number * 7.0) % 30.0, name);
    }
    ctx.request_repaint();
}

/// Shows the form.
pub fn show(ui: &mut Ui, model: &mut SignInModel, sound: &mut SoundModel, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = Vec::new();
    let is_trying = snapshot.connection == ConnectionState::SigningIn;
    ui.set_width(WIDTH);
    ui.vertical_centered(|ui| {
        faces(ui, &model.name);
        ui.label(theme::strong("Hallway").size(30.0));
        ui.label(theme::muted("Walk into a room and talk."));
    });
    ui.add_space(14.0);
    let entered = ui.add_enabled_ui(!is_trying, |ui| fields(ui, model)).inner;
    ui.add_space(10.0);
    if let Some(error) = &model.error {
        sentence(ui, error);
    }
    let failure = model.failure.clone().filter(|_| !is_trying);
    let has_own_button = failure.as_ref().is_some_and(|failure| failed(ui, model, failure, &mut actions));
    if is_trying {
        ui.vertical_centered(|ui| {
            ui.add(egui::Spinner::new().size(22.0).color(theme::ACCENT));
            ui.label(theme::muted("Opening the door…"));
        });
    } else if !has_own_button && (theme::primary_button(ui, "Come in", WIDTH).clicked() || entered) {
        model.submit(&mut actions);
    }
    ui.add_space(6.0);
    sound_check(ui, sound, snapshot, &mut actions);
    actions
}

/// Finding out beforehand whether one can be heard; open where nobody ever did on this machine. The microphone stays
/// shut until the test is asked for.
fn sound_check(ui: &mut Ui, sound: &mut SoundModel, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    egui::CollapsingHeader::new(theme::muted("Check sound")).default_open(snapshot.sound_unchecked).show_unindented(
        ui,
        |ui| {
            ui.set_width(WIDTH);
            actions.extend(sound::show_check(ui, sound, snapshot));
        },
    );
}

/// The look that goes with the name, as one types it.
fn faces(ui: &mut Ui, name: &str) {
    let shown = if name.trim().is_empty() { "Hallway" } else { name.trim() };
    theme::portrait(ui, shown, 72.0);
    ui.add_space(8.0);
}

/// The fields; answers whether Enter was pressed in one.
fn fields(ui: &mut Ui, model: &mut SignInModel) -> bool {
    let label = ui.label(theme::muted("Your name")).id;
    let name = field(ui, &mut model.name, "How others see you").labelled_by(label);
    if !std::mem::replace(&mut model.asked_focus, true) {
        name.request_focus();
    }
    ui.add_space(4.0);
    let label = ui.label(theme::muted("Server")).id;
    let server = if model.hosted {
        ui.add(
            Button::new(theme::muted("This computer"))
                .fill(theme::WELL)
                .min_size(vec2(WIDTH, 36.0))
                .sense(egui::Sense::hover()),
        )
    } else {
        field(ui, &mut model.server, "talk.example:7443").labelled_by(label)
    };
    if name.changed() || server.changed() {
        model.error = None;
        model.failure = None;
        model.forget_password();
    }
    if server.changed() {
        model.trust = Trust::Pinned;
    }
    let typed = model.password_asked.then(|| password(ui, model));
    let invited = model.invite_asked.then(|| invitation(ui, model));
    let typed = typed.map(|typed| invited.map_or(typed.clone(), |invited| typed | invited));
    let was_left = name.lost_focus() || server.lost_focus() || typed.is_some_and(|typed| typed.lost_focus());
    was_left && ui.input(|input| input.key_pressed(Key::Enter))
}

/// The password of the account that the name belongs to.
fn password(ui: &mut Ui, model: &mut SignInModel) -> egui::Response {
    ui.add_space(4.0);
    let label = ui.label(theme::muted("Password")).id;
    let edit = TextEdit::singleline(&mut model.password).password(true).desired_width(WIDTH);
    let typed = ui.add(edit.margin(egui::Margin::symmetric(12, 9))).labelled_by(label);
    if typed.changed() {
        model.error = None;
        model.failure = None;
    }
    ui.add_space(4.0);
    theme::checkbox(ui, &mut model.stay, "Stay signed in on this computer");
    typed
}

/// The invitation, for whoever has no account here yet.
fn invitation(ui: &mut Ui, model: &mut SignInModel) -> egui::Response {
    ui.add_space(4.0);
    let label = ui.label(theme::muted("Invitation, if you have no account here yet")).id;
    let typed = field(ui, &mut model.invite, "BCDF-GHJK-MNPQ-RTVW").labelled_by(label);
    if typed.changed() {
        model.error = None;
        model.failure = None;
    }
    typed
}

fn field(ui: &mut Ui, text: &mut String, hint: &'static str) -> egui::Response {
    let edit = TextEdit::singleline(text).hint_text(theme::muted(hint)).desired_width(WIDTH);
    ui.add(edit.margin(egui::Margin::symmetric(12, 9)))
}

/// Says why it failed and offers what helps; answers whether that replaces the usual button.
fn failed(ui: &mut Ui, model: &mut SignInModel, failure: &SignInFailure, actions: &mut Vec<Action>) -> bool {
    match failure {
        SignInFailure::NameTaken { holder, variant } => {
            sentence(ui, &format!("“{holder}” is already here. Choose another name, or take this one:"));
            if theme::primary_button(ui, &format!("Come in as {variant}"), WIDTH).clicked() {
                model.name.clone_from(variant);
                model.submit(actions);
            }
            true
        }
        SignInFailure::PasswordNeeded { variant } => {
            sentence(ui, &format!("“{}” belongs to somebody. If it is yours, type its password.", model.name.trim()));
            if theme::quiet_button(ui, format!("Come in as {variant} instead")).clicked() {
                model.name.clone_from(variant);
                model.forget_password();
                model.submit(actions);
            }
            false
        }
        SignInFailure::UnknownCertificate { fingerprint } => {
            ui.label(theme::strong("You have not been at this server before."));
            ui.label(theme::muted("Compare its fingerprint with the one its operator gave you:"));
            print(ui, fingerprint);
            if theme::primary_button(ui, "Trust and sign in", WIDTH).clicked() {
                model.trust = Trust::Fingerprint(fingerprint.clone());
                model.submit(actions);
            }
            true
        }
        SignInFailure::ChangedCertificate { pinned, shown } => {
            sentence(
                ui,
                "This server shows another certificate than before. Somebody may be listening in between: ask its \
                 operator before you go on. Nothing was sent.",
            );
            ui.label(theme::small("Known until now"));
            print(ui, pinned);
            ui.label(theme::small("Shown now"));
            print(ui, shown);
            true
        }
        SignInFailure::Refused { text, .. } | SignInFailure::Unreachable(text) => {
            sentence(ui, text);
            false
        }
    }
}

fn sentence(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).color(theme::DANGER)).wrap());
    ui.add_space(6.0);
}

/// A fingerprint in groups of four, which eyes can compare.
fn print(ui: &mut Ui, fingerprint: &str) {
    let hex: Vec<char> = fingerprint.chars().filter(char::is_ascii_alphanumeric).collect();
    let groups: Vec<String> = hex.chunks(4).map(|group| group.iter().collect()).collect();
    let rows: Vec<String> = groups.chunks(8).map(|row| row.join(" ")).collect();
    egui::Frame::new().fill(theme::WELL).corner_radius(8).inner_margin(10).show(ui, |ui| {
        let text = RichText::new(rows.join("\n")).text_style(TextStyle::Monospace).size(12.0).color(theme::TEXT);
        ui.add(egui::Label::new(text).selectable(true).wrap());
    });
    ui.add_space(4.0);
}
