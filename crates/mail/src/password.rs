//! Where the password for mail is: in config.ini, or else in a credential that systemd keeps. Owns the order, and nothing of what
//! the password is for.

use asbackup_config::{Mail, Secret};
use asbackup_system::systemd;

/// The name of the credential.
const CREDENTIAL: &str = "mail-password";

/// For the service.
pub fn given_to_us(mail: &Mail) -> Secret {
    first(mail, systemd::credential)
}

/// For a program that root calls.
pub fn given_to_the_service(mail: &Mail) -> Secret {
    first(mail, systemd::credential_of_the_service)
}

/// A credential counts only where config.ini has no password.
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
    fn the_file_counts_before_the_credential() {
        let kept = |name: &str| (name == CREDENTIAL).then(|| "kept".to_owned());
        assert_eq!(first(&Mail::default(), kept).expose(), "kept");
        assert!(first(&Mail::default(), |_| None).is_empty());
        let written = Mail { password: Secret::new("written"), ..Mail::default() };
        assert_eq!(first(&written, kept).expose(), "written");
    }
}
