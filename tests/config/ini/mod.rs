//! Compares our reading of INI files with that of Python's own `configparser`, on hand-picked and on generated files.
//! Needs `python3`, 3.10 or newer; one process answers all questions of a test, a line of JSON each.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use asbackup_config::ini::{DEFAULT_SECTION, Ini};
use asbackup_config::{ConfigProblem, InterpolationError, load};
use serde_json::{Map, Value, json};

mod generated;

/// Reads as the Python script did: from a file, so that line ends are translated.
const PEER: &str = r#"
import configparser, io, json, sys
NAMES = {"InterpolationSyntaxError": "syntax", "InterpolationMissingOptionError": "unknown name",
         "InterpolationDepthError": "too deep"}
def value(parser, section, key):
    try:
        return {"value": parser.get(section, key)}
    except configparser.InterpolationError as error:
        return {"error": NAMES[type(error).__name__]}
for line in sys.stdin:
    text = json.loads(line)
    file = text.encode("utf-8") if isinstance(text, str) else bytes(text)
    parser = configparser.ConfigParser()
    try:
        parser.read_file(io.TextIOWrapper(io.BytesIO(file), encoding="utf-8"))
        answer = {section: {key: value(parser, section, key) for key in parser[section]} for section in parser}
    except (configparser.Error, UnicodeDecodeError):
        answer = None
    print(json.dumps(answer), flush=True)
"#;

