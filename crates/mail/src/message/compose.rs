//! Makes the mail of an occasion: recipients, words, attached logs.

use asbackup_config::Config;
use asbackup_texts::Texts;
use asbackup_texts::clock::Clock;

use super::host::Host;
use super::logs::Logs;
use super::mime::{Draft, MessageError};
use super::recipients::recipients;
use super::words::{HeldBackCounts, Writer};
use crate::occasion::Occasion;
use crate::outbox::OutgoingMail;

/// The mail for an occasion, or `None` if nobody wants it. Reads the logs, so it may block.
///
/// # Errors
/// An address is not valid.
pub fn compose(
    occasion: &Occasion,
    config: &Config,
    texts: &Texts,
    with_logs: bool,
) -> Result<Option<OutgoingMail>, MessageError> {
    let host = Host::of_this_machine();
    let recipients = recipients(config, occasion);
    if recipients.is_empty() {
        return Ok(None);
    }
    let writer = Writer { texts, clock: &Clock::system(), host: &host.name };
    let mut spare = None;
    let (words, attachments) = match occasion {
        Occasion::Begun(begun) => (writer.begun(begun), Vec::new()),
        Occasion::Ended(record) => {
            let logs = if with_logs { Logs::of(record, config) } else { Logs::left_out(config) };
            spare = logs.are_attached().then(|| writer.ended(record, &Logs::unwanted(config)));
            (writer.ended(record, &logs), logs.attachments())
        }
        Occasion::ConfigRefused { problems, .. } => (writer.config_refused(problems), Vec::new()),
        Occasion::Lock { event, .. } => (writer.lock(event), Vec::new()),
        Occasion::Reminder { days, since, last_good, .. } => (writer.reminder(*days, *since, *last_good), Vec::new()),
        Occasion::HeldBack { count, sent, since, last } => {
            let example = match last.as_ref() {
                Occasion::Lock { event, .. } => writer.lock(event),
                _ => writer.config_refused(&[]),
            };
            (
                writer.held_back(&HeldBackCounts { count: *count, sent: *sent, since: *since }, &example.subject),
                Vec::new(),
            )
        }
        Occasion::Test { at } => (writer.test(*at), Vec::new()),
    };
    let draft = Draft {
        id: occasion.id(),
        answers: occasion.answers(),
        run: occasion.run(),
        at: occasion.at(),
        words,
        attachments,
        spare,
        recipients,
        from: &config.mail.from,
        host: &host,
    };
    draft.finish().map(Some)
}
