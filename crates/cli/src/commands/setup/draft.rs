//! config.ini as it would be written: the existing text or the template, with values changed in place. Reads the file, shows the
//! changes and replaces it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use asbackup_config::{Config, ConfigFaults, ConfigProblem, Loaded, TEMPLATE};
use asbackup_texts::{Language, harmless};
use console::style;

use super::prompt::SetupError;
use crate::commands::ui::Ui;

pub struct Draft {
    path: PathBuf,
    /// The file's text at the start; `None` if there was no file.
    found: Option<String>,
    before: Loaded,
    text: String,
    now: Loaded,
    touched: BTreeSet<(String, String)>,
}

impl Draft {
    pub fn open(path: &Path, ui: &Ui) -> Result<Self, SetupError> {
        let found = match fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return Err(SetupError::PermissionDenied),
            Err(error) => {
                let (path, cause) = (path.display().to_string(), error.to_string());
                return Err(SetupError::Message(
                    ui.texts.message(&ConfigProblem::FileUnreadable { path, cause }).to_string(),
                ));
            }
        };
        let text = found.clone().unwrap_or_else(|| TEMPLATE.to_owned());
        // Errors that are already in the file would look like wrong answers.
        let before = asbackup_config::parse(&text).map_err(|faults| SetupError::Message(join_faults(&faults, ui)))?;
        let (path, touched) = (path.to_owned(), BTreeSet::new());
        let mut draft = Self { path, found, now: before.clone(), before, text, touched };
        if !draft.before.config.missing().is_empty() {
            draft.set_language(ui).map_err(SetupError::Message)?;
        }
        Ok(draft)
    }

    /// Mails and logs use the language of the person who first fills in the file.
    fn set_language(&mut self, ui: &Ui) -> Result<(), String> {
        let language = match ui.texts.language() {
            Language::German => "de",
            Language::English => "en",
        };
        self.set("General", "language", language, ui)
    }

    pub fn config(&self) -> &Config {
        &self.now.config
    }

    /// Sets one value, unless the service would refuse the file with it.
    ///
    /// # Errors
    /// Why the value is invalid, in words.
    pub fn set(&mut self, section: &str, key: &str, value: &str, ui: &Ui) -> Result<(), String> {
        let (in_section, name) = (section.to_owned(), key.to_owned());
        if value.chars().any(char::is_control) {
            let problem = ConfigProblem::ControlCharacter { section: in_section, key: name, value: String::new() };
            return Err(ui.texts.message(&problem).to_string());
        }
        let text = asbackup_config::with_value(&self.text, section, key, value.trim());
        let now = asbackup_config::parse(&text).map_err(|faults| join_faults(&faults, ui))?;
        // A value with the same meaning keeps its spelling.
        if now.config == self.now.config {
            return Ok(());
        }
        self.touched.insert((in_section, name));
        (self.text, self.now) = (text, now);
        Ok(())
    }

    pub fn is_changed(&self) -> bool {
        !self.touched.is_empty()
    }

    /// A line for each changed key: its old and its new value.
    pub fn changes(&self, ui: &Ui) -> String {
        let path = self.path.display().to_string();
        let mut lines = vec![String::new(), ui.words("setup-changes", &[("path", path.into())])];
        for (old, new) in self.before.settings.iter().zip(&self.now.settings) {
            if !self.touched.contains(&(new.section.to_owned(), new.key.to_owned())) {
                continue;
            }
            let old = if old.value.is_empty() { "–".to_owned() } else { harmless(&old.value) };
            let arrow = style(format!("{old} →")).dim();
            lines.push(format!("    [{}] {} = {arrow} {}", new.section, new.key, harmless(&new.value)));
        }
        lines.join("\n")
    }

    /// Replaces the file atomically and keeps its owner, who alone may read it.
    pub fn write(&self) -> io::Result<()> {
        // A symbolic link stays a link.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let directory = path.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(directory)?;
        let new = path.with_extension("ini.new");
        let written = self.write_new(&path, &new).and_then(|()| fs::rename(&new, &path));
        if written.is_err() {
            // The first error is the one to report.
            let _ = fs::remove_file(&new);
        }
        written.and_then(|()| File::open(directory)?.sync_all())
    }

    fn write_new(&self, path: &Path, new: &Path) -> io::Result<()> {
        let mut file = create(new)?;
        if let Ok(old) = fs::metadata(path) {
            fchown(&file, Some(old.uid()), Some(old.gid()))?;
        }
        file.write_all(self.text.as_bytes())?;
        file.sync_all()?;
        // Someone may have edited the file meanwhile.
        match fs::read_to_string(path).ok() == self.found {
            true => Ok(()),
            false => Err(io::Error::other("the file was changed meanwhile")),
        }
    }
}

/// Creates the file, replacing a leftover one.
fn create(path: &Path) -> io::Result<File> {
    let _ = fs::remove_file(path);
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn join_faults(faults: &ConfigFaults, ui: &Ui) -> String {
    faults.messages(&ui.texts).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
