//! Makes mails. `compose` puts together the `recipients`, the `words`, the attached `logs` and the names of this machine (`host`);
//! `mime` turns them into a message. Sends and stores nothing.

mod compose;
pub mod host;
mod logs;
mod mime;
mod recipients;
pub mod samples;
mod words;

pub(crate) use compose::compose;
pub(crate) use host::hello_name;
pub use mime::MessageError;
