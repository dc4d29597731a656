//! Where the password for mail is: in config.ini, or else in a credential that systemd keeps. Owns the order, and nothing of what
//! the password is for.

use std::path::{Path, PathBuf};

use crate::config::{Mail, Secret};

/// The name of the credential.
const CREDENTIAL: &str = "mail-password";
/// What systemd gives a service, as the service itself sees it.
const GIVEN: &str = "CREDENTIALS_DIRECTORY";
/// The same as root sees it from outside while the service runs, and where systemd takes it from when it starts the service.
const OUTSIDE: [&str; 2] = ["/run/credentials/asbackupd.service", "/etc/credstore"];

/// For the service.
pub fn given_to_us(mail: &Mail) -> Secret {
    first(mail, given())
}

/// For a program that root calls: the one that the service has, or would be given.
pub fn given_to_the_service(mail: &Mail) -> Secret {
    first(mail, given().into_iter().chain(OUTSIDE.map(PathBuf::from)))
}

fn given() -> Option<PathBuf> {
    std::env::var_os(GIVEN).map(PathBuf::from)
}

/// A credential counts only where config.ini has no password; of several, the first that is there, also an empty one.
fn first(mail: &Mail, places: impl IntoIterator<Item = PathBuf>) -> Secret {
    if !mail.password.is_empty() {
        return mail.password.clone();
    }
    places.into_iter().find_map(|place| read(&place.join(CREDENTIAL))).unwrap_or_default()
}

/// Without the line's end that every editor writes.
fn read(path: &Path) -> Option<Secret> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(Secret::new(text.strip_suffix('\n').unwrap_or(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(room: &Path, name: &str, content: Option<&str>) -> PathBuf {
        let place = room.join(name);
        std::fs::create_dir(&place).unwrap();
        if let Some(content) = content {
            std::fs::write(place.join(CREDENTIAL), content).unwrap();
        }
        place
    }

    #[test]
    fn the_first_place_that_has_one_counts_and_the_file_before_all() {
        let room = tempfile::tempdir().unwrap();
        let none = place(room.path(), "none", None);
        let empty = place(room.path(), "empty", Some("\n"));
        let good = place(room.path(), "good", Some("secret \n"));
        let found = |places: &[&PathBuf]| first(&Mail::default(), places.iter().map(|&place| place.clone()));
        assert_eq!(found(&[&none, &good, &empty]).expose(), "secret ");
        assert!(found(&[&empty, &good]).is_empty());
        assert!(found(&[&none]).is_empty());
        let written = Mail { password: Secret::new("written"), ..Mail::default() };
        assert_eq!(first(&written, [good]).expose(), "written");
    }
}
