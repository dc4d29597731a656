//! How the service behaves towards its callers, on a real bus with the controller played by the test.

#[path = "../common/bus.rs"]
mod bus;
#[path = "../common/fake_polkit.rs"]
mod fake_polkit;
#[path = "../common/rig.rs"]
mod rig;

mod answers;
mod lists;
mod name;
mod rights;
mod telling;
