//! For those who can't see the page, or only badly: axe, the field's own checker, finds nothing.

use std::fs;
use std::path::Path;

use asbackup_api::Outcome;
use serde_json::Value;

use crate::browser::{Browser, DESKTOP, PHONE, Reader};
use crate::office::{self, Office};

/// Put there by tools/need.
fn axe() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/web/node_modules/axe-core/axe.min.js");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{} (make need-web): {error}", path.display()))
}

async fn offences(browser: &mut Browser, axe: &str) -> Vec<String> {
    browser.eval(&format!("{axe}; true")).await;
    let found = browser.eval("axe.run()").await;
    let passed = found["passes"].as_array().map_or(0, Vec::len);
    assert!(passed > 15, "it has looked at nothing but {passed} rules");
    let named = |one: &Value| format!("{}: {} {}", one["id"], one["help"], one["nodes"][0]["html"]);
    found["violations"].as_array().expect("a list").iter().map(named).collect()
}

#[tokio::test]
async fn the_accessibility_checker_finds_nothing() {
    let office = Office::with(office::ready(), "secret").await;
    let axe = axe();
    let mut browser = Browser::start().await;
    let states = [
        ("copying", office::copying(58)),
        ("waiting", office::waiting()),
        ("done", office::ended(Outcome::Success, true)),
        ("failed", office::ended(Outcome::Aborted, false)),
    ];
    for (name, status) in states {
        office.is(status);
        for reader in [DESKTOP, Reader { dark: true, ..DESKTOP }, PHONE] {
            browser.becomes(&reader).await;
            browser.open(&office.site.url()).await;
            let found = offences(&mut browser, &axe).await;
            assert!(found.is_empty(), "{name}, dark: {}, {} wide: {found:#?}", reader.dark, reader.width);
        }
    }
}
