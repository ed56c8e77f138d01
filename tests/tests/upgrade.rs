//! A new release comes into use in a quiet hour and not shortly before an opening, the way back loses nothing, and what
//! fails changes nothing.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use domain::account::SignedIn;
use domain::centre::Centre;
use domain::clock::Clock;
use domain::course::entity::run;
use domain::registration::{Choice, store};
use domain::seoul;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait};
use server::config::Database;
use server::database;
use server::upgrade::{self, COPY_KEPT, Insisting, Release, UpgradeError};
use tests::house::House;
use tests::programme::{Dates, add_people, add_room, add_run};
use tests::{Engine, Tables};
use uuid::Uuid;

use crate::rush;
use crate::rush::{SERVER, check_integrity};

/// Two releases beside each other, of which the old one is in use, and a database with a run.
struct Office {
    house: House,
    releases: PathBuf,
}

impl Office {
    /// The old release can work on whatever the database becomes, unless a test replaces it.
    fn new(engine: Engine) -> Self {
        let house = House::new(engine);
        let releases = house.folder().join("releases");
        let office = Self { house, releases };
        fs::create_dir_all(office.releases.join("new")).unwrap();
        fs::create_dir_all(office.releases.join("old")).unwrap();
        office.old_release_is("true");
        symlink("old", office.releases.join("current")).unwrap();
        office
    }

    /// Its `server check` succeeds or fails, as this program does.
    fn old_release_is(&self, program: &str) {
        let server = self.releases.join("old/server");
        drop(fs::remove_file(&server));
        symlink(format!("/bin/{program}"), server).unwrap();
    }

    /// Its `server` is this script. Another process writes it, since one of ours cannot be started while it may be open
    /// for writing in a child of another test.
    fn old_release_does(&self, script: &str) {
        let (made, server) = (self.house.folder().join("script"), self.releases.join("old/server"));
        fs::write(&made, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::remove_file(&server).unwrap();
        assert!(
            Command::new("install").args(["-m", "755"]).arg(&made).arg(&server).status().unwrap().success()
        );
    }

    fn in_use(&self) -> PathBuf {
        self.releases.join("current").read_link().unwrap()
    }

    fn copy(&self) -> PathBuf {
        self.house.folder().join("before-upgrade.copy")
    }

    fn half_copy(&self) -> PathBuf {
        self.copy().with_extension("new")
    }

    fn copy_is_old(&self, age: TimeDelta) {
        let copy = File::options().write(true).open(self.copy()).unwrap();
        copy.set_modified((Utc::now() - age).into()).unwrap();
    }

    async fn upgrade(&self, insisting: Insisting) -> Result<String, UpgradeError> {
        let (release, clock) = (self.new_release(), Clock::new(Utc::now));
        let (database, data) = (self.house.database(), self.house.folder());
        upgrade::upgrade(database, data, &clock, &release, insisting).await
    }

    async fn back(&self) -> Result<String, UpgradeError> {
        let (release, clock) = (self.new_release(), Clock::new(Utc::now));
        upgrade::back(self.house.database(), self.house.folder(), &clock, &release, false).await
    }

    fn new_release(&self) -> Release {
        Release::in_folder(&self.releases.join("new")).unwrap()
    }

    /// A run with one place that opens so many minutes from now.
    async fn opens_in(&self, minutes: i64) -> Uuid {
        self.house
            .look(async |centre| {
                let now = Utc::now();
                let mut dates = Dates::on(seoul::day(now + TimeDelta::days(30)), now);
                dates.apply_from = now + TimeDelta::minutes(minutes);
                let room = add_room(centre, "room", 1).await;
                add_run(centre, "P21-014", Some(room), dates, |run| run.capacity = 1).await
            })
            .await
    }

    async fn moves(&self, run: Uuid, minutes: i64) {
        let opens = Utc::now() + TimeDelta::minutes(minutes);
        self.house
            .look(async |centre| {
                let row =
                    run::ActiveModel { id: Set(run), apply_from: Set(Some(opens)), ..Default::default() };
                row.update(centre.database()).await.unwrap();
            })
            .await;
    }

    async fn book(&self, run: Uuid) {
        self.house.look(async |centre| apply(centre, run).await).await;
    }

    /// The schema as the old release left it: without the table `access`.
    async fn is_old(&self) {
        self.execute("DELETE FROM seaql_migrations WHERE version = 'm0006_access'").await;
        self.execute("DROP TABLE access").await;
        self.execute(match self.house.engine() {
            Engine::Sqlite => "DROP TRIGGER audit_append_only",
            Engine::Postgres => "DROP FUNCTION refuse_update CASCADE",
        })
        .await;
    }

    async fn execute(&self, sql: &str) {
        self.house
            .look(async |centre| centre.database().execute_unprepared(sql).await.map(drop))
            .await
            .expect(sql);
    }

    async fn tables(&self) -> Tables {
        self.house.look(async |centre| Tables::read(centre.database()).await).await
    }

    async fn migrations(&self) -> Vec<String> {
        self.house.look(async |centre| migrations::applied(centre.database()).await.unwrap()).await
    }

    /// Everything that a refusal must leave alone.
    async fn all(&self) -> (PathBuf, Tables, Vec<String>) {
        (self.in_use(), self.tables().await, self.migrations().await)
    }
}

fn mode(file: &Path) -> u32 {
    file.metadata().unwrap().mode() & 0o777
}

async fn apply(centre: &Centre, run: Uuid) {
    let person = add_people(centre, 1).await[0];
    let who = SignedIn::of_session(centre, person).await.unwrap().unwrap();
    store::apply(centre, &who, run, Choice::Any, centre.clock().id()).await.unwrap();
}

/// Makes each promise two tests, one on each database.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($office:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn promise($office: Office) $body

