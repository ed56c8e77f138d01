//! Where those who want a place wait their turn: so many are dealt with at once, everybody else stands outside, in the order
//! in which they came, before anything is done for them. A page asked for in a rush stands behind so many and not behind
//! all, and who waits costs no memory but their request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// How many are dealt with at once, from the session to the answer: one of the writer's batches. Twice as many are no sooner
/// done, and pages wait longer behind them.
const AT_ONCE: usize = 500;

/// How many may wait; more are told to come back.
const IN_LINE: usize = 20_000;

/// Larger than any of these forms. Everybody in the line holds one.
const FORM_LIMIT: usize = 8 * 1024;

/// How long a form may take to arrive.
const SENDING: Duration = Duration::from_secs(10);

/// The forms that ask the writer for a place, by those who want it themselves and by the desk for others.
const FORMS: [&str; 3] = ["/courses/{code}", "/my/{application}/seat", "/desk/{code}"];

#[derive(Clone)]
pub struct Door(Arc<Line>);

struct Line {
    turns: Semaphore,
    standing: Semaphore,
}

/// When a request came to the door.
#[derive(Clone, Copy)]
pub struct Came(pub Instant);

/// Goes with a request that is not to be dealt with, and says why: there is no room in the line, or what was sent never
/// came, or is too large.
#[derive(Clone, Copy)]
pub struct TurnedAway(pub StatusCode);

impl Default for Door {
    fn default() -> Self {
        Self::of(AT_ONCE, IN_LINE)
    }
}

impl Door {
    pub fn of(at_once: usize, in_line: usize) -> Self {
        Self(Arc::new(Line { turns: Semaphore::new(at_once), standing: Semaphore::new(at_once + in_line) }))
    }

    /// Waits for one's turn, which ends with what this returns. `None` where too many wait already.
    async fn pass(&self) -> Option<[SemaphorePermit<'_>; 2]> {
        let standing = self.0.standing.try_acquire().ok()?;
        // An error would say that it has been closed, which nobody does.
        let turn = self.0.turns.acquire().await.ok()?;
        Some([standing, turn])
    }
}

/// The outermost layer. Who is turned away goes in all the same, to be told so in their language.
pub async fn wait_turn(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Came(Instant::now()));
    if !wants_place(&request) {
        return next.run(request).await;
    }
    // Whoever sends slowly does so outside: a turn is for what can be done at once.
    let (mut parts, body) = request.into_parts();
    let (body, turn) = match timeout(SENDING, to_bytes(body, FORM_LIMIT)).await {
        Ok(Ok(body)) => (body, door.pass().await.ok_or(StatusCode::SERVICE_UNAVAILABLE)),
        Ok(Err(_)) => (Bytes::new(), Err(StatusCode::PAYLOAD_TOO_LARGE)),
        Err(_) => (Bytes::new(), Err(StatusCode::REQUEST_TIMEOUT)),
    };
    if let Err(why) = &turn {
        parts.extensions.insert(TurnedAway(*why));
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn wants_place(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>();
    request.method() == Method::POST && route.is_some_and(|route| FORMS.contains(&route.as_str()))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use futures::{FutureExt, stream};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn who_sends_slowly_takes_nobodys_turn() {
        let inside = |request: Request| async move {
            request.extensions().get::<TurnedAway>().map_or(StatusCode::OK, |TurnedAway(why)| *why)
        };
        let door = from_fn_with_state(Door::of(1, 0), wait_turn);
        let app = Router::new().route("/courses/{code}", post(inside)).layer(door);
        let ask = |body| app.clone().oneshot(Request::post("/courses/P21-014").body(body).unwrap());
        let endless = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        let mut slow = Box::pin(ask(endless));
        assert!(slow.as_mut().now_or_never().is_none());
        let quick = timeout(Duration::from_secs(60), ask(Body::from("seat=any"))).await;
        assert_eq!(quick.expect("it waits for who sends slowly").unwrap().status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn one_waits_behind_the_other_and_too_many_are_told_to_come_back() {
        let door = Door::of(1, 2);
        let first = door.pass().await;
        assert!(first.is_some());
        let (mut second, mut third) = (Box::pin(door.pass()), Box::pin(door.pass()));
        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        assert!(door.pass().await.is_none(), "no room");
        drop(first);
        assert!(third.as_mut().now_or_never().is_none(), "in the order in which they came");
        drop(second);
        assert!(third.as_mut().now_or_never().is_some(), "who has gone away stands in nobody's way");
    }
}
