//! The mail server and the recipients, tried out with a test mail before anything is written.

use std::fs;

use crate::exit_code::End;
use asbackup_config::{Config, ConfigProblem, Secret, looks_like_host};
use asbackup_mail::test_mail;

use super::ask::{Asker, Halt, Question};
use super::draft::Draft;
use crate::commands::arguments::Setup;
use crate::commands::mail::{attempt, sending, show};
use crate::commands::ui::Ui;

const SECTION: &str = "Mail";
/// The port for TLS from the first byte on.
const PORT: &str = "465";

pub async fn settle(options: &Setup, draft: &mut Draft, asker: &Asker<'_>) -> Result<(), Halt> {
    let given = Given::from(options, asker.ui)?;
    if asker.is_mute() && given.is_nothing() {
        return Ok(());
    }
    answer(&given, draft, asker)?;
    while !is_good(options, draft, asker).await? {
        answer(&Given::default(), draft, asker)?;
    }
    Ok(())
}

/// What the options say.
#[derive(Default)]
struct Given {
    server: Option<String>,
    user: Option<String>,
    password: Option<String>,
    from: Option<String>,
    recipients: Option<String>,
}

impl Given {
    fn from(options: &Setup, ui: &Ui) -> Result<Self, Halt> {
        let unread = |cause: String| Halt::Said(ui.words("setup-password-unread", &[("cause", cause.into())]));
        let password = match &options.mail_password_file {
            None => None,
            Some(path) => Some(fs::read_to_string(path).map_err(|error| unread(error.to_string()))?),
        };
        Ok(Self {
            server: options.mail_server.clone(),
            user: options.mail_user.clone(),
            password: password.map(|text| text.lines().next().unwrap_or_default().to_owned()),
            from: options.mail_from.clone(),
            recipients: (!options.recipients.is_empty()).then(|| options.recipients.join(", ")),
        })
    }

    fn is_nothing(&self) -> bool {
        [&self.server, &self.user, &self.password, &self.from, &self.recipients].iter().all(|given| given.is_none())
    }
}

fn answer(given: &Given, draft: &mut Draft, asker: &Asker) -> Result<(), Halt> {
    let mail = draft.config().mail.clone();
    let server = Question { id: "setup-server", default: place(draft.config()) };
    asker.settle(&server, given.server.as_deref(), |answer| set_server(answer, draft, asker.ui))?;
    // Without a server only the given options matter.
    let asker = &Asker::new(asker.ui, asker.is_mute() || draft.config().mail.server.is_empty());
    let mut set = |id: &'static str, key: &str, default: String, given: &Option<String>| {
        let question = Question { id, default };
        asker.settle(&question, given.as_deref(), |answer| draft.set(SECTION, key, answer, asker.ui))
    };
    set("setup-from", "from-mail-address", mail.from, &given.from)?;
    settle_recipients(given, draft, asker)?;
    let mut set = |id: &'static str, key: &str, default: String, given: &Option<String>| {
        let question = Question { id, default };
        asker.settle(&question, given.as_deref(), |answer| draft.set(SECTION, key, answer, asker.ui))
    };
    set("setup-user", "username", mail.username, &given.user)?;
    settle_password(given.password.as_deref(), draft, asker)
}

/// Asks again if a name without an `@` looks like a host name.
fn settle_recipients(given: &Given, draft: &mut Draft, asker: &Asker) -> Result<(), Halt> {
    const KEY: &str = "to-mail-addresses-sysop";
    loop {
        let question = Question { id: "setup-recipients", default: draft.config().mail.sysops.join(", ") };
        let take = |answer: &str| draft.set(SECTION, KEY, answer, asker.ui);
        asker.settle(&question, given.recipients.as_deref(), take)?;
        let Some(value) = draft.config().mail.sysops.iter().find(|address| looks_like_host(address)).cloned() else {
            return Ok(());
        };
        let (section, key) = (SECTION.to_owned(), KEY.to_owned());
        asker.ui.complain(&asker.ui.texts.message(&ConfigProblem::LocalRecipient { section, key, value }).to_string());
        if given.recipients.is_some() || asker.is_mute() || !asker.confirm("setup-recipients-again")? {
            return Ok(());
        }
    }
}

fn place(config: &Config) -> String {
    let mail = &config.mail;
    match mail.server.as_str() {
        "" => String::new(),
        address if address.contains(':') => format!("[{address}]:{}", mail.port),
        name => format!("{name}:{}", mail.port),
    }
}

/// A new server gets the usual port unless one is given.
fn set_server(answer: &str, draft: &mut Draft, ui: &Ui) -> Result<(), String> {
    let (server, port) = split(answer);
    let stays = server == draft.config().mail.server;
    draft.set(SECTION, "server", server, ui)?;
    match port {
        Some(port) => draft.set(SECTION, "port", port, ui),
        None if stays || server.is_empty() => Ok(()),
        None => draft.set(SECTION, "port", PORT, ui),
    }
}

/// `name`, `name:port`, `::1` or `[::1]:port`.
fn split(answer: &str) -> (&str, Option<&str>) {
    if let Some((address, rest)) = answer.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (address, rest.strip_prefix(':'));
    }
    match answer.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') => (name, Some(port)),
        _ => (answer, None),
    }
}

/// An empty answer keeps the password in the file or the credential.
fn settle_password(given: Option<&str>, draft: &mut Draft, asker: &Asker) -> Result<(), Halt> {
    let password = match given {
        Some(password) => password.to_owned(),
        None if asker.is_mute() || !draft.config().mail.logs_in() => return Ok(()),
        None => asker.ask_secret("setup-password")?,
    };
    if password.is_empty() {
        return Ok(());
    }
    if password.trim() != password {
        return Err(Halt::Said(asker.ui.word("setup-password-blanks")));
    }
    draft.set(SECTION, "password", &password, asker.ui).map_err(Halt::Said)
}

/// Whether the mail settings work, or the person insists on them.
async fn is_good(options: &Setup, draft: &Draft, asker: &Asker<'_>) -> Result<bool, Halt> {
    let config = draft.config();
    if config.mail.server.is_empty() && !config.mail.sysops.is_empty() {
        asker.ui.complain(&asker.ui.texts.message(&ConfigProblem::RecipientsWithoutServer).to_string());
    }
    if options.no_test_mail || config.mail.server.is_empty() {
        return Ok(true);
    }
    if !asker.is_mute() && !asker.confirm("setup-test")? {
        return Ok(true);
    }
    asker.ui.print(&sending(config, asker.ui));
    let password: Secret = test_mail::password_in_force(config);
    if show(&attempt(config, &password).await, asker.ui) == End::Done {
        return Ok(true);
    }
    if asker.is_mute() {
        return Err(Halt::Said(asker.ui.word("setup-test-failed")));
    }
    // Yes means to answer the questions again.
    Ok(!asker.confirm("setup-again")?)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn server_and_port_are_separated() {
        assert_eq!(split("mail.example.com"), ("mail.example.com", None));
        assert_eq!(split("mail.example.com:25"), ("mail.example.com", Some("25")));
        assert_eq!(split("::1"), ("::1", None));
        assert_eq!(split("[::1]:25"), ("::1", Some("25")));
        assert_eq!(split(""), ("", None));
    }
}
