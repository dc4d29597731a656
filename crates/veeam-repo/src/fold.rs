//! When two names are one: metadata and file system may disagree on case and on the Unicode form, since targets fold either.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// What a name looks like to a file system that tells neither case nor Unicode forms apart.
pub(crate) fn key(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let forms = DecomposingNormalizerBorrowed::new_nfd();
    // By way of upper case, since σ and ς share theirs. Case can compose anew, so the form comes last.
    let folded: String =
        forms.normalize(name).chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    forms.normalize(&folded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_unicode_form_do_not_matter() {
        assert_eq!(key("Büro.VBK"), key("bu\u{308}ro.vbk"));
        assert_eq!(key("ΔΊΣΚΟΣ.vib"), key("δι\u{301}σκος.VIB"));
        assert_ne!(key("Büro.vbk"), key("Buro.vbk"));
    }
}
