//! Makes mails. `compose` puts together who gets one (`recipients`), the `words`, the `logs` that are attached and the names of this
//! machine (`host`), and `mime` gives it the form that mail servers take. Sends nothing and keeps nothing.

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
