//! Three hundred repositories, made by seed from jobs that were played: for each machine the newest point that can be restored is the right one, and
//! the file at fault is named. `REPOSITORY_SEED=…` plays one again.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod build;
mod job;
mod metadata;
mod shares;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use asbackup_veeam_repo::{Basis, Contents, Entry, Limits, Machine, Repository, Trouble, read};
use build::{Built, Damage, Directory, Expected, Form, Lost, Plan};
use fastrand::Rng;
use job::{Job, Style};
use metadata::Generation;

const JOBS: [&str; 7] = ["Nightly", "Büro & Lager", "週次バックアップ", "Резервная копия", "R<D>", "Job 1", "srv.all"];
const MACHINES: [&str; 10] =
    ["dc01", "Büro Süd", "サーバー", "Файл-сервер", "srv.local", "a - b", "R&D", "x_1", "it's", "ÄÖÜ\u{df}"];

fn plan(seed: u64, place: usize, random: &mut Rng) -> Plan {
    let metadata = match random.u8(0..10) {
        0..4 => Ok(Generation::First),
        4..6 => Ok(Generation::Second { linked: true }),
        6..8 => Ok(Generation::Second { linked: false }),
        _ => Err([Lost::Absent, Lost::CutOff, Lost::Encrypted, Lost::Garbage][random.usize(..4)]),
    };
    let style = match random.u8(0..4) {
        0 => Style::Forward(random.u64(2..8)),
        1 => Style::Forever(random.usize(2..8)),
        2 => Style::Reverse,
        _ => Style::Mixed(random.u64(1..6)),
    };
    let damages: &[Damage] = match (metadata.is_ok(), style) {
        (true, _) => &[
            Damage::None,
            Damage::Missing,
            Damage::Short,
            Damage::Empty,
            Damage::Moved,
            Damage::Foreign,
            Damage::Begun,
            Damage::Corrupted,
        ],
        (false, Style::Forward(_) | Style::Forever(_)) => &[Damage::None, Damage::Empty, Damage::Missing],
        (false, _) => &[Damage::None, Damage::Empty],
    };
    let form = [Form::Job, Form::Machine { own_metadata: false }, Form::Machine { own_metadata: true }, Form::Agent];
    Plan {
        directory: format!("{} {seed}-{place}", JOBS[random.usize(..JOBS.len())]),
        job: JOBS[random.usize(..JOBS.len())].to_owned(),
        form: form[random.usize(..4)],
        style,
        metadata,
        damage: damages[random.usize(..damages.len())],
    }
}

fn directory(plan: Plan, random: &mut Rng) -> Built {
    let mut names: Vec<String> = MACHINES.map(str::to_owned).to_vec();
    random.shuffle(&mut names);
    names.truncate(if plan.form == Form::Agent { 1 } else { random.usize(1..5) });
    if plan.form == Form::Agent {
        names = vec!["rhel72".to_owned()];
    }
    let groups: Vec<&[String]> = if plan.form == Form::Job { vec![&names[..]] } else { names.chunks(1).collect() };
    let (runs, steady) = (random.u64(1..20), plan.metadata.is_err());
    let mut jobs = Vec::new();
    for group in groups {
        let mut job = Job::new(group, plan.style, random);
        job.play(runs, steady, random);
        jobs.push(job);
    }
    Directory { plan, jobs, random, built: Built::default() }.build()
}

/// What lies about in real ones, and is to change nothing.
fn litter(built: &mut Built, random: &mut Rng) {
    let directories: Vec<PathBuf> = built.files.keys().filter_map(|path| path.parent()).map(Path::to_owned).collect();
    let directory = &directories[random.usize(..directories.len())];
    for (name, size) in
        [("notes.txt", 5), (".veeam.3.lock", 1), ("half.vbk.tmp", 0), ("x.vbm_17tmp", 9), ("log.vlb", 7)]
    {
        if random.bool() {
            built.files.insert(directory.join(name), size);
        }
    }
}

/// The same, decomposed or in capitals, as a target might give names back.
fn spelt(path: &Path, how: u8) -> PathBuf {
    let name = path.file_name().expect("a name").to_string_lossy();
    let decomposed = || name.replace('ü', "u\u{308}").replace('Ä', "A\u{308}").replace('й', "и\u{306}");
    path.with_file_name(match how {
        0 => name.to_uppercase().replace("SS", "\u{df}"),
        1 => decomposed(),
        _ => name.into_owned(),
    })
}

struct Made {
    entries: Vec<Entry>,
    contents: HashMap<PathBuf, Vec<u8>>,
    expected: Vec<Expected>,
    plans: Vec<Plan>,
    shares: Option<shares::Wanted>,
}

