//! Writes the metadata of a job, in either generation, from the documented shape.

use std::fmt::Write;

use jiff::Timestamp;

use crate::job::{Job, Number, local};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    First,
    /// With or without links between the points.
    Second {
        linked: bool,
    },
}

pub struct Account<'a> {
    pub id: u128,
    pub job: &'a str,
    pub jobs: &'a [&'a Job],
    /// A job's file → its name.
    pub name: &'a dyn Fn(&Job, Number) -> String,
    /// Marked as corrupted by Veeam: job and file.
    pub corrupted: Option<(usize, Number)>,
}

pub fn guid(id: u128) -> String {
    let hex = format!("{id:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn utc(time: Timestamp) -> String {
    time.strftime("%m/%d/%Y %H:%M:%S").to_string()
}

const NIL: &str = "00000000-0000-0000-0000-000000000000";

impl Account<'_> {
    pub fn write(&self, generation: Generation) -> String {
        match generation {
            Generation::First => self.first(),
            Generation::Second { linked } => self.second(linked),
        }
    }

    fn files(&self) -> impl Iterator<Item = (&Job, Number)> {
        let present = |job: &&Job| (0..job.files.len()).filter(|file| !job.files[*file].gone).collect::<Vec<_>>();
        self.jobs.iter().flat_map(move |job| present(job).into_iter().map(|file| (*job, file)))
    }

    /// Each run once.
    fn runs(&self) -> Vec<(u128, u64, u128)> {
        let points = self
            .jobs
            .iter()
            .flat_map(|job| job.machines.iter().flat_map(|machine| &machine.points).map(move |point| (job, point)));
        let mut runs: Vec<_> =
            points.map(|(job, point)| (point.run_id, point.run, job.files[point.file].group)).collect();
        runs.sort_unstable();
        runs.dedup();
        runs
    }

    fn first(&self) -> String {
        let mut text = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><Vbm Id="{}" JobName="{}" JobType="Backup">"#,
            guid(self.id),
            escape(self.job)
        );
        text += "<Hosts/><Storages>";
        for (job, number) in self.files() {
            let file = &job.files[number];
            let name = escape(&(self.name)(job, number));
            let _ = write!(
                text,
                r#"<Storage Id="{}" FileName="{name}" CreationTimeUtc="{}">"#,
                guid(file.id),
                utc(file.created)
            );
            let _ = write!(
                text,
                "<Stats><CBackupStats><BackupSize>{}</BackupSize></CBackupStats></Stats></Storage>",
                file.size
            );
        }
        text += "</Storages><JobPoints>";
        for (id, run, group) in self.runs() {
            let _ = write!(text, r#"<Point Id="{}" Num="{run}.0000000000" GroupId="{}"/>"#, guid(id), guid(group));
        }
        text += "</JobPoints><Vms>";
        for machine in self.jobs.iter().flat_map(|job| &job.machines) {
            let _ =
                write!(text, r#"<Vm Id="{}" VmName="x" DisplayName="{}"/>"#, guid(machine.id), escape(&machine.name));
        }
        text += "</Vms><VmPoints>";
        self.points(&mut text, true, |job, machine, point| {
            let created = local(job.files[point.0].created).strftime("%m/%d/%Y %H:%M:%S").to_string();
            let kind = if point.1 { "Full" } else { "Increment" };
            format!(
                r#"Pnt CreationTime="{created}" VmId="{}" StgId="{}" Type="{kind}""#,
                guid(machine),
                guid(job.files[point.0].id)
            )
        });
        text += "</VmPoints></Vbm>";
        format!(r#"<BackupMeta Version="36"><KeySets /><Vbm KeySetId="">{}</Vbm></BackupMeta>"#, escape(&text))
    }

    fn second(&self, linked: bool) -> String {
        let mut text = format!(
            r#"<BackupMeta Version="72"><Backup Id="{}" JobName="{}" DirPath="/b" EncryptionState="0"/><BackupMetaInfo><Oibs>"#,
            guid(self.id),
            escape(self.job)
        );
        let names: Vec<(u128, String)> =
            self.jobs.iter().flat_map(|job| &job.machines).map(|m| (m.id, m.name.clone())).collect();
        self.points(&mut text, linked, |job, machine, point| {
            let file = &job.files[point.0];
            let name = &names.iter().find(|(id, _)| *id == machine).expect("a machine").1;
            let kind = u8::from(!point.1);
            let created = utc(file.created);
            format!(
                r#"OIB StorageId="{}" ObjectId="{}" DisplayName="{}" CreationTimeUtc="{created}" Type="{kind}""#,
                guid(file.id),
                guid(machine),
                escape(name)
            )
        });
        text += "</Oibs><Objects/><Hosts/><Storages>";
        for (job, number) in self.files() {
            let file = &job.files[number];
            let stats = escape(&format!("<CBackupStats><BackupSize>{}</BackupSize></CBackupStats>", file.size));
            let name = escape(&(self.name)(job, number));
            let _ = write!(
                text,
                r#"<Storage Id="{}" FilePath="E:\Backups\{name}" Stats="{stats}" CreationTimeUtc="{}"/>"#,
                guid(file.id),
                utc(file.created)
            );
        }
        text += "</Storages><Points>";
        for (id, run, group) in self.runs() {
            let _ = write!(text, r#"<Point Id="{}" Num="{run}" Type="1" GroupId="{}"/>"#, guid(id), guid(group));
        }
        text + "</Points></BackupMetaInfo></BackupMeta>"
    }

    fn points(&self, text: &mut String, linked: bool, element: impl Fn(&Job, u128, (Number, bool)) -> String) {
        for (index, job) in self.jobs.iter().enumerate() {
            for machine in &job.machines {
                for point in &machine.points {
                    let link = point.parent.filter(|_| !point.full).map_or(NIL.to_owned(), guid);
                    let link = if linked { format!(r#" LinkId="{link}""#) } else { String::new() };
                    let corrupted = self.corrupted == Some((index, point.file));
                    let element = element(job, machine.id, (point.file, point.full));
                    let (id, run) = (guid(point.id), guid(point.run_id));
                    let _ = write!(
                        text,
                        r#"<{element} Id="{id}" PointId="{run}"{link} IsCorrupted="{}"/>"#,
                        if corrupted { "True" } else { "False" }
                    );
                }
            }
        }
    }
}
