//! The harness: the whole program in-process, on SQLite and on PostgreSQL, driven as a browser without scripts would.
//!
//! ```ignore
//! both! {
//!     async fn a_stranger_is_asked_to_sign_in(site) {
//!         let page = site.visitor().get("/my").await;
//!         assert_eq!(page.path, "/sign-in?next=%2Fmy");
//!     }
//! }
//! ```

mod amount;
pub mod applicant;
pub mod code;
mod form;
pub mod house;
pub mod mail_server;
mod page;
mod postgres;
pub mod programme;
mod site;
mod tables;
pub mod text_gateway;
mod visitor;
pub mod wire;
pub mod youtube;

pub use amount::amount;
pub use form::Form;
pub use page::Page;
pub use postgres::Cluster;
pub use site::{Engine, ORIGIN, PHONE, SECRET, STAFF_DOMAIN, Site, run};
pub use tables::Tables;
pub use visitor::Visitor;

/// Makes each promise two tests, `name::sqlite` and `name::postgres`, each on a fresh site.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($site:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a promise may need nothing of its file")]
            use super::*;

            async fn promise($site: &$crate::Site) $body

            #[test]
            fn sqlite() {
                $crate::run($crate::Engine::Sqlite, async |site| promise(site).await);
            }

            #[test]
            fn postgres() {
                $crate::run($crate::Engine::Postgres, async |site| promise(site).await);
            }
        }
    )+};
}
