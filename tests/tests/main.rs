//! What the program promises, one file for each feature.

mod account;
mod backup;
mod board;
mod broadcast;
mod calendar;
mod call;
mod constraint;
mod course;
mod demo;
mod fault;
mod history;
mod kill;
mod lesson;
mod machine;
mod notice;
mod pair;
mod privacy;
mod registration;
mod rush;
mod schema;
mod server;
mod space;
mod studio;
mod ticket;
mod upgrade;
mod youtube;
