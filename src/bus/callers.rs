//! Who calls: the user behind a name on the bus. The bus gives each name once, so what it has answered stays right; the names that
//! called last are remembered, so that a flood of calls is no flood of questions.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::message::Header;
use zbus::names::{BusName, UniqueName};
use zbus::proxy::CacheProperties;

/// More than the bus lets one user have connections.
const REMEMBERED: usize = 512;

pub struct Callers {
    asking: Connection,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    users: HashMap<String, u32>,
    /// Oldest first.
    names: VecDeque<String>,
}

impl Callers {
    pub fn new(asking: &Connection) -> Self {
        Self { asking: asking.clone(), known: Mutex::default() }
    }

    /// The user id of who sent this.
    ///
    /// # Errors
    /// The bus does not say, since the caller has gone or the bus itself.
    pub async fn user(&self, header: &Header<'_>) -> zbus::Result<u32> {
        let sender = header.sender().ok_or(zbus::Error::MissingField)?;
        if let Some(user) = self.known().users.get(sender.as_str()) {
            return Ok(*user);
        }
        let user = self.ask(sender).await?;
        self.known().remember(sender, user);
        Ok(user)
    }

    async fn ask(&self, sender: &UniqueName<'_>) -> zbus::Result<u32> {
        let bus = DBusProxy::builder(&self.asking).cache_properties(CacheProperties::No).build().await?;
        Ok(bus.get_connection_unix_user(BusName::from(sender.to_owned())).await?)
    }

    /// A thread that panicked leaves at worst a name that is forgotten early.
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn remember(&mut self, name: &str, user: u32) {
        if self.users.insert(name.to_owned(), user).is_some() {
            return;
        }
        self.names.push_back(name.to_owned());
        if self.names.len() > REMEMBERED
            && let Some(oldest) = self.names.pop_front()
        {
            self.users.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_names_are_remembered_and_no_others() {
        let mut known = Known::default();
        for nth in 0..REMEMBERED + 10 {
            known.remember(&format!(":1.{nth}"), 1000);
            known.remember(&format!(":1.{nth}"), 1000);
        }
        assert_eq!((known.users.len(), known.names.len()), (REMEMBERED, REMEMBERED));
        assert!(!known.users.contains_key(":1.9") && known.users.contains_key(":1.10"));
    }
}
