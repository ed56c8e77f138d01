//! Answering the survey and reading what it says. Who has answered is written in one table, what was answered in others, and
//! nothing that is kept leads from one to the other.
//!
//! A database keeps more than its columns say: in which order rows came, and which came in one transaction (SQLite by rowid,
//! PostgreSQL by xmin and ctid). So each answer writes all rows of its run anew ([`mix`]). Results are shown once, when
//! nobody can answer any more, so that no two looks differ by one answer.
//!
//! What remains: whoever keeps a copy of the database from before an answer and one from after it, or reads its log, can
//! compare them. That is why a copy is encrypted and belongs to few.

use std::collections::HashSet;

use chrono::{DateTime, Days, Utc};
use rand::Rng;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, TryInsertResult,
};
use thiserror::Error;
use uuid::{Builder, Uuid};

use crate::account::{RunEditor, SignedIn, TrainingManager, record};
use crate::centre::{Centre, Settings};
use crate::course::entity::{class_session, run};
use crate::course::store::last_end;
use crate::course::{ClassState, RunState};
use crate::registration::State;
use crate::registration::entity::application;
use crate::seoul;
use crate::survey::entity::{survey_count, survey_done, survey_form, survey_question, survey_words};
use crate::survey::{Answer, FEWEST_ANSWERS, Question, Spread, SurveySpan};

/// Why an answer isn't taken, or a form not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SurveyRefusal {
    #[error("no place in such a run")]
    NotFound,
    #[error("not the time for it")]
    NotNow,
    #[error("answered already")]
    Answered,
    #[error("somebody else has made a form meanwhile")]
    Stale,
}

#[derive(Debug, Error)]
pub enum SurveyError {
    #[error(transparent)]
    Refused(#[from] SurveyRefusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// A form with its questions in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    pub id: Uuid,
    pub questions: Vec<survey_question::Model>,
}

/// From when until when the survey of a run may be answered: from the day of its last class. `None` where it has none.
pub async fn span_of<C: ConnectionTrait>(
    db: &C,
    settings: &Settings,
    run: Uuid,
) -> Result<Option<SurveySpan>, DbErr> {
    Ok(last_end(db, run).await?.map(|end| span_after(settings, end)))
}

/// When the survey of a run is held whose last class ends then.
fn span_after(settings: &Settings, end: DateTime<Utc>) -> SurveySpan {
    let day = seoul::day(end);
    let last = day + Days::new(u64::from(settings.survey.days) + 1);
    SurveySpan { from: seoul::midnight(day), until: seoul::midnight(last) }
}

/// Those of these applications whose survey is answered.
pub(crate) async fn answered<C: ConnectionTrait>(
    db: &C,
    applications: impl IntoIterator<Item = Uuid>,
) -> Result<HashSet<Uuid>, DbErr> {
    let rows = survey_done::Entity::find()
        .filter(survey_done::Column::ApplicationId.is_in(applications))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.application_id).collect())
}

/// The form that counts for those who are asked from now on.
pub async fn current_form<C: ConnectionTrait>(db: &C) -> Result<Form, DbErr> {
    let newest = survey_form::Entity::find().order_by_desc(survey_form::Column::MadeAt).one(db).await?;
    questions_of(db, newest.map(|form| form.id)).await
}

async fn questions_of<C: ConnectionTrait>(db: &C, form: Option<Uuid>) -> Result<Form, DbErr> {
    // The migration makes the first.
    let id = form.ok_or_else(|| DbErr::RecordNotFound("a survey form".into()))?;
    let questions = survey_question::Entity::find()
        .filter(survey_question::Column::FormId.eq(id))
        .order_by_asc(survey_question::Column::Place)
        .all(db)
        .await?;
    Ok(Form { id, questions })
}

