//! Paints the page in both languages whenever something has changed, once for all readers.
//! Owns the newest [`Rendered`]; every reader waits for the next one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use asbackup_texts::{Language, Texts};

use super::clock::Clock;
use super::parts::Parts;
use super::snapshot::View;

/// "three days ago" must not stand there for a week when nothing else happens.
const REFRESH_AGES: Duration = Duration::from_secs(600);

/// What readers see now.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    pub german: Arc<Parts>,
    pub english: Arc<Parts>,
}

impl Rendered {
    pub fn parts(&self, language: Language) -> Arc<Parts> {
        match language {
            Language::German => Arc::clone(&self.german),
            Language::English => Arc::clone(&self.english),
        }
    }
}

/// All texts, by language.
pub struct Renderer {
    german: Texts,
    english: Texts,
}

impl Default for Renderer {
    fn default() -> Self {
        Self { german: Texts::new(Language::German), english: Texts::new(Language::English) }
    }
}

impl Renderer {
    pub fn texts(&self, language: Language) -> &Texts {
        match language {
            Language::German => &self.german,
            Language::English => &self.english,
        }
    }

    pub fn render(&self, view: &View) -> Rendered {
        let clock = Clock::system();
        let parts = |texts| Arc::new(Parts::new(view, texts, &clock));
        Rendered { german: parts(&self.german), english: parts(&self.english) }
    }
}

/// Ends when nobody observes any more.
pub async fn keep_rendered(mut view: watch::Receiver<View>, renderer: Arc<Renderer>, rendered: watch::Sender<Rendered>) {
    loop {
        let now = view.borrow_and_update().clone();
        rendered.send_replace(renderer.render(&now));
        tokio::select! {
            changed = view.changed() => if changed.is_err() { return },
            () = sleep(REFRESH_AGES) => (),
        }
    }
}
