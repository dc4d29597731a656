//! Parses rsync's output: a line per entry (`%i|%l|%n`), progress (`progress2`), totals (`stats2`).
//! rsync prints control characters and non-ASCII bytes as `\#ooo`, so a name can't forge a line.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

const NOT_EMPTY: &[u8] = b"cannot delete non-empty directory: ";
/// The width of rsync's `%i`.
const ITEMIZE_WIDTH: usize = 11;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputLine {
    Item(Item),
    /// Bytes of contents copied so far.
    Progress(u64),
    Total(Total, u64),
    Count(Counted, Entries),
    /// A directory that was to be deleted and is not empty, which to rsync is no error.
    NotEmpty(PathBuf),
    Other,
}

/// What rsync does, or would do, with one entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Item {
    pub change: Change,
    pub kind: EntryKind,
    /// In bytes, of regular files.
    pub length: u64,
    pub path: PathBuf,
}

impl Item {
    /// Whether its contents are copied.
    pub fn is_transfer(&self) -> bool {
        matches!(self.change, Change::New | Change::Updated)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    Deleted,
    /// Contents are copied to a new file.
    New,
    /// Contents replace an existing file.
    Updated,
    /// Created without contents: directories, links, special files.
    Made,
    /// Another name of a file.
    HardLink,
    /// Owner, mode, time, or a link's destination: nothing that takes room.
    Attributes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    File,
    Directory,
    Symlink,
    Device,
    Special,
}

/// The totals that are parsed; rsync prints more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Bytes of all regular files in the source.
    FileBytes,
    TransferredBytes,
    TransferredFiles,
}

/// Which entries are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// In the source, its top included.
    Found,
    /// Those that are not on the disk yet.
    Created,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entries {
    /// Of any kind.
    pub all: u64,
    /// Regular files among them.
    pub regular: u64,
}

impl OutputLine {
    /// Parses one line, without its end (`\n` or `\r`).
    pub fn parse(line: &[u8]) -> Self {
        if let Some(item) = item(line) {
            return Self::Item(item);
        }
        if let Some(name) = line.strip_prefix(NOT_EMPTY) {
            return Self::NotEmpty(PathBuf::from(OsString::from_vec(unescape(name))));
        }
        let Ok(text) = std::str::from_utf8(line) else { return Self::Other };
        progress(text).map(Self::Progress).or_else(|| total(text)).unwrap_or(Self::Other)
    }
}

fn item(line: &[u8]) -> Option<Item> {
    let (itemized, rest) = line.split_at_checked(ITEMIZE_WIDTH)?;
    let rest = rest.strip_prefix(b"|")?;
    let bar = rest.iter().position(|&byte| byte == b'|')?;
    let length = std::str::from_utf8(&rest[..bar]).ok()?.parse().ok()?;
    let name = unescape(&rest[bar + 1..]);
    let path = PathBuf::from(OsString::from_vec(name.clone()));
    if itemized.starts_with(b"*deleting") {
        let kind = if name.ends_with(b"/") { EntryKind::Directory } else { EntryKind::File };
        return Some(Item { change: Change::Deleted, kind, length, path });
    }
    let kind = match itemized[1] {
        b'f' => EntryKind::File,
        b'd' => EntryKind::Directory,
        b'L' => EntryKind::Symlink,
        b'D' => EntryKind::Device,
        b'S' => EntryKind::Special,
        _ => return None,
    };
    let is_new = itemized[2..].iter().all(|&byte| byte == b'+');
    let change = match itemized[0] {
        b'>' | b'<' if is_new => Change::New,
        b'>' | b'<' => Change::Updated,
        b'c' if is_new => Change::Made,
        b'c' => Change::Attributes,
        b'h' => Change::HardLink,
        b'.' => Change::Attributes,
        _ => return None,
    };
    Some(Item { change, kind, length, path })
}

/// `        3000000  99%  707.44MB/s    0:00:00 (xfr#1, to-chk=4/7)`; the percentage is of the whole tree, and of no
/// use.
fn progress(text: &str) -> Option<u64> {
    let mut words = text.split_ascii_whitespace();
    let bytes = words.next()?.parse().ok()?;
    words.next()?.strip_suffix('%')?.parse::<u8>().ok()?;
    Some(bytes)
}

fn total(text: &str) -> Option<OutputLine> {
    let (label, value) = text.split_once(": ")?;
    let first = || value.split_ascii_whitespace().next()?.parse().ok();
    let entries = || Some(Entries { all: first()?, regular: regular(value) });
    let (total, number) = match label {
        "Number of files" => return Some(OutputLine::Count(Counted::Found, entries()?)),
        "Number of created files" => return Some(OutputLine::Count(Counted::Created, entries()?)),
        "Total file size" => (Total::FileBytes, first()?),
        "Total transferred file size" => (Total::TransferredBytes, first()?),
        "Number of regular files transferred" => (Total::TransferredFiles, first()?),
        _ => return None,
    };
    Some(OutputLine::Total(total, number))
}

