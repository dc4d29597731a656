//! Who gets a mail: sysops and the disk's own recipients, others in copy; each by their mail level.

use crate::occasion::{Importance, Occasion};
use asbackup_config::{Config, MailLevel};

/// Addresses as in config.ini, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recipients {
    pub to: Vec<String>,
    pub cc: Vec<String>,
}

impl Recipients {
    pub fn is_empty(&self) -> bool {
        self.to.is_empty() && self.cc.is_empty()
    }
}

pub fn recipients(config: &Config, occasion: &Occasion) -> Recipients {
    let mail = &config.mail;
    let wants = |address: &&String| matters(mail.level_for(address), occasion.importance());
    let mut recipients = Recipients::default();
    for address in mail.sysops.iter().chain(of_disks(config, occasion)).filter(wants) {
        add(&mut recipients.to, address, &[]);
    }
    for address in mail.cc.iter().filter(wants) {
        add(&mut recipients.cc, address, &recipients.to);
    }
    recipients
}

/// The recipients of the run's disk; for reminders and test mails, those of all disks.
fn of_disks<'a>(config: &'a Config, occasion: &'a Occasion) -> impl Iterator<Item = &'a String> {
    let all = matches!(occasion, Occasion::Reminder { .. } | Occasion::Test { .. });
    let meant = config.disks.iter().filter(move |disk| all || occasion.disk() == Some(&disk.id));
    meant.flat_map(|disk| &disk.recipients)
}

fn add(list: &mut Vec<String>, address: &str, others: &[String]) {
    let known = |listed: &String| listed.eq_ignore_ascii_case(address);
    if !list.iter().any(known) && !others.iter().any(known) {
        list.push(address.to_owned());
    }
}

fn matters(level: MailLevel, importance: Importance) -> bool {
    match level {
        MailLevel::All => true,
        MailLevel::End => importance != Importance::Beginning,
        MailLevel::Problems => importance == Importance::Problem,
        MailLevel::None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use asbackup_api::{AttachmentId, DiskId, Outcome, RunBegun, RunWarning, Trigger, Warning};

    const INI: &str = "[Backup]
filesystem-ids-and-notification-mail-addresses = B78E-6CC4, office@x, boss@x, 1111-2222, other@x
[Mail]
to-mail-addresses-sysop = admin@x, Office@x
cc = archive@x, admin@x
mail-policy = boss@x=problems, archive@x=end, other@x=none";

    fn begun() -> RunBegun {
        RunBegun {
            run: 1,
            disk: DiskId::new("B78E-6CC4"),
            label: String::new(),
            trigger: Trigger::Plugged,
            attachment: AttachmentId { boot_id: String::new(), diskseq: None },
            started_at: 1,
            logs: Vec::new(),
        }
    }

    fn gets(occasion: &Occasion) -> (Vec<String>, Vec<String>) {
        let recipients = recipients(&asbackup_config::parse(INI).unwrap().config, occasion);
        (recipients.to, recipients.cc)
    }

    fn list(addresses: &[&str]) -> Vec<String> {
        addresses.iter().map(|&address| address.to_owned()).collect()
    }

    #[test]
    fn sysops_and_the_disks_recipients_get_each_mail_once() {
        assert_eq!(gets(&Occasion::Begun(begun())), (list(&["admin@x", "Office@x"]), list(&[])));
    }

    #[test]
    fn recipients_of_problems_get_only_warnings_and_aborts() {
        let mut record = begun().ended(2, Outcome::Success);
        assert_eq!(gets(&ended(&record)), (list(&["admin@x", "Office@x"]), list(&["archive@x"])));
        record.warnings.push(RunWarning::Copy(Warning::Stalled { minutes: 1 }));
        assert_eq!(gets(&ended(&record)), (list(&["admin@x", "Office@x", "boss@x"]), list(&["archive@x"])));
        let record = begun().ended(2, Outcome::Aborted);
        assert_eq!(gets(&ended(&record)).0, ["admin@x", "Office@x", "boss@x"]);
    }

    #[test]
    fn mails_about_no_disk_go_to_sysops_and_reminders_to_everyone() {
        let refused = Occasion::ConfigRefused { problems: Vec::new(), at: 1 };
        assert_eq!(gets(&refused).0, ["admin@x", "Office@x"]);
        let reminder = Occasion::Reminder { days: 7, since: 1, last_good: 0, at: 2 };
        assert_eq!(gets(&reminder).0, ["admin@x", "Office@x", "boss@x"]);
    }

    #[test]
    fn a_test_mail_goes_to_everyone_who_gets_any_mail() {
        let (to, cc) = gets(&Occasion::Test { at: 1 });
        assert_eq!((to, cc), (list(&["admin@x", "Office@x", "boss@x"]), list(&["archive@x"])));
    }

    fn ended(record: &asbackup_api::RunRecord) -> Occasion {
        Occasion::Ended(Box::new(record.clone()))
    }
}
