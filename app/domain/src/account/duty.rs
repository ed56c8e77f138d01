//! Duties: who is granted which, and who counts as staff.

use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::account::entity::{contact, duty, person};
use crate::account::store::{Listed, listed};
use crate::account::{Address, Administrator, Duty, PersonState, record};
use crate::centre::Centre;
use crate::clock::Clock;

/// How many people a search shows at most.
pub const FOUND_AT_MOST: u64 = 50;

#[derive(Debug, thiserror::Error)]
pub enum DutyError {
    #[error("there is no such person")]
    Nobody,
    #[error("nobody would be left to grant duties")]
    LastAdministrator,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// People by part of their name, by a whole address, or by the last four digits of their phone.
/// Asked for nothing, it lists those who hold a duty or were made staff.
pub async fn list_people(centre: &Centre, _: &Administrator, asked: &str) -> Result<Vec<Listed>, DbErr> {
    let db = centre.database();
    let people = person::Entity::find()
        .filter(person::Column::State.eq(PersonState::Active))
        .filter(matching(asked.trim()))
        .order_by_asc(person::Column::Name)
        .order_by_asc(person::Column::Id)
        .limit(FOUND_AT_MOST)
        .all(db)
        .await?;
    listed(db, people).await
}

fn matching(asked: &str) -> Condition {
    let of_contact = |condition: sea_orm::sea_query::SimpleExpr| {
        let people =
            contact::Entity::find().select_only().column(contact::Column::PersonId).filter(condition);
        person::Column::Id.in_subquery(people.into_query())
    };
    if asked.is_empty() {
        let on_duty = duty::Entity::find().select_only().column(duty::Column::PersonId).into_query();
        return Condition::any()
            .add(person::Column::Id.in_subquery(on_duty))
            .add(person::Column::MadeStaff.eq(true));
    }
    if let Some(address) = Address::parse(asked) {
        return Condition::all().add(of_contact(contact::Column::Address.eq(address.as_str())));
    }
    if asked.len() == 4 && asked.bytes().all(|byte| byte.is_ascii_digit()) {
        return Condition::all().add(of_contact(contact::Column::Address.like(format!("010____{asked}"))));
    }
    let part = asked.nfc().collect::<String>().to_lowercase();
    let part = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let name = Expr::expr(Func::lower(Expr::col(person::Column::Name)));
    Condition::all().add(name.like(LikeExpr::new(format!("%{part}%")).escape('\\')))
}

pub async fn find_person(centre: &Centre, _: &Administrator, id: Uuid) -> Result<Option<Listed>, DbErr> {
    let db = centre.database();
    let person =
        person::Entity::find_by_id(id).filter(person::Column::State.eq(PersonState::Active)).all(db).await?;
    Ok(listed(db, person).await?.pop())
}

/// Grants a duty; one that is held already stays as it is.
pub async fn grant(centre: &Centre, by: &Administrator, id: Uuid, duty: Duty) -> Result<(), DutyError> {
    let tx = centre.begin().await?;
    lock_active(&tx, id).await?;
    if insert(&tx, centre.clock(), id, duty, Some(by.id())).await? {
        write_down(&tx, centre, by, "grant", id, duty.as_str()).await?;
    }
    Ok(tx.commit().await?)
}

/// Takes a duty away, but never the last administrator's.
pub async fn revoke(centre: &Centre, by: &Administrator, id: Uuid, duty: Duty) -> Result<(), DutyError> {
    let tx = centre.begin().await?;
    // All administrators' rows at once: two who revoke each other must come one after the other.
    duty::Entity::update_many()
        .col_expr(duty::Column::GrantedAt, Expr::col(duty::Column::GrantedAt))
        .filter(duty::Column::Name.eq(Duty::Administrator))
        .exec(&tx)
        .await?;
    let gone = duty::Entity::delete_many()
        .filter(duty::Column::PersonId.eq(id))
        .filter(duty::Column::Name.eq(duty))
        .exec(&tx)
        .await?;
    if duty == Duty::Administrator && count_administrators(&tx).await? == 0 {
        return Err(DutyError::LastAdministrator);
    }
    if gone.rows_affected > 0 {
        write_down(&tx, centre, by, "revoke", id, duty.as_str()).await?;
    }
    Ok(tx.commit().await?)
}

/// Makes somebody staff, or no longer; an address of the office's domains makes staff without it.
pub async fn make_staff(centre: &Centre, by: &Administrator, id: Uuid, staff: bool) -> Result<(), DutyError> {
    let tx = centre.begin().await?;
    let changed = person::Entity::update_many()
        .col_expr(person::Column::MadeStaff, Expr::value(staff))
        .filter(person::Column::Id.eq(id))
        .filter(person::Column::State.eq(PersonState::Active))
        .filter(person::Column::MadeStaff.ne(staff))
        .exec(&tx)
        .await?;
    if changed.rows_affected > 0 {
        let action = if staff { "grant" } else { "revoke" };
        write_down(&tx, centre, by, action, id, "staff").await?;
    }
    Ok(tx.commit().await?)
}

/// Whether the row is new.
pub(super) async fn insert(
    tx: &DatabaseTransaction,
    clock: &Clock,
    person: Uuid,
    duty: Duty,
    by: Option<Uuid>,
) -> Result<bool, DbErr> {
    let row = duty::ActiveModel {
        person_id: Set(person),
        name: Set(duty),
        granted_at: Set(clock.now()),
        granted_by: Set(by),
    };
    let once = OnConflict::columns([duty::Column::PersonId, duty::Column::Name]).do_nothing().to_owned();
    Ok(duty::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await? > 0)
}

async fn lock_active(tx: &DatabaseTransaction, id: Uuid) -> Result<(), DutyError> {
    let found = person::Entity::update_many()
        .col_expr(person::Column::State, Expr::value(PersonState::Active))
        .filter(person::Column::Id.eq(id))
        .filter(person::Column::State.eq(PersonState::Active))
        .exec(tx)
        .await?;
    if found.rows_affected == 0 { Err(DutyError::Nobody) } else { Ok(()) }
}

async fn count_administrators<C: ConnectionTrait>(tx: &C) -> Result<u64, DbErr> {
    let active = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::State.eq(PersonState::Active));
    duty::Entity::find()
        .filter(duty::Column::Name.eq(Duty::Administrator))
        .filter(duty::Column::PersonId.in_subquery(active.into_query()))
        .count(tx)
        .await
}

async fn write_down(
    tx: &DatabaseTransaction,
    centre: &Centre,
    by: &Administrator,
    action: &str,
    person: Uuid,
    field: &str,
) -> Result<(), DbErr> {
    record(tx, centre.clock(), Some(by.id()), action, "person", &person.to_string(), field).await
}
