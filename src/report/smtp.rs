//! One conversation with the mail server. Owns how it is protected, who logs in, and what the server's answers mean for each
//! recipient: one that is refused does not cost the others their mail. TLS lives only as long as the conversation.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::{Error, response::Response};
use tokio::net::TcpStream;

use super::outbox::{Envelope, Spooled};
use crate::config::{Encryption, MASK, Mail, Secret};
use crate::model::Warning;

/// Saying goodbye changes nothing any more.
const FAREWELL: Duration = Duration::from_secs(5);
/// How rustls begins what it has against a certificate; its type is out of reach behind lettre's.
const BAD_CERTIFICATE: &str = "invalid peer certificate";

/// The server can't be talked to at the moment, whatever the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble(pub Warning);

/// What became of a mail, recipient by recipient. The texts are the server's.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub delivered: Vec<String>,
    /// What the server said when it took the mail.
    pub receipt: String,
    /// For good.
    pub refused: Vec<(String, String)>,
    /// Worth another try.
    pub delayed: Vec<(String, String)>,
}

pub struct Session {
    connection: AsyncSmtpConnection,
    voice: Voice,
}

/// How answers are told: never with the password, should a server repeat it.
#[derive(Clone)]
struct Voice {
    server: String,
    password: Secret,
}

impl Session {
    /// Connects, encrypts and logs in as `mail` says. `hello` is our own name.
    ///
    /// # Errors
    /// The server is away, not trusted, doesn't encrypt or doesn't let us in, or takes too long.
    pub async fn open(mail: &Mail, password: &Secret, hello: &str) -> Result<Self, Trouble> {
        let voice = Voice { server: mail.server.clone(), password: password.clone() };
        match tokio::time::timeout(mail.timeout, Self::begin(mail, voice.clone(), hello)).await {
            Ok(begun) => begun,
            Err(_) => Err(voice.late(mail.timeout)),
        }
    }

    async fn begin(mail: &Mail, voice: Voice, hello: &str) -> Result<Self, Trouble> {
        let protection = mail.protection();
        let hello = ClientId::Domain(hello.to_owned());
        let at_once = match protection {
            Encryption::Tls => Some(trust(mail, &voice).await?),
            _ => None,
        };
        let mut connection = connect(mail, &voice, &hello, at_once).await?;
        if protection == Encryption::StartTls {
            if !connection.can_starttls() {
                return Err(Trouble(Warning::MailNotEncrypted { server: voice.server }));
            }
            let trust = trust(mail, &voice).await?;
            connection.starttls(trust, &hello).await.map_err(|error| voice.trouble(&error))?;
        }
        let mut session = Self { connection, voice };
        if mail.logs_in() {
            session.log_in(&mail.username).await?;
        }
        Ok(session)
    }

    async fn log_in(&mut self, username: &str) -> Result<(), Trouble> {
        if !self.connection.is_encrypted() {
            return Err(Trouble(Warning::MailNotEncrypted { server: self.voice.server.clone() }));
        }
        let credentials = Credentials::new(username.to_owned(), self.voice.password.expose().to_owned());
        let answer = self.connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
        answer.map(drop).map_err(|error| self.voice.not_let_in(&error))
    }

    /// Sends one mail to all who have not got it yet.
    ///
    /// # Errors
    /// The conversation broke off or took longer than `patience`, and the session is of no more use.
    pub async fn deliver(&mut self, mail: &Spooled, patience: Duration) -> Result<Verdict, Trouble> {
        match tokio::time::timeout(patience, self.converse(mail)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.voice.late(patience)),
        }
    }

    async fn converse(&mut self, mail: &Spooled) -> Result<Verdict, Trouble> {
        let mut verdict = Verdict::default();
        let parameters = self.parameters(mail);
        let sender = mail.envelope.from.parse::<Address>().ok();
        let accepted = self.connection.command(MailFrom::new(sender, parameters)).await;
        if let Some(refusal) = self.refusal(accepted)? {
            verdict.spread(&mail.envelope.to, &refusal);
            return self.end_without_mail(verdict).await;
        }
        let accepted = self.ask_for_each(&mail.envelope, &mut verdict).await?;
        if accepted.is_empty() {
            return self.end_without_mail(verdict).await;
        }
        let begun = self.connection.command(Data).await;
        if let Some(refusal) = self.refusal(begun)? {
            verdict.spread(&accepted, &refusal);
            return self.end_without_mail(verdict).await;
        }
        let taken = self.connection.message(&mail.message).await;
        if let Ok(answer) = &taken {
            verdict.receipt = self.voice.receipt(answer);
        }
        match self.refusal(taken)? {
            Some(refusal) => verdict.spread(&accepted, &refusal),
            None => verdict.delivered = accepted,
        }
        Ok(verdict)
    }

    fn parameters(&self, mail: &Spooled) -> Vec<MailParameter> {
        let mut parameters = Vec::new();
        let names = mail.envelope.to.iter().chain([&mail.envelope.from]);
        let understood = self.connection.server_info().supports_feature(Extension::SmtpUtfEight);
        if understood && names.into_iter().any(|name| !name.is_ascii()) {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        parameters
    }

    /// The recipients that the server takes the mail for.
    async fn ask_for_each(&mut self, envelope: &Envelope, verdict: &mut Verdict) -> Result<Vec<String>, Trouble> {
        let mut accepted = Vec::new();
        for recipient in &envelope.to {
            let address = match recipient.parse::<Address>() {
                Ok(address) => address,
                Err(error) => {
                    verdict.refused.push((recipient.clone(), error.to_string()));
                    continue;
                }
            };
            let answer = self.connection.command(Rcpt::new(address, Vec::new())).await;
            match self.refusal(answer)? {
                Some(refusal) => verdict.spread(std::slice::from_ref(recipient), &refusal),
                None => accepted.push(recipient.clone()),
            }
        }
        Ok(accepted)
    }

    /// The server forgets what it was told of this mail, so that the next one can follow.
    async fn end_without_mail(&mut self, verdict: Verdict) -> Result<Verdict, Trouble> {
        // When it can't, the next mail finds out.
        let _ = self.connection.command(Rset).await;
        Ok(verdict)
    }

    /// A refusal of the server, with its words; any other error ends the conversation.
    fn refusal(&self, answer: Result<Response, Error>) -> Result<Option<Refusal>, Trouble> {
        match answer {
            Ok(_) => Ok(None),
            Err(error) if error.is_permanent() => Ok(Some(Refusal { for_good: true, words: self.voice.words(&error) })),
            Err(error) if error.is_transient() => {
                Ok(Some(Refusal { for_good: false, words: self.voice.words(&error) }))
            }
            Err(error) => Err(self.voice.trouble(&error)),
        }
    }

    pub async fn close(mut self) {
        // Whatever it says to that.
        let _ = tokio::time::timeout(FAREWELL, self.connection.quit()).await;
    }
}

