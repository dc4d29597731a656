//! What the caller's terminal can show: its width and its character set. In files and pipes, lines are not wrapped and text is UTF-8.
//! Knows nothing of what is shown.

use crate::locale;
use console::Term;
use deunicode::deunicode;
use textwrap::{Options, WordSeparator, WordSplitter};

/// Lines with this indent are meant for copying, and are not wrapped.
const LITERAL: &str = "    ";

#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// In columns; `None` without a terminal.
    pub width: Option<usize>,
    /// The terminal shows only ASCII.
    pub ascii: bool,
}

impl Terminal {
    pub fn of(terminal: &Term) -> Self {
        if !terminal.is_term() {
            return Self::default();
        }
        let width = terminal.size_checked().map(|(_, columns)| usize::from(columns)).filter(|columns| *columns > 0);
        Self { width, ascii: !locale::has_unicode() }
    }

    /// Wraps the text between words, and replaces letters that the terminal can't show.
    pub fn fit(self, text: &str) -> String {
        let lines: Vec<String> = text.split('\n').map(|line| self.fit_line(line)).collect();
        self.letters(&lines.join("\n"))
    }

    fn fit_line(self, line: &str) -> String {
        match self.width {
            Some(width) if !line.starts_with(LITERAL) => wrapped(line, width, ""),
            _ => line.to_owned(),
        }
    }

    /// Replaces letters that the terminal can't show. Umlauts become `ae`, `oe` and `ue`, as Germans write them in ASCII.
    pub fn letters(self, text: &str) -> String {
        if !self.ascii || text.is_ascii() {
            return text.to_owned();
        }
        let german =
            [("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"), ("„", "\""), ("–", "-")];
        let text = german.iter().fold(text.to_owned(), |text, (letter, ascii)| text.replace(letter, ascii));
        deunicode(&text)
    }
}

/// Wraps a line; all lines after the first begin with `indent`.
pub fn wrapped(line: &str, width: usize, indent: &str) -> String {
    let options = Options::new(width)
        .subsequent_indent(indent)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(line, options).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Terminal = Terminal { width: Some(12), ascii: false };

    #[test]
    fn words_and_lines_meant_for_copying_are_not_broken() {
        let text = "Größe und Zahl der Platten\n\n    key = a, b, c, d";
        assert_eq!(NARROW.fit(text), "Größe und\nZahl der\nPlatten\n\n    key = a, b, c, d");
        assert_eq!(Terminal::default().fit(text), text);
    }

    #[test]
    fn colours_do_not_count_as_width() {
        assert_eq!(NARROW.fit("\u{1b}[32mall is well\u{1b}[0m"), "\u{1b}[32mall is well\u{1b}[0m");
    }

    #[test]
    fn without_unicode_all_text_is_readable_ascii() {
        let plain = Terminal { width: None, ascii: true };
        assert_eq!(plain.fit("„GRÖßE“ – für später…"), "\"GROessE\" - fuer spaeter...");
        assert!(plain.fit("銀 💾 \u{202e}").is_ascii());
    }
}
