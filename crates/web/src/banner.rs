//! The banner that can be read from three metres: the most important state as a colour, an icon, and a text from `locales/*/web.ftl`.
//! Pure.

use asbackup_api::{Outcome, State};
use asbackup_texts::Texts;
use maud::{Markup, PreEscaped, html};

use super::snapshot::{Snapshot, View};

/// Colour and icon of a banner. The text says the same, since neither is enough alone.
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

    /// Differs in shape as well as in colour.
    fn icon(self) -> Markup {
        let drawing = match self {
            Self::Good => r#"<path d="M5 13l5 5L20 7"/>"#,
            Self::Bad => r#"<path d="M12 3L1.5 21h21zM12 10v5M12 18v.2"/>"#,
            Self::Busy => r#"<path d="M12 3v11M7 10l5 5 5-5M3 21h18"/>"#,
            Self::Wait => r#"<circle cx="12" cy="12" r="9.5"/><path d="M12 6v6l4 3"/>"#,
            Self::Calm => r#"<rect x="2" y="6" width="20" height="12" rx="2"/><path d="M6 14h6M18 14v.1"/>"#,
            Self::Away => r#"<path d="M8 8.5a4 4 0 1 1 5.5 3.7c-1 .5-1.5 1.2-1.5 2.8M12 19v.2"/>"#,
        };
        html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { (PreEscaped(drawing)) } }
    }
}

/// A tone, and the id of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banner {
    pub tone: Tone,
    pub text_id: &'static str,
}

impl Banner {
    pub fn of(view: &View) -> Self {
        match view {
            View::Away => banner(Tone::Away, "web-now-away"),
            View::Here(now) if now.is_running() => running(now),
            View::Here(now) if now.status.state != State::Idle => banner(Tone::Wait, "web-now-stopping"),
            View::Here(now) if now.status.is_not_set_up() => banner(Tone::Calm, "web-now-unset"),
            View::Here(now) if !now.status.config_error.is_empty() => banner(Tone::Bad, "web-now-misconfigured"),
            View::Here(now) => idle(now),
        }
    }

    pub fn render(self, view: &View, texts: &Texts) -> Markup {
        let action = format!("{}.action", self.text_id);
        html! {
            div class=(format!("banner {}", self.tone.class())) {
                (self.tone.icon())
                div {
                    h1 { (texts.text(self.text_id, &[])) }
                    p.action { (texts.text(&action, &[])) }
                    @if let Some(disk) = disk_name(view) { p.disk { (texts.text("web-disk", &[])) " " b { (disk) } } }
                }
            }
        }
    }
}

/// The disk of the current or the last run.
fn disk_name(view: &View) -> Option<&str> {
    let View::Here(now) = view else { return None };
    let disk = if now.is_running() { &now.status.disk } else { &now.status.last_disk };
    (!disk.is_empty()).then(|| now.name(disk))
}

fn banner(tone: Tone, text_id: &'static str) -> Banner {
    Banner { tone, text_id }
}

fn running(now: &Snapshot) -> Banner {
    match now.status.state {
        State::WaitingForVeeam if !now.status.veeam_locks.is_empty() => banner(Tone::Wait, "web-now-waiting"),
        State::WaitingForVeeam | State::Mounting | State::Locking | State::Checking => {
            banner(Tone::Busy, "web-now-preparing")
        }
        State::Copying => banner(Tone::Busy, "web-now-copying"),
        // Includes a state that only a newer service knows.
        _ => banner(Tone::Busy, "web-now-finishing"),
    }
}

/// Between runs: how the last run ended, and whether its disk may be removed.
fn idle(now: &Snapshot) -> Banner {
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

    /// Every text id that [`Banner::of`] returns.
    const TEXT_IDS: [&str; 18] = [
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

    fn text_id_after(change: impl FnOnce(&mut Snapshot)) -> &'static str {
        let status = Status { last_disk: "B78E-6CC4".to_owned(), ..Status::default() };
        let mut now = Snapshot { status, ..Snapshot::default() };
        now.disks =
            Arc::new(vec![Disk { uuid: "B78E-6CC4".to_owned(), present: true, known: true, ..Disk::default() }]);
        change(&mut now);
        Banner::of(&View::Here(Arc::new(now))).text_id
    }

    #[test]
    fn every_banner_has_a_text_and_an_action() {
        for texts in Language::ALL.map(Texts::new) {
            for id in TEXT_IDS {
                let action = format!("{id}.action");
                assert_ne!(texts.text(id, &[]), id);
                assert_ne!(texts.text(&action, &[]), action);
            }
        }
    }

    #[test]
    fn a_disk_may_be_removed_only_once_it_is_released() {
        for (result, stem) in
            [(Outcome::Success, "done"), (Outcome::Aborted, "failed"), (Outcome::Cancelled, "cancelled")]
        {
            let shown = |safe: bool| {
                text_id_after(|now| {
                    now.status.last_result = Some(result);
                    now.status.safe_to_remove = if safe { vec!["b78e-6cc4".to_owned()] } else { Vec::new() };
                })
            };
            assert_eq!(shown(true), format!("web-now-{stem}"));
            assert_eq!(shown(false), format!("web-now-{stem}-held"));
        }
    }

    #[test]
    fn an_unknown_state_counts_as_busy() {
        let shown = text_id_after(|now| {
            now.status.run = 1;
            now.status.state = State::Unknown;
        });
        assert_eq!(shown, "web-now-finishing");
    }

    #[test]
    fn an_empty_configuration_is_an_error_only_after_a_run() {
        let shown = |last_result: Option<Outcome>| {
            text_id_after(|now| {
                now.status.config_error = "Not set up.".to_owned();
                now.status.config_error_facts.kind = text_id(&Fault::Unconfigured { keys: String::new() });
                now.status.last_result = last_result;
            })
        };
        assert_eq!((shown(None), shown(Some(Outcome::Success))), ("web-now-unset", "web-now-misconfigured"));
    }

    #[test]
    fn a_refused_configuration_outranks_the_last_run() {
        let shown = text_id_after(|now| {
            now.status.config_error = "Something is missing.".to_owned();
            now.status.last_result = Some(Outcome::Success);
        });
        assert_eq!(shown, "web-now-misconfigured");
    }
}
