//! Answers and logs the calls that the filter turned away. Decides nothing.

use std::sync::Arc;

use log::{Level, debug};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use zbus::{BoxDBusError, Connection, Message, fdo};

use asbackup_api::{Fault, Warning};
use asbackup_logging::Scope;
use asbackup_texts::Texts;

use super::call_filter::Refusal;
use super::call_limits::MOST_OPEN;
use super::dispatch;

/// Runs until the connection's filter is gone.
pub async fn answer_all(
    connection: Connection,
    texts: watch::Receiver<Arc<Texts>>,
    mut refusals: UnboundedReceiver<Refusal>,
) {
    while let Some(refusal) = refusals.recv().await {
        let texts = texts.borrow().clone();
        if !refusal.is_too_long {
            let warning = Warning::TooManyCalls { user: refusal.user.into(), most: MOST_OPEN.into() };
            asbackup_logging::log_limited(Level::Warn, &texts, &warning, &Scope::default());
        }
        if let Err(error) = answer(&connection, &texts, &refusal).await {
            debug!("a refusal was not sent: {error}");
        }
    }
}

async fn answer(connection: &Connection, texts: &Texts, refusal: &Refusal) -> zbus::Result<()> {
    let Some((name, serial)) = &refusal.waits else { return Ok(()) };
    // The call itself is not kept; an answer needs only its sender and serial number.
    let call = Message::method_call("/", "Refused").sender(name.as_str()).serial(*serial).build(&())?;
    let error: BoxDBusError = match refusal.is_too_long {
        true => Box::new(fdo::Error::InvalidArgs(texts.text("bus-arguments-too-long", &[]))),
        false => dispatch::refusal(texts, &Fault::TooManyCalls { most: MOST_OPEN.into() }),
    };
    connection.reply_dbus_error(&call.header(), error).await
}
