//! What foreign text (disk labels, file names) looks like within ours, so that it forges no line and no header.

use asbackup_api::harmless;

/// A sentence with a hole in it reads like a mistake, so what is empty or unknown is shown as a dash.
pub fn presentable(text: &str) -> String {
    if text.trim().is_empty() {
        return "–".to_owned();
    }
    harmless(text)
}
