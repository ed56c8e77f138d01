//! Settings: a flag beats an environment variable, that beats the file, that beats what is built in.
//!
//! Every key of the file can be given in each of the three ways: `mail.from` in the file, `CENTRE_MAIL__FROM` in the
//! environment, `--set mail.from=…` as a flag.
//!
//! All of them are read and checked before anything starts; a wrong one is named, and the program does not start.

mod feature;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use domain::account::Address;
use domain::centre::Settings;
use domain::seal::Sealer;
use ipnet::IpNet;
use lettre::message::Mailbox;
use serde::Deserialize;
use thiserror::Error;
use toml::{Table, Value};
use web::ui::{Bilingual, CentreFacts};

use self::feature::{AttendanceFile, BoardFile, DrawFile, LessonFile, StudioFile, SurveyFile, positive};
use crate::youtube::YoutubeSettings;
use crate::youtube::config::{self as youtube, YoutubeFile};

/// The settings on the command line: the most used by a name of their own, the others with `--set`.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// The TOML file with the other settings
    #[arg(long, global = true, env = "CENTRE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder for the database file and the outbox [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<String>,
    /// The folder of stylesheets, scripts and fonts [default: ./site]
    #[arg(long, global = true, value_name = "DIR")]
    pub site: Option<String>,
    /// The address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where people reach the site [default: http:// and the address listened on]
    #[arg(long, global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// How the log is written: text or json [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log: Option<String>,
    /// Any setting by its key in the file: --set applications_a_month=5 --set mail.from=learn@office.example.kr
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl Flags {
    fn pairs(&self) -> Result<Vec<(String, String)>, ConfigError> {
        let named = [
            ("data", &self.data),
            ("site", &self.site),
            ("listen", &self.listen),
            ("public_url", &self.public_url),
            ("log", &self.log),
        ];
        let mut pairs: Vec<(String, String)> =
            named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value.clone()?))).collect();
        for set in &self.set {
            let (key, value) = set.split_once('=').ok_or_else(|| wrong("--set", "is not like KEY=VALUE"))?;
            // Every process list shows the command line.
            if SECRETS.iter().any(|(_, secret)| *secret == key || secret.starts_with(&format!("{key}."))) {
                return Err(wrong(key, "holds a password: give it in the environment or in the file"));
            }
            pairs.push((key.to_owned(), value.to_owned()));
        }
        Ok(pairs)
    }
}

/// Environment variables with a name of their own, and the keys they stand for.
const SECRETS: [(&str, &str); 5] = [
    ("DATABASE_URL", "database_url"),
    ("CENTRE_SMTP", "mail.smtp"),
    ("CENTRE_TEXT_HEADER", "text.header"),
    ("CENTRE_YOUTUBE_SECRET", "youtube.client_secret"),
    ("CENTRE_SECRET_KEYS", "secrets.keys"),
];

/// The settings among the variables of the environment, by key. Empty ones count as unset.
fn of_environment(variables: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    let key = |name: &str| {
        let secret = SECRETS.iter().find(|(variable, _)| *variable == name).map(|(_, key)| (*key).to_owned());
        let other = || name.strip_prefix("CENTRE_").filter(|key| *key != "CONFIG" && !is_kubernetes(key));
        secret.or_else(|| other().map(|key| key.to_lowercase().replace("__", ".")))
    };
    let set = variables.into_iter().filter(|(_, value)| !value.is_empty());
    set.filter_map(|(name, value)| Some((key(&name)?, value))).collect()
}

/// What Kubernetes tells every pod of a service that is called `centre`.
fn is_kubernetes(key: &str) -> bool {
    key == "PORT" || key.starts_with("PORT_") || key.starts_with("SERVICE_")
}

/// Puts a value given as text in the place of the file's: as text, where the setting is one, else as TOML writes it,
/// else as a list with commas.
fn overlay(settings: &Table, key: &str, text: &str) -> Result<Table, ConfigError> {
    let as_toml = format!("value = {text}").parse::<Table>().ok().and_then(|mut line| line.remove("value"));
    let list = text.split(',').map(|item| Value::String(item.trim().to_owned())).collect();
    let readings = [Some(Value::String(text.to_owned())), as_toml, Some(Value::Array(list))];
    let mut why = String::new();
    for value in readings.into_iter().flatten() {
        let changed = with(settings.clone(), key, value);
        match File::deserialize(changed.clone()) {
            Ok(_) => return Ok(changed),
            Err(cause) if why.is_empty() => why = cause.message().to_owned(),
            Err(_) => {}
        }
    }
    Err(wrong(key, why))
}

