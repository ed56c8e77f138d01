//! Consent, tokens, and that none of them is shown.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use domain::broadcast::call::{Call, Grant, Hindrance, Outcome, Reason, Youtube};
use reqwest::Url;
use server::youtube::{Client, SCOPE, SignInError, Verifier};
use tests::youtube::discovery::google as described;
use tests::youtube::{CLIENT_SECRET, Consent, Fault, Google, Request, TokenFault};
use tracing_subscriber::fmt::MakeWriter;

use super::{Scene, done, draft, with_google};

/// Goes to Google's page as a browser would, and comes back with what stands in the address.
async fn consent(client: &Client, state: &str, verifier: &Verifier) -> HashMap<String, String> {
    let browser =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a browser");
    let answer = browser.get(client.authorize_url(state, verifier)).send().await.expect("Google's page");
    assert_eq!(answer.status(), 302, "{:?}", answer.text().await);
    let place = answer.headers()["location"].to_str().expect("an address");
    Url::parse(place).expect("an address").query_pairs().into_owned().collect()
}

#[test]
fn a_channel_is_connected_and_let_go_again() {
    with_google(async |google, _| {
        let (client, verifier) = (google.client(), Verifier::fresh());
        let back = consent(&client, "a state", &verifier).await;
        assert_eq!(back["state"], "a state");
        let refresh_token = client.exchange(&back["code"], &verifier).await.expect("a token");
        let grant = Grant { channel: uuid::Uuid::from_u128(7), refresh_token };
        done(client.call(&grant, &Call::ReadChannel).await);
        assert_eq!(
            client.exchange(&back["code"], &verifier).await,
            Err(SignInError::Code),
            "a code is good once"
        );

        assert_eq!(client.revoke(&grant.refresh_token).await, Ok(()));
        assert_eq!(client.revoke(&grant.refresh_token).await, Ok(()), "it is gone already");
        let outcome = google.client().call(&grant, &Call::ReadChannel).await;
        assert_eq!(outcome, Outcome::NotTried(Hindrance::GrantLost));
        // Also for who still holds an access token.
        let outcome = client.call(&grant, &Call::ReadChannel).await;
        assert_eq!(outcome, Outcome::NotTried(Hindrance::GrantLost));
        assert_eq!(client.renew(&grant).await, Err(Hindrance::GrantLost));
    });
}

#[test]
fn who_comes_back_with_another_verifier_or_without_the_scope_gets_nothing() {
    with_google(async |google, time| {
        let (client, verifier) = (google.client(), Verifier::fresh());
        let code = consent(&client, "s", &verifier).await["code"].clone();
        assert_eq!(client.exchange(&code, &Verifier::fresh()).await, Err(SignInError::Code));
        let code = consent(&client, "s", &verifier).await["code"].clone();
        time.pass(TimeDelta::minutes(11));
        assert_eq!(client.exchange(&code, &verifier).await, Err(SignInError::Code), "too late");

        google.world().sign_in.consent = Consent::WithoutScope(0);
        let code = consent(&client, "s", &verifier).await["code"].clone();
        assert_eq!(client.exchange(&code, &verifier).await, Err(SignInError::Scope));
        google.world().sign_in.consent = Consent::Deny;
        assert_eq!(consent(&client, "s", &verifier).await["error"], "access_denied");

        google.world().sign_in.consent = Consent::Allow(0);
        for fault in [TokenFault::Trouble(503), TokenFault::Html, TokenFault::Closed] {
            let code = consent(&client, "s", &verifier).await["code"].clone();
            google.world().token_faults.push_back(Some(fault));
            let outcome = client.exchange(&code, &verifier).await;
            assert!(matches!(outcome, Err(SignInError::Unreachable(_))), "{outcome:?}");
        }
        let mut settings = google.settings();
        settings.client_secret = "another".into();
        let stranger = Client::new(settings, time.clock()).expect("a client");
        let refused = SignInError::Refused("invalid_client".into());
        assert_eq!(stranger.exchange("4/code", &verifier).await, Err(refused));
    });
}

