//! What we say to YouTube and what it answers, as values: whoever decides writes a [`Call`], `server` carries it out.
//!
//! Source of shapes, limits and reasons: the YouTube Data API v3 (`liveBroadcasts`, `liveStreams`, `videos`, `thumbnails`,
//! `playlists`, `playlistItems`, `channels`).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::broadcast::model::Thumbnail;
use crate::named::named;

/// One request to YouTube, with all it says. A list stands for all its pages.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// The channel that the grant is for.
    ReadChannel,
    InsertBroadcast(Draft),
    /// All broadcasts of the channel, whatever their phase.
    ListBroadcasts,
    ReadBroadcast {
        id: String,
    },
    /// Writes back what was read, changed by [`Draft::apply`]; a PUT replaces every field of the parts it names.
    UpdateBroadcast {
        raw: Value,
    },
    /// Has it begin with what arrives on a stream; without one it lets go of the stream it has.
    Bind {
        id: String,
        stream: Option<String>,
    },
    Transition {
        id: String,
        to: Move,
    },
    DeleteBroadcast {
        id: String,
    },
    /// A reusable stream for one encoder.
    InsertStream {
        title: String,
    },
    ListStreams,
    ReadStream {
        id: String,
    },
    /// Viewers while it is live, views of the replay afterwards, what became of the recording.
    ReadVideo {
        id: String,
    },
    /// Its picture is drawn when it is sent.
    SetThumbnail {
        id: String,
        thumbnail: Thumbnail,
    },
    InsertPlaylist {
        title: String,
        privacy: Privacy,
    },
    ListPlaylists,
    InsertPlaylistItem {
        playlist: String,
        video: String,
    },
    ListPlaylistItems {
        playlist: String,
    },
}

named! {
    /// The name of a call, by which the ledger knows what it costs.
    pub enum Method {
        ReadChannel = "channels.list",
        InsertBroadcast = "liveBroadcasts.insert",
        ListBroadcasts = "liveBroadcasts.list",
        UpdateBroadcast = "liveBroadcasts.update",
        Bind = "liveBroadcasts.bind",
        Transition = "liveBroadcasts.transition",
        DeleteBroadcast = "liveBroadcasts.delete",
        InsertStream = "liveStreams.insert",
        ListStreams = "liveStreams.list",
        ReadVideo = "videos.list",
        SetThumbnail = "thumbnails.set",
        InsertPlaylist = "playlists.insert",
        ListPlaylists = "playlists.list",
        InsertPlaylistItem = "playlistItems.insert",
        ListPlaylistItems = "playlistItems.list",
    }

    /// Who can find and see a video (`status.privacyStatus`).
    pub enum Privacy {
        Public = "public",
        Unlisted = "unlisted",
        Private = "private",
    }

    /// How far behind the room the picture is (`contentDetails.latencyPreference`).
    pub enum Latency {
        Normal = "normal",
        Low = "low",
        UltraLow = "ultraLow",
    }

    /// Where a broadcast may be sent (`broadcastStatus` of the transition call).
    pub enum Move {
        Testing = "testing",
        Live = "live",
        Complete = "complete",
    }

    /// Where YouTube says a broadcast stands (`status.lifeCycleStatus`).
    pub enum Phase {
        Created = "created",
        Ready = "ready",
        TestStarting = "testStarting",
        Testing = "testing",
        LiveStarting = "liveStarting",
        Live = "live",
        Complete = "complete",
        Revoked = "revoked",
    }

    /// Whether pictures arrive (`status.streamStatus`).
    pub enum StreamStatus {
        Created = "created",
        Ready = "ready",
        Active = "active",
        Inactive = "inactive",
        Error = "error",
    }

    /// How good they are (`status.healthStatus.status`).
    pub enum Health {
        Good = "good",
        Ok = "ok",
        Bad = "bad",
        NoData = "noData",
    }
}

impl Call {
    pub fn method(&self) -> Method {
        match self {
            Self::ReadChannel => Method::ReadChannel,
            Self::InsertBroadcast(_) => Method::InsertBroadcast,
            Self::ListBroadcasts | Self::ReadBroadcast { .. } => Method::ListBroadcasts,
            Self::UpdateBroadcast { .. } => Method::UpdateBroadcast,
            Self::Bind { .. } => Method::Bind,
            Self::Transition { .. } => Method::Transition,
            Self::DeleteBroadcast { .. } => Method::DeleteBroadcast,
            Self::InsertStream { .. } => Method::InsertStream,
            Self::ListStreams | Self::ReadStream { .. } => Method::ListStreams,
            Self::ReadVideo { .. } => Method::ReadVideo,
            Self::SetThumbnail { .. } => Method::SetThumbnail,
            Self::InsertPlaylist { .. } => Method::InsertPlaylist,
            Self::ListPlaylists => Method::ListPlaylists,
            Self::InsertPlaylistItem { .. } => Method::InsertPlaylistItem,
            Self::ListPlaylistItems { .. } => Method::ListPlaylistItems,
        }
    }
}

/// What we want a broadcast to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// 1 to 100 characters, without `<` and `>`.
    pub title: String,
    /// Without `<` and `>`. Up to 5,000 bytes, since the pages on broadcasts say characters and those on videos, which a
    /// broadcast is as well, say bytes. Its last line is the marker by which the broadcast is known again.
    pub description: String,
    /// To the second, as YouTube keeps it; in the future when it is made.
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub privacy: Privacy,
    /// As the law wants it declared; YouTube then takes away the chat.
    pub made_for_kids: bool,
    pub dvr: bool,
    pub latency: Latency,
}

