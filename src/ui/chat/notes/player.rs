//! A note that can be played: a button, how loud it is over its time with what was heard of it marked, and its clock.

use super::{place_id, sign};
use crate::{
    net::{
        commands::Command,
        snapshot::{NoteKey, NoteSpeed, NoteState, Snapshot},
    },
    ui::{Action, status::line, symbols, theme},
};
use bevy_egui::egui::{Button, Rect, Response, RichText, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};
use std::time::Duration;

/// Height of the waveform, in points.
const HEIGHT: f32 = 28.0;
/// Least height of a bar, in points: silence is seen too.
const LEAST_BAR: f32 = 2.5;
/// Width of one bar with the gap after it, in points.
const BAR: f32 = 3.5;
/// Room for the clock, in points.
const CLOCK: f32 = 74.0;
/// Room for the speed, in points.
const SPEED: f32 = 40.0;
/// Room for the switch that passes over pauses, in points.
const SKIP: f32 = 40.0;
/// Widest that a note is drawn, in points.
const WIDEST: f32 = 420.0;

/// A place that is being chosen with the pointer, until it lets go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scrub(Option<(NoteKey, Duration)>);

/// A note in the lines.
pub(in crate::ui::chat) fn in_a_line(
    ui: &mut Ui,
    key: NoteKey,
    length: Duration,
    levels: &[u8],
    snapshot: &Snapshot,
    scrub: &mut Scrub,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        ui.set_max_width(ui.available_width().min(WIDEST));
        player(ui, key, length, levels, snapshot, scrub, actions);
    });
}

/// The note in the space that is there.
pub fn player(
    ui: &mut Ui,
    key: NoteKey,
    length: Duration,
    levels: &[u8],
    snapshot: &Snapshot,
    scrub: &mut Scrub,
    actions: &mut Vec<Action>,
) {
    let playing = snapshot.notes.playing.filter(|playing| playing.key == key);
    let known = playing.map(|playing| playing.at).or_else(|| snapshot.notes.places.get(&key).copied());
    let at = scrub.0.filter(|(scrubbed, _)| *scrubbed == key).map_or(known, |(_, at)| Some(at));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        play(ui, key, playing.map(|playing| playing.state), actions);
        // Before it is sent a note is listened to once, and there is little room. In the lines it is always there: what is
        // under the pointer must not move while a place is chosen.
        let has_speed = key != NoteKey::Draft;
        let width = ui.available_width() - CLOCK - if has_speed { SPEED + SKIP + 12.0 } else { 0.0 } - 6.0;
        if let Some(place) = waveform(ui, key, length, levels, at, width, scrub) {
            actions.push(Action::Send(Command::PlayNote { note: key, from: Some(place), speed: None }));
        }
        clock(ui, at, length, playing.map(|playing| playing.state));
        if has_speed {
            speed(ui, snapshot.notes.speed, actions);
            skip(ui, snapshot.notes.skip_silence, actions);
        }
    });
}

fn play(ui: &mut Ui, key: NoteKey, state: Option<NoteState>, actions: &mut Vec<Action>) {
    let (label, paint): (_, fn(&_, _, _, _)) = match state {
        None => ("Play the voice note", symbols::media::play),
        Some(_) => ("Pause the voice note", symbols::media::pause),
    };
    if sign(ui, label, theme::ACCENT, paint).clicked() {
        actions.push(Action::Send(match state {
            None => Command::PlayNote { note: key, from: None, speed: None },
            Some(_) => Command::PauseNote,
        }));
    }
}

/// Draws the waveform; answers a place that was chosen in it.
fn waveform(
    ui: &mut Ui,
    key: NoteKey,
    length: Duration,
    levels: &[u8],
    at: Option<Duration>,
    width: f32,
    scrub: &mut Scrub,
) -> Option<Duration> {
    let (_, rect) = ui.allocate_space(vec2(width.max(40.0), HEIGHT));
    let response = ui.interact(rect, place_id(key), Sense::click_and_drag());
    let share = at.map_or(0.0, |at| share_of(at, length));
    let label = format!("Place in the voice note, {} of {}", line::clock(at.unwrap_or_default()), line::clock(length));
    response.widget_info(|| WidgetInfo::slider(true, f64::from(share), &label));
    bars(ui, rect, levels, share);
    let chosen = chosen(&response, rect, length);
    if response.is_pointer_button_down_on() || response.dragged() {
        scrub.0 = chosen.map(|place| (key, place)).or(scrub.0);
    }
    if response.clicked() || response.drag_stopped() {
        let place = scrub.0.take().map(|(_, place)| place);
        return chosen.or(place);
    }
    None
}

