//! Letters: by SMTP where it is configured, else as files one can open.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::account::Address;
use domain::notice::store::Attempt;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use uuid::Uuid;
use web::notice::Letter;

use crate::config::Mail;

type Smtp = AsyncSmtpTransport<Tokio1Executor>;

/// A mail server that says nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether a URL names a mail server: `smtps://user:password@host:465`, or `smtp://…?tls=required` for STARTTLS.
/// The error never repeats the URL, which holds a password.
pub fn check_url(url: &str) -> Result<(), &'static str> {
    match Smtp::from_url(url) {
        Ok(_) => Ok(()),
        Err(_) => {
            Err("is not like smtps://user:password@host:465 or smtp://user:password@host:587?tls=required")
        }
    }
}

pub struct Post {
    from: Mailbox,
    /// Stands behind the `@` of every Message-ID.
    host: String,
    way: Way,
}

enum Way {
    Smtp(Box<Smtp>),
    Files(PathBuf),
}

impl Post {
    /// `outbox` is the folder for letters where there is no mail server.
    pub fn new(mail: &Mail, host: String, outbox: PathBuf) -> Result<Self, &'static str> {
        let way = match &mail.smtp {
            None => Way::Files(outbox),
            Some(url) => {
                check_url(url)?;
                let builder = Smtp::from_url(url).map_err(|_| "no mail server")?;
                Way::Smtp(Box::new(builder.timeout(Some(PATIENCE)).build()))
            }
        };
        Ok(Self { from: mail.from.clone(), host, way })
    }

    /// Hands the letter over. `id` and `written` make the same letter of every attempt.
    pub async fn send(&self, id: Uuid, written: DateTime<Utc>, to: &Address, letter: &Letter) -> Attempt {
        let Ok(message) = self.message(id, written, to, letter) else {
            return Attempt::Refused("address".into());
        };
        match &self.way {
            Way::Smtp(smtp) => hand_over(smtp, message).await,
            Way::Files(folder) => write(folder.join(format!("{id}.eml")), message.formatted()).await,
        }
    }

    fn message(
        &self,
        id: Uuid,
        written: DateTime<Utc>,
        to: &Address,
        letter: &Letter,
    ) -> Result<Message, Box<dyn std::error::Error + Send + Sync>> {
        // Out-of-office robots stay silent on what says that it was made by one.
        let automatic =
            HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
        Ok(Message::builder()
            .from(self.from.clone())
            .to(to.as_str().parse()?)
            .subject(&letter.subject)
            .date(written.into())
            .message_id(Some(format!("<{id}@{}>", self.host)))
            .raw_header(automatic)
            .multipart(with_calendar(
                letter,
                match self.way {
                    Way::Smtp(_) => {
                        MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone())
                    }
                    Way::Files(_) => readable(letter),
                },
            ))?)
    }
}

/// The letter, and behind it the calendar file that goes with it.
fn with_calendar(letter: &Letter, words: MultiPart) -> MultiPart {
    let Some(calendar) = &letter.calendar else { return words };
    let file = Attachment::new("booking.ics".into()).body(calendar.clone(), CALENDAR.clone());
    MultiPart::mixed().multipart(words).singlepart(file)
}

static CALENDAR: LazyLock<ContentType> =
    LazyLock::new(|| ContentType::parse("text/calendar; charset=utf-8").unwrap_or(ContentType::TEXT_PLAIN));

/// The letter as whoever opens the file can read it; not every mail server takes letters with eight bits.
fn readable(letter: &Letter) -> MultiPart {
    let part = |kind, text: &str| {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        let body = Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::EightBit);
        SinglePart::builder().header(kind).body(body)
    };
    let text = part(ContentType::TEXT_PLAIN, &letter.text);
    MultiPart::alternative().singlepart(text).singlepart(part(ContentType::TEXT_HTML, &letter.html))
}

async fn hand_over(smtp: &Smtp, message: Message) -> Attempt {
    // Before the letter: what fails here has certainly sent nothing.
    if let Err(cause) = smtp.test_connection().await {
        return Attempt::Failed(trouble("no connection", &cause));
    }
    match smtp.send(message).await {
        Ok(_) => Attempt::Sent,
        Err(cause) if cause.is_permanent() => Attempt::Refused(trouble("refused", &cause)),
        Err(cause) if cause.is_transient() => Attempt::Failed(trouble("not now", &cause)),
        Err(cause) if cause.is_client() => Attempt::Refused(trouble("cannot be sent", &cause)),
        Err(cause) => Attempt::Uncertain(trouble("no answer", &cause)),
    }
}

/// The kind of trouble and the status; the server's own words may repeat the address.
fn trouble(kind: &str, cause: &lettre::transport::smtp::Error) -> String {
    match cause.status() {
        Some(code) => format!("SMTP {code}, {kind}"),
        None => format!("SMTP, {kind}"),
    }
}

/// Writes a file whole or not at all; the same one again changes nothing.
pub async fn write(path: PathBuf, contents: Vec<u8>) -> Attempt {
    let half = path.with_extension("half");
    let written = async {
        tokio::fs::write(&half, contents).await?;
        tokio::fs::rename(&half, &path).await
    };
    match written.await {
        Ok(()) => Attempt::Sent,
        Err(cause) => Attempt::Failed(format!("file: {}", cause.kind())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attempt_makes_the_same_letter() {
        let mail = Mail { from: "centre@example.org".parse().unwrap(), smtp: None };
        let post = Post::new(&mail, "learn.example.org".into(), PathBuf::new()).unwrap();
        let letter = Letter {
            subject: "[교육장] 안내".into(),
            text: "안녕".into(),
            html: "<p>안녕</p>".into(),
            calendar: None,
        };
        let to = Address::parse_email("kim@example.org").unwrap();
        let id = Uuid::from_u128(7);
        let message = || post.message(id, DateTime::UNIX_EPOCH, &to, &letter).unwrap();
        let text = String::from_utf8(message().formatted()).unwrap();
        assert!(text.contains(&format!("Message-ID: <{id}@learn.example.org>")), "{text}");
        assert!(text.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated"));
    }
}
