//! Five hundred readers at once, before the real service: all get every change, and the service does the work of one reader.
//! `READERS_SECONDS=60` looks for a whole minute, with a change in every second.

use std::collections::HashSet;
use std::fs;
use std::time::Duration;

use asbackup_testing::PATIENCE;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::scene::Scene;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::site::{self, Setup, Site};

const READERS: usize = 500;

/// How many changes there are, and how far apart.
fn pace() -> (u32, Duration) {
    let seconds = std::env::var("READERS_SECONDS").ok().and_then(|text| text.parse().ok());
    seconds.map_or((20, Duration::from_millis(200)), |seconds| (seconds, Duration::from_secs(1)))
}

/// What a process costs: resident kibibytes, and milliseconds of processor time.
#[derive(Clone, Copy)]
struct Cost {
    memory: u64,
    time: u64,
}

impl Cost {
    fn of(pid: u32) -> Self {
        let process = procfs::process::Process::new(pid.cast_signed()).expect("it runs");
        let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("it has threads").flatten();
        // Finer than the hundredths of a second elsewhere.
        let on_processor = |path| fs::read_to_string(path).unwrap_or_default().split(' ').next()?.parse::<u64>().ok();
        let times = threads.filter_map(|thread| on_processor(thread.path().join("schedstat")));
        let time = times.sum::<u64>() / 1_000_000;
        Self { memory: process.stat().expect("its numbers").rss * 4, time }
    }
}

/// The service, the page, and the jobs of Veeam that make something happen.
struct System {
    daemon: Daemon,
    site: Site,
    job: u32,
    _scene: Scene,
}

impl System {
    async fn open() -> Self {
        let mut scene = Scene::new();
        let host = site::own_host();
        scene.config.set("Webserver", "webhost", &host);
        let daemon = scene.daemon().await;
        let bus = format!("unix:path={}", scene.testbed.path("/run/dbus/system_bus_socket").display());
        let address = format!("{host}:8080");
        let site = Site::start(&Setup { bus: &bus, address: &address, password: "", user: 0 }).await;
        Self { daemon, site, job: 0, _scene: scene }
    }

    /// Every change is a lock that comes or goes. Says what that cost the service and what the page.
    async fn changes(&mut self) -> (Cost, Cost) {
        let (count, pause) = pace();
        let before = (Cost::of(self.daemon.pid()), Cost::of(self.site.pid()));
        for _ in 0..count {
            self.change().await;
            sleep(pause).await;
        }
        let after = (Cost::of(self.daemon.pid()), Cost::of(self.site.pid()));
        let spent = |before: Cost, after: Cost| Cost { memory: after.memory, time: after.time - before.time };
        (spent(before.0, after.0), spent(before.1, after.1))
    }

    async fn change(&mut self) {
        self.job += 1;
        let job = |number: u32| format!("job-{number}");
        let _: String = self.daemon.call("VeeamLock", &(job(self.job),)).await.expect("a lock");
        if self.job > 1 {
            let _: () = self.daemon.call("VeeamUnlock", &(job(self.job - 1),)).await.expect("its end");
        }
    }
}

/// Connects, and tells with its number which job each event speaks of, the newest; 0 is none.
async fn read(address: String, number: usize, heard: UnboundedSender<(usize, u32)>) {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("a request");
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next_line().await.expect("text") {
        let Some(data) = line.strip_prefix("data:") else { continue };
        let job = |rest: &str| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
        let newest = data.split("job-").skip(1).filter_map(job).max();
        let _ = heard.send((number, newest.unwrap_or_default()));
    }
}

/// Waits until each has heard of a job.
async fn all_hear(heard: &mut UnboundedReceiver<(usize, u32)>, job: u32) {
    let waited = timeout(PATIENCE, async {
        let mut readers = HashSet::new();
        while readers.len() < READERS {
            let (reader, newest) = heard.recv().await.expect("they read");
            if newest >= job {
                readers.insert(reader);
            }
        }
    });
    waited.await.unwrap_or_else(|_| panic!("not all have heard of job {job}"));
}

#[tokio::test]
async fn five_hundred_readers_get_every_change_and_the_service_does_not_notice() {
    let mut system = System::open().await;
    let (daemon_before, page_before) = (Cost::of(system.daemon.pid()), Cost::of(system.site.pid()));
    let (alone, page_alone) = system.changes().await;

    let (tell, mut heard) = unbounded_channel();
    let mut readers = JoinSet::new();
    for number in 0..READERS {
        readers.spawn(read(system.site.address.clone(), number, tell.clone()));
    }
    all_hear(&mut heard, 0).await;
    let (crowded, page_crowded) = system.changes().await;
    let begun = Instant::now();
    system.change().await;
    all_hear(&mut heard, system.job).await;
    let lateness = begun.elapsed();

    println!("{} changes without a reader: service {} ms, page {} ms", pace().0, alone.time, page_alone.time);
    println!("{} with {READERS}: service {} ms, page {} ms", pace().0, crowded.time, page_crowded.time);
    println!("memory, before → with all: service {} → {} KiB", daemon_before.memory, crowded.memory);
    println!("page {} → {} KiB; all had a change after {lateness:?}", page_before.memory, page_crowded.memory);
    assert!(crowded.time <= alone.time * 2 + 50, "{} ms, and {} ms with readers", alone.time, crowded.time);
    assert!(crowded.memory < alone.memory + 4_000, "{} KiB, and {} with readers", alone.memory, crowded.memory);
    assert!(page_crowded.memory < page_before.memory + 100_000, "the page takes {} KiB", page_crowded.memory);
}
