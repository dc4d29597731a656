//! Lines that a value goes on in. An indented line belongs to the value above it, which is what lists are for and elsewhere
//! nearly always a mistake. It is named by its line, and never shown: it may hold a password.

use super::fault::{ConfigProblem, Problems};
use super::ini::{DEFAULT_SECTION, Ini, Raw};
use super::keys::{KEYS, Key, sections};
use super::numbering::{is_space, section_name, strip};
use super::values::Value;

/// Sections that only seem to begin, in values of any key, also of one that nobody knows: their keys would be lost without a word.
pub(super) fn indented_sections(ini: &Ini) -> Problems {
    let problem = |(section, key, raw): (&str, &str, &Raw)| {
        let (line, name) = raw.continuation.iter().find_map(known_section)?;
        Some(ConfigProblem::IndentedSection { section: section.to_owned(), key: key.to_owned(), line, name })
    };
    ini.raws().filter_map(problem).collect()
}

fn known_section((line, text): &(u64, String)) -> Option<(u64, String)> {
    let name = section_name(text)?;
    let is_it = |known: &&str| known.eq_ignore_ascii_case(name);
    sections().iter().chain(&[DEFAULT_SECTION]).any(is_it).then(|| (*line, name.to_owned()))
}

/// A line that an administrator meant as a key of its own; a list would take its words for items, and a password for a recipient.
fn meant_as_key((line, text): &(u64, String)) -> Option<(u64, String)> {
    let (name, _) = text.split_once(['=', ':'])?;
    let name = strip(name);
    let is_known = KEYS.iter().any(|key| key.name.eq_ignore_ascii_case(name));
    (is_known || is_misspelt_key(name, text)).then(|| (*line, name.to_owned()))
}

/// Unlike an address, which may have an equals sign, too: `joe=x.org@lists.x.org`.
fn is_misspelt_key(name: &str, text: &str) -> bool {
    let is_word = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let is_address = text.split(is_space).next().is_some_and(|first| first.contains('@'));
    is_word && !is_address && text.contains('=')
}

/// Only the values of lists may span several lines; elsewhere an indented line is a mistake.
pub(super) fn check(key: &Key, ini: &Ini) -> Result<(), Problems> {
    let Some(raw) = ini.raw(key.section, key.name) else { return Ok(()) };
    if raw.continuation.iter().any(|line| known_section(line).is_some()) {
        // `indented_sections` reports it.
        return Err(Problems::new());
    }
    let (section, name) = (key.section.to_owned(), key.name.to_owned());
    let parts = ini.parts(key.section, key.name);
    let mut lines = parts.iter().chain([&raw]).flat_map(|part| &part.continuation);
    if let Some((line, indented)) = lines.find_map(meant_as_key).filter(|_| key.traits.list) {
        return Err(vec![ConfigProblem::IndentedKey { section, key: name, line, name: indented }]);
    }
    // The value may as well begin in the second line.
    let further = raw.continuation.get(usize::from(raw.text.starts_with('\n')));
    match further {
        Some((line, _)) if strip(&raw.text).contains('\n') && !key.traits.list => {
            Err(vec![ConfigProblem::SeveralLines { section, key: name, line: *line }])
        }
        _ => Ok(()),
    }
}

/// Where a value goes on that `%(name)s` has put into this one, also over others; it may only be one line long.
pub(super) fn of_reference(key: &Key, value: &Value, ini: &Ini) -> Option<u64> {
    if key.traits.list || !value.text.contains('\n') {
        return None;
    }
    let parts = ini.parts(key.section, key.name);
    parts.iter().flat_map(|part| &part.continuation).map(|(line, _)| *line).next()
}
