//! Campaigns: many cases of one kind, each made from a seed that is printed and plays it again.

use std::env;

/// What the environment says, or the default.
///
/// # Panics
/// If it is no number.
pub fn number(name: &str, default: usize) -> usize {
    read(name).map_or(default, |number| usize::try_from(number).expect("as many as fit into memory"))
}

/// `PREFIX_SEED` alone (`PREFIX_CASES` times), or `PREFIX_CASES` seeds, `cases` unless set. They come from `CAMPAIGN_SEED`,
/// so that one commit plays the same cases everywhere and the next one others; without it they are random.
///
/// # Panics
/// If one of the variables is no number.
pub fn seeds(prefix: &str, cases: usize) -> Vec<u64> {
    let name = format!("{prefix}_CASES");
    if let Some(seed) = read(&format!("{prefix}_SEED")) {
        return vec![seed; number(&name, 1)];
    }
    let mut dice = read("CAMPAIGN_SEED").map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
    (0..number(&name, cases)).map(|_| dice.u64(..)).collect()
}

fn read(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text}: not a number")))
}
