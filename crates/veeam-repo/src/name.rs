//! What a file's name says: its kind, the machine, the moment. Knows names only; where metadata say otherwise, those are right.

use crate::moment::Moment;

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// `.vbk`: a machine as a whole.
    Full,
    /// `.vib`: what has changed since the point before.
    Increment,
    /// `.vrb`: what has changed until the point after, the reverse increment.
    Rollback,
    /// `.vbm`: what belongs to what.
    Metadata,
    /// `.vsb`: a full for tape that is put together when it is read.
    Virtual,
    /// `.vlb`, `.vsm`, `.vom`, `.vlm`: logs of databases.
    Log,
    /// `.vab`: what a plug-in of a database has written.
    PlugInData,
    /// `.vasm`: what is in the `.vab` of the same name.
    PlugInFile,
    /// `.vacm`: what belongs to what in a plug-in's job.
    PlugInJob,
    /// `.vstore`: the top of a backup of file shares.
    NasStore,
    /// `.vsource`: one file share in it.
    NasSource,
    /// `.vblob`: files of a share, 64 MB at most.
    NasBlob,
    /// Something of Veeam's that is still being written: `.vbk.tmp`, `.vbm.temp`, `.vbm_…tmp`.
    Unfinished,
    /// Not Veeam's, or nothing that is needed to restore.
    Other,
}

const ENDINGS: [(&str, FileKind); 15] = [
    ("vbk", FileKind::Full),
    ("vib", FileKind::Increment),
    ("vrb", FileKind::Rollback),
    ("vbm", FileKind::Metadata),
    ("vsb", FileKind::Virtual),
    ("vlb", FileKind::Log),
    ("vsm", FileKind::Log),
    ("vom", FileKind::Log),
    ("vlm", FileKind::Log),
    ("vab", FileKind::PlugInData),
    ("vasm", FileKind::PlugInFile),
    ("vacm", FileKind::PlugInJob),
    ("vstore", FileKind::NasStore),
    ("vsource", FileKind::NasSource),
    ("vblob", FileKind::NasBlob),
];

impl FileKind {
    /// By the name's ending, in whatever case.
    pub fn of(name: &str) -> Self {
        let Some((_, ending)) = name.rsplit_once('.') else { return Self::Other };
        let ending = ending.to_ascii_lowercase();
        let listed = ENDINGS.iter().find(|(known, _)| *known == ending);
        listed.map_or_else(|| Self::unfinished(name, &ending), |(_, kind)| *kind)
    }

    /// `x.vbk.tmp` and `x.vbm.temp`, or `x.vbm_17tmp`, whose ending is a known one with a tail.
    fn unfinished(name: &str, ending: &str) -> Self {
        let known = |ending: &str| ENDINGS.iter().any(|(known, _)| *known == ending);
        let tailed =
            ending.strip_suffix("tmp").and_then(|rest| rest.split_once('_')).is_some_and(|(rest, _)| known(rest));
        let within = || {
            let before = name.rsplit('.').nth(1).unwrap_or_default();
            ["tmp", "temp"].contains(&ending) && known(&before.to_ascii_lowercase())
        };
        if tailed || within() { Self::Unfinished } else { Self::Other }
    }

    /// Whether files of this kind make up chains: full, increment, reverse increment.
    pub fn is_link(self) -> bool {
        matches!(self, Self::Full | Self::Increment | Self::Rollback)
    }
}

/// How much a name tells of whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `NAME.vm-123D…`: one machine in a file.
    Machine,
    /// `JOB - HOSTD…`: one machine in a file, written by an agent.
    Agent,
    /// `JOBD…`: the job's name, and whatever machines are in it.
    Job,
}

/// A file of a chain, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainName<'a> {
    /// What all files of the same chain begin with.
    pub series: &'a str,
    /// The machine, or the job where the name tells no more.
    pub machine: &'a str,
    /// How much the name tells.
    pub form: Form,
    /// By the clock of Veeam's server.
    pub moment: Moment,
    /// Full, increment or reverse increment.
    pub kind: FileKind,
}

