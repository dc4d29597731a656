//! What foreign text (disk labels, file names) looks like within ours, so that it forges no line and no header.

/// Shows control characters, line separators and marks of direction as escapes, and leaves everything else as it is.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmful(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// What moves the cursor, ends a line, or makes a text read otherwise than it is written.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
