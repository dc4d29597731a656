//! Columns that line up, even with letters of double or no width. On a terminal that is too narrow, each row becomes a few lines.

use console::{Alignment, measure_text_width, pad_str, style};

use super::terminal::{Terminal, wrapped};

const GAP: usize = 2;
/// With less room than this beside the labels, values are not aligned.
const LEAST_VALUE: usize = 24;

/// Rows below their headings, all aligned left, without a final line feed.
pub fn columns<const N: usize>(heads: [String; N], rows: &[[String; N]], terminal: Terminal) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| &row[column]).chain([&heads[column]]);
        cells.map(|cell| measure_text_width(cell)).max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let needed = widths.iter().sum::<usize>() + GAP * N.saturating_sub(1);
    if terminal.width.is_some_and(|width| needed > width) {
        return stacked(&heads, rows, terminal);
    }
    let heads = style(line(&heads, &widths)).bold().to_string();
    let lines = rows.iter().map(|row| line(row, &widths));
    [heads].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

/// Each row as lines with labels.
fn stacked<const N: usize>(heads: &[String; N], rows: &[[String; N]], terminal: Terminal) -> String {
    let row = |row: &[String; N]| {
        let lines = heads.iter().cloned().zip(row.iter().cloned()).filter(|(_, cell)| !cell.is_empty());
        labelled(&lines.collect::<Vec<_>>(), terminal)
    };
    rows.iter().map(row).collect::<Vec<_>>().join("\n\n")
}

/// Labels and their values in two columns, without a final line feed.
pub fn labelled(lines: &[(String, String)], terminal: Terminal) -> String {
    let widest = lines.iter().map(|(label, _)| measure_text_width(label)).max().unwrap_or_default();
    let room = widest + 1 + GAP;
    let line = |(label, value): &(String, String)| {
        let label = style(padded(&format!("{label}:"), room)).dim();
        match terminal.width {
            Some(width) if width >= room + LEAST_VALUE => {
                format!("{label}{}", wrapped(value, width - room, "").replace('\n', &format!("\n{}", " ".repeat(room))))
            }
            _ => format!("{label}{value}"),
        }
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line<const N: usize>(cells: &[String; N], widths: &[usize; N]) -> String {
    let padded = cells.iter().zip(widths).map(|(cell, width)| padded(cell, width + GAP));
    padded.collect::<String>().trim_end().to_owned()
}

fn padded(text: &str, width: usize) -> String {
    pad_str(text, width, Alignment::Left, None).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<const N: usize>(words: [&str; N]) -> [String; N] {
        words.map(str::to_owned)
    }

    #[test]
    fn columns_line_up_even_with_wide_letters() {
        let rows = [words(["銀", "1"]), words(["Größe", "2"]), words(["", "3"])];
        let table = columns(words(["A", "B"]), &rows, Terminal::default());
        assert_eq!(table, "A      B\n銀     1\nGröße  2\n       3");
    }

    #[test]
    fn values_line_up_beside_their_labels() {
        let lines = [("Run", "17"), ("Released", "Gold")].map(|(label, value)| (label.into(), value.into()));
        assert_eq!(labelled(&lines, Terminal::default()), "Run:       17\nReleased:  Gold");
        assert_eq!(labelled(&[], Terminal::default()), "");
    }

    #[test]
    fn a_table_that_is_too_wide_becomes_lines_with_aligned_values() {
        let narrow = Terminal { width: Some(34), ascii: false };
        let rows = [words(["17", "one two three four five six", ""]), words(["18", "well", "x"])];
        let table = columns(words(["Run", "Why", "Who"]), &rows, narrow);
        let expected = "Run:  17\nWhy:  one two three four five six\n\nRun:  18\nWhy:  well\nWho:  x";
        assert_eq!(table, expected);
        let narrower = Terminal { width: Some(30), ..narrow };
        assert!(columns(words(["Run", "Why", "Who"]), &rows, narrower).contains("five\n      six"));
        assert_eq!(columns(words(["A", "B"]), &[words(["1", "2"])], narrow), "A  B\n1  2");
    }
}
