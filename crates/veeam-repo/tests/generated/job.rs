//! A job as Veeam runs it, played: what files it leaves behind, and for each machine what each of its points needs. What is needed is kept
//! up run by run, as blocks move between files, so it rests on nothing that the crate does.

use std::collections::BTreeSet;

use fastrand::Rng;
use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};

/// A file by its number in the job.
pub type Number = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A full each so many runs, and increments between them.
    Forward(u64),
    /// One full, into which the oldest increment goes when there are more than so many points.
    Forever(usize),
    /// The full is always the newest; sometimes a new one is begun.
    Reverse,
    /// Reverse for so many runs, then forward on the same full.
    Mixed(u64),
}

#[derive(Clone, Debug)]
pub struct File {
    pub id: u128,
    pub kind: &'static str,
    /// What its name says.
    pub named: Timestamp,
    pub created: Timestamp,
    pub hash: u16,
    pub size: u64,
    pub group: u128,
    /// Merged into another one.
    pub gone: bool,
}

impl File {
    pub fn stamp(&self) -> DateTime {
        local(self.named)
    }
}

/// Two hours ahead of UTC.
pub fn local(time: Timestamp) -> DateTime {
    jiff::tz::TimeZone::UTC.to_datetime(time + 2.hours())
}

#[derive(Clone, Debug)]
pub struct Point {
    pub id: u128,
    pub run: u64,
    pub run_id: u128,
    pub file: Number,
    pub needs: BTreeSet<Number>,
    /// All of the machine is in this file.
    pub full: bool,
    pub parent: Option<u128>,
}

#[derive(Clone, Debug)]
pub struct Machine {
    pub id: u128,
    pub name: String,
    pub joins: u64,
    pub points: Vec<Point>,
}

/// Machines that share their files.
#[derive(Clone, Debug)]
pub struct Job {
    pub style: Style,
    pub machines: Vec<Machine>,
    pub files: Vec<File>,
    now: Timestamp,
}

fn id(random: &mut Rng) -> u128 {
    random.u128(1..)
}

impl Job {
    pub fn new(names: &[String], style: Style, random: &mut Rng) -> Self {
        let machine = |(index, name): (usize, &String)| {
            let joins = if index == 0 { 0 } else { random.u64(0..3) };
            Machine { id: id(random), name: name.clone(), joins, points: Vec::new() }
        };
        let machines = names.iter().enumerate().map(machine).collect();
        let now = Timestamp::from_second(1_700_000_000 + random.i64(0..60_000_000)).expect("a time");
        Self { style, machines, files: Vec::new(), now }
    }

    /// `steady` for clocks that never go back, and machines that are in each run.
    pub fn play(&mut self, runs: u64, steady: bool, random: &mut Rng) {
        for run in 0..runs {
            let back = !steady && random.u8(..) < 20;
            self.now += if back { -random.i64(1..5).hours() } else { (20 + random.i64(0..8)).hours() };
            self.now += random.i64(1..3000).seconds();
            let run_id = id(random);
            match self.style {
                Style::Forward(every) => self.forward(run, run_id, run % every == 0, steady, random),
                Style::Forever(keep) => {
                    self.forward(run, run_id, run == 0, true, random);
                    self.merge(keep, random);
                }
                Style::Reverse => self.reverse(run, run_id, random),
                Style::Mixed(until) if run < until => self.reverse(run, run_id, random),
                Style::Mixed(_) => self.forward(run, run_id, random.u8(..) < 40, true, random),
            }
        }
    }

    fn file(&mut self, kind: &'static str, random: &mut Rng) -> Number {
        let group = match (kind, self.files.iter().rev().find(|file| !file.gone && file.kind != "vrb")) {
            ("vib", Some(last)) => last.group,
            _ => id(random),
        };
        let size = random.u64(1000..1_000_000);
        let (named, created, hash) = (self.now, self.now, random.u16(..));
        self.files.push(File { id: id(random), kind, named, created, hash, size, group, gone: false });
        self.files.len() - 1
    }

    fn forward(&mut self, run: u64, run_id: u128, full: bool, steady: bool, random: &mut Rng) {
        let file = self.file(if full { "vbk" } else { "vib" }, random);
        for (index, machine) in self.machines.iter_mut().enumerate() {
            let absent = index > 0 && !steady && !full && random.u8(..) < 50;
            if machine.joins > run || absent {
                continue;
            }
            let previous = if full { None } else { machine.points.last() };
            let mut needs = previous.map(|point| point.needs.clone()).unwrap_or_default();
            needs.insert(file);
            let (full, parent) = (previous.is_none(), previous.map(|point| point.id));
            machine.points.push(Point { id: id(random), run, run_id, file, needs, full, parent });
        }
    }

    /// The oldest increment goes into the full.
    fn merge(&mut self, keep: usize, random: &mut Rng) {
        let present: Vec<Number> = (0..self.files.len()).filter(|file| !self.files[*file].gone).collect();
        if present.len() <= keep {
            return;
        }
        let (full, oldest) = (present[0], present[1]);
        self.files[oldest].gone = true;
        let (named, created) = (self.files[oldest].named, self.files[oldest].created);
        self.files[full].created = created;
        self.files[full].size += random.u64(1..5000);
        if random.bool() {
            self.files[full].named = named;
        }
        for machine in &mut self.machines {
            machine.points.retain(|point| point.file != full);
            for point in &mut machine.points {
                if point.needs.remove(&oldest) {
                    point.needs.insert(full);
                }
                if point.file == oldest {
                    (point.file, point.full, point.parent) = (full, true, None);
                }
            }
        }
    }

    /// What the full held before goes into a file of its own, and the full gets the newest.
    fn reverse(&mut self, run: u64, run_id: u128, random: &mut Rng) {
        let last = self.files.iter().rposition(|file| file.kind == "vbk");
        let Some(full) = last.filter(|_| random.u8(..) > 30) else {
            return self.forward(run, run_id, true, true, random);
        };
        let moved = self.file("vrb", random);
        (self.files[moved].named, self.files[moved].created) = (self.files[full].named, self.files[full].created);
        (self.files[full].named, self.files[full].created) = (self.now, self.now);
        for machine in &mut self.machines {
            for point in &mut machine.points {
                if point.needs.contains(&full) {
                    point.needs.insert(moved);
                }
                if point.file == full {
                    (point.file, point.full) = (moved, false);
                }
            }
            if machine.joins <= run {
                let needs = BTreeSet::from([full]);
                machine.points.push(Point { id: id(random), run, run_id, file: full, needs, full: true, parent: None });
            }
        }
    }
}
