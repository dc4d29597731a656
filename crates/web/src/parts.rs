//! The parts of the page that change: a piece of HTML for each element with an id. Pure. maud escapes all text from outside; nothing
//! here builds HTML from strings.

use std::sync::Arc;

use maud::{Markup, html};

use asbackup_api::State;
use asbackup_texts::clock::Clock;
use asbackup_texts::{Arg, Texts};

use super::banner::Banner;
use super::snapshot::{Snapshot, View};
use super::tables;
use super::times;

/// The ids of the elements, in the order of the page.
pub const IDS: [&str; 6] = ["state", "progress", "notes", "disks", "log", "history"];

/// The page in one language.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// The document's title.
    pub title: Arc<str>,
    pub pieces: [Arc<str>; IDS.len()],
}

impl Parts {
    pub fn new(view: &View, texts: &Texts, clock: &Clock) -> Self {
        let banner = Banner::of(view);
        let piece = |markup: Markup| Arc::from(markup.into_string());
        let title = texts.text(banner.text_id, &[]).into();
        let state = piece(banner.render(view, texts));
        let View::Here(now) = view else {
            let mut pieces: [Arc<str>; IDS.len()] = Default::default();
            pieces[0] = state;
            return Self { title, pieces };
        };
        let pieces = [
            state,
            piece(progress(now, texts, clock)),
            piece(notes(now, texts, clock)),
            piece(tables::disks(now, texts, clock)),
            piece(log(now, texts, clock)),
            piece(tables::history(now, texts, clock)),
        ];
        Self { title, pieces }
    }
}

fn progress(now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    if !now.is_running() || now.status.progress < 0.0 {
        return html! {};
    }
    // In binary, 0.58 is slightly less than 58 hundredths.
    let percent = (now.status.progress.clamp(0.0, 1.0) * 100.0 + 1e-9) as u64;
    let amount = [("done", Arg::from(now.status.bytes_done)), ("total", Arg::from(now.status.bytes_total))];
    html! {
        section.card aria-labelledby="h-progress" {
            h2 #h-progress { (texts.text("web-progress", &[])) }
            div.meter {
                progress max="100" value=(percent) aria-labelledby="h-progress" {}
                span.percent { (percent) " %" }
            }
            dl.facts {
                (fact("web-amount", &texts.text("web-amount.value", &amount), texts))
                @if now.status.bytes_per_second > 0 { (fact("web-rate", &rate(now, texts), texts)) }
                @if now.status.seconds_left > 0 { (fact("web-ready-at", &clock.in_seconds(now.status.seconds_left, texts), texts)) }
                @if now.status.source_as_of > 0 {
                    (fact("status-line-as-of", &as_of(now, texts, clock), texts))
                }
                (fact("web-begun", &times::moment(clock, now.status.started_at, texts), texts))
            }
            @if now.status.bytes_resumed > 0 && now.status.state == State::Copying {
                p.sooner { (texts.text("status-line-sooner.value", &[("bytes", Arg::from(now.status.bytes_resumed))])) }
            }
            @if !now.status.current_file.is_empty() {
                p.file { span { (texts.text("web-file", &[])) } " " bdi { (now.status.current_file) } }
            }
        }
    }
}

fn as_of(now: &Snapshot, texts: &Texts, clock: &Clock) -> String {
    let when = times::moment(clock, now.status.source_as_of, texts);
    texts.text("status-line-as-of.value", &[("when", Arg::from(when))])
}

fn rate(now: &Snapshot, texts: &Texts) -> String {
    texts.text("web-rate.value", &[("rate", Arg::from(now.status.bytes_per_second))])
}

fn fact(name: &str, value: &str, texts: &Texts) -> Markup {
    html! { div { dt { (texts.text(name, &[])) } dd { (value) } } }
}

/// Errors and warnings, locks and waiting disks, and the disks that are safe to remove.
fn notes(now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    let names = |uuids: &[String]| uuids.iter().map(|uuid| now.name(uuid)).collect::<Vec<_>>().join(", ");
    html! {
        (errors(now, texts))
        (warnings(now, texts))
        (locks(now, texts, clock))
        @if !now.status.queue.is_empty() { (note("calm", &texts.text("web-queue", &[]), &names(&now.status.queue))) }
        @if !now.status.safe_to_remove.is_empty() {
            (note("good", &texts.text("web-safe", &[]), &names(&now.status.safe_to_remove)))
        }
    }
}

