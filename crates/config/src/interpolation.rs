//! `%%` and `%(name)s` in values, as Python's `configparser.BasicInterpolation` replaces them.
//! Knows nothing of sections: the caller looks names up.

use thiserror::Error;

/// Python's `MAX_INTERPOLATION_DEPTH`.
const MAX_DEPTH: usize = 10;
/// Python has no such limit and would never finish ten levels of many references each; no real file comes near it.
const MAX_REPLACEMENTS: usize = 100_000;

/// Why a value can't be interpolated. No variant holds the value, since that may be a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InterpolationError {
    /// A `%` without a meaning.
    #[error("a % is followed neither by % nor by (name)s")]
    Syntax,
    /// A reference to no key of the section or of `[DEFAULT]`.
    #[error("%({name})s stands for nothing")]
    UnknownName {
        /// In lower case.
        name: String,
    },
    /// References in a circle, or too many of them.
    #[error("values refer to each other more than {MAX_DEPTH} deep")]
    TooDeep,
}

/// Replaces every reference in `text`; `lookup` returns the raw text that a lower-case name stands for.
pub fn expand<'a>(text: &'a str, lookup: impl Fn(&str) -> Option<&'a str>) -> Result<String, InterpolationError> {
    let mut expansion = Expansion { lookup, text: String::new(), replacements: 0 };
    expansion.add(text, 1)?;
    Ok(expansion.text)
}

/// The names that `text` refers to, in lower case; malformed references are left out.
pub fn references(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        if let Some(escaped) = after.strip_prefix('%') {
            rest = escaped;
            continue;
        }
        rest = after;
        if let Some((name, behind)) = reference(after) {
            found.push(name);
            rest = behind;
        }
    }
    found
}

struct Expansion<L> {
    lookup: L,
    text: String,
    replacements: usize,
}

impl<'a, L: Fn(&str) -> Option<&'a str>> Expansion<L> {
    fn add(&mut self, text: &'a str, depth: usize) -> Result<(), InterpolationError> {
        if depth > MAX_DEPTH {
            return Err(InterpolationError::TooDeep);
        }
        let mut rest = text;
        while let Some((plain, after)) = rest.split_once('%') {
            self.text.push_str(plain);
            if let Some(escaped) = after.strip_prefix('%') {
                self.text.push('%');
                rest = escaped;
                continue;
            }
            let (name, behind) = reference(after).ok_or(InterpolationError::Syntax)?;
            self.replace(name, depth)?;
            rest = behind;
        }
        self.text.push_str(rest);
        Ok(())
    }

    fn replace(&mut self, name: String, depth: usize) -> Result<(), InterpolationError> {
        self.replacements += 1;
        if self.replacements > MAX_REPLACEMENTS {
            return Err(InterpolationError::TooDeep);
        }
        let Some(value) = (self.lookup)(&name) else {
            return Err(InterpolationError::UnknownName { name });
        };
        if value.contains('%') {
            return self.add(value, depth + 1);
        }
        self.text.push_str(value);
        Ok(())
    }
}

/// Python's `\(([^)]+)\)s` after a `%`: the name in lower case, and what follows.
fn reference(text: &str) -> Option<(String, &str)> {
    let (name, behind) = text.strip_prefix('(')?.split_once(')')?;
    let behind = behind.strip_prefix('s')?;
    (!name.is_empty()).then(|| (name.to_lowercase(), behind))
}
