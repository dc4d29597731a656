//! The user behind each name on the bus. The bus never gives a unique name twice, so an answer stays right; the latest
//! callers are remembered, so that a flood of calls does not become a flood of lookups.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::message::Header;
use zbus::names::UniqueName;
use zbus::proxy::CacheProperties;

/// More than the connections that the bus allows one user.
const REMEMBERED: usize = 512;

/// Cheap to clone; all clones share what is remembered.
#[derive(Clone)]
pub struct Callers {
    asking: Connection,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    users: HashMap<String, u32>,
    /// Oldest first.
    names: VecDeque<String>,
}

impl Callers {
    /// `asking`: a connection that takes no calls.
    pub fn new(asking: &Connection) -> Self {
        Self { asking: asking.clone(), known: Arc::default() }
    }

    /// The user id of the sender.
    ///
    /// # Errors
    /// The caller has gone, or the bus does not answer.
    pub async fn user(&self, header: &Header<'_>) -> zbus::Result<u32> {
        let sender = header.sender().ok_or(zbus::Error::MissingField)?;
        match self.known(sender.as_str()) {
            Some(user) => Ok(user),
            None => self.look_up(sender.as_str()).await,
        }
    }

    /// The user id, if it is remembered.
    pub fn known(&self, name: &str) -> Option<u32> {
        self.remembered().users.get(name).copied()
    }

    /// Asks the bus for the user id behind this unique name, and remembers it.
    ///
    /// # Errors
    /// As `user`.
    pub async fn look_up(&self, name: &str) -> zbus::Result<u32> {
        let bus = DBusProxy::builder(&self.asking).cache_properties(CacheProperties::No).build().await?;
        let user = bus.get_connection_unix_user(UniqueName::try_from(name)?.into()).await?;
        self.remembered().remember(name, user);
        Ok(user)
    }

    /// At worst, a thread that panicked makes a name be forgotten early.
    fn remembered(&self) -> MutexGuard<'_, Known> {
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
    fn only_the_newest_names_are_remembered() {
        let mut known = Known::default();
        for nth in 0..REMEMBERED + 10 {
            known.remember(&format!(":1.{nth}"), 1000);
            known.remember(&format!(":1.{nth}"), 1000);
        }
        assert_eq!((known.users.len(), known.names.len()), (REMEMBERED, REMEMBERED));
        assert!(!known.users.contains_key(":1.9") && known.users.contains_key(":1.10"));
    }
}
