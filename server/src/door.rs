//! Where those who want a place wait their turn: so many are dealt with at once, everybody else stands outside, in the order
//! in which they came, before anything is done for them. A page asked for in a rush stands behind so many and not behind
//! all, and who waits costs no memory but their request.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many are dealt with at once, from the session to the answer: one of the writer's batches. Twice as many are no sooner
/// done, and pages wait longer behind them.
const AT_ONCE: usize = 500;

/// How many may wait; more are told to come back.
const IN_LINE: usize = 20_000;

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

/// Goes with a request for which there was no room in the line.
#[derive(Clone, Copy)]
pub struct TurnedAway;

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
    let turn = door.pass().await;
    if turn.is_none() {
        request.extensions_mut().insert(TurnedAway);
    }
    next.run(request).await
}

fn wants_place(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>();
    request.method() == Method::POST && route.is_some_and(|route| FORMS.contains(&route.as_str()))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

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
