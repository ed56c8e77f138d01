//! What a broadcast is, which states it goes through, and what a watch link looks like.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::broadcast::call::Method;
use crate::named::named;

named! {
    pub enum State {
        /// Wanted; nothing has been said to YouTube.
        Planned = "planned",
        /// The insert is on its way, or its answer was lost.
        Creating = "creating",
        Created = "created",
        /// The bind is on its way, or not yet seen to have worked.
        Bound = "bound",
        /// It begins by itself as soon as its encoder sends.
        Armed = "armed",
        Live = "live",
        /// The end is on its way, or not yet seen.
        Ending = "ending",
        Complete = "complete",
        /// Its record is whole.
        Filed = "filed",
        /// A person has to decide; [`Trouble`] says what.
        Attention = "needs_attention",
        /// Staff pasted a watch link: YouTube is not spoken to.
        Manual = "manual",
        Cancelled = "cancelled",
    }

    /// Why a person is needed.
    pub enum Trouble {
        /// Two broadcasts carry its marker.
        Doubled = "doubled",
        /// YouTube has no such broadcast any more, or hides its replay.
        Gone = "gone",
        /// YouTube took it down.
        Revoked = "revoked",
        /// The channel may not broadcast.
        Channel = "channel",
        /// YouTube doesn't accept what we say.
        Refused = "refused",
        /// Nobody began, and its time is over.
        NeverBegan = "never_began",
        /// It is bound to a stream that another broadcast has.
        KeyTaken = "key_taken",
    }

    /// What happened to a broadcast, for its history.
    pub enum BroadcastEvent {
        Planned = "planned",
        Changed = "changed",
        Moved = "moved",
        StartAsked = "start_asked",
        EndAsked = "end_asked",
        MadeManual = "made_manual",
        HandedBack = "handed_back",
        Retried = "retried",
        KeptOurs = "kept_ours",
        TookTheirs = "took_theirs",
        Cancelled = "cancelled",
    }

    /// What became of a call, for the ledger.
    pub enum CallOutcome {
        Done = "done",
        Rejected = "rejected",
        Uncertain = "uncertain",
        NotTried = "not_tried",
    }

    /// What is ticked off on the run sheet of a show, in its order.
    pub enum CheckItem {
        /// The encoder is on and set to this channel.
        Encoder = "encoder",
        Sound = "sound",
        Picture = "picture",
        /// Slides and files are at hand.
        Slides = "slides",
        /// The presenter has said whether there may be a replay, and until when.
        Consent = "consent",
        /// Somebody reads the questions.
        Helper = "helper",
        /// Afterwards: the replay plays, and nobody is in it who shouldn't be.
        Replay = "replay",
    }

    pub enum ChannelState {
        Connected = "connected",
        /// YouTube no longer honours the grant: nothing is written until somebody connects it again.
        Lost = "lost",
        Disconnected = "disconnected",
    }
}

/// What a call costs in units of the day's quota. Google's pages disagree about the live methods: the dearer is budgeted.
/// Source: "YouTube Data API quota calculator".
pub fn cost(method: Method) -> u32 {
    match method {
        Method::ReadChannel
        | Method::ListBroadcasts
        | Method::ListStreams
        | Method::ReadVideo
        | Method::ListPlaylists
        | Method::ListPlaylistItems => 1,
        Method::InsertBroadcast
        | Method::UpdateBroadcast
        | Method::Bind
        | Method::Transition
        | Method::DeleteBroadcast
        | Method::InsertStream
        | Method::SetThumbnail
        | Method::InsertPlaylist
        | Method::InsertPlaylistItem => 50,
    }
}

/// The line by which a broadcast is known again. It is saved, with the row it names, before the first call.
pub fn marker(id: Uuid, generation: i32) -> String {
    format!("#{}-{generation}", id.simple())
}

/// The longest title YouTube takes, in characters.
pub const TITLE: usize = 100;

/// The longest description, in bytes: its pages say characters here and bytes there.
pub const DESCRIPTION: usize = 5000;

/// What a course's broadcasts are called; `{course}`, `{number}`, `{date}`, `{presenter}` and `{link}` are filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub title: String,
    pub description: String,
}

impl Default for Template {
    fn default() -> Self {
        Self {
            title: "{course} {number}차시 ({date})".into(),
            description: "강사: {presenter}\n수업 화면: {link}".into(),
        }
    }
}

/// What a template is filled in with.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub course: String,
    pub number: Option<i32>,
    pub date: String,
    pub presenter: String,
    pub link: String,
}

/// What may stand in braces.
pub const PLACEHOLDERS: [&str; 5] = ["{course}", "{number}", "{date}", "{presenter}", "{link}"];

/// Why a template is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TemplateError {
    #[error("the title is empty, has several lines or more than {TITLE} characters")]
    Title,
    #[error("every class would have the same title: neither number nor date stands in it")]
    SameTitle,
    #[error("the description has more than {} characters", DESCRIPTION / 4)]
    Description,
    #[error("{0} is nothing that could be filled in")]
    Unknown(String),
}

