//! Makes a log record of a typed value: its text, its MESSAGE_ID and its journal fields. Must not know where records go.

use log::{Level, Log, Record};
use uuid::{Uuid, uuid};

use asbackup_api::Step;
use asbackup_texts::{HasText, Texts, harmless, text_id};

/// Must never change: all MESSAGE_IDs derive from it.
const NAMESPACE: Uuid = uuid!("6e2f3f0e-7c53-4b5e-9d0a-3b1c8f4d2a71");

/// How the targets of our own crates begin; of other crates only warnings and errors are logged.
pub const OWN_TARGETS: &str = "asbackup";

/// What a line is about.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// 0 = none.
    pub run: u64,
    /// UUID, empty = none.
    pub disk: String,
    /// The step of the run, if it was in one.
    pub step: Option<Step>,
}

/// In which language a value is logged, and what the line is about.
pub struct Context<'a> {
    pub texts: &'a Texts,
    pub scope: &'a Scope,
}

pub fn log_to<T: HasText>(logger: &dyn Log, level: Level, value: &T, context: &Context) {
    let fields = journal_fields(value, context);
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let message = context.texts.message(value);
    logger.log(
        &Record::builder().args(format_args!("{message}")).level(level).target(OWN_TARGETS).key_values(&pairs).build(),
    );
}

/// The MESSAGE_ID of a text: 32 hexadecimal digits that stay the same as long as the text's name does.
pub fn message_id(text_id: &str) -> String {
    let id = Uuid::new_v5(&NAMESPACE, text_id.as_bytes());
    id.simple().to_string()
}

/// The journal field that holds the field `name` of a typed value.
pub fn journal_field(name: &str) -> String {
    format!("ASBACKUP_{}", name.to_ascii_uppercase())
}

fn journal_fields<T: HasText>(value: &T, Context { texts, scope }: &Context) -> Vec<(String, String)> {
    let mut fields = vec![("MESSAGE_ID".to_owned(), message_id(&text_id(value)))];
    let mut put = |name: &str, text: String| fields.push((journal_field(name), text));
    let (in_run, on_disk) = (scope.run != 0, !scope.disk.is_empty());
    if in_run {
        put("run", scope.run.to_string());
    }
    if on_disk {
        put("disk", harmless(&scope.disk));
    }
    if let Some(step) = scope.step {
        put("step", step.name().to_owned());
    }
    if let Some(error) = value.error_name() {
        put("error", error.to_owned());
    }
    for (name, text) in texts.fields(value) {
        // A duplicate field confuses queries.
        let is_in_scope = (in_run && name == "run") || (on_disk && name == "disk");
        if !is_in_scope {
            put(&name, text);
        }
    }
    fields
}
