//! Figures as people and machines read them.

mod json;
mod machine;
mod table;

use crate::statistics::{mean, quantile};
use anyhow::Result;
use std::path::Path;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    /// Mean opinion score, 1 to 4.64.
    Mos,
    /// Share of one processor core.
    PercentOfCore,
    Times,
    /// Structural similarity, 0 to 1.
    Ssim,
    /// Pictures in a second.
    PerSecond,
    /// Millions of bytes in a second.
    MegabytesPerSecond,
    /// 1024 × 1024 bytes.
    Mebibytes,
}

/// Which of a figure's values is held against its goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    P95,
    Mean,
    Max,
}

/// What a figure is to come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Goal {
    pub(crate) reach: f64,
    /// What to try for then.
    pub(crate) stretch: Option<f64>,
}

/// How a figure stands to its goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Stretch,
    Reached,
    Missed,
}

/// One measured figure.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) judged: Judged,
    pub(crate) values: Vec<f64>,
    /// Without one, the figure is told to compare with.
    pub(crate) goal: Option<Goal>,
    /// What one must know to read it.
    pub(crate) notes: Vec<String>,
}

/// Figures, and those that could not be measured with the reason.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) figures: Vec<Figure>,
    pub(crate) failures: Vec<(&'static str, String)>,
    /// How it was measured: what was asked for on the command line.
    pub(crate) how: String,
}

impl Goal {
    pub(crate) const fn new(reach: f64, stretch: f64) -> Self {
        Self { reach, stretch: Some(stretch) }
    }

    pub(crate) const fn only(reach: f64) -> Self {
        Self { reach, stretch: None }
    }
}

impl Figure {
    pub(crate) fn new(name: &str, unit: Unit, judged: Judged, values: Vec<f64>) -> Self {
        Self { name: name.to_owned(), unit, judged, values, goal: None, notes: vec![] }
    }

    pub(crate) fn with_goal(self, goal: Goal) -> Self {
        Self { goal: Some(goal), ..self }
    }

    pub(crate) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The value that is held against the goal.
    pub(crate) fn judged_value(&self) -> Option<f64> {
        match self.judged {
            Judged::P95 => quantile(&self.values, 0.95),
            Judged::Mean => mean(&self.values),
            Judged::Max => quantile(&self.values, 1.0),
        }
    }

    /// `None` where there is no goal or no value.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        let (value, Goal { reach, stretch }) = (self.judged_value()?, self.goal?);
        let meets = |goal: f64| if self.unit.more_is_better() { value >= goal } else { value <= goal };
        Some(match stretch {
            Some(stretch) if meets(reach) && meets(stretch) => Verdict::Stretch,
            _ if meets(reach) => Verdict::Reached,
            _ => Verdict::Missed,
        })
    }
}

impl Unit {
    const fn more_is_better(self) -> bool {
        matches!(self, Self::Mos | Self::Ssim | Self::PerSecond | Self::MegabytesPerSecond)
    }
}

impl Report {
    /// The table for people, in Markdown.
    pub(crate) fn table(&self) -> String {
        table::table(self, &machine::Machine::this())
    }

    /// Writes the figures with all their values for machines.
    pub(crate) fn write_json(&self, path: &Path) -> Result<()> {
        json::write(self, &machine::Machine::this(), path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_judged_by_its_own_measure_and_direction() {
        let times = Figure::new("x", Unit::Milliseconds, Judged::P95, (1..=100).map(f64::from).collect());
        for (goal, verdict) in [
            (Goal::new(94.0, 50.0), Verdict::Missed),
            (Goal::new(95.0, 50.0), Verdict::Reached),
            (Goal::new(200.0, 95.0), Verdict::Stretch),
            (Goal::only(95.0), Verdict::Reached),
        ] {
            assert_eq!(times.clone().with_goal(goal).verdict(), Some(verdict), "{goal:?}");
        }
        let quality = Figure::new("x", Unit::Mos, Judged::Mean, vec![3.0, 4.0]);
        for (goal, verdict) in [
            (Goal::new(3.6, 4.0), Verdict::Missed),
            (Goal::new(3.5, 4.0), Verdict::Reached),
            (Goal::new(3.0, 3.5), Verdict::Stretch),
        ] {
            assert_eq!(quality.clone().with_goal(goal).verdict(), Some(verdict), "{goal:?}");
        }
        assert_eq!(times.verdict(), None);
        let nothing = Figure { values: vec![], ..times };
        assert_eq!(nothing.with_goal(Goal::only(1.0)).verdict(), None);
    }
}
