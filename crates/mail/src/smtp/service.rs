//! The other end of `client`, in a process of its own: reads the settings, then one mail after the other, and answers what became of
//! each. Its answers are bounded, whatever the mail server says.

use std::io;

use super::protocol::{ServerSettings, SmtpError, TransactionResult};
use super::redact::shorten;
use super::session::Session;
use crate::outbox::{Envelope, OutgoingMail};
use asbackup_system::privsep::Channel;

/// Bytes of settings, which may contain certificates.
pub const LARGEST_SETTINGS: usize = 2 * 1024 * 1024;
/// Bytes of a mail; hardly any server takes more.
pub const LARGEST_MAIL: usize = 32 * 1024 * 1024;
/// Bytes of the answer for one mail.
pub const LARGEST_ANSWER: usize = 64 * 1024;
/// Bytes per recipient besides the words, of which JSON may escape each with six.
const AROUND: usize = 64;
const PER_BYTE: usize = 6;

/// Serves one conversation.
///
/// # Errors
/// The daemon is gone, or sends what can't be read.
pub async fn serve(mut talk: Channel) -> io::Result<()> {
    let Some(settings) = talk.hear::<ServerSettings>(LARGEST_SETTINGS).await? else { return Ok(()) };
    let mut session = match Session::open(&settings).await {
        Ok(session) => session,
        Err(error) => return talk.say(&Err::<(), SmtpError>(error)).await,
    };
    talk.say(&Ok::<(), SmtpError>(())).await?;
    while let Some(envelope) = talk.hear::<Envelope>(LARGEST_MAIL).await? {
        let Some(message) = talk.hear_bytes(LARGEST_MAIL).await? else { return Ok(()) };
        let outcome = session.deliver(&OutgoingMail { envelope, message }, settings.timeout).await;
        talk.say(&outcome.as_ref().map(shortened)).await?;
        if outcome.is_err() {
            return Ok(());
        }
    }
    session.close().await;
    Ok(())
}

/// Fits any number of recipients into one answer.
fn shortened(outcome: &TransactionResult) -> TransactionResult {
    let mut outcome = outcome.clone();
    let each = LARGEST_ANSWER / (outcome.replies.len() + 2);
    let most = each.saturating_sub(AROUND) / PER_BYTE;
    for words in outcome.replies.iter_mut().map(|reply| &mut reply.words).chain(&mut outcome.unwanted) {
        shorten(words, most);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smtp::protocol::{DeliveryStatus, Reply};

    #[test]
    fn an_answer_about_a_thousand_recipients_fits() {
        let reply = Reply { status: DeliveryStatus::Refused, words: "\u{1}ü".repeat(250) };
        for count in [1, 10, 100, 900] {
            let outcome =
                TransactionResult { replies: vec![reply.clone(); count], unwanted: Some(reply.words.clone()) };
            let said = serde_json::to_vec(&Ok::<_, SmtpError>(shortened(&outcome))).unwrap();
            assert!(said.len() <= LARGEST_ANSWER, "{} bytes for {count}", said.len());
        }
    }
}
