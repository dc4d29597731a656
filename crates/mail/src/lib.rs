//! Mail, from the occasion to the mail server: `message` makes a mail of an `occasion`, `outbox` keeps it until it is delivered,
//! `client` hands it to the helper process that `smtp` runs in. `mailer` decides what is sent and when, `test_mail` sends a mail at
//! once, and `log_excerpt` finds a run's part of a log.
//! Knows nothing of the daemon, and reads its history only through `EndedRuns`.

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
