//! A YouTube of our own, after Google's description of the API: in memory for thousands of histories with the time handed
//! in, and over real HTTP for the client.
//!
//! What Google's pages leave open is decided to our disadvantage: lists are by age, newest first, so that whatever is made
//! while pages are read moves rows; a description has 5,000 bytes, not characters; a second show on a stream that is live
//! is refused; a stream that is already active starts whatever is bound to it.

mod control;
pub mod discovery;
mod fault;
mod memory;
mod playlist;
mod schedule;
mod server;
mod show;
mod sign_in;
mod stream;
mod wire;
mod world;

pub use fault::{Delivery, Fault, TokenFault, When};
pub use memory::Memory;
pub use server::Google;
pub use show::Show;
pub use sign_in::{CLIENT_ID, CLIENT_SECRET, Consent};
pub use wire::{PNG, Reply, Request};
pub use world::{Entry, Rules, World, cost};
