//! The HTML document around the parts: landmarks, style, script. Without the script, the page reloads itself.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use asbackup_texts::{Language, Texts};

use super::parts::{IDS, Parts};
use super::start::FIELD;

/// For readers without JavaScript.
const RELOAD_SECONDS: u32 = 15;

pub fn page(parts: &Parts, texts: &Texts, may_start: bool) -> Markup {
    let word = |id: &str| texts.text(id, &[]);
    html! {
        (DOCTYPE)
        html lang=(tag(texts.language())) {
            head {
                meta charset="utf-8";
                title { (parts.title) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href="icon.svg";
                link rel="stylesheet" href="style.css";
                noscript { meta http-equiv="refresh" content=(RELOAD_SECONDS); }
                script src="live.js" defer {}
            }
            body {
                header { (word("web-title")) }
                // An attribute, because readers without script and style would see an element.
                main data-lost=(word("web-lost")) {
                    @for (id, piece) in IDS.iter().zip(&parts.pieces) { (part(id, piece)) }
                }
                @if may_start { (start(texts)) }
            }
        }
    }
}

/// Screen readers announce only a new state; the rest changes every second.
fn part(id: &str, piece: &str) -> Markup {
    let inner = PreEscaped(piece);
    if id == "state" {
        return html! { div id=(id) role="status" aria-live="polite" { (inner) } };
    }
    html! { div id=(id) { (inner) } }
}

fn start(texts: &Texts) -> Markup {
    html! {
        footer {
            form method="post" action="copy" { button type="submit" { (texts.text("web-start", &[])) } }
        }
    }
}

/// A page with one sentence: the result of a start.
pub fn message(texts: &Texts, sentence: &str) -> Markup {
    document(texts, &html! { h1.answer { (sentence) } p { a href="./" { (texts.text("web-back", &[])) } } })
}

/// A page with the form for the password.
pub fn password_form(texts: &Texts, sentence: &str) -> Markup {
    let word = |id: &str| texts.text(id, &[]);
    document(
        texts,
        &html! {
            h1.answer { (sentence) }
            form method="post" action="copy" {
                p { label { (word("web-password")) " " input type="password" name=(FIELD) autocomplete="current-password" required autofocus; } }
                button type="submit" { (word("web-start")) }
            }
            p { a href="./" { (word("web-back")) } }
        },
    )
}

fn document(texts: &Texts, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(tag(texts.language())) {
            head {
                meta charset="utf-8";
                title { (texts.text("web-title", &[])) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="stylesheet" href="style.css";
            }
            body {
                header { (texts.text("web-title", &[])) }
                main { (main) }
            }
        }
    }
}

/// The language tag for HTML and HTTP.
pub fn tag(language: Language) -> &'static str {
    match language {
        Language::German => "de",
        Language::English => "en",
    }
}
