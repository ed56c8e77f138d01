//! Every row of a database as text, so that a test can say: nothing has changed.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

/// Rows as JSON, by table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables(BTreeMap<String, BTreeSet<String>>);

impl Tables {
    pub async fn read(database: &DatabaseConnection) -> Self {
        let mut tables = BTreeMap::new();
        for table in names(database).await {
            let sql = match database.get_database_backend() {
                DbBackend::Postgres => format!("SELECT to_jsonb(t)::text FROM \"{table}\" t"),
                _ => format!("SELECT json_object({}) FROM \"{table}\"", columns(database, &table).await),
            };
            tables.insert(table, texts(database, sql).await.into_iter().collect());
        }
        Self(tables)
    }

    /// Leaves tables out of the comparison, by name: `challenge`, `web_session`.
    pub fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, _| !names.contains(&name.as_str()));
        self
    }

    pub fn count(&self, table: &str) -> usize {
        self.0[table].len()
    }

    /// Fails with the rows that came, went or changed.
    #[track_caller]
    pub fn assert_same(&self, after: &Tables) {
        let mut changes = Vec::new();
        for (name, before) in &self.0 {
            let after = &after.0[name];
            changes.extend(before.difference(after).map(|row| format!("- {name} {row}")));
            changes.extend(after.difference(before).map(|row| format!("+ {name} {row}")));
        }
        assert!(changes.is_empty(), "tables changed:\n{}", changes.join("\n"));
    }
}

/// Our own tables. The migrations' list is not one, and the revision says only that something may have changed.
async fn names(database: &DatabaseConnection) -> Vec<String> {
    let sql = match database.get_database_backend() {
        DbBackend::Postgres => "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    };
    let mut names = texts(database, sql.to_owned()).await;
    names.retain(|name| name != "seaql_migrations" && name != "revision");
    names
}

/// The arguments of SQLite's `json_object`; blobs, which it refuses, as hexadecimal digits.
async fn columns(database: &DatabaseConnection, table: &str) -> String {
    let names = texts(database, format!("SELECT name FROM pragma_table_info('{table}')")).await;
    let pair =
        |name: &String| format!("'{name}', iif(typeof(\"{name}\") = 'blob', hex(\"{name}\"), \"{name}\")");
    names.iter().map(pair).collect::<Vec<_>>().join(", ")
}

async fn texts(database: &DatabaseConnection, sql: String) -> Vec<String> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(statement).await.expect("reading a table");
    rows.iter().map(|row| row.try_get_by_index(0).expect("text")).collect()
}
