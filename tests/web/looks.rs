//! How the page looks and reads: states, languages, phone, dark, without scripts; and that nothing
//! foreign becomes a part of it. Pictures of all are left in the directory of the tests' temporary files.

use std::path::PathBuf;

use asbackup_api::{Outcome, Status};
use asbackup_testing::scratch;

use crate::browser::{Browser, DESKTOP, PHONE, Reader};
use crate::office::{self, Office};

/// Where pictures are left to be looked at.
pub fn picture(name: &str) -> PathBuf {
    scratch().join("web").join(format!("{name}.png"))
}

#[tokio::test]
async fn every_state_says_in_words_what_is_and_what_to_do() {
    let office = Office::new().await;
    let mut browser = Browser::start().await;
    browser.becomes(&DESKTOP).await;
    browser.open(&office.site.url()).await;
    let moods: [(&str, Status, &str, &str); 7] = [
        ("unset", office::unset(), "Noch nicht eingerichtet", "sudo asbackup setup"),
        ("ready", office::ready(), "Bereit", "Sicherungsplatte einstecken"),
        ("waiting", office::waiting(), "Kopie wartet auf Veeam", "Bitte stecken lassen"),
        ("copying", office::copying(58), "Kopie läuft", "Bitte stecken lassen"),
        ("done", office::ended(Outcome::Success, true), "Fertig", "Platte darf abgezogen werden"),
        ("failed", office::ended(Outcome::Aborted, false), "Fehler", "Bitte nicht abziehen, IT rufen"),
        ("cancelled", office::ended(Outcome::Cancelled, true), "Kopie abgebrochen", "Die Platte darf abgezogen werden"),
    ];
    for (name, status, heading, action) in moods {
        office.is(status);
        browser.until(&format!("document.querySelector('h1').textContent === {heading:?}")).await;
        browser.until(&format!("document.querySelector('.action').textContent.includes({action:?})")).await;
        assert_eq!(browser.eval("document.title").await, heading);
        if name == "unset" {
            assert_eq!(
                browser.eval("document.querySelectorAll('#state .bad, #notes .bad').length").await,
                0,
                "nothing to be alarmed about"
            );
        }
        browser.picture(&picture(name)).await;
    }
    assert!(browser.text("#notes").await.contains("Darf abgezogen werden: GOLD"));
}

/// The service speaks German.
#[tokio::test]
async fn warnings_and_reasons_are_in_the_language_of_whoever_reads_them() {
    let office = Office::with(office::copying(58), "").await;
    let mut readers = Vec::new();
    for languages in ["de", "en"] {
        let mut browser = Browser::start().await;
        browser.becomes(&Reader { languages, ..DESKTOP }).await;
        browser.open(&office.site.url()).await;
        readers.push(browser);
    }
    let says = |place: &str, words: &str| format!("document.querySelector('{place}').textContent.includes({words:?})");
    for (browser, words) in readers.iter_mut().zip(["Platz knapp", "getting full"]) {
        browser.until(&says("#notes", words)).await;
    }
    let mut newer = office::ended(Outcome::Aborted, false);
    newer.last_warnings = vec!["Eine Warnung von morgen.".into()];
    office.is(newer);
    for (browser, words) in readers.iter_mut().zip(["zu früh abgezogen", "unplugged too early"]) {
        browser.until(&says("#notes", words)).await;
        browser.until(&says("#notes", "Eine Warnung von morgen.")).await;
        browser.until(&says("#history details", words)).await;
    }
}

#[tokio::test]
async fn a_resumed_copy_is_estimated_to_end_sooner_than_its_size_suggests() {
    let office = Office::with(office::copying(58), "").await;
    let mut browser = Browser::start().await;
    browser.becomes(&DESKTOP).await;
    browser.open(&office.site.url()).await;
    assert_eq!(browser.text(".sooner").await, "");
    office.is(Status { bytes_resumed: 300_000_000_000, ..office::copying(58) });
    browser.until("document.querySelector('.sooner')?.textContent.includes('viel früher fertig')").await;
    assert!(browser.text(".sooner").await.contains("300 GB"));
}

#[tokio::test]
async fn a_phone_a_dark_room_and_an_english_reader_get_theirs() {
    let office = Office::with(office::copying(58), "").await;
    let mut browser = Browser::start().await;
    let readers = [
        ("phone", PHONE),
        ("dark", Reader { dark: true, ..DESKTOP }),
        ("english", Reader { languages: "en-GB,en;q=0.9,de;q=0.5", ..DESKTOP }),
    ];
    for (name, reader) in readers {
        browser.becomes(&reader).await;
        browser.open(&office.site.url()).await;
        let english = reader.languages.starts_with("en");
        browser.until(&format!("document.documentElement.lang === '{}'", if english { "en" } else { "de" })).await;
        assert_eq!(browser.text("h1").await, if english { "Copy is running" } else { "Kopie läuft" });
        browser.picture(&picture(name)).await;
        assert_eq!(
            browser.eval("document.documentElement.scrollWidth <= innerWidth").await,
            true,
            "{name} scrolls sideways"
        );
    }
}

/// Makes the pictures in docs/images; CONTRIBUTING says how they get there.
#[tokio::test]
async fn pictures_for_the_docs_are_of_the_page_as_it_is() {
    let office = Office::new().await;
    let mut browser = Browser::start().await;
    let english = |reader: Reader| Reader { languages: "en", ..reader };
    let (copying, done) = (office::copying(58), office::ended(Outcome::Success, true));
    let pictures = [
        ("copying", &copying, "busy", english(DESKTOP), "#disks", 0.67),
        ("copying.de", &copying, "busy", DESKTOP, "#disks", 0.67),
        ("phone", &copying, "busy", english(PHONE), "#notes", 0.77),
        ("phone.de", &copying, "busy", PHONE, "#notes", 0.77),
        ("done", &done, "good", english(DESKTOP), "#disks", 0.47),
        ("fault", &office::too_small(), "bad", english(DESKTOP), "#disks", 0.47),
    ];
    for (name, status, tone, reader, end, scale) in pictures {
        office.is(status.clone());
        browser.becomes(&reader).await;
        browser.open(&office.site.url()).await;
        browser.until(&format!("document.querySelector('.banner.{tone}')")).await;
        assert_eq!(browser.eval("document.documentElement.lang").await, reader.languages);
        browser.picture_down_to(end, scale, &picture(&format!("docs/{name}"))).await;
    }
}
