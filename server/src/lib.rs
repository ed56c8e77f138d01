//! Everything that stands between the centre and the world: settings, router, sessions, letters, messages, YouTube.

pub mod config;
pub mod database;
pub mod demo;
mod door;
pub mod draw;
mod health;
pub mod import;
mod kept;
mod layers;
mod mail;
mod message;
pub mod notice;
pub mod paper;
mod router;
pub mod serve;
pub mod session;
pub mod upgrade;
pub mod user;
pub mod youtube;

pub use door::Door;
pub use router::{WebSettings, app};
