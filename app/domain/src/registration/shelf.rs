//! The books of runs as everybody reads them, without a statement while nothing but this program's writer changes them.
//!
//! What is on the shelf was true at its turn, and stays true as long as only the writer here advances the turn: it says
//! which books it changed. Whoever reads knows the turn of the database first (`fresh.rs`); if that is beyond the
//! shelf's, somebody else has changed something, and the rows are read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sea_orm::{ConnAcquireErr, DbErr};
use uuid::Uuid;

use super::Book;
use super::book::load_one;
use crate::centre::Centre;

/// Many may wait for one reading of a book: a connection that has gone silent must not keep them for ever.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Shelf {
    shown: Mutex<Shown>,
    /// One reads, the others find what it read.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Shown {
    /// Since this turn nothing has changed but applications.
    since: i64,
    turn: i64,
    books: HashMap<Uuid, Arc<Book>>,
}

impl Shelf {
    /// The turn from which on everything but applications is what it is at `turn`: what was read of the programme since
    /// then is still true.
    pub(crate) fn programme_since(&self, turn: i64) -> i64 {
        let shown = self.lock();
        if (shown.since..=shown.turn).contains(&turn) { shown.since } else { turn }
    }

    pub(super) fn find(&self, turn: i64, run: Uuid) -> Option<Arc<Book>> {
        let shown = self.lock();
        shown.books.get(&run).filter(|_| turn <= shown.turn).map(Arc::clone)
    }

    /// Shows a book read after `turn` was.
    fn put(&self, turn: i64, run: Uuid, book: Arc<Book>) {
        let mut shown = self.lock();
        if turn > shown.turn {
            *shown = Shown { since: turn, turn, books: HashMap::new() };
        }
        // An earlier one may lack what the writer has done meanwhile.
        if turn == shown.turn {
            shown.books.insert(run, book);
        }
    }

    /// The writer has advanced the turn by one to `turn`, changing these books. `applications` says that it changed
    /// nothing else.
    pub(super) fn advance(&self, turn: i64, changed: Vec<Arc<Book>>, applications: bool) {
        let mut shown = self.lock();
        if shown.turn < turn {
            if shown.turn != turn - 1 {
                *shown = Shown { since: turn, ..Shown::default() };
            }
            shown.turn = turn;
        }
        if !applications {
            shown.since = turn;
        }
        if shown.turn == turn {
            shown.books.extend(changed.into_iter().map(|book| (book.run, book)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run's book as it is at a moment after this call. `None` if there is no such run.
pub(crate) async fn book(centre: &Centre, run: Uuid) -> Result<Option<Arc<Book>>, DbErr> {
    let shelf = centre.shelf();
    let turn = centre.last_turn().await?;
    if let Some(book) = shelf.find(turn, run) {
        return Ok(Some(book));
    }
    let read = async {
        let _reading = shelf.reading.lock().await;
        // What somebody has read meanwhile is of this turn or a later one, whatever others have changed since.
        if let Some(book) = shelf.find(turn, run) {
            return Ok(Some(book));
        }
        let turn = centre.last_turn().await?;
        let book = load_one(centre.database(), run).await?.map(Arc::new);
        if let Some(book) = &book {
            shelf.put(turn, run, Arc::clone(book));
        }
        Ok(book)
    };
    let late = DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
    tokio::time::timeout(PATIENCE, read).await.unwrap_or(Err(late))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::course::{Audience, Category, Mode, RunState, Selection};
    use crate::registration::Roll;

    const RUN: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);

    fn book(run: Uuid, capacity: u32) -> Arc<Book> {
        Arc::new(Book {
            run,
            code: String::new(),
            course: String::new(),
            space: String::new(),
            state: RunState::Published,
            category: Category::Basic,
            audience: Audience::Resident,
            mode: Mode::InPerson,
            selection: Selection::FirstCome,
            lottery: None,
            capacity,
            apply_from: None,
            apply_until: None,
            cancel_until: None,
            offer_minutes: None,
            meets: Vec::new(),
            month: None,
            chairs: BTreeMap::new(),
            live: Roll::default(),
        })
    }

    fn capacity(shelf: &Shelf, turn: i64, run: Uuid) -> Option<u32> {
        shelf.find(turn, run).map(|book| book.capacity)
    }

    #[test]
    fn the_writers_own_turns_keep_what_they_did_not_change() {
        let shelf = Shelf::default();
        shelf.put(5, RUN, book(RUN, 1));
        shelf.put(5, OTHER, book(OTHER, 1));
        shelf.advance(6, vec![book(RUN, 2)], true);
        assert_eq!((capacity(&shelf, 6, RUN), capacity(&shelf, 6, OTHER)), (Some(2), Some(1)));
        assert_eq!(shelf.programme_since(6), 5);
        shelf.advance(7, vec![book(RUN, 3)], false);
        assert_eq!((capacity(&shelf, 7, RUN), shelf.programme_since(7)), (Some(3), 7));
    }

    #[test]
    fn a_turn_of_somebody_else_empties_it() {
        let shelf = Shelf::default();
        shelf.put(5, RUN, book(RUN, 1));
        assert_eq!(capacity(&shelf, 6, RUN), None, "the turn has gone on without the shelf");
        assert_eq!(shelf.programme_since(6), 6);
        shelf.advance(7, vec![book(OTHER, 1)], true);
        assert_eq!((capacity(&shelf, 7, RUN), capacity(&shelf, 7, OTHER)), (None, Some(1)));
        assert_eq!(shelf.programme_since(7), 7);
    }

    #[test]
    fn who_read_before_the_writer_was_done_shows_nothing() {
        let shelf = Shelf::default();
        shelf.put(5, OTHER, book(OTHER, 1));
        shelf.advance(6, vec![book(RUN, 2)], true);
        shelf.put(5, RUN, book(RUN, 1));
        assert_eq!(capacity(&shelf, 6, RUN), Some(2));
        // Somebody read what was committed before the writer could say so.
        shelf.put(7, RUN, book(RUN, 3));
        shelf.advance(7, vec![book(RUN, 3)], true);
        assert_eq!(capacity(&shelf, 7, RUN), Some(3));
    }
}
