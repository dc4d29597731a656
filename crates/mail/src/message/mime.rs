//! Formats a mail for servers and mail programs: headers, text, attachments.

use std::time::{Duration, UNIX_EPOCH};

use lettre::address::{Address, AddressError};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Body, Mailbox, MessageBuilder, MultiPart, SinglePart};
use thiserror::Error;

use super::content::Content;
use super::host::Host;
use super::logs::Attachment;
use super::recipients::Recipients;
use crate::outbox::{Envelope, OutgoingMail};
use asbackup_api::Micros;
use asbackup_config::split_mailbox;

/// The local part when config.ini names no sender.
const SENDER: &str = "asbackup";

/// Why a mail can't be composed.
#[derive(Debug, Error)]
pub enum MessageError {
    /// An address is not valid.
    #[error("{address}: {source}")]
    Address {
        /// As in config.ini.
        address: String,
        /// What is wrong with it.
        #[source]
        source: AddressError,
    },
    /// The message can't be built.
    #[error("the message")]
    Message(#[from] lettre::error::Error),
    /// The type of an attachment is not valid.
    #[error("the content type")]
    ContentType(#[from] lettre::message::header::ContentTypeErr),
}

pub struct Draft<'a> {
    pub id: String,
    /// The id of the mail that this one replies to.
    pub in_reply_to: Option<String>,
    pub run: u64,
    pub at: Micros,
    pub content: Content,
    pub attachments: Vec<Attachment>,
    /// The text for a server that refuses the attachments.
    pub spare: Option<Content>,
    pub recipients: Recipients,
    /// As in config.ini.
    pub from: &'a str,
    pub host: &'a Host,
}

impl Draft<'_> {
    pub fn finish(self) -> Result<OutgoingMail, MessageError> {
        let from = self.sender()?;
        let (to, cc) = (self.addresses(&self.recipients.to)?, self.addresses(&self.recipients.cc)?);
        let mut builder = self.headers(Mailbox::new(from.name, ascii(&from.email).unwrap_or(from.email.clone())));
        for address in to.iter().filter_map(ascii) {
            builder = builder.to(Mailbox::new(None, address));
        }
        for address in cc.iter().filter_map(ascii) {
            builder = builder.cc(Mailbox::new(None, address));
        }
        let all: Vec<Address> = to.into_iter().chain(cc).collect();
        let to = all.iter().map(ToString::to_string).collect();
        builder = builder.envelope(lettre::address::Envelope::new(Some(from.email.clone()), all)?);
        let spare =
            self.spare.map(|content| builder.clone().singlepart(SinglePart::plain(text_of(&content)))).transpose()?;
        let envelope = Envelope {
            run: self.run,
            subject: self.content.subject.clone(),
            from: from.email.to_string(),
            to,
            queued_at: self.at,
            without_logs: spare.map(|message| String::from_utf8_lossy(&message.formatted()).into_owned()),
        };
        let text = text_of(&self.content);
        let message = match self.attachments.is_empty() {
            true => builder.singlepart(SinglePart::plain(text))?,
            false => builder.multipart(with_attachments(text, self.attachments)?)?,
        };
        Ok(OutgoingMail { envelope, message: message.formatted() })
    }

    fn headers(&self, from: Mailbox) -> MessageBuilder {
        let mut builder = lettre::Message::builder()
            .from(from)
            .date(UNIX_EPOCH + Duration::from_micros(self.at))
            .message_id(Some(self.message_id(&self.id)))
            .subject(self.content.subject.clone())
            // Suppresses out-of-office replies, including those of Exchange.
            .raw_header(plain("Auto-Submitted", "auto-generated"))
            .raw_header(plain("X-Auto-Response-Suppress", "All"));
        if let Some(first) = &self.in_reply_to {
            let id = self.message_id(first);
            builder = builder.in_reply_to(id.clone()).references(id);
        }
        builder
    }

    fn message_id(&self, id: &str) -> String {
        format!("<{id}@{}>", self.host.domain)
    }

    fn sender(&self) -> Result<Mailbox, MessageError> {
        let text = if self.from.is_empty() { SENDER } else { self.from };
        let (name, address) = split_mailbox(text);
        Ok(Mailbox::new(Some(name).filter(|name| !name.is_empty()), self.address(address)?))
    }

    /// Skips invalid addresses; an error only if none is valid.
    fn addresses(&self, texts: &[String]) -> Result<Vec<Address>, MessageError> {
        let (good, bad): (Vec<_>, Vec<_>) = texts.iter().map(|text| self.address(text)).partition(Result::is_ok);
        match bad.into_iter().next() {
            Some(Err(error)) if good.is_empty() => Err(error),
            _ => Ok(good.into_iter().flatten().collect()),
        }
    }

    /// A name without a domain is a user of this machine.
    fn address(&self, text: &str) -> Result<Address, MessageError> {
        let (user, domain) = text.rsplit_once('@').unwrap_or((text, &self.host.domain));
        Address::new(user, domain).map_err(|source| MessageError::Address { address: text.to_owned(), source })
    }
}

fn text_of(content: &Content) -> String {
    content.lines.join("\n") + "\n"
}

/// The address for a header, where only ASCII is safe: a domain has an ASCII form, the local part has none.
fn ascii(address: &Address) -> Option<Address> {
    let domain = idna::domain_to_ascii(address.domain()).ok()?;
    Address::new(address.user(), domain).ok().filter(|address| address.user().is_ascii())
}

/// A header whose value is plain ASCII.
fn plain(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn with_attachments(text: String, attachments: Vec<Attachment>) -> Result<MultiPart, MessageError> {
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(text));
    for attachment in attachments {
        let content_type = ContentType::parse(attachment.content_type)?;
        // Base64 preserves every byte of a log, and never fails.
        let Ok(body) = Body::new_with_encoding(attachment.bytes, ContentTransferEncoding::Base64) else { continue };
        parts = parts.singlepart(Part::new(attachment.name).body(body, content_type));
    }
    Ok(parts)
}
