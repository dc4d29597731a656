//! What a copy would take from the disk: loss is what it holds less afterwards, not what changes its name. Each case is
//! one that a count of deletions judged wrongly.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};

mod foreign;

const MEBIBYTE: usize = 1 << 20;

/// Asserts that the next run is aborted by `error`, names the disk and `words`, and leaves the disk as it was.
async fn is_refused(scene: &Scene, daemon: &Daemon, error: &str, words: &[&str]) {
    let before = scene.listing();
    let count = daemon.recorded().finished.len() + 1;
    daemon.start_run("").await.expect("a run");
    let finished = daemon.finished(count).await;
    assert_aborted(&finished, error);
    let advice = format!("asbackup start --allow-deletions {}", scene.disk.uuid);
    for words in words.iter().copied().chain([advice.as_str()]) {
        assert!(finished.message.contains(words), "{words:?} is not in {}", finished.message);
    }
    assert_eq!(scene.listing(), before);
    scene.assert_left_clean();
}

async fn is_copied(scene: &Scene, daemon: &Daemon) {
    let count = daemon.recorded().finished.len() + 1;
    daemon.start_run("").await.expect("a run");
    assert_success(&daemon.finished(count).await);
    scene.assert_copied(Fidelity::Full);
}

/// Allows one run to delete, as somebody who has read the refusal of this very disk would.
async fn is_allowed(scene: &Scene, daemon: &Daemon) {
    let count = daemon.recorded().finished.len() + 1;
    daemon.call::<_, u64>("StartAllowingDeletions", &("",)).await.expect("a run");
    assert_success(&daemon.finished(count).await);
    scene.assert_copied(Fidelity::Full);
}

/// What ransomware leaves: as long as before, with no byte the same. No two calls give the same.
fn scrambled(length: usize, seed: u64) -> Vec<u8> {
    let mut rng = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| rng.u8(..)).take(length).collect()
}

/// A chain of Veeam's as it lies in a job's directory.
fn chain(scene: &Scene, month: &str, increments: usize) {
    let file = |name: String, seed| scene.source.file(name, scrambled(MEBIBYTE, seed));
    file(format!("Job/Server_{month}.vbk"), 1);
    for number in 0..increments {
        file(format!("Job/Server_{month}_{number}.vib"), 2);
    }
    scene.source.file("Job/Job.vbm", format!("<?xml version=\"1.0\"?><BackupMeta Month=\"{month}\"/>"));
}

#[tokio::test]
async fn twenty_files_truncated_to_nothing_in_the_source_are_a_loss() {
    let mut scene = Scene::new();
    let name = |number: usize| format!("notes/{number}.txt");
    (0..20).for_each(|number| drop(scene.source.file(name(number), "the only good copy of this")));
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    (0..20).for_each(|number| drop(scene.source.file(name(number), "")));
    is_refused(&scene, &daemon, "TooManyDeletions", &["20 of 25", "notes/"]).await;
    is_allowed(&scene, &daemon).await;
}

#[tokio::test]
async fn three_backups_emptied_in_the_source_are_a_loss_though_few_and_small() {
    let mut scene = Scene::new();
    let name = |number: usize| format!("Job/{number}.vbk");
    (0..3).for_each(|number| drop(scene.source.noise(name(number), MEBIBYTE)));
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    (0..3).for_each(|number| drop(scene.source.file(name(number), "")));
    is_refused(&scene, &daemon, "BeginningsLost", &["3 of 3", "Job/0.vbk"]).await;
}

/// Moved to another drive, with links in their places: rsync does not report what is deleted for that.
#[tokio::test]
async fn backups_that_have_become_links_in_the_source_are_a_loss() {
    let mut scene = Scene::new();
    let name = |number: usize| format!("Job/{number}.vbk");
    (0..20).for_each(|number| drop(scene.source.noise(name(number), MEBIBYTE)));
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    for number in 0..20 {
        fs::remove_file(scene.source.path(name(number))).expect("moved");
        symlink(format!("/srv/larger/{number}.vbk"), scene.source.path(name(number))).expect("a link");
    }
    is_refused(&scene, &daemon, "TooManyDeletions", &["20 of 25", "Job/"]).await;
    is_allowed(&scene, &daemon).await;
}

#[tokio::test]
async fn a_small_repository_swapped_for_another_file_is_not_mirrored() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.source.clear();
    scene.source.file("something else.txt", "not the repository");
    is_refused(&scene, &daemon, "NothingInCommon", &["full.vbk"]).await;
    is_allowed(&scene, &daemon).await;
}

#[tokio::test]
async fn a_repository_of_which_only_the_directories_are_left_is_not_mirrored() {
    let mut scene = Scene::new();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    for name in ["repository/full.vbk", "repository/increment.vib", "config/big.bco", "config/job.vbm", "empty.file"] {
        fs::remove_file(scene.source.path(name)).expect("an accident");
    }
    is_refused(&scene, &daemon, "NothingInCommon", &["5 files", "big.bco"]).await;
}

