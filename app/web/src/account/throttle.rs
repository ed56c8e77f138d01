//! How often one address, and one source, may try: against guessing passwords and against sending texts at our cost.
//!
//! How many codes an address is sent is counted in the database besides; this is the first, cheaper gate.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::account::Address;
use governor::clock::{Clock, MonotonicClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::ask::{Ask, SourceIp};
use crate::words;

/// Thirty at once, then one more each minute: far below the hundred wrong passwords that NIST SP 800-63B allows.
const ADDRESS: Quota = Quota::per_hour(count(60)).allow_burst(count(30));

/// A class of fifty behind one router signs up within minutes; nobody types faster than that.
const SOURCE: Quota = Quota::per_minute(count(20)).allow_burst(count(200));

/// From so many keys on, those that may try freely again are forgotten.
const KEYS: usize = 10_000;

/// Checked by the compiler, as it is only used for constants.
const fn count(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap()
}

/// Too often; another try makes sense after so many seconds.
#[derive(Clone, Copy, Debug)]
pub struct TooMany {
    pub retry_after: u64,
}

#[derive(Clone)]
pub struct Throttle {
    addresses: Arc<DefaultKeyedRateLimiter<Address>>,
    sources: Arc<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Throttle {
    pub fn new() -> Self {
        Self {
            addresses: Arc::new(RateLimiter::keyed(ADDRESS)),
            sources: Arc::new(RateLimiter::keyed(SOURCE)),
        }
    }

    /// Counts a try from a source, and for an address where one was given.
    pub fn check(&self, source: SourceIp, address: Option<&Address>) -> Result<(), TooMany> {
        try_once(&self.sources, &network(source.0))?;
        address.map_or(Ok(()), |address| try_once(&self.addresses, address))
    }
}

fn try_once<K: Clone + Eq + std::hash::Hash>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), TooMany> {
    if limiter.len() > KEYS {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|refusal| TooMany {
        retry_after: refusal.wait_time_from(MonotonicClock.now()).as_secs().max(1),
    })
}

/// One household or office holds a whole /64 of IPv6 addresses, so that is one source.
fn network(source: IpAddr) -> IpAddr {
    match source {
        IpAddr::V4(_) => source,
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
    }
}

/// What a form says to who tried too often: the same for an address with an account and one without.
pub fn sentence(ask: &Ask, too_many: TooMany) -> String {
    words::account::too_many(ask.language, too_many.retry_after.div_ceil(60))
}

/// Gives the form that carries the sentence its status and the time to wait.
pub fn refused(mut form: Response, too_many: TooMany) -> Response {
    *form.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    form.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(too_many.retry_after));
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_tries_and_others_keep_theirs() {
        let throttle = Throttle::new();
        let source = SourceIp("203.0.113.7".parse().unwrap());
        let (one, other) = (Address::parse("01012345678"), Address::parse("01087654321"));
        for _ in 0..30 {
            assert!(throttle.check(source, one.as_ref()).is_ok());
        }
        assert!(throttle.check(source, one.as_ref()).is_err_and(|refusal| refusal.retry_after <= 60));
        assert!(throttle.check(source, other.as_ref()).is_ok());
    }

    #[test]
    fn a_source_is_a_whole_ipv6_network() {
        assert_eq!(network("2001:db8::1".parse().unwrap()), network("2001:db8::ffff".parse().unwrap()));
        assert_ne!(network("2001:db8::1".parse().unwrap()), network("2001:db8:0:1::1".parse().unwrap()));
    }
}