struct Refusal {
    for_good: bool,
    words: String,
}

impl Verdict {
    /// Nobody got it, and nobody ever will.
    pub fn is_hopeless(&self) -> bool {
        self.delivered.is_empty() && self.delayed.is_empty()
    }

    /// Who was refused and why.
    pub fn refusals(&self) -> String {
        let told: Vec<String> = self.refused.iter().map(|(recipient, why)| format!("{recipient}: {why}")).collect();
        told.join("; ")
    }

    fn spread(&mut self, recipients: &[String], refusal: &Refusal) {
        let list = if refusal.for_good { &mut self.refused } else { &mut self.delayed };
        list.extend(recipients.iter().map(|recipient| (recipient.clone(), refusal.words.clone())));
    }
}

impl Voice {
    fn words(&self, error: &Error) -> String {
        self.masked(error.to_string())
    }

    fn receipt(&self, answer: &Response) -> String {
        let words = answer.message().collect::<Vec<_>>().join(" ");
        self.masked(format!("{} {words}", answer.code()).trim_end().to_owned())
    }

    fn masked(&self, words: String) -> String {
        match self.password.is_empty() {
            true => words,
            false => words.replace(self.password.expose(), MASK),
        }
    }

    fn trouble(&self, error: &Error) -> Trouble {
        let cause = self.words(error);
        if cause.contains(BAD_CERTIFICATE) {
            return Trouble(Warning::MailServerUntrusted { server: self.server.clone(), cause });
        }
        self.delayed(cause)
    }

    fn delayed(&self, cause: String) -> Trouble {
        Trouble(Warning::MailDelayed { server: self.server.clone(), cause })
    }

    /// Whether for good or, say, because of too many logins at once.
    fn not_let_in(&self, error: &Error) -> Trouble {
        if !error.is_permanent() && !error.is_client() {
            return self.trouble(error);
        }
        Trouble(Warning::MailLoginRefused { server: self.server.clone(), cause: self.words(error) })
    }

    fn late(&self, patience: Duration) -> Trouble {
        self.delayed(format!("no answer within {} s", patience.as_secs()))
    }
}

async fn connect(
    mail: &Mail,
    voice: &Voice,
    hello: &ClientId,
    tls: Option<TlsParameters>,
) -> Result<AsyncSmtpConnection, Trouble> {
    let server = (mail.server.as_str(), mail.port);
    if tls.is_some() {
        let connected = AsyncSmtpConnection::connect_tokio1(server, Some(mail.timeout), hello, tls, None).await;
        return connected.map_err(|error| voice.trouble(&error));
    }
    let delayed = |error: io::Error| voice.delayed(error.to_string());
    let stream = TcpStream::connect(server).await.map_err(delayed)?;
    // lettre sends a mail and its end in two pieces, and the second would wait 40 ms for the first one's receipt.
    stream.set_nodelay(true).map_err(delayed)?;
    let connected = AsyncSmtpConnection::connect_with_transport(Box::new(stream), hello).await;
    connected.map_err(|error| voice.trouble(&error))
}

/// Reading a few hundred certificates takes a while, in which nobody else is to wait.
async fn trust(mail: &Mail, voice: &Voice) -> Result<TlsParameters, Trouble> {
    let (server, ca_file) = (mail.server.clone(), mail.ca_file.clone());
    let read = tokio::task::spawn_blocking(move || trusted(server, &ca_file)).await;
    let unusable = |cause: String| Trouble(Warning::MailServerUntrusted { server: voice.server.clone(), cause });
    read.unwrap_or_else(|panic| Err(panic.to_string())).map_err(unusable)
}

/// The system's certificates, and those of the file in config.ini.
fn trusted(server: String, ca_file: &Path) -> Result<TlsParameters, String> {
    let mut parameters = TlsParameters::builder(server);
    if !ca_file.as_os_str().is_empty() {
        let shown = ca_file.display();
        let pem = fs::read(ca_file).map_err(|error| format!("{shown}: {error}"))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| format!("{shown}: {error}"))?;
        parameters = parameters.add_root_certificate(certificate);
    }
    parameters.build().map_err(|error| error.to_string())
}
