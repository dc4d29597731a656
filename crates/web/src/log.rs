//! The newest lines of the service's log about the run that is on or was last, as the service wrote them. Pure.

use maud::{Markup, html};

use asbackup_texts::Texts;

use super::clock::Clock;
use super::snapshot::Snapshot;

pub fn lines(now: &Snapshot, texts: &Texts, clock: &Clock) -> Markup {
    if now.status.run_log.is_empty() {
        return html! {};
    }
    html! {
        section.card aria-labelledby="h-log" {
            h2 #h-log { (texts.text("web-log", &[])) }
            ol.log {
                @for line in &now.status.run_log {
                    @let (class, word) = rank(&line.level);
                    li class=[class] {
                        span.when { (clock.second(line.at, texts)) } " "
                        span.what { @if let Some(word) = word { strong { (texts.text(word, &[])) } " " } bdi { (line.text) } }
                    }
                }
            }
        }
    }
}

/// A class and a word for what is not as usual; also for a level that a newer service may have.
fn rank(level: &str) -> (Option<&'static str>, Option<&'static str>) {
    match level {
        "info" => (None, None),
        "warning" => (Some("wait"), Some("web-warning")),
        _ => (Some("bad"), Some("web-log-error")),
    }
}
