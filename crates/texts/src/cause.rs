//! The technical cause at the end of a sentence, in the reader's language. Causes travel and are kept in English, as the errors
//! say them; as with gettext that is what they are found by: an error of the kernel by its number, one of ours by its English
//! words in `locales/en/cause.ftl`. What others say (rsync, UDisks2, a server) is shown as a quotation.

use std::io;

use rustix::io::Errno;

use super::{Arg, Texts};
use crate::foreign::presentable;

const OURS: &str = include_str!("../../../locales/en/cause.ftl");

/// The errors of the kernel that have words of their own, by the names that administrators look for.
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
    /// What an error says, for its reader. Without control characters; what is empty is a dash.
    pub fn cause(&self, said: &str) -> String {
        let said = said.trim();
        if said.is_empty() {
            return presentable(said);
        }
        let known = self.of_kernel(said).or_else(|| self.of_ours(said)).or_else(|| self.behind_path(said));
        let quoted = || self.text("cause-quoted", &[("text", said.into())]);
        // The tools for Veeam's scripts read few texts.
        let has_words = self.bundle.has_message("cause-quoted");
        known.unwrap_or_else(|| if has_words { quoted() } else { presentable(said) })
    }

    fn of_kernel(&self, said: &str) -> Option<String> {
        let (_, number) = said.strip_suffix(')')?.rsplit_once(" (os error ")?;
        let error = number.parse().map(io::Error::from_raw_os_error).ok()?;
        let (_, name) = ERRNOS.iter().find(|(errno, _)| errno.raw_os_error() == error.raw_os_error().unwrap_or(0))?;
        let is_all = error.to_string() == said;
        is_all.then(|| format!("{}, {name}", self.text(&format!("errno-{name}"), &[])))
    }

    fn of_ours(&self, said: &str) -> Option<String> {
        let (id, args) = phrases().find_map(|(id, phrase)| Some((id, taken(phrase, said)?)))?;
        let worded = |(name, text): (&'static str, &str)| {
            let text = if name == "cause" { self.cause(text) } else { text.to_owned() };
            (name, Arg::Ready(text))
        };
        let args: Vec<(&str, Arg)> = args.into_iter().map(worded).collect();
        Some(self.text(id, &args))
    }

    /// `/some/path: what is the matter with it`
    fn behind_path(&self, said: &str) -> Option<String> {
        let (path, cause) = said.split_once(": ").filter(|(path, _)| path.starts_with('/'))?;
        Some(format!("{}: {}", presentable(path), self.cause(cause)))
    }
}

/// Ids and English words.
fn phrases() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = OURS.lines().filter(|line| line.starts_with("cause-") && !line.starts_with("cause-quoted"));
    lines.filter_map(|line| line.split_once(" = "))
}

/// What stands at the places of `{ $name }`, if the text is this phrase.
fn taken<'t>(phrase: &'static str, said: &'t str) -> Option<Vec<(&'static str, &'t str)>> {
    let mut parts = phrase.split("{ $");
    let mut rest = said.strip_prefix(parts.next()?)?;
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
