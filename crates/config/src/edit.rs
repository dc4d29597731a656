//! Sets a value in the text of a config.ini and keeps everything else: comments, order, other keys.

use std::ops::RangeInclusive;

use super::ini::Ini;
use super::numbering::{is_comment, is_space, strip, unify_line_ends};

/// The text with this value: where the key is, at the top of its section, or in a new section at the end. Lines of the result
/// end with `\n`. The text must have no faults, and the value must be one line without blanks around it.
pub fn with_value(text: &str, section: &str, key: &str, value: &str) -> String {
    let text = unify_line_ends(text);
    let (ini, _) = Ini::read(&text);
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let new = entry(key, value);
    match (ini.own_lines(section, key), ini.section_line(section)) {
        (Some(taken), _) => replace(&mut lines, index(*taken.start())..=index(*taken.end()), new),
        (None, Some(line)) => lines.insert(index(line) + 1, new),
        (None, None) => append(&mut lines, section, new),
    }
    lines.join("\n")
}

fn entry(key: &str, value: &str) -> String {
    format!("{key} = {}", value.replace('%', "%%")).trim_end().to_owned()
}

/// Lines count from 1.
fn index(line: u64) -> usize {
    usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1)
}

/// The lines of a key and its value; comments between them stay.
fn replace(lines: &mut Vec<String>, taken: RangeInclusive<usize>, new: String) {
    let indent: String = lines[*taken.start()].chars().take_while(|c| is_space(*c)).collect();
    let comments: Vec<String> = lines[taken.clone()].iter().filter(|line| is_comment(line)).cloned().collect();
    lines.splice(taken, [indent + &new].into_iter().chain(comments));
}

fn append(lines: &mut Vec<String>, section: &str, new: String) {
    while lines.last().is_some_and(|line| strip(line).is_empty()) {
        lines.pop();
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend([format!("[{section}]"), new, String::new()]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keys::KEYS;
    use crate::{TEMPLATE, parse};

    #[test]
    fn setting_a_key_of_the_template_changes_one_line() {
        let text = with_value(TEMPLATE, "Backup", "backup-source", "/srv/100%");
        let changed: Vec<(&str, &str)> = TEMPLATE.lines().zip(text.lines()).filter(|(old, new)| old != new).collect();
        assert_eq!(changed, [("backup-source =", "backup-source = /srv/100%%")]);
        assert_eq!(text.lines().count(), TEMPLATE.lines().count());
        assert_eq!(parse(&text).unwrap().config.source.to_str(), Some("/srv/100%"));
    }

    #[test]
    fn a_value_of_several_lines_is_replaced_and_its_comments_stay() {
        let text = "[A]\n  Key: a\n   b\n# why\n\n   c\n\n# next\n  other = x\n";
        assert_eq!(with_value(text, "A", "key", "new"), "[A]\n  key = new\n# why\n\n# next\n  other = x\n");
    }

    #[test]
    fn a_missing_key_is_added() {
        assert_eq!(with_value("", "A", "k", "1"), "[A]\nk = 1\n");
        assert_eq!(with_value("[A]\r\nx = 1\r\n", "A", "k", "2"), "[A]\nk = 2\nx = 1\n");
        assert_eq!(with_value("[DEFAULT]\nk = 0\n\n\n", "A", "k", "3"), "[DEFAULT]\nk = 0\n\n[A]\nk = 3\n");
        assert_eq!(with_value("[A]\nk = 1", "A", "k", ""), "[A]\nk =");
    }

    /// Everything that Python would read from a text.
    fn values(text: &str) -> Vec<(String, String, String)> {
        let (ini, errors) = Ini::read(text);
        assert_eq!(errors, []);
        let keys = |section: &str| ini.own_keys(section).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let of = |section: &str| {
            let named = |key: String| (section.to_owned(), key.clone(), ini.raw(section, &key).unwrap().text.clone());
            keys(section).into_iter().map(named).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = ini.sections().into_iter().flat_map(of).collect();
        all.sort();
        all
    }

    /// Any sequence of these is a text without faults.
    fn piece() -> impl Strategy<Value = String> {
        let pieces = ["", "# comment", " ; comment", "  more", "\t\tmore = than = that", "   [bracket]"];
        prop::sample::select(pieces.to_vec()).prop_map(str::to_owned)
    }

    proptest! {
        #[test]
        fn all_other_keys_stay_as_they_are(
            pieces in prop::collection::vec(prop::collection::vec(piece(), 0..5), 4),
            value in "[a-z%#=:/][a-z0-9 %#=:/]{0,20}[a-z%]",
            (section, key) in prop::sample::select(vec![("A", "x"), ("A", "y"), ("B", "x"), ("B", "new"), ("C", "x")]),
        ) {
            let heads = ["[A]\nx = 1", "y: 2", "[B]\nx = 3", " z = 4"];
            let parts: Vec<String> = heads.iter().zip(&pieces).map(|(head, rest)| format!("{head}\n{}", rest.join("\n"))).collect();
            let text = parts.join("\n");
            let mut expected = values(&text);
            expected.retain(|(in_section, name, _)| (in_section.as_str(), name.as_str()) != (section, key));
            expected.push((section.to_owned(), key.to_owned(), value.replace('%', "%%")));
            expected.sort();
            prop_assert_eq!(values(&with_value(&text, section, key, &value)), expected);
        }
    }

    #[test]
    fn every_key_can_be_set_in_the_template() {
        for key in &KEYS {
            let text = with_value(TEMPLATE, key.section, key.name, "something");
            let (ini, errors) = Ini::read(&text);
            assert_eq!((ini.get(key.section, key.name), errors), (Some(Ok("something".to_owned())), Vec::new()));
        }
    }
}
