//! The bar at the bottom: whether one is connected, where one is, who has the floor and what one's own voice does.

use super::{Action, bidi, theme};
use crate::net::snapshot::{ConnectionState, Snapshot, TalkState};
use bevy_egui::egui::{self, Color32, RichText, Sense, Ui, vec2};
use std::time::Instant;

/// What the bar says about the floor.
#[derive(Clone, Debug, PartialEq)]
pub struct FloorLine {
    /// The sentence.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing goes on.
    Calm,
    /// A voice goes out or comes in.
    Voice,
    /// Something to heed.
    Warning,
    /// It does not work.
    Trouble,
}

impl Tone {
    fn color(self) -> Color32 {
        match self {
            Self::Calm => theme::MUTED,
            Self::Voice => theme::TALK,
            Self::Warning => theme::ACCENT,
            Self::Trouble => theme::DANGER,
        }
    }
}

/// What there is to say about the floor at `now`; `typing` says that a text field has the keyboard.
#[must_use]
pub fn floor_line(snapshot: &Snapshot, typing: bool, now: Instant) -> FloorLine {
    let line = |text: String, tone| FloorLine { text, tone };
    let name = |id| snapshot.person(id).map_or_else(|| "Somebody".to_owned(), |person| bidi::line(&person.name));
    let room = snapshot.me.as_ref().and_then(|me| me.room).and_then(|room| snapshot.room(room));
    match &snapshot.talk {
        TalkState::Asking => line("One moment…".to_owned(), Tone::Calm),
        TalkState::Talking { ends, warned: true, .. } => {
            let left = ends.saturating_duration_since(now).as_secs_f32().ceil();
            line(format!("You are talking: {left} s left"), Tone::Warning)
        }
        TalkState::Talking { .. } => line("You are talking".to_owned(), Tone::Voice),
        TalkState::Queued { position, .. } => line(format!("You are number {position} to talk"), Tone::Calm),
        TalkState::Offered { .. } => line("Your turn to talk".to_owned(), Tone::Warning),
        TalkState::Busy { holder } => line(format!("Busy: {} is talking", name(*holder)), Tone::Warning),
        TalkState::Refused(reason) => line(reason.clone(), Tone::Trouble),
        TalkState::Quiet => match room {
            None => line("Walk into a room to talk".to_owned(), Tone::Calm),
            Some(room) => match room.holder() {
                Some(holder) => line(format!("{} is talking", name(holder)), Tone::Voice),
                None if typing => line("Esc, then hold V to talk".to_owned(), Tone::Calm),
                None => line("Hold V to talk".to_owned(), Tone::Calm),
            },
        },
    }
}

/// Shows the bar; `narrow` leaves out what can be seen elsewhere.
pub fn show(ui: &mut Ui, snapshot: &Snapshot, typing: bool, narrow: bool, now: Instant) -> Vec<Action> {
    let mut actions = Vec::new();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        connection(ui, snapshot, narrow);
        separator(ui);
        if !narrow {
            place(ui, snapshot);
            separator(ui);
        }
        floor(ui, snapshot, typing, now);
        separator(ui);
        if theme::quiet_button(ui, theme::muted("?")).on_hover_text("Keys and help (F1)").clicked() {
            actions.push(Action::ToggleHelp);
        }
        if theme::quiet_button(ui, theme::muted("⚙")).on_hover_text("Settings").clicked() {
            actions.push(Action::ToggleSettings);
        }
    });
    actions
}

fn separator(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(1.0, 20.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme::LINE);
}

fn connection(ui: &mut Ui, snapshot: &Snapshot, narrow: bool) {
    let (color, text) = match snapshot.connection {
        ConnectionState::Connected if narrow => (theme::TALK, String::new()),
        ConnectionState::Connected => (theme::TALK, format!("{:.0} ms", snapshot.stats.rtt_ms)),
        ConnectionState::Retrying => (theme::ACCENT, "Connecting again…".to_owned()),
        ConnectionState::SigningIn => (theme::ACCENT, "Signing in…".to_owned()),
        ConnectionState::SignedOut => (theme::DANGER, "Signed out".to_owned()),
    };
    let (rect, dot) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.5, color);
    let stats = &snapshot.stats;
    let heard = stats.voice_received + stats.voice_lost;
    let lost = if heard == 0 { 0.0 } else { stats.voice_lost as f64 * 100.0 / heard as f64 };
    let details = format!(
        "Round trip {:.0} ms, varies by {:.0} ms\nVoice: {lost:.1} % lost, {} ms buffered",
        stats.rtt_ms, stats.jitter_ms, stats.buffer_ms
    );
    let shown = if text.is_empty() { dot } else { dot.union(ui.label(theme::small(text))) };
    shown.on_hover_text(details);
}

fn place(ui: &mut Ui, snapshot: &Snapshot) {
    let Some(me) = &snapshot.me else { return };
    theme::portrait(ui, &me.name, 22.0);
    let room =
        me.room.and_then(|room| snapshot.room(room)).map_or_else(|| "Hall".to_owned(), |room| bidi::line(&room.name));
    ui.label(theme::strong(room));
}

fn floor(ui: &mut Ui, snapshot: &Snapshot, typing: bool, now: Instant) {
    let line = floor_line(snapshot, typing, now);
    if line.tone == Tone::Voice || matches!(snapshot.talk, TalkState::Talking { .. }) {
        let (rect, _) = ui.allocate_exact_size(vec2(16.0, 18.0), Sense::hover());
        let time = ui.input(|input| input.time) as f32;
        theme::paint_voice(ui.painter(), rect.center(), 16.0, time, line.tone.color());
        ui.ctx().request_repaint();
    }
    ui.label(RichText::new(line.text).color(line.tone.color()).family(egui::FontFamily::Name(theme::BOLD.into())));
    if matches!(snapshot.talk, TalkState::Talking { .. }) {
        level(ui, snapshot.stats.microphone_level);
    }
}

/// How loud the own microphone is.
fn level(ui: &mut Ui, level: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(70.0, 8.0), Sense::hover());
    ui.painter().rect_filled(rect, 4.0, theme::WELL);
    let filled = rect.with_max_x(rect.left() + rect.width() * level.clamp(0.0, 1.0));
    ui.painter().rect_filled(filled, 4.0, theme::TALK);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_floor_line_says_what_the_own_voice_does() {
        let now = Instant::now();
        let mut snapshot = Snapshot::signed_out();
        let talking = |left, warned| TalkState::Talking {
            ends: now + left,
            warned,
            locked: false,
            playing: false,
            mic_open: true,
        };
        let cases = [
            (TalkState::Quiet, "Walk into a room to talk", Tone::Calm),
            (talking(Duration::from_secs(30), false), "You are talking", Tone::Voice),
            (talking(Duration::from_millis(9500), true), "You are talking: 10 s left", Tone::Warning),
            (
                TalkState::Busy { holder: hallway_protocol::ids::PersonId(9) },
                "Busy: Somebody is talking",
                Tone::Warning,
            ),
            (TalkState::Refused("Nobody can hear you here.".into()), "Nobody can hear you here.", Tone::Trouble),
        ];
        for (talk, text, tone) in cases {
            snapshot.talk = talk;
            assert_eq!(floor_line(&snapshot, false, now), FloorLine { text: text.to_owned(), tone });
        }
    }
}
