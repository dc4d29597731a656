//! `config.ini`: our reading of it against Python's own, the template and the texts of its faults.

mod ini;
mod template;
mod texts;