#[test]
fn the_one_scope_is_enough_for_all_we_call_and_for_captions() {
    let mut request =
        Request { verb: "GET".into(), path: "/youtube/v3/captions".into(), ..Request::default() };
    assert!(described().find(&request).expect("a method").scopes.iter().any(|scope| scope == SCOPE));
    request.path = "/youtube/v3/liveBroadcasts".into();
    assert!(described().find(&request).expect("a method").scopes.iter().any(|scope| scope == SCOPE));
    with_google(async |google, _| {
        // The scenes elsewhere are played with this scope; one that may only read is refused.
        let read_only = "https://www.googleapis.com/auth/youtube.readonly".to_owned();
        let refresh_token = google.world().sign_in.grant_with(0, vec![read_only]);
        let grant = Grant { channel: uuid::Uuid::from_u128(1), refresh_token };
        let client = google.client();
        done(client.call(&grant, &Call::ListBroadcasts).await);
        match client.call(&grant, &Call::InsertBroadcast(draft("1회"))).await {
            Outcome::Rejected(refusal) => assert_eq!(refusal.reason, Reason::Channel),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_token_is_kept_until_shortly_before_its_end() {
    with_google(async |google, time| {
        let (client, grant) = (google.client(), google.grant());
        let call = async || done(client.call(&grant, &Call::ReadChannel).await);
        call().await;
        time.pass(TimeDelta::minutes(50));
        call().await;
        assert_eq!(google.world().sign_in.refreshed, 1);
        time.pass(TimeDelta::minutes(9));
        call().await;
        assert_eq!(google.world().sign_in.refreshed, 2, "a minute before its end");
        assert!(google.world().log.iter().all(|entry| entry.done), "none was used up");
        client.renew(&grant).await.expect("a token");
        assert_eq!(google.world().sign_in.refreshed, 3);
        call().await;
        assert_eq!(google.world().sign_in.refreshed, 3, "the renewed one is used");
    });
}

#[test]
fn a_token_that_ends_in_the_middle_is_renewed_and_the_call_made_once() {
    with_google(async |google, _| {
        let (client, grant) = (google.client(), google.grant());
        let scene = Scene::set(&client, &grant).await;
        for call in scene.calls() {
            let before = google.world().log.len();
            google.world().sign_in.end_access();
            done(client.call(&grant, &call).await);
            let done: Vec<_> = google.world().log[before..].iter().map(|entry| entry.done).collect();
            assert_eq!(done, [false, true], "{call:?}");
        }
        let twice = Some(Fault::Refused(401, "authError"));
        google.world().faults.extend([twice, twice]);
        let before = google.world().shows().len();
        match client.call(&grant, &Call::InsertBroadcast(draft("2회"))).await {
            Outcome::Rejected(refusal) => assert_eq!(refusal.reason, Reason::Unauthorized),
            other => panic!("{other:?}"),
        }
        assert_eq!(google.world().shows().len(), before);
        assert!(google.world().faults.is_empty(), "asked twice, and no third time");
    });
}

#[test]
fn a_grant_that_dies_without_a_word_is_noticed_where_it_is_used() {
    with_google(async |google, _| {
        let (client, grant) = (google.client(), google.grant());
        done(client.call(&grant, &Call::ReadChannel).await);
        google.world().sign_in.lose(&grant.refresh_token);
        let outcome = client.call(&grant, &Call::InsertBroadcast(draft("1회"))).await;
        assert_eq!(outcome, Outcome::NotTried(Hindrance::GrantLost));
        assert!(google.world().shows().is_empty());
        // Connected anew, under the same row.
        let anew = Grant { refresh_token: google.grant().refresh_token, ..grant };
        done(client.call(&anew, &Call::ReadChannel).await);
    });
}

#[test]
fn a_channel_connected_anew_never_speaks_with_the_old_token() {
    with_google(async |google, _| {
        let other = google.world().add_channel("다른 채널");
        let (client, grant) = (google.client(), google.grant());
        done(client.call(&grant, &Call::ReadChannel).await);
        let refresh_token = google.world().sign_in.grant(other);
        let anew = Grant { refresh_token, ..grant };
        match done(client.call(&anew, &Call::ReadChannel).await) {
            domain::broadcast::call::Answer::Channel(channel) => assert_eq!(channel.title, "다른 채널"),
            answer => panic!("{answer:?}"),
        }
    });
}

#[test]
fn those_who_come_at_once_fetch_one_token() {
    with_google(async |google, _| {
        let (client, grant) = (google.client(), google.grant());
        let crowd = async |client: &Client, grant: &Grant| {
            let calls = (0..8).map(|_| client.call(grant, &Call::ReadChannel));
            for outcome in futures::future::join_all(calls).await {
                done(outcome);
            }
        };
        crowd(&client, &grant).await;
        assert_eq!(google.world().sign_in.refreshed, 1);
        // All are refused at once, and one renews for all.
        google.world().sign_in.end_access();
        crowd(&client, &grant).await;
        assert_eq!(google.world().sign_in.refreshed, 2);
        // Two channels don't wait for each other.
        let client = google.impatient_client();
        let other = Grant { channel: uuid::Uuid::from_u128(2), ..google.grant() };
        google.world().token_faults.push_back(Some(TokenFault::Hang));
        let order = Mutex::new(Vec::new());
        let slow = async {
            client.renew(&grant).await.expect_err("silence");
            order.lock().expect("the order").push("slow");
        };
        let quick = async {
            while !google.world().token_faults.is_empty() {
                tokio::task::yield_now().await;
            }
            done(client.call(&other, &Call::ReadChannel).await);
            order.lock().expect("the order").push("quick");
        };
        futures::join!(slow, quick);
        assert_eq!(*order.lock().expect("the order"), ["quick", "slow"]);
    });
}

/// What is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Everything that is a secret in these tests begins with one of these.
const SECRETS: [&str; 7] =
    [CLIENT_SECRET, "refresh-secret", "access-secret", "strk-", "4%2Fcode", "4/code", "verifier-secret"];

fn assert_tells_nothing(what: &str, shown: &str) {
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{what} shows {secret}: {shown}");
    }
}

#[test]
fn no_secret_is_logged_or_shown() {
    let log = Log::default();
    let heard =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // Where there is one listener alone, `tracing` asks only the thread that comes by a place first, and that may be
    // another test's.
    let _other = tracing::Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(heard);
    with_google(async |google, _| tell_everything(&google).await);
    let logged = String::from_utf8(log.0.lock().expect("the log").clone()).expect("text");
    assert!(logged.contains("YouTube may have done it"), "the log was heard: {logged}");
    assert_tells_nothing("the log", &logged);
}

async fn tell_everything(google: &Google) {
    let client = google.client();
    let verifier = Verifier::parse(&"verifier-secret".repeat(4)).expect("a verifier");
    assert_tells_nothing("settings", &format!("{:?}", google.settings()));
    assert_tells_nothing("verifier", &format!("{verifier:?}"));
    let code = consent(&client, "s", &verifier).await["code"].clone();
    let refresh_token = client.exchange(&code, &verifier).await.expect("a token");
    let grant = Grant { channel: uuid::Uuid::from_u128(1), refresh_token };
    assert_tells_nothing("grant", &format!("{grant:?}"));
    let scene = Scene::set(&client, &grant).await;
    assert_tells_nothing("stream", &format!("{:?}", scene.stream));
    for fault in Fault::ALL.into_iter().filter(|it| !matches!(it, Fault::Hang(_))) {
        for call in [Call::ListStreams, Call::InsertStream { title: "스튜디오".into() }] {
            google.world().faults.push_back(Some(fault));
            let outcome = client.call(&grant, &call).await;
            assert_tells_nothing("outcome", &format!("{outcome:?}"));
        }
    }
    for fault in TokenFault::ALL.into_iter().filter(|it| *it != TokenFault::Hang) {
        google.world().token_faults.push_back(Some(fault));
        assert_tells_nothing("hindrance", &format!("{:?}", client.renew(&grant).await));
        google.world().token_faults.push_back(Some(fault));
        let error = client.exchange("4/code-9", &verifier).await.expect_err("a fault");
        assert_tells_nothing("error", &format!("{error:?} {error}"));
    }
    assert_tells_nothing("error", &format!("{:?}", client.exchange("4/code-9", &verifier).await));
    client.revoke(&grant.refresh_token).await.expect("revoking");
}
