//! The session around the mails: connect, encrypt, log in, quit.

use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Starttls;
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::protocol::{ServerSettings, SmtpError, SmtpErrorKind};
use super::redact::Redactor;
use super::stream::{SharedStream, Stream};
use asbackup_config::Encryption;
use asbackup_system::net::{encrypted, in_turn, server_name, trusting};

/// QUIT changes nothing any more.
const FAREWELL: Duration = Duration::from_secs(5);
/// SASL mechanisms that we support.
const KNOWN: [&str; 2] = ["PLAIN", "LOGIN"];
/// lettre waits for a greeting, which servers don't repeat after STARTTLS.
const GREETED: &[u8] = b"220 encrypted\r\n";

pub struct Session {
    pub(super) connection: AsyncSmtpConnection,
    pub(super) redactor: Redactor,
}

impl Session {
    /// Connects, encrypts and logs in.
    ///
    /// # Errors
    /// The server can't be reached, is not trusted, does not encrypt, refuses the login or takes too long.
    pub async fn open(settings: &ServerSettings) -> Result<Self, SmtpError> {
        let password = settings.login.as_ref().map(|(_, password)| password.clone());
        let redactor = Redactor { password: password.unwrap_or_default() };
        match timeout(settings.timeout, Self::begin(settings, &redactor)).await {
            Ok(begun) => begun,
            Err(_) => Err(redactor.late(settings.timeout)),
        }
    }

    async fn begin(settings: &ServerSettings, redactor: &Redactor) -> Result<Self, SmtpError> {
        let trust = match settings.protection {
            Encryption::Tls | Encryption::StartTls => Some(trust(settings).await?),
            _ => None,
        };
        let caller = Caller { settings, redactor, trust };
        let reached = in_turn((&settings.server, settings.port), settings.timeout, |stream| caller.greet(stream)).await;
        let (connection, offered) = reached.map_err(|reason| redactor.unreached(reason, settings.timeout))?;
        let mut session = Self { connection, redactor: redactor.clone() };
        if let Some((name, password)) = &settings.login {
            if !offered.iter().any(|word| KNOWN.contains(&word.as_str())) {
                return Err(SmtpError { kind: SmtpErrorKind::NoMechanism, cause: redactor.masked(offered.join(" ")) });
            }
            session.log_in(settings, Credentials::new(name.clone(), password.clone())).await?;
        }
        Ok(session)
    }

    async fn log_in(&mut self, settings: &ServerSettings, credentials: Credentials) -> Result<(), SmtpError> {
        if !matches!(settings.protection, Encryption::Tls | Encryption::StartTls) {
            return Err(in_clear());
        }
        let answer = self.connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
        answer.map(drop).map_err(|error| self.redactor.not_let_in(&error))
    }

    pub async fn close(mut self) {
        // Its answer does not matter.
        let _ = timeout(FAREWELL, self.connection.quit()).await;
    }
}

fn in_clear() -> SmtpError {
    SmtpError { kind: SmtpErrorKind::NotEncrypted, cause: String::new() }
}

/// Reading hundreds of certificates takes a while, so it is done off the loop.
async fn trust(settings: &ServerSettings) -> Result<TlsConnector, SmtpError> {
    let own = settings.trusted.clone();
    let read = tokio::task::spawn_blocking(move || trusting(&own)).await;
    let unusable = |cause: String| SmtpError { kind: SmtpErrorKind::Untrusted, cause };
    let read = read.map_err(|panic| unusable(panic.to_string()))?;
    read.map_err(|error| unusable(error.to_string()))
}

/// Ready for a login, with the mechanisms that the server offers.
type Greeted = (AsyncSmtpConnection, Vec<String>);

/// The mechanisms in a server's answer to EHLO.
fn mechanisms(heard: &str) -> Vec<String> {
    let lines = heard.lines().filter_map(|line| line.get(4..));
    let offers =
        lines.filter_map(|line| line.split_once([' ', '=']).filter(|(word, _)| word.eq_ignore_ascii_case("AUTH")));
    let mut words: Vec<String> =
        offers.flat_map(|(_, list)| list.split_whitespace()).map(str::to_ascii_uppercase).collect();
    words.dedup();
    words
}

/// Connects and says EHLO.
struct Caller<'a> {
    settings: &'a ServerSettings,
    redactor: &'a Redactor,
    trust: Option<TlsConnector>,
}

impl Caller<'_> {
    /// Goes as far as a login can follow.
    async fn greet(&self, stream: TcpStream) -> Result<Greeted, SmtpError> {
        let peer = stream.peer_addr().map_err(|error| self.redactor.delayed(error.to_string()))?;
        match self.settings.protection {
            Encryption::Tls => self.hello(&SharedStream::new(self.encrypted(stream).await?, peer, b"")).await,
            Encryption::StartTls => {
                let line = SharedStream::new(stream, peer, b"");
                let (mut connection, _) = self.hello(&line).await?;
                if !connection.can_starttls() {
                    return Err(in_clear());
                }
                connection.command(Starttls).await.map_err(|error| self.redactor.delayed_by(&error))?;
                // What the server sent after its answer was not encrypted, and is dropped with the connection.
                let stream = line.take().ok_or_else(|| self.redactor.delayed("the connection was lost".to_owned()))?;
                drop(connection);
                self.hello(&SharedStream::new(self.encrypted(stream).await?, peer, GREETED)).await
            }
            _ => self.hello(&SharedStream::new(stream, peer, b"")).await,
        }
    }

    async fn hello<S: Stream + 'static>(&self, line: &SharedStream<S>) -> Result<Greeted, SmtpError> {
        let hello = ClientId::Domain(self.settings.hello.clone());
        match AsyncSmtpConnection::connect_with_transport(Box::new(line.clone()), &hello).await {
            Ok(connection) => Ok((connection, mechanisms(&line.heard()))),
            // Before EHLO a refusal is not about our name.
            Err(error) if error.is_permanent() && line.has_spoken() => {
                Err(SmtpError { kind: SmtpErrorKind::HelloRefused, cause: self.redactor.words(&error) })
            }
            Err(error) => Err(self.redactor.delayed_by(&error)),
        }
    }

    async fn encrypted(&self, stream: TcpStream) -> Result<impl Stream + use<>, SmtpError> {
        let trust = self.trust.as_ref().ok_or_else(in_clear)?;
        let name = server_name(&self.settings.server).map_err(|error| self.redactor.delayed(error.to_string()))?;
        encrypted(trust, name, stream).await.map_err(|error| self.redactor.not_encrypted(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mechanisms_are_read_from_the_answer_to_ehlo() {
        let heard = "250-mail.example\r\n250-SIZE 1000\r\n250-auth CRAM-MD5 XOAUTH2\r\n250-AUTH=PLAIN\r\n250 HELP\r\n";
        assert_eq!(mechanisms(heard), ["CRAM-MD5", "XOAUTH2", "PLAIN"]);
        assert!(mechanisms("250 mail.example\r\n25\r\n\r\nä").is_empty());
    }
}