            #[test]
            fn sqlite() {
                rush::run(async { promise(Office::new(Engine::Sqlite)).await });
            }

            #[test]
            fn postgres() {
                rush::run(async { promise(Office::new(Engine::Postgres)).await });
            }
        }
    )+};
}

on_both! {
    async fn in_a_quiet_hour_the_new_release_comes_into_use_and_the_way_back_keeps_what_was_booked(office) {
        let run = office.opens_in(-60).await;
        office.is_old().await;
        let old = office.migrations().await;
        office.book(run).await;

        let said = office.upgrade(Insisting::default()).await.unwrap();
        assert!(said.contains("new is in use instead of old"), "{said}");
        assert_eq!((office.in_use(), office.migrations().await.len()), (PathBuf::from("new"), old.len() + 1));
        assert_eq!(mode(&office.copy()), 0o600, "it is everybody's data");
        let copy = House::restored(office.house.engine(), &office.copy());
        copy.look(async |centre| {
            check_integrity(centre).await;
            assert_eq!(migrations::applied(centre.database()).await.unwrap(), old, "the copy is of before");
            assert_eq!(Tables::read(centre.database()).await.count("application"), 1);
        }).await;

        office.book(run).await;
        let after = office.tables().await;
        let said = office.back().await.unwrap();
        assert!(said.contains("since the upgrade: 1") && said.contains("old is in use"), "{said}");
        assert_eq!(office.in_use(), Path::new("old"));
        after.assert_same(&office.tables().await);

        let none = office.back().await.unwrap_err();
        assert!(matches!(none, UpgradeError::NothingBefore), "{none}");
        let said = office.upgrade(Insisting::default()).await.unwrap();
        assert!(said.contains("new is in use instead of old"), "{said}");
        let said = office.upgrade(Insisting::default()).await.unwrap();
        assert!(said.contains("in use already"), "{said}");
        assert_eq!(office.back().await.map(drop).ok(), Some(()), "a second upgrade is no way back to itself");
    }

    async fn shortly_before_and_after_an_opening_nothing_is_changed_unless_somebody_insists(office) {
        let run = office.opens_in(30).await;
        office.is_old().await;
        let before = office.all().await;
        for minutes in [30, 59, 0, -14] {
            office.moves(run, minutes).await;
            let refused = office.upgrade(Insisting::default()).await.unwrap_err();
            assert!(matches!(&refused, UpgradeError::Opening { code, .. } if code == "P21-014"), "{refused}");
            assert!(!office.copy().exists());
        }
        office.moves(run, 30).await;
        assert_eq!(office.in_use(), before.0);
        assert_eq!(office.migrations().await, before.2);

        office.upgrade(Insisting { even_now: true, ..Insisting::default() }).await.unwrap();
        assert_eq!(office.in_use(), Path::new("new"));
        let refused = office.back().await.unwrap_err();
        assert!(matches!(refused, UpgradeError::Opening { .. }), "{refused}");
        assert_eq!(office.in_use(), Path::new("new"));

        for quiet in [61, -16] {
            office.moves(run, quiet).await;
            office.back().await.unwrap();
            office.upgrade(Insisting::default()).await.unwrap();
        }
        office.moves(run, 30).await;
        office.execute("UPDATE run SET state = 'draft'").await;
        office.back().await.unwrap();
    }

    async fn an_upgrade_that_fails_leaves_the_old_release_in_use_and_the_database_as_it_was(office) {
        office.opens_in(-60).await;
        office.is_old().await;
        // The last one meets its own table, after the first has made its.
        office.execute("DELETE FROM seaql_migrations WHERE version = 'm0007_revision'").await;
        let before = office.all().await;
        let failed = office.upgrade(Insisting::default()).await.unwrap_err();
        assert!(matches!(failed, UpgradeError::Database(_)), "{failed}");
        assert_eq!(office.all().await, before);
        assert!(matches!(office.back().await, Err(UpgradeError::NothingBefore)));
    }

    async fn without_a_copy_that_can_be_read_nothing_is_changed(office) {
        office.opens_in(-60).await;
        office.is_old().await;
        let before = office.all().await;
        fs::create_dir(office.half_copy()).unwrap();
        let failed = office.upgrade(Insisting::default()).await.unwrap_err();
        assert!(matches!(failed, UpgradeError::File { .. }), "{failed}");
        fs::remove_dir(office.half_copy()).unwrap();
        fs::create_dir(office.copy()).unwrap();
        let failed = office.upgrade(Insisting::default()).await.unwrap_err();
        assert!(matches!(failed, UpgradeError::File { .. }), "{failed}");
        assert!(!office.half_copy().exists(), "what failed is left lying");
        assert_eq!(office.all().await, before);

        let nothing = match office.house.database() {
            Database::Sqlite(path) => {
                let garbage = path.with_extension("garbage");
                fs::write(&garbage, "garbage".repeat(1_000)).unwrap();
                Database::Sqlite(garbage)
            }
            Database::Postgres(url) => Database::Postgres(format!("{url}_that_is_not_there")),
        };
        let file = office.house.folder().join("file");
        database::backup(&nothing, &file).await.unwrap_err();
        assert!(!file.exists(), "what failed is left lying");

        let half = office.house.folder().join("half");
        database::backup(office.house.database(), &half).await.unwrap();
        assert_eq!(mode(&half), 0o600, "it is everybody's data");
        database::read_copy(office.house.database(), &half).await.unwrap();
        let whole = fs::read(&half).unwrap();
        fs::write(&half, &whole[..whole.len() / 2]).unwrap();
        assert!(database::read_copy(office.house.database(), &half).await.is_err());
    }

    async fn a_release_that_could_not_come_back_is_not_replaced_unless_somebody_insists(office) {
        office.opens_in(-60).await;
        office.is_old().await;
        let before = office.all().await;
        let refused = async || {
            let refused = office.upgrade(Insisting::default()).await.unwrap_err();
            assert!(matches!(&refused, UpgradeError::NoWayBack { release, .. } if release == "old"), "{refused}");
            refused.to_string()
        };
        office.old_release_is("false");
        assert!(refused().await.contains("--no-way-back"));
        office.old_release_does("printf 'unrecognized: check\\n\\nUsage: …\\n' >&2; exit 2");
        assert!(refused().await.contains("(unrecognized: check)"));
        fs::remove_file(office.releases.join("old/server")).unwrap();
        assert!(refused().await.contains("old/server"));
        assert_eq!(office.all().await, before);
        assert!(!office.copy().exists());

        office.upgrade(Insisting { no_way_back: true, ..Insisting::default() }).await.unwrap();
        assert_eq!(office.in_use(), Path::new("new"));
    }

    async fn the_release_in_use_is_asked_about_what_would_be_changed(office) {
        office.opens_in(-60).await;
        office.is_old().await;
        office.old_release_does("test \"$*\" = 'check m0006_access'");
        office.upgrade(Insisting::default()).await.unwrap();
        assert_eq!(office.in_use(), Path::new("new"));
    }

    async fn where_the_new_release_cannot_be_made_the_one_in_use_nothing_is_changed(office) {
        office.opens_in(-60).await;
        office.is_old().await;
        let before = office.all().await;
        fs::create_dir(office.releases.join("current.new")).unwrap();
        let failed = office.upgrade(Insisting::default()).await.unwrap_err();
        assert!(matches!(&failed, UpgradeError::File { path, .. } if path.ends_with("current")), "{failed}");
        assert_eq!(office.all().await, before);
        assert!(!office.copy().exists());
    }

    async fn the_copy_does_not_outlive_what_is_erased(office) {
        office.opens_in(-60).await;
        office.is_old().await;
        office.upgrade(Insisting::default()).await.unwrap();
        fs::write(office.half_copy(), "from an upgrade that was killed").unwrap();
        office.copy_is_old(COPY_KEPT - TimeDelta::minutes(1));
        upgrade::remove_old_copy(office.house.folder(), &Clock::new(Utc::now)).unwrap();
        assert!(office.copy().exists() && office.half_copy().exists());
        upgrade::remove_old_copy(office.house.folder(), &Clock::new(|| Utc::now() + COPY_KEPT)).unwrap();
        assert!(!office.copy().exists() && !office.half_copy().exists());

        fs::write(office.copy(), "a copy").unwrap();
        office.copy_is_old(COPY_KEPT);
        let _served = office.house.serve(SERVER).await;
        let gone = async {
            while office.copy().exists() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), gone).await.expect("a running server removes it");
        office.old_release_is("false");
        let said = office.back().await.unwrap_err().to_string();
        assert!(said.contains("no copy from before the upgrade"), "{said}");
    }

    async fn a_release_that_cannot_work_on_the_database_does_not_come_back(office) {
        let run = office.opens_in(-60).await;
        office.is_old().await;
        office.upgrade(Insisting::default()).await.unwrap();
        office.book(run).await;
        office.old_release_is("false");
        let before = office.all().await;
        let said = office.back().await.unwrap_err().to_string();
        assert!(said.contains("since the upgrade: 1") && said.contains("before-upgrade.copy"), "{said}");
        assert_eq!(office.all().await, before);
    }

    async fn a_release_works_on_the_schema_of_the_next_unless_that_took_away_what_it_needs(office) {
        let later = async |name: &str| {
            let connection = database::connect(office.house.database()).await.unwrap();
            let foretold = database::check(&connection, &[name.to_owned()]).await;
            let insert = format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{name}', 0)");
            office.execute(&insert).await;
            let (check, migrate) = (database::check(&connection, &[]).await, database::migrate(&connection).await);
            assert_eq!((foretold.is_ok(), check.is_ok()), (migrate.is_ok(), migrate.is_ok()));
            connection.close().await.unwrap();
            migrate.is_ok()
        };
        assert!(later("m9998_letter").await);
        office.is_old().await;
        assert!(later("m9999_no_fax_after_m0007").await, "and does there what is its own to do");
        assert!(office.migrations().await.contains(&"m0006_access".to_owned()));
        assert!(!later("m9999_no_fax_after_m9998").await);
    }
}