#[tokio::test]
async fn a_monthly_disk_after_a_full_turnover_gets_its_copy_without_a_question() {
    let mut scene = Scene::new();
    scene.source.clear();
    chain(&scene, "2026-10", 30);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.source.clear();
    chain(&scene, "2026-11", 30);
    is_copied(&scene, &daemon).await;
    assert!(daemon.record().totals.deletions >= 31, "{:?}", daemon.record().totals);
}

#[tokio::test]
async fn files_that_were_encrypted_in_place_are_not_copied_over_the_good_ones() {
    let mut scene = Scene::new();
    scene.source.clear();
    chain(&scene, "2026-11", 30);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    let victims = ["Job/Server_2026-11.vbk", "Job/Server_2026-11_0.vib", "Job/Server_2026-11_1.vib"];
    for (number, name) in victims.iter().enumerate() {
        scene.source.file(name, scrambled(MEBIBYTE, 100 + number as u64));
    }
    is_refused(&scene, &daemon, "BeginningsLost", &["3 of 3", "Server_2026-11.vbk"]).await;
    is_allowed(&scene, &daemon).await;
}

#[tokio::test]
async fn encrypted_files_with_a_new_ending_are_not_taken_for_a_turnover() {
    let mut scene = Scene::new();
    scene.source.clear();
    chain(&scene, "2026-11", 5);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    // One is still to come: there is something in common.
    let spared = Path::new("Server_2026-11_4.vib");
    for entry in fs::read_dir(scene.source.path("Job")).expect("the job").flatten() {
        if entry.file_name() == spared.as_os_str() {
            continue;
        }
        let (old, new) = (entry.path(), format!("{}.id-7.locked", entry.path().display()));
        let length = entry.metadata().expect("its data").len() as usize;
        fs::write(new, scrambled(length, length as u64)).expect("a file");
        fs::remove_file(old).expect("gone");
    }
    is_refused(&scene, &daemon, "BeginningsLost", &["6 of 6", ".id-7.locked"]).await;
}

#[tokio::test]
async fn encrypted_files_with_unfamiliar_names_are_not_mirrored() {
    let mut scene = Scene::new();
    scene.source.clear();
    chain(&scene, "2026-11", 5);
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    scene.source.clear();
    (0..7).for_each(|number| drop(scene.source.file(format!("Job/{number}a9f.crypt"), scrambled(MEBIBYTE, number))));
    is_refused(&scene, &daemon, "NothingInCommon", &["7 files", "Job/Server_2026-11"]).await;
}

#[tokio::test]
async fn a_directory_that_got_another_name_is_no_loss() {
    let mut scene = Scene::new();
    (0..40).for_each(|number| drop(scene.source.noise(format!("before/{number}.vib"), 1000 + number)));
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    fs::rename(scene.source.path("before"), scene.source.path("after")).expect("another name");
    is_copied(&scene, &daemon).await;
}

#[tokio::test]
async fn shrinkage_that_growth_offsets_is_no_loss_and_shrinkage_alone_is() {
    let mut scene = Scene::with_size(800 * MEBIBYTE as u64);
    let (full, other) = (scene.source.noise("full.vbk", 120 * MEBIBYTE), scene.source.noise("other.vbk", MEBIBYTE));
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    // The merge of a chain: the beginning stays.
    let cut = |path: &Path, length: usize| {
        let file = fs::File::options().write(true).open(path).expect("the file");
        file.set_len(length as u64).expect("another length");
    };
    cut(&full, 5 * MEBIBYTE);
    scene.source.noise("other.vbk", 110 * MEBIBYTE);
    is_copied(&scene, &daemon).await;
    cut(&other, MEBIBYTE);
    is_refused(&scene, &daemon, "TooManyDeletions", &["other.vbk"]).await;
}

#[tokio::test]
async fn the_limit_is_lifted_for_no_other_disk_than_the_one_that_was_refused() {
    let mut scene = Scene::new();
    let mut second = scene.second_disk();
    (0..20).for_each(|number| drop(scene.source.file(format!("notes/{number}.txt"), "a good copy")));
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    second.plug();
    assert_success(&daemon.finished(2).await);
    let allow = async |uuid: String| daemon.call::<_, u64>("StartAllowingDeletions", &(uuid,)).await;
    // None was refused.
    let unnamed = allow(String::new()).await.expect_err("no disk is meant");
    assert_eq!(unnamed.name, "DiskUnnamed");
    assert!(unnamed.message.contains(&second.uuid), "{}", unnamed.message);
    fs::remove_dir_all(scene.source.path("notes")).expect("an accident");
    scene.source.file("kept", "so that something stays");
    daemon.start_run(&second.uuid).await.expect("a run");
    assert_aborted(&daemon.finished(3).await, "TooManyDeletions");
    // The first in the configuration is another one.
    allow(String::new()).await.expect("a run");
    let allowed = daemon.finished(4).await;
    assert_success(&allowed);
    assert_eq!(allowed.disk, second.uuid);
    assert_eq!(scene.listing().len(), 25);
}
