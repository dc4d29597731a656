//! Mail, from the occasion to the mail server: `mail` makes a message of an occasion, `outbox` keeps it until it is sent, `smtp`
//! speaks with the server. `postman` decides when and what is sent, `courier` is his way to the server, `reminder` knows when to
//! remind people, `trial` sends a test mail, and `rotation` finds a run's part of a log.
//! Knows nothing of the daemon: its history is asked for the runs that have ended (`EndedRuns`).

#![forbid(unsafe_code)]

mod courier;
pub mod mail;
pub mod outbox;
mod password;
pub mod postman;
pub mod reminder;
pub mod rotation;
pub mod smtp;
pub mod trial;

pub use postman::EndedRuns;
