//! The helper process's end of a conversation with `client`: receives the settings, then one mail after the other, and sends the
//! result of each. Results are bounded, whatever the mail server replies.

use std::io;

use super::protocol::{ServerSettings, SmtpError, TransactionResult};
use super::redact::shorten;
use super::session::Session;
use crate::outbox::{Envelope, OutgoingMail};
use asbackup_system::privsep::MessageSocket;

/// Bytes of settings, which may contain certificates.
pub const LARGEST_SETTINGS: usize = 2 * 1024 * 1024;
/// Bytes of a mail; hardly any server takes more.
pub const LARGEST_MAIL: usize = 32 * 1024 * 1024;
/// Bytes of the result of one mail.
pub const LARGEST_RESULT: usize = 64 * 1024;
/// Bytes of JSON per recipient besides the reply's text.
const OVERHEAD: usize = 64;
/// Bytes of JSON that one escaped byte of text takes.
const ESCAPED: usize = 6;

/// Serves one conversation.
///
/// # Errors
/// The daemon is gone, or sends an invalid message.
pub async fn serve(mut socket: MessageSocket) -> io::Result<()> {
    let Some(settings) = socket.receive::<ServerSettings>(LARGEST_SETTINGS).await? else { return Ok(()) };
    let mut session = match Session::open(&settings).await {
        Ok(session) => session,
        Err(error) => return socket.send(&Err::<(), SmtpError>(error)).await,
    };
    socket.send(&Ok::<(), SmtpError>(())).await?;
    while let Some(envelope) = socket.receive::<Envelope>(LARGEST_MAIL).await? {
        let Some(message) = socket.receive_bytes(LARGEST_MAIL).await? else { return Ok(()) };
        let result = session.deliver(&OutgoingMail { envelope, message }, settings.timeout).await;
        socket.send(&result.as_ref().map(bounded)).await?;
        if result.is_err() {
            return Ok(());
        }
    }
    session.close().await;
    Ok(())
}

/// Shortens the replies so that those for any number of recipients fit.
fn bounded(result: &TransactionResult) -> TransactionResult {
    let mut result = result.clone();
    let each = LARGEST_RESULT / (result.replies.len() + 2);
    let most = each.saturating_sub(OVERHEAD) / ESCAPED;
    for text in result.replies.iter_mut().map(|reply| &mut reply.text).chain(&mut result.logs_refused) {
        shorten(text, most);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smtp::protocol::{DeliveryStatus, Reply};

    #[test]
    fn a_result_for_a_thousand_recipients_fits() {
        let reply = Reply { status: DeliveryStatus::Refused, text: "\u{1}ü".repeat(250) };
        for count in [1, 10, 100, 900] {
            let result =
                TransactionResult { replies: vec![reply.clone(); count], logs_refused: Some(reply.text.clone()) };
            let sent = serde_json::to_vec(&Ok::<_, SmtpError>(bounded(&result))).unwrap();
            assert!(sent.len() <= LARGEST_RESULT, "{} bytes for {count}", sent.len());
        }
    }
}
