//! The mail password: from config.ini, or else from a systemd credential.

use asbackup_config::{Mail, Secret};
use asbackup_system::systemd;

const CREDENTIAL: &str = "mail-password";

/// The password, for the service itself.
pub fn of_this_process(mail: &Mail) -> Secret {
    first(mail, systemd::credential)
}

/// The service's password, for a program that root runs.
pub fn of_the_service(mail: &Mail) -> Secret {
    first(mail, systemd::credential_of_the_service)
}

/// The credential counts only if config.ini has no password.
fn first(mail: &Mail, credential: impl Fn(&str) -> Option<String>) -> Secret {
    if !mail.password.is_empty() {
        return mail.password.clone();
    }
    credential(CREDENTIAL).map(|text| Secret::new(&text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_config_ini_takes_precedence_over_the_credential() {
        let stored = |name: &str| (name == CREDENTIAL).then(|| "stored".to_owned());
        assert_eq!(first(&Mail::default(), stored).expose(), "stored");
        assert!(first(&Mail::default(), |_| None).is_empty());
        let written = Mail { password: Secret::new("written"), ..Mail::default() };
        assert_eq!(first(&written, stored).expose(), "written");
    }
}
