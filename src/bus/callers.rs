//! Who calls: the user behind a name on the bus. The bus gives each name once, so what it has answered stays right; the names that
//! called last are remembered, so that a flood of calls is no flood of questions.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::message::Header;
use zbus::names::UniqueName;
use zbus::proxy::CacheProperties;

/// More than the bus lets one user have connections.
const REMEMBERED: usize = 512;

/// Cheap to clone; all clones are one.
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
    pub fn new(asking: &Connection) -> Self {
        Self { asking: asking.clone(), known: Arc::default() }
    }

    /// The user id of who sent this.
    ///
    /// # Errors
    /// The bus does not say, since the caller has gone or the bus itself.
    pub async fn user(&self, header: &Header<'_>) -> zbus::Result<u32> {
        let sender = header.sender().ok_or(zbus::Error::MissingField)?;
        match self.known(sender.as_str()) {
            Some(user) => Ok(user),
            None => self.ask(sender.as_str()).await,
        }
    }

    /// The same without asking anybody.
    pub fn known(&self, name: &str) -> Option<u32> {
        self.remembered().users.get(name).copied()
    }

    /// The user id behind this unique name, which is remembered.
    ///
    /// # Errors
    /// As `user`.
    pub async fn ask(&self, name: &str) -> zbus::Result<u32> {
        let bus = DBusProxy::builder(&self.asking).cache_properties(CacheProperties::No).build().await?;
        let user = bus.get_connection_unix_user(UniqueName::try_from(name)?.into()).await?;
        self.remembered().remember(name, user);
        Ok(user)
    }

    /// A thread that panicked leaves at worst a name that is forgotten early.
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
