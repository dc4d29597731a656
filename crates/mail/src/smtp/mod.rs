//! One conversation with the mail server. Owns how it is protected, who logs in, and what the server's answers mean for each
//! recipient: one that is refused does not cost the others their mail. TLS lives only as long as the conversation.
//!
//! `session` is the conversation, `transaction` one mail in it, `address` a recipient's name there, `stream` what lettre speaks on, and
//! `redact` keeps the password out of what the server says. All of it runs in a process of its own: `service` takes the mails, in the
//! form that `protocol` describes.

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
pub(crate) use service::{LARGEST_ANSWER, LARGEST_MAIL};
