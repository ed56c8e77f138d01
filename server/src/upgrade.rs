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
use crate::database::{self, BackupError, remove_if_there};

/// Nothing is changed for so long before an opening: time to go back and to look for what was wrong.
const BEFORE_OPENING: TimeDelta = TimeDelta::minutes(60);

/// Nor for so long after it: then the rush is over, and who was told that it failed has come again.
const AFTER_OPENING: TimeDelta = TimeDelta::minutes(15);

/// How long the copy from before an upgrade is kept. It is a whole database, and still holds whom the centre has erased
/// since; what is to be destroyed must be gone within five days (표준 개인정보 보호지침 제10조). By then it is known whether
/// the release stays.
pub const COPY_KEPT: TimeDelta = TimeDelta::days(5);

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
        "Nothing was changed: {release} doesn't say that it could come back after this upgrade ({why}). Take a release \
         between them into use first; --no-way-back does without."
    )]
    NoWayBack { release: String, why: String },
    #[error("Nothing was changed: there is no release before this one.")]
    NothingBefore,
    #[error("Nothing was changed: {release} can't work on the database as it is: {why}. {copy}")]
    Unfit { release: String, why: String, copy: String },
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

    /// Makes a link lead here.
    fn link(&self, link: Link) -> Result<(), UpgradeError> {
        let path = self.path(link);
        lead(&path, self.name.as_ref()).map_err(|cause| UpgradeError::File { path, cause })
    }

    /// Whether a link that is there can be made to lead elsewhere, found out by making it lead where it does.
    fn try_link(&self, link: Link) -> Result<(), UpgradeError> {
        let path = self.path(link);
        let led = path.read_link().and_then(|target| lead(&path, &target));
        led.map_err(|cause| UpgradeError::File { path, cause })
    }

    /// Asks the release itself whether it can work on a database once these migrations are done there too, and why it
    /// can't. Only the release knows what it knows: the database may have been at a later one before.
    fn check(&self, database: &Database, pending: &[String]) -> Result<(), String> {
        let url = match database {
            Database::Sqlite(path) => path.as_os_str().to_owned(),
            Database::Postgres(url) => url.into(),
        };
        let program = self.releases.join(&self.name).join("server");
        let asked = Command::new(&program).arg("check").args(pending).env("DATABASE_URL", url).output();
        match asked {
            Ok(said) if said.status.success() => Ok(()),
            Ok(said) => Err(first_line(&said.stderr).unwrap_or_else(|| said.status.to_string())),
            Err(cause) => Err(format!("{}: {cause}", program.display())),
        }
    }

    fn name(&self) -> String {
        self.name.to_string_lossy().into_owned()
    }
}

/// Makes a link lead to a target in one step: whoever follows it comes to where it led, or there.
fn lead(link: &Path, target: &Path) -> io::Result<()> {
    let new = link.with_extension("new");
    remove_if_there(&new)?;
    symlink(target, &new)?;
    std::fs::rename(&new, link)
}

/// The rest would be how to call a program that doesn't know what it was asked.
fn first_line(said: &[u8]) -> Option<String> {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.trim_end_matches('.').to_owned())
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
    let applied = database::check(&connection, &[]).await?;
    let pending = database::pending(&applied);
    let current = release.linked(Link::Current)?;
    if pending.is_empty() && current.as_ref().is_some_and(|current| current.name == release.name) {
        return Ok(format!("{} is in use already.", release.name()));
    }
    if !applied.is_empty() {
        refuse_near_opening(&connection, clock, insisting.even_now).await?;
        let before = current.as_ref().filter(|current| current.name != release.name);
        if !insisting.no_way_back {
            refuse_without_way_back(before, database, &pending, &applied)?;
        }
    }
    // Once the schema is today's it would be late to learn it.
    if current.is_some() {
        release.try_link(Link::Current)?;
    }
    // Where an upgrade goes on that ended halfway, the copy is of what was before it.
    if !pending.is_empty() {
        copy_first(database, data, clock).await?;
        database::migrate(&connection).await?;
    }
    let copy = copy_path(data);
    let done = match copy.exists() {
        true => format!(
            "The schema is today's; the database before its last change is {}, for {} days.",
            copy.display(),
            COPY_KEPT.num_days()
        ),
        false => "The schema is today's.".to_owned(),
    };
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
    if let Err(why) = before.check(database, &[]) {
        let copy = match copy.exists() {
            true => format!(
                "The copy from before the upgrade is {}; whoever puts that in its place loses what came after it ({since}).",
                copy.display()
            ),
            false => "There is no copy from before the upgrade any more.".to_owned(),
        };
        return Err(UpgradeError::Unfit { release: before.name(), why, copy });
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

/// Asks the release that would have to come back. Where there is none to ask, as in a container, what it knows is taken
/// to be what the database has seen.
fn refuse_without_way_back(
    before: Option<&Release>,
    database: &Database,
    pending: &[String],
    applied: &[String],
) -> Result<(), UpgradeError> {
    let (release, why) = match before {
        Some(before) => (before.name(), before.check(database, pending).err()),
        None => ("The release before".into(), database::unfit(pending, applied)),
    };
    why.map_or(Ok(()), |why| Err(UpgradeError::NoWayBack { release, why }))
}

/// There is one, as there is one way back: copies hold what was erased since.
fn copy_path(data: &Path) -> PathBuf {
    data.join("before-upgrade.copy")
}

/// Copies the database to where the last upgrade's copy is, once it is known that the new one can be read. What failed
/// leaves no copy lying.
async fn copy_first(database: &Database, data: &Path, clock: &Clock) -> Result<(), UpgradeError> {
    let (begun, path) = (clock.now(), copy_path(data));
    let new = path.with_extension("new");
    let file = |cause| UpgradeError::File { path: new.clone(), cause };
    // From an upgrade that was killed.
    remove_if_there(&new).map_err(file)?;
    let copied = async {
        database::backup(database, &new).await?;
        database::read_copy(database, &new).await?;
        // What came while it was being made may not be in it.
        let stamped = File::options().write(true).open(&new).and_then(|it| it.set_modified(begun.into()));
        stamped.and_then(|()| std::fs::rename(&new, &path)).map_err(file)
    };
    let copied = copied.await;
    if copied.is_err() {
        remove_if_there(&new).map_err(file)?;
    }
    copied
}

/// Removes the copy from before the last upgrade, and what a killed upgrade left of one, once they have been kept long
/// enough.
pub fn remove_old_copy(data: &Path, clock: &Clock) -> io::Result<()> {
    let path = copy_path(data);
    for copy in [path.with_extension("new"), path] {
        match copy.metadata().and_then(|it| it.modified()) {
            Ok(made) if clock.now() - DateTime::<Utc>::from(made) < COPY_KEPT => {}
            Ok(_) => remove_if_there(&copy)?,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_container_a_release_that_takes_away_what_the_database_knows_nothing_of_is_refused() {
        let applied = ["m0001_person".to_owned(), "m0002_contact".to_owned()];
        let tried = |names: &[&str]| {
            let pending: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            refuse_without_way_back(None, &Database::Sqlite("centre.db".into()), &pending, &applied)
        };
        assert!(tried(&["m0003_letter", "m0004_no_fax_after_m0002"]).is_ok());
        let refused = tried(&["m0003_letter", "m0004_no_fax_after_m0003"]).unwrap_err().to_string();
        assert!(refused.contains("m0004_no_fax_after_m0003"), "{refused}");
    }
}
