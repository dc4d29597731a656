//! The parts of the page that change, each as a piece of HTML under the id of the element that holds it.
//! Pure. Everything foreign passes through maud's escaping; nothing here builds HTML from text by hand.

use std::sync::Arc;

use maud::{Markup, PreEscaped, html};

use asbackup_api::State;
use asbackup_texts::{Arg, Texts};

use super::clock::Clock;
use super::tables;
use super::log;
use super::banner::{Banner, Tone};
use super::snapshot::{Snapshot, View};

/// Ids in the order of the page.
pub const IDS: [&str; 6] = ["state", "progress", "notes", "disks", "log", "history"];

/// The newest page in one language.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// What the window is called.
    pub title: Arc<str>,
    pub pieces: [Arc<str>; IDS.len()],
}

impl Parts {
    pub fn new(view: &View, texts: &Texts, clock: &Clock) -> Self {
        let banner = Banner::of(view);
        let piece = |markup: Markup| Arc::from(markup.into_string());
        let title = texts.text(banner.words, &[]).into();
        let state = piece(markup(banner, view, texts));
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
            piece(log::lines(now, texts, clock)),
            piece(tables::history(now, texts, clock)),
        ];
        Self { title, pieces }
    }
}

fn markup(banner: Banner, view: &View, texts: &Texts) -> Markup {
    let action = format!("{}.action", banner.words);
    html! {
        div class=(format!("banner {}", banner.tone.class())) {
            (icon(banner.tone))
            div {
                h1 { (texts.text(banner.words, &[])) }
                p.action { (texts.text(&action, &[])) }
                @if let Some(disk) = concerned(view) { p.disk { (texts.text("web-disk", &[])) " " b { (disk) } } }
            }
        }
    }
}

/// The disk that the banner speaks of.
fn concerned(view: &View) -> Option<&str> {
    let View::Here(now) = view else { return None };
    let disk = if now.is_running() { &now.status.disk } else { &now.status.last_disk };
    (!disk.is_empty()).then(|| now.name(disk))
}

/// Told apart by shape as well as by colour.
fn icon(tone: Tone) -> Markup {
    let drawing = match tone {
        Tone::Good => r#"<path d="M5 13l5 5L20 7"/>"#,
        Tone::Bad => r#"<path d="M12 3L1.5 21h21zM12 10v5M12 18v.2"/>"#,
        Tone::Busy => r#"<path d="M12 3v11M7 10l5 5 5-5M3 21h18"/>"#,
        Tone::Wait => r#"<circle cx="12" cy="12" r="9.5"/><path d="M12 6v6l4 3"/>"#,
        Tone::Calm => r#"<rect x="2" y="6" width="20" height="12" rx="2"/><path d="M6 14h6M18 14v.1"/>"#,
        Tone::Away => r#"<path d="M8 8.5a4 4 0 1 1 5.5 3.7c-1 .5-1.5 1.2-1.5 2.8M12 19v.2"/>"#,
    };
    html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { (PreEscaped(drawing)) } }
}

fn progress(now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    if !now.is_running() || now.status.progress < 0.0 {
        return html! {};
    }
    // 0.58 is a little less than 58 hundredths.
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
                (fact("web-begun", &clock.moment(now.status.started_at, texts), texts))
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

fn rate(now: &Snapshot, texts: &Texts) -> String {
    texts.text("web-rate.value", &[("rate", Arg::from(now.status.bytes_per_second))])
}

fn fact(name: &str, value: &str, texts: &Texts) -> Markup {
    html! { div { dt { (texts.text(name, &[])) } dd { (value) } } }
}

/// What went wrong, who waits for whom, and which disks may go.
fn notes(now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    let (warnings, about) = match now.is_running() {
        true => (&now.status.warnings, &now.status.warning_facts),
        false => (&now.status.last_warnings, &now.status.last_warning_facts),
    };
    let names = |uuids: &[String]| uuids.iter().map(|uuid| now.name(uuid)).collect::<Vec<_>>().join(", ");
    html! {
        @if !now.status.config_error.is_empty() { (note(if now.status.is_not_set_up() { "calm" } else { "bad" }, &texts.text("web-config", &[]), &texts.told(&now.status.config_error, &now.status.config_error_facts))) }
        @if !now.is_running() && !now.status.last_error.1.is_empty() {
            (note("bad", &texts.text("web-fault", &[]), &texts.told(&now.status.last_error.1, &now.status.last_error_facts)))
        }
        @for (nth, warning) in warnings.iter().enumerate() {
            @let about = about.get(nth).cloned().unwrap_or_default();
            (note("wait", &texts.text("web-warning", &[]), &texts.told(warning, &about)))
        }
        @for lock in &now.status.veeam_locks {
            @let id = if lock.held { "web-veeam-held" } else { "web-veeam-waiting" };
            @let since = Arg::from(clock.moment(lock.since, texts));
            (note("calm", "Veeam", &texts.text(id, &[("job", Arg::from(lock.job.as_str())), ("since", since)])))
        }
        @if now.unlisted_locks() > 0 {
            (note("calm", "Veeam", &texts.text("status-more-locks", &[("count", Arg::from(now.unlisted_locks()))])))
        }
        @if !now.status.queue.is_empty() { (note("calm", &texts.text("web-queue", &[]), &names(&now.status.queue))) }
        @if !now.status.safe_to_remove.is_empty() {
            (note("good", &texts.text("web-safe", &[]), &names(&now.status.safe_to_remove)))
        }
    }
}

fn note(class: &str, name: &str, text: &str) -> Markup {
    html! { p class=(format!("note {class}")) { strong { (name) } " " bdi { (text) } } }
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
    fn locks_that_are_not_listed_are_counted() {
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