/// `7 (reg: 4, dir: 2, link: 1)`; kinds without entries are missing.
fn regular(value: &str) -> u64 {
    let Some((_, rest)) = value.split_once("reg: ") else { return 0 };
    let digits = rest.split(|character: char| !character.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// `\#012` → the byte. rsync also escapes a literal `\#ddd`, so this is unambiguous.
pub fn unescape(name: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((&byte, tail)) = rest.split_first() {
        match escaped(rest) {
            Some(value) => {
                bytes.push(value);
                rest = &rest[5..];
            }
            None => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    bytes
}

fn escaped(text: &[u8]) -> Option<u8> {
    let digits = text.strip_prefix(b"\\#")?.get(..3)?;
    if !digits.iter().all(|digit| (b'0'..=b'7').contains(digit)) {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(line: &str) -> Item {
        match OutputLine::parse(line.as_bytes()) {
            OutputLine::Item(item) => item,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn entries_are_told_apart() {
        for (line, change, kind, length, path) in [
            (">f+++++++++|3000000|a b|c", Change::New, EntryKind::File, 3_000_000, "a b|c"),
            (">f..t......|12|big", Change::Updated, EntryKind::File, 12, "big"),
            ("hf+++++++++|3|a", Change::HardLink, EntryKind::File, 3, "a"),
            ("cL+++++++++|1|sym", Change::Made, EntryKind::Symlink, 1, "sym"),
            ("cd+++++++++|4096|sub/", Change::Made, EntryKind::Directory, 4096, "sub/"),
            ("cLc.t......|1|sym", Change::Attributes, EntryKind::Symlink, 1, "sym"),
            ("cS+++++++++|0|fifo", Change::Made, EntryKind::Special, 0, "fifo"),
            (".d..t......|4096|./", Change::Attributes, EntryKind::Directory, 4096, "./"),
            ("*deleting  |0|old/x y", Change::Deleted, EntryKind::File, 0, "old/x y"),
            ("*deleting  |0|old/", Change::Deleted, EntryKind::Directory, 0, "old/"),
        ] {
            assert_eq!(parsed(line), Item { change, kind, length, path: path.into() }, "{line}");
        }
    }

    #[test]
    fn names_come_back_byte_by_byte() {
        let item = parsed(r">f+++++++++|0|new\#012\#303\#274|->\#134#012\x");
        assert_eq!(item.path.into_os_string().into_vec(), b"new\n\xc3\xbc|->\\#012\\x");
    }

    #[test]
    fn progress_is_the_byte_count() {
        let line = "        3000003  99%  707.44MB/s    0:00:00 (xfr#2, to-chk=3/7)";
        assert_eq!(OutputLine::parse(line.as_bytes()), OutputLine::Progress(3_000_003));
        assert_eq!(OutputLine::parse(b"          32768   1%    0.00kB/s   ??:??:??  "), OutputLine::Progress(32_768));
    }

    #[test]
    fn totals_are_found_by_label() {
        for (line, expected) in [
            (
                "Number of files: 7 (reg: 4, dir: 2, link: 1)",
                OutputLine::Count(Counted::Found, Entries { all: 7, regular: 4 }),
            ),
            ("Number of files: 2 (dir: 2)", OutputLine::Count(Counted::Found, Entries { all: 2, regular: 0 })),
            (
                "Number of created files: 5 (reg: 3, dir: 1)",
                OutputLine::Count(Counted::Created, Entries { all: 5, regular: 3 }),
            ),
            ("Total transferred file size: 3000003 bytes", OutputLine::Total(Total::TransferredBytes, 3_000_003)),
            ("Number of regular files transferred: 3", OutputLine::Total(Total::TransferredFiles, 3)),
            ("Total file size: 3000007 bytes", OutputLine::Total(Total::FileBytes, 3_000_007)),
            ("Total bytes sent: 3000007", OutputLine::Other),
            ("", OutputLine::Other),
        ] {
            assert_eq!(OutputLine::parse(line.as_bytes()), expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_can_be_parsed(line: Vec<u8>) {
            OutputLine::parse(&line);
        }

        #[test]
        fn every_name_survives(name in prop::collection::vec(1u8.., 1..40)) {
            let mut line = b">f+++++++++|5|".to_vec();
            for (place, &byte) in name.iter().enumerate() {
                let ambiguous = byte == b'\\' && name[place..].get(1) == Some(&b'#');
                if byte.is_ascii_graphic() && !ambiguous || byte == b' ' {
                    line.push(byte);
                } else {
                    line.extend(format!("\\#{byte:03o}").bytes());
                }
            }
            let OutputLine::Item(item) = OutputLine::parse(&line) else { panic!("no item") };
            prop_assert_eq!(item.path.into_os_string().into_vec(), name);
        }
    }
}
