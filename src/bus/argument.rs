//! Checks the arguments of calls before they are used. Pure; knows no member.

use asbackup_api::Fault;

/// In bytes. A job's name becomes a file name, which may have no more.
const MAX_ARGUMENT: usize = 255;

/// # Errors
/// No disk can have this identifier.
pub fn uuid(text: &str) -> Result<(), Fault> {
    if is_sane(text) { Ok(()) } else { Err(Fault::UnknownDisk { disk: shortened(text) }) }
}

/// # Errors
/// No job can have this name.
pub fn job(text: &str) -> Result<(), Fault> {
    if is_sane(text) && !text.is_empty() { Ok(()) } else { Err(Fault::InvalidJob { job: shortened(text) }) }
}

/// Not too long, and without control characters.
fn is_sane(argument: &str) -> bool {
    argument.len() <= MAX_ARGUMENT && !argument.chars().any(char::is_control)
}

/// Enough to recognise it in an error message.
fn shortened(argument: &str) -> String {
    const SHOWN: usize = 60;
    match argument.char_indices().nth(SHOWN) {
        None => argument.to_owned(),
        Some((end, _)) => format!("{}…", &argument[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_no_disk_or_job_can_have_are_refused() {
        assert!(is_sane("B78E-6CC4") && is_sane("") && is_sane("Nächtliche Sicherung"));
        assert!(is_sane(&"a".repeat(255)));
        assert!(!is_sane(&"a".repeat(256)));
        assert!(!is_sane("a\nb") && !is_sane("\u{1b}[2J") && !is_sane("a\u{9b}b"));
    }

    #[test]
    fn a_huge_argument_is_quoted_in_short() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"ä".repeat(1000)), format!("{}…", "ä".repeat(60)));
    }
}
