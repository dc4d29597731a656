//! Medians, percentiles, and the table that is printed.

use std::time::Duration;

/// What was measured of one thing.
#[derive(Default, Clone)]
pub struct Samples(Vec<Duration>);

impl Samples {
    pub fn add(&mut self, sample: Duration) {
        self.0.push(sample);
    }

    pub fn median(&self) -> Duration {
        self.percentile(50)
    }

    /// The smallest sample that `percent` of all do not exceed.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        let rank = (sorted.len() * percent).div_ceil(100);
        sorted[rank.saturating_sub(1)]
    }
}

#[derive(Default)]
pub struct Table(Vec<[String; 5]>);

impl Table {
    /// One line of two durations; `note` says what else there is to know.
    pub fn compare(&mut self, what: &str, ours: Duration, peer: Duration, note: &str) {
        let ratio = format!("{:.2}", ours.as_secs_f64() / peer.as_secs_f64());
        self.line([what, &shown(ours), &shown(peer), &ratio, note]);
    }

    pub fn line(&mut self, cells: [&str; 5]) {
        eprintln!("{}", cells.join(" | "));
        self.0.push(cells.map(str::to_owned));
    }

    pub fn print(&self) {
        println!("| figure | asbackup | peer | ratio | note |");
        println!("|---|---|---|---|---|");
        for cells in &self.0 {
            println!("| {} |", cells.join(" | "));
        }
    }
}

pub fn shown(time: Duration) -> String {
    if time < Duration::from_millis(100) {
        return format!("{:.3} ms", time.as_secs_f64() * 1000.0);
    }
    format!("{:.2} s", time.as_secs_f64())
}
