//! A whole site on a database of its own, with a clock that stands still.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use chrono::{DateTime, Duration, Utc};
use domain::account::{Address, Duty, PersonName, SignedIn, store as account};
use domain::centre::{Centre, Settings};
use domain::clock::Clock;
use domain::language::Language;
use domain::notice::entity::notice;
use domain::seal::Sealer;
use metrics_exporter_prometheus::PrometheusBuilder;
use sea_orm::{EntityTrait, QueryOrder};
use server::config::{Config, Database, Flags, TextGateway};
use server::notice::Outbox;
use server::session::{COOKIE, Sessions};
use server::youtube::Client;
use server::{Door, WebSettings, database};
use tempfile::TempDir;
use tokio::sync::watch;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use uuid::Uuid;
use web::ui::{Bilingual, CentreFacts};

use crate::postgres::Fresh;
use crate::{Tables, Visitor};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The time at which every site begins: a Monday morning in Seoul.
const BEGIN: &str = "2021-01-11T09:00:00+09:00";

/// Where the site believes to be reached.
pub const ORIGIN: &str = "http://127.0.0.1:3000";

/// Staff are those with an address here.
pub const STAFF_DOMAIN: &str = "office.example.org";

/// The centre's own number.
pub const PHONE: &str = "02-123-4567";

/// One site of one test.
pub struct Site {
    pub centre: Centre,
    pub engine: Engine,
    database: Database,
    app: Router,
    time: Arc<Mutex<DateTime<Utc>>>,
    numbers: AtomicU32,
    folder: TempDir,
    /// While it lives, event streams go on.
    stop: watch::Sender<bool>,
    _postgres: Option<Fresh>,
}

/// Runs one test on a fresh site; what it used is removed also when it fails.
pub fn run(engine: Engine, test: impl AsyncFnOnce(&Site)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let postgres = (engine == Engine::Postgres).then(Fresh::create);
    runtime.block_on(async {
        let site = Site::open(engine, postgres, Settings::default()).await;
        test(&site).await;
    });
}

/// The bytes of a migrated SQLite file, copied for each test.
static SQLITE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let make = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let folder = tempfile::tempdir().expect("a folder");
            let (from, to) = (Database::Sqlite(folder.path().join("a.db")), folder.path().join("b.db"));
            let connection = database::connect(&from).await.expect("connecting");
            database::migrate(&connection).await.expect("migrating");
            database::backup(&from, &to).await.expect("copying");
            std::fs::read(to).expect("reading")
        })
    };
    std::thread::spawn(make).join().expect("making the SQLite template")
});

/// A migrated database: on PostgreSQL that one, else a file in the folder.
pub(crate) fn migrated(folder: &Path, postgres: Option<&Fresh>) -> Database {
    match postgres {
        Some(fresh) => Database::Postgres(fresh.url()),
        None => {
            let path = folder.join("centre.db");
            std::fs::write(&path, &*SQLITE).expect("writing the database");
            Database::Sqlite(path)
        }
    }
}

/// With which secrets are sealed here.
pub const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn facts() -> Arc<CentreFacts> {
    Arc::new(CentreFacts {
        name: Bilingual::new("평생스마트교육장", "Lifelong Smart Learning Centre"),
        office: Bilingual::new("구청", "District Office"),
        address: Bilingual::new("어느 길 1", "1 Some Street"),
        phone: PHONE.into(),
        hours: Bilingual::new("평일 09:00~18:00", "weekdays 09:00–18:00"),
        demonstration: false,
        version: "1".into(),
    })
}

fn web_settings(folder: &Path, stopping: watch::Receiver<bool>) -> WebSettings {
    WebSettings {
        site: folder.join("site"),
        data: folder.to_owned(),
        facts: facts(),
        trusted_proxies: vec!["192.0.2.9/32".parse().expect("a network")],
        metrics_from: Vec::new(),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        door: Door::default(),
        youtube: None,
        stopping,
    }
}

fn reading(time: &Arc<Mutex<DateTime<Utc>>>) -> Clock {
    let held = time.clone();
    Clock::new(move || *held.lock().expect("the clock"))
}

impl Site {
    async fn open(engine: Engine, postgres: Option<Fresh>, settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = migrated(folder.path(), postgres.as_ref());
        let connection = database::connect(&database).await.expect("connecting");
        let time = Arc::new(Mutex::new(BEGIN.parse().expect("a time")));
        let clock = reading(&time);
        let settings = Settings {
            public_url: ORIGIN.into(),
            staff_domains: vec![STAFF_DOMAIN.into()],
            phone: PHONE.into(),
            secrets: Sealer::new(&[SECRET]).expect("a key"),
            ..settings
        };
        let centre = Centre::new(connection, clock, settings);
        let (stop, stopping) = watch::channel(false);
        let app = server::app(centre.clone(), web_settings(folder.path(), stopping));
        Self {
            centre,
            engine,
            database,
            app,
            time,
            numbers: AtomicU32::new(0),
            folder,
            stop,
            _postgres: postgres,
        }
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Another server on the same database, with connections, a writer and ids of its own.
    pub async fn another_server(&self) -> Centre {
        self.another_server_at(&self.database).await
    }

    /// The same, where it reaches the database in another way.
    pub async fn another_server_at(&self, database: &Database) -> Centre {
        let connection = database::connect(database).await.expect("connecting");
        Centre::new(connection, reading(&self.time), self.centre.settings().clone())
    }

    /// A server that seals with this key, and opens what the others have sealed.
    pub fn with_first_key(&self, key: &str) -> Centre {
        let secrets = Sealer::new(&[key, SECRET]).expect("two keys");
        let settings = Settings { secrets, ..self.centre.settings().clone() };
        Centre::new(self.centre.database().clone(), reading(&self.time), settings)
    }

    /// The same browser at another server of this site.
    pub fn at(&self, centre: &Centre, visitor: &Visitor) -> Visitor {
        let settings = web_settings(self.folder.path(), self.stop.subscribe());
        visitor.at(server::app(centre.clone(), settings))
    }

    /// Sets the clock: `site.set_time("2021-01-11T09:00:00+09:00")`.
    pub fn set_time(&self, text: &str) {
        *self.time.lock().expect("the clock") = text.parse().expect("a time like 2021-01-11T09:00:00+09:00");
    }

    pub fn advance(&self, by: Duration) {
        *self.time.lock().expect("the clock") += by;
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.centre.clock().now()
    }

    /// Somebody with a browser whom nobody knows yet.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.app.clone())
    }

