//! Google's error envelope, and what its reasons mean to us.

use domain::broadcast::call::{Reason, Refusal};
use serde_json::Value;

/// What an answer with a 4xx says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was done, for this reason.
    Refused(Refusal),
    /// Not said in Google's way, or about trouble of its own: it may have been done.
    Unclear(String),
}

/// Reads `{"error": {"code", "message", "errors": [{"reason", "domain", "message"}], "status"}}`.
pub fn judge(status: u16, body: &[u8]) -> Verdict {
    let answer = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let error = &answer["error"];
    if !(400..500).contains(&status) || error["code"].as_u64() != Some(status.into()) {
        return Verdict::Unclear(format!("HTTP {status}"));
    }
    let word = reason_word(error);
    let said = format!("HTTP {status} {word}: {}", plain(error["message"].as_str().unwrap_or_default()));
    match class(status, word) {
        Some(reason) => Verdict::Refused(Refusal { reason, said }),
        None => Verdict::Unclear(said),
    }
}

/// The most telling word: the API's own in `errors`, else that of Google's newer envelope.
fn reason_word(error: &Value) -> &str {
    let of_list = |list: &str| error[list].as_array()?.iter().find_map(|it| it["reason"].as_str());
    of_list("errors").or_else(|| of_list("details")).or_else(|| error["status"].as_str()).unwrap_or_default()
}

/// A line of at most 200 characters without control characters, as it goes into a row and a log.
fn plain(message: &str) -> String {
    message.chars().filter(|it| !it.is_control()).take(200).collect()
}

/// Source of the words: the errors of the Live Streaming API and of the Data API. None where it may have been done.
fn class(status: u16, word: &str) -> Option<Reason> {
    let reason = match word {
        "redundantTransition" => Reason::Redundant,
        "errorStreamInactive" => Reason::StreamInactive,
        "invalidTransition"
        | "liveBroadcastBindingNotAllowed"
        | "liveBroadcastDeletionNotAllowed"
        | "autoStartModificationNotAllowed"
        | "autoStopModificationNotAllowed"
        | "closedCaptionsTypeModificationNotAllowed"
        | "enableMonitorStreamModificationNotAllowed"
        | "modificationNotAllowed" => Reason::InvalidTransition,
        "quotaExceeded" | "dailyLimitExceeded" | "dailyLimitExceededUnreg" => Reason::QuotaExceeded,
        "rateLimitExceeded"
        | "RATE_LIMIT_EXCEEDED"
        | "userRateLimitExceeded"
        | "userRequestsExceedRateLimit"
        | "uploadRateLimitExceeded"
        | "concurrentLimitExceeded"
        | "servingLimitExceeded" => Reason::TooFast,
        "liveStreamingNotEnabled"
        | "livePermissionBlocked"
        | "insufficientLivePermissions"
        | "insufficientPermissions"
        | "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
        | "liveBroadcastsLimitExceeded"
        | "userBroadcastsExceedLimit"
        | "userStreamsExceedLimit"
        | "maxPlaylistExceeded"
        | "playlistContainsMaximumNumberOfVideos"
        | "accessNotConfigured"
        | "SERVICE_DISABLED"
        | "accountDelegationForbidden"
        | "authenticatedUserAccountClosed"
        | "authenticatedUserAccountSuspended"
        | "channelClosed"
        | "channelSuspended"
        | "youtubeSignupRequired" => Reason::Channel,
        // It broke off while it was doing it.
        "backendError" | "internalError" | "errorExecutingTransition" => return None,
        _ => match status {
            400 | 405 | 406 | 411..=415 | 422 => Reason::Invalid,
            401 => Reason::Unauthorized,
            404 | 410 => Reason::NotFound,
            408 => return None,
            429 => Reason::TooFast,
            _ => Reason::Other,
        },
    };
    Some(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(status: u16, reason: &str) -> Vec<u8> {
        let error =
            serde_json::json!({ "code": status, "message": "Why\nnot", "errors": [{ "reason": reason }] });
        serde_json::json!({ "error": error }).to_string().into_bytes()
    }

    #[test]
    fn each_word_has_its_class_and_the_status_speaks_for_the_others() {
        for (status, word, reason) in [
            (403, "redundantTransition", Reason::Redundant),
            (403, "invalidTransition", Reason::InvalidTransition),
            (403, "errorStreamInactive", Reason::StreamInactive),
            (403, "quotaExceeded", Reason::QuotaExceeded),
            (403, "userRequestsExceedRateLimit", Reason::TooFast),
            (403, "liveStreamingNotEnabled", Reason::Channel),
            (403, "insufficientLivePermissions", Reason::Channel),
            (403, "neverHeardOf", Reason::Other),
            (400, "invalidTitle", Reason::Invalid),
            (401, "authError", Reason::Unauthorized),
            (404, "liveBroadcastNotFound", Reason::NotFound),
            (429, "neverHeardOf", Reason::TooFast),
        ] {
            let said = format!("HTTP {status} {word}: Whynot");
            assert_eq!(judge(status, &envelope(status, word)), Verdict::Refused(Refusal { reason, said }));
        }
    }

    #[test]
    fn what_google_did_not_say_so_may_have_been_done() {
        for (status, body) in [
            (403, b"<html>Blocked by the office's proxy".to_vec()),
            (403, envelope(404, "liveBroadcastNotFound")),
            (503, envelope(503, "backendError")),
            (302, envelope(302, "moved")),
            (403, envelope(403, "errorExecutingTransition")),
            (408, envelope(408, "timeout")),
            (400, Vec::new()),
            (400, b"[]".to_vec()),
            (400, br#"{"error":"invalid_request"}"#.to_vec()),
        ] {
            assert!(matches!(judge(status, &body), Verdict::Unclear(_)), "{status}");
        }
    }

    #[test]
    fn the_newer_envelope_is_read_too() {
        let body = br#"{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED",
            "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED"}]}}"#;
        assert!(matches!(judge(429, body), Verdict::Refused(it) if it.reason == Reason::TooFast));
    }
}