/// The form of a run's survey: the one that was answered first, else the newest when it began. A form made while people
/// answer is for later runs.
async fn form_of<C: ConnectionTrait>(db: &C, run: Uuid, from: DateTime<Utc>) -> Result<Form, DbErr> {
    let counted = survey_count::Entity::find().filter(survey_count::Column::RunId.eq(run)).one(db).await?;
    if let Some(counted) = counted {
        return questions_of(db, Some(counted.form_id)).await;
    }
    let forms = survey_form::Entity::find().order_by_desc(survey_form::Column::MadeAt).all(db).await?;
    let form = forms.iter().find(|form| form.made_at <= from).or(forms.last());
    questions_of(db, form.map(|form| form.id)).await
}

/// What somebody is asked about a run they had a place in.
#[derive(Clone, Debug)]
pub struct Asked {
    pub application: application::Model,
    pub span: SurveySpan,
    pub form: Form,
    pub has_answered: bool,
}

/// The viewer's applications whose survey waits for them, with a statement for each kind of row, however many they have.
pub async fn list_open(centre: &Centre, who: &SignedIn) -> Result<HashSet<Uuid>, DbErr> {
    let (db, now) = (centre.database(), centre.clock().now());
    let places: Vec<(Uuid, Uuid)> = application::Entity::find()
        .select_only()
        .columns([application::Column::Id, application::Column::RunId])
        .filter(application::Column::PersonId.eq(who.id()))
        .filter(application::Column::State.eq(State::Booked))
        .into_tuple()
        .all(db)
        .await?;
    let published = run::Entity::find()
        .select_only()
        .column(run::Column::Id)
        .filter(run::Column::Id.is_in(places.iter().map(|(_, run)| *run)))
        .filter(run::Column::State.eq(RunState::Published))
        .into_query();
    let ends: Vec<(Uuid, DateTime<Utc>)> = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .column_as(class_session::Column::EndsAt.max(), "last")
        .filter(class_session::Column::RunId.in_subquery(published))
        .filter(class_session::Column::State.eq(ClassState::Planned))
        .group_by(class_session::Column::RunId)
        .into_tuple()
        .all(db)
        .await?;
    let is_open =
        |run: Uuid| ends.iter().any(|(of, end)| *of == run && span_after(centre.settings(), *end).holds(now));
    let open: Vec<Uuid> = places.into_iter().filter(|(_, run)| is_open(*run)).map(|(id, _)| id).collect();
    let answered = answered(db, open.iter().copied()).await?;
    Ok(open.into_iter().filter(|id| !answered.contains(id)).collect())
}

/// The survey of one of the viewer's applications; `None` without a place in a run that takes place.
pub async fn find_mine(centre: &Centre, who: &SignedIn, application: Uuid) -> Result<Option<Asked>, DbErr> {
    find(centre.database(), centre.settings(), who, application).await
}

async fn find<C: ConnectionTrait>(
    db: &C,
    settings: &Settings,
    who: &SignedIn,
    application: Uuid,
) -> Result<Option<Asked>, DbErr> {
    let row = application::Entity::find_by_id(application).one(db).await?;
    let row = row.filter(|row| row.person_id == who.id() && row.state == State::Booked);
    let Some(row) = row else { return Ok(None) };
    let run = run::Entity::find_by_id(row.run_id).one(db).await?;
    if run.is_none_or(|run| run.state != RunState::Published) {
        return Ok(None);
    }
    let Some(span) = span_of(db, settings, row.run_id).await? else { return Ok(None) };
    let form = form_of(db, row.run_id, span.from).await?;
    let has_answered = !answered(db, [row.id]).await?.is_empty();
    Ok(Some(Asked { application: row, span, form, has_answered }))
}

/// Takes somebody's answers, once. They were read against the questions of `form`.
pub async fn answer(
    centre: &Centre,
    who: &SignedIn,
    application: Uuid,
    form: Uuid,
    answers: Vec<Answer>,
) -> Result<(), SurveyError> {
    let tx = centre.begin().await?;
    let asked = find(&tx, centre.settings(), who, application).await?.ok_or(SurveyRefusal::NotFound)?;
    let run = asked.application.run_id;
    // One after the other within a run: each mixes what all before it have written.
    run::Entity::find_by_id(run).lock(LockType::NoKeyUpdate).one(&tx).await?;
    if !asked.span.holds(centre.clock().now()) {
        return Err(SurveyRefusal::NotNow.into());
    }
    let done = survey_done::ActiveModel { application_id: Set(application) };
    let inserted =
        survey_done::Entity::insert(done).on_conflict_do_nothing().exec_without_returning(&tx).await?;
    if !matches!(inserted, TryInsertResult::Inserted(1)) {
        return Err(SurveyRefusal::Answered.into());
    }
    if asked.form.id != form {
        return Err(SurveyRefusal::Stale.into());
    }
    for answer in answers {
        write(&tx, run, form, answer).await?;
    }
    mix(&tx, run).await?;
    tx.commit().await?;
    Ok(())
}

