//! A strict look at the lines of config.ini before the crate `configparser` reads them. Refuses what Python would refuse and
//! the crate would take, and writes each line's number into it, which also keeps the crate from taking any `[` at the start
//! of a line for a section. Blanks before a line become plain ones, since Python knows four more of them than Rust.

use super::fault::{ConfigProblem, Problems};

/// Ends a number. The first one in a numbered line is always ours.
const MARK: char = '|';
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text with its lines numbered, without those that are refused, and why they are.
pub fn number_lines(text: &str) -> (String, Problems) {
    let text = unify_line_ends(text);
    let mut look = Look::default();
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
    if body.len() < text.len() {
        look.faults.push(ConfigProblem::ByteOrderMark);
    }
    let lines: Vec<String> = body.split('\n').zip(1..).map(|(line, number)| look.at(line, number)).collect();
    // One complaint is enough for all the lines up to the first section.
    look.faults.dedup_by(|next, first| is_headless(next) && is_headless(first));
    (lines.join("\n"), look.faults)
}

fn is_headless(fault: &ConfigProblem) -> bool {
    matches!(fault, ConfigProblem::MissingSection { .. })
}

/// All three kinds of line ends as `\n`.
pub fn unify_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Number and text of a key or of a line that continues a value; an empty line has number 0.
pub fn split_number(text: &str) -> (u64, &str) {
    let parts = text.split_once(MARK).and_then(|(number, rest)| Some((number.parse().ok()?, rest)));
    parts.unwrap_or((0, text))
}

/// Line and name of a section.
pub fn numbered_name(text: &str) -> (u64, &str) {
    let (line, name) = split_number(text);
    (line, name.strip_suffix(MARK).unwrap_or(name))
}

/// What has to be remembered from line to line.
#[derive(Default)]
struct Look {
    section: Option<String>,
    /// How far the key is indented whose value may continue in the next line.
    indent_of_key: Option<usize>,
    faults: Problems,
}

impl Look {
    /// The line as the crate gets it.
    fn at(&mut self, line: &str, number: u64) -> String {
        let text = strip(line);
        if text.is_empty() || is_comment(text) {
            return text.to_owned();
        }
        let indent = line.chars().take_while(|c| is_space(*c)).count();
        let numbered = format!("{}{number}{MARK}{text}", " ".repeat(indent));
        if self.indent_of_key.is_some_and(|indent_of_key| indent > indent_of_key) {
            return numbered;
        }
        if let Some(name) = section_name(text) {
            (self.section, self.indent_of_key) = (Some(name.to_owned()), None);
            return format!("[{number}{MARK}{name}{MARK}]");
        }
        if let Some(fault) = self.fault_of_key(text, number) {
            self.faults.push(fault);
            return String::from("#");
        }
        self.indent_of_key = Some(indent);
        numbered
    }

    fn fault_of_key(&self, text: &str, line: u64) -> Option<ConfigProblem> {
        let Some(section) = self.section.clone() else {
            return Some(ConfigProblem::MissingSection { line });
        };
        match text.find(['=', ':']) {
            None => Some(ConfigProblem::MissingDelimiter { section, line }),
            Some(0) => Some(ConfigProblem::MissingKey { section, line }),
            Some(_) => None,
        }
    }
}

/// Python's `\[(.+)\]`, matched at the start and greedy: up to the last `]`, whatever follows it (before 3.10 it was the
/// first one).
pub fn section_name(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('[')?.rsplit_once(']')?;
    (!name.is_empty()).then_some(name)
}

/// Whether the line is a comment.
pub fn is_comment(line: &str) -> bool {
    strip(line).starts_with(['#', ';'])
}

/// What Python's `str.isspace()` says: Unicode's white space and the four separators of ASCII.
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

/// Python's `str.strip()`.
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}
