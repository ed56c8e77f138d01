//! The rules and the records of the centre. It knows nothing of the web.
//!
//! The pure half (the `model` files) also compiles for the browser and asks for neither time, chance nor ids;
//! the `store` half (queries, entities, the writer) exists on the server only.

pub mod decimal;
mod named;

pub mod account;
pub mod attendance;
pub mod board;
pub mod broadcast;
pub mod course;
pub mod language;
pub mod lesson;
pub mod notice;
#[cfg(feature = "store")]
pub mod privacy;
pub mod registration;
pub mod space;
pub mod statistics;
pub mod studio;
pub mod survey;

#[cfg(feature = "store")]
pub mod calendar;
#[cfg(feature = "store")]
pub mod centre;
#[cfg(feature = "store")]
pub mod clock;
#[cfg(feature = "store")]
pub mod fresh;
#[cfg(feature = "store")]
mod kept;
#[cfg(feature = "store")]
mod lines;
#[cfg(feature = "store")]
pub mod seal;
#[cfg(feature = "store")]
pub mod seoul;
#[cfg(feature = "store")]
pub use sea_orm::DbErr;

/// Lets a [`named!`] enum be a text column. Empty in the browser, where there are no columns.
#[cfg(not(feature = "store"))]
macro_rules! column {
    ($($name:ident)*) => {};
}
#[cfg(feature = "store")]
macro_rules! column {
    ($($name:ident)*) => {$(
        impl From<$name> for sea_orm::Value {
            fn from(value: $name) -> Self {
                value.as_str().into()
            }
        }
        impl sea_orm::TryGetable for $name {
            fn try_get_by<I: sea_orm::ColIdx>(
                row: &sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, sea_orm::TryGetError> {
                let text = String::try_get_by(row, index)?;
                Self::parse(&text).ok_or_else(|| {
                    sea_orm::DbErr::Type(format!(concat!("not a ", stringify!($name), ": {}"), text)).into()
                })
            }
        }
        impl sea_orm::sea_query::ValueType for $name {
            fn try_from(value: sea_orm::Value) -> Result<Self, sea_orm::sea_query::ValueTypeErr> {
                let text = <String as sea_orm::sea_query::ValueType>::try_from(value)?;
                Self::parse(&text).ok_or(sea_orm::sea_query::ValueTypeErr)
            }
            fn type_name() -> String {
                stringify!($name).to_owned()
            }
            fn array_type() -> sea_orm::sea_query::ArrayType {
                sea_orm::sea_query::ArrayType::String
            }
            fn column_type() -> sea_orm::ColumnType {
                sea_orm::ColumnType::Text
            }
        }
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
        impl sea_orm::sea_query::Nullable for $name {
            fn null() -> sea_orm::Value {
                sea_orm::Value::String(None)
            }
        }
    )*};
}
use column;
