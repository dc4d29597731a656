//! Translates the technical cause at the end of a sentence. Causes are passed on and stored in English, as the errors print them.
//! As with gettext, their English text is the key: the kernel's errors are found by their number, ours by the text in
//! `locales/en/cause.ftl`. The messages of other programs (rsync, UDisks2, a server) are quoted.

use std::io;

use rustix::io::Errno;

use super::{Arg, Texts};
use crate::format::presentable;

const OURS: &str = include_str!("../../../locales/en/cause.ftl");

/// The kernel's errors that have a translation, with the names that administrators search for.
pub(super) const ERRNOS: [(Errno, &str); 50] = [
    (Errno::PERM, "EPERM"),
    (Errno::NOENT, "ENOENT"),
    (Errno::INTR, "EINTR"),
    (Errno::IO, "EIO"),
    (Errno::NXIO, "ENXIO"),
    (Errno::TOOBIG, "E2BIG"),
    (Errno::AGAIN, "EAGAIN"),
    (Errno::NOMEM, "ENOMEM"),
    (Errno::ACCESS, "EACCES"),
    (Errno::BUSY, "EBUSY"),
    (Errno::EXIST, "EEXIST"),
    (Errno::XDEV, "EXDEV"),
    (Errno::NODEV, "ENODEV"),
    (Errno::NOTDIR, "ENOTDIR"),
    (Errno::ISDIR, "EISDIR"),
    (Errno::INVAL, "EINVAL"),
    (Errno::NFILE, "ENFILE"),
    (Errno::MFILE, "EMFILE"),
    (Errno::TXTBSY, "ETXTBSY"),
    (Errno::FBIG, "EFBIG"),
    (Errno::NOSPC, "ENOSPC"),
    (Errno::ROFS, "EROFS"),
    (Errno::MLINK, "EMLINK"),
    (Errno::PIPE, "EPIPE"),
    (Errno::NAMETOOLONG, "ENAMETOOLONG"),
    (Errno::NOSYS, "ENOSYS"),
    (Errno::NOTEMPTY, "ENOTEMPTY"),
    (Errno::LOOP, "ELOOP"),
    (Errno::NODATA, "ENODATA"),
    (Errno::NOLINK, "ENOLINK"),
    (Errno::BADMSG, "EBADMSG"),
    (Errno::OVERFLOW, "EOVERFLOW"),
    (Errno::ILSEQ, "EILSEQ"),
    (Errno::OPNOTSUPP, "EOPNOTSUPP"),
    (Errno::ADDRINUSE, "EADDRINUSE"),
    (Errno::ADDRNOTAVAIL, "EADDRNOTAVAIL"),
    (Errno::NETDOWN, "ENETDOWN"),
    (Errno::NETUNREACH, "ENETUNREACH"),
    (Errno::CONNABORTED, "ECONNABORTED"),
    (Errno::CONNRESET, "ECONNRESET"),
    (Errno::TIMEDOUT, "ETIMEDOUT"),
    (Errno::CONNREFUSED, "ECONNREFUSED"),
    (Errno::HOSTDOWN, "EHOSTDOWN"),
    (Errno::HOSTUNREACH, "EHOSTUNREACH"),
    (Errno::STALE, "ESTALE"),
    (Errno::UCLEAN, "EUCLEAN"),
    (Errno::REMOTEIO, "EREMOTEIO"),
    (Errno::DQUOT, "EDQUOT"),
    (Errno::NOMEDIUM, "ENOMEDIUM"),
    (Errno::MEDIUMTYPE, "EMEDIUMTYPE"),
];

impl Texts {
    /// The translation of an error's English text. Without control characters; an empty text is a dash.
    pub fn cause(&self, english: &str) -> String {
        let english = english.trim();
        if english.is_empty() {
            return presentable(english);
        }
        let known = self.kernel_error(english).or_else(|| self.own_error(english)).or_else(|| self.path_error(english));
        known.unwrap_or_else(|| self.quoted(english))
    }

    fn quoted(&self, english: &str) -> String {
        // The tools for Veeam's scripts load few texts.
        match self.bundle.has_message("cause-quoted") {
            true => self.text("cause-quoted", &[("text", english.into())]),
            false => presentable(english),
        }
    }

    fn kernel_error(&self, english: &str) -> Option<String> {
        let (_, number) = english.strip_suffix(')')?.rsplit_once(" (os error ")?;
        let error = number.parse().map(io::Error::from_raw_os_error).ok()?;
        let (_, name) = ERRNOS.iter().find(|(errno, _)| errno.raw_os_error() == error.raw_os_error().unwrap_or(0))?;
        let is_exact = error.to_string() == english;
        is_exact.then(|| format!("{}, {name}", self.text(&format!("errno-{name}"), &[])))
    }

    fn own_error(&self, english: &str) -> Option<String> {
        let (id, args) = phrases().find_map(|(id, phrase)| Some((id, captures(phrase, english)?)))?;
        let translated = |(name, text): (&'static str, &str)| {
            let text = if name == "cause" { self.cause(text) } else { text.to_owned() };
            (name, Arg::Ready(text))
        };
        let args: Vec<(&str, Arg)> = args.into_iter().map(translated).collect();
        Some(self.text(id, &args))
    }

    /// `/some/path: the error`
    fn path_error(&self, english: &str) -> Option<String> {
        let (path, cause) = english.split_once(": ").filter(|(path, _)| path.starts_with('/'))?;
        Some(format!("{}: {}", presentable(path), self.cause(cause)))
    }
}

/// Ids and English texts.
fn phrases() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = OURS.lines().filter(|line| line.starts_with("cause-") && !line.starts_with("cause-quoted"));
    lines.filter_map(|line| line.split_once(" = "))
}

/// What `text` has in place of each `{ $name }`; `None` if it does not match the phrase.
fn captures<'t>(phrase: &'static str, text: &'t str) -> Option<Vec<(&'static str, &'t str)>> {
    let mut parts = phrase.split("{ $");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut args = Vec::new();
    for part in parts {
        let (name, literal) = part.split_once(" }")?;
        let end = if literal.is_empty() { rest.len() } else { rest.find(literal)? };
        args.push((name, &rest[..end]));
        rest = &rest[end + literal.len()..];
    }
    rest.is_empty().then_some(args)
}

#[cfg(test)]
#[path = "cause_tests.rs"]
mod tests;
