//! The page about sound: devices with a meter and a test, what is done to the own voice, and how talk goes.

pub mod devices;
pub mod draft;
pub mod meter;

use super::{Action, theme};
use crate::{
    media::devices::{sink::Speaker, source::Microphone},
    net::{
        commands::Command,
        preferences::{ACTIVATION_DBFS, Deferred, LONGEST_TAIL, VoicePreferences},
        snapshot::Snapshot,
    },
};
use bevy_egui::egui::{Align, Button, ComboBox, Label, Layout, Response, RichText, Slider, TextStyle, Ui, vec2};
use devices::DeviceList;
use draft::Draft;
use std::time::Duration;

/// Where voice activation begins as long as nobody has said otherwise, in dBFS: above a quiet room's noise, below calm
/// speech.
const USUAL_THRESHOLD_DBFS: f32 = -45.0;

/// The page's own state.
#[derive(Default)]
pub struct SoundModel {
    /// The devices to choose from.
    pub devices: DeviceList,
    draft: Draft,
    /// The threshold that was chosen before voice activation was switched off, in dBFS.
    threshold_dbfs: Option<f32>,
    /// Whether the test was within reach since it was asked last.
    test_shown: bool,
}

impl SoundModel {
    /// Whether a test goes on that nobody can see any more; to be asked once in a frame, after all was shown.
    pub fn test_is_out_of_sight(&mut self, snapshot: &Snapshot) -> bool {
        !std::mem::take(&mut self.test_shown) && snapshot.testing
    }
}

/// Shows the whole page.
pub fn show(ui: &mut Ui, model: &mut SoundModel, snapshot: &Snapshot) -> Vec<Action> {
    edit(ui, model, snapshot, |ui, model, voice, snapshot, actions| {
        check(ui, model, voice, snapshot, actions);
        heading(ui, "Your voice");
        own_voice(ui, voice);
        heading(ui, "Talking");
        talking(ui, model, voice);
        heading(ui, "Listening");
        switch(ui, &mut voice.spatial, "Voices come from where people stand", "Left, right and by distance.");
        switch(ui, &mut voice.cues, "Tones", "A tone tells what happens to the floor. It is shown in any case.");
        switch(ui, &mut voice.notes_in_a_row, "Voice notes in a row", "After one, the next one of the conversation.");
    })
}

/// Shows only what is needed to find out whether one can be heard: for the way in.
pub fn show_check(ui: &mut Ui, model: &mut SoundModel, snapshot: &Snapshot) -> Vec<Action> {
    edit(ui, model, snapshot, check)
}

type Contents = fn(&mut Ui, &mut SoundModel, &mut VoicePreferences, &Snapshot, &mut Vec<Action>);

/// Lets the controls work on a copy of the preferences, and tells the session what they came to.
fn edit(ui: &mut Ui, model: &mut SoundModel, snapshot: &Snapshot, contents: Contents) -> Vec<Action> {
    let mut actions = Vec::new();
    let now = ui.input(|input| input.time);
    let shown = model.draft.shown(&snapshot.voice, now);
    let mut edited = shown.clone();
    contents(ui, model, &mut edited, snapshot, &mut actions);
    let dragging = ui.input(|input| input.pointer.any_down());
    if let Some(voice) = model.draft.take(&shown, edited, dragging, now) {
        actions.push(Action::Send(Command::SetVoice(voice)));
    }
    actions
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(12.0);
    ui.label(theme::strong(text));
}

/// A switch with a line that says what it does.
fn switch(ui: &mut Ui, on: &mut bool, name: &str, meaning: &str) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        theme::checkbox(ui, on, name);
        theme::meaning(ui, meaning);
    });
}

/// Devices, meter and test.
fn check(
    ui: &mut Ui,
    model: &mut SoundModel,
    voice: &mut VoicePreferences,
    snapshot: &Snapshot,
    actions: &mut Vec<Action>,
) {
    let now = ui.input(|input| input.time);
    let names = model.devices.names(now).clone();
    model.test_shown = true;
    microphones(ui, &mut voice.microphone, &names.microphones);
    trouble(ui, snapshot.devices.microphone.as_deref());
    speakers(ui, &mut voice.speaker, &names.speakers);
    trouble(ui, snapshot.devices.speaker.as_deref());
    ui.add_space(4.0);
    meter::show(ui, snapshot.stats.microphone_level, voice.activation_dbfs);
    test(ui, voice, snapshot, actions);
}

fn trouble(ui: &mut Ui, sentence: Option<&str>) {
    if let Some(sentence) = sentence {
        ui.add(Label::new(RichText::new(sentence).text_style(TextStyle::Small).color(theme::DANGER)).wrap());
    }
}

fn test(ui: &mut Ui, voice: &VoicePreferences, snapshot: &Snapshot, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let word = if snapshot.testing { "Stop" } else { "Hear yourself" };
        if ui.add(Button::new(word).min_size(vec2(120.0, 32.0))).clicked() {
            actions.push(Action::Send(if snapshot.testing { Command::StopSoundTest } else { Command::StartSoundTest }));
            if snapshot.testing && snapshot.sound_unchecked {
                // Who is content with what is set has chosen it.
                actions.push(Action::Send(Command::SetVoice(voice.clone())));
            }
        }
        let meaning = if snapshot.testing {
            "Speak: you hear yourself a second later. Nothing is sent."
        } else {
            "Opens your microphone for you alone."
        };
        ui.add(Label::new(theme::small(meaning)).wrap());
    });
}