fn make(seed: u64) -> Made {
    let mut random = Rng::with_seed(seed);
    let how = random.u8(0..6);
    let (entries, contents, expected, plans) = (Vec::new(), HashMap::new(), Vec::new(), Vec::new());
    let mut made = Made { entries, contents, expected, plans, shares: None };
    for place in 0..random.usize(1..4) {
        let plan = plan(seed, place, &mut random);
        let mut built = directory(plan.clone(), &mut random);
        made.plans.push(plan);
        litter(&mut built, &mut random);
        if place == 0 && random.u8(..) < 60 {
            made.shares = Some(shares::make(format!("Shares {seed}").into(), &mut built, &mut random));
        }
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        made.entries.extend(built.files.iter().map(|(path, size)| Entry {
            path: spelt(path, how),
            size: *size,
            modified,
        }));
        made.contents.extend(built.contents.into_iter().map(|(path, bytes)| (spelt(&path, how), bytes)));
        made.expected.extend(built.expected.into_iter().map(|mut expected| {
            expected.newest = expected.newest.map(|(at, path)| (at, spelt(&path, how)));
            expected
        }));
    }
    random.shuffle(&mut made.entries);
    made
}

fn machine<'a>(repository: &'a Repository, expected: &Expected) -> Option<(&'a Machine, Basis)> {
    let here = repository.backups.iter().filter(|backup| backup.directory == expected.directory);
    let alike = |name: &str| {
        name.to_uppercase() == expected.machine.to_uppercase()
            || spelt(Path::new(&expected.machine), 1) == Path::new(name)
    };
    let mut machines = here.flat_map(|backup| match &backup.contents {
        Contents::Machines(machines) => machines.iter().map(|machine| (machine, backup.basis)).collect(),
        _ => Vec::new(),
    });
    machines.find(|(machine, basis)| alike(&machine.name) && (*basis == Basis::Names) == expected.by_names)
}

/// Path as it is compared: a damaged file may be told under the metadata's spelling or the directory's.
fn plain(path: &Path) -> String {
    path.to_string_lossy()
        .replace("u\u{308}", "ü")
        .replace("A\u{308}", "Ä")
        .replace("и\u{306}", "й")
        .to_uppercase()
        .replace("SS", "\u{df}")
}

fn judge(repository: &Repository, expected: &Expected) -> Result<(), String> {
    let Some((machine, _)) = machine(repository, expected) else {
        return if expected.points == 0 { Ok(()) } else { Err("the machine is not there".to_owned()) };
    };
    let newest = machine.newest_complete().map(|point| (point.at, point.file.to_path_buf()));
    if newest != expected.newest {
        return Err(format!("newest is {newest:?}"));
    }
    if machine.points.len() != expected.points {
        return Err(format!("{} points", machine.points.len()));
    }
    let flaws: Vec<_> = machine.flaws.iter().map(|flaw| (plain(&flaw.file), flaw.breaks)).collect();
    let named = expected.broken.iter().map(|(path, breaks)| (plain(path), *breaks)).collect::<Vec<_>>();
    let by_names = expected.by_names && machine.flaws.iter().all(|flaw| flaw.trouble == Trouble::NoFull);
    if by_names && flaws.is_empty() == named.is_empty() || flaws == named {
        return Ok(());
    }
    Err(format!("flaws are {:?}", machine.flaws))
}

fn check(seed: u64) -> Made {
    let made = make(seed);
    let open = |path: &Path| {
        made.contents.get(path).map(Vec::as_slice).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    };
    let repository = read(&made.entries, open, Limits::default());
    let machines = made.expected.iter().map(|expected| (judge(&repository, expected), format!("{expected:#?}")));
    let shares = made.shares.iter().map(|wanted| (shares::judge(&repository, wanted), format!("{wanted:#?}")));
    for (judged, wanted) in machines.chain(shares) {
        if let Err(error) = judged {
            let paths: Vec<_> = made.entries.iter().map(|entry| (&entry.path, entry.size)).collect();
            panic!("REPOSITORY_SEED={seed}: {error}\n{wanted}\n{:#?}\n{paths:#?}\n{repository:#?}", made.plans);
        }
    }
    made
}

#[test]
fn the_newest_complete_point_and_what_is_missing_are_right_in_300() {
    if let Ok(seed) = std::env::var("REPOSITORY_SEED") {
        check(seed.parse().expect("a number"));
        return;
    }
    let mut kinds: HashMap<String, usize> = HashMap::new();
    let mut broken = 0;
    for made in (0..300).map(check) {
        let word = |value: &dyn std::fmt::Debug| format!("{value:?}").split('(').next().unwrap_or_default().to_owned();
        for plan in &made.plans {
            let told =
                [word(&plan.style), word(&plan.damage), format!("{:?}", plan.form), format!("{:?}", plan.metadata)];
            told.into_iter().for_each(|kind| *kinds.entry(kind).or_default() += 1);
        }
        made.shares.iter().for_each(|wanted| *kinds.entry(word(&wanted.lack)).or_default() += 1);
        broken += made.expected.iter().filter(|expected| expected.broken.is_some()).count();
    }
    // Four styles, eight kinds of damage, four forms, three kinds of metadata and four of none, four parts of shares and nothing.
    assert_eq!(kinds.len(), 4 + 8 + 4 + 3 + 4 + 5, "{kinds:#?}");
    assert!(kinds.values().all(|count| *count >= 5) && broken >= 200, "{broken} {kinds:#?}");
}
