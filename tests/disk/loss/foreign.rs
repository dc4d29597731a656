//! Files on the disk that no copy has put there.

use std::fs;

use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::scene::{Scene, assert_aborted, assert_success};

use super::{MEBIBYTE, is_allowed, is_copied, scrambled};

/// Five photos at the top of the place that is copied to, and a sixth in a directory of their own.
fn lay_photos(scene: &Scene) {
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted).join("holiday")).expect("a directory");
    for number in 0..5 {
        fs::write(scene.copy(&mounted).join(format!("{number}.jpg")), scrambled(3 * MEBIBYTE, number))
            .expect("a photo");
    }
    fs::write(scene.copy(&mounted).join("holiday/6.jpg"), "small").expect("a photo");
    mounted.done();
}

#[tokio::test]
async fn somebodys_photos_on_a_new_disk_are_refused_until_a_person_agrees() {
    let mut scene = Scene::new();
    lay_photos(&scene);
    let before = scene.listing();
    let (daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "ForeignFiles");
    for words in ["6 files (15.7 MB)", ".jpg", &format!("asbackup start --allow-deletions {}", scene.disk.uuid)] {
        assert!(finished.message.contains(words), "{words:?} is not in {}", finished.message);
    }
    assert_eq!(scene.listing(), before);
    scene.assert_left_clean();
    is_allowed(&scene, &daemon).await;
    // It is a disk with a copy from now on.
    is_copied(&scene, &daemon).await;
}

/// As the Python script left it: most is there, one file is older, a job and some increments are gone from the repository.
/// The destination is another one now, and what lies there was never a copy.
#[tokio::test]
async fn somebodys_letters_in_a_new_destination_of_a_known_disk_are_refused() {
    let mut scene = Scene::new();
    (0..60).for_each(|number| drop(scene.source.file(format!("notes/{number}.txt"), "a note")));
    let (mut daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    daemon.stop().await;
    let mounted = scene.disk.mount_writable(&scene.testbed);
    let family = mounted.path("family");
    fs::create_dir_all(family.join("config")).expect("a directory that the source has, too");
    let letter = |number: usize| family.join(format!("letter {number}.txt"));
    (0..50).for_each(|number| fs::write(letter(number), "dear aunt").expect("a letter"));
    let before = fs::read_dir(&family).expect("it").count();
    mounted.done();
    scene.config.set("Backup", "backup-destination", "family");
    let daemon = scene.daemon().await;
    for count in 1..=2 {
        daemon.start_run("").await.expect("a run");
        let finished = daemon.finished(count).await;
        assert_aborted(&finished, "ForeignFiles");
        assert!(finished.message.contains("50 files"), "{}", finished.message);
    }
    let mounted = scene.disk.mount_read_only(&scene.testbed);
    assert_eq!(fs::read_dir(mounted.path("family")).expect("it").count(), before);
}

/// rsync's own temporary files have such names.
#[tokio::test]
async fn somebodys_hidden_files_are_not_taken_for_what_a_copy_left() {
    let mut scene = Scene::new();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    fs::create_dir_all(scene.copy(&mounted)).expect("the destination");
    for name in [".diary.backup", ".thesis.latest", ".album.202411"] {
        fs::write(scene.copy(&mounted).join(name), "nowhere else").expect("a file");
    }
    mounted.done();
    let before = scene.listing();
    let (_daemon, finished) = scene.run_once().await;
    assert_aborted(&finished, "ForeignFiles");
    assert_eq!(scene.listing(), before);
}

#[tokio::test]
async fn an_older_copy_made_by_another_program_is_updated_without_a_question() {
    let mut scene = Scene::new();
    let mounted = scene.disk.mount_writable(&scene.testbed);
    let copy = scene.copy(&mounted);
    fs::create_dir_all(copy.join("OldJob")).expect("a directory");
    for name in ["repository", "config", "empty directory"] {
        let from = scene.source.path(name);
        asbackup_testing::run(std::process::Command::new("cp").arg("-a").args([&from, &copy.join(name)]));
    }
    fs::write(copy.join("config/job.vbm"), "<older/>").expect("a file");
    for gone in ["OldJob/Old.vbk", "OldJob/Old.vbm", "repository/gone.vib", "repository/notes of old.doc", "flat.vbk"] {
        fs::write(copy.join(gone), "gone from the repository").expect("a file");
    }
    mounted.done();
    let (daemon, finished) = scene.run_once().await;
    assert_success(&finished);
    assert_eq!(daemon.record().totals.deletions, 5);
    scene.assert_copied(Fidelity::Full);
}
