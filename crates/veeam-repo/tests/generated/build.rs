//! A directory of a repository, made from jobs that were played: its files, its metadata, one of them damaged, and what has to be said of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use asbackup_veeam_repo::Moment;
use fastrand::Rng;

use crate::job::{Job, Number, Point, Style};
use crate::metadata::{Account, Generation};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Job,
    Machine { own_metadata: bool },
    Agent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    None,
    Missing,
    /// Too short, or without anything in it.
    Short,
    Empty,
    /// Lies in another directory.
    Moved,
    /// A file of another chain lies there instead.
    Foreign,
    /// Veeam is still writing it.
    Begun,
    /// Veeam has marked it.
    Corrupted,
}

/// Why there is nothing but names to go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    Absent,
    CutOff,
    Encrypted,
    Garbage,
}

#[derive(Clone, Debug)]
pub struct Plan {
    pub directory: String,
    pub job: String,
    pub form: Form,
    pub style: Style,
    pub metadata: Result<Generation, Lost>,
    pub damage: Damage,
}

/// What has to be said of a machine.
#[derive(Debug)]
pub struct Expected {
    pub directory: PathBuf,
    pub machine: String,
    pub newest: Option<(Moment, PathBuf)>,
    pub points: usize,
    /// The file that breaks points, and how many; by names it is not always that file that is told.
    pub broken: Option<(PathBuf, usize)>,
    pub by_names: bool,
}

#[derive(Debug, Default)]
pub struct Built {
    /// Path → bytes.
    pub files: BTreeMap<PathBuf, u64>,
    pub contents: HashMap<PathBuf, Vec<u8>>,
    pub expected: Vec<Expected>,
}

pub struct Directory<'r> {
    pub plan: Plan,
    pub jobs: Vec<Job>,
    pub random: &'r mut Rng,
    pub built: Built,
}

