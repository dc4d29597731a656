//! Composes mails. `compose` collects the `recipients`, the `content` (of a run's end: `ended`), the attached `logs` and the names of
//! this machine (`host`); `mime` formats the message. Sends and stores nothing.

mod compose;
mod content;
mod ended;
pub mod host;
mod logs;
mod mime;
mod recipients;
pub mod samples;

pub(crate) use compose::compose;
pub(crate) use host::hello_name;
pub use mime::MessageError;
