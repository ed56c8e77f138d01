//! Settings: a flag beats an environment variable, that beats the file, that beats what is built in.
//!
//! All of them are read and checked before anything starts; a wrong one is named, and the program does not start.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use domain::centre::Settings;
use ipnet::IpNet;
use lettre::message::Mailbox;
use serde::Deserialize;
use thiserror::Error;
use web::ui::{Bilingual, CentreFacts};

/// The settings that may be given on the command line. Passwords may not: every process list shows them.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// The TOML file with the other settings
    #[arg(long, global = true, env = "CENTRE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The folder for the database file and the outbox [default: ./data]
    #[arg(long, global = true, env = "CENTRE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The folder of stylesheets, scripts and fonts [default: ./site]
    #[arg(long, global = true, env = "CENTRE_SITE", value_name = "DIR")]
    pub site: Option<PathBuf>,
    /// The address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "CENTRE_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where people reach the site [default: http:// and the address listened on]
    #[arg(long, global = true, env = "CENTRE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// How the log is written: text or json [default: text]
    #[arg(long, global = true, env = "CENTRE_LOG", value_name = "FORMAT")]
    pub log: Option<String>,
}

/// The file as it is written; a key it doesn't know is an error.
#[derive(Clone, Debug, Default, Deserialize)]
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
    name: Option<Both>,
    office: Option<Both>,
    address: Option<Both>,
    hours: Option<Both>,
    mail: MailFile,
    text: Option<TextFile>,
}

