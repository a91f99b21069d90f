//! The figures for machines: every value, unrounded.

use super::{Figure, Judged, Report, Unit, Verdict, machine::Machine};
use crate::statistics::quantile;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{fs, path::Path};

pub(super) fn write(report: &Report, machine: &Machine, path: &Path) -> Result<()> {
    let text = format!("{:#}\n", object(report, machine));
    fs::write(path, text).with_context(|| format!("{} can't be written", path.display()))
}

fn object(report: &Report, machine: &Machine) -> Value {
    let Machine { date, commit, build, processor, cores, system, load } = machine;
    let failures = report.failures.iter().map(|(name, reason)| json!({"name": name, "reason": reason}));
    json!({
        "date": date, "commit": commit, "build": build,
        "machine": {"processor": processor, "cores": cores, "system": system, "load": load},
        "figures": report.figures.iter().map(figure).collect::<Vec<_>>(),
        "not_measured": failures.collect::<Vec<_>>(),
    })
}

fn figure(figure: &Figure) -> Value {
    let unit = match figure.unit {
        Unit::Milliseconds => "ms",
        Unit::Mos => "mos",
        Unit::PercentOfCore => "percent_of_core",
        Unit::Times => "times",
        Unit::Ssim => "ssim",
        Unit::PerSecond => "per_second",
        Unit::MegabytesPerSecond => "megabytes_per_second",
        Unit::Mebibytes => "mebibytes",
    };
    let judged = match figure.judged {
        Judged::P95 => "p95",
        Judged::Mean => "mean",
        Judged::Max => "max",
    };
    let result = figure.verdict().map(|verdict| match verdict {
        Verdict::Stretch => "stretch",
        Verdict::Reached => "reached",
        Verdict::Missed => "missed",
    });
    json!({
        "name": figure.name, "unit": unit, "judged": judged, "value": figure.judged_value(),
        "p50": quantile(&figure.values, 0.5), "p95": quantile(&figure.values, 0.95),
        "reach": figure.goal.map(|goal| goal.reach), "try_for": figure.goal.and_then(|goal| goal.stretch),
        "result": result, "notes": figure.notes, "values": figure.values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Goal;

    #[test]
    fn a_figure_is_told_with_its_goal_and_all_values() {
        let figure = Figure::new("grant", Unit::Milliseconds, Judged::P95, vec![1.5, 2.5]);
        let report = Report { figures: vec![figure.with_goal(Goal::only(2.0))], ..Report::default() };
        let object = object(&report, &Machine::default());
        let told = &object["figures"][0];
        assert_eq!((&told["value"], &told["result"]), (&json!(2.5), &json!("missed")));
        assert_eq!((&told["try_for"], &told["values"]), (&Value::Null, &json!([1.5, 2.5])));
    }
}
