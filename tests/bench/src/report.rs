//! What was measured, beside what, and whether that is what was promised: a table and `target/bench.json`.

use std::path::Path;

use serde::Serialize;

use crate::Failure;

/// Where and how something was measured.
#[derive(Clone, Copy)]
pub struct Setting {
    pub bench: &'static str,
    pub database: Option<&'static str>,
    pub disk: Option<&'static str>,
}

/// What is promised of a figure's ratio, or of its value where nothing stands beside it.
#[derive(Clone, Copy)]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn number(self) -> f64 {
        match self {
            Self::AtMost(number) | Self::AtLeast(number) => number,
        }
    }

    fn is_met(self, by: f64) -> bool {
        match self {
            Self::AtMost(most) => by <= most,
            Self::AtLeast(least) => by >= least,
        }
    }
}

/// One figure of all rounds.
pub struct Samples {
    pub figure: &'static str,
    pub unit: &'static str,
    pub values: Vec<f64>,
    /// What was measured beside it in the same rounds, in the same unit; empty where nothing was.
    pub beside: Vec<f64>,
    pub goal: Option<Goal>,
}

impl Samples {
    pub fn alone(figure: &'static str, unit: &'static str, values: Vec<f64>) -> Self {
        Self { figure, unit, values, beside: Vec::new(), goal: None }
    }

    pub fn beside(self, beside: Vec<f64>) -> Self {
        Self { beside, ..self }
    }

    pub fn at_most(self, most: f64) -> Self {
        Self { goal: Some(Goal::AtMost(most)), ..self }
    }

    pub fn at_least(self, least: f64) -> Self {
        Self { goal: Some(Goal::AtLeast(least)), ..self }
    }
}

#[derive(Serialize)]
struct Figure {
    bench: &'static str,
    database: Option<&'static str>,
    disk: Option<&'static str>,
    figure: &'static str,
    /// The median of the rounds.
    value: f64,
    unit: &'static str,
    /// The median of what stands beside it.
    beside: Option<f64>,
    /// Value by beside.
    ratio: Option<f64>,
    goal: Option<f64>,
    met: Option<bool>,
    #[serde(skip)]
    comparison: &'static str,
}

#[derive(Default)]
pub struct Report(Vec<Figure>);

impl Report {
    pub fn add(&mut self, setting: Setting, samples: Samples) {
        let Some(value) = median(samples.values) else { return };
        let beside = median(samples.beside);
        let ratio = beside.map(|beside| value / beside);
        self.0.push(Figure {
            bench: setting.bench,
            database: setting.database,
            disk: setting.disk,
            figure: samples.figure,
            value: rounded(value, 10.0),
            unit: samples.unit,
            beside: beside.map(|beside| rounded(beside, 10.0)),
            ratio: ratio.map(|ratio| rounded(ratio, 1000.0)),
            goal: samples.goal.map(|goal| rounded(goal.number(), 1000.0)),
            met: samples.goal.map(|goal| goal.is_met(ratio.unwrap_or(value))),
            comparison: match samples.goal {
                Some(Goal::AtMost(_)) => "<=",
                Some(Goal::AtLeast(_)) => ">=",
                None => "",
            },
        });
    }

    pub fn write(&self, file: &Path) -> Result<(), Failure> {
        std::fs::write(file, format!("{}\n", serde_json::to_string_pretty(&self.0)?))?;
        Ok(())
    }

    pub fn print(&self) {
        let text = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        let lines = self.0.iter().map(|it| {
            [
                it.bench.to_owned(),
                it.database.unwrap_or_default().to_owned(),
                it.disk.unwrap_or_default().to_owned(),
                it.figure.to_owned(),
                format!("{} {}", it.value, it.unit),
                text(it.beside),
                text(it.ratio),
                it.goal.map(|goal| format!("{} {goal}", it.comparison)).unwrap_or_default(),
                match it.met {
                    Some(true) => "met".to_owned(),
                    Some(false) => "MISSED".to_owned(),
                    None => String::new(),
                },
            ]
        });
        let head = ["bench", "database", "disk", "figure", "value", "beside", "ratio", "goal", ""];
        let lines: Vec<[String; 9]> = std::iter::once(head.map(str::to_owned)).chain(lines).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 9] = std::array::from_fn(width);
        for line in &lines {
            let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
            println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
    }
}

/// The middle one; `None` of nothing.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn rounded(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}
