//! The way out to YouTube: its Data API v3 over HTTP, and the sign-in that lets us act for a channel.
//!
//! What is to be said is decided elsewhere ([`domain::broadcast::call`]); here it is said once, and what became of it is
//! classed: done, refused, uncertain, or not tried.

mod client;
pub mod config;
pub mod connect;
mod error;
mod exchange;
mod http;
mod oauth;
mod token;

pub use client::Client;
pub use config::YoutubeSettings;
pub use exchange::{Base, Body, Exchange, Request};
pub use oauth::{RETURN_PATH, SCOPE, SignInError, Verifier};
