//! An address as a server understands it: without SMTPUTF8 there are only ASCII letters, for which a domain has a form of its own, and what
//! is before the `@` has none.

use lettre::Address;

/// What is said of a name that this server can't be told.
const NO_WORDS: &str = "this mail server takes no letters but a to z before the @ (it does not offer SMTPUTF8)";

/// # Errors
/// Why this server can't be told this address, or nobody can.
pub fn understood(address: &str, knows_utf8: bool) -> Result<Address, String> {
    let parsed: Address = address.parse().map_err(|error: lettre::address::AddressError| error.to_string())?;
    if knows_utf8 || address.is_ascii() {
        return Ok(parsed);
    }
    if !parsed.user().is_ascii() {
        return Err(NO_WORDS.to_owned());
    }
    let domain = idna::domain_to_ascii(parsed.domain()).map_err(|error| error.to_string())?;
    Address::new(parsed.user(), domain).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(address: &str, knows_utf8: bool) -> Result<String, String> {
        understood(address, knows_utf8).map(|address| address.to_string())
    }

    #[test]
    fn a_domain_goes_out_in_ascii_unless_the_server_knows_more() {
        assert_eq!(told("a@müller.example", false).as_deref(), Ok("a@xn--mller-kva.example"));
        assert_eq!(told("a@müller.example", true).as_deref(), Ok("a@müller.example"));
        assert_eq!(told("a@x", false).as_deref(), Ok("a@x"));
        assert_eq!(told("jörg@müller.example", true).as_deref(), Ok("jörg@müller.example"));
        assert!(told("jörg@x.example", false).unwrap_err().contains("SMTPUTF8"));
        assert!(told("no address", true).is_err());
    }
}