fn errors(now: &Snapshot, texts: &Texts) -> Markup {
    let status = &now.status;
    let config_class = if status.is_not_set_up() { "calm" } else { "bad" };
    let config_error = texts.translated(&status.config_error, &status.config_error_facts);
    let last_error = texts.translated(&status.last_error.1, &status.last_error_facts);
    html! {
        @if !status.config_error.is_empty() { (note(config_class, &texts.text("web-config", &[]), &config_error)) }
        @if !now.is_running() && !status.last_error.1.is_empty() {
            (note("bad", &texts.text("web-fault", &[]), &last_error))
        }
    }
}

/// The warnings of the current run, or of the last one.
fn warnings(now: &Snapshot, texts: &Texts) -> Markup {
    let (warnings, facts) = match now.is_running() {
        true => (&now.status.warnings, &now.status.warning_facts),
        false => (&now.status.last_warnings, &now.status.last_warning_facts),
    };
    html! {
        @for (nth, warning) in warnings.iter().enumerate() {
            @let facts = facts.get(nth).cloned().unwrap_or_default();
            (note("wait", &texts.text("web-warning", &[]), &texts.translated(warning, &facts)))
        }
    }
}

fn locks(now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    html! {
        @for lock in &now.status.veeam_locks {
            @let id = if lock.held { "web-veeam-held" } else { "web-veeam-waiting" };
            @let since = Arg::from(times::moment(clock, lock.since, texts));
            (note("calm", "Veeam", &texts.text(id, &[("job", Arg::from(lock.job.as_str())), ("since", since)])))
        }
        @if now.unlisted_locks() > 0 {
            (note("calm", "Veeam", &texts.text("status-more-locks", &[("count", Arg::from(now.unlisted_locks()))])))
        }
    }
}

fn note(class: &str, name: &str, text: &str) -> Markup {
    html! { p class=(format!("note {class}")) { strong { (name) } " " bdi { (text) } } }
}

/// The newest log lines about the current or the last run, as the service wrote them.
fn log(now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    if now.status.run_log.is_empty() {
        return html! {};
    }
    html! {
        section.card aria-labelledby="h-log" {
            h2 #h-log { (texts.text("web-log", &[])) }
            ol.log {
                @for line in &now.status.run_log {
                    @let (class, word) = level(&line.level);
                    li class=[class] {
                        span.when { (times::second(clock, line.at, texts)) } " "
                        span.what { @if let Some(word) = word { strong { (texts.text(word, &[])) } " " } bdi { (line.text) } }
                    }
                }
            }
        }
    }
}

/// CSS class and text id of a log line's level; a level that only a newer service knows counts as an error.
fn level(level: &str) -> (Option<&'static str>, Option<&'static str>) {
    match level {
        "info" => (None, None),
        "warning" => (Some("wait"), Some("web-warning")),
        _ => (Some("bad"), Some("web-log-error")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use asbackup_api::{Status, VeeamLock};
    use asbackup_texts::Language;

    fn notes_of(now: Snapshot, language: Language) -> String {
        notes(&now, &Texts::new(language), &Clock::system()).into_string()
    }

    #[test]
    fn unlisted_locks_are_counted() {
        let lock = || VeeamLock { job: "Mail".to_owned(), held: true, since: 1 };
        let locks = |count| Snapshot {
            status: Status { veeam_locks: vec![lock()], veeam_lock_count: count, ..Status::default() },
            ..Snapshot::default()
        };
        assert!(notes_of(locks(4), Language::English).contains("3 more locks are not listed here."));
        assert!(notes_of(locks(2), Language::German).contains("Eine weitere Sperre"));
        for all_listed in [0, 1] {
            assert!(!notes_of(locks(all_listed), Language::English).contains("listed"), "{all_listed}");
        }
    }
}
