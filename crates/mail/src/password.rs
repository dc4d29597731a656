//! Finds the mail password: in config.ini, or else in a systemd credential.

use asbackup_config::{Mail, Secret};
use asbackup_system::systemd;

/// The name of the credential.
const CREDENTIAL: &str = "mail-password";

/// As the service itself gets it.
pub fn given_to_us(mail: &Mail) -> Secret {
    first(mail, systemd::credential)
}

/// As a program finds it that root calls.
pub fn given_to_the_service(mail: &Mail) -> Secret {
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
    fn a_password_in_config_ini_comes_before_the_credential() {
        let kept = |name: &str| (name == CREDENTIAL).then(|| "kept".to_owned());
        assert_eq!(first(&Mail::default(), kept).expose(), "kept");
        assert!(first(&Mail::default(), |_| None).is_empty());
        let written = Mail { password: Secret::new("written"), ..Mail::default() };
        assert_eq!(first(&written, kept).expose(), "written");
    }
}
