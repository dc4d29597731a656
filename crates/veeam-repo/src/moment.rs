//! When a restore point was made, with as much as is known of the clock that said so.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// When a restore point was made.
///
/// Metadata tell most times in UTC; file names tell them by the wall clock of Veeam's server, whose zone nobody has written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A point in time.
    Utc(Timestamp),
    /// What the clock at Veeam's server showed.
    Local(DateTime),
}

impl Moment {
    /// To order moments of one kind; between the two kinds it is right to within a day.
    pub(crate) fn order(&self) -> DateTime {
        match self {
            Self::Utc(time) => TimeZone::UTC.to_datetime(*time),
            Self::Local(time) => *time,
        }
    }

    /// Of a text that tells UTC.
    pub(crate) fn utc(text: &str) -> Option<Self> {
        let zoned = civil(text)?.to_zoned(TimeZone::UTC).ok()?;
        Some(Self::Utc(zoned.timestamp()))
    }

    /// Of a text that tells the server's own time.
    pub(crate) fn local(text: &str) -> Option<Self> {
        civil(text).map(Self::Local)
    }

    /// `2022-10-03T132735`, as in file names.
    pub(crate) fn stamp(text: &str) -> Option<Self> {
        const SHAPE: &[u8] = b"0000-00-00T000000";
        let fits = |(found, wanted): (u8, &u8)| if *wanted == b'0' { found.is_ascii_digit() } else { found == *wanted };
        if text.len() != SHAPE.len() || !text.bytes().zip(SHAPE).all(fits) {
            return None;
        }
        DateTime::strptime("%Y-%m-%dT%H%M%S", text).ok().map(Self::Local)
    }
}

/// `07/22/2015 19:31:11`, month first, as .NET writes it whatever the language; newer versions also the form of ISO 8601.
fn civil(text: &str) -> Option<DateTime> {
    let text = text.trim();
    if text.contains('/') {
        return DateTime::strptime("%m/%d/%Y %H:%M:%S", text).ok();
    }
    text.trim_end_matches('Z').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_date_in_metadata_are_read() {
        assert_eq!(Moment::utc("07/22/2015 19:31:11"), Moment::utc("2015-07-22T19:31:11Z"));
        assert_eq!(Moment::utc("07/22/2015 19:31:11"), Some(Moment::Utc("2015-07-22T19:31:11Z".parse().unwrap())));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "22/07/2015 19:31:11", "07/22/2015", "yesterday", "9999-99-99T999999", "07/22/2015 19:31:11 x"]
        {
            assert_eq!(Moment::utc(text), None, "{text}");
            assert_eq!(Moment::stamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_stamp_in_a_name_is_the_servers_own_time() {
        let wanted = Moment::Local("2022-10-03T13:27:35".parse().unwrap());
        assert_eq!(Moment::stamp("2022-10-03T132735"), Some(wanted));
        assert_eq!(Moment::stamp("2022-13-03T132735"), None);
    }
}