/// Rows of one statement: below the number of values that SQLite takes.
const ROWS_AT_ONCE: usize = 1_000;

/// Writes all that is kept of a run's survey anew, in an order that has nothing to do with who came when, so that no row is
/// older than another and none belongs to another.
async fn mix(tx: &DatabaseTransaction, run: Uuid) -> Result<(), DbErr> {
    let of_run = application::Entity::find()
        .select_only()
        .column(application::Column::Id)
        .filter(application::Column::RunId.eq(run))
        .into_query();
    let theirs = survey_done::Column::ApplicationId.in_subquery(of_run);
    let done = survey_done::Entity::find()
        .filter(theirs.clone())
        .order_by_asc(survey_done::Column::ApplicationId)
        .all(tx)
        .await?;
    survey_done::Entity::delete_many().filter(theirs).exec(tx).await?;
    for rows in done.chunks(ROWS_AT_ONCE) {
        let rows = rows.iter().cloned().map(survey_done::ActiveModel::from);
        survey_done::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let counts = survey_count::Entity::find()
        .filter(survey_count::Column::RunId.eq(run))
        .order_by_asc(survey_count::Column::Place)
        .order_by_asc(survey_count::Column::Points)
        .all(tx)
        .await?;
    survey_count::Entity::delete_many().filter(survey_count::Column::RunId.eq(run)).exec(tx).await?;
    for rows in counts.chunks(ROWS_AT_ONCE) {
        let rows = rows.iter().cloned().map(survey_count::ActiveModel::from);
        survey_count::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let words = survey_words::Entity::find()
        .filter(survey_words::Column::RunId.eq(run))
        .order_by_asc(survey_words::Column::Id)
        .all(tx)
        .await?;
    survey_words::Entity::delete_many().filter(survey_words::Column::RunId.eq(run)).exec(tx).await?;
    for rows in words.chunks(ROWS_AT_ONCE) {
        let rows = rows.iter().cloned().map(survey_words::ActiveModel::from);
        survey_words::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn write(tx: &DatabaseTransaction, run: Uuid, form: Uuid, answer: Answer) -> Result<(), DbErr> {
    match answer {
        Answer::Points { place, points } => {
            let row = survey_count::ActiveModel {
                run_id: Set(run),
                form_id: Set(form),
                place: Set(place),
                points: Set(points),
                people: Set(1),
            };
            let one_more = Expr::col((survey_count::Entity, survey_count::Column::People)).add(1);
            let again = OnConflict::columns([
                survey_count::Column::RunId,
                survey_count::Column::FormId,
                survey_count::Column::Place,
                survey_count::Column::Points,
            ])
            .value(survey_count::Column::People, one_more)
            .to_owned();
            survey_count::Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
        }
        Answer::Words { place, words } => {
            let row = survey_words::ActiveModel {
                // Of pure chance: those of the clock rise with time, and would tell in which order people answered.
                id: Set(Builder::from_random_bytes(rand::rng().random()).into_uuid()),
                run_id: Set(run),
                form_id: Set(form),
                place: Set(place),
                words: Set(words),
            };
            survey_words::Entity::insert(row).exec_without_returning(tx).await?;
        }
    }
    Ok(())
}

/// What the survey of a run says.
#[derive(Clone, Debug)]
pub struct Results {
    pub span: SurveySpan,
    pub answered: u64,
    pub places: u64,
    pub said: Said,
}

/// What the answers say together, as far as it is shown.
#[derive(Clone, Debug)]
pub enum Said {
    /// Somebody may still answer: what was said so far is shown to nobody.
    GoingOn,
    /// Fewer than [`FEWEST_ANSWERS`] have answered.
    TooFew,
    All(Vec<SaidTo>),
}

/// What was said to one question.
#[derive(Clone, Debug)]
pub struct SaidTo {
    pub question: survey_question::Model,
    pub spread: Spread,
    /// In an order of chance.
    pub words: Vec<String>,
}

/// What the survey of a run says, for who runs it. `None` where the run has no class.
pub async fn results(centre: &Centre, by: &RunEditor) -> Result<Option<Results>, DbErr> {
    let (db, run) = (centre.database(), by.run());
    let Some(span) = span_of(db, centre.settings(), run).await? else { return Ok(None) };
    let places: Vec<Uuid> = application::Entity::find()
        .filter(application::Column::RunId.eq(run))
        .filter(application::Column::State.eq(State::Booked))
        .all(db)
        .await?
        .into_iter()
        .map(|place| place.id)
        .collect();
    let answered = survey_done::Entity::find()
        .filter(survey_done::Column::ApplicationId.is_in(places.iter().copied()))
        .count(db)
        .await?;
    let said = match () {
        () if centre.clock().now() < span.until => Said::GoingOn,
        () if answered < FEWEST_ANSWERS => Said::TooFew,
        () => Said::All(said(db, run, span.from).await?),
    };
    Ok(Some(Results { span, answered, places: places.len() as u64, said }))
}

async fn said<C: ConnectionTrait>(db: &C, run: Uuid, from: DateTime<Utc>) -> Result<Vec<SaidTo>, DbErr> {
    let counts = survey_count::Entity::find().filter(survey_count::Column::RunId.eq(run)).all(db).await?;
    let words = survey_words::Entity::find()
        .filter(survey_words::Column::RunId.eq(run))
        .order_by_asc(survey_words::Column::Id)
        .all(db)
        .await?;
    let of = |question: survey_question::Model| {
        let mut spread = Spread::default();
        for count in counts.iter().filter(|count| count.place == question.place) {
            let at = usize::try_from(count.points - 1).unwrap_or_default();
            if let Some(people) = spread.0.get_mut(at) {
                *people = count.people.unsigned_abs();
            }
        }
        let words = words.iter().filter(|words| words.place == question.place);
        SaidTo { spread, words: words.map(|words| words.words.clone()).collect(), question }
    };
    Ok(form_of(db, run, from).await?.questions.into_iter().map(of).collect())
}

/// Makes a form in the place of the one that was known when it was written.
pub async fn make_form(
    centre: &Centre,
    by: &TrainingManager,
    known: Uuid,
    questions: &[Question],
) -> Result<(), SurveyError> {
    let tx = centre.begin().await?;
    // Takes the lock, so that of two who make one the second learns of the first.
    survey_form::Entity::update_many()
        .col_expr(survey_form::Column::MadeBy, Expr::col(survey_form::Column::MadeBy))
        .exec(&tx)
        .await?;
    if current_form(&tx).await?.id != known {
        return Err(SurveyRefusal::Stale.into());
    }
    let id = centre.clock().id();
    let form = survey_form::ActiveModel {
        id: Set(id),
        made_at: Set(centre.clock().now()),
        made_by: Set(Some(by.id())),
    };
    survey_form::Entity::insert(form).exec_without_returning(&tx).await?;
    let rows = (1..).zip(questions).map(|(place, question)| survey_question::ActiveModel {
        form_id: Set(id),
        place: Set(place),
        kind: Set(question.kind),
        ko: Set(question.ko.as_str().to_owned()),
        en: Set(question.en.as_ref().map(|en| en.as_str().to_owned())),
    });
    survey_question::Entity::insert_many(rows).exec_without_returning(&tx).await?;
    record(&tx, centre.clock(), Some(by.id()), "add", "survey_form", &id.to_string(), "questions").await?;
    tx.commit().await?;
    Ok(())
}
