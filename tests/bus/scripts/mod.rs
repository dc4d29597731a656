//! The way from Veeam's server to the daemon: the .cmd files under Wine with an ssh.exe that only records, and the real sshd with
//! the forced command, the real tools and the real daemon.

mod cmd;
mod ssh;
mod sshd;
