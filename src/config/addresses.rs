//! Mail addresses in config.ini: one, or a list. A name without a domain (`root`) is an address of this machine.

use email_address::{EmailAddress, Options};

use super::ConfigProblem;
use super::ini::strip;
use super::value::{Kind, Problems, Value, items};

/// Addresses between commas, semicolons, blanks or line breaks; of `Name <address>` the address is kept.
pub const ADDRESSES: Kind<Vec<String>> = Kind::new(addresses, |list: &Vec<String>| list.join(", ")).list();

/// The address that mails come from, kept as written, also `Name <address>`; may be empty.
pub const SENDER: Kind<String> = Kind::new(sender, Clone::clone);

/// Whether mail can be sent to `text`: an address, or the name of a local mailbox.
pub fn is_address(text: &str) -> bool {
    if text.contains('@') {
        return EmailAddress::parse_with_options(text, Options::default().without_display_text()).is_ok();
    }
    EmailAddress::is_valid_local_part(text)
}

pub fn not_an_address(value: &Value, item: &str) -> ConfigProblem {
    let (section, key) = value.place();
    ConfigProblem::NotAnAddress { section, key, value: value.shown_item(item) }
}

fn addresses(value: &Value) -> Result<Vec<String>, Problems> {
    let mut found: Vec<String> = Vec::new();
    let mut problems = Problems::new();
    for item in entries(value.text) {
        match is_address(item) {
            false => problems.push(not_an_address(value, item)),
            true if found.iter().any(|known| known == item) => {}
            true => found.push(item.to_owned()),
        }
    }
    if problems.is_empty() {
        return Ok(found);
    }
    Err(problems)
}

/// An entry with `<…>` may hold blanks, any other is cut at them.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '\n']).flat_map(|entry| match in_angle_brackets(strip(entry)) {
        Some(address) => vec![address],
        None => items(entry).collect(),
    })
}

fn in_angle_brackets(text: &str) -> Option<&str> {
    text.strip_suffix('>')?.rsplit_once('<').map(|(_, address)| address)
}

fn sender(value: &Value) -> Result<String, Problems> {
    let address = in_angle_brackets(value.text).unwrap_or(value.text);
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
    fn of_a_name_with_address_the_address_is_kept() {
        let read = (ADDRESSES.read)(&value("Jörg Müller <j@x.de>, <root>")).unwrap();
        assert_eq!(read, ["j@x.de", "root"]);
    }

    #[test]
    fn every_bad_address_is_named() {
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
