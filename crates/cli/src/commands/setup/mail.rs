//! Asks for the mail server and the recipients, and tries them with a test mail before anything is written.

use std::fs;

use crate::exit_code::Exit;
use asbackup_config::{Config, ConfigProblem, Secret, looks_like_host};
use asbackup_mail::test_mail;

use super::draft::Draft;
use super::prompt::{Prompter, Question, SetupError};
use crate::commands::arguments::SetupArguments;
use crate::commands::mail::{attempt, sending, show};
use crate::commands::ui::Ui;

const SECTION: &str = "Mail";
/// The port for implicit TLS.
const PORT: &str = "465";

pub async fn configure(options: &SetupArguments, draft: &mut Draft, prompter: &Prompter<'_>) -> Result<(), SetupError> {
    let given = Given::from(options, prompter.ui)?;
    if !prompter.is_interactive() && given.is_empty() {
        return Ok(());
    }
    ask_all(&given, draft, prompter)?;
    while !is_accepted(options, draft, prompter).await? {
        ask_all(&Given::default(), draft, prompter)?;
    }
    Ok(())
}

/// The values given as options.
#[derive(Default)]
struct Given {
    server: Option<String>,
    user: Option<String>,
    password: Option<String>,
    from: Option<String>,
    recipients: Option<String>,
}

impl Given {
    fn from(options: &SetupArguments, ui: &Ui) -> Result<Self, SetupError> {
        let unreadable =
            |cause: String| SetupError::Message(ui.words("setup-password-unread", &[("cause", cause.into())]));
        let password = match &options.mail_password_file {
            None => None,
            Some(path) => Some(fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?),
        };
        Ok(Self {
            server: options.mail_server.clone(),
            user: options.mail_user.clone(),
            password: password.map(|text| text.lines().next().unwrap_or_default().to_owned()),
            from: options.mail_from.clone(),
            recipients: (!options.recipients.is_empty()).then(|| options.recipients.join(", ")),
        })
    }

    fn is_empty(&self) -> bool {
        [&self.server, &self.user, &self.password, &self.from, &self.recipients].iter().all(|given| given.is_none())
    }
}

fn ask_all(given: &Given, draft: &mut Draft, prompter: &Prompter) -> Result<(), SetupError> {
    let mail = draft.config().mail.clone();
    let server = Question { id: "setup-server", default: host_and_port(draft.config()) };
    prompter.resolve(&server, given.server.as_deref(), |answer| set_server(answer, draft, prompter.ui))?;
    // Without a server, only given options are set.
    let prompter = &Prompter::new(prompter.ui, prompter.is_interactive() && !draft.config().mail.server.is_empty());
    let set = |draft: &mut Draft, id: &'static str, key: &str, default: String, given: &Option<String>| {
        let accept = |answer: &str| draft.set(SECTION, key, answer, prompter.ui);
        prompter.resolve(&Question { id, default }, given.as_deref(), accept)
    };
    set(draft, "setup-from", "from-mail-address", mail.from, &given.from)?;
    configure_recipients(given, draft, prompter)?;
    set(draft, "setup-user", "username", mail.username, &given.user)?;
    configure_password(given.password.as_deref(), draft, prompter)
}

/// Asks again if a recipient without an `@` looks like a host name.
fn configure_recipients(given: &Given, draft: &mut Draft, prompter: &Prompter) -> Result<(), SetupError> {
    const KEY: &str = "to-mail-addresses-sysop";
    loop {
        let question = Question { id: "setup-recipients", default: draft.config().mail.sysops.join(", ") };
        let take = |answer: &str| draft.set(SECTION, KEY, answer, prompter.ui);
        prompter.resolve(&question, given.recipients.as_deref(), take)?;
        let Some(value) = draft.config().mail.sysops.iter().find(|address| looks_like_host(address)).cloned() else {
            return Ok(());
        };
        let (section, key) = (SECTION.to_owned(), KEY.to_owned());
        prompter.ui.print_error(
            &prompter.ui.texts.message(&ConfigProblem::LocalRecipient { section, key, value }).to_string(),
        );
        if given.recipients.is_some() || !prompter.is_interactive() || !prompter.confirm("setup-recipients-again")? {
            return Ok(());
        }
    }
}

fn host_and_port(config: &Config) -> String {
    let mail = &config.mail;
    match mail.server.as_str() {
        "" => String::new(),
        address if address.contains(':') => format!("[{address}]:{}", mail.port),
        name => format!("{name}:{}", mail.port),
    }
}

/// A new server gets the usual port unless the answer has one.
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

/// An empty answer keeps the current password.
fn configure_password(given: Option<&str>, draft: &mut Draft, prompter: &Prompter) -> Result<(), SetupError> {
    let password = match given {
        Some(password) => password.to_owned(),
        None if !prompter.is_interactive() || !draft.config().mail.logs_in() => return Ok(()),
        None => prompter.ask_secret("setup-password")?,
    };
    if password.is_empty() {
        return Ok(());
    }
    if password.trim() != password {
        return Err(SetupError::Message(prompter.ui.word("setup-password-blanks")));
    }
    draft.set(SECTION, "password", &password, prompter.ui).map_err(SetupError::Message)
}

/// Whether the mail settings work, or the person insists on them.
async fn is_accepted(options: &SetupArguments, draft: &Draft, prompter: &Prompter<'_>) -> Result<bool, SetupError> {
    let config = draft.config();
    if config.mail.server.is_empty() && !config.mail.sysops.is_empty() {
        prompter.ui.print_error(&prompter.ui.texts.message(&ConfigProblem::RecipientsWithoutServer).to_string());
    }
    if options.no_test_mail || config.mail.server.is_empty() {
        return Ok(true);
    }
    if prompter.is_interactive() && !prompter.confirm("setup-test")? {
        return Ok(true);
    }
    prompter.ui.print(&sending(config, prompter.ui));
    let password: Secret = test_mail::service_password(config);
    if show(&attempt(config, &password).await, prompter.ui) == Exit::Done {
        return Ok(true);
    }
    if !prompter.is_interactive() {
        return Err(SetupError::Message(prompter.ui.word("setup-test-failed")));
    }
    // Yes means that the questions are asked again.
    Ok(!prompter.confirm("setup-again")?)
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
