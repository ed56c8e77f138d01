//! Bringing rooms, holidays and a programme in from the command line.

use std::fmt;
use std::path::Path;

use domain::centre::Centre;
use domain::course::file::{Act, ImportError, Problem, Report, install};
use domain::language::Language;
use domain::space::file as space;
use domain::space::holiday;
use domain::studio::file as studio;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Reads both files and brings rooms and seats in.
pub async fn spaces(centre: &Centre, spaces: &Path, seats: &Path) -> Result<(), Failure> {
    let (spaces, seats) = (read(spaces)?, read(seats)?);
    space::import(centre, &*spaces, &*seats)
        .await
        .map_err(|error| format!("Nothing was changed.\n{error}").into())
}

/// Reads the file and brings its holidays in; says how many it has.
pub async fn holidays(centre: &Centre, file: &Path) -> Result<usize, Failure> {
    let days = holiday::parse(&read(file)?)
        .map_err(|error| format!("Nothing was changed.\n{}: {error}", file.display()))?;
    holiday::install(centre, &days).await?;
    Ok(days.len())
}

/// Reads the file and brings its uses of the studio in.
pub async fn uses(centre: &Centre, file: &Path) -> Result<studio::Report, Failure> {
    studio::import(centre, &read(file)?)
        .await
        .map_err(|error| format!("Nothing was changed.\n{}: {error}", file.display()).into())
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// What was done, for whoever typed the command.
pub struct Done {
    report: Report,
    dry_run: bool,
}

/// Reads the file and brings its programme in, or only says what that would do.
pub async fn courses(centre: &Centre, file: &Path, dry_run: bool) -> Result<Done, Failure> {
    let bytes = read(file)?;
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
