//! What the bus would pass on, written to one end of a socket: what is heard at the other.

use tokio::io::AsyncWriteExt;
use zbus::connection::socket::{ReadHalf, Socket};
use zbus::message::{Builder, Flags};
use zbus::{DynamicType, Message};

use super::*;

const US: &str = ":1.5";
const STRANGER: &str = ":1.66";
const BUS: &str = "org.freedesktop.DBus";
/// As the bus takes at most.
const HUGE: usize = 30 << 20;

fn made(builder: Builder<'_>, sender: &'static str, body: &(impl serde::Serialize + DynamicType)) -> Message {
    builder.sender(sender).build(body).unwrap()
}

fn signal(member: &'static str) -> Builder<'static> {
    Message::signal("/org/freedesktop/UDisks2", "org.freedesktop.DBus.ObjectManager", member)
}

fn call() -> Builder<'static> {
    Message::method_call("/", "Ping").destination(US)
}

fn answer(member: &'static str, body: &str) -> Message {
    let asked = Message::method_call("/", member).sender(US).build(&()).unwrap();
    made(Message::method_return(&asked.header()), ":1.2", &body)
}

/// Hears what is written, one after the other, until the other end hangs up.
async fn heard(written: Vec<Message>) -> Vec<Message> {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let writing = tokio::spawn(async move {
        for message in written {
            theirs.write_all(message.data()).await.unwrap();
        }
    });
    let (mut reader, _writer) = Socket::split(Shut(ours)).take();
    let mut heard = Vec::new();
    while let Ok(message) = reader.receive_message(1, &mut Vec::new(), &mut Vec::new()).await {
        heard.push(message);
    }
    writing.await.unwrap();
    heard
}

#[tokio::test]
async fn what_strangers_send_is_not_heard_and_what_was_asked_for_is() {
    let huge = "x".repeat(HUGE);
    let heard = heard(vec![
        made(call(), STRANGER, &"now"),
        made(call().with_flags(Flags::NO_REPLY_EXPECTED), STRANGER, &huge),
        made(signal("InterfacesAdded").destination(US), STRANGER, &"forged"),
        made(signal("InterfacesAdded").destination(US), STRANGER, &huge),
        made(signal("NameAcquired").destination(US), BUS, &"from the bus"),
        made(signal("InterfacesRemoved"), ":1.2", &"told to all"),
        answer("Short", "short"),
    ])
    .await;
    let bodies: Vec<String> = heard.iter().map(|message| message.body().deserialize().unwrap()).collect();
    assert_eq!(bodies, ["from the bus", "told to all", "short"]);
}

#[tokio::test]
async fn what_was_asked_for_is_heard_whole_however_long_it_is() {
    let long = "x".repeat(HUGE / 10);
    let stranger = || made(signal("InterfacesAdded").destination(US), STRANGER, &long);
    let told = made(signal("PropertiesChanged"), ":1.2", &long);
    let heard = heard(vec![stranger(), answer("Long", &long), stranger(), told, stranger(), answer("Last", "x")]).await;
    let lengths: Vec<usize> = heard.iter().map(|message| message.body().deserialize::<&str>().unwrap().len()).collect();
    assert_eq!(lengths, [long.len(), long.len(), 1]);
}
