//! A session with the mail server: connect, encrypt, log in, quit.

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
use asbackup_system::net::{dial, encrypt, server_name, tls_connector};

/// For QUIT, when all is done.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);
/// SASL mechanisms that we support.
const MECHANISMS: [&str; 2] = ["PLAIN", "LOGIN"];
/// lettre waits for a greeting, which servers don't repeat after STARTTLS.
const GREETING: &[u8] = b"220 encrypted\r\n";

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
            Ok(session) => session,
            Err(_) => Err(redactor.timed_out(settings.timeout)),
        }
    }

    async fn begin(settings: &ServerSettings, redactor: &Redactor) -> Result<Self, SmtpError> {
        let tls = match is_encrypted(settings) {
            true => Some(connector(settings).await?),
            false => None,
        };
        let opening = Opening { settings, redactor, tls };
        let dialled = dial((&settings.server, settings.port), settings.timeout, |stream| opening.start(stream)).await;
        let (connection, offered) = dialled.map_err(|error| redactor.dial_failed(error, settings.timeout))?;
        let mut session = Self { connection, redactor: redactor.clone() };
        if let Some((name, password)) = &settings.login {
            if !offered.iter().any(|mechanism| MECHANISMS.contains(&mechanism.as_str())) {
                let cause = redactor.redacted(offered.join(" "));
                return Err(SmtpError { kind: SmtpErrorKind::NoMechanism, cause });
            }
            session.log_in(settings, Credentials::new(name.clone(), password.clone())).await?;
        }
        Ok(session)
    }

    async fn log_in(&mut self, settings: &ServerSettings, credentials: Credentials) -> Result<(), SmtpError> {
        if !is_encrypted(settings) {
            return Err(not_encrypted());
        }
        let response = self.connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
        response.map(drop).map_err(|error| self.redactor.login_failed(&error))
    }

    pub async fn close(mut self) {
        // All mails are sent, so an error does not matter.
        let _ = timeout(QUIT_TIMEOUT, self.connection.quit()).await;
    }
}

fn is_encrypted(settings: &ServerSettings) -> bool {
    matches!(settings.protection, Encryption::Tls | Encryption::StartTls)
}

fn not_encrypted() -> SmtpError {
    SmtpError { kind: SmtpErrorKind::NotEncrypted, cause: String::new() }
}

/// On a thread of its own, since parsing hundreds of certificates takes a while.
async fn connector(settings: &ServerSettings) -> Result<TlsConnector, SmtpError> {
    let own = settings.trusted.clone();
    let connector = tokio::task::spawn_blocking(move || tls_connector(&own)).await;
    let unusable = |cause: String| SmtpError { kind: SmtpErrorKind::Untrusted, cause };
    let connector = connector.map_err(|panic| unusable(panic.to_string()))?;
    connector.map_err(|error| unusable(error.to_string()))
}

/// A connection that is ready for a login, and the mechanisms that the server offers.
type Ready = (AsyncSmtpConnection, Vec<String>);

/// The mechanisms in a server's response to EHLO.
fn mechanisms(response: &str) -> Vec<String> {
    let lines = response.lines().filter_map(|line| line.get(4..));
    let offers = lines
        .filter_map(|line| line.split_once([' ', '=']).filter(|(keyword, _)| keyword.eq_ignore_ascii_case("AUTH")));
    let mut mechanisms: Vec<String> =
        offers.flat_map(|(_, list)| list.split_whitespace()).map(str::to_ascii_uppercase).collect();
    mechanisms.dedup();
    mechanisms
}

/// Opens a session: starts TLS and sends EHLO.
struct Opening<'a> {
    settings: &'a ServerSettings,
    redactor: &'a Redactor,
    tls: Option<TlsConnector>,
}

impl Opening<'_> {
    async fn start(&self, stream: TcpStream) -> Result<Ready, SmtpError> {
        let peer = stream.peer_addr().map_err(|error| self.redactor.delayed(error.to_string()))?;
        match self.settings.protection {
            Encryption::Tls => self.ehlo(&SharedStream::new(self.encrypted(stream).await?, peer, b"")).await,
            Encryption::StartTls => {
                let stream = self.starttls(SharedStream::new(stream, peer, b"")).await?;
                self.ehlo(&SharedStream::new(self.encrypted(stream).await?, peer, GREETING)).await
            }
            _ => self.ehlo(&SharedStream::new(stream, peer, b"")).await,
        }
    }

    /// The bare connection after STARTTLS.
    async fn starttls(&self, stream: SharedStream<TcpStream>) -> Result<TcpStream, SmtpError> {
        let (mut connection, _) = self.ehlo(&stream).await?;
        if !connection.can_starttls() {
            return Err(not_encrypted());
        }
        connection.command(Starttls).await.map_err(|error| self.redactor.delayed_by(&error))?;
        // What the server sent after its response was not encrypted, and is dropped with the connection.
        stream.take().ok_or_else(|| self.redactor.delayed("the connection was lost".to_owned()))
    }

    async fn ehlo<S: Stream + 'static>(&self, stream: &SharedStream<S>) -> Result<Ready, SmtpError> {
        let hello = ClientId::Domain(self.settings.hello.clone());
        match AsyncSmtpConnection::connect_with_transport(Box::new(stream.clone()), &hello).await {
            Ok(connection) => Ok((connection, mechanisms(&stream.response()))),
            // A refusal before EHLO is not about our name.
            Err(error) if error.is_permanent() && stream.has_written() => {
                Err(SmtpError { kind: SmtpErrorKind::HelloRefused, cause: self.redactor.error(&error) })
            }
            Err(error) => Err(self.redactor.delayed_by(&error)),
        }
    }

    async fn encrypted(&self, stream: TcpStream) -> Result<impl Stream + use<>, SmtpError> {
        let tls = self.tls.as_ref().ok_or_else(not_encrypted)?;
        let name = server_name(&self.settings.server).map_err(|error| self.redactor.delayed(error.to_string()))?;
        encrypt(tls, name, stream).await.map_err(|error| self.redactor.tls_failed(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mechanisms_are_read_from_the_response_to_ehlo() {
        let response =
            "250-mail.example\r\n250-SIZE 1000\r\n250-auth CRAM-MD5 XOAUTH2\r\n250-AUTH=PLAIN\r\n250 HELP\r\n";
        assert_eq!(mechanisms(response), ["CRAM-MD5", "XOAUTH2", "PLAIN"]);
        assert!(mechanisms("250 mail.example\r\n25\r\n\r\nä").is_empty());
    }
}
