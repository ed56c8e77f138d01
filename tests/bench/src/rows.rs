//! The rows behind the answers: no figure is reported whose answers they don't bear out.

use std::collections::{BTreeSet, HashMap};

use domain::notice::entity::notice;
use domain::registration::entity::{application, application_event};
use domain::registration::{Snapshot, State};
use domain::space::SeatCode;
use domain::space::entity::seat;
use hyper::{StatusCode, header};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use tokio::time::Instant;
use uuid::Uuid;

use crate::Failure;
use crate::ground::Place;
use crate::load::Answer;
use crate::seed::{Person, SEATS};

/// What the rows say of a volley of applications.
pub struct Found {
    /// Answers that say "come back": the queue was full.
    pub busy: usize,
    /// Requests sent after another's answer whose stamp is before that other's.
    pub out_of_order: usize,
    /// How many requests were sent after another's answer at all, and so could have been out of order.
    pub ordered: usize,
}

/// Compares answers with rows, where `people[i]` got `answers[i]`: each 303 leads to the row of that person, there are
/// no others, each has its history and its notice, and no seat of a run is given twice. `booked` is how many must have
/// a seat.
pub async fn check(
    place: &Place,
    people: &[Person],
    answers: &[Answer],
    booked: usize,
) -> Result<Found, Failure> {
    let db = place.connect().await?;
    let rows = application::Entity::find().order_by_asc(application::Column::Stamp).all(&db).await?;
    let events = usize::try_from(application_event::Entity::find().count(&db).await?)?;
    let notices = usize::try_from(notice::Entity::find().count(&db).await?)?;
    db.close().await?;
    Rows { rows, events, notices }.compare(people, answers, booked)
}

struct Rows {
    rows: Vec<application::Model>,
    events: usize,
    notices: usize,
}

impl Rows {
    fn compare(&self, people: &[Person], answers: &[Answer], booked: usize) -> Result<Found, Failure> {
        let rows = &self.rows;
        let accepted = answers.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
        let busy = answers.iter().filter(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE).count();
        must_be("answers of other kinds", answers.len() - accepted - busy, 0)?;
        must_be("rows", rows.len(), accepted)?;
        must_be("events", self.events, accepted)?;
        must_be("notices", self.notices, accepted)?;
        let seated: Vec<_> = rows.iter().filter(|row| row.state == State::Booked).collect();
        must_be("booked rows", seated.len(), booked.min(accepted))?;
        let seats: BTreeSet<_> = seated.iter().map(|row| (row.run_id, row.seat_id)).collect();
        must_be("different seats", seats.len(), seated.len())?;
        let waiting = rows.iter().filter(|row| row.state == State::Waiting).count();
        must_be("waiting rows", waiting, accepted - seated.len())?;

        let of_person: HashMap<Uuid, &application::Model> =
            rows.iter().map(|row| (row.person_id, row)).collect();
        let mut stamped = Vec::with_capacity(accepted);
        for (person, answer) in people.iter().zip(answers) {
            if answer.status != StatusCode::SEE_OTHER {
                continue;
            }
            let row = of_person.get(&person.id).ok_or("somebody was told of an application without a row")?;
            let told =
                answer.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
            if told != format!("/my/{}", row.id) {
                return Err(format!("somebody was sent to {told:?}, their row is {}", row.id).into());
            }
            stamped.push(Stamped { sent: answer.sent, answered: answer.answered, stamp: row.stamp });
        }
        let (out_of_order, ordered) = compare_order(stamped);
        Ok(Found { busy, out_of_order, ordered })
    }
}

/// Fails unless there are as many applications, all booked.
pub async fn check_booked(place: &Place, count: usize) -> Result<(), Failure> {
    let db = place.connect().await?;
    let rows = application::Entity::find().filter(application::Column::State.eq(State::Booked));
    let booked = rows.count(&db).await?;
    db.close().await?;
    must_be("booked rows", usize::try_from(booked)?, count)
}

fn must_be(what: &str, is: usize, must: usize) -> Result<(), Failure> {
    if is == must { Ok(()) } else { Err(format!("{what}: {is} instead of {must}").into()) }
}

struct Stamped {
    sent: Instant,
    answered: Instant,
    stamp: i64,
}

/// Where one was answered before the other was sent, the one's stamp must be the lower. Returns how many have a higher
/// one before them, and how many have anyone before them. `sent` is taken before sending and `answered` after the
/// whole answer, so that only what certainly did not overlap is compared.
fn compare_order(mut by_sending: Vec<Stamped>) -> (usize, usize) {
    let mut by_answer: Vec<(Instant, i64)> = by_sending.iter().map(|it| (it.answered, it.stamp)).collect();
    by_answer.sort_unstable();
    by_sending.sort_unstable_by_key(|it| it.sent);
    let (mut highest, mut done) = (None, 0);
    let (mut wrong, mut compared) = (0, 0);
    for one in by_sending {
        while let Some((_, stamp)) = by_answer.get(done).filter(|before| before.0 < one.sent) {
            highest = highest.max(Some(*stamp));
            done += 1;
        }
        compared += usize::from(highest.is_some());
        wrong += usize::from(highest.is_some_and(|highest| highest > one.stamp));
    }
    (wrong, compared)
}

