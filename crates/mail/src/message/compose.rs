//! Composes the mail of an occasion: recipients, content, attached logs.

use asbackup_config::Config;
use asbackup_texts::Texts;
use asbackup_texts::clock::Clock;

use super::content::{HeldBackCounts, Renderer};
use super::host::Host;
use super::logs::Logs;
use super::mime::{Draft, MessageError};
use super::recipients::recipients;
use crate::occasion::Occasion;
use crate::outbox::OutgoingMail;

/// The mail of an occasion, or `None` without recipients. Blocks, since it reads the logs.
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
    let renderer = Renderer { texts, clock: &Clock::system(), host: &host.name };
    let mut spare = None;
    let (content, attachments) = match occasion {
        Occasion::Begun(begun) => (renderer.begun(begun), Vec::new()),
        Occasion::Ended(record) => {
            let logs = if with_logs { Logs::of(record, config) } else { Logs::left_out(config) };
            spare = logs.are_attached().then(|| renderer.ended(record, &Logs::refused(config)));
            (renderer.ended(record, &logs), logs.attachments())
        }
        Occasion::ConfigRefused { problems, .. } => (renderer.config_refused(problems), Vec::new()),
        Occasion::Lock { event, .. } => (renderer.lock(event), Vec::new()),
        Occasion::Reminder { days, since, last_good, .. } => (renderer.reminder(*days, *since, *last_good), Vec::new()),
        Occasion::HeldBack { count, sent, since, last } => {
            let example = match last.as_ref() {
                Occasion::Lock { event, .. } => renderer.lock(event),
                _ => renderer.config_refused(&[]),
            };
            (
                renderer.held_back(&HeldBackCounts { count: *count, sent: *sent, since: *since }, &example.subject),
                Vec::new(),
            )
        }
        Occasion::Test { at } => (renderer.test(*at), Vec::new()),
    };
    let draft = Draft {
        id: occasion.id(),
        in_reply_to: occasion.in_reply_to(),
        run: occasion.run(),
        at: occasion.at(),
        content,
        attachments,
        spare,
        recipients,
        from: &config.mail.from,
        host: &host,
    };
    draft.finish().map(Some)
}
