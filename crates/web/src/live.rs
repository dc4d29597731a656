//! Server-sent events: each reader is sent the parts that changed since its last event, as one JSON object from id to HTML. A slow
//! reader skips intermediate states and delays nobody.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use serde_json::{Map, Value};
use tokio::sync::watch;

use asbackup_texts::Language;

use super::client_limits::Permit;
use super::parts::{IDS, Parts};
use super::render::Rendered;

/// Keeps proxies from closing the connection, and shows when a reader is gone.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);

struct Reader {
    rendered: watch::Receiver<Rendered>,
    language: Language,
    sent: Option<Arc<Parts>>,
    _permit: Permit,
}

pub fn events(
    rendered: watch::Receiver<Rendered>,
    language: Language,
    permit: Permit,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let reader = Reader { rendered, language, sent: None, _permit: permit };
    let events = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE_INTERVAL))
}

impl Reader {
    /// The whole page first, then whatever changes.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.sent.is_some() {
                self.rendered.changed().await.ok()?;
            }
            let newest = self.rendered.borrow_and_update().parts(self.language);
            let changed = changes(self.sent.as_deref(), &newest);
            self.sent = Some(newest);
            if !changed.is_empty() {
                return Some(Event::default().data(Value::Object(changed).to_string()));
            }
        }
    }
}

fn changes(before: Option<&Parts>, now: &Parts) -> Map<String, Value> {
    let differs = |nth: usize| before.is_none_or(|before| before.pieces[nth] != now.pieces[nth]);
    let changed = IDS.iter().enumerate().filter(|(nth, _)| differs(*nth));
    changed.map(|(nth, id)| ((*id).to_owned(), Value::from(&*now.pieces[nth]))).collect()
}
