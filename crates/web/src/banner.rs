//! What the page says in letters that can be read from three metres: one of a few moods, each with a tone (colour), an icon
//! and its words. Pure; the words are in `locales/*/web.ftl`.

use asbackup_api::{Outcome, State};

use super::snapshot::{Snapshot, View};

/// The colour and the icon; never alone, the words are always beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Calm,
    Busy,
    Wait,
    Good,
    Bad,
    Away,
}

impl Tone {
    /// The class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Busy => "busy",
            Self::Wait => "wait",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Away => "away",
        }
    }
}

/// A tone, and the id of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banner {
    pub tone: Tone,
    pub words: &'static str,
}

impl Banner {
    pub fn of(view: &View) -> Self {
        match view {
            View::Away => banner(Tone::Away, "web-now-away"),
            View::Here(now) if now.is_running() => running(now),
            View::Here(now) if now.status.state != State::Idle => banner(Tone::Wait, "web-now-stopping"),
            View::Here(now) if now.status.is_not_set_up() => banner(Tone::Calm, "web-now-unset"),
            View::Here(now) if !now.status.config_error.is_empty() => banner(Tone::Bad, "web-now-misconfigured"),
            View::Here(now) => rest(now),
        }
    }
}

fn banner(tone: Tone, words: &'static str) -> Banner {
    Banner { tone, words }
}

fn running(now: &Snapshot) -> Banner {
    match now.status.state {
        State::WaitingForVeeam if !now.status.veeam_locks.is_empty() => banner(Tone::Wait, "web-now-waiting"),
        State::WaitingForVeeam | State::Mounting | State::Locking | State::Checking => {
            banner(Tone::Busy, "web-now-preparing")
        }
        State::Copying => banner(Tone::Busy, "web-now-copying"),
        // Also a state that a newer service may have.
        _ => banner(Tone::Busy, "web-now-finishing"),
    }
}

/// After a run, what counts is how it ended and whether its disk may be taken away.
fn rest(now: &Snapshot) -> Banner {
    let is_safe = now.is_safe(&now.status.last_disk);
    let is_held = !is_safe && now.is_present(&now.status.last_disk);
    match (now.status.last_result, is_safe, is_held) {
        (None, ..) => banner(Tone::Calm, "web-now-ready"),
        (Some(Outcome::Success), true, _) => banner(Tone::Good, "web-now-done"),
        (Some(Outcome::Success), _, true) => banner(Tone::Wait, "web-now-done-held"),
        (Some(Outcome::Success), ..) => banner(Tone::Calm, "web-now-done-gone"),
        (Some(Outcome::Cancelled), true, _) => banner(Tone::Wait, "web-now-cancelled"),
        (Some(Outcome::Cancelled), _, true) => banner(Tone::Bad, "web-now-cancelled-held"),
        (Some(Outcome::Cancelled), ..) => banner(Tone::Wait, "web-now-cancelled-gone"),
        (_, true, _) => banner(Tone::Bad, "web-now-failed"),
        (_, _, true) => banner(Tone::Bad, "web-now-failed-held"),
        _ => banner(Tone::Bad, "web-now-failed-gone"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use asbackup_api::{Disk, Fault, Status};
    use asbackup_texts::{Language, Texts, text_id};

    /// Every id that [`Banner::of`] can give.
    const WORDS: [&str; 18] = [
        "web-now-away",
        "web-now-waiting",
        "web-now-preparing",
        "web-now-copying",
        "web-now-finishing",
        "web-now-stopping",
        "web-now-misconfigured",
        "web-now-unset",
        "web-now-ready",
        "web-now-done",
        "web-now-done-held",
        "web-now-done-gone",
        "web-now-failed",
        "web-now-failed-held",
        "web-now-failed-gone",
        "web-now-cancelled",
        "web-now-cancelled-held",
        "web-now-cancelled-gone",
    ];

    fn words(change: impl FnOnce(&mut Snapshot)) -> &'static str {
        let status = Status { last_disk: "B78E-6CC4".to_owned(), ..Status::default() };
        let mut now = Snapshot { status, ..Snapshot::default() };
        now.disks =
            Arc::new(vec![Disk { uuid: "B78E-6CC4".to_owned(), present: true, known: true, ..Disk::default() }]);
        change(&mut now);
        Banner::of(&View::Here(Arc::new(now))).words
    }

    #[test]
    fn every_mood_has_words_that_say_what_is_and_what_to_do() {
        for texts in Language::ALL.map(Texts::new) {
            for id in WORDS {
                let action = format!("{id}.action");
                assert_ne!(texts.text(id, &[]), id);
                assert_ne!(texts.text(&action, &[]), action);
            }
        }
    }

    #[test]
    fn a_disk_may_be_taken_away_only_when_it_is_proven_safe() {
        for (result, stem) in
            [(Outcome::Success, "done"), (Outcome::Aborted, "failed"), (Outcome::Cancelled, "cancelled")]
        {
            let said = |safe: bool| {
                words(|now| {
                    now.status.last_result = Some(result);
                    now.status.safe_to_remove = if safe { vec!["b78e-6cc4".to_owned()] } else { Vec::new() };
                })
            };
            assert_eq!(said(true), format!("web-now-{stem}"));
            assert_eq!(said(false), format!("web-now-{stem}-held"));
        }
    }

    #[test]
    fn a_state_that_is_not_known_counts_as_busy() {
        let said = words(|now| {
            now.status.run = 1;
            now.status.state = State::Unknown;
        });
        assert_eq!(said, "web-now-finishing");
    }

    #[test]
    fn a_fresh_installation_is_no_error_and_one_that_has_copied_before_is() {
        let said = |last_result: Option<Outcome>| {
            words(|now| {
                now.status.config_error = "Not set up.".to_owned();
                now.status.config_error_facts.kind = text_id(&Fault::Unconfigured { keys: String::new() });
                now.status.last_result = last_result;
            })
        };
        assert_eq!((said(None), said(Some(Outcome::Success))), ("web-now-unset", "web-now-misconfigured"));
    }

    #[test]
    fn a_refused_configuration_comes_before_what_was() {
        let said = words(|now| {
            now.status.config_error = "Something is missing.".to_owned();
            now.status.last_result = Some(Outcome::Success);
        });
        assert_eq!(said, "web-now-misconfigured");
    }
}
