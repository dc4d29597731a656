//! The names in a Rust source: what it imports, defines and mentions. Reads tokens, not syntax, which is enough for paths and
//! sees into macros.

use std::collections::BTreeSet;

/// One name that a `use` brings in.
#[derive(Debug, PartialEq)]
pub struct Use {
    /// As written, without the alias.
    pub path: Vec<String>,
    /// What it is called here; `*` for all of them.
    pub name: String,
    pub is_public: bool,
}

/// What a source says, outside of comments and literals.
#[derive(Debug, Default)]
pub struct Words {
    pub uses: Vec<Use>,
    /// Paths of two names or more outside of `use`.
    pub paths: Vec<Vec<String>>,
    /// All names outside of `use`.
    pub names: BTreeSet<String>,
    pub defines: BTreeSet<String>,
}

const DEFINING: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union"];

impl Words {
    pub fn read(code: &str) -> Self {
        let tokens = tokens(code);
        let mut words = Self::default();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            // `use<'a>` is no import but a bound.
            if token == "use" && tokens.get(at + 1).is_some_and(|next| next != "<") {
                let is_public = at > 0 && matches!(tokens[at - 1].as_str(), "pub" | ")");
                at = words.read_use(&tokens, at + 1, &[], is_public);
                continue;
            }
            let path = path_at(&tokens[at..]);
            if path.is_empty() {
                at += 1;
                continue;
            }
            let before = at.checked_sub(1).map_or("", |before| tokens[before].as_str());
            if DEFINING.contains(&before) || (before == "!" && tokens[at - 2] == "macro_rules") {
                words.defines.insert(path[0].clone());
            }
            at += 2 * path.len() - 1;
            words.names.extend(path.iter().cloned());
            if path.len() > 1 && before != "." {
                words.paths.push(path);
            }
        }
        words
    }

    /// Reads one branch of a `use` from its first token on; returns where it ends.
    fn read_use(&mut self, tokens: &[String], mut at: usize, above: &[String], is_public: bool) -> usize {
        let mut path = above.to_vec();
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token.as_str() {
                "::" => {}
                "{" => return self.read_branches(tokens, at, &path, is_public),
                "," | ";" | "}" => {
                    at -= 1;
                    break;
                }
                "as" => {
                    let name = tokens[at].clone();
                    self.uses.push(Use { path, name, is_public });
                    return at + 1;
                }
                name => path.push(name.to_owned()),
            }
        }
        let is_self = path.len() > 1 && path.last().is_some_and(|last| last == "self");
        let is_glob = path.last().is_some_and(|last| last == "*");
        if is_self || is_glob {
            path.pop();
        }
        let name = if is_glob { Some("*".to_owned()) } else { path.last().cloned() };
        self.uses.extend(name.filter(|_| path.len() > above.len() || is_self || is_glob).map(|name| Use {
            path,
            name,
            is_public,
        }));
        at
    }

    fn read_branches(&mut self, tokens: &[String], mut at: usize, path: &[String], is_public: bool) -> usize {
        while let Some(token) = tokens.get(at) {
            match token.as_str() {
                "}" => return at + 1,
                "," => at += 1,
                _ => at = self.read_use(tokens, at, path, is_public),
            }
        }
        at
    }
}

/// The names of `a::b::c` where the tokens begin with it.
fn path_at(tokens: &[String]) -> Vec<String> {
    let mut path = Vec::new();
    let mut rest = tokens;
    while let Some((name, others)) = rest.split_first().filter(|(name, _)| is_name(name)) {
        path.push(name.clone());
        match others.split_first() {
            Some((colons, others)) if colons == "::" => rest = others,
            _ => break,
        }
    }
    path
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single signs; comments and literals are left out.
fn tokens(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            c if c.is_alphabetic() || c == '_' => {
                let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                match raw_string(rest) {
                    Some(length) => length,
                    None => {
                        found.push(rest[..name].to_owned());
                        name
                    }
                }
            }
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => string(rest),
            '\'' => character(rest),
            ':' if rest.starts_with("::") => {
                found.push("::".to_owned());
                2
            }
            c => {
                if !c.is_whitespace() {
                    found.push(c.to_string());
                }
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    found
}

/// The length of `"…"`.
fn string(text: &str) -> usize {
    let mut escaped = true;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `r#"…"#` or `br"…"`, if the text begins with one.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inside = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let begin = text.len() - inside.len();
    Some(inside.find(&end).map_or(text.len(), |at| begin + at + end.len()))
}

/// The length of `'c'` or of the quotation mark of a lifetime.
fn character(text: &str) -> usize {
    let mut inside = text.chars().skip(1);
    match (inside.next(), inside.next()) {
        (Some('\\'), Some(escaped)) => {
            let from = 2 + escaped.len_utf8();
            text[from..].find('\'').map_or(text.len(), |end| from + end + 1)
        }
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 1,
    }
}
