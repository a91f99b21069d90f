//! The table, which reads well in a terminal and in Markdown.

use super::{Figure, Goal, Judged, Report, Unit, Verdict, machine::Machine};
use crate::statistics::quantile;

const HEAD: [&str; 8] = ["figure", "judged", "p50", "p95", "samples", "reach", "try for", "result"];

/// All figures with what they were taken on, and what could not be measured.
pub(super) fn table(report: &Report, machine: &Machine) -> String {
    let rows: Vec<[String; 8]> = report.figures.iter().map(row).collect();
    let head = HEAD.map(str::to_owned);
    let widths: [usize; 8] = std::array::from_fn(|column| {
        let cells = rows.iter().chain([&head]).map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    });
    let mut text = format!("{}{}\n\n", machine.line(), report.how);
    text += &line(&head, widths);
    text += &line(&widths.map(|width| "-".repeat(width)), widths);
    rows.iter().for_each(|row| text += &line(row, widths));
    let notes = report.figures.iter().filter(|figure| !figure.notes.is_empty());
    let notes: Vec<_> = notes.map(|figure| format!("- {}: {}.", figure.name, figure.notes.join("; "))).collect();
    if !notes.is_empty() {
        text += &format!("\n{}\n", notes.join("\n"));
    }
    for (name, reason) in &report.failures {
        text += &format!("\nNot measured: {name}. {reason}\n");
    }
    text
}

fn line(cells: &[String; 8], widths: [usize; 8]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
    format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
}

fn row(figure: &Figure) -> [String; 8] {
    let Figure { name, unit, judged, values, goal, .. } = figure;
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| shown(*unit, value));
    let measure = match judged {
        Judged::P95 => "p95",
        Judged::Mean => "mean",
        Judged::Max => "most",
    };
    let (reach, stretch) = goal.map_or((None, None), |Goal { reach, stretch }| (Some(reach), stretch));
    let result = match figure.verdict() {
        Some(Verdict::Stretch) => "better than tried for",
        Some(Verdict::Reached) => "reached",
        Some(Verdict::Missed) => "missed",
        None => "–",
    };
    [
        name.clone(),
        format!("{} ({measure})", value(figure.judged_value())),
        value(quantile(values, 0.5)),
        match unit {
            Unit::Mos | Unit::Ssim | Unit::PerSecond | Unit::MegabytesPerSecond => {
                format!("{} (p5)", value(quantile(values, 0.05)))
            }
            _ => value(quantile(values, 0.95)),
        },
        values.len().to_string(),
        value(reach),
        value(stretch),
        result.to_owned(),
    ]
}

fn shown(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Milliseconds if value.abs() < 100.0 => format!("{value:.1} ms"),
        Unit::Milliseconds => format!("{value:.0} ms"),
        Unit::Mos => format!("{value:.2}"),
        Unit::PercentOfCore => format!("{value:.1} %"),
        Unit::Times => format!("{value:.0}"),
        Unit::Ssim => format!("{value:.3}"),
        Unit::PerSecond => format!("{value:.1}/s"),
        Unit::MegabytesPerSecond => format!("{value:.0} MB/s"),
        Unit::Mebibytes => format!("{value:.1} MiB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_line_for_each_figure_and_a_sentence_for_what_is_missing() {
        let figure = |name: &str, values| Figure::new(name, Unit::Milliseconds, Judged::P95, values);
        let report = Report {
            figures: vec![
                figure("key-down", vec![4.0, 6.0]).with_goal(Goal::new(15.0, 5.0)).with_note("own clock"),
                figure("PulseAudio", vec![]),
            ],
            failures: vec![("quality", "No Python.".to_owned())],
            how: String::new(),
        };
        let machine = Machine { date: "2026-01-01".into(), cores: 2, ..Machine::default() };
        let text = table(&report, &machine);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("2026-01-01, "), "{text}");
        assert_eq!(lines[4], "| key-down   | 6.0 ms (p95) | 4.0 ms | 6.0 ms | 2       | 15.0 ms | 5.0 ms  | reached |");
        assert_eq!(lines[5], "| PulseAudio | – (p95)      | –      | –      | 0       | –       | –       | –       |");
        assert!(text.ends_with("- key-down: own clock.\n\nNot measured: quality. No Python.\n"), "{text}");
    }

    #[test]
    fn values_have_as_many_digits_as_they_are_worth() {
        let cases = [
            (Unit::Milliseconds, 4.26, "4.3 ms"),
            (Unit::Milliseconds, 812.7, "813 ms"),
            (Unit::Mos, 3.456, "3.46"),
            (Unit::PercentOfCore, 1.55, "1.6 %"),
            (Unit::Times, 3.0, "3"),
            (Unit::Ssim, 0.94321, "0.943"),
            (Unit::PerSecond, 29.97, "30.0/s"),
        ];
        for (unit, value, text) in cases {
            assert_eq!(shown(unit, value), text);
        }
    }
}
