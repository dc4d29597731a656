//! Starting a copy over HTTP: who gets as far as polkit, and what it says.

use asbackup_testing::fakes::polkit::{Decision, FakePolkit};
use tokio::time::{Duration, Instant};

use crate::office::{self, Office};

/// `x:secret` and `x:guess`.
const RIGHT: &str = "Authorization: Basic eDpzZWNyZXQ=\r\n";
const WRONG: &str = "Authorization: Basic eDpndWVzcw==\r\n";

async fn open() -> Office {
    let mut office = Office::with(office::ready(), "secret\n").await;
    office.service.play_controller();
    office
}

#[tokio::test]
async fn the_password_starts_a_copy_and_a_foreign_page_does_not() {
    let office = open().await;
    let post = async |headers: &str| office.site.ask("POST", "/copy", &format!("Content-Length: 0\r\n{headers}")).await;
    let bare = post("").await;
    assert_eq!(bare.code(), 401);
    assert!(bare.head.to_lowercase().contains("www-authenticate: basic"), "{}", bare.head);
    let led = post(&format!("{RIGHT}Sec-Fetch-Site: cross-site\r\nOrigin: http://evil.example\r\n")).await;
    assert_eq!(led.code(), 403);
    assert_eq!(post(&format!("{RIGHT}Origin: http://evil.example\r\n")).await.code(), 403);
    let started = post(RIGHT).await;
    assert_eq!((started.code(), started.body.as_str()), (200, "{\"run\":1}"));
}

/// A person, whose browser may send along what the login of a proxy has asked for.
#[tokio::test]
async fn a_person_is_asked_for_the_password_in_a_form_and_by_no_challenge() {
    let office = open().await;
    let post = async |form: &str| {
        let length = format!("Content-Length: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n", form.len());
        let person = format!("{WRONG}Accept: text/html\r\nSec-Fetch-Site: same-origin\r\n{length}");
        let head = format!("POST /copy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{person}\r\n");
        office.site.send(format!("{head}{form}").as_bytes()).await
    };
    for (form, said) in [("", "ist das Passwort der Statusseite nötig"), ("password=guess", "Das Passwort ist falsch")]
    {
        let asked = post(form).await;
        assert_eq!(asked.code(), 403, "{}", asked.head);
        assert!(!asked.head.to_lowercase().contains("www-authenticate"), "{}", asked.head);
        assert!(asked.body.contains(said) && asked.body.contains("type=\"password\""), "{}", asked.body);
    }
    assert_eq!(post(&format!("password={}", "x".repeat(10_000))).await.code(), 403);
    let started = post("password=secret").await;
    assert_eq!(started.code(), 303);
    assert!(started.head.to_lowercase().contains("location: ./"), "{}", started.head);
}

#[tokio::test]
async fn guesses_are_slow_and_too_many_are_refused() {
    let office = open().await;
    let guess = async || office.site.ask("POST", "/copy", WRONG).await.code();
    let begun = Instant::now();
    let (first, second) = tokio::join!(guess(), guess());
    assert_eq!((first, second), (401, 401));
    assert!(begun.elapsed() >= Duration::from_secs(2), "two guesses in {:?}", begun.elapsed());
    let crowd = futures_util::future::join_all((0..12).map(|_| guess())).await;
    assert!(crowd.contains(&401) && crowd.contains(&429), "{crowd:?}");
    assert_eq!(office.site.ask("POST", "/copy", RIGHT).await.code(), 200, "the right one is still let in");
}

/// The page runs as another user than root here.
#[tokio::test]
async fn polkit_has_the_last_word() {
    let office = Office::as_nobody(office::ready(), "secret").await;
    let polkit = FakePolkit::start(office.service.bus.address(), Decision::No).await;
    let refused = office.site.ask("POST", "/copy", RIGHT).await;
    assert_eq!(refused.code(), 403, "{}", refused.body);
    assert!(refused.body.contains("de.example.Backup.start"), "{}", refused.body);
    polkit.decide(Decision::Yes);
    assert_eq!(office.site.ask("POST", "/copy", RIGHT).await.code(), 200);
    assert!(polkit.take_asked().iter().all(|asked| asked.action == "de.example.Backup.start"));
}
