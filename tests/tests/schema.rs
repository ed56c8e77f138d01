//! Both databases have the columns that the entities say, with their types, and no others.

use std::collections::BTreeMap;

use domain::account::entity::{
    access, audit, challenge, consent, contact, duty, person, revision, web_session,
};
use domain::attendance::entity::{
    absence_bar, absence_notice, attendance_answer, attendance_code, attendance_try, certificate,
    certificate_serial, check_in_code, check_in_key, class_log, completion, completion_rule, kiosk, mark,
    mark_event, no_show, out_of_reach, run_closing, staff_post, viewing,
};
use domain::board::entity::{board, board_item, board_media};
use domain::broadcast::entity::{
    abandoned, broadcast, broadcast_call, broadcast_check, broadcast_event, broadcast_template, channel,
    encoder, playlist, quota, viewer_sample,
};
use domain::broadcast::question::entity::{question, question_box};
use domain::calendar::entity::feed;
use domain::course::entity::{class_session, course, handout, handout_piece, run};
use domain::lesson::entity::{caption, lesson, lesson_chapter, lesson_event, lesson_progress};
use domain::notice::entity::notice;
use domain::registration::entity::{
    application, application_event, draw, draw_attempt, draw_ticket, ticket, writer,
};
use domain::space::entity::{
    allocation, closure, engagement, holiday, margin, occupation, opening, seat, space, thing,
};
use domain::statistics::entity::{
    anonymous_attendance, anonymous_part, closed_month, folded_application, kept_figure, pilot_run, spending,
    target, training_budget, week_note,
};
use domain::studio::entity::{
    bar, booking, booking_event, booking_thing, call_answer, call_answer_event, open_call, series, studio,
};
use domain::survey::entity::{
    survey_count, survey_done, survey_form, survey_invitation, survey_question, survey_words,
};
use sea_orm::sea_query::ColumnType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityName, EntityTrait, IdenStatic, Iterable, Statement,
};
use tests::{Engine, Site, both};

/// Column name to its type in words, with `?` where it may be absent.
type Columns = BTreeMap<String, String>;

macro_rules! entities {
    ($($entity:ident)+) => {
        [$(($entity::Entity.table_name(), columns::<$entity::Entity> as fn(Engine) -> Columns)),+]
    };
}

both! {
    async fn every_table_is_as_its_entity_says(site) {
        let entities = entities![
            access audit challenge consent contact duty person revision web_session
            absence_bar absence_notice attendance_answer attendance_code attendance_try check_in_code check_in_key
            completion completion_rule kiosk mark mark_event no_show run_closing viewing
            certificate certificate_serial class_log out_of_reach staff_post
            survey_count survey_done survey_form survey_invitation survey_question survey_words
            question question_box
            abandoned broadcast broadcast_call broadcast_check broadcast_event broadcast_template channel encoder playlist quota
            viewer_sample
            board board_item board_media
            feed
            class_session course handout handout_piece run
            caption lesson lesson_chapter lesson_event lesson_progress
            notice
            application application_event draw draw_attempt draw_ticket ticket writer
            allocation closure engagement holiday margin occupation opening seat space thing
            anonymous_attendance anonymous_part closed_month folded_application kept_figure pilot_run spending target
            training_budget week_note
            bar booking booking_event booking_thing call_answer call_answer_event open_call series studio
        ];
        let mut expected = BTreeMap::new();
        for (table, columns) in entities {
            expected.insert(table.to_owned(), columns(site.engine));
        }
        assert_eq!(found(site).await, expected);
    }
}

fn columns<E: EntityTrait>(engine: Engine) -> Columns {
    let describe = |column: E::Column| {
        let definition = column.def();
        let optional = if definition.is_null() { "?" } else { "" };
        (column.as_str().to_owned(), format!("{}{optional}", word(definition.get_column_type(), engine)))
    };
    E::Column::iter().map(describe).collect()
}

fn word(kind: &ColumnType, engine: Engine) -> &'static str {
    let (postgres, sqlite) = match kind {
        ColumnType::Uuid => ("uuid", "blob"),
        ColumnType::Binary(_) | ColumnType::VarBinary(_) | ColumnType::Blob => ("bytea", "blob"),
        ColumnType::Text | ColumnType::String(_) => ("text", "text"),
        ColumnType::Integer => ("int4", "integer"),
        ColumnType::BigInteger => ("int8", "integer"),
        ColumnType::Boolean => ("bool", "integer"),
        ColumnType::TimestampWithTimeZone => ("timestamptz", "text"),
        ColumnType::Date => ("date", "text"),
        other => panic!("{other:?} is new here: say what it is on both databases"),
    };
    if engine == Engine::Postgres { postgres } else { sqlite }
}

async fn found(site: &Site) -> BTreeMap<String, Columns> {
    let database = site.centre.database();
    let sql = match database.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text, column_name::text, udt_name::text || CASE is_nullable WHEN 'YES' THEN '?' ELSE '' END
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
        _ => {
            "SELECT t.name, c.name, lower(c.type) || iif(c.\"notnull\" = 0 AND c.pk = 0, '?', '')
             FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
        }
    };
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for row in database.query_all_raw(statement).await.unwrap() {
        let text = |index: usize| row.try_get_by_index::<String>(index).unwrap();
        tables.entry(text(0)).or_default().insert(text(1), text(2));
    }
    tables.remove("seaql_migrations");
    tables
}