/// What everybody who watches a run must hold in the end, as the rows have it and as the streams send it.
pub async fn final_plan(place: &Place, run: Uuid) -> Result<String, Failure> {
    let db = place.connect().await?;
    let rows = application::Entity::find().filter(application::Column::RunId.eq(run)).all(&db).await?;
    let seats = seat::Entity::find().all(&db).await?;
    db.close().await?;
    let codes: HashMap<Uuid, SeatCode> =
        seats.into_iter().filter_map(|seat| Some((seat.id, SeatCode::parse(&seat.code)?))).collect();
    let taken: BTreeSet<SeatCode> = rows.iter().filter_map(|row| codes.get(&row.seat_id?).cloned()).collect();
    let waiting = rows.iter().filter(|row| row.state == State::Waiting).count();
    let left = u32::try_from(SEATS - taken.len())?;
    Ok(serde_json::to_string(&Snapshot { taken, left, waiting: u32::try_from(waiting)? })?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;
    use hyper::HeaderMap;

    use super::*;

    /// Four people who asked one after the other's answer for a run of two seats, and what came of it.
    struct Rush {
        rows: Rows,
        people: Vec<Person>,
        answers: Vec<Answer>,
    }

    impl Rush {
        fn lawful() -> Self {
            let (begin, run) = (Instant::now(), Uuid::from_u128(7));
            let moment = |number: u32| begin + Duration::from_secs(1) * number;
            let ids = || (0..4).map(|number| Uuid::from_u128(number + 1));
            let row = |(number, id): (usize, Uuid)| application::Model {
                id,
                run_id: run,
                person_id: id,
                state: if number < 2 { State::Booked } else { State::Waiting },
                stamp: i64::try_from(number).unwrap(),
                request_key: id,
                seat_id: (number < 2).then_some(id),
                admission: None,
                offer_until: None,
                entered_by: None,
                applied_at: DateTime::UNIX_EPOCH,
            };
            let answer = |(number, id): (u32, Uuid)| Answer {
                intended: moment(2 * number),
                sent: moment(2 * number),
                answered: moment(2 * number + 1),
                status: StatusCode::SEE_OTHER,
                headers: HeaderMap::from_iter([(header::LOCATION, format!("/my/{id}").parse().unwrap())]),
                body: hyper::body::Bytes::new(),
            };
            Self {
                rows: Rows { rows: ids().enumerate().map(row).collect(), events: 4, notices: 4 },
                people: ids().map(|id| Person { id, name: String::new(), cookie: String::new() }).collect(),
                answers: (0..).zip(ids()).map(answer).collect(),
            }
        }

        fn check(&self) -> Result<Found, Failure> {
            self.rows.compare(&self.people, &self.answers, 2)
        }
    }

    #[test]
    fn who_is_answered_before_another_asks_and_has_the_higher_stamp_is_found() {
        let mut rush = Rush::lawful();
        let Found { busy, out_of_order, ordered } = rush.check().unwrap();
        assert_eq!((busy, out_of_order, ordered), (0, 0, 3));
        rush.rows.rows[3].stamp = -1;
        assert_eq!(rush.check().unwrap().out_of_order, 1, "the last has the first stamp");
        rush.answers[3].sent = rush.answers[0].sent;
        assert_eq!(rush.check().unwrap().out_of_order, 0, "who asked at one time may come in any order");
    }

    #[test]
    fn who_was_told_to_come_back_needs_no_row() {
        let mut rush = Rush::lawful();
        rush.answers[3].status = StatusCode::SERVICE_UNAVAILABLE;
        assert!(refused(&rush).contains("rows"), "and has none");
        rush.rows.rows.pop();
        (rush.rows.events, rush.rows.notices) = (3, 3);
        assert_eq!(rush.check().unwrap().busy, 1);
    }

    fn refused(rush: &Rush) -> String {
        rush.check().err().expect("what is wrong was let through").to_string()
    }

    #[test]
    fn what_the_rows_do_not_bear_out_is_refused() {
        type Change = fn(&mut Rush);
        let wrong: [(Change, &str); 10] = [
            (|it| it.rows.rows.truncate(3), "rows"),
            (|it| it.rows.rows.push(it.rows.rows[0].clone()), "rows"),
            (|it| it.rows.events = 3, "events"),
            (|it| it.rows.notices = 5, "notices"),
            (|it| it.answers[0].status = StatusCode::INTERNAL_SERVER_ERROR, "answers of other kinds"),
            (|it| it.rows.rows[1].seat_id = it.rows.rows[0].seat_id, "different seats"),
            (|it| it.rows.rows[2].state = State::Booked, "booked rows"),
            (|it| it.rows.rows[3].state = State::Cancelled, "waiting rows"),
            (|it| it.rows.rows[3].person_id = Uuid::from_u128(9), "without a row"),
            (|it| it.answers.swap(1, 2), "sent to"),
        ];
        for (change, why) in wrong {
            let mut rush = Rush::lawful();
            change(&mut rush);
            let said = refused(&rush);
            assert!(said.contains(why), "{said} instead of {why}");
        }
    }
}
