//! The conversation itself: in, one mail after the other, out.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::{Error, response::Response};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::line::{Line, Stream};
use super::voice::Voice;
use super::{Fate, Outcome, Reason, Reply, Trouble, Way};
use crate::config::Encryption;
use crate::net::{encrypted, in_turn, server_name, trusting};
use crate::report::outbox::{Envelope, Spooled};

/// Saying goodbye changes nothing any more.
const FAREWELL: Duration = Duration::from_secs(5);
/// After STARTTLS a server does not greet again, and lettre waits for it.
const GREETED: &[u8] = b"220 encrypted\r\n";

pub struct Session {
    connection: AsyncSmtpConnection,
    voice: Voice,
}

impl Session {
    /// Connects, encrypts and logs in.
    ///
    /// # Errors
    /// The server is away, not trusted, doesn't encrypt or doesn't let us in, or takes too long.
    pub async fn open(way: &Way) -> Result<Self, Trouble> {
        let password = way.login.as_ref().map(|(_, password)| password.clone());
        let voice = Voice { password: password.unwrap_or_default() };
        match timeout(way.timeout, Self::begin(way, &voice)).await {
            Ok(begun) => begun,
            Err(_) => Err(voice.late(way.timeout)),
        }
    }

    async fn begin(way: &Way, voice: &Voice) -> Result<Self, Trouble> {
        let trust = match way.protection {
            Encryption::Tls | Encryption::StartTls => Some(trust(way).await?),
            _ => None,
        };
        let caller = Caller { way, voice, trust };
        let reached = in_turn((&way.server, way.port), way.timeout, |stream| caller.greet(stream)).await;
        let connection = reached.map_err(|reason| voice.unreached(reason, way.timeout))?;
        let mut session = Self { connection, voice: voice.clone() };
        if let Some((name, password)) = &way.login {
            session.log_in(way, Credentials::new(name.clone(), password.clone())).await?;
        }
        Ok(session)
    }

    async fn log_in(&mut self, way: &Way, credentials: Credentials) -> Result<(), Trouble> {
        if !matches!(way.protection, Encryption::Tls | Encryption::StartTls) {
            return Err(in_clear());
        }
        let answer = self.connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
        answer.map(drop).map_err(|error| self.voice.not_let_in(&error))
    }

    /// Sends one mail; a reply for each of its recipients, in their order.
    ///
    /// # Errors
    /// The conversation broke off or took longer than `patience`, and the session is of no more use.
    pub async fn deliver(&mut self, mail: &Spooled, patience: Duration) -> Result<Outcome, Trouble> {
        match timeout(patience, self.converse(mail)).await {
            Ok(answer) => answer.map(|replies| Outcome { replies }),
            Err(_) => Err(self.voice.late(patience)),
        }
    }

    async fn converse(&mut self, mail: &Spooled) -> Result<Vec<Reply>, Trouble> {
        let envelope = &mail.envelope;
        let sender = envelope.from.parse::<Address>().ok();
        let begun = self.connection.command(MailFrom::new(sender, self.parameters(envelope))).await;
        if let Some(refusal) = self.refusal(begun)? {
            return self.end_without_mail(vec![refusal; envelope.to.len()]).await;
        }
        let mut replies = Vec::new();
        for recipient in &envelope.to {
            replies.push(self.ask_for(recipient).await?);
        }
        if replies.iter().all(Option::is_some) {
            return self.end_without_mail(replies.into_iter().flatten().collect()).await;
        }
        let begun = self.connection.command(Data).await;
        if let Some(refusal) = self.refusal(begun)? {
            return self.end_without_mail(filled(replies, &refusal)).await;
        }
        let taken = self.connection.message(&mail.message).await;
        let receipt = taken.as_ref().map(|answer| self.voice.receipt(answer)).unwrap_or_default();
        let refusal = self.refusal(taken)?;
        Ok(filled(replies, &refusal.unwrap_or(Reply { fate: Fate::Taken, words: receipt })))
    }

    fn parameters(&self, envelope: &Envelope) -> Vec<MailParameter> {
        let mut names = envelope.to.iter().chain([&envelope.from]);
        let understood = self.connection.server_info().supports_feature(Extension::SmtpUtfEight);
        if understood && names.any(|name| !name.is_ascii()) {
            return vec![MailParameter::SmtpUtfEight];
        }
        Vec::new()
    }

