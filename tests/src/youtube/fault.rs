//! What may go wrong between us and YouTube, at any request.

/// Whether the request had its effect by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

/// What happens to one request to the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No connection comes about. In memory only: over HTTP the server is stopped instead.
    NoConnection,
    Closed(When),
    Hang(When),
    /// An answer with this status (5xx, or a redirection) in Google's envelope.
    Trouble(u16, When),
    /// Refused with this status and reason, without effect.
    Refused(u16, &'static str),
    /// It takes effect; half of the answer arrives.
    Cut,
    /// It takes effect; the answer is JSON of another kind.
    OtherJson,
    /// It takes effect; the answer is a page of some proxy.
    Html,
}

impl Fault {
    /// Each kind, for tables and for histories.
    pub const ALL: [Self; 15] = [
        Self::NoConnection,
        Self::Closed(When::Before),
        Self::Closed(When::After),
        Self::Hang(When::Before),
        Self::Hang(When::After),
        Self::Trouble(500, When::Before),
        Self::Trouble(500, When::After),
        Self::Trouble(503, When::Before),
        Self::Trouble(503, When::After),
        Self::Refused(401, "authError"),
        Self::Refused(403, "quotaExceeded"),
        Self::Refused(403, "userRequestsExceedRateLimit"),
        Self::Cut,
        Self::OtherJson,
        Self::Html,
    ];

    /// Whether the request takes effect in spite of it.
    pub fn lets_through(self) -> bool {
        match self {
            Self::NoConnection | Self::Refused(..) => false,
            Self::Closed(when) | Self::Hang(when) | Self::Trouble(_, when) => when == When::After,
            Self::Cut | Self::OtherJson | Self::Html => true,
        }
    }
}

/// What happens to one request to the sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// The grant is gone, though nobody revoked it.
    InvalidGrant,
    Trouble(u16),
    Closed,
    Hang,
    Html,
}

impl TokenFault {
    pub const ALL: [Self; 5] = [Self::InvalidGrant, Self::Trouble(503), Self::Closed, Self::Hang, Self::Html];
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    Whole(u16, Vec<u8>),
    /// The head and half of the body.
    Cut(u16, Vec<u8>),
    Closed,
    Silence,
    NoConnection,
}

pub const PAGE: &[u8] = b"<html><body>Please sign in to the office's network</body></html>";