fn with(mut settings: Table, key: &str, value: Value) -> Table {
    match key.split_once('.') {
        None => {
            settings.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = match settings.remove(section) {
                Some(Value::Table(inner)) => inner,
                _ => Table::new(),
            };
            settings.insert(section.to_owned(), Value::Table(with(inner, rest, value)));
        }
    }
    settings
}

/// The file as it is written; a key it doesn't know is an error.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    data: Option<PathBuf>,
    site: Option<PathBuf>,
    listen: Option<String>,
    public_url: Option<String>,
    log: Option<String>,
    database_url: Option<String>,
    trusted_proxies: Vec<String>,
    metrics_from: Vec<String>,
    staff_domains: Vec<String>,
    applications_a_month: Option<u32>,
    code_minutes: Option<u32>,
    notice_days: Option<u32>,
    phone: Option<String>,
    name: Both,
    office: Both,
    address: Both,
    hours: Both,
    mail: MailFile,
    text: Option<TextFile>,
    studio: StudioFile,
    youtube: YoutubeFile,
    secrets: SecretsFile,
    board: BoardFile,
    attendance: AttendanceFile,
    survey: SurveyFile,
    lesson: LessonFile,
    draw: DrawFile,
}

/// A text in both languages: `name = { ko = "…", en = "…" }`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Both {
    ko: Option<String>,
    en: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct MailFile {
    from: Option<String>,
    smtp: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TextFile {
    url: Option<String>,
    header: Option<String>,
    content_type: Option<String>,
    body: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SecretsFile {
    keys: Vec<String>,
}

/// Everything `server` is told, checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub data: PathBuf,
    pub site: PathBuf,
    pub listen: SocketAddr,
    pub log: LogFormat,
    pub database: Database,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Who besides this machine may read `/metrics`.
    pub metrics_from: Vec<IpNet>,
    pub mail: Mail,
    /// Without one, text messages become files.
    pub text: Option<TextGateway>,
    /// Without one, nothing is said to YouTube.
    pub youtube: Option<YoutubeSettings>,
    pub settings: Settings,
    /// What pages and letters say about the centre.
    pub facts: CentreFacts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
    /// The whole URL with its credentials.
    Postgres(String),
}

#[derive(Clone, Debug)]
pub struct Mail {
    pub from: Mailbox,
    /// `smtp://` or `smtps://` with its credentials; without it, letters become files.
    pub smtp: Option<String>,
}

/// How a text message is handed to the operator's provider: one HTTP POST.
#[derive(Clone, Debug)]
pub struct TextGateway {
    pub url: reqwest::Url,
    /// Name and value of the header that says who we are.
    pub header: Option<(String, String)>,
    pub content_type: String,
    /// With `{to}`, `{text}` and `{id}`, which are escaped as the content type asks.
    pub body: String,
}

/// Names the setting that is wrong and says why.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    #[error("{name}: {why}")]
    Wrong { name: String, why: String },
    #[error("{path}: {why}", path = path.display())]
    File { path: PathBuf, why: String },
}

pub(crate) fn wrong(name: impl Into<String>, why: impl ToString) -> ConfigError {
    ConfigError::Wrong { name: name.into(), why: why.to_string() }
}

