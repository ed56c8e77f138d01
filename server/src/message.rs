//! Text messages: through the operator's HTTP gateway where one is configured, else as files one can open.

use std::path::PathBuf;
use std::time::Duration;

use domain::account::Address;
use domain::notice::store::Attempt;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode};
use uuid::Uuid;

use crate::config::TextGateway;
use crate::mail::write;

const PATIENCE: Duration = Duration::from_secs(30);

pub enum Messenger {
    Gateway { client: Client, gateway: TextGateway },
    Files(PathBuf),
}

impl Messenger {
    /// `outbox` is the folder for messages where there is no gateway.
    pub fn new(gateway: Option<TextGateway>, outbox: PathBuf) -> Result<Self, reqwest::Error> {
        let Some(gateway) = gateway else { return Ok(Self::Files(outbox)) };
        let client =
            Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self::Gateway { client, gateway })
    }

    /// Hands the message over. A gateway that keeps `{id}`s knows a second attempt from a second message.
    pub async fn send(&self, id: Uuid, to: &Address, text: &str) -> Attempt {
        match self {
            Self::Files(folder) => {
                let contents = format!("{}\n\n{text}\n", to.shown());
                write(folder.join(format!("{id}.txt")), contents.into_bytes()).await
            }
            Self::Gateway { client, gateway } => post(client, gateway, id, to, text).await,
        }
    }
}

async fn post(client: &Client, gateway: &TextGateway, id: Uuid, to: &Address, text: &str) -> Attempt {
    let body = fill(gateway, &[("{to}", to.as_str()), ("{text}", text), ("{id}", &id.to_string())]);
    let mut request = client.post(gateway.url.clone()).header(CONTENT_TYPE, &gateway.content_type).body(body);
    if let Some((name, value)) = &gateway.header {
        request = request.header(name, value);
    }
    match request.send().await {
        Ok(answer) => judge(answer.status()),
        Err(cause) if cause.is_connect() => Attempt::Failed("gateway, no connection".into()),
        Err(_) => Attempt::Uncertain("gateway, no answer".into()),
    }
}

fn judge(status: StatusCode) -> Attempt {
    let trouble = format!("gateway {}", status.as_u16());
    match status {
        status if status.is_success() => Attempt::Sent,
        // What the message itself is refused for. The rest may be our settings or their trouble, and pass.
        StatusCode::BAD_REQUEST
        | StatusCode::NOT_FOUND
        | StatusCode::GONE
        | StatusCode::UNPROCESSABLE_ENTITY => Attempt::Refused(trouble),
        _ => Attempt::Failed(trouble),
    }
}

/// The template with its placeholders replaced, each value escaped so that it stays inside its field.
fn fill(gateway: &TextGateway, values: &[(&str, &str)]) -> String {
    let escape = |value: &str| match gateway.content_type.as_str() {
        "application/json" => {
            let quoted = serde_json::Value::from(value).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        _ => percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string(),
    };
    // One pass over the template, so that a text that holds `{to}` stays as it is.
    let mut body = String::new();
    let mut rest = gateway.body.as_str();
    while let Some(at) = rest.find('{') {
        body.push_str(&rest[..at]);
        rest = &rest[at..];
        let (word, value) = values
            .iter()
            .find(|(name, _)| rest.starts_with(name))
            .map_or(("{", "{".to_owned()), |(name, value)| (*name, escape(value)));
        body.push_str(&value);
        rest = &rest[word.len()..];
    }
    body.push_str(rest);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(content_type: &str, body: &str) -> TextGateway {
        TextGateway {
            url: "https://gateway.example".parse().unwrap(),
            header: None,
            content_type: content_type.into(),
            body: body.into(),
        }
    }

    #[test]
    fn a_text_stays_inside_its_field() {
        let values = [("{to}", "01000000001"), ("{text}", "말 \"{to}\"\n&끝")];
        let json = gateway("application/json", r#"{"to":"{to}","message":{"text":"{text}"}}"#);
        let filled: serde_json::Value = serde_json::from_str(&fill(&json, &values)).unwrap();
        assert_eq!(filled["message"]["text"], "말 \"{to}\"\n&끝");
        assert_eq!(filled["to"], "01000000001");
        let form = gateway("application/x-www-form-urlencoded", "to={to}&text={text}&from=021234567");
        let filled = fill(&form, &values);
        assert!(filled.starts_with("to=01000000001&text=%EB%A7%90%20%22%7Bto%7D%22%0A%26"), "{filled}");
        assert!(filled.ends_with("&from=021234567"));
    }
}
