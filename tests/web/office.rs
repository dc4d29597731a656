//! A played service: whatever state the test sets is served by the daemon's real `bus` room on a private bus, with the
//! real page in front. For states that a real copy passes too quickly.

use std::sync::Arc;

use asbackup_api::{
    AttachmentId, Disk, DiskId, Fault, LogLine, Notice, Outcome, RunRecord, State, Status, Step, Totals, Trigger,
    VeeamLock, Warning,
};
use asbackup_testing::harness::bus::NOBODY;
use asbackup_testing::harness::service::BusService;
use asbackup_texts::{Language, Texts};

use crate::site::{self, Setup, Site};

pub const GOLD: &str = "0f3a2c1e-1111-2222-3333-444455556661";
pub const SILVER: &str = "0f3a2c1e-1111-2222-3333-444455556662";
pub const BRONZE: &str = "B78E-6CC4";
/// By which the page may be asked for.
pub const NAME: &str = "backup.office.example";
const DAY: u64 = 86_400_000_000;
const GIGA: u64 = 1_000_000_000;

pub struct Office {
    pub service: BusService,
    pub site: Site,
}

impl Office {
    pub async fn new() -> Self {
        Self::with(ready(), "").await
    }

    /// With a password for starting copies unless it is empty.
    pub async fn with(status: Status, password: &str) -> Self {
        Self::open(status, password, 0).await
    }

    /// The page is not root, and its user decides what it may do; the service grants everything.
    pub async fn as_nobody(status: Status, password: &str) -> Self {
        let mut office = Self::open(status, password, NOBODY).await;
        office.service.play_controller();
        office
    }

    async fn open(status: Status, password: &str, user: u32) -> Self {
        let address = format!("{}:8080", site::own_host());
        let service = Self::service(status, &address).await;
        let site = Site::start(&Setup { bus: service.bus.address(), address: &address, password, user }).await;
        Self { service, site }
    }

    /// The page is in another network.
    pub async fn within(network: &str, address: &str) -> Self {
        let service = Self::service(ready(), address).await;
        let setup = Setup { bus: service.bus.address(), address, password: "", user: 0 };
        let site = Site::within(network, &setup);
        Self { service, site }
    }

    async fn service(status: Status, address: &str) -> BusService {
        let history = history(status.disks.first().map_or("", |disk| disk.label.as_str()));
        let status = at(address, status);
        BusService::with(status, Arc::new(move |newest| history.iter().take(newest).cloned().collect())).await
    }

    /// Sets the state.
    pub fn is(&self, status: Status) {
        self.service.status.send_replace(at(&self.site.address, status));
    }
}

/// Where the page is to listen, and by which name it may be asked for.
fn at(address: &str, status: Status) -> Status {
    Status { web_address: address.to_owned(), web_names: vec![NAME.to_owned()], ..status }
}

pub fn now() -> u64 {
    asbackup_api::micros(std::time::SystemTime::now())
}

/// Three known disks, one of them plugged in.
pub fn ready() -> Status {
    let disk = |uuid: &str, label: &str, present, days: u64, free| Disk {
        uuid: uuid.to_owned(),
        label: label.to_owned(),
        known: true,
        present,
        size: 4000 * GIGA,
        free,
        last_success: now() - days * DAY,
        ..Disk::default()
    };
    let disks = vec![
        disk(GOLD, "GOLD", true, 3, 620 * GIGA),
        disk(SILVER, "SILBER", false, 1, 580 * GIGA),
        disk(BRONZE, "BRONZE", false, 2, 1040 * GIGA),
    ];
    Status { disks, progress: -1.0, ..Status::default() }
}

/// The service speaks German, whatever its readers do.
fn german() -> Texts {
    Texts::new(Language::German)
}

/// As after the installation.
pub fn unset() -> Status {
    let keys = "backup-source".to_owned();
    let told = german().statement(&Fault::Unconfigured { keys });
    Status { config_error: told.text, config_error_facts: told.facts, progress: -1.0, ..Status::default() }
}

pub fn copying(percent: u64) -> Status {
    let texts = german();
    let low = Warning::LowSpace { free: 48 * GIGA, threshold: 50 * GIGA };
    let total = 812 * GIGA;
    Status {
        state: State::Copying,
        run: 42,
        disk: GOLD.to_owned(),
        label: "GOLD".to_owned(),
        started_at: now() - DAY / 24,
        progress: percent as f64 / 100.0,
        bytes_done: total / 100 * percent,
        bytes_total: total,
        bytes_per_second: 168_000_000,
        seconds_left: 48 * (100 - percent),
        current_file: "Montag/Dateiserver-2026-11-28T0200_4F2A.vbk".to_owned(),
        warnings: vec![texts.statement(&low).text],
        warning_facts: vec![texts.statement(&low).facts],
        run_log: log(&texts, &low),
        ..ready()
    }
}