fn microphones(ui: &mut Ui, chosen: &mut Microphone, names: &[String]) {
    let shown = match &*chosen {
        Microphone::None => NO_MICROPHONE.to_owned(),
        Microphone::Device(None) => SYSTEM_DEFAULT.to_owned(),
        Microphone::Device(Some(name)) => present(name, names),
        Microphone::Wav { path, .. } => path.display().to_string(),
    };
    picker(ui, "Microphone", &shown, |ui| {
        ui.selectable_value(chosen, Microphone::Device(None), SYSTEM_DEFAULT);
        for name in names {
            ui.selectable_value(chosen, Microphone::Device(Some(name.clone())), name);
        }
        ui.selectable_value(chosen, Microphone::None, NO_MICROPHONE);
    });
}

fn speakers(ui: &mut Ui, chosen: &mut Speaker, names: &[String]) {
    let shown = match &*chosen {
        Speaker::None => NO_SPEAKER.to_owned(),
        Speaker::Device(None) => SYSTEM_DEFAULT.to_owned(),
        Speaker::Device(Some(name)) => present(name, names),
        Speaker::Wav(path) => path.display().to_string(),
    };
    picker(ui, "Speaker", &shown, |ui| {
        ui.selectable_value(chosen, Speaker::Device(None), SYSTEM_DEFAULT);
        for name in names {
            ui.selectable_value(chosen, Speaker::Device(Some(name.clone())), name);
        }
        ui.selectable_value(chosen, Speaker::None, NO_SPEAKER);
    });
}

/// Width of the names before pickers and sliders, in points.
const LABEL: f32 = 84.0;
const SYSTEM_DEFAULT: &str = "System default";
const NO_MICROPHONE: &str = "None: only listen";
const NO_SPEAKER: &str = "None: hear nothing";

/// A chosen device; it stays chosen while it is gone.
fn present(name: &str, names: &[String]) -> String {
    if names.iter().any(|there| there == name) { name.to_owned() } else { format!("{name} (not connected)") }
}

fn picker(ui: &mut Ui, label: &'static str, shown: &str, choices: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let label = named(ui, theme::muted(label));
        ComboBox::from_id_salt(label.id.with("picker"))
            .selected_text(shown)
            .width(ui.available_width() - 4.0)
            .truncate()
            .show_ui(ui, choices)
            .response
            .labelled_by(label.id);
    });
}

/// A name before a control; all of them are equally wide.
fn named(ui: &mut Ui, text: RichText) -> Response {
    let size = vec2(LABEL, ui.spacing().interact_size.y);
    let layout = Layout::left_to_right(Align::Center);
    let label = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_width(LABEL);
        ui.label(text)
    });
    label.inner
}

fn own_voice(ui: &mut Ui, voice: &mut VoicePreferences) {
    switch(ui, &mut voice.noise_suppression, "Noise suppression", "Takes steady noise out: fans, streets.");
    switch(ui, &mut voice.automatic_level, "Automatic level", "Makes a soft voice louder and a loud one softer.");
    let meaning = "In open rooms: takes out what your speaker plays. Leave it on unless you wear headphones.";
    switch(ui, &mut voice.echo_cancellation, "Echo cancellation", meaning);
}

fn talking(ui: &mut Ui, model: &mut SoundModel, voice: &mut VoicePreferences) {
    let mut by_voice = voice.activation_dbfs.is_some();
    let meaning = "In open rooms your microphone opens by itself when you speak. Elsewhere V has to be held.";
    switch(ui, &mut by_voice, "Voice activation", meaning);
    let usual = model.threshold_dbfs.unwrap_or(USUAL_THRESHOLD_DBFS);
    voice.activation_dbfs = by_voice.then(|| voice.activation_dbfs.unwrap_or(usual));
    if let Some(threshold) = &mut voice.activation_dbfs {
        slider(
            ui,
            "Opens from",
            Slider::new(threshold, ACTIVATION_DBFS).step_by(1.0).fixed_decimals(0).suffix(" dB"),
            MARKED,
        );
        model.threshold_dbfs = Some(*threshold);
    }
    let mut tail_ms = voice.release_tail.as_millis() as u64;
    let longest_ms = LONGEST_TAIL.as_millis() as u64;
    let meaning = "How long you are still heard after V went up, so that no last syllable is lost.";
    if slider(ui, "Release tail", Slider::new(&mut tail_ms, 0..=longest_ms).step_by(10.0).suffix(" ms"), meaning) {
        voice.release_tail = Duration::from_millis(tail_ms);
    }
    switch(
        ui,
        &mut voice.lock,
        "Pressing V twice locks talk on",
        "V once more ends it, and so does leaving the window.",
    );
    ui.add_space(4.0);
    deferred(ui, &mut voice.deferred);
}

const MARKED: &str = "The mark on the meter above. Test your microphone to see where your voice stands.";

/// A slider with its name; answers whether it was moved.
fn slider(ui: &mut Ui, name: &str, slider: Slider<'_>, meaning: &str) -> bool {
    let row = ui.horizontal(|ui| {
        ui.add_space(ui.spacing().icon_width + ui.spacing().icon_spacing);
        let label = named(ui, RichText::new(name)).id;
        ui.spacing_mut().slider_width = 170.0;
        ui.add(slider).labelled_by(label).on_hover_text(meaning).changed()
    });
    row.inner
}

fn deferred(ui: &mut Ui, deferred: &mut Deferred) {
    ui.label(theme::muted("What you say while you wait for the floor"));
    let choices = [
        (Deferred::Ask, "Ask me, when my turn comes"),
        (Deferred::Play, "Play it as my turn"),
        (Deferred::Drop, "Do not record it; I talk live"),
    ];
    for (each, name) in choices {
        theme::radio(ui, deferred, each, name);
    }
}