    /// The same browser, at a moment when there is no room in the line of those who want a place.
    pub fn crowded(&self, visitor: &Visitor) -> Visitor {
        let web = web_settings(self.folder.path(), self.stop.subscribe());
        visitor.at(server::app(self.centre.clone(), WebSettings { door: Door::of(0, 0), ..web }))
    }

    /// The same browser at this site with a way out to YouTube.
    pub fn with_youtube(&self, visitor: &Visitor, client: Client) -> Visitor {
        let web = web_settings(self.folder.path(), self.stop.subscribe());
        visitor.at(server::app(self.centre.clone(), WebSettings { youtube: Some(Arc::new(client)), ..web }))
    }

    /// A mobile number that nobody else on this site has.
    pub fn phone(&self) -> Address {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        Address::parse_phone(&format!("0100000{number:04}")).expect("a number")
    }

    /// Adds an account with a confirmed phone.
    pub async fn person(&self, name: &str, duties: &[Duty]) -> Uuid {
        self.person_at(name, self.phone(), duties).await
    }

    /// Adds an account with this confirmed address.
    pub async fn person_at(&self, name: &str, address: Address, duties: &[Duty]) -> Uuid {
        let name = PersonName::parse(name).expect("a name");
        account::add_person_with_duties(&self.centre, name, vec![address], Language::Ko, None, duties)
            .await
            .expect("adding a person")
    }

    /// Adds a resident and signs them in at a browser of their own.
    pub async fn resident(&self, name: &str) -> Visitor {
        let person = self.person(name, &[]).await;
        self.sign_in(person).await
    }

    /// Adds somebody with one duty and signs them in.
    pub async fn sign_in_as(&self, duty: Duty) -> Visitor {
        let person = self.person(duty.as_str(), &[duty]).await;
        self.sign_in(person).await
    }

    /// A browser at which this person has signed in before.
    pub async fn sign_in(&self, person: Uuid) -> Visitor {
        let mut visitor = self.visitor();
        let data = HashMap::from([("person".to_owned(), serde_json::json!(person))]);
        let mut record = Record { id: Id::default(), data, expiry_date: time::OffsetDateTime::now_utc() };
        Sessions::new(self.centre.clone()).create(&mut record).await.expect("a session");
        visitor.person = Some(person);
        visitor.set_cookie(COOKIE, &record.id.to_string());
        visitor
    }

    /// The permission value of somebody, for calling the domain directly.
    pub async fn signed_in(&self, person: Uuid) -> SignedIn {
        let found = SignedIn::of_session(&self.centre, person).await.expect("reading the person");
        found.expect("an active person")
    }

    /// Everything in the outbox, oldest first.
    pub async fn notices(&self) -> Vec<notice::Model> {
        let all = notice::Entity::find().order_by_asc(notice::Column::Id).all(self.centre.database()).await;
        all.expect("reading the outbox")
    }

    /// Sends what is due into the site's folder, and says how many attempts that took.
    pub async fn deliver(&self) -> usize {
        let sent = self.outbox(self.config([])).deliver().await;
        sent.expect("reading and writing the outbox")
    }

    /// What lies in the folder of letters and text messages, oldest first.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join("outbox")).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().map(|path| std::fs::read_to_string(path).expect("a file")).collect()
    }

    /// A worker that sends letters to this mail server.
    pub fn outbox_by_smtp(&self, url: &str) -> Outbox {
        self.outbox(self.config([("CENTRE_SMTP".to_owned(), url.to_owned())]))
    }

    /// A worker that sends text messages to this gateway, with this key.
    pub fn outbox_by_gateway(&self, url: &str, key: &str) -> Outbox {
        // Whoever comes second finds it done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut config = self.config([]);
        config.text = Some(TextGateway {
            url: url.parse().expect("an address"),
            header: Some(("authorization".into(), key.into())),
            content_type: "application/json".into(),
            body: r#"{"to":"{to}","text":"{text}","id":"{id}"}"#.into(),
        });
        self.outbox(config)
    }

    fn config(&self, environment: impl IntoIterator<Item = (String, String)>) -> Config {
        let data = self.folder.path().to_owned();
        std::fs::create_dir_all(data.join("outbox")).expect("a folder");
        let data = Some(data.display().to_string());
        Config::read(&Flags { data, ..Flags::default() }, environment).expect("settings")
    }

    fn outbox(&self, config: Config) -> Outbox {
        Outbox::new(self.centre.clone(), facts(), &config).expect("an outbox")
    }

    /// Every row of every table, to compare before and after.
    pub async fn tables(&self) -> Tables {
        Tables::read(self.centre.database()).await
    }

    /// The site's own folder.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}