struct Python {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn start() -> Self {
        let mut process = Command::new("python3")
            .args(["-X", "utf8", "-c", PEER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("these tests compare with Python: install python3");
        let questions = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Self { process, questions, answers }
    }

    /// What Python makes of a text or of a list of bytes; `null` when it refuses it.
    fn read(&mut self, file: impl Into<Value>) -> Value {
        let questions = self.questions.as_mut().unwrap();
        writeln!(questions, "{}", file.into()).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.questions = None;
        let _ = self.process.wait();
    }
}

/// What we make of a text, in the same form.
fn ours(text: &str) -> Value {
    let (ini, errors) = Ini::read(text);
    if !errors.is_empty() {
        return Value::Null;
    }
    let names = [DEFAULT_SECTION].into_iter().chain(ini.sections());
    let sections: Map<String, Value> = names.map(|name| (name.to_owned(), section(&ini, name))).collect();
    Value::Object(sections)
}

fn section(ini: &Ini, name: &str) -> Value {
    let inherited = ini.own_keys(DEFAULT_SECTION);
    let keys = ini.own_keys(name).into_iter().chain(inherited);
    let values: Map<String, Value> = keys.map(|key| (key.to_owned(), value(ini, name, key))).collect();
    Value::Object(values)
}

fn value(ini: &Ini, section: &str, key: &str) -> Value {
    match ini.get(section, key).unwrap() {
        Ok(text) => json!({ "value": text }),
        Err(InterpolationError::Syntax) => json!({ "error": "syntax" }),
        Err(InterpolationError::UnknownName { .. }) => json!({ "error": "unknown name" }),
        Err(InterpolationError::TooDeep) => json!({ "error": "too deep" }),
    }
}

/// Both read the text alike, and this is what they read.
fn agreed(text: &str) -> Value {
    let python = Python::start().read(text);
    assert_eq!(ours(text), python, "{text:?}");
    python
}

fn agreed_value(text: &str, section: &str, key: &str) -> String {
    let read = agreed(text);
    match read[section][key]["value"].as_str() {
        Some(value) => value.to_owned(),
        None => panic!("no value of [{section}] {key} in {read}"),
    }
}

#[test]
fn a_key_ends_at_the_first_equals_sign_or_colon() {
    assert_eq!(agreed_value("[a]\nk = x:y=z\n", "a", "k"), "x:y=z");
    assert_eq!(agreed_value("[a]\nk : x=y\n", "a", "k"), "x=y");
    assert_eq!(agreed_value("[a]\nk=", "a", "k"), "");
}

#[test]
fn keys_ignore_case_and_sections_do_not() {
    assert_eq!(agreed_value("[a]\nBig Key = x\n[A]\n", "a", "big key"), "x");
    assert_eq!(agreed_value("[a]\nÄÖÜ = x\n", "a", "äöü"), "x");
}

#[test]
fn section_names_keep_their_blanks_and_reach_to_the_last_bracket() {
    assert_eq!(agreed_value("[ a ]\nk=x", " a ", "k"), "x");
    assert_eq!(agreed_value("[a] ; [b] behind\nk=x", "a] ; [b", "k"), "x");
    assert_eq!(agreed_value("  [a]\nk=x", "a", "k"), "x");
}

#[test]
fn an_indented_line_continues_the_value() {
    let text = "[a]\nk = one\n  [two]\n\tthree = 3\nnext = x\n";
    assert_eq!(agreed_value(text, "a", "k"), "one\n[two]\nthree = 3");
    assert_eq!(agreed_value(text, "a", "next"), "x");
    assert_eq!(agreed_value("[a]\nk =\n  one\n", "a", "k"), "\none");
}

#[test]
fn only_deeper_lines_continue_a_value() {
    let text = "[a]\n    k = one\n  l = two\n    three\n";
    assert_eq!(agreed_value(text, "a", "k"), "one");
    assert_eq!(agreed_value(text, "a", "l"), "two\nthree");
}

#[test]
fn an_indent_is_counted_in_characters() {
    assert_eq!(agreed_value("[a]\n\tk = one\n  two\n\tl = x\n", "a", "k"), "one\ntwo");
    assert_eq!(agreed_value("[a]\n\u{a0}k = one\n  two\n \u{3000}three\n", "a", "k"), "one\ntwo\nthree");
    assert_eq!(agreed_value("[a]\n  k = one\n\u{3000}l = x\n", "a", "l"), "x");
}

#[test]
fn a_bracket_opens_a_section_only_where_a_key_could_be() {
    assert_eq!(agreed_value("[a]\n[open = x\n[] = y\n", "a", "[open"), "x");
    assert_eq!(agreed_value("[a]\nk =\n  [b]\n\n  [c] = 1\n l = 2\n", "a", "k"), "\n[b]\n\n[c] = 1\nl = 2");
    assert_eq!(agreed_value("  [a]\n    [b]\nk = x\n", "b", "k"), "x");
}

/// Lines are numbered with it for the crate.
#[test]
fn a_vertical_bar_means_nothing() {
    let text = "[1|a|]\n2|k = 3|x\n  4|y\n  |z\n|l| = 0|\n[|a]\n";
    assert_eq!(agreed_value(text, "1|a|", "2|k"), "3|x\n4|y\n|z");
    assert_eq!(agreed_value(text, "1|a|", "|l|"), "0|");
}

#[test]
fn empty_lines_belong_to_the_value_and_comments_do_not() {
    let text = "[a]\nk = one\n\n  # no\n; no\n  two\n\n\nl = x\n";
    assert_eq!(agreed_value(text, "a", "k"), "one\n\ntwo");
}

#[test]
fn there_are_no_comments_behind_a_value() {
    assert_eq!(agreed_value("[a]\nk = x # y ; z", "a", "k"), "x # y ; z");
    assert_eq!(agreed_value("[a]\nk = #x\n y;\n ;z\n", "a", "k"), "#x\ny;");
    assert_eq!(agreed_value("[a]\nk#1;2 = x", "a", "k#1;2"), "x");
}

#[test]
fn all_line_ends_are_the_same() {
    assert_eq!(agreed_value("[a]\r\nk = x\r\n y\rl = z\n", "a", "k"), "x\ny");
    assert_eq!(agreed_value("[a]\r\nk = x\r\n\r\n  y\r\r  z\r\n", "a", "k"), "x\n\ny\n\nz");
    assert_eq!(agreed_value("[a]\nk = x\u{2028}y\u{85}z\u{b}w\n", "a", "k"), "x\u{2028}y\u{85}z\u{b}w");
}

#[test]
fn blanks_are_what_python_takes_for_blanks() {
    let text = "\u{1c}[a]\u{a0}\nk\u{1f}=\u{85}x\u{2003}\n\u{1d}y\u{1e}\n";
    assert_eq!(agreed_value(text, "a", "k"), "x\ny");
}

#[test]
fn default_is_inherited_and_may_come_twice() {
    let text = "[DEFAULT]\nk = x\nl = d\n[a]\nl = y\n[DEFAULT]\nm = late\n";
    assert_eq!(agreed_value(text, "a", "k"), "x");
    assert_eq!(agreed_value(text, "a", "l"), "y");
    assert_eq!(agreed_value(text, "a", "m"), "late");
}

#[test]
fn percent_signs_are_interpolated() {
    let text = "[DEFAULT]\nbase = /srv\n[a]\nk = %(BASE)s/%(sub)s/100%%\nsub = v%%%(base)s\n";
    assert_eq!(agreed_value(text, "a", "k"), "/srv/v%/srv/100%");
}

#[test]
fn bad_percent_signs_make_the_value_faulty() {
    let text = "[a]\nk = 50%\nl = %(k\nm = %(none)s\nn = %(n)s\no = %()s\np = % (k)s\nq = %(k)d\n";
    let read = agreed(text);
    for key in ["k", "l", "o", "p", "q"] {
        assert_eq!(read["a"][key]["error"], "syntax", "{key}");
    }
    assert_eq!(read["a"]["m"]["error"], "unknown name");
    assert_eq!(read["a"]["n"]["error"], "too deep");
}

#[test]
fn ten_levels_of_references_are_the_most() {
    let chain = |levels: usize| {
        let links = (1..levels).map(|level| format!("k{level} = %(k{})s\n", level + 1));
        format!("[a]\n{}k{levels} = %%\n", links.collect::<String>())
    };
    assert_eq!(agreed(&chain(10))["a"]["k1"]["value"], "%");
    assert_eq!(agreed(&chain(11))["a"]["k1"]["error"], "too deep");
}

#[test]
fn a_zero_byte_is_a_character_like_any_other() {
    assert_eq!(agreed_value("[a\u{0}]\n\u{0}k = \u{0}x\u{0}\n", "a\u{0}", "\u{0}k"), "\u{0}x\u{0}");
}

#[test]
fn nothing_is_too_long() {
    let (long, indent) = ("x".repeat(1_000_000), " ".repeat(70_000));
    assert_eq!(agreed_value(&format!("[{long}]\n{long}={long}\n"), &long, &long), long);
    assert_eq!(agreed_value(&format!("[a]\n{indent}k = x\n {indent}y\n"), "a", "k"), "x\ny");
    let lines = " y\n".repeat(20_000);
    assert_eq!(agreed_value(&format!("[a]\nk = x\n{lines}"), "a", "k").lines().count(), 20_001);
}

#[test]
fn both_refuse_what_is_not_utf_8() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.ini");
    for (bytes, line) in [
        (&b"[a]\nk = J\xf6rg\n"[..], 2),
        (b"\xff\xfe[\0a\0]\0", 1),
        (b"[a]\r\n\r# \xc3\n", 3),
        (b"[a]\nk = \xed\xa0\x80\n", 2),
        (b"[a]\nk = \xc0\xaf\n", 2),
        (b"[a]\n\nk = \xe2\x82", 3),
    ] {
        assert_eq!(Python::start().read(bytes.to_vec()), Value::Null, "{bytes:?}");
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(load(&path).unwrap_err().0, [ConfigProblem::NotUtf8 { line }], "{bytes:?}");
    }
}

#[test]
fn both_refuse_what_is_no_ini_file() {
    for text in [
        "k = x\n[a]\n",
        "\u{feff}[a]\nk = x\n",
        "\u{feff}",
        "[a]\n[a]\n",
        "[a]\nk = x\nK: y\n",
        "[DEFAULT]\nk = x\n[DEFAULT]\nk = y\n",
        "[a]\nno delimiter\n",
        "[a]\n= x\n",
        "[a]\n[]\n",
        "[a]\n[open\n",
        "[a]\nk = x\nno delimiter\n  = y\n",
        "[a]\nk = x\n: y\n  z\n",
        "[a]\n\u{feff}\n",
        "[a]\nİ = x\ni\u{307} = y\n",
    ] {
        assert_eq!(agreed(text), Value::Null, "{text:?}");
    }
}

#[test]
fn nothing_is_a_file_without_sections() {
    for text in ["", "\n\n", "# only a comment", "  ; and another"] {
        assert_eq!(agreed(text), json!({ "DEFAULT": {} }));
    }
}