impl Config {
    /// `environment` gives the variables of the process, of which those named `CENTRE_…` and `DATABASE_URL` are read.
    pub fn read(
        flags: &Flags,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut settings = flags.config.as_deref().map(read_file).transpose()?.unwrap_or_default();
        for (key, text) in of_environment(environment).into_iter().chain(flags.pairs()?) {
            settings = overlay(&settings, &key, &text)?;
        }
        let file = File::deserialize(settings).map_err(|cause| wrong("settings", cause.message()))?;
        let data = file.data.unwrap_or_else(|| "data".into());
        let listen = read_listen(file.listen.as_deref())?;
        let public_url = file.public_url.unwrap_or_else(|| format!("http://{listen}"));
        let public_url = read_public_url(&public_url)?;
        let defaults = Settings::default();
        let facts = CentreFacts {
            name: both(file.name, "평생스마트교육장", "Lifelong Smart Learning Centre"),
            office: both(file.office, "구청", "District Office"),
            address: both(file.address, "", ""),
            phone: file.phone.unwrap_or(defaults.phone),
            hours: both(file.hours, "평일 09:00~18:00", "weekdays 09:00–18:00"),
            demonstration: false,
            version: String::new(),
        };
        let settings = Settings {
            staff_domains: file
                .staff_domains
                .iter()
                .map(|text| read_domain(text))
                .collect::<Result<_, _>>()?,
            applications_a_month: positive(
                "applications_a_month",
                file.applications_a_month,
                defaults.applications_a_month,
            )?,
            code_minutes: positive("code_minutes", file.code_minutes, defaults.code_minutes)?,
            notice_days: positive("notice_days", file.notice_days, defaults.notice_days)?,
            studio: file.studio.read(defaults.studio)?,
            broadcast: youtube::read_allowance(&file.youtube)?,
            secrets: Sealer::new(&file.secrets.keys).map_err(|why| wrong("secrets.keys", why))?,
            board: file.board.read(defaults.board)?,
            attendance: file.attendance.read(defaults.attendance)?,
            survey: file.survey.read(defaults.survey)?,
            lesson: file.lesson.read(defaults.lesson)?,
            draw: file.draw.read(defaults.draw)?,
            phone: facts.phone.clone(),
            address: facts.address.ko.clone(),
            public_url,
            demonstration: false,
        };
        Ok(Self {
            site: file.site.unwrap_or_else(|| "site".into()),
            listen,
            log: read_log(file.log.as_deref())?,
            database: read_database(file.database_url.as_deref(), &data)?,
            data,
            trusted_proxies: read_networks("trusted_proxies", &file.trusted_proxies)?,
            metrics_from: read_networks("metrics_from", &file.metrics_from)?,
            mail: read_mail(file.mail, &settings.public_url)?,
            text: file.text.map(read_text).transpose()?,
            youtube: read_youtube(file.youtube, &file.secrets, &settings.public_url)?,
            settings,
            facts,
        })
    }

    /// The same settings for the demonstration: every page says that people and courses are made up.
    pub fn for_demonstration(mut self) -> Self {
        self.settings.demonstration = true;
        self.facts.demonstration = true;
        self.settings.staff_domains.push(crate::demo::STAFF_DOMAIN.into());
        if !self.settings.secrets.has_keys() {
            self.settings.secrets = Sealer::new(&[crate::demo::KEY]).expect("the demonstration's key");
        }
        if self.facts.phone.is_empty() {
            self.facts.phone = "02-000-0000".into();
            self.settings.phone.clone_from(&self.facts.phone);
        }
        if self.facts.address.ko.is_empty() {
            self.facts.address = Bilingual::new("어느 구 어느 길 1 (시연용 주소)", "1 Some Street (made up)");
            self.settings.address.clone_from(&self.facts.address.ko);
        }
        self
    }

    /// The folder into which letters and text messages go where nothing else is configured.
    pub fn outbox(&self) -> PathBuf {
        self.data.join("outbox")
    }
}

fn both(given: Both, ko: &str, en: &str) -> Bilingual {
    Bilingual::new(given.ko.unwrap_or_else(|| ko.into()), given.en.unwrap_or_else(|| en.into()))
}

/// The file's table, of which every key is known and of its type; else the error says in which line.
fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let error = |why: String| ConfigError::File { path: path.to_owned(), why };
    let text = std::fs::read_to_string(path).map_err(|cause| error(cause.to_string()))?;
    toml::from_str::<File>(&text).map_err(|cause| error(cause.to_string()))?;
    text.parse().map_err(|cause: toml::de::Error| error(cause.to_string()))
}

fn read_listen(text: Option<&str>) -> Result<SocketAddr, ConfigError> {
    let text = text.unwrap_or("127.0.0.1:3000");
    text.parse().map_err(|_| wrong("listen", format!("`{text}` is no address and port like 127.0.0.1:3000")))
}

fn read_log(text: Option<&str>) -> Result<LogFormat, ConfigError> {
    match text.unwrap_or("text") {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        other => Err(wrong("log", format!("`{other}` is neither `text` nor `json`"))),
    }
}

