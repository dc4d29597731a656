//! Mail addresses: one, or a list. Every list of addresses is cut here, and lettre decides what can be sent to. A name without
//! a domain (`root`) is an address of this machine.
//!
//! Entries are separated by commas, semicolons or line breaks, and by blanks where there is no name. Of `Name <address>` the
//! address counts; a name with a comma in it needs quotation marks, and text in parentheses is a comment.

use lettre::Address;

use super::value::{Kind, Value};
use crate::fault::{ConfigProblem, Problems};
use crate::numbering::{is_space, strip};

/// Bare addresses, each once.
pub const ADDRESSES: Kind<Vec<String>> = Kind::new(addresses, |list: &Vec<String>| list.join(", ")).list();

/// The address that mails come from, kept as written, also `Name <address>`; may be empty.
pub const SENDER: Kind<String> = Kind::new(sender, Clone::clone);

/// One entry of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item<'a> {
    /// Perhaps an address, without name and comments.
    Word(&'a str),
    /// The two halves of a name that was cut at its comma.
    HalfName(&'a str, &'a str),
}

/// Whether mail can be sent to `text`: an address, or the name of a local mailbox.
pub fn is_address(text: &str) -> bool {
    match text.rsplit_once('@') {
        Some((user, domain)) => Address::new(user, domain).is_ok(),
        None => text.is_ascii() && Address::new(text, "localhost").is_ok(),
    }
}

/// Whether a local mailbox is called like a host, which suggests that an `@` is missing.
pub fn looks_like_host(address: &str) -> bool {
    !address.contains('@') && address.contains('.')
}

/// Refuses a part of a list.
pub fn not_an_address(value: &Value, item: &str) -> ConfigProblem {
    value.problem(item, |section, key, value| ConfigProblem::NotAnAddress { section, key, value })
}

