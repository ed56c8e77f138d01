//! How one thing in the calendar is said: when, what, how sure it is, and where its page is.

use chrono::NaiveDate;
use domain::calendar::{Entry, Standing};
use domain::seoul;
use domain::space::{Holder, Use};
use leptos::prelude::*;
use uuid::Uuid;

use super::sheet::Sheet;
use crate::when;
use crate::words::{Language, calendar as words, catalogue};

pub fn kind_word(l: Language, kind: Use) -> &'static str {
    match kind {
        Use::Class => words::kind_class(l),
        Use::Recording => words::kind_recording(l),
        Use::Live => words::kind_live(l),
        Use::Other => words::kind_other(l),
    }
}

/// What is said of something that is not simply so.
pub fn standing_word(l: Language, standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::Firm => None,
        Standing::Held => Some(words::standing_held(l)),
        Standing::Asked => Some(words::standing_asked(l)),
        Standing::Draft => Some(words::standing_draft(l)),
        Standing::Cancelled => Some(words::standing_cancelled(l)),
    }
}

/// Its name, for whoever may know; for others that something is reserved.
pub fn title(l: Language, entry: &Entry) -> String {
    match &entry.title {
        None => words::reserved(l).to_owned(),
        Some(title) => match title.number {
            None => title.text_in(l).to_owned(),
            Some(number) => format!("{} {}", title.text_in(l), catalogue::nth(l, number)),
        },
    }
}

/// Where its page is, without the language.
pub fn path(entry: &Entry) -> String {
    match (entry.holder, entry.alters) {
        (Holder::Booking, _) => format!("/studio/{}", entry.code),
        (Holder::ClassSession, true) => format!("/manage/runs/{}", entry.code),
        (Holder::ClassSession, false) => format!("/courses/{}", entry.code),
    }
}

/// The classes that tell kinds and standings apart: each has a pattern of its own beside its word.
pub fn class(entry: &Entry) -> String {
    let standing = match entry.standing {
        Standing::Firm => "",
        Standing::Held => " entry-held",
        Standing::Asked => " entry-asked",
        Standing::Draft => " entry-draft",
        Standing::Cancelled => " entry-cancelled",
    };
    format!("entry entry-{}{standing}", entry.kind.as_str())
}

/// `10:00~12:00`; what began on another day, or ends on one, names both.
pub fn time(l: Language, entry: &Entry) -> String {
    let slot = entry.slot;
    if seoul::day(slot.starts_at) == seoul::day(slot.ends_at) {
        format!("{}~{}", when::time(slot.starts_at), when::time(slot.ends_at))
    } else {
        when::span(l, slot.starts_at, slot.ends_at)
    }
}

impl Sheet {
    /// An entry as it stands in the line of a space on a day. What takes the whole hall says so in its halves.
    pub fn entry(&self, entry: &Entry, at: Option<Uuid>) -> impl IntoView + use<> {
        let l = self.l;
        let title = title(l, entry);
        let title = match entry.opens {
            true => view! { <a class="entry-title" href=l.path(&path(entry))>{title}</a> }.into_any(),
            false => view! { <span class="entry-title">{title}</span> }.into_any(),
        };
        let elsewhere =
            entry.space.filter(|space| at != Some(*space)).map(|space| self.name(space).to_owned());
        let more = [
            Some(kind_word(l, entry.kind).to_owned()),
            standing_word(l, entry.standing).map(Into::into),
            elsewhere,
        ];
        let more = more.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let (held, slot) = (entry.held(), entry.slot);
        let margin = (held != slot)
            .then(|| words::margin(l, when::time(held.starts_at), when::time(held.ends_at)))
            .map(|sentence| view! { <span class="entry-more">{sentence}</span> });
        let time = time(l, entry);
        view! {
            <span class="entry-time">{time}</span>
            " " {title}
            " " <span class="entry-more">{more}</span>
            " " {margin}
        }
    }

    /// The entries of a space on a day as a list; nothing where there are none, so that a phone leaves the day out.
    pub fn list(&self, entries: Vec<&Entry>, at: Option<Uuid>) -> AnyView {
        if entries.is_empty() {
            return ().into_any();
        }
        let lines: Vec<_> = entries
            .into_iter()
            .map(|entry| view! { <li class=class(entry)>{self.entry(entry, at)}</li> })
            .collect();
        view! { <ol class="calendar-entries">{lines}</ol> }.into_any()
    }

    /// `11.23(월)`, `Mon 23 Nov`.
    pub fn short_day(&self, day: NaiveDate) -> String {
        use chrono::Datelike;
        match self.l {
            Language::Ko => {
                format!("{}.{}({})", day.month(), day.day(), when::weekday(self.l, day.weekday()))
            }
            Language::En => day.format("%a %-d %b").to_string(),
            Language::Zh | Language::Ja => {
                format!("{}/{}({})", day.month(), day.day(), when::weekday(self.l, day.weekday()))
            }
        }
    }
}
