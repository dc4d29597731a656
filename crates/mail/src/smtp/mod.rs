//! Delivers mails to the mail server, in a helper process. Owns encryption, login, and what the server's replies mean for each
//! recipient: a refused one does not cost the others their mail.
//!
//! `session` connects and logs in, `transaction` sends one mail, `address` converts addresses, `stream` is the connection beneath
//! lettre, and `redact` keeps the password out of the server's replies. `service` receives the mails from the daemon, in the format of
//! `protocol`.

mod address;
mod protocol;
mod redact;
mod service;
mod session;
mod stream;
mod transaction;

pub use protocol::DeliveryStatus;
pub(crate) use protocol::{Peers, Reply, ServerSettings, SmtpError, SmtpErrorKind, TransactionResult};
pub use service::serve;
pub(crate) use service::{LARGEST_MAIL, LARGEST_RESULT};
