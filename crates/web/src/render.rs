//! Renders the page in both languages whenever something has changed, once for all readers.
//! Owns the newest [`Rendered`], whose changes the readers follow.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use asbackup_texts::clock::Clock;
use asbackup_texts::{Language, Texts};

use super::parts::Parts;
use super::snapshot::View;

/// Keeps ages such as "3 days ago" correct while nothing else changes.
const REFRESH_AGES: Duration = Duration::from_secs(600);

/// The page as readers see it now.
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

/// Renders the page with the texts of both languages.
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

/// Returns when the watcher is gone.
pub async fn keep_rendered(
    mut view: watch::Receiver<View>,
    renderer: Arc<Renderer>,
    rendered: watch::Sender<Rendered>,
) {
    loop {
        let now = view.borrow_and_update().clone();
        rendered.send_replace(renderer.render(&now));
        tokio::select! {
            changed = view.changed() => if changed.is_err() { return },
            () = sleep(REFRESH_AGES) => (),
        }
    }
}
