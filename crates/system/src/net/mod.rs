//! Connections to servers: trying their addresses (`dial`), trusting their certificates (`trust`), and limiting what is read of
//! them (`bounded`). Owns every limit on what comes from the network, and knows no protocol.

mod bounded;
mod dial;
mod trust;

pub use bounded::{Bounded, Limits};
pub use dial::{DialError, dial};
pub use trust::{encrypt, is_certificate_error, read_certificates, server_name, tls_connector};
