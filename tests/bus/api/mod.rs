//! The real daemon's process and a fake Veeam on loopback, whose REST API follows the published description: what becomes of
//! locks, and of copies that find somebody at work.

mod before_copies;
mod evidence;
mod locks;
mod mails;
mod talk;
