//! Every mail as people get it, in both languages: what a reviewer reads when a text or a rule has changed.

use asbackup_mail::message::samples;
use asbackup_texts::Language;

use crate::generated::Generated;

/// All mails in each language.
pub fn files() -> Vec<Generated> {
    let path = |language| match language {
        Language::German => "crates/mail/snapshots/de.txt",
        Language::English => "crates/mail/snapshots/en.txt",
    };
    Language::ALL.map(|language| Generated::new(path(language), samples::all_in(language))).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::assert_checked_in;

    #[test]
    fn the_checked_in_mails_are_up_to_date() {
        assert_checked_in(&files(), "mail-snapshots");
    }
}
