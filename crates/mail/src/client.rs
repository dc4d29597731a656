//! The daemon's end of a conversation with the helper process that talks to the mail server: sends settings and mails, and receives
//! the result of each mail for each recipient. A helper that ends without an answer may have sent the mail or not, so the mail is
//! sent again under the same Message-ID.

use std::io;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::outbox::OutgoingMail;
use crate::smtp::{
    DeliveryStatus, LARGEST_MAIL, LARGEST_RESULT, Peers, Reply, ServerSettings, SmtpError, SmtpErrorKind,
    TransactionResult,
};
use asbackup_api::Warning;
use asbackup_config::{Mail, Secret};
use asbackup_system::blocking::{GLANCE, blocking};
use asbackup_system::net::read_certificates;
use asbackup_system::privsep::{HelperError, MessageSocket, Service};

/// The helper may take this much longer than the mail server's time-out.
const GRACE: Duration = Duration::from_secs(10);

pub struct SmtpClient {
    socket: MessageSocket,
    peers: Peers,
    timeout: Duration,
}

/// The result of a mail: recipients with the server's replies.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The server has accepted it.
    pub delivered: Vec<(String, String)>,
    /// The server will never accept it.
    pub refused: Vec<(String, String)>,
    /// A later attempt may succeed.
    pub delayed: Vec<(String, String)>,
    /// Why it was sent without its logs, if it was.
    pub logs_refused: Option<String>,
}

impl SmtpClient {
    /// Starts a session in which we call ourselves `hello`.
    ///
    /// # Errors
    /// The server can't be reached, is not trusted or refuses us, or the helper can't be started.
    pub async fn connect(mail: &Mail, password: &Secret, hello: &str) -> Result<Self, Warning> {
        let peers = Peers { server: mail.server.clone(), hello: hello.to_owned() };
        let settings = server_settings(mail, password, hello).await.map_err(|error| error.warning(&peers))?;
        let socket = Service::Mail.connect().await.map_err(|unavailable| unavailable.warning())?;
        let mut client = Self { socket, peers, timeout: mail.timeout + GRACE };
        let sent = client.socket.send(&settings).await;
        client.result::<()>(sent).await?;
        Ok(client)
    }

    /// Sends one mail to its recipients.
    ///
    /// # Errors
    /// The conversation broke off; the mail may have been sent or not.
    pub async fn deliver(&mut self, mail: &OutgoingMail) -> Result<Delivery, Warning> {
        if mail.message.len() > LARGEST_MAIL {
            return self.deliver_without_logs(mail).await;
        }
        let sent = self.send(mail).await;
        let result = self.result::<TransactionResult>(sent).await?;
        Ok(Delivery::of(&mail.envelope.to, result))
    }

    /// Leaves the logs out, since no server would accept the mail with them.
    async fn deliver_without_logs(&mut self, mail: &OutgoingMail) -> Result<Delivery, Warning> {
        let why = format!("{} bytes, where {LARGEST_MAIL} are the most", mail.message.len());
        let mut envelope = mail.envelope.clone();
        let Some(spare) = envelope.without_logs.take().filter(|spare| spare.len() <= LARGEST_MAIL) else {
            let replies = vec![Reply { status: DeliveryStatus::Refused, text: why }; envelope.to.len()];
            return Ok(Delivery::of(&envelope.to, TransactionResult { replies, logs_refused: None }));
        };
        let mut delivery = Box::pin(self.deliver(&OutgoingMail { envelope, message: spare.into_bytes() })).await?;
        delivery.logs_refused = Some(why);
        Ok(delivery)
    }

    async fn send(&mut self, mail: &OutgoingMail) -> io::Result<()> {
        self.socket.send(&mail.envelope).await?;
        self.socket.send_bytes(&mail.message).await
    }

    /// The helper's answer to what was `sent`.
    async fn result<T: DeserializeOwned>(&mut self, sent: io::Result<()>) -> Result<T, Warning> {
        let answer = match sent {
            Ok(()) => self.socket.answer::<Result<T, SmtpError>>(LARGEST_RESULT, self.timeout).await,
            Err(error) => Err(HelperError::Gone(error)),
        };
        let result =
            answer.unwrap_or_else(|error| Err(SmtpError { kind: SmtpErrorKind::Delayed, cause: error.to_string() }));
        result.map_err(|error| error.warning(&self.peers))
    }
}

async fn server_settings(mail: &Mail, password: &Secret, hello: &str) -> Result<ServerSettings, SmtpError> {
    let path = mail.ca_file.clone();
    let trusted = blocking(GLANCE, move || read_certificates(&path)).await;
    let trusted = trusted.map_err(|error| SmtpError { kind: SmtpErrorKind::Untrusted, cause: error.to_string() })?;
    Ok(ServerSettings {
        server: mail.server.clone(),
        port: mail.port,
        protection: mail.protection(),
        login: mail.logs_in().then(|| (mail.username.clone(), password.expose().to_owned())),
        trusted,
        hello: hello.to_owned(),
        timeout: mail.timeout,
    })
}

impl Delivery {
    fn of(recipients: &[String], result: TransactionResult) -> Self {
        let mut delivery = Self { logs_refused: result.logs_refused, ..Self::default() };
        let missing =
            Reply { status: DeliveryStatus::Delayed, text: "the server said nothing about this recipient".to_owned() };
        let replies = result.replies.into_iter().chain(std::iter::repeat(missing));
        for (recipient, reply) in recipients.iter().zip(replies) {
            let list = match reply.status {
                DeliveryStatus::Taken => &mut delivery.delivered,
                DeliveryStatus::Delayed => &mut delivery.delayed,
                DeliveryStatus::Refused => &mut delivery.refused,
            };
            list.push((recipient.clone(), reply.text));
        }
        delivery
    }

    /// Whether all recipients were refused.
    pub fn is_hopeless(&self) -> bool {
        self.delivered.is_empty() && self.delayed.is_empty()
    }

    /// Refused recipients with their reasons, as one line.
    pub fn refusals(&self) -> String {
        let refusals: Vec<String> = self.refused.iter().map(|(recipient, why)| format!("{recipient}: {why}")).collect();
        refusals.join("; ")
    }
}
