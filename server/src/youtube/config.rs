//! The settings of the way out to YouTube: the section `[youtube]`.

use std::time::Duration;

use domain::broadcast::ledger::{Allowance, BroadcastSettings};
use reqwest::Url;
use serde::Deserialize;

use crate::config::{ConfigError, wrong};
use crate::youtube::RETURN_PATH;

/// The section as it is written.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct YoutubeFile {
    client_id: Option<String>,
    client_secret: Option<String>,
    api_url: Option<String>,
    upload_url: Option<String>,
    token_url: Option<String>,
    auth_url: Option<String>,
    revoke_url: Option<String>,
    patience_seconds: Option<u32>,
    units_a_day: Option<u32>,
    units_kept: Option<u32>,
}

/// Who we are to Google, and where it is found. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct YoutubeSettings {
    pub client_id: String,
    pub client_secret: String,
    /// Stands before `/liveBroadcasts` and the like.
    pub api_url: Url,
    /// Stands before `/thumbnails/set`.
    pub upload_url: Url,
    pub token_url: Url,
    /// The page on which the owner of a channel consents.
    pub auth_url: Url,
    pub revoke_url: Url,
    /// Where the browser comes back from there: Google has to know it.
    pub return_url: Url,
    /// How a request says who sends it.
    pub user_agent: String,
    /// What says nothing for so long is given up.
    pub patience: Duration,
}

impl std::fmt::Debug for YoutubeSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("YoutubeSettings")
            .field("client_id", &self.client_id)
            .field("api_url", &self.api_url.as_str())
            .field("return_url", &self.return_url.as_str())
            .finish_non_exhaustive()
    }
}

/// How many units Google grants the project a day, and how many of them only going live and ending may use.
pub fn read_allowance(file: &YoutubeFile) -> Result<BroadcastSettings, ConfigError> {
    let usual = Allowance::default();
    let units = file.units_a_day.unwrap_or(usual.units);
    let kept = file.units_kept.unwrap_or(usual.kept.min(units / 2));
    if kept >= units {
        return Err(wrong("youtube.units_kept", "must be less than youtube.units_a_day"));
    }
    Ok(BroadcastSettings { allowance: Allowance { units, kept } })
}

/// Without a client's id there is no way out to YouTube.
pub fn read(file: YoutubeFile, public_url: &str) -> Result<Option<YoutubeSettings>, ConfigError> {
    let (client_id, client_secret) = match (file.client_id, file.client_secret) {
        (Some(id), Some(secret)) => (id, secret),
        (Some(_), None) => return Err(wrong("youtube.client_secret", "is missing")),
        (None, Some(_)) => return Err(wrong("youtube.client_id", "is missing")),
        (None, None) => return Ok(None),
    };
    let seconds = file.patience_seconds.unwrap_or(30);
    if seconds == 0 {
        return Err(wrong("youtube.patience_seconds", "must be at least 1"));
    }
    let google = |path: &str| format!("https://youtube.googleapis.com{path}/youtube/v3");
    Ok(Some(YoutubeSettings {
        client_id,
        client_secret,
        api_url: url("youtube.api_url", file.api_url, &google(""))?,
        upload_url: url("youtube.upload_url", file.upload_url, &google("/upload"))?,
        token_url: url("youtube.token_url", file.token_url, "https://oauth2.googleapis.com/token")?,
        auth_url: url("youtube.auth_url", file.auth_url, "https://accounts.google.com/o/oauth2/v2/auth")?,
        revoke_url: url("youtube.revoke_url", file.revoke_url, "https://oauth2.googleapis.com/revoke")?,
        return_url: url("public_url", Some(format!("{public_url}{RETURN_PATH}")), "")?,
        user_agent: format!("learning-centre/{} (+{public_url})", env!("CARGO_PKG_VERSION")),
        patience: Duration::from_secs(seconds.into()),
    }))
}

fn url(name: &'static str, given: Option<String>, default: &str) -> Result<Url, ConfigError> {
    let text = given.as_deref().unwrap_or(default).trim_end_matches('/');
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(url),
        _ => Err(wrong(name, "is not like https://youtube.googleapis.com/youtube/v3")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Option<YoutubeSettings>, ConfigError> {
        read(toml::from_str(text).unwrap(), "https://learn.example.kr")
    }

    #[test]
    fn two_keys_are_enough_and_none_means_no_youtube() {
        assert!(read_text("").unwrap().is_none());
        let settings = read_text("client_id = 'id'\nclient_secret = 'GOCSPX-1'").unwrap().unwrap();
        assert_eq!(settings.api_url.as_str(), "https://youtube.googleapis.com/youtube/v3");
        assert_eq!(settings.upload_url.as_str(), "https://youtube.googleapis.com/upload/youtube/v3");
        assert!(settings.return_url.as_str().starts_with("https://learn.example.kr/"));
        assert!(settings.user_agent.ends_with("(+https://learn.example.kr)"));
        assert!(!format!("{settings:?}").contains("GOCSPX"));
    }

    #[test]
    fn a_wrong_one_names_itself_and_shows_no_secret() {
        for (text, named) in [
            ("client_id = 'id'", "youtube.client_secret"),
            ("client_secret = 'GOCSPX-1'", "youtube.client_id"),
            ("client_id = 'id'\nclient_secret = 'GOCSPX-1'\ntoken_url = 'here'", "youtube.token_url"),
            ("client_id = 'id'\nclient_secret = 'GOCSPX-1'\napi_url = 'ftp://a.example'", "youtube.api_url"),
            (
                "client_id = 'id'\nclient_secret = 'GOCSPX-1'\npatience_seconds = 0",
                "youtube.patience_seconds",
            ),
        ] {
            let error = read_text(text).unwrap_err();
            assert!(matches!(&error, ConfigError::Wrong { name, .. } if name == named), "{text}: {error}");
            assert!(!error.to_string().contains("GOCSPX"));
        }
    }
}