/// An origin: scheme and host, no path, so that links can be made by appending to it.
fn read_public_url(text: &str) -> Result<String, ConfigError> {
    let url = reqwest::Url::parse(text).map_err(|cause| wrong("public_url", format!("`{text}`: {cause}")))?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.username().is_empty();
    if !plain {
        return Err(wrong(
            "public_url",
            format!("`{text}` is not like https://learn.example.org, without a path"),
        ));
    }
    Ok(url.origin().ascii_serialization())
}

fn read_domain(text: &str) -> Result<String, ConfigError> {
    let domain = text.trim().to_lowercase();
    match Address::parse_email(&format!("a@{domain}")) {
        Some(_) => Ok(domain),
        None => Err(wrong("staff_domains", format!("`{text}` is no domain like office.example.org"))),
    }
}

fn read_networks(name: &'static str, texts: &[String]) -> Result<Vec<IpNet>, ConfigError> {
    let parse = |text: &String| {
        let alone = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse()
            .or_else(|_| alone())
            .map_err(|_| wrong(name, format!("`{text}` is no network like 10.0.0.0/8")))
    };
    texts.iter().map(parse).collect()
}

fn read_database(url: Option<&str>, data: &Path) -> Result<Database, ConfigError> {
    let Some(url) = url else { return Ok(Database::Sqlite(data.join("centre.db"))) };
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Database::Postgres(url.to_owned()));
    }
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
    if path.is_empty() || path.contains("://") || path.contains('?') || path.contains(":memory:") {
        // The value itself stays out of the message: it may hold a password.
        return Err(wrong("DATABASE_URL", "is neither postgres://… nor the path of an SQLite file"));
    }
    Ok(Database::Sqlite(path.into()))
}

fn read_youtube(
    file: YoutubeFile,
    secrets: &SecretsFile,
    public_url: &str,
) -> Result<Option<YoutubeSettings>, ConfigError> {
    let settings = youtube::read(file, public_url)?;
    if settings.is_some() && secrets.keys.is_empty() {
        return Err(wrong("secrets.keys", "is missing: what YouTube entrusts to us is kept sealed"));
    }
    Ok(settings)
}

fn read_mail(file: MailFile, public_url: &str) -> Result<Mail, ConfigError> {
    let host = reqwest::Url::parse(public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let from = file.from.unwrap_or_else(|| format!("centre@{}", mail_host(host.as_deref())));
    let from = from.parse().map_err(|cause| wrong("mail.from", format!("`{from}`: {cause}")))?;
    if let Some(url) = &file.smtp {
        crate::mail::check_url(url).map_err(|why| wrong("mail.smtp", why))?;
    }
    Ok(Mail { from, smtp: file.smtp })
}

/// A host that can stand behind the `@`: an IP address cannot.
pub fn mail_host(host: Option<&str>) -> &str {
    host.filter(|host| host.contains('.') && host.parse::<IpAddr>().is_err()).unwrap_or("centre.invalid")
}

fn read_text(file: TextFile) -> Result<TextGateway, ConfigError> {
    let given = |name: &'static str, value: Option<String>| value.ok_or_else(|| wrong(name, "is missing"));
    let url: reqwest::Url = given("text.url", file.url)?.parse().map_err(|cause| wrong("text.url", cause))?;
    let (content_type, body) =
        (given("text.content_type", file.content_type)?, given("text.body", file.body)?);
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("text.url", "must begin with http:// or https://"));
    }
    for placeholder in ["{to}", "{text}"] {
        if !body.contains(placeholder) {
            return Err(wrong("text.body", format!("lacks {placeholder}")));
        }
    }
    if !matches!(content_type.as_str(), "application/json" | "application/x-www-form-urlencoded") {
        let why =
            format!("`{content_type}` is neither application/json nor application/x-www-form-urlencoded");
        return Err(wrong("text.content_type", why));
    }
    let header = file.header.map(|header| read_header(&header)).transpose()?;
    Ok(TextGateway { url, header, content_type, body })
}

