//! An address in the form that a server accepts. Without SMTPUTF8 that is ASCII: a domain has an ASCII form, the local part has none.

use lettre::Address;

/// Why a server without SMTPUTF8 can't take an address.
const NEEDS_UTF8: &str = "this mail server takes no letters but a to z before the @ (it does not offer SMTPUTF8)";

/// The address in the form that the server accepts.
///
/// # Errors
/// The address is not valid, or this server can't take it.
pub fn for_server(address: &str, offers_utf8: bool) -> Result<Address, String> {
    let parsed: Address = address.parse().map_err(|error: lettre::address::AddressError| error.to_string())?;
    if offers_utf8 || address.is_ascii() {
        return Ok(parsed);
    }
    if !parsed.user().is_ascii() {
        return Err(NEEDS_UTF8.to_owned());
    }
    let domain = idna::domain_to_ascii(parsed.domain()).map_err(|error| error.to_string())?;
    Address::new(parsed.user(), domain).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(address: &str, offers_utf8: bool) -> Result<String, String> {
        for_server(address, offers_utf8).map(|address| address.to_string())
    }

    #[test]
    fn a_domain_is_sent_in_ascii_unless_the_server_offers_smtputf8() {
        assert_eq!(converted("a@müller.example", false).as_deref(), Ok("a@xn--mller-kva.example"));
        assert_eq!(converted("a@müller.example", true).as_deref(), Ok("a@müller.example"));
        assert_eq!(converted("a@x", false).as_deref(), Ok("a@x"));
        assert_eq!(converted("jörg@müller.example", true).as_deref(), Ok("jörg@müller.example"));
        assert!(converted("jörg@x.example", false).unwrap_err().contains("SMTPUTF8"));
        assert!(converted("no address", true).is_err());
    }
}