/// A text in both languages: `name = { ko = "…", en = "…" }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    ko: String,
    en: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct MailFile {
    from: Option<String>,
    smtp: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TextFile {
    url: String,
    header: Option<String>,
    content_type: String,
    body: String,
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
    Wrong { name: &'static str, why: String },
    #[error("{path}: {why}", path = path.display())]
    File { path: PathBuf, why: String },
}

fn wrong(name: &'static str, why: impl ToString) -> ConfigError {
    ConfigError::Wrong { name, why: why.to_string() }
}

impl Config {
    /// `secret` gives the environment variables that hold credentials: `DATABASE_URL`, `CENTRE_SMTP` and
    /// `CENTRE_TEXT_HEADER`.
    pub fn read(flags: &Flags, secret: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let file = flags.config.as_deref().map(read_file).transpose()?.unwrap_or_default();
        let data = flags.data.clone().or(file.data).unwrap_or_else(|| "data".into());
        let listen = read_listen(flags.listen.as_deref().or(file.listen.as_deref()))?;
        let public_url = flags.public_url.clone().or(file.public_url);
        let public_url = read_public_url(&public_url.unwrap_or_else(|| format!("http://{listen}")))?;
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
            phone: facts.phone.clone(),
            address: facts.address.ko.clone(),
            public_url,
            demonstration: false,
        };
        let header = secret("CENTRE_TEXT_HEADER");
        Ok(Self {
            site: flags.site.clone().or(file.site).unwrap_or_else(|| "site".into()),
            listen,
            log: read_log(flags.log.as_deref().or(file.log.as_deref()))?,
            database: read_database(secret("DATABASE_URL").or(file.database_url).as_deref(), &data)?,
            data,
            trusted_proxies: read_networks("trusted_proxies", &file.trusted_proxies)?,
            metrics_from: read_networks("metrics_from", &file.metrics_from)?,
            mail: read_mail(file.mail, secret("CENTRE_SMTP"), &settings.public_url)?,
            text: file.text.map(|text| read_text(text, header)).transpose()?,
            settings,
            facts,
        })
    }

    /// The same settings for the demonstration: every page says that people and courses are made up.
    pub fn for_demonstration(mut self) -> Self {
        self.settings.demonstration = true;
        self.facts.demonstration = true;
        self.settings.staff_domains.push(crate::demo::STAFF_DOMAIN.into());
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

fn both(given: Option<Both>, ko: &str, en: &str) -> Bilingual {
    given.map_or_else(|| Bilingual::new(ko, en), |both| Bilingual::new(both.ko, both.en))
}

fn read_file(path: &Path) -> Result<File, ConfigError> {
    let error = |why: String| ConfigError::File { path: path.to_owned(), why };
    let text = std::fs::read_to_string(path).map_err(|cause| error(cause.to_string()))?;
    toml::from_str(&text).map_err(|cause| error(cause.to_string()))
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
    match domain::account::Address::parse_email(&format!("a@{domain}")) {
        Some(_) => Ok(domain),
        None => Err(wrong("staff_domains", format!("`{text}` is no domain like office.example.org"))),
    }
}

fn positive(name: &'static str, value: Option<u32>, default: u32) -> Result<u32, ConfigError> {
    match value.unwrap_or(default) {
        0 => Err(wrong(name, "must be at least 1")),
        value => Ok(value),
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

fn read_mail(file: MailFile, smtp: Option<String>, public_url: &str) -> Result<Mail, ConfigError> {
    let host = reqwest::Url::parse(public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let from = file.from.unwrap_or_else(|| format!("centre@{}", mail_host(host.as_deref())));
    let from = from.parse().map_err(|cause| wrong("mail.from", format!("`{from}`: {cause}")))?;
    let smtp = smtp.or(file.smtp);
    if let Some(url) = &smtp {
        crate::mail::check_url(url).map_err(|why| wrong("mail.smtp", why))?;
    }
    Ok(Mail { from, smtp })
}

/// A host that can stand behind the `@`: an IP address cannot.
pub fn mail_host(host: Option<&str>) -> &str {
    host.filter(|host| host.contains('.') && host.parse::<IpAddr>().is_err()).unwrap_or("centre.invalid")
}

fn read_text(file: TextFile, header: Option<String>) -> Result<TextGateway, ConfigError> {
    let url: reqwest::Url = file.url.parse().map_err(|cause| wrong("text.url", cause))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("text.url", "must begin with http:// or https://"));
    }
    for placeholder in ["{to}", "{text}"] {
        if !file.body.contains(placeholder) {
            return Err(wrong("text.body", format!("lacks {placeholder}")));
        }
    }
    if !matches!(file.content_type.as_str(), "application/json" | "application/x-www-form-urlencoded") {
        return Err(wrong(
            "text.content_type",
            format!(
                "`{}` is neither application/json nor application/x-www-form-urlencoded",
                file.content_type
            ),
        ));
    }
    let header = header.or(file.header).map(|header| read_header(&header)).transpose()?;
    Ok(TextGateway { url, header, content_type: file.content_type, body: file.body })
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
        Config::read(&Flags { config: Some(path), ..Flags::default() }, |_| None)
    }

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_what_is_built_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("centre.toml");
        std::fs::write(&path, "listen = '127.0.0.1:1'\nphone = '02-123-4567'\ndata = '/srv/centre'").unwrap();
        let flags = Flags { config: Some(path), listen: Some("127.0.0.1:2".into()), ..Flags::default() };
        let config = Config::read(&flags, |_| None).unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.settings.phone, "02-123-4567");
        assert_eq!(config.settings.public_url, "http://127.0.0.1:2");
        assert_eq!(config.database, Database::Sqlite("/srv/centre/centre.db".into()));
        assert_eq!(config.settings.applications_a_month, 3);
    }

    #[test]
    fn the_demonstrations_employee_is_staff() {
        let config = Config::read(&Flags::default(), |_| None).unwrap().for_demonstration();
        let employees = crate::demo::ACCOUNTS.iter().filter(|account| account.what.starts_with("employee"));
        let addresses: Vec<_> =
            employees.filter_map(|it| domain::account::Address::parse(it.address)).collect();
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
            ("database_url = 'mysql://a:secret@b/c'", "DATABASE_URL"),
            ("[mail]\nfrom = 'nobody'", "mail.from"),
            ("[mail]\nsmtp = 'http://a.example'", "mail.smtp"),
            (
                "[text]\nurl = 'https://a.example'\ncontent_type = 'application/json'\nbody = '{to}'",
                "text.body",
            ),
        ] {
            let error = file(text).unwrap_err();
            assert!(
                matches!(error, ConfigError::Wrong { name: named, .. } if named == name),
                "{text}: {error}"
            );
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn a_key_nobody_knows_is_an_error_with_its_line() {
        let error = file("phone = '1'\nfone = '2'").unwrap_err().to_string();
        assert!(error.contains("fone") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn credentials_come_from_the_environment_before_the_file() {
        let secret = |name: &str| (name == "DATABASE_URL").then(|| "postgres://u:p@h/d".to_owned());
        let config = Config::read(&Flags::default(), secret).unwrap();
        assert_eq!(config.database, Database::Postgres("postgres://u:p@h/d".into()));
    }
}
