//! Mail from the real daemon's process to real servers on loopback: Python's and Debian's Exim. Read with Python's parser.

mod aside;
mod contents;
mod crash;
mod endless;
mod exim;
mod names;
mod occasions;
mod outbox;
mod post;
mod secrets;
mod servers;
