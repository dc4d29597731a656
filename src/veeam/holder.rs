//! What stands in a lock file: for people, since whether the file is there is all that counts.

use jiff::Timestamp;
use rustix::system::uname;

use super::name::split;

/// Who holds a lock, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    name: String,
    uid: u32,
    host: String,
    time: Timestamp,
}

impl Holder {
    /// The user with this id asks now; the host is the one that the daemon runs on.
    pub fn now(name: &str, uid: u32) -> Self {
        let host = uname().nodename().to_string_lossy().into_owned();
        Self { name: name.to_owned(), uid, host, time: Timestamp::now() }
    }

    /// The file's content, a line for each fact.
    pub fn text(&self) -> String {
        let (job, session) = split(&self.name);
        let session = session.map(|id| format!("session={id}\n")).unwrap_or_default();
        let (host, uid) = (&self.host, self.uid);
        format!("job={job}\n{session}host={host}\ntime={:.0}\nuid={uid}\nmade-by=asbackupd\n", self.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_its_line() {
        let time = "2026-11-28T07:00:00.5Z".parse().unwrap();
        let id = "2b3c4d5e-1111-2222-3333-444455556666";
        let holder = Holder { name: format!("Nightly@{id}"), uid: 998, host: "atlantis".into(), time };
        let expected = format!(
            "job=Nightly\nsession={id}\nhost=atlantis\ntime=2026-11-28T07:00:00Z\nuid=998\nmade-by=asbackupd\n"
        );
        assert_eq!(holder.text(), expected);
        assert!(!Holder { name: "Nightly".into(), ..holder }.text().contains("session="));
    }
}
