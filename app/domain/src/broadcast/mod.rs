//! A class's or an event's life on YouTube: what is wanted is kept here, and a worker makes YouTube agree.

pub mod call;
pub mod read;
