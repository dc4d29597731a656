//! Behind a reverse proxy, below a path: the same page, live, and a copy can be started.

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::browser::{Browser, DESKTOP};
use crate::office::{self, Office};
use crate::site;

/// Takes `/backup/…` from readers and asks the page for `/…`, one request a connection, as the README's line for nginx does.
async fn proxy(listener: TcpListener, page: String) {
    while let Ok((reader, _)) = listener.accept().await {
        tokio::spawn(pass(reader, page.clone()));
    }
}

async fn pass(mut reader: TcpStream, page: String) {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        // A browser opens lines that it does not use.
        if reader.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let request = String::from_utf8(request).expect("our own browser's words");
    let Some((method, rest)) = request.split_once(" /backup/") else {
        let _ = reader.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
        return;
    };
    let request = format!("{method} /{rest}").replacen("keep-alive", "close", 1);
    let mut stream = TcpStream::connect(page).await.expect("the page listens");
    stream.write_all(request.as_bytes()).await.expect("it takes requests");
    let _ = copy_bidirectional(&mut reader, &mut stream).await;
}

#[tokio::test]
async fn web_below_a_path_of_a_reverse_proxy_it_is_the_same_page() {
    let mut office = Office::with(office::ready(), "secret").await;
    office.rig.play_controller();
    let address = format!("{}:8088", site::own_host());
    let listener = TcpListener::bind(&address).await.expect("an address of our own");
    tokio::spawn(proxy(listener, office.site.address.clone()));
    let mut browser = Browser::start().await;
    browser.becomes(&DESKTOP).await;
    browser.open(&format!("http://{address}/backup/")).await;
    browser.until("document.querySelector('#lost').hidden").await;
    browser.until("getComputedStyle(document.querySelector('.banner')).borderRadius !== '0px'").await;
    office.is(office::copying(58));
    browser.until("document.querySelector('progress')?.value === 58").await;
    office.is(office::ready());
    browser.until("document.querySelector('h1').textContent === 'Bereit'").await;

    let order = "fetch(document.querySelector('form').action, \
                 { method: 'POST', headers: { Authorization: 'Basic eDpzZWNyZXQ=', Accept: 'application/json' } })";
    let started = browser.eval(&format!("{order}.then(answer => answer.json())")).await;
    assert_eq!(started["run"], 1);
}
