//! The worker that empties the outbox: it may be killed at any instruction, and nothing is lost or sent as new.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use domain::account::{Address, ContactKind, store as account};
use domain::centre::Centre;
use domain::language::Language;
use domain::notice::entity::notice;
use domain::notice::store::{self, Attempt};
use domain::notice::{Facts, NoticeState, quiet_for};
use domain::seoul;
use futures::future::{join, join_all};
use sea_orm::DbErr;
use tokio::sync::watch;
use web::notice::{letter, text_message};
use web::ui::CentreFacts;

use crate::config::{Config, mail_host};
use crate::mail::Post;
use crate::message::Messenger;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How many notices are on their way at once, by each way. So many are read at a time, so that a code which is asked
/// for meanwhile comes next.
const AT_ONCE: u64 = 4;

/// Cut off after this, well before another worker takes it for lost.
const PATIENCE: Duration = Duration::from_secs(45);

pub struct Outbox {
    centre: Centre,
    facts: Arc<CentreFacts>,
    post: Post,
    messenger: Messenger,
}

impl Outbox {
    pub fn new(centre: Centre, facts: Arc<CentreFacts>, config: &Config) -> Result<Self, Failure> {
        let url = reqwest::Url::parse(&centre.settings().public_url)?;
        let host = mail_host(url.host_str()).to_owned();
        let post = Post::new(&config.mail, host, config.outbox())?;
        let messenger = Messenger::new(config.text.clone(), config.outbox())?;
        Ok(Self { centre, facts, post, messenger })
    }

    /// Sends what is due, every second, until the program stops; what it has begun it finishes. Letters and text
    /// messages don't wait for each other, as a mail server may be silent for long.
    pub async fn run(self, stopping: watch::Receiver<bool>) {
        let letters = self.run_by(ContactKind::Email, stopping.clone());
        join(letters, self.run_by(ContactKind::Phone, stopping)).await;
    }

    async fn run_by(&self, way: ContactKind, mut stopping: watch::Receiver<bool>) {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => return,
                _ = second.tick() => {}
            }
            while !*stopping.borrow() {
                match self.deliver_some(way).await {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(cause) => {
                        tracing::warn!(%cause, "the outbox has to wait");
                        break;
                    }
                }
            }
        }
    }

    /// Sends everything that is due now, and says how many attempts that took.
    pub async fn deliver(&self) -> Result<usize, DbErr> {
        let (letters, texts) =
            join(self.deliver_by(ContactKind::Email), self.deliver_by(ContactKind::Phone)).await;
        Ok(letters? + texts?)
    }

    async fn deliver_by(&self, way: ContactKind) -> Result<usize, DbErr> {
        let mut count = 0;
        while let Some(attempts) = self.deliver_some(way).await? {
            count += attempts;
        }
        Ok(count)
    }

    /// Sends the most urgent of what is due, and says how many attempts that took; `None` where nothing is due. None
    /// of them is due again at once.
    async fn deliver_some(&self, way: ContactKind) -> Result<Option<usize>, DbErr> {
        let due = store::due(&self.centre, way, AT_ONCE).await?;
        if due.is_empty() {
            return Ok(None);
        }
        let mut count = 0;
        for attempt in join_all(due.into_iter().map(|row| self.attempt(row))).await {
            count += usize::from(attempt?);
        }
        Ok(Some(count))
    }

    /// One attempt, if it is ours to make. `false` where the notice has to wait or another server has it.
    async fn attempt(&self, row: notice::Model) -> Result<bool, DbErr> {
        let to = self.address(&row).await?;
        if let Some(to) = &to
            && self.waits_for_morning(&row, to).await?
        {
            return Ok(false);
        }
        let Some(row) = store::claim(&self.centre, row).await? else { return Ok(false) };
        let attempt = match &to {
            None => Attempt::Refused("no confirmed address".into()),
            Some(to) => self.send(&row, to).await?,
        };
        if attempt != Attempt::Sent {
            tracing::warn!(notice = %row.id, event = row.event.as_str(), ?attempt, "a notice was not sent");
        }
        let outcome = match attempt {
            Attempt::Sent => "sent",
            Attempt::Failed(_) => "failed",
            Attempt::Uncertain(_) => "uncertain",
            Attempt::Refused(_) => "refused",
        };
        metrics::counter!("notices_total", "outcome" => outcome).increment(1);
        store::finish(&self.centre, &row, attempt).await?;
        Ok(true)
    }

    async fn address(&self, row: &notice::Model) -> Result<Option<Address>, DbErr> {
        match (&row.address, row.person_id) {
            (Some(address), _) => Ok(Address::parse(address)),
            (None, Some(person)) => account::preferred_contact(self.centre.database(), person).await,
            (None, None) => Ok(None),
        }
    }

    /// Lets a text message that wakes nobody up for a code wait until eight.
    async fn waits_for_morning(&self, row: &notice::Model, to: &Address) -> Result<bool, DbErr> {
        let now = self.centre.clock().now();
        let quiet = quiet_for(seoul::wall(now).time());
        let waits = to.kind() == ContactKind::Phone
            && !row.event.is_code()
            && quiet > TimeDelta::zero()
            && row.state == NoticeState::Queued;
        if waits {
            store::postpone(&self.centre, row, now + quiet).await?;
        }
        Ok(waits)
    }

    async fn send(&self, row: &notice::Model, to: &Address) -> Result<Attempt, DbErr> {
        let facts: Facts = serde_json::from_str(&row.facts).unwrap_or_default();
        if row.event.is_code() && facts.until.is_some_and(|until| until <= self.centre.clock().now()) {
            return Ok(Attempt::Refused(store::EXPIRED.into()));
        }
        let l = self.language(row).await?;
        let public_url = &self.centre.settings().public_url;
        let sending = async {
            match to.kind() {
                ContactKind::Email => {
                    let letter = letter(l, row.event, &facts, &self.facts, public_url);
                    self.post.send(row.id, row.created_at, to, &letter).await
                }
                ContactKind::Phone => {
                    let text = text_message(l, row.event, &facts, &self.facts, public_url);
                    self.messenger.send(row.id, to, &text).await
                }
            }
        };
        let late = |_| Attempt::Uncertain("cut off, took too long".into());
        Ok(tokio::time::timeout(PATIENCE, sending).await.unwrap_or_else(late))
    }

    /// The language a person has chosen by now, else the one they were using.
    async fn language(&self, row: &notice::Model) -> Result<Language, DbErr> {
        let chosen = match row.person_id {
            Some(person) => account::language_of(self.centre.database(), person).await?,
            None => None,
        };
        Ok(chosen.unwrap_or(row.language))
    }
}
