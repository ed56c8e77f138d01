//! The demonstration's figures: what residents say of themselves, head counts of the past, targets, money and a closed month.

use chrono::{DateTime, Datelike, Months, Utc};
use domain::account::store::change_consents;
use domain::account::{BirthYear, Figures, Neighbourhood, Purpose, Sex};
use domain::centre::{Centre, turn};
use domain::course::Line;
use domain::course::entity::{class_session, run};
use domain::registration::entity::application;
use domain::seoul;
use domain::statistics::plan::{self, Plan, Spending, Target};
use domain::statistics::{month, work};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{Failure, People};

/// Two of three residents say something of themselves; runs of the past without people have a head count.
pub async fn count(centre: &Centre, people: &People, today: DateTime<Utc>) -> Result<(), Failure> {
    let this_year = seoul::day(today).year();
    for (index, who) in people.residents.iter().enumerate().filter(|(index, _)| index % 3 != 0) {
        let born = this_year - 22 - i32::try_from(index * 7 % 60)?;
        let sex = if index % 5 < 3 { Sex::Female } else { Sex::Male };
        let figures = Figures {
            birth_year: BirthYear::parse(&born.to_string(), this_year),
            sex: Some(sex),
            neighbourhood: Some(Neighbourhood::ALL[index % Neighbourhood::ALL.len()]),
        };
        change_consents(centre, who, &[Purpose::Figures], figures).await?;
    }
    fill_past_runs(centre, today).await?;
    let by = people.known[4].training_manager()?;
    let plan = Plan {
        resident: Target { runs: 140, minutes: 2800 * 60 },
        staff: Target { runs: 12, minutes: 87 * 60 },
        budget: 231_105,
    };
    plan::set(centre, &by, this_year, 0, &plan).await?;
    let spendings = [(60, 48_200, "강사료"), (40, 12_750, "교재와 실습 재료"), (20, -650, "반납한 강사료")];
    for (days, amount, purpose) in spendings {
        let day = seoul::day(today - chrono::Duration::days(days));
        let purpose = Line::parse(purpose, 100).ok_or("a purpose is wrong")?;
        plan::spend(centre, &by, centre.clock().id(), &Spending { day, amount, purpose }).await?;
    }
    let quiet = work::quiet_weeks(centre, seoul::day(today)).await?;
    if let Some(week) = quiet.first() {
        let note = Line::parse("강의실 시설 점검", 100).ok_or("a note is wrong")?;
        work::note_week(centre, &by, week.monday, &note).await?;
    }
    month::close(centre, &by, seoul::day(today) - Months::new(1)).await?;
    Ok(())
}

async fn fill_past_runs(centre: &Centre, today: DateTime<Utc>) -> Result<(), Failure> {
    let still_meets = class_session::Entity::find()
        .select_only()
        .column(class_session::Column::RunId)
        .filter(class_session::Column::EndsAt.gt(today))
        .into_query();
    let with_people =
        application::Entity::find().select_only().column(application::Column::RunId).into_query();
    let past = run::Entity::find()
        .filter(run::Column::Enrolled.is_null())
        .filter(run::Column::Id.not_in_subquery(still_meets))
        .filter(run::Column::Id.not_in_subquery(with_people))
        .all(centre.database())
        .await?;
    let tx = centre.begin().await?;
    turn(&tx).await?;
    for (index, run) in (0..).zip(past) {
        let row = run::ActiveModel {
            id: Set(run.id),
            enrolled: Set(Some(run.capacity * (6 + index % 5) / 10)),
            ..Default::default()
        };
        run::Entity::update(row).exec(&tx).await?;
    }
    Ok(tx.commit().await?)
}
