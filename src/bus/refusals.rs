//! What becomes of calls that were not let in: who waits is told so, and the journal hears of it. Must not judge.

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

/// Runs until nobody listens on the connection any more.
pub async fn tell(
    connection: Connection,
    texts: watch::Receiver<Arc<Texts>>,
    mut refusals: UnboundedReceiver<Refusal>,
) {
    while let Some(refusal) = refusals.recv().await {
        let texts = texts.borrow().clone();
        if !refusal.is_too_long {
            let warning = Warning::TooManyCalls { user: refusal.user.into(), most: MOST_OPEN.into() };
            asbackup_logging::tell_seldom(Level::Warn, &texts, &warning, &Scope::default());
        }
        if let Err(error) = answer(&connection, &texts, &refusal).await {
            debug!("a refusal was not sent: {error}");
        }
    }
}

async fn answer(connection: &Connection, texts: &Texts, refusal: &Refusal) -> zbus::Result<()> {
    let Some((name, serial)) = &refusal.waits else { return Ok(()) };
    // What was called is not kept; an answer needs who called, and the number.
    let call = Message::method_call("/", "Refused").sender(name.as_str()).serial(*serial).build(&())?;
    let error: BoxDBusError = match refusal.is_too_long {
        true => Box::new(fdo::Error::InvalidArgs(texts.text("bus-arguments-too-long", &[]))),
        false => dispatch::refusal(texts, &Fault::TooManyCalls { most: MOST_OPEN.into() }),
    };
    connection.reply_dbus_error(&call.header(), error).await
}
