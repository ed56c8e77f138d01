//! Bringing a programme in from the command line.

use std::fmt;
use std::path::Path;

use domain::centre::Centre;
use domain::course::file::{Act, ImportError, Problem, Report, install};
use domain::language::Language;

/// What was done, for whoever typed the command.
pub struct Done {
    report: Report,
    dry_run: bool,
}

/// Reads the file and brings it in, or only says what that would do.
pub async fn import(
    centre: &Centre,
    file: &Path,
    dry_run: bool,
) -> Result<Done, Box<dyn std::error::Error + Send + Sync>> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let act = if dry_run { Act::DryRun } else { Act::Commit };
    match install(centre, &bytes, act).await {
        Ok(report) => Ok(Done { report, dry_run }),
        Err(ImportError::Problems(problems)) => {
            let lines: Vec<String> = problems.iter().map(line).collect();
            Err(format!("Nothing was changed.\n{}", lines.join("\n")).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// A sentence as the page of the import has it, in the language of the command line.
fn line(problem: &Problem) -> String {
    let sentence = web::course::import_problem(Language::En, problem);
    match (problem.line, problem.column) {
        (0, _) => sentence,
        (line, None) => format!("line {line}: {sentence}"),
        (line, Some(column)) => format!("line {line}, {}: {sentence}", column.as_str()),
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { created, changed, unchanged, hints } = &self.report;
        let would = if self.dry_run { "would be " } else { "" };
        writeln!(
            f,
            "{} runs {would}made, {} {would}changed, {unchanged} as they were.",
            created.len(),
            changed.len()
        )?;
        for hint in hints {
            writeln!(f, "line {} {}: the window ends when the desk is shut", hint.line, hint.code)?;
        }
        Ok(())
    }
}
