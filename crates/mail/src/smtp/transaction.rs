//! Sends one mail within a session: gets a reply for each recipient, and leaves the logs out if the server refuses them.

use std::time::Duration;

use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use lettre::transport::smtp::{Error, response::Response};
use tokio::time::timeout;

use super::address::for_server;
use super::protocol::{DeliveryStatus, Reply, SmtpError, TransactionResult};
use super::session::Session;
use crate::outbox::{Envelope, OutgoingMail};

/// Codes that refuse a mail by its announced size.
const TOO_LARGE: [&str; 3] = ["5.3.4", "5.2.3", "552"];

/// What the server replied to one message.
struct Submission {
    /// For each recipient, in their order.
    replies: Vec<Reply>,
    /// Its text, if it refused the message itself.
    message_refused: Option<String>,
}

impl Session {
    /// Sends one mail.
    ///
    /// # Errors
    /// The conversation broke off or took longer than `patience`; the session can't be used any more.
    pub async fn deliver(&mut self, mail: &OutgoingMail, patience: Duration) -> Result<TransactionResult, SmtpError> {
        match timeout(patience, self.with_or_without_logs(mail)).await {
            Ok(result) => result,
            Err(_) => Err(self.redactor.timed_out(patience)),
        }
    }

    async fn with_or_without_logs(&mut self, mail: &OutgoingMail) -> Result<TransactionResult, SmtpError> {
        let OutgoingMail { envelope, message } = mail;
        let first = self.submit(envelope, message).await?;
        match (first.message_refused, &envelope.without_logs) {
            (Some(text), Some(spare)) => {
                let second = self.submit(envelope, spare.as_bytes()).await?;
                Ok(TransactionResult { replies: second.replies, logs_refused: Some(text) })
            }
            _ => Ok(TransactionResult { replies: first.replies, logs_refused: None }),
        }
    }

    async fn submit(&mut self, envelope: &Envelope, message: &[u8]) -> Result<Submission, SmtpError> {
        if let Some(refusal) = self.mail_from(envelope).await? {
            let message_refused =
                TOO_LARGE.iter().any(|code| refusal.text.contains(code)).then(|| refusal.text.clone());
            return Ok(self.reset(vec![refusal; envelope.to.len()], message_refused).await);
        }
        let mut refusals = Vec::new();
        for recipient in &envelope.to {
            refusals.push(self.rcpt_to(recipient).await?);
        }
        if refusals.iter().all(Option::is_some) {
            return Ok(self.reset(refusals.into_iter().flatten().collect(), None).await);
        }
        self.data(refusals, message).await
    }

    /// Sends the message to those recipients without a refusal.
    async fn data(&mut self, refusals: Vec<Option<Reply>>, message: &[u8]) -> Result<Submission, SmtpError> {
        let response = self.connection.command(Data).await;
        if let Some(refusal) = self.refusal(response)? {
            return Ok(self.reset(filled(refusals, &refusal), None).await);
        }
        let response = self.connection.message(message).await;
        let receipt = response.as_ref().map(|response| self.redactor.response(response)).unwrap_or_default();
        let refusal = self.refusal(response)?;
        let permanent = refusal.as_ref().filter(|reply| reply.status == DeliveryStatus::Refused);
        let message_refused = permanent.map(|reply| reply.text.clone());
        let reply = refusal.unwrap_or(Reply { status: DeliveryStatus::Taken, text: receipt });
        Ok(Submission { replies: filled(refusals, &reply), message_refused })
    }

    /// Names the sender; returns the server's refusal, if any.
    async fn mail_from(&mut self, envelope: &Envelope) -> Result<Option<Reply>, SmtpError> {
        let sender = match for_server(&envelope.from, self.offers_utf8()) {
            Ok(sender) => sender,
            Err(why) => return Ok(Some(refused(format!("{}: {why}", envelope.from)))),
        };
        let mut addresses = envelope.to.iter().chain([&envelope.from]);
        let beyond_ascii = self.offers_utf8() && addresses.any(|address| !address.is_ascii());
        let parameters = if beyond_ascii { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
        let response = self.connection.command(MailFrom::new(Some(sender), parameters)).await;
        self.refusal(response)
    }

    fn offers_utf8(&self) -> bool {
        self.connection.server_info().supports_feature(Extension::SmtpUtfEight)
    }

    /// Names a recipient; returns the server's refusal, if any.
    async fn rcpt_to(&mut self, recipient: &str) -> Result<Option<Reply>, SmtpError> {
        let address = match for_server(recipient, self.offers_utf8()) {
            Ok(address) => address,
            Err(why) => return Ok(Some(refused(why))),
        };
        let response = self.connection.command(Rcpt::new(address, Vec::new())).await;
        self.refusal(response)
    }

    /// Ends the transaction without a message, so that the next one can follow.
    async fn reset(&mut self, replies: Vec<Reply>, message_refused: Option<String>) -> Submission {
        // If this fails, the next mail reports it.
        let _ = self.connection.command(Rset).await;
        Submission { replies, message_refused }
    }

    /// The server's refusal, if it responded with one; any other error ends the conversation.
    fn refusal(&self, response: Result<Response, Error>) -> Result<Option<Reply>, SmtpError> {
        let refusal = |status, error| Ok(Some(Reply { status, text: self.redactor.error(&error) }));
        match response {
            Ok(_) => Ok(None),
            Err(error) if error.is_permanent() => refusal(DeliveryStatus::Refused, error),
            Err(error) if error.is_transient() => refusal(DeliveryStatus::Delayed, error),
            Err(error) => Err(self.redactor.delayed_by(&error)),
        }
    }
}

fn refused(text: String) -> Reply {
    Reply { status: DeliveryStatus::Refused, text }
}

/// Gives `other` to all recipients without a refusal of their own.
fn filled(refusals: Vec<Option<Reply>>, other: &Reply) -> Vec<Reply> {
    refusals.into_iter().map(|refusal| refusal.unwrap_or_else(|| other.clone())).collect()
}
