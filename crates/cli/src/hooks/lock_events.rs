//! The daemon's signals that a waiting `veeam-lock` reacts to.

use std::collections::HashMap;

use futures_util::{FutureExt, StreamExt};
use zbus::Connection;
use zbus::fdo::{DBusProxy, NameOwnerChangedStream, PropertiesChangedStream};

use crate::query::{connection_lost, properties_proxy};
use asbackup_api::bus::{BUS_NAME, Error, INTERFACE};

#[derive(PartialEq, Eq)]
pub enum LockEvent {
    /// A lock was granted, released or requested.
    LocksChanged,
    ServiceLost,
}

pub struct LockEvents {
    properties: PropertiesChangedStream,
    owners: NameOwnerChangedStream,
}

impl LockEvents {
    pub async fn subscribe(connection: &Connection) -> Result<Self, Error> {
        let properties = properties_proxy(connection).await?;
        let bus = DBusProxy::new(connection).await?;
        Ok(Self {
            properties: properties.receive_properties_changed_with_args(&[(0, INTERFACE)]).await?,
            owners: bus.receive_name_owner_changed_with_args(&[(0, BUS_NAME)]).await?,
        })
    }

    pub async fn next(&mut self) -> Result<LockEvent, Error> {
        loop {
            let event = tokio::select! {
                change = self.owners.next() => match change {
                    // The loss was handled: the request was repeated until the daemon was back.
                    Some(change) if change.args()?.new_owner().is_some() => continue,
                    other => other.map(|_| LockEvent::ServiceLost),
                },
                change = self.properties.next() => match change {
                    Some(change) if !has_locks(change.args()?.changed_properties()) => continue,
                    other => other.map(|_| LockEvent::LocksChanged),
                },
            };
            return event.ok_or_else(connection_lost);
        }
    }

    /// Whether an unread signal says that the daemon is gone. Drops the unread signals of this kind.
    pub fn take_loss(&mut self) -> bool {
        let mut is_lost = false;
        while let Some(Some(change)) = self.owners.next().now_or_never() {
            is_lost |= change.args().is_ok_and(|change| change.new_owner().is_none());
        }
        is_lost
    }
}

fn has_locks<T>(changed: &HashMap<&str, T>) -> bool {
    changed.contains_key("VeeamLocks")
}