/// What stands in braces and is nothing that could be filled in.
fn unknown(text: &str) -> Option<TemplateError> {
    let mut parts = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let unknown =
        parts.find(|(word, _)| !PLACEHOLDERS.iter().any(|known| known[1..known.len() - 1] == **word));
    unknown.map(|(word, _)| TemplateError::Unknown(format!("{{{word}}}")))
}

impl Template {
    /// A title as a producer writes it, without blanks around it.
    pub fn parse_title(text: &str) -> Result<String, TemplateError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > TITLE || text.contains(char::is_control) {
            return Err(TemplateError::Title);
        }
        match unknown(text) {
            Some(error) => Err(error),
            None if text.contains("{number}") || text.contains("{date}") => Ok(text.to_owned()),
            None => Err(TemplateError::SameTitle),
        }
    }

    /// A description, which may be empty and have several lines.
    pub fn parse_description(text: &str) -> Result<String, TemplateError> {
        let text = text.trim();
        if text.chars().count() > DESCRIPTION / 4 {
            return Err(TemplateError::Description);
        }
        unknown(text).map_or_else(|| Ok(text.to_owned()), Err)
    }

    /// Title and description as YouTube takes them: no angle brackets, not too long, the marker as the last line.
    pub fn fill(&self, facts: &Facts, marker: &str) -> (String, String) {
        let fill = |text: &str| {
            let number = facts.number.map(|number| number.to_string()).unwrap_or_default();
            let filled = [
                ("{course}", facts.course.as_str()),
                ("{number}", &number),
                ("{date}", &facts.date),
                ("{presenter}", &facts.presenter),
                ("{link}", &facts.link),
            ];
            let mut filled_in = String::new();
            let mut rest = text;
            // One pass, so that a course whose name holds `{link}` stays as it is.
            while let Some(at) = rest.find('{') {
                filled_in.push_str(&rest[..at]);
                rest = &rest[at..];
                let (word, value) =
                    filled.iter().find(|(word, _)| rest.starts_with(word)).copied().unwrap_or(("{", "{"));
                filled_in.push_str(value);
                rest = &rest[word.len()..];
            }
            filled_in.push_str(rest);
            filled_in.replace(['<', '>'], "")
        };
        let title = shortened(fill(&self.title).trim(), TITLE);
        let title = if title.is_empty() { marker.to_owned() } else { title };
        let text = fill(&self.description);
        let text = cut(text.trim(), DESCRIPTION - marker.len() - 1);
        (title, format!("{text}\n{marker}").trim_start().to_owned())
    }
}

/// As much of a text as so many bytes hold.
fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or_default()]
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most - 1).collect();
    format!("{}…", short.trim_end())
}

/// The longest title of a playlist, in characters.
const PLAYLIST_TITLE: usize = 150;

/// What the playlist of a run is called. The run's code makes it the only one of that name, so that one whose making was
/// not answered is found again.
pub fn playlist_title(course: &str, run: &str) -> String {
    let end = format!(" ({run})");
    let course = course.replace(['<', '>'], "");
    format!("{}{end}", shortened(course.trim(), PLAYLIST_TITLE - end.chars().count()))
}

/// What the picture says by which a broadcast is found among others: 1280 x 720, drawn by `server`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thumbnail {
    pub title: String,
    /// Below it, in this order: which class of its run, the day, who presents.
    pub facts: Vec<String>,
}

/// The id of a video: 11 letters, digits, hyphens and underscores.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VideoId(String);

impl VideoId {
    /// An id, or any of YouTube's links to a video: `watch?v=`, `youtu.be/`, `/live/`, `/embed/`, `/shorts/`, of the
    /// main site, the phone's, the studio's (`/video/<id>/livestreaming`) and the one without cookies.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let link = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
        Self::bare(text).or_else(|| Self::of_link(link))
    }

    /// Without its scheme.
    fn of_link(link: &str) -> Option<Self> {
        let (host, path) = link.split_once('/')?;
        let host = host.to_ascii_lowercase();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query = query.split('#').next().unwrap_or_default();
        let mut parts = path.split(['/', '#']);
        let first = parts.next().unwrap_or_default();
        match host.as_str() {
            "youtu.be" => Self::bare(first),
            "studio.youtube.com" if first == "video" => Self::bare(parts.next()?),
            "youtube.com"
            | "www.youtube.com"
            | "m.youtube.com"
            | "music.youtube.com"
            | "youtube-nocookie.com"
            | "www.youtube-nocookie.com" => match first {
                "watch" => query.split('&').find_map(|pair| Self::bare(pair.strip_prefix("v=")?)),
                "live" | "embed" | "shorts" | "v" => Self::bare(parts.next()?),
                _ => None,
            },
            _ => None,
        }
    }

    fn bare(text: &str) -> Option<Self> {
        let fits =
            text.len() == 11 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// What is on show at a moment, for whoever watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnShow {
    Before,
    Live,
    After,
    Cancelled,
}

/// A show by hand whose end nobody has pressed is over so long after it was to end.
const FORGOTTEN: TimeDelta = TimeDelta::hours(3);

/// A show by hand is begun so long before its start at the earliest.
pub const EARLIEST: TimeDelta = TimeDelta::hours(1);

