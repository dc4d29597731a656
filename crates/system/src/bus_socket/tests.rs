//! Messages that the bus would deliver are written to one end of a socket; the other end receives some of them.

use tokio::io::AsyncWriteExt;
use zbus::connection::socket::{ReadHalf, Socket};
use zbus::message::{Builder, Flags};
use zbus::{DynamicType, Message};

use super::*;

const US: &str = ":1.5";
const STRANGER: &str = ":1.66";
const BUS: &str = "org.freedesktop.DBus";
/// About the bus's own limit.
const HUGE: usize = 30 << 20;

fn built(builder: Builder<'_>, sender: &'static str, body: &(impl serde::Serialize + DynamicType)) -> Message {
    builder.sender(sender).build(body).unwrap()
}

fn signal(member: &'static str) -> Builder<'static> {
    Message::signal("/org/freedesktop/UDisks2", "org.freedesktop.DBus.ObjectManager", member)
}

fn call() -> Builder<'static> {
    Message::method_call("/", "Ping").destination(US)
}

fn reply(member: &'static str, body: &str) -> Message {
    let call = Message::method_call("/", member).sender(US).build(&()).unwrap();
    built(Message::method_return(&call.header()), ":1.2", &body)
}

/// What a reader receives of the written messages.
async fn received(written: Vec<Message>) -> Vec<Message> {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let writing = tokio::spawn(async move {
        for message in written {
            theirs.write_all(message.data()).await.unwrap();
        }
    });
    let (mut reader, _writer) = Socket::split(ClientSocket(ours)).take();
    let mut received = Vec::new();
    while let Ok(message) = reader.receive_message(1, &mut Vec::new(), &mut Vec::new()).await {
        received.push(message);
    }
    writing.await.unwrap();
    received
}

#[tokio::test]
async fn messages_of_strangers_are_dropped_and_awaited_ones_are_received() {
    let huge = "x".repeat(HUGE);
    let received = received(vec![
        built(call(), STRANGER, &"now"),
        built(call().with_flags(Flags::NO_REPLY_EXPECTED), STRANGER, &huge),
        built(signal("InterfacesAdded").destination(US), STRANGER, &"forged"),
        built(signal("InterfacesAdded").destination(US), STRANGER, &huge),
        built(signal("NameAcquired").destination(US), BUS, &"from the bus"),
        built(signal("InterfacesRemoved"), ":1.2", &"broadcast"),
        reply("Short", "short"),
    ])
    .await;
    let bodies: Vec<String> = received.iter().map(|message| message.body().deserialize().unwrap()).collect();
    assert_eq!(bodies, ["from the bus", "broadcast", "short"]);
}

#[tokio::test]
async fn an_awaited_message_is_received_whole_whatever_its_length() {
    let long = "x".repeat(HUGE / 10);
    let stranger = || built(signal("InterfacesAdded").destination(US), STRANGER, &long);
    let broadcast = built(signal("PropertiesChanged"), ":1.2", &long);
    let received =
        received(vec![stranger(), reply("Long", &long), stranger(), broadcast, stranger(), reply("Last", "x")]).await;
    let lengths: Vec<usize> =
        received.iter().map(|message| message.body().deserialize::<&str>().unwrap().len()).collect();
    assert_eq!(lengths, [long.len(), long.len(), 1]);
}
