//! The last minute of the link and of voice: one small plot for each quantity, with its unit.

use super::super::{Action, theme};
use crate::net::snapshot::{SessionStats, StatsSample};
use bevy_egui::egui::{self, ScrollArea, Ui, WidgetInfo, WidgetType, vec2};
use egui_plot::{GridMark, HLine, Line, Plot, PlotBounds, PlotPoints, Points};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Seconds that are shown.
const SPAN: f64 = 60.0;
/// Samples further apart than this (in seconds) are not joined by a line: nothing was measured between them.
const GAP: f64 = 1.6;
/// Width of one plot with its numbers, in points.
const WIDTH: f32 = 214.0;
/// Height of one plot, in points.
const HEIGHT: f32 = 74.0;

/// Something that is measured.
struct Quantity {
    name: &'static str,
    unit: &'static str,
    tip: &'static str,
    /// The least that the plot's upper end stands for, so that a quiet line does not look like a mountain.
    least_top: f64,
    /// Whether each value stands alone instead of being one of a course.
    alone: bool,
    value: fn(&StatsSample) -> Option<f32>,
}

const QUANTITIES: [Quantity; 6] = [
    Quantity {
        name: "Round trip",
        unit: "ms",
        tip: "From here to the server and back.",
        least_top: 50.0,
        alone: false,
        value: |sample| Some(sample.rtt_ms),
    },
    Quantity {
        name: "Jitter",
        unit: "ms",
        tip: "How much the round trip varies.",
        least_top: 20.0,
        alone: false,
        value: |sample| Some(sample.jitter_ms),
    },
    Quantity {
        name: "Loss",
        unit: "%",
        tip: "Voice packets that didn't come in time, while somebody talked.",
        least_top: 5.0,
        alone: false,
        value: |sample| sample.loss.map(|loss| loss * 100.0),
    },
    Quantity {
        name: "Buffer",
        unit: "ms",
        tip: "Sound held back so that late packets can still be played.",
        least_top: 100.0,
        alone: false,
        value: |sample| sample.buffer_ms,
    },
    Quantity {
        name: "Key to floor",
        unit: "ms",
        tip: "From pressing V to having the floor, for each of your turns.",
        least_top: 50.0,
        alone: true,
        value: |sample| sample.access_ms,
    },
    Quantity {
        name: "Mouth to ear",
        unit: "ms",
        tip: "From a talker's mouth to your ear, as far as this client can know: without the sound devices.",
        least_top: 200.0,
        alone: false,
        value: |sample| sample.mouth_to_ear_ms,
    },
];

/// Shows the plots, at most `size` large.
pub fn show(ui: &mut Ui, stats: &SessionStats, size: egui::Vec2, now: Instant) -> Vec<Action> {
    let mut actions = Vec::new();
    let columns = if size.x >= 2.0 * WIDTH + 16.0 { 2 } else { 1 };
    ui.set_width(columns as f32 * WIDTH + (columns - 1) as f32 * 16.0);
    ui.horizontal(|ui| {
        ui.label(theme::strong("Last minute").heading());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if theme::quiet_button(ui, theme::muted("×")).on_hover_text("Close").clicked() {
                actions.push(Action::ToggleQuality);
            }
        });
    });
    let height = size.y - 40.0;
    ScrollArea::vertical().id_salt("plots").min_scrolled_height(height).max_height(height).show(ui, |ui| {
        egui::Grid::new("plots").num_columns(columns).spacing(vec2(16.0, 10.0)).show(ui, |ui| {
            for (number, quantity) in QUANTITIES.iter().enumerate() {
                ui.vertical(|ui| one(ui, quantity, &stats.history, now));
                if (number + 1).is_multiple_of(columns) {
                    ui.end_row();
                }
            }
        });
    });
    actions
}

fn one(ui: &mut Ui, quantity: &Quantity, history: &VecDeque<StatsSample>, now: Instant) {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 2.0;
    let runs = runs(history, now, quantity.value, if quantity.alone { 0.0 } else { GAP });
    let newest = runs.last().and_then(|run| run.last()).map(|point| point[1]);
    let most = runs.iter().flatten().map(|point| point[1]).fold(0.0, f64::max);
    let told = newest.map_or_else(|| "–".to_owned(), |newest| format!("{} {}", figure(newest), quantity.unit));
    let heading = ui.horizontal(|ui| {
        ui.label(theme::small(quantity.name));
        ui.label(theme::strong(&told).size(13.0));
    });
    let spoken = match newest {
        Some(_) => format!("{}: {told}, at most {} {} in the last minute", quantity.name, figure(most), quantity.unit),
        None => format!("{}: nothing was measured in the last minute", quantity.name),
    };
    let heading = heading.response.interact(egui::Sense::hover());
    heading.widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, &spoken));
    heading.on_hover_text(quantity.tip);
    plot(ui, quantity, runs, top(most.max(quantity.least_top)));
}

