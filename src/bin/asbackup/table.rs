//! Columns that line up, also with letters that are two columns wide or none.

use console::{Alignment, measure_text_width, pad_str, style};

const GAP: usize = 2;

/// Rows below their headings; numbers and words alike begin at the left. Without line feed at the end.
pub fn columns<const N: usize>(heads: [String; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| &row[column]).chain([&heads[column]]);
        cells.map(|cell| measure_text_width(cell)).max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let heads = style(line(&heads, &widths)).bold().to_string();
    let lines = rows.iter().map(|row| line(row, &widths));
    [heads].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

/// What each line is about, and what it says. Without line feed at the end.
pub fn labelled(lines: &[(String, String)]) -> String {
    let widest = lines.iter().map(|(label, _)| measure_text_width(label)).max().unwrap_or_default();
    let line = |(label, value): &(String, String)| {
        let label = padded(&format!("{label}:"), widest + 1 + GAP);
        format!("{}{value}", style(label).dim())
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
    fn columns_line_up_whatever_is_in_them() {
        let rows = [words(["銀", "1"]), words(["Größe", "2"]), words(["", "3"])];
        let table = columns(words(["A", "B"]), &rows);
        assert_eq!(table, "A      B\n銀     1\nGröße  2\n       3");
    }

    #[test]
    fn values_line_up_behind_their_labels() {
        let lines = [("Run", "17"), ("Released", "Gold")].map(|(label, value)| (label.into(), value.into()));
        assert_eq!(labelled(&lines), "Run:       17\nReleased:  Gold");
        assert_eq!(labelled(&[]), "");
    }
}
