//! The list of `mail-policy`: `address=level` between commas or blanks.

use super::addresses::{is_address, not_an_address, read_list, split_mailbox};
use super::value::{Kind, Value};
use super::words::{MAIL_LEVELS, choose, word};
use crate::fault::Problems;
use crate::types::MailPolicy;

/// In the file's order.
pub const MAIL_POLICIES: Kind<Vec<MailPolicy>> = Kind::new(read, |policies| {
    let shown = |policy: &MailPolicy| format!("{}={}", policy.address, word(MAIL_LEVELS, policy.level));
    policies.iter().map(shown).collect::<Vec<_>>().join(", ")
})
.list();

fn read(value: &Value) -> Result<Vec<MailPolicy>, Problems> {
    let mut policies = Vec::new();
    read_list(value, |item| {
        // An address may contain an equals sign, a level never does.
        let (address, level) = item.rsplit_once('=').unwrap_or((item, ""));
        let (_, address) = split_mailbox(address);
        if !is_address(address) {
            return Err(vec![not_an_address(value, item)]);
        }
        let level = choose(&Value { text: level, ..*value }, MAIL_LEVELS)?;
        policies.push(MailPolicy { address: address.to_owned(), level });
        Ok(())
    })?;
    Ok(policies)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::ConfigProblem;
    use crate::types::{Mail, MailLevel};

    fn value(text: &str) -> Value<'_> {
        Value { section: "Mail", key: "mail-policy", text, secret: false }
    }

    #[test]
    fn a_policy_counts_for_its_address_alone() {
        let policy = read(&value("a@x=problems, B@x=END\nroot=none")).unwrap();
        let mail = Mail { policy, ..Mail::default() };
        assert_eq!(mail.level_for("A@x"), MailLevel::Problems);
        assert_eq!(mail.level_for("b@x"), MailLevel::End);
        assert_eq!(mail.level_for("root"), MailLevel::None);
        assert_eq!(mail.level_for("c@x"), MailLevel::All);
        assert_eq!((MAIL_POLICIES.show)(&mail.policy), "a@x=problems, B@x=end, root=none");
    }

    #[test]
    fn every_bad_policy_is_reported() {
        let problems = read(&value("a@x, b@x=sometimes, @=all")).unwrap_err();
        assert_eq!(problems.len(), 3);
        assert!(matches!(&problems[1], ConfigProblem::NotAChoice { value, .. } if value == "sometimes"));
    }
}
