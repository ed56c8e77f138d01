//! The world as the program sees YouTube, without HTTP: for thousands of histories in seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, Utc};
use domain::broadcast::call::{Call, Grant, Hindrance, Outcome, Reason, Youtube};
use domain::clock::Clock;
use server::youtube::Exchange;

use super::fault::{Delivery, TokenFault};
use super::sign_in::{CLIENT_ID, CLIENT_SECRET};
use super::wire::Request;
use super::world::World;

/// A world that several may talk to, by a clock that the test holds.
#[derive(Clone)]
pub struct Memory {
    world: Arc<Mutex<World>>,
    clock: Clock,
}

impl Memory {
    pub fn new(world: World, clock: Clock) -> Self {
        Self { world: Arc::new(Mutex::new(world)), clock }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("the world")
    }
}

impl Youtube for Memory {
    async fn call(&self, grant: &Grant, call: &Call) -> Outcome {
        self.world().call(self.clock.now(), grant, call)
    }

    async fn renew(&self, grant: &Grant) -> Result<(), Hindrance> {
        self.world().fetch(self.clock.now(), grant).map(drop)
    }
}

impl World {
    /// What the client makes of one call, with all that may happen to it.
    pub fn call(&mut self, now: DateTime<Utc>, grant: &Grant, call: &Call) -> Outcome {
        let mut exchange = Exchange::new(call);
        let mut renewed = false;
        let mut token = match self.fetch(now, grant) {
            Ok(token) => token,
            Err(hindrance) => return Outcome::NotTried(hindrance),
        };
        loop {
            let request = Request::of(exchange.request(), &token);
            let outcome = match self.deliver(now, &request) {
                Delivery::NoConnection => {
                    return Outcome::NotTried(Hindrance::Unreachable("no connection".into()));
                }
                Delivery::Silence => return Outcome::Uncertain("no answer in time".into()),
                // An answer that says all with its status can't be cut.
                Delivery::Cut(_, body) if !body.is_empty() => {
                    return Outcome::Uncertain("the connection broke off".into());
                }
                Delivery::Closed => return Outcome::Uncertain("the connection broke off".into()),
                Delivery::Whole(status, body) | Delivery::Cut(status, body) => exchange.take(status, &body),
            };
            match outcome {
                Some(Outcome::Rejected(refusal)) if refusal.reason == Reason::Unauthorized && !renewed => {
                    renewed = true;
                    token = match self.fetch(now, grant) {
                        Ok(token) => token,
                        Err(hindrance) => return Outcome::NotTried(hindrance),
                    };
                }
                Some(outcome) => return outcome,
                None => {}
            }
        }
    }

    /// A new access token.
    pub fn fetch(&mut self, now: DateTime<Utc>, grant: &Grant) -> Result<String, Hindrance> {
        match self.token_faults.pop_front().flatten() {
            Some(TokenFault::InvalidGrant) => return Err(Hindrance::GrantLost),
            Some(fault) => return Err(Hindrance::Unreachable(format!("{fault:?}"))),
            None => {}
        }
        let form = HashMap::from([
            ("client_id".to_owned(), CLIENT_ID.to_owned()),
            ("client_secret".to_owned(), CLIENT_SECRET.to_owned()),
            ("grant_type".to_owned(), "refresh_token".to_owned()),
            ("refresh_token".to_owned(), grant.refresh_token.clone()),
        ]);
        let reply = self.sign_in.token(now, &form);
        reply.json["access_token"].as_str().map(str::to_owned).ok_or(Hindrance::GrantLost)
    }
}
