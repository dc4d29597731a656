//! How rsync ended: its exit code and last error messages. And its version. The texts for each code are in `locales`.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};

use super::process::{ProcessEnd, find};

/// Files vanished from the source before they could be copied.
pub const VANISHED: i32 = 24;
/// The first version that neither a foreign disk nor a hostile owner of the source is known to redirect.
const SAFE: (u32, u32, u32) = (3, 5, 0);

/// The exit code, or the negative number of the signal that ended rsync.
pub fn code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| -signal)).unwrap_or(-1)
}

/// Whether everything that was there has been copied.
pub fn is_good(code: i32) -> bool {
    matches!(code, 0 | VANISHED)
}

/// The first of rsync's last error messages, which give the reason; its closing line only repeats the code.
pub fn cause(ended: &ProcessEnd) -> String {
    let lines: Vec<&str> = ended
        .complaints
        .iter()
        .map(String::as_str)
        .filter(|line| !line.starts_with("rsync error: ") && !line.starts_with("rsync warning: "))
        .take(3)
        .collect();
    lines.join("; ")
}

/// rsync's version as it prints it; none if that can't be parsed.
///
/// # Errors
/// rsync can't be run.
pub fn version() -> io::Result<Option<String>> {
    let program = find("rsync").ok_or(io::ErrorKind::NotFound)?;
    let output = Command::new(program).arg("--version").env_clear().stdin(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_ascii_whitespace().skip_while(|word| *word != "version");
    Ok(words.nth(1).map(|word| word.trim_start_matches('v').to_owned()))
}

pub fn is_old(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().unwrap_or_default()
    });
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next()) < SAFE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(complaints: &[&str]) -> ProcessEnd {
        let complaints = complaints.iter().map(|line| (*line).to_owned()).collect();
        ProcessEnd { status: ExitStatus::from_raw(11 << 8), complaints }
    }

    #[test]
    fn the_closing_line_is_no_cause() {
        let ended = ended(&[
            "rsync: [receiver] write failed on \"x\": No space left on device (28)",
            "rsync error: error in file IO (code 11) at receiver.c(384)",
        ]);
        assert_eq!(code(ended.status), 11);
        assert_eq!(cause(&ended), "rsync: [receiver] write failed on \"x\": No space left on device (28)");
    }

    #[test]
    fn a_signal_differs_from_an_exit_code() {
        assert_eq!(code(ExitStatus::from_raw(9)), -9);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(is_old("3.2.7"));
        assert!(is_old("3.4.1"));
        assert!(is_old("3.4.0pre1"));
        assert!(!is_old("3.5.0"));
        assert!(!is_old("3.10.0"));
    }
}