    /// The server's no to this recipient, if it has one.
    async fn ask_for(&mut self, recipient: &str) -> Result<Option<Reply>, Trouble> {
        let address = match recipient.parse::<Address>() {
            Ok(address) => address,
            Err(error) => return Ok(Some(Reply { fate: Fate::Refused, words: error.to_string() })),
        };
        let answer = self.connection.command(Rcpt::new(address, Vec::new())).await;
        self.refusal(answer)
    }

    /// The server forgets what it was told of this mail, so that the next one can follow.
    async fn end_without_mail(&mut self, replies: Vec<Reply>) -> Result<Vec<Reply>, Trouble> {
        // When it can't, the next mail finds out.
        let _ = self.connection.command(Rset).await;
        Ok(replies)
    }

    /// A refusal of the server, with its words; any other error ends the conversation.
    fn refusal(&self, answer: Result<Response, Error>) -> Result<Option<Reply>, Trouble> {
        let refusal = |fate, error| Ok(Some(Reply { fate, words: self.voice.words(&error) }));
        match answer {
            Ok(_) => Ok(None),
            Err(error) if error.is_permanent() => refusal(Fate::Refused, error),
            Err(error) if error.is_transient() => refusal(Fate::Delayed, error),
            Err(error) => Err(self.voice.trouble(&error)),
        }
    }

    pub async fn close(mut self) {
        // Whatever it says to that.
        let _ = timeout(FAREWELL, self.connection.quit()).await;
    }
}

/// Those without a refusal of their own get this one.
fn filled(replies: Vec<Option<Reply>>, other: &Reply) -> Vec<Reply> {
    replies.into_iter().map(|reply| reply.unwrap_or_else(|| other.clone())).collect()
}

fn in_clear() -> Trouble {
    Trouble { reason: Reason::NotEncrypted, cause: String::new() }
}

/// Reading a few hundred certificates takes a while, in which nobody else is to wait.
async fn trust(way: &Way) -> Result<TlsConnector, Trouble> {
    let own = way.trusted.clone();
    let read = tokio::task::spawn_blocking(move || trusting(&own)).await;
    let unusable = |cause: String| Trouble { reason: Reason::Untrusted, cause };
    let read = read.map_err(|panic| unusable(panic.to_string()))?;
    read.map_err(|error| unusable(error.to_string()))
}

/// Whoever connects and says hello.
struct Caller<'a> {
    way: &'a Way,
    voice: &'a Voice,
    trust: Option<TlsConnector>,
}

impl Caller<'_> {
    /// Up to where a login may follow.
    async fn greet(&self, stream: TcpStream) -> Result<AsyncSmtpConnection, Trouble> {
        let peer = stream.peer_addr().map_err(|error| self.voice.delayed(error.to_string()))?;
        match self.way.protection {
            Encryption::Tls => self.hello(&Line::new(self.encrypted(stream).await?, peer, b"")).await,
            Encryption::StartTls => {
                let line = Line::new(stream, peer, b"");
                let mut connection = self.hello(&line).await?;
                if !connection.can_starttls() {
                    return Err(in_clear());
                }
                connection.command(Starttls).await.map_err(|error| self.voice.trouble(&error))?;
                // What the server said after its answer is not encrypted, and goes with the connection.
                let stream = line.take().ok_or_else(|| self.voice.delayed("the connection is gone".to_owned()))?;
                drop(connection);
                self.hello(&Line::new(self.encrypted(stream).await?, peer, GREETED)).await
            }
            _ => self.hello(&Line::new(stream, peer, b"")).await,
        }
    }

    async fn hello<S: Stream + 'static>(&self, line: &Line<S>) -> Result<AsyncSmtpConnection, Trouble> {
        let hello = ClientId::Domain(self.way.hello.clone());
        let said = AsyncSmtpConnection::connect_with_transport(Box::new(line.clone()), &hello).await;
        said.map_err(|error| self.voice.trouble(&error))
    }

    async fn encrypted(&self, stream: TcpStream) -> Result<impl Stream + use<>, Trouble> {
        let trust = self.trust.as_ref().ok_or_else(in_clear)?;
        let name = server_name(&self.way.server).map_err(|error| self.voice.delayed(error.to_string()))?;
        encrypted(trust, name, stream).await.map_err(|error| self.voice.not_encrypted(&error))
    }
}
