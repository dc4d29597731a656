//! `asbackup mail test`: sends a test mail from this process with the settings in config.ini, and shows the server's answers. It does
//! not use the bus, because a mail server may take minutes to answer; root can read everything that the service can.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use crate::exit_code::Exit;
use asbackup_config::{Config, Encryption, Secret};
use asbackup_mail::test_mail::{self, Answer, DeliveryStatus, NotSent};
use asbackup_texts::{Texts, harmless};
use console::style;
use serde_json::{Value, json};

use super::arguments::ConfigFileArguments;
use super::table::columns;
use super::ui::Ui;

pub async fn test(file: &ConfigFileArguments, ui: &Ui) -> Exit {
    if is_denied(&file.path) {
        ui.print_error(&ui.words("mail-test-denied", &[("path", file.path.display().to_string().into())]));
        return Exit::NotAuthorised;
    }
    let config = match asbackup_config::load(&file.path) {
        Ok(loaded) => loaded.config,
        Err(faults) => {
            faults.messages(&ui.texts).iter().for_each(|fault| ui.print_error(&fault.to_string()));
            return Exit::Refused;
        }
    };
    if !file.output.json && !config.mail.server.is_empty() {
        ui.print(&sending(&config, ui));
    }
    let result = attempt(&config, &test_mail::service_password(&config)).await;
    if file.output.json {
        ui.print_json(&to_json(&config, &result, ui));
        return exit_of(&result);
    }
    show(&result, ui)
}

/// Sends the mail in the configured language, which its recipients expect.
pub async fn attempt(config: &Config, password: &Secret) -> Result<Vec<Answer>, NotSent> {
    test_mail::send(config, &Texts::new(config.language), password).await
}

/// Shown first, since the server may take minutes to answer.
pub fn sending(config: &Config, ui: &Ui) -> String {
    let protection = match config.mail.protection() {
        Encryption::Tls => "tls",
        Encryption::StartTls => "starttls",
        _ => "none",
    };
    let args = [
        ("server", config.mail.server.as_str().into()),
        ("port", config.mail.port.to_string().into()),
        ("protection", protection.into()),
    ];
    ui.words("mail-test-sending", &args)
}

/// Shows the result to a person.
pub fn show(result: &Result<Vec<Answer>, NotSent>, ui: &Ui) -> Exit {
    match result {
        Err(reason) => ui.print_error(&why(reason, ui)),
        Ok(answers) => ui.print(&format!("\n{}\n\n{}", table(answers, ui), verdict(answers, ui))),
    }
    exit_of(result)
}

fn exit_of(result: &Result<Vec<Answer>, NotSent>) -> Exit {
    let all = result.as_ref().is_ok_and(|answers| answers.iter().all(|answer| answer.status == DeliveryStatus::Taken));
    if all { Exit::Done } else { Exit::Refused }
}

fn table(answers: &[Answer], ui: &Ui) -> String {
    let heads = ["recipient", "result", "answer"].map(|name| ui.word(&format!("mail-test-{name}")));
    let row = |answer: &Answer| {
        let shown = style(ui.words("mail-test-fate", &[("fate", answer.status.name().into())]));
        let shown = if answer.status == DeliveryStatus::Taken { shown.green() } else { shown.red() };
        [harmless(&answer.recipient), shown.to_string(), harmless(&answer.text)]
    };
    columns(heads, &answers.iter().map(row).collect::<Vec<_>>(), ui.terminal)
}

fn verdict(answers: &[Answer], ui: &Ui) -> String {
    let taken = answers.iter().filter(|answer| answer.status == DeliveryStatus::Taken).count();
    let id = if taken == answers.len() { "mail-test-good" } else { "mail-test-bad" };
    ui.word(id)
}

/// Leaves out what a warning means for waiting mails, because a test mail does not wait.
fn why(reason: &NotSent, ui: &Ui) -> String {
    match reason {
        NotSent::NoServer => ui.word("mail-test-no-server"),
        NotSent::NoRecipients => ui.word("mail-test-no-recipients"),
        NotSent::Unwritable(error) => ui.words("mail-test-unwritable", &[("cause", error.to_string().into())]),
        NotSent::Failed(warning) => {
            let message = ui.texts.message(warning);
            format!("{} {}", message.what, message.action)
        }
    }
}

fn to_json(config: &Config, result: &Result<Vec<Answer>, NotSent>, ui: &Ui) -> Value {
    let recipient = |answer: &Answer| json!({ "recipient": answer.recipient, "result": answer.status.name(), "answer": answer.text });
    let answers: Vec<Value> = result.iter().flatten().map(recipient).collect();
    json!({
        "server": config.mail.server,
        "port": config.mail.port,
        "good": exit_of(result) == Exit::Done,
        "recipients": answers,
        "error": result.as_ref().err().map(|reason| why(reason, ui)).unwrap_or_default(),
    })
}

/// Checked first: a file that only root can read is not an invalid one.
fn is_denied(path: &Path) -> bool {
    File::open(path).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}
