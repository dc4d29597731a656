//! Generated files are read as Python reads them.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::{Python, ours};

/// Between two words, before and after a line: mostly few blanks, sometimes odd ones.
fn blank() -> impl Strategy<Value = String> {
    let odd = "[ \t\u{b}\u{c}\u{1c}\u{1d}\u{1e}\u{1f}\u{85}\u{a0}\u{1680}\u{2003}\u{2028}\u{3000}]{1,3}";
    prop_oneof![6 => Just(String::new()), 3 => " {1,4}", 1 => odd]
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-dA-D]{1,2}",
        1 => "[a-zäöüßÄÖÜİΣK0-9 ._\\-/@,;#\u{200b}\u{feff}]{1,12}",
        1 => "[\\[\\]=:%()s#;a|12\u{0} \u{a0}]{1,8}",
    ]
}

/// Few references in a value, because each level multiplies the work.
fn text() -> impl Strategy<Value = String> {
    let reference = prop_oneof![
        4 => "[a-dA-D]{1}".prop_map(|name| format!("%({name})s")),
        4 => Just("%%".to_owned()),
        1 => prop::sample::select(vec!["%", "%(", "%(a", "%()s", "%(a)", "%(a)d", "%(a b)s", "%x"]).prop_map(str::to_owned),
    ];
    let end = prop_oneof![3 => Just(String::new()), 1 => reference];
    (word(), end.clone(), word(), end).prop_map(|(a, b, c, d)| format!("{a}{b}{c}{d}"))
}

/// Keys that can be told apart, so that most files have no duplicates.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![8 => "[a-dA-D]{1}[0-9]{0,3}", 1 => word()]
}

fn option() -> impl Strategy<Value = String> {
    (key(), blank(), "[=:]", blank(), text())
        .prop_map(|(key, before, delimiter, after, text)| format!("{key}{before}{delimiter}{after}{text}"))
}

fn line() -> impl Strategy<Value = String> {
    let name = prop_oneof![2 => Just("DEFAULT".to_owned()), 6 => "[ab]{1}[0-9]{1,3}", 1 => word()];
    let header = (blank(), name, blank(), "[x\\]]{0,1}")
        .prop_map(|(before, name, after, rest)| format!("{before}[{name}]{after}{rest}"));
    let indented = (blank(), option()).prop_map(|(indent, option)| format!("{indent}{option}"));
    let continuation = (blank(), text(), blank()).prop_map(|(indent, text, end)| format!("   {indent}{text}{end}"));
    let comment = (blank(), "[#;]", word()).prop_map(|(indent, sign, word)| format!("{indent}{sign}{word}"));
    prop_oneof![
        20 => header,
        30 => option(),
        10 => indented,
        15 => continuation,
        8 => blank(),
        8 => comment,
        1 => word(),
    ]
}

fn file() -> impl Strategy<Value = String> {
    let end = prop_oneof![8 => Just("\n"), 2 => Just("\r\n"), 1 => Just("\r"), 1 => Just("\n\n")];
    let lines = prop::collection::vec((line(), end), 0..14);
    let start = prop_oneof![20 => Just("[a]\n"), 5 => Just("[DEFAULT]\n"), 1 => Just(""), 1 => Just("\u{feff}[a]\n")];
    (start, lines).prop_map(|(start, lines)| {
        let lines = lines.iter().map(|(line, end)| format!("{line}{end}"));
        format!("{start}{}", lines.collect::<String>())
    })
}

const CASES: u32 = 4000;

#[test]
fn generated_files_are_read_as_python_reads_them() {
    let python = std::cell::RefCell::new(Python::start());
    let (accepted, refused) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&file(), |text| {
        let expected = python.borrow_mut().read(text.as_str());
        let count = if expected.is_null() { &refused } else { &accepted };
        count.set(count.get() + 1);
        if ours(&text) == expected {
            return Ok(());
        }
        let message = format!("Python: {expected}\nours: {}", ours(&text));
        Err(TestCaseError::fail(message))
    });
    if let Err(difference) = outcome {
        panic!("{difference}");
    }
    println!("{} accepted, {} refused", accepted.get(), refused.get());
    // The comparison is worth little when the generator makes one sort only.
    assert!(accepted.get() > CASES / 4, "{} accepted", accepted.get());
    assert!(refused.get() > CASES / 20, "{} refused", refused.get());
}
