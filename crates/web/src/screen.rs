//! Paints the page in both languages whenever something has changed, once for all readers.
//! Owns the newest [`Screen`]; every reader waits for the next one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use asbackup_texts::{Language, Texts};

use super::clock::Clock;
use super::parts::Parts;
use super::snapshot::View;

/// "three days ago" must not stand there for a week when nothing else happens.
const AGES: Duration = Duration::from_secs(600);

/// What readers see now.
#[derive(Debug, Clone, Default)]
pub struct Screen {
    pub german: Arc<Parts>,
    pub english: Arc<Parts>,
}

impl Screen {
    pub fn parts(&self, language: Language) -> Arc<Parts> {
        match language {
            Language::German => Arc::clone(&self.german),
            Language::English => Arc::clone(&self.english),
        }
    }
}

/// All texts, by language.
pub struct Voices {
    german: Texts,
    english: Texts,
}

impl Default for Voices {
    fn default() -> Self {
        Self { german: Texts::new(Language::German), english: Texts::new(Language::English) }
    }
}

impl Voices {
    pub fn of(&self, language: Language) -> &Texts {
        match language {
            Language::German => &self.german,
            Language::English => &self.english,
        }
    }

    pub fn paint(&self, view: &View) -> Screen {
        let clock = Clock::system();
        let parts = |texts| Arc::new(Parts::new(view, texts, &clock));
        Screen { german: parts(&self.german), english: parts(&self.english) }
    }
}

/// Ends when nobody observes any more.
pub async fn keep_painted(mut view: watch::Receiver<View>, voices: Arc<Voices>, screen: watch::Sender<Screen>) {
    loop {
        let now = view.borrow_and_update().clone();
        screen.send_replace(voices.paint(&now));
        tokio::select! {
            changed = view.changed() => if changed.is_err() { return },
            () = sleep(AGES) => (),
        }
    }
}
