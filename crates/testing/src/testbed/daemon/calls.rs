//! Calls of the daemon's methods, and reads of its properties.

use std::collections::HashMap;

use zbus::proxy::{Builder, CacheProperties};
use zbus::{OwnedVariant, Proxy};

use super::Daemon;
use crate::PATIENCE;
use crate::recorder::{NAME, PATH, bare_error};

/// A D-Bus error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Without the prefix.
    pub name: String,
    /// For people.
    pub message: String,
}

impl Daemon {
    async fn proxy(&self) -> Proxy<'static> {
        let builder = Builder::<Proxy<'static>>::new(&self.bus);
        let builder = builder.destination(NAME).path(PATH).interface(NAME);
        let builder = builder.cache_properties(CacheProperties::No);
        builder.build().await.expect("a proxy")
    }

    /// Reads a property from the daemon.
    pub async fn property<T>(&self, name: &str) -> T
    where
        T: serde::de::DeserializeOwned + zbus::Type,
    {
        let proxy = self.proxy().await;
        let value = tokio::time::timeout(PATIENCE, proxy.get_property::<T>(name)).await;
        value
            .unwrap_or_else(|_| panic!("no answer for the property {name}"))
            .unwrap_or_else(|error| panic!("the property {name}: {error}"))
    }

    /// The property `State`.
    pub async fn state(&self) -> String {
        self.property("State").await
    }

    /// The property `Queue`.
    pub async fn queue(&self) -> Vec<String> {
        self.property("Queue").await
    }

    /// The property `SafeToRemove`: UUIDs of disks that may be unplugged.
    pub async fn safe_to_remove(&self) -> Vec<String> {
        self.property("SafeToRemove").await
    }

    /// Calls any method.
    ///
    /// # Errors
    /// If the daemon refuses.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn call<B, R>(&self, method: &str, body: &B) -> Result<R, Refused>
    where
        B: serde::Serialize + zbus::DynamicType,
        R: for<'d> zbus::wire::DynamicDeserialize<'d>,
    {
        let proxy = self.proxy().await;
        let answer = tokio::time::timeout(PATIENCE, proxy.call::<_, _, R>(method, body)).await;
        match answer.unwrap_or_else(|_| panic!("no answer to {method}")) {
            Ok(answer) => Ok(answer),
            Err(zbus::Error::MethodError(name, message, _)) => {
                Err(Refused { name: bare_error(&name), message: message.unwrap_or_default() })
            }
            Err(error) => panic!("{method}: {error}"),
        }
    }

    /// `Start`; an empty UUID stands for the first known disk that is present.
    ///
    /// # Errors
    /// If the daemon refuses.
    pub async fn start_run(&self, uuid: &str) -> Result<u64, Refused> {
        self.call("Start", &(uuid,)).await
    }

    /// `Cancel`.
    ///
    /// # Errors
    /// If the daemon refuses.
    pub async fn cancel(&self) -> Result<(), Refused> {
        self.call("Cancel", &()).await
    }

    /// Whether `ListDisks` has this disk as plugged in.
    pub async fn is_present(&self, uuid: &str) -> bool {
        let disks: Vec<HashMap<String, OwnedVariant>> = self.call("ListDisks", &()).await.expect("a list");
        disks.iter().any(|disk| {
            let is_it = String::try_from(disk["uuid"].clone()).expect("a string").eq_ignore_ascii_case(uuid);
            is_it && bool::try_from(disk["present"].clone()).expect("a flag")
        })
    }
}