impl Directory<'_> {
    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(&self.plan.directory).join(name)
    }

    /// The name of a job's file, without its directory.
    fn name(plan: &Plan, index: usize, job: &Job, number: Number) -> String {
        let file = &job.files[number];
        let stamp = file.stamp().strftime("%Y-%m-%dT%H%M%S");
        let prefix = match plan.form {
            Form::Job => plan.job.clone(),
            Form::Machine { .. } => format!("{}.vm-{}", job.machines[0].name, index + 10),
            Form::Agent => format!("{} - {}_2D7F", plan.job, job.machines[0].name),
        };
        format!("{prefix}D{stamp}_{:04X}.{}", file.hash, file.kind)
    }

    pub fn build(mut self) -> Built {
        let victim = self.victim();
        for index in 0..self.jobs.len() {
            for number in 0..self.jobs[index].files.len() {
                if !self.jobs[index].files[number].gone {
                    self.place(index, number, victim);
                }
            }
        }
        self.metadata(victim);
        for index in 0..self.jobs.len() {
            self.expect(index, victim.filter(|(job, _)| *job == index).map(|(_, number)| number));
        }
        self.built
    }

    /// Job and file.
    fn victim(&mut self) -> Option<(usize, Number)> {
        if self.plan.damage == Damage::None {
            return None;
        }
        let job = self.random.usize(..self.jobs.len());
        let present: Vec<Number> =
            (0..self.jobs[job].files.len()).filter(|file| !self.jobs[job].files[*file].gone).collect();
        // By names alone only the first full can be seen to be missing.
        let first = self.plan.metadata.is_err() && self.plan.damage == Damage::Missing;
        Some((job, if first { present[0] } else { present[self.random.usize(..present.len())] }))
    }

    fn place(&mut self, index: usize, number: Number, victim: Option<(usize, Number)>) {
        let name = Self::name(&self.plan, index, &self.jobs[index], number);
        let (path, size) = (self.path(&name), self.jobs[index].files[number].size);
        let damage = if victim == Some((index, number)) { self.plan.damage } else { Damage::None };
        let (path, size) = match damage {
            Damage::Missing => return,
            Damage::None | Damage::Corrupted => (path, size),
            Damage::Short => (path, size - self.random.u64(1..size)),
            Damage::Empty => (path, 0),
            Damage::Moved => (PathBuf::from("Moved by hand").join(name), size),
            Damage::Begun => (self.path(&format!("{name}.tmp")), size),
            Damage::Foreign => {
                let hash = format!("_{:04X}.", self.jobs[index].files[number].hash);
                (self.path(&name.replace(&hash, "_00FF00FF.")), size)
            }
        };
        self.built.files.insert(path, size);
    }

    fn metadata(&mut self, victim: Option<(usize, Number)>) {
        let own = self.plan.form == Form::Machine { own_metadata: true };
        let jobs: Vec<&Job> = self.jobs.iter().collect();
        let groups: Vec<(usize, &[&Job])> =
            if own { jobs.chunks(1).enumerate().collect() } else { vec![(0, &jobs[..])] };
        let mut written = Vec::new();
        for (first, jobs) in groups {
            let plan = &self.plan;
            let at = |job: &Job| {
                self.jobs.iter().position(|other| other.machines[0].id == job.machines[0].id).expect("a job")
            };
            let name = |job: &Job, number: Number| Self::name(plan, at(job), job, number);
            let corrupted = victim
                .filter(|_| plan.damage == Damage::Corrupted)
                .and_then(|(job, file)| Some((job.checked_sub(first)?, file)));
            let account = Account { id: self.random.u128(1..), job: &plan.job, jobs, name: &name, corrupted };
            let text = account.write(plan.metadata.unwrap_or(Generation::Second { linked: true }));
            written.push((self.path(&format!("{}_{first}.vbm", plan.job)), text));
        }
        for (path, text) in written {
            let bytes = match self.plan.metadata {
                Ok(_) => text.into_bytes(),
                Err(Lost::Absent) => continue,
                Err(Lost::CutOff) => text.as_bytes()[..text.len() / 2].to_vec(),
                Err(Lost::Encrypted) => b"<BackupMeta><Backup EncryptionState=\"2\" JobName=\"J\"/><BackupMetaInfo>QUJD</BackupMetaInfo></BackupMeta>".to_vec(),
                Err(Lost::Garbage) => (0..200).map(|_| self.random.u8(..)).collect(),
            };
            self.built.files.insert(path.clone(), bytes.len() as u64);
            self.built.contents.insert(path, bytes);
        }
    }

    fn expect(&mut self, index: usize, victim: Option<Number>) {
        let by_names = self.plan.metadata.is_err();
        let shared = by_names && self.plan.form == Form::Job;
        let count = if shared { 1 } else { self.jobs[index].machines.len() };
        for machine in 0..count {
            let expected = self.expected(index, machine, victim, by_names, shared);
            self.built.expected.push(expected);
        }
    }

    fn expected(&self, index: usize, machine: usize, victim: Option<Number>, by_names: bool, shared: bool) -> Expected {
        let job = &self.jobs[index];
        let truth = &job.machines[machine];
        let name_of = |number: Number| Self::name(&self.plan, index, job, number);
        let vanished = |point: &&Point| by_names && self.plan.damage == Damage::Missing && Some(point.file) == victim;
        let points: Vec<&Point> = truth.points.iter().filter(|point| !vanished(point)).collect();
        let breaks = |point: &&&Point| victim.is_some_and(|victim| self.breaks(point, victim));
        let broken = points.iter().filter(breaks).count();
        let newest = points.iter().rev().find(|point| !breaks(point));
        let at = |number: Number| match by_names {
            true => Moment::Local(job.files[number].stamp()),
            false => Moment::Utc(job.files[number].created),
        };
        Expected {
            directory: PathBuf::from(&self.plan.directory),
            machine: if shared { self.plan.job.clone() } else { truth.name.clone() },
            newest: newest.map(|point| (at(point.file), self.path(&name_of(point.file)))),
            points: points.len(),
            broken: victim.filter(|_| broken > 0).map(|victim| (self.path(&name_of(victim)), broken)),
            by_names,
        }
    }

    fn breaks(&self, point: &Point, victim: Number) -> bool {
        let needs: &BTreeSet<Number> = &point.needs;
        needs.contains(&victim)
    }
}
