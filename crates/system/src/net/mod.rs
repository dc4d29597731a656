//! The way to a foreign server: its addresses in turn (`dial`), whom to trust there (`trust`), and how much of it is listened to
//! (`bounded`). Owns every limit on what comes from the network, and knows nothing of what is spoken.

mod bounded;
mod dial;
mod trust;

pub use bounded::{Bounded, Limits};
pub use dial::{Unreached, in_turn};
pub use trust::{encrypted, is_distrust, named, server_name, trusting};
