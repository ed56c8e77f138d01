//! Taking a new release into use in a quiet hour, and the way back.
//!
//! Releases lie beside each other in one folder. Two links there say which is in use: `current`, and `before` for the way
//! back. The way back leaves the database as it is, so that nothing is lost that was booked in between: a release can live
//! with the schema of the next one (`migrations/src/fit.rs`), and an upgrade after which it couldn't is refused.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use domain::course::store::find_opening;
use domain::registration::entity::application_event;
use domain::seoul;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use thiserror::Error;

use crate::config::Database;
use crate::database::{self, BackupError};

/// Nothing is changed for so long before an opening: time to go back and to look for what was wrong.
const BEFORE_OPENING: TimeDelta = TimeDelta::minutes(60);

/// Nor for so long after it: then the rush is over, and who was told that it failed has come again.
const AFTER_OPENING: TimeDelta = TimeDelta::minutes(15);

/// What every sentence ends in after which the operator has something left to do.
const RESTART: &str = "Now restart the server: systemctl restart learning-centre";

#[derive(Debug, Error)]
pub enum UpgradeError {
    #[error(
        "Nothing was changed: {code} opens for applications at {at}. From {before} minutes before an opening until \
         {after} minutes after it, only --even-now changes anything.",
        at = seoul::wall(*.at).format("%Y-%m-%d %H:%M"),
        before = BEFORE_OPENING.num_minutes(),
        after = AFTER_OPENING.num_minutes()
    )]
    Opening { code: String, at: DateTime<Utc> },
    #[error(
        "Nothing was changed: after {migration} the release before can't be used any more. Take a release between them \
         into use first. --no-way-back does without."
    )]
    NoWayBack { migration: String },
    #[error("Nothing was changed: there is no release before this one.")]
    NothingBefore,
    #[error(
        "Nothing was changed: {release} can't work on the database as it is: {why}. The copy from before the upgrade is \
         {copy}; whoever puts that in its place loses what came after it ({since})."
    )]
    Unfit { release: String, why: String, copy: String, since: String },
    #[error("Nothing was changed: no copy could be made first: {0}")]
    Copy(#[from] BackupError),
    #[error("Nothing was changed: {0}")]
    Database(#[from] DbErr),
    #[error("{}: {cause}; `current` leads where it did", .path.display())]
    File { path: PathBuf, cause: io::Error },
}

/// What the operator insists on at an upgrade.
#[derive(Clone, Copy, Debug, Default)]
pub struct Insisting {
    pub even_now: bool,
    pub no_way_back: bool,
}

/// One release among those installed: a folder with `server` and `site/`.
pub struct Release {
    releases: PathBuf,
    name: OsString,
}

/// Which link in the folder of releases.
#[derive(Clone, Copy)]
enum Link {
    Current,
    Before,
}

impl Release {
    /// The one that this program is of.
    pub fn own() -> io::Result<Self> {
        let program = std::env::current_exe()?;
        let folder = program.parent().and_then(Self::in_folder);
        folder.ok_or_else(|| io::Error::other(format!("{} lies in no release", program.display())))
    }

    pub fn in_folder(folder: &Path) -> Option<Self> {
        Some(Self { releases: folder.parent()?.to_owned(), name: folder.file_name()?.to_owned() })
    }

    fn path(&self, link: Link) -> PathBuf {
        self.releases.join(match link {
            Link::Current => "current",
            Link::Before => "before",
        })
    }

    /// The release that a link leads to; `None` where there is no such link.
    fn linked(&self, link: Link) -> Result<Option<Self>, UpgradeError> {
        let path = self.path(link);
        match path.read_link() {
            Ok(target) => Ok(target
                .file_name()
                .map(|name| Self { releases: self.releases.clone(), name: name.to_owned() })),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(UpgradeError::File { path, cause }),
        }
    }

    /// Makes a link lead here, in one step: whoever follows it comes to the old release or to this one.
    fn link(&self, link: Link) -> Result<(), UpgradeError> {
        let path = self.path(link);
        let new = path.with_extension("new");
        let made = remove_if_there(&new)
            .and_then(|()| symlink(&self.name, &new))
            .and_then(|()| std::fs::rename(&new, &path));
        made.map_err(|cause| UpgradeError::File { path, cause })
    }

    /// Asks the release itself whether it can work on a database, and why it can't.
    fn check(&self, database: &Database) -> Result<(), String> {
        let url = match database {
            Database::Sqlite(path) => path.as_os_str().to_owned(),
            Database::Postgres(url) => url.into(),
        };
        let program = self.releases.join(&self.name).join("server");
        let asked = Command::new(&program).arg("check").env("DATABASE_URL", url).output();
        match asked {
            Ok(said) if said.status.success() => Ok(()),
            Ok(said) => Err(String::from_utf8_lossy(&said.stderr).trim().to_owned()),
            Err(cause) => Err(format!("{}: {cause}", program.display())),
        }
    }

    fn name(&self) -> String {
        self.name.to_string_lossy().into_owned()
    }
}

/// Copies the database, brings it to this release's schema and makes `current` lead here. Says what was done.
///
/// The server may go on meanwhile: the release before lives with the new schema.
pub async fn upgrade(
    database: &Database,
    data: &Path,
    clock: &Clock,
    release: &Release,
    insisting: Insisting,
) -> Result<String, UpgradeError> {
    let connection = database::connect(database).await?;
    let applied = database::check(&connection).await?;
    let pending = database::pending(&applied);
    let current = release.linked(Link::Current)?;
    if pending.is_empty() && current.as_ref().is_some_and(|current| current.name == release.name) {
        return Ok(format!("{} is in use already.", release.name()));
    }
    if !applied.is_empty() {
        refuse_near_opening(&connection, clock, insisting.even_now).await?;
        refuse_without_way_back(&pending, &applied, insisting.no_way_back)?;
    }
    // Where an upgrade goes on that ended halfway, the copy is of what was before it.
    if !pending.is_empty() {
        copy_first(database, data, clock).await?;
        database::migrate(&connection).await?;
    }
    let copy = copy_path(data);
    let done = format!("The schema is today's; the database before its last change is {}.", copy.display());
    // As in a container, where the image is the release.
    let Some(current) = current else {
        return Ok(format!(
            "{done}\nThere is no link {}: start {} in the place of the release before.",
            release.path(Link::Current).display(),
            release.name()
        ));
    };
    if current.name != release.name {
        current.link(Link::Before)?;
        release.link(Link::Current)?;
    }
    Ok(format!("{done}\n{} is in use instead of {}. {RESTART}", release.name(), current.name()))
}

/// Makes `current` lead to the release before again, and leaves the database as it is. Says what was done.
pub async fn back(
    database: &Database,
    data: &Path,
    clock: &Clock,
    release: &Release,
    even_now: bool,
) -> Result<String, UpgradeError> {
    let current = release.linked(Link::Current)?.ok_or(UpgradeError::NothingBefore)?;
    let before = release.linked(Link::Before)?.ok_or(UpgradeError::NothingBefore)?;
    if before.name == current.name {
        return Err(UpgradeError::NothingBefore);
    }
    let connection = database::connect(database).await?;
    refuse_near_opening(&connection, clock, even_now).await?;
    let copy = copy_path(data);
    let since = changes_since(&connection, &copy).await?;
    if let Err(why) = before.check(database) {
        let (release, copy) = (before.name(), copy.display().to_string());
        return Err(UpgradeError::Unfit { release, why, copy, since });
    }
    before.link(Link::Current)?;
    let (before, current) = (before.name(), current.name());
    Ok(format!("{before} is in use instead of {current}. The database stays as it is ({since}). {RESTART}"))
}

async fn refuse_near_opening(
    connection: &DatabaseConnection,
    clock: &Clock,
    even_now: bool,
) -> Result<(), UpgradeError> {
    let now = clock.now();
    match find_opening(connection, now - AFTER_OPENING, now + BEFORE_OPENING).await? {
        Some((code, at)) if !even_now => Err(UpgradeError::Opening { code, at }),
        _ => Ok(()),
    }
}

/// What the release before knows is what it has done itself.
fn refuse_without_way_back(
    pending: &[String],
    applied: &[String],
    no_way_back: bool,
) -> Result<(), UpgradeError> {
    match migrations::unbearable(pending, applied) {
        Some(migration) if !no_way_back => Err(UpgradeError::NoWayBack { migration: migration.into() }),
        _ => Ok(()),
    }
}

/// There is one, as there is one way back: copies hold what was erased since.
fn copy_path(data: &Path) -> PathBuf {
    data.join("before-upgrade.copy")
}

/// Copies the database to where the last upgrade's copy is, once it is known that the new one can be read.
async fn copy_first(database: &Database, data: &Path, clock: &Clock) -> Result<PathBuf, UpgradeError> {
    let (begun, path) = (clock.now(), copy_path(data));
    let new = path.with_extension("new");
    let file = |cause| UpgradeError::File { path: new.clone(), cause };
    remove_if_there(&new).map_err(file)?;
    database::backup(database, &new).await?;
    database::read_copy(database, &new).await?;
    // What came while it was being made may not be in it.
    let stamped = File::options().write(true).open(&new).and_then(|it| it.set_modified(begun.into()));
    stamped.and_then(|()| std::fs::rename(&new, &path)).map_err(file)?;
    Ok(path)
}

/// How much happened since a copy was made, in words.
async fn changes_since(connection: &DatabaseConnection, copy: &Path) -> Result<String, DbErr> {
    let Ok(made) = copy.metadata().and_then(|it| it.modified()) else {
        return Ok("there is no copy any more, and no count of what changed".into());
    };
    let since = application_event::Column::At.gt(DateTime::<Utc>::from(made));
    let count = application_event::Entity::find().filter(since).count(connection).await?;
    Ok(format!("changes to applications since the upgrade: {count}"))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_that_takes_away_what_the_one_before_needs_is_refused_unless_somebody_insists() {
        let applied = ["m0001_person".to_owned(), "m0002_contact".to_owned()];
        let tried = |names: &[&str], no_way_back| {
            let pending: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            refuse_without_way_back(&pending, &applied, no_way_back)
        };
        assert!(tried(&["m0003_letter", "m0004_no_fax_after_m0002"], false).is_ok());
        let refused = tried(&["m0003_letter", "m0004_no_fax_after_m0003"], false).unwrap_err();
        assert!(refused.to_string().contains("m0004_no_fax_after_m0003"), "{refused}");
        assert!(tried(&["m0003_letter", "m0004_no_fax_after_m0003"], true).is_ok());
    }
}