/// A broadcast as it was read, and the whole of its JSON. What somebody made by hand may lack times: then it begins when
/// it was made, and ends when it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Broadcast {
    /// Also the id of the video.
    pub id: String,
    pub draft: Draft,
    pub phase: Phase,
    pub stream: Option<String>,
    pub raw: Value,
}

/// A stream: where one encoder sends its picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Stream {
    pub id: String,
    pub title: String,
    pub status: StreamStatus,
    pub health: Health,
    /// `rtmps://…`
    pub address: String,
    /// The stream key (`cdn.ingestionInfo.streamName`), a secret.
    pub key: String,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, title, status, health, address, key: _ } = self;
        f.debug_struct("Stream")
            .field("id", id)
            .field("title", title)
            .field("status", status)
            .field("health", health)
            .field("address", address)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Video {
    pub id: String,
    pub privacy: Privacy,
    /// Only while it is live.
    pub viewers: Option<u32>,
    pub views: Option<u64>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// A channel or a playlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Titled {
    pub id: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Channel(Titled),
    Broadcast(Box<Broadcast>),
    Broadcasts(Vec<Broadcast>),
    Stream(Stream),
    Streams(Vec<Stream>),
    Video(Video),
    Playlist(Titled),
    Playlists(Vec<Titled>),
    /// The ids of the videos in a playlist.
    Items(Vec<String>),
    /// It did what was asked and has nothing to say.
    Nothing,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done(Answer),
    /// YouTube answered, and did nothing.
    Rejected(Refusal),
    /// It may have taken effect: no answer, half an answer, 5xx. The text is for people who look after the program.
    Uncertain(String),
    /// Nothing that could take effect was sent.
    NotTried(Hindrance),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: Reason,
    /// The HTTP status and the API's own words.
    pub said: String,
}

/// Why YouTube refused, as far as it makes a difference to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `redundantTransition`: it stands there already.
    Redundant,
    /// `invalidTransition`, `liveBroadcastBindingNotAllowed`, `liveBroadcastDeletionNotAllowed` and the like: it stands
    /// elsewhere than we believed.
    InvalidTransition,
    /// `errorStreamInactive`: no picture arrives yet.
    StreamInactive,
    /// `quotaExceeded`, `dailyLimitExceeded`: nothing more before midnight Pacific time.
    QuotaExceeded,
    /// `rateLimitExceeded`, `userRequestsExceedRateLimit`: a little later.
    TooFast,
    /// `liveStreamingNotEnabled`, `livePermissionBlocked`, `insufficientLivePermissions`, `liveBroadcastsLimitExceeded`
    /// and the like: a person has to put the channel right.
    Channel,
    /// 404: it isn't there (any more).
    NotFound,
    /// 401, also with a new token: nothing was done.
    Unauthorized,
    /// Something in what we sent is not accepted; to send it again would be in vain.
    Invalid,
    /// Any other refusal.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// `invalid_grant`: somebody has to connect the channel again.
    GrantLost,
    /// No connection to YouTube or to its sign-in, or no token from it just now.
    Unreachable(String),
    /// Today's units are spent or kept back.
    Quota,
}

/// What lets us act for a channel. Its `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    pub channel: uuid::Uuid,
    pub refresh_token: String,
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grant").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// YouTube itself over HTTP, or the model of it that the tests run thousands of histories against.
#[cfg(feature = "store")]
pub trait Youtube: Send + Sync {
    /// Makes one call. A POST is never made twice.
    fn call(&self, grant: &Grant, call: &Call) -> impl Future<Output = Outcome> + Send;

    /// Takes a new access token, so that a grant doesn't die of idleness and its death is noticed.
    fn renew(&self, grant: &Grant) -> impl Future<Output = Result<(), Hindrance>> + Send;
}

#[cfg(feature = "store")]
impl<Y: Youtube> Youtube for std::sync::Arc<Y> {
    fn call(&self, grant: &Grant, call: &Call) -> impl Future<Output = Outcome> + Send {
        (**self).call(grant, call)
    }

    fn renew(&self, grant: &Grant) -> impl Future<Output = Result<(), Hindrance>> + Send {
        (**self).renew(grant)
    }
}

impl Draft {
    /// The parts of the API's resource that say this, as `liveBroadcasts.insert` takes them.
    pub fn resource(&self) -> Value {
        let mut raw = serde_json::json!({});
        self.apply(&mut raw);
        raw
    }

    /// Writes what we decide into a resource and leaves everything else in it alone. Auto-start is on and auto-stop off,
    /// so that a class can begin while we are away; DVR and recording from the start give a replay at once.
    ///
    /// A PUT has to say the delay of the monitor stream, and `enableLowLatency`, the older word for the latency, must agree
    /// with the newer one or be absent.
    pub fn apply(&self, raw: &mut Value) {
        let seconds = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        raw["snippet"]["title"] = self.title.as_str().into();
        raw["snippet"]["description"] = self.description.as_str().into();
        raw["snippet"]["scheduledStartTime"] = seconds(self.starts_at).into();
        raw["snippet"]["scheduledEndTime"] = seconds(self.ends_at).into();
        raw["status"]["privacyStatus"] = self.privacy.as_str().into();
        raw["status"]["selfDeclaredMadeForKids"] = self.made_for_kids.into();
        let details = &mut raw["contentDetails"];
        details["enableDvr"] = self.dvr.into();
        details["recordFromStart"] = true.into();
        details["enableAutoStart"] = true.into();
        details["enableAutoStop"] = false.into();
        details["latencyPreference"] = self.latency.as_str().into();
        details["monitorStream"]["enableMonitorStream"] = false.into();
        details["monitorStream"]["broadcastStreamDelayMs"] = 0.into();
        if let Some(details) = details.as_object_mut() {
            details.remove("enableLowLatency");
        }
    }
}
