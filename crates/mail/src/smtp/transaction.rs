//! Sends one mail within a session: names each recipient, and leaves the logs out if the server refuses them.

use std::time::Duration;

use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use lettre::transport::smtp::{Error, response::Response};
use tokio::time::timeout;

use super::address::for_server;
use super::protocol::{DeliveryStatus, Reply, SmtpError, TransactionResult};
use super::session::Session;
use crate::outbox::{Envelope, OutgoingMail};

/// Codes with which servers refuse a mail as too large before they get it.
const TOO_LARGE: [&str; 3] = ["5.3.4", "5.2.3", "552"];

/// The result of one attempt.
struct Attempt {
    replies: Vec<Reply>,
    /// The server's words, if it refused the mail itself.
    unwanted: Option<String>,
}

impl Session {
    /// Sends one mail.
    ///
    /// # Errors
    /// The conversation broke off or took longer than `patience`; the session can't be used any more.
    pub async fn deliver(&mut self, mail: &OutgoingMail, patience: Duration) -> Result<TransactionResult, SmtpError> {
        match timeout(patience, self.with_or_without(mail)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.redactor.late(patience)),
        }
    }

    /// Sends the mail without its attachments if the server refuses it with them.
    async fn with_or_without(&mut self, mail: &OutgoingMail) -> Result<TransactionResult, SmtpError> {
        let OutgoingMail { envelope, message } = mail;
        let first = self.attempt(envelope, message).await?;
        match (first.unwanted, &envelope.without_logs) {
            (Some(words), Some(spare)) => {
                let second = self.attempt(envelope, spare.as_bytes()).await?;
                Ok(TransactionResult { replies: second.replies, unwanted: Some(words) })
            }
            _ => Ok(TransactionResult { replies: first.replies, unwanted: None }),
        }
    }

    async fn attempt(&mut self, envelope: &Envelope, message: &[u8]) -> Result<Attempt, SmtpError> {
        if let Some(refusal) = self.begin_mail(envelope).await? {
            let unwanted = TOO_LARGE.iter().any(|code| refusal.words.contains(code)).then(|| refusal.words.clone());
            return self.end_without_mail(vec![refusal; envelope.to.len()], unwanted).await;
        }
        let mut replies = Vec::new();
        for recipient in &envelope.to {
            replies.push(self.ask_for(recipient).await?);
        }
        if replies.iter().all(Option::is_some) {
            return self.end_without_mail(replies.into_iter().flatten().collect(), None).await;
        }
        let begun = self.connection.command(Data).await;
        if let Some(refusal) = self.refusal(begun)? {
            return self.end_without_mail(filled(replies, &refusal), None).await;
        }
        let taken = self.connection.message(message).await;
        let receipt = taken.as_ref().map(|answer| self.redactor.receipt(answer)).unwrap_or_default();
        let refusal = self.refusal(taken)?;
        let unwanted =
            refusal.as_ref().filter(|reply| reply.status == DeliveryStatus::Refused).map(|reply| reply.words.clone());
        let reply = refusal.unwrap_or(Reply { status: DeliveryStatus::Taken, words: receipt });
        Ok(Attempt { replies: filled(replies, &reply), unwanted })
    }

    /// Begins the mail; returns the server's refusal of it, if any.
    async fn begin_mail(&mut self, envelope: &Envelope) -> Result<Option<Reply>, SmtpError> {
        let sender = match for_server(&envelope.from, self.knows_utf8()) {
            Ok(sender) => sender,
            Err(words) => {
                return Ok(Some(Reply {
                    status: DeliveryStatus::Refused,
                    words: format!("{}: {words}", envelope.from),
                }));
            }
        };
        let mut names = envelope.to.iter().chain([&envelope.from]);
        let beyond_ascii = self.knows_utf8() && names.any(|name| !name.is_ascii());
        let parameters = if beyond_ascii { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
        let begun = self.connection.command(MailFrom::new(Some(sender), parameters)).await;
        self.refusal(begun)
    }

    fn knows_utf8(&self) -> bool {
        self.connection.server_info().supports_feature(Extension::SmtpUtfEight)
    }

    /// Names a recipient; returns the server's refusal of them, if any.
    async fn ask_for(&mut self, recipient: &str) -> Result<Option<Reply>, SmtpError> {
        let address = match for_server(recipient, self.knows_utf8()) {
            Ok(address) => address,
            Err(words) => return Ok(Some(Reply { status: DeliveryStatus::Refused, words })),
        };
        let answer = self.connection.command(Rcpt::new(address, Vec::new())).await;
        self.refusal(answer)
    }

    /// Makes the server forget this mail, so that the next one can follow.
    async fn end_without_mail(&mut self, replies: Vec<Reply>, unwanted: Option<String>) -> Result<Attempt, SmtpError> {
        // If this fails, the next mail reports it.
        let _ = self.connection.command(Rset).await;
        Ok(Attempt { replies, unwanted })
    }

    /// The server's refusal, if it answered with one; any other error ends the conversation.
    fn refusal(&self, answer: Result<Response, Error>) -> Result<Option<Reply>, SmtpError> {
        let refusal = |status, error| Ok(Some(Reply { status, words: self.redactor.words(&error) }));
        match answer {
            Ok(_) => Ok(None),
            Err(error) if error.is_permanent() => refusal(DeliveryStatus::Refused, error),
            Err(error) if error.is_transient() => refusal(DeliveryStatus::Delayed, error),
            Err(error) => Err(self.redactor.delayed_by(&error)),
        }
    }
}

/// Gives `other` to all recipients without a refusal of their own.
fn filled(replies: Vec<Option<Reply>>, other: &Reply) -> Vec<Reply> {
    replies.into_iter().map(|reply| reply.unwrap_or_else(|| other.clone())).collect()
}
