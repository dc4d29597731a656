//! The languages, and the files that hold their texts.

use unic_langid::LanguageIdentifier;

/// The languages that have texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// `de`
    #[default]
    German,
    /// `en`
    English,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::German, Self::English];

    pub(super) fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::German => "de".parse().unwrap_or_default(),
            Self::English => "en".parse().unwrap_or_default(),
        }
    }

    /// The texts of the tools for Veeam's scripts.
    pub(super) fn tools(self) -> &'static str {
        match self {
            Self::German => include_str!("../../../locales/de/tools.ftl"),
            Self::English => include_str!("../../../locales/en/tools.ftl"),
        }
    }

    /// The texts of the command line: its own, the status, what can be wrong with a config.ini, and causes.
    pub(super) fn command_line(self) -> [&'static str; 4] {
        match self {
            Self::German => [
                include_str!("../../../locales/de/cli.ftl"),
                include_str!("../../../locales/de/status.ftl"),
                include_str!("../../../locales/de/config.ftl"),
                include_str!("../../../locales/de/cause.ftl"),
            ],
            Self::English => [
                include_str!("../../../locales/en/cli.ftl"),
                include_str!("../../../locales/en/status.ftl"),
                include_str!("../../../locales/en/config.ftl"),
                include_str!("../../../locales/en/cause.ftl"),
            ],
        }
    }

    /// Faults, warnings, what can be wrong with a config.ini, and causes.
    pub(super) fn reasons(self) -> [&'static str; 4] {
        match self {
            Self::German => [
                include_str!("../../../locales/de/faults.ftl"),
                include_str!("../../../locales/de/warnings.ftl"),
                include_str!("../../../locales/de/config.ftl"),
                include_str!("../../../locales/de/cause.ftl"),
            ],
            Self::English => [
                include_str!("../../../locales/en/faults.ftl"),
                include_str!("../../../locales/en/warnings.ftl"),
                include_str!("../../../locales/en/config.ftl"),
                include_str!("../../../locales/en/cause.ftl"),
            ],
        }
    }

    /// All files of the language.
    pub(super) fn sources(self) -> [&'static str; 12] {
        let [cli, status, ..] = self.command_line();
        let [faults, warnings, config, cause] = self.reasons();
        let [notices, bus, mail, web, setup] = match self {
            Self::German => [
                include_str!("../../../locales/de/notices.ftl"),
                include_str!("../../../locales/de/bus.ftl"),
                include_str!("../../../locales/de/mail.ftl"),
                include_str!("../../../locales/de/web.ftl"),
                include_str!("../../../locales/de/setup.ftl"),
            ],
            Self::English => [
                include_str!("../../../locales/en/notices.ftl"),
                include_str!("../../../locales/en/bus.ftl"),
                include_str!("../../../locales/en/mail.ftl"),
                include_str!("../../../locales/en/web.ftl"),
                include_str!("../../../locales/en/setup.ftl"),
            ],
        };
        [faults, warnings, notices, status, config, cause, bus, mail, web, setup, cli, self.tools()]
    }
}