fn read_header(text: &str) -> Result<(String, String), ConfigError> {
    let shape = || wrong("text.header", "is not like `Authorization: Bearer …`");
    let (name, value) = text.split_once(':').ok_or_else(shape)?;
    let (name, value) = (name.trim(), value.trim());
    let fits =
        axum::http::HeaderName::try_from(name).is_ok() && axum::http::HeaderValue::try_from(value).is_ok();
    if fits { Ok((name.to_owned(), value.to_owned())) } else { Err(shape()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("centre.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(&Flags { config: Some(path), ..Flags::default() }, [])
    }

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_what_is_built_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("centre.toml");
        std::fs::write(&path, "listen = '127.0.0.1:1'\nphone = '02-123-4567'\ndata = '/srv/centre'").unwrap();
        let flags = Flags { config: Some(path), listen: Some("127.0.0.1:2".into()), ..Flags::default() };
        let config = Config::read(&flags, []).unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.settings.phone, "02-123-4567");
        assert_eq!(config.settings.public_url, "http://127.0.0.1:2");
        assert_eq!(config.database, Database::Sqlite("/srv/centre/centre.db".into()));
        assert_eq!(config.settings.applications_a_month, 3);
    }

    #[test]
    fn the_demonstrations_employee_is_staff() {
        let config = Config::read(&Flags::default(), []).unwrap().for_demonstration();
        let employees = crate::demo::ACCOUNTS.iter().filter(|account| account.what.starts_with("employee"));
        let addresses: Vec<_> = employees.filter_map(|it| Address::parse(it.address)).collect();
        assert!(!addresses.is_empty());
        assert!(addresses.iter().all(|address| address.is_of_domain(&config.settings.staff_domains)));
    }

    #[test]
    fn a_wrong_value_names_itself() {
        for (text, name) in [
            ("listen = 'here'", "listen"),
            ("log = 'loud'", "log"),
            ("public_url = 'https://a.example/path'", "public_url"),
            ("public_url = 'ftp://a.example'", "public_url"),
            ("staff_domains = ['a b']", "staff_domains"),
            ("applications_a_month = 0", "applications_a_month"),
            ("trusted_proxies = ['10.0.0.0/99']", "trusted_proxies"),
            ("database_url = 'mysql://a:s3cret@b/c'", "DATABASE_URL"),
            ("[board]\nclip_megabytes = 0", "board.clip_megabytes"),
            ("[attendance]\ncode_minutes = 0", "attendance.code_minutes"),
            ("[attendance]\ncompletion_percent = 101", "attendance.completion_percent"),
            ("[survey]\ndays = 0", "survey.days"),
            ("[attendance]\nwatch_percent = 101", "attendance.watch_percent"),
            ("[attendance]\nabsence_bar = 0", "attendance.absence_bar"),
            ("[board]\npicture_megabytes = 201", "board.picture_megabytes"),
            ("[draw]\nsource = ''", "draw.source"),
            ("[draw]\nvalue = 'dice'", "draw.value"),
            ("[draw]\nvalue = 'other'", "draw.source"),
            ("[draw]\nvalue = 'drand'\nsource = 'a'", "draw.source"),
            ("[lesson]\ndone_percent = 0", "lesson.done_percent"),
            ("[lesson]\nhandout_megabytes = 201", "lesson.handout_megabytes"),
            ("[mail]\nfrom = 'nobody'", "mail.from"),
            ("[mail]\nsmtp = 'http://a.example'", "mail.smtp"),
            ("[secrets]\nkeys = ['s3cret']", "secrets.keys"),
            ("[youtube]\nclient_id = 'id'\nclient_secret = 's3cret'", "secrets.keys"),
            (
                "[text]\nurl = 'https://a.example'\ncontent_type = 'application/json'\nbody = '{to}'",
                "text.body",
            ),
        ] {
            let error = file(text).unwrap_err();
            assert!(
                matches!(&error, ConfigError::Wrong { name: named, .. } if named == name),
                "{text}: {error}"
            );
            assert!(!error.to_string().contains("s3cret"));
        }
    }

    #[test]
    fn a_key_nobody_knows_is_an_error_with_its_line() {
        let error = file("phone = '1'\nfone = '2'").unwrap_err().to_string();
        assert!(error.contains("fone") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn credentials_come_from_the_environment_before_the_file() {
        let environment =
            [("DATABASE_URL", "postgres://u:p@h/d"), ("CENTRE_SMTP", "smtp://u:p@mail.example")];
        let config = Config::read(&Flags::default(), variables(&environment)).unwrap();
        assert_eq!(config.database, Database::Postgres("postgres://u:p@h/d".into()));
        assert_eq!(config.mail.smtp.as_deref(), Some("smtp://u:p@mail.example"));
    }

    #[test]
    fn keys_and_the_secret_for_youtube_come_from_the_environment_and_are_not_shown() {
        let (new, old) = (domain::seal::fresh_key(), domain::seal::fresh_key());
        let keys = format!("{new},{old}");
        let environment = [
            ("CENTRE_SECRET_KEYS", keys.as_str()),
            ("CENTRE_YOUTUBE_SECRET", "GOCSPX-1"),
            ("CENTRE_YOUTUBE__CLIENT_ID", "id"),
        ];
        let config = Config::read(&Flags::default(), variables(&environment)).unwrap();
        assert_eq!(config.youtube.as_ref().map(|it| it.client_secret.as_str()), Some("GOCSPX-1"));
        let sealed = config.settings.secrets.seal("token", "test").unwrap();
        assert_eq!(Sealer::new(&[&new]).unwrap().open(&sealed, "test").unwrap(), "token");
        let shown = format!("{config:?}");
        assert!(!shown.contains("GOCSPX") && !shown.contains(&new) && !shown.contains(&old), "{shown}");
    }

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_key_can_be_given_in_the_environment_and_as_a_flag() {
        let environment = variables(&[
            ("CENTRE_PHONE", "0212345678"),
            ("CENTRE_APPLICATIONS_A_MONTH", "4"),
            ("CENTRE_STAFF_DOMAINS", "a.example.kr, b.example.kr"),
            ("CENTRE_TRUSTED_PROXIES", "['10.0.0.2/32']"),
            ("CENTRE_NAME__EN", "Centre"),
            ("CENTRE_TEXT__URL", "https://sms.example.kr"),
            ("CENTRE_TEXT__CONTENT_TYPE", "application/json"),
            ("CENTRE_TEXT__BODY", r#"{"to":"{to}","text":"{text}"}"#),
            ("CENTRE_LISTEN", ""),
            ("HOME", "/nowhere"),
        ]);
        let set = vec!["applications_a_month=5".to_owned(), "mail.from=learn@office.example.kr".to_owned()];
        let config = Config::read(&Flags { set, ..Flags::default() }, environment).unwrap();
        assert_eq!(config.settings.phone, "0212345678", "digits are no number here");
        assert_eq!(config.settings.applications_a_month, 5);
        assert_eq!(config.settings.staff_domains, ["a.example.kr", "b.example.kr"]);
        assert_eq!(config.trusted_proxies.len(), 1);
        assert_eq!(
            (config.facts.name.en.as_str(), config.facts.name.ko.as_str()),
            ("Centre", "평생스마트교육장")
        );
        assert!(config.text.is_some());
        assert_eq!(config.mail.from.email.to_string(), "learn@office.example.kr");
    }

    #[test]
    fn what_kubernetes_says_of_a_service_called_centre_is_no_setting() {
        let environment = variables(&[
            ("CENTRE_PORT", "tcp://10.0.0.1:3000"),
            ("CENTRE_PORT_3000_TCP_ADDR", "10.0.0.1"),
            ("CENTRE_SERVICE_HOST", "10.0.0.1"),
            ("CENTRE_SERVICE_PORT_HTTP", "3000"),
        ]);
        assert!(Config::read(&Flags::default(), environment).is_ok());
        for name in ["CENTRE_PORTS", "CENTRE_SERVICE"] {
            assert!(Config::read(&Flags::default(), variables(&[(name, "1")])).is_err(), "{name}");
        }
    }

    #[test]
    fn a_wrong_one_names_itself_wherever_it_was_given_and_passwords_are_no_flags() {
        for (name, value, key) in [
            ("CENTRE_FONE", "1", "fone"),
            ("CENTRE_APPLICATIONS_A_MONTH", "many", "applications_a_month"),
            ("CENTRE_MAIL__TO", "x", "mail.to"),
        ] {
            let error = Config::read(&Flags::default(), variables(&[(name, value)])).unwrap_err();
            assert!(matches!(&error, ConfigError::Wrong { name, .. } if name == key), "{error}");
        }
        let section = r#"mail={smtp="smtp://u:s3cret@h"}"#;
        for set in [
            "database_url=postgres://u:s3cret@h/d",
            "mail.smtp=smtp://u:s3cret@h",
            "youtube.client_secret=s3cret",
            "secrets.keys=s3cret",
            section,
            "s3cret",
        ] {
            let flags = Flags { set: vec![set.to_owned()], ..Flags::default() };
            let error = Config::read(&flags, []).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
