//! rsync as a program: its command line, its process and output, its end and messages, and why it failed. Knows no
//! steps.

pub mod cause;
pub mod command_line;
pub mod complaint;
pub mod copy_monitor;
pub mod exit;
pub mod itemize;
pub mod launcher;
pub mod process;
pub mod progress;
pub mod runner;
