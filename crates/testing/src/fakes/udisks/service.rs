//! Answers the calls that the fake UDisks2 receives, in the words of the real one.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use zbus::message::{Message, Type};
use zbus::{Connection, DynamicType, MessageStream, ObjectPath, OwnedVariant};

use super::NAME;
use super::disk::{DRIVE, FILESYSTEM, Interfaces, Values, object_path, values};
use super::state::{Behaviour, Call, State};

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
pub const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";

/// Answers every call on `connection` until it is aborted.
pub async fn serve(connection: Connection, mut messages: MessageStream, state: Arc<Mutex<State>>) {
    while let Some(Ok(message)) = messages.next().await {
        if message.message_type() != Type::MethodCall {
            continue;
        }
        let request = Request::new(connection.clone(), Arc::clone(&state), message);
        // A call that hangs must not hold up the next one.
        tokio::spawn(async move {
            // Fails when the test has ended meanwhile.
            let _ = request.answer().await;
        });
    }
}

/// Changes properties and announces them in one signal.
pub async fn change(connection: &Connection, state: &Mutex<State>, path: &str, interface: &str, changed: Values) {
    {
        let mut state = state.lock().unwrap();
        let object = state.objects.get_mut(path);
        let Some(values) = object.and_then(|object| object.get_mut(interface)) else {
            return;
        };
        values.extend(changed.clone());
    }
    let body = (interface, changed, Vec::<String>::new());
    let nobody = None::<&str>;
    connection.emit_signal(nobody, path, PROPERTIES, "PropertiesChanged", &body).await.unwrap();
}

struct Request {
    connection: Connection,
    state: Arc<Mutex<State>>,
    message: Message,
    path: String,
    interface: String,
    member: String,
}

impl Request {
    fn new(connection: Connection, state: Arc<Mutex<State>>, message: Message) -> Self {
        let header = message.header();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let path = text(header.path().map(|path| path.as_str()));
        let interface = text(header.interface().map(|name| name.as_str()));
        let member = text(header.member().map(|name| name.as_str()));
        Self { connection, state, message, path, interface, member }
    }

    async fn answer(&self) -> zbus::Result<()> {
        match (self.interface.as_str(), self.member.as_str()) {
            (OBJECT_MANAGER, "GetManagedObjects") => self.list().await,
            (PROPERTIES, "GetAll") => self.get_all().await,
            (PROPERTIES, "Get") => self.get().await,
            (FILESYSTEM | DRIVE, _) if self.values(&self.interface).is_some() => self.act().await,
            _ => self.reject().await,
        }
    }

    async fn list(&self) -> zbus::Result<()> {
        self.state.lock().unwrap().asked += 1;
        if !self.passes().await? {
            return Ok(());
        }
        let objects: BTreeMap<ObjectPath<'static>, Interfaces> = {
            let state = self.state.lock().unwrap();
            state.objects.iter().map(|(path, object)| (object_path(path), object.clone())).collect()
        };
        self.reply(&objects).await
    }

    async fn get_all(&self) -> zbus::Result<()> {
        let interface: String = self.message.body().deserialize()?;
        match self.values(&interface) {
            Some(values) => self.reply(&values).await,
            None => self.reject().await,
        }
    }

    async fn get(&self) -> zbus::Result<()> {
        let (interface, name): (String, String) = self.message.body().deserialize()?;
        match self.values(&interface).and_then(|mut values| values.remove(&name)) {
            Some(value) => self.reply(&value).await,
            None => self.reject().await,
        }
    }

    /// `Mount` and its kin.
    async fn act(&self) -> zbus::Result<()> {
        let options: BTreeMap<String, OwnedVariant> = self.message.body().deserialize()?;
        let options = options.into_iter().map(|(key, value)| (key, value.into())).collect();
        let call = Call { member: self.member.clone(), path: self.path.clone(), options };
        self.state.lock().unwrap().calls.push(call);
        if !self.passes().await? {
            return Ok(());
        }
        match self.member.as_str() {
            "Mount" => self.mount().await,
            "Unmount" => self.unmount().await,
            "Check" => self.reply(&true).await,
            _ => self.reply(&()).await,
        }
    }

    async fn mount(&self) -> zbus::Result<()> {
        let mount_point = self.state.lock().unwrap().mount(&self.path);
        self.announce_mounts(vec![terminated(&mount_point)]).await;
        let shown = mount_point.to_string_lossy().into_owned();
        self.reply(&shown).await
    }

    async fn unmount(&self) -> zbus::Result<()> {
        let done = self.state.lock().unwrap().unmount(&self.path);
        if let Err(cause) = done {
            let text = format!("Error unmounting {}: {cause}", self.path);
            return self.fail(&format!("{NAME}.Error.DeviceBusy"), &text).await;
        }
        self.announce_mounts(Vec::new()).await;
        self.reply(&()).await
    }

    async fn announce_mounts(&self, mount_points: Vec<Vec<u8>>) {
        let changed = values([("MountPoints", mount_points.into())]);
        change(&self.connection, &self.state, &self.path, FILESYSTEM, changed).await;
    }

    /// Whether the call is to succeed. If not, it has its error, or never gets an answer.
    async fn passes(&self) -> zbus::Result<bool> {
        match self.behaviour().await {
            Behaviour::Works => Ok(true),
            Behaviour::Hangs | Behaviour::Waits => Ok(false),
            Behaviour::Late(duration) => {
                tokio::time::sleep(duration).await;
                Ok(true)
            }
            Behaviour::Fails { name, text } => self.fail(&name, &text).await.map(|()| false),
        }
    }

    /// The first behaviour that is not to wait for another.
    async fn behaviour(&self) -> Behaviour {
        let changes = Arc::clone(&self.state.lock().unwrap().changed);
        loop {
            let changed = changes.notified();
            tokio::pin!(changed);
            // Counts from here on, so that no change between the look and the wait is missed.
            changed.as_mut().enable();
            let behaviour = self.state.lock().unwrap().behaviour(&self.member, &self.path);
            if behaviour != Behaviour::Waits {
                return behaviour;
            }
            changed.await;
        }
    }

    fn values(&self, interface: &str) -> Option<Values> {
        self.state.lock().unwrap().values(&self.path, interface).cloned()
    }

    /// There is no such object, interface or method.
    async fn reject(&self) -> zbus::Result<()> {
        let text = format!("Object does not exist at path “{}”", self.path);
        self.fail("org.freedesktop.DBus.Error.UnknownMethod", &text).await
    }

    async fn reply<B: serde::Serialize + DynamicType>(&self, body: &B) -> zbus::Result<()> {
        self.connection.reply(&self.message.header(), body).await
    }

    async fn fail(&self, name: &str, text: &str) -> zbus::Result<()> {
        self.connection.reply_error(&self.message.header(), name, &text).await
    }
}

/// As UDisks2 gives paths: bytes with a NUL at the end.
fn terminated(path: &Path) -> Vec<u8> {
    let mut bytes = path.as_os_str().as_bytes().to_vec();
    bytes.push(0);
    bytes
}