/// The place under the pointer.
fn chosen(response: &Response, rect: Rect, length: Duration) -> Option<Duration> {
    let at = response.interact_pointer_pos()?;
    Some(length.mul_f32(((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0)))
}

fn share_of(at: Duration, length: Duration) -> f32 {
    if length.is_zero() { 0.0 } else { (at.as_secs_f32() / length.as_secs_f32()).min(1.0) }
}

/// As many bars as there is room for, each as high as the loudest level that it stands for.
fn bars(ui: &Ui, rect: Rect, levels: &[u8], share: f32) {
    let count = ((rect.width() / BAR) as usize).clamp(1, levels.len().max(1));
    let step = rect.width() / count as f32;
    let heard = rect.left() + rect.width() * share;
    for bar in 0..count {
        let (from, to) = (bar * levels.len() / count, (bar + 1) * levels.len() / count);
        let level = levels.get(from..to).and_then(|levels| levels.iter().max()).copied().unwrap_or(0);
        let height = (f32::from(level) / 255.0 * rect.height()).max(LEAST_BAR);
        let x = rect.left() + (bar as f32 + 0.5) * step;
        let color = if x <= heard { theme::ACCENT } else { theme::MUTED.gamma_multiply(0.7) };
        let shape = Rect::from_center_size(pos2(x, rect.center().y), vec2((step * 0.6).min(4.0), height));
        ui.painter().rect_filled(shape, 1.5, color);
    }
    if share > 0.0 {
        ui.painter().circle_filled(pos2(heard, rect.center().y), 4.0, theme::TEXT);
    }
}

fn clock(ui: &mut Ui, at: Option<Duration>, length: Duration, state: Option<NoteState>) {
    let length = line::clock(length);
    let text = match (state, at) {
        (Some(NoteState::Coming), _) => "Coming…".to_owned(),
        (Some(NoteState::Waiting), _) => "Waits…".to_owned(),
        (_, Some(at)) => format!("{} / {length}", line::clock(at)),
        (_, None) => length,
    };
    let label = ui.add_sized(vec2(CLOCK, HEIGHT), bevy_egui::egui::Label::new(theme::small(text)));
    if state == Some(NoteState::Waiting) {
        label.on_hover_text("Somebody speaks; the note goes on after that");
    }
}

fn speed(ui: &mut Ui, speed: NoteSpeed, actions: &mut Vec<Action>) {
    let word = match speed {
        NoteSpeed::Own => "1×",
        NoteSpeed::Faster => "1.5×",
        NoteSpeed::Double => "2×",
    };
    let text = RichText::new(word).text_style(TextStyle::Small);
    let button = ui.add(Button::new(text).min_size(vec2(SPEED, 22.0)).corner_radius(11));
    button.widget_info(|| WidgetInfo::labeled(bevy_egui::egui::WidgetType::Button, true, format!("Speed {word}")));
    if button.on_hover_text("How fast voice notes are played").clicked() {
        actions.push(Action::Send(Command::SetNoteSpeed(speed.next())));
    }
}

/// The switch that passes over pauses.
fn skip(ui: &mut Ui, on: bool, actions: &mut Vec<Action>) {
    let color = if on { theme::ON_ACCENT } else { theme::MUTED };
    let text = RichText::new("Skip").text_style(TextStyle::Small).color(color);
    let fill = if on { theme::ACCENT } else { theme::RAISED };
    let button = ui.add(Button::new(text).fill(fill).min_size(vec2(SKIP, 22.0)).corner_radius(11));
    button.widget_info(|| WidgetInfo::selected(bevy_egui::egui::WidgetType::Checkbox, true, on, "Skip silence"));
    if button.on_hover_text("Pass over pauses in what is played").clicked() {
        actions.push(Action::Send(Command::SkipSilence(!on)));
    }
}