impl<'a> ChainName<'a> {
    /// None for what is no `.vbk`, `.vib` or `.vrb` with a date in its name.
    pub fn parse(name: &'a str) -> Option<Self> {
        let kind = FileKind::of(name);
        let (stem, _) = name.rsplit_once('.').filter(|_| kind.is_link())?;
        let stem = strip_tail(strip_tail(stem, is_period), is_hash);
        let (before, stamp) = stem.split_at_checked(stem.len().checked_sub(STAMP)?)?;
        let moment = Moment::stamp(stamp)?;
        // Since version 9 a D stands before the date; chains that were begun before it go on under the longer name.
        let series = before.strip_suffix('D').unwrap_or(before);
        let (machine, form) = whose(series);
        (!machine.is_empty()).then_some(Self { series, machine, form, moment, kind })
    }
}

/// The length of `2022-10-03T132735`.
const STAMP: usize = 17;

/// Without `_TAIL`, if the tail is of that kind.
fn strip_tail(stem: &str, is_tail: fn(&str) -> bool) -> &str {
    stem.rsplit_once('_').filter(|(_, tail)| is_tail(tail)).map_or(stem, |(rest, _)| rest)
}

/// Weekly, monthly, quarterly, yearly.
fn is_period(tail: &str) -> bool {
    !tail.is_empty() && tail.bytes().all(|byte| b"WMQY".contains(&byte))
}

fn is_hash(tail: &str) -> bool {
    tail.len() >= 4 && tail.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_lowercase())
}

fn whose(series: &str) -> (&str, Form) {
    if let Some((machine, object)) = series.rsplit_once('.')
        && is_object(object)
    {
        return (machine, Form::Machine);
    }
    match series.rsplit_once(" - ") {
        Some((_, host)) => (strip_tail(host, is_hash), Form::Agent),
        None => (series, Form::Job),
    }
}

/// `vm-123` as vSphere counts, or Veeam's own number.
fn is_object(text: &str) -> bool {
    let number = text.strip_prefix("vm-").or_else(|| text.strip_prefix("VM-")).unwrap_or(text);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_told(name: &str, series: &str, machine: &str, form: Form) {
        let told = ChainName::parse(name).unwrap_or_else(|| panic!("{name} is none"));
        assert_eq!((told.series, told.machine, told.form), (series, machine, form), "{name}");
    }

    #[test]
    fn every_form_of_name_that_has_been_seen_is_read() {
        assert_told("Job2015-07-22T223111.vib", "Job", "Job", Form::Job);
        assert_told("Webserver BackupD2016-09-20T175902.vib", "Webserver Backup", "Webserver Backup", Form::Job);
        assert_told("On StorageD2022-10-03T132735_1E50.vbk", "On Storage", "On Storage", Form::Job);
        assert_told("forbackup.51D2023-06-09T115813_C9E3.vib", "forbackup.51", "forbackup", Form::Machine);
        assert_told("DC 01.vm-123D2024-01-02T220011_0AB1_WM.vbk", "DC 01.vm-123", "DC 01", Form::Machine);
        let agent = "Agent Backup rhel72 lvm - rhel72_2D7F";
        assert_told(&format!("{agent}D2018-12-17T050032.vib"), agent, "rhel72", Form::Agent);
        assert_told("Büro Süd.vm-7D2024-01-02T220011.vrb", "Büro Süd.vm-7", "Büro Süd", Form::Machine);
        assert_told("サーバー.vm-9D2024-01-02T220011.VBK", "サーバー.vm-9", "サーバー", Form::Machine);
    }

    #[test]
    fn what_has_no_date_is_no_part_of_a_chain() {
        for name in
            ["", ".vbk", "Job.vbk", "2024-01-02T220011.vbk", "D2024-01-02T220011.vbk", "Job2024-01-02.vib", "ü1.vbk"]
        {
            assert_eq!(ChainName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn kinds_are_told_by_their_ending() {
        let kinds = [
            ("a.VBK", FileKind::Full),
            ("a.vlb", FileKind::Log),
            ("a.vasm", FileKind::PlugInFile),
            ("a.vstore", FileKind::NasStore),
            ("a.vbk.tmp", FileKind::Unfinished),
            ("a.vbm.temp", FileKind::Unfinished),
            ("a.vbm_17tmp", FileKind::Unfinished),
            ("a.vacm_x_tmp", FileKind::Unfinished),
            ("a.txt.tmp", FileKind::Other),
            (".veeam.1.lock", FileKind::Other),
            ("vbk", FileKind::Other),
        ];
        for (name, kind) in kinds {
            assert_eq!(FileKind::of(name), kind, "{name}");
        }
    }
}