/// As the service writes it up to the middle of a copy.
fn log(texts: &Texts, warning: &Warning) -> Vec<LogLine> {
    let (disk, label) = (GOLD.to_owned(), "GOLD".to_owned());
    let (source, device) = ("/srv/veeam".to_owned(), "/dev/sdb1".to_owned());
    let notices = [
        Notice::RunStarted { run: 42, disk, label: label.clone(), trigger: "plugged".to_owned() },
        Notice::StepIdentifyDisk { device, label, file_system: "ext4".to_owned() },
        Notice::StepVeeamClear,
        Notice::StepMount { mount_point: "/media/GOLD".to_owned() },
        Notice::StepCheck { source: source.clone() },
        Notice::StepChecked { files: 31, bytes: 812 * GIGA, deletions: 3, free: 860 * GIGA },
        Notice::StepCopy { source, target: "/media/GOLD".to_owned() },
    ];
    let mut at = now() - DAY / 24;
    let mut line = |level: &'static str, text| {
        at += 1_400_000;
        LogLine { at, level: level.into(), text }
    };
    let mut lines: Vec<LogLine> =
        notices.iter().map(|notice| line("info", texts.message(notice).to_string())).collect();
    lines.push(line("warning", texts.message(warning).to_string()));
    lines
}

pub fn waiting() -> Status {
    let lock = VeeamLock { job: "Nachtsicherung".to_owned(), held: true, since: now() - DAY / 48 };
    let mut run = Status { state: State::WaitingForVeeam, progress: -1.0, warnings: Vec::new(), ..copying(0) };
    run.run_log.truncate(2);
    Status {
        bytes_done: 0,
        bytes_total: 0,
        bytes_per_second: 0,
        seconds_left: 0,
        current_file: String::new(),
        veeam_locks: vec![lock],
        ..run
    }
}

pub fn ended(outcome: Outcome, is_safe: bool) -> Status {
    let is_bad = outcome == Outcome::Aborted;
    let message = german().statement(&Fault::DiskRemoved);
    Status {
        last_run: 42,
        last_disk: GOLD.to_owned(),
        last_label: "GOLD".to_owned(),
        last_result: Some(outcome),
        last_finished_at: now(),
        last_error: if is_bad { ("DiskRemoved".to_owned(), message.text) } else { Default::default() },
        last_error_facts: if is_bad { message.facts } else { Default::default() },
        safe_to_remove: if is_safe { vec![GOLD.to_owned()] } else { Vec::new() },
        ..ready()
    }
}

/// A copy that doesn't fit, refused before anything has changed.
pub fn too_small() -> Status {
    let fault = Fault::NoSpace { needed: 812 * GIGA, free: 368 * GIGA, missing: 444 * GIGA, reserved: 0 };
    let mut status = ended(Outcome::Aborted, true);
    let told = german().statement(&fault);
    (status.last_error, status.last_error_facts) = (("NoSpace".to_owned(), told.text), told.facts);
    status
}

/// A month, newest first; the first disk is called `label`.
fn history(label: &str) -> Vec<RunRecord> {
    let disks = [(GOLD, label), (SILVER, "SILBER"), (BRONZE, "BRONZE")];
    let run = |nth: u64| {
        let (uuid, label) = disks[nth as usize % 3];
        let end = now() - (30 - nth) * DAY;
        let is_bad = nth == 21;
        let bytes = (90 + nth * 37 % 160) * GIGA;
        let totals = Totals {
            bytes_total: bytes,
            bytes_done: if is_bad { bytes / 4 } else { bytes },
            files: 40,
            deletions: 3,
            copy_seconds: bytes / 160_000_000,
            free_bytes: (800 + nth % 3 * 500 - nth * 19 + nth * 53 % 90) * GIGA,
            size_bytes: 4000 * GIGA,
            source_as_of: 0,
        };
        RunRecord {
            run: nth + 1,
            disk: DiskId::new(uuid),
            label: label.to_owned(),
            trigger: Trigger::Plugged,
            attachment: AttachmentId { boot_id: "boot".to_owned(), diskseq: None },
            started_at: end - totals.bytes_done / 140,
            finished_at: end,
            outcome: if is_bad { Outcome::Aborted } else { Outcome::Success },
            step: if is_bad { Step::Copy } else { Step::Unmount },
            fault: is_bad.then_some(Fault::DiskRemoved),
            warnings: Vec::new(),
            totals,
            safe_to_remove: !is_bad,
            logs: Vec::new(),
        }
    };
    (0..30).rev().map(run).collect()
}
