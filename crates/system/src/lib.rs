//! What is asked of the kernel, systemd and the network, safely: opening what a configured path names ([`paths`]), calls that a dead
//! disk can hold for ever ([`blocking`]), processes of their own ([`aside`]), the sockets to the bus ([`wire`]), the way to a foreign
//! server ([`net`]), and what is said to systemd ([`systemd`]).
//! Must not know what any of it is for.

pub mod aside;
pub mod blocking;
pub mod net;
pub mod paths;
pub mod systemd;
pub mod wire;