/// Reads a list entry by entry, with all problems at once.
pub fn read_list<'a>(value: &Value<'a>, mut read: impl FnMut(&'a str) -> Result<(), Problems>) -> Result<(), Problems> {
    let mut problems = Problems::new();
    for item in list(value.text) {
        match item {
            Item::Word(word) => problems.extend(read(word).err().into_iter().flatten()),
            Item::HalfName(before, after) => problems
                .push(value.problem(&format!("{before}, {after}"), |section, key, value| {
                    ConfigProblem::NameNotQuoted { section, key, value }
                })),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The entries of a list of addresses.
fn list(text: &str) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    for part in cut(text, |c| c == ';' || c == '\n') {
        let entries = cut(part, |c| c == ',');
        for (at, entry) in entries.iter().enumerate() {
            match entries.get(at + 1) {
                Some(next) if is_half_a_name(entry, next) => items.push(Item::HalfName(entry, next)),
                _ => items.extend(words(entry).map(Item::Word)),
            }
        }
    }
    items
}

/// Whether the entry is no mailbox, and the next one begins with the other half of its name.
fn is_half_a_name(entry: &str, next: &str) -> bool {
    let mailbox = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
    let (name, _) = split_mailbox(next);
    !entry.is_empty() && !entry.contains(['@', '"']) && !entry.chars().all(mailbox) && !name.is_empty()
}

/// An entry with `<…>` may contain blanks, any other is cut at them; comments are left out.
fn words(entry: &str) -> impl Iterator<Item = &str> {
    let words = match in_angle_brackets(entry) {
        Some((_, address)) => vec![address],
        None => cut(entry, is_space),
    };
    words.into_iter().filter(|word| !(word.is_empty() || word.starts_with('(') && word.ends_with(')')))
}

/// Cuts a text outside of quotation marks, angle brackets and parentheses.
fn cut(text: &str, separates: impl Fn(char) -> bool) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '<' | '(' => depth += 1,
            '>' | ')' => depth = depth.saturating_sub(1),
            c if depth == 0 && separates(c) => {
                parts.push(strip(&text[start..at]));
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(strip(&text[start..]));
    parts
}

fn in_angle_brackets(text: &str) -> Option<(&str, &str)> {
    text.strip_suffix('>')?.rsplit_once('<')
}

/// Name and address of `Name <address>`; the name without quotation marks, empty if there is none.
pub fn split_mailbox(text: &str) -> (String, &str) {
    let Some((name, address)) = in_angle_brackets(text) else { return (String::new(), text) };
    let name = strip(name);
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => (quoted.replace("\\\"", "\"").replace("\\\\", "\\"), address),
        None => (name.to_owned(), address),
    }
}

fn addresses(value: &Value) -> Result<Vec<String>, Problems> {
    let mut found: Vec<String> = Vec::new();
    read_list(value, |word| {
        if !is_address(word) {
            return Err(vec![not_an_address(value, word)]);
        }
        if !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
        Ok(())
    })?;
    Ok(found)
}

fn sender(value: &Value) -> Result<String, Problems> {
    let (_, address) = split_mailbox(value.text);
    if value.text.is_empty() || is_address(address) {
        return Ok(value.text.to_owned());
    }
    Err(vec![not_an_address(value, value.text)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value<'_> {
        Value { section: "Mail", key: "cc", text, secret: false }
    }

    fn bad_items(text: &str) -> Vec<String> {
        let problems = (ADDRESSES.read)(&value(text)).expect_err(text);
        let item = |problem| match problem {
            ConfigProblem::NotAnAddress { value, .. } => value,
            other => panic!("{other:?}"),
        };
        problems.into_iter().map(item).collect()
    }

    #[test]
    fn addresses_are_cut_at_commas_semicolons_blanks_and_line_breaks() {
        let read = (ADDRESSES.read)(&value("a@x.de, b@x.de;c@x.de d@x.de\ne@x.de,,")).unwrap();
        assert_eq!(read, ["a@x.de", "b@x.de", "c@x.de", "d@x.de", "e@x.de"]);
        assert!((ADDRESSES.read)(&value("")).unwrap().is_empty());
    }

    #[test]
    fn an_address_given_twice_gets_one_mail() {
        assert_eq!((ADDRESSES.read)(&value("a@x, a@x")).unwrap(), ["a@x"]);
    }

    #[test]
    fn a_local_name_is_an_address() {
        let read = (ADDRESSES.read)(&value("root, root@localhost")).unwrap();
        assert_eq!(read, ["root", "root@localhost"]);
    }

    #[test]
    fn a_name_before_an_address_is_dropped() {
        let read = (ADDRESSES.read)(&value("Jörg Müller <j@x.de>, <root>")).unwrap();
        assert_eq!(read, ["j@x.de", "root"]);
    }

    #[test]
    fn a_quoted_name_may_contain_anything_and_comments_are_ignored() {
        let text = r#""Müller, Jörg" <j@x.de>, "a;b <c@x> \" \\" <d@x.de>; e@x.de (Büro, oben), "f g"@x.de"#;
        assert_eq!((ADDRESSES.read)(&value(text)).unwrap(), ["j@x.de", "d@x.de", "e@x.de", "\"f g\"@x.de"]);
    }

    #[test]
    fn a_name_with_a_comma_needs_quotation_marks() {
        for text in
            ["Müller, Jörg <joerg@example.com>", "a@x, Mueller, Joerg <joerg@example.com>", "Dr. Müller, J. <j@x>"]
        {
            let problems = (ADDRESSES.read)(&value(text)).expect_err(text);
            let [ConfigProblem::NameNotQuoted { value, .. }] = &problems[..] else { panic!("{problems:?}") };
            assert!(text.ends_with(value.as_str()), "{value}");
        }
        for text in ["root, Jörg Müller <j@x.de>", "Müller\nJörg <j@x.de>", "a@x.de, Jörg <j@x.de>"] {
            let half = |problem: &ConfigProblem| matches!(problem, ConfigProblem::NameNotQuoted { .. });
            let read = (ADDRESSES.read)(&value(text));
            assert!(!read.is_err_and(|problems| problems.iter().any(half)), "{text}");
        }
    }

    #[test]
    fn only_what_lettre_can_send_to_is_an_address() {
        for text in ["a@müller.de", "jörg@example.com", "a@[10.0.0.1]", "a@10.0.0.1", "root", "a.b"] {
            assert!(is_address(text), "{text}");
        }
        for text in ["Müller", "a b", "a@", "@x", "a@b c", "Team:", "a@-x.de", "a@x.de.", ""] {
            assert!(!is_address(text), "{text}");
        }
        assert!(looks_like_host("admin.example.org") && !looks_like_host("root") && !looks_like_host("a@example.org"));
    }

    #[test]
    fn a_mailbox_splits_into_name_and_address() {
        for (text, name, address) in [
            ("a@x", "", "a@x"),
            ("Sicherung, Köln <a@x>", "Sicherung, Köln", "a@x"),
            (r#""Müller, \"J\"" <a@x>"#, "Müller, \"J\"", "a@x"),
        ] {
            assert_eq!(split_mailbox(text), (name.to_owned(), address));
        }
    }

    #[test]
    fn every_bad_address_is_reported() {
        assert_eq!(bad_items("a@x, a@@x, @x, b@"), ["a@@x", "@x", "b@"]);
        assert_eq!(bad_items("a@x\u{0}b"), ["a@x\u{0}b"]);
        assert_eq!(bad_items("<a@x>b"), ["<a@x>b"]);
    }

    #[test]
    fn the_sender_may_have_a_name() {
        for text in ["", "backup@x.de", "root", "Backup Atlantis <backup@x.de>"] {
            assert_eq!((SENDER.read)(&value(text)).unwrap(), text);
        }
        for text in ["a@", "Backup Atlantis", "a@x, b@x", "Name <a@>"] {
            assert!((SENDER.read)(&value(text)).is_err(), "{text}");
        }
    }
}