fn plot(ui: &mut Ui, quantity: &Quantity, runs: Vec<Vec<[f64; 2]>>, top: f64) {
    let marks = |values: [f64; 3], step_size| values.map(|value| GridMark { value, step_size }).to_vec();
    ui.style_mut().text_styles.insert(egui::TextStyle::Body, egui::FontId::proportional(11.0));
    Plot::new(quantity.name)
        .width(WIDTH)
        .height(HEIGHT)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .allow_axis_zoom_drag(false)
        .show_crosshair(false)
        .set_margin_fraction(vec2(0.0, 0.0))
        .x_grid_spacer(move |_| marks([-SPAN, -SPAN / 2.0, 0.0], SPAN / 2.0))
        .y_grid_spacer(move |_| marks([0.0, top / 2.0, top], top / 2.0))
        .x_axis_formatter(|mark, _| if mark.value == 0.0 { "now".to_owned() } else { format!("{:.0} s", mark.value) })
        // The lower end is 0; its number would run into the times below.
        .y_axis_formatter(|mark, _| if mark.value == 0.0 { String::new() } else { figure(mark.value) })
        .y_axis_min_width(30.0)
        .label_formatter(|_| None)
        .show(ui, |plot| {
            plot.set_plot_bounds(PlotBounds::from_min_max([-SPAN, 0.0], [0.0, top * 1.06]));
            plot.hline(HLine::new("", 0.0).color(theme::LINE));
            for run in runs {
                if let [point] = run.as_slice() {
                    plot.points(Points::new("", vec![*point]).radius(2.5).color(theme::ACCENT));
                } else {
                    plot.line(Line::new("", PlotPoints::from(run)).width(1.8).color(theme::ACCENT));
                }
            }
        });
}

/// The measured values as points (seconds before `now`, value), cut where nothing was measured for longer than `gap`
/// seconds.
fn runs(
    history: &VecDeque<StatsSample>,
    now: Instant,
    value: fn(&StatsSample) -> Option<f32>,
    gap: f64,
) -> Vec<Vec<[f64; 2]>> {
    let mut runs: Vec<Vec<[f64; 2]>> = Vec::new();
    for sample in history {
        let ago = now.saturating_duration_since(sample.at);
        let Some(value) = value(sample).filter(|_| ago <= Duration::from_secs_f64(SPAN)) else { continue };
        let point = [-ago.as_secs_f64(), f64::from(value)];
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| point[0] - last[0] <= gap) => run.push(point),
            _ => runs.push(vec![point]),
        }
    }
    runs
}

/// The next round number that is no less: 1, 2 or 5 with zeros.
fn top(most: f64) -> f64 {
    let ten = 10.0_f64.powf(most.max(1.0).log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|step| step * ten).find(|round| *round >= most).unwrap_or(10.0 * ten)
}

/// A number in as few figures as tell something.
fn figure(value: f64) -> String {
    if value >= 10.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(now: Instant, losses: &[(u64, Option<f32>)]) -> VecDeque<StatsSample> {
        let sample = |(ago, loss): &(u64, Option<f32>)| StatsSample {
            at: now - Duration::from_secs(*ago),
            rtt_ms: 20.0,
            jitter_ms: 1.0,
            loss: *loss,
            buffer_ms: None,
            access_ms: None,
            mouth_to_ear_ms: None,
        };
        losses.iter().map(sample).collect()
    }

    #[test]
    fn a_line_is_cut_where_nothing_was_measured_and_old_samples_are_left_out() {
        let now = Instant::now() + Duration::from_secs(100);
        let samples = [
            (70, Some(9.0)),
            (12, Some(0.0)),
            (11, Some(1.0)),
            (10, None),
            (9, None),
            (8, Some(2.0)),
            (3, Some(3.0)),
            (2, Some(4.0)),
        ];
        let runs = runs(&history(now, &samples), now, |sample| sample.loss, GAP);
        let expected = [vec![[-12.0, 0.0], [-11.0, 1.0]], vec![[-8.0, 2.0]], vec![[-3.0, 3.0], [-2.0, 4.0]]];
        assert_eq!(runs, expected);
    }

    #[test]
    fn the_scale_ends_at_a_round_number() {
        for (most, round) in [(0.0, 1.0), (1.0, 1.0), (18.0, 20.0), (20.0, 20.0), (21.0, 50.0), (700.0, 1000.0)] {
            assert_eq!(top(most), round, "{most}");
        }
    }

    #[test]
    fn figures_are_short() {
        for (value, text) in [(0.0, "0"), (2.5, "2.5"), (20.4, "20"), (5.0, "5")] {
            assert_eq!(figure(value), text);
        }
    }
}
