//! What a caught panic has to say, for campaigns that go on after a case has failed.

use std::any::Any;

/// The words of the assertion that failed.
pub fn words(panic: Box<dyn Any + Send>) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    words.or_else(|| panic.downcast_ref().copied()).unwrap_or_default().to_owned()
}
