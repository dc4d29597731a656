//! The message of a caught panic, for campaigns that go on after a case has failed.

use std::any::Any;

/// The message of the assertion that failed; empty if it has none.
pub fn message(panic: Box<dyn Any + Send>) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    message.or_else(|| panic.downcast_ref().copied()).unwrap_or_default().to_owned()
}