/// When a show is to be, and when it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// What a viewer is shown. A manual broadcast goes by what its host has said, and else by its times: YouTube tells us
/// nothing of it.
pub fn on_show(state: State, times: Times, now: DateTime<Utc>) -> OnShow {
    let by_time = if now < times.starts_at {
        OnShow::Before
    } else if now < times.ends_at + TimeDelta::minutes(15) {
        OnShow::Live
    } else {
        OnShow::After
    };
    match state {
        State::Live | State::Ending => OnShow::Live,
        State::Complete | State::Filed => OnShow::After,
        State::Cancelled => OnShow::Cancelled,
        State::Manual if times.ended_at.is_some() => OnShow::After,
        State::Manual if times.started_at.is_some() && now < times.ends_at + FORGOTTEN => OnShow::Live,
        State::Manual if times.started_at.is_some() => OnShow::After,
        State::Manual => by_time,
        // Whatever we know of YouTube, what should have begun is shown where there is something to show.
        _ => match by_time {
            OnShow::Live => OnShow::Before,
            other => other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_watch_link_is_understood_and_nothing_else() {
        let id = "dQw4w9WgXcQ";
        for link in [
            id,
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://www.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ&t=12s",
            "http://m.youtube.com/watch?v=dQw4w9WgXcQ#t=1",
            "https://youtu.be/dQw4w9WgXcQ?si=abc",
            "youtu.be/dQw4w9WgXcQ",
            "https://www.youtube.com/live/dQw4w9WgXcQ?feature=share",
            "https://www.youtube.com/embed/dQw4w9WgXcQ",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1",
            "https://youtube.com/shorts/dQw4w9WgXcQ/",
            "https://studio.youtube.com/video/dQw4w9WgXcQ/livestreaming",
            "  https://youtu.be/dQw4w9WgXcQ\n",
        ] {
            assert_eq!(VideoId::parse(link).map(VideoId::into_string).as_deref(), Some(id), "{link}");
        }
        for link in [
            "",
            "dQw4w9WgXc",
            "dQw4w9WgXcQQ",
            "https://vimeo.com/watch?v=dQw4w9WgXcQ",
            "https://www.youtube.com/@channel",
            "https://www.youtube.com/watch?list=dQw4w9WgXcQ",
            "https://evil.example/youtu.be/dQw4w9WgXcQ",
            "javascript:alert(1)",
            "https://youtu.be/dQw4w9WgX<Q",
        ] {
            assert_eq!(VideoId::parse(link), None, "{link}");
        }
    }

    #[test]
    fn a_template_is_refused_for_what_would_go_wrong_later() {
        let title = Template::parse_title;
        assert_eq!(title("  {course} {number}차시 "), Ok("{course} {number}차시".to_owned()));
        assert_eq!(title(&Template::default().title), Ok(Template::default().title));
        for wrong in ["", " ", "{number}\n{date}", &format!("{{date}}{}", "가".repeat(95))] {
            assert_eq!(title(wrong), Err(TemplateError::Title), "{wrong}");
        }
        assert_eq!(title("{course}"), Err(TemplateError::SameTitle));
        assert_eq!(title("{course} {nr}"), Err(TemplateError::Unknown("{nr}".into())));
        // A brace alone is a brace.
        assert_eq!(title("{date} {"), Ok("{date} {".to_owned()));
        let description = Template::parse_description;
        assert_eq!(description(" 강사\n{link} "), Ok("강사\n{link}".to_owned()));
        assert_eq!(description(&"가".repeat(1251)), Err(TemplateError::Description));
        assert_eq!(description("{title}"), Err(TemplateError::Unknown("{title}".into())));
    }

    #[test]
    fn a_playlist_is_known_by_the_code_of_its_run() {
        assert_eq!(playlist_title(" <엑셀> 기초 ", "P21-014"), "엑셀 기초 (P21-014)");
        let long = playlist_title(&"가".repeat(200), "P21-014");
        assert_eq!(long.chars().count(), PLAYLIST_TITLE);
        assert!(long.ends_with("가… (P21-014)"), "{long}");
    }

    #[test]
    fn a_template_never_says_what_youtube_refuses() {
        let facts = Facts {
            course: format!("<b>{{link}} {}", "가".repeat(120)),
            number: Some(3),
            date: "3월 2일".into(),
            presenter: "강사01".into(),
            link: "https://learn.example/live/L".into(),
        };
        let marker = marker(Uuid::from_u128(7), 1);
        let (title, text) = Template::default().fill(&facts, &marker);
        assert_eq!(title.chars().count(), TITLE);
        assert!(title.starts_with("b{link} 가"), "{title}");
        assert!(title.ends_with('…'));
        assert_eq!(text, format!("강사: 강사01\n수업 화면: https://learn.example/live/L\n{marker}"));
        let long = Template { title: String::new(), description: "나".repeat(6000) };
        let (title, text) = long.fill(&facts, &marker);
        assert_eq!(title, marker);
        assert!((DESCRIPTION - 3..=DESCRIPTION).contains(&text.len()), "{}", text.len());
        assert_eq!(text.lines().last(), Some(marker.as_str()));
    }
}
