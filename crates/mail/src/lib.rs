//! Mail, from the occasion to the mail server: `message` makes a mail of an `occasion`, `outbox` keeps it until it is sent, `client` and
//! `smtp` are the two ends of a conversation with the server. `mailer` decides what is sent and when, `test_mail` sends one past it, and
//! `log_excerpt` finds a run's part of a log.
//! Knows nothing of the daemon: its history is asked for the runs that have ended (`EndedRuns`).

#![deny(missing_docs)]

mod client;
pub mod log_excerpt;
pub mod mailer;
pub mod message;
pub mod occasion;
pub mod outbox;
mod password;
pub mod smtp;
pub mod test_mail;
