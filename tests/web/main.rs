//! The status page in a real browser: the real daemon with a real copy, and a played one for what can't be held still.

#[path = "../common/bus.rs"]
mod bus;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/fake_polkit.rs"]
mod fake_polkit;
#[path = "../common/rig.rs"]
mod rig;

mod browser;
mod office;
mod site;
mod town;

mod access;
mod copy;
mod crowd;
mod guard;
mod live;
mod log;
mod looks;
mod moves;
mod proxy;
mod start;
mod strangers;
