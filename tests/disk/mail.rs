//! The mails of a run that succeeds: a real copy, and a mail server in the same small machine.

use asbackup_testing::smtp_sink::{Received, SmtpSink};
use asbackup_testing::testbed::compare::Fidelity;
use asbackup_testing::testbed::scene::Scene;
use serde_json::json;

/// A server inside the scene's testbed, which has a network of its own.
fn serve(scene: &mut Scene) -> SmtpSink {
    let room = scene.testbed.make_directory("mail");
    let python = scene.testbed.command("/usr/bin/python3");
    let sink = SmtpSink::start_with(&room, &json!({ "mode": "plain" }), python);
    let disks = format!("{},office@example.com", scene.disk.uuid);
    scene.config.set("Backup", "filesystem-ids-and-notification-mail-addresses", &disks);
    for (key, value) in [("server", "127.0.0.1"), ("to-mail-addresses-sysop", "admin@example.com")] {
        scene.config.set("Mail", key, value);
    }
    scene.config.set("Mail", "port", &sink.port.to_string());
    sink
}

fn has(mail: &Received, words: &[&str]) {
    for word in words {
        assert!(mail.body().contains(word), "{word} in {}", mail.body());
    }
}

#[tokio::test]
async fn a_good_copy_is_mailed_in_ten_lines_with_both_logs() {
    let mut scene = Scene::new();
    let sink = serve(&mut scene);
    let (daemon, finished) = scene.run_once().await;
    assert_eq!(finished.result, "success", "{}", finished.message);
    let mails = sink.received(2).await;
    assert!(mails.iter().all(|mail| mail.to() == ["admin@example.com", "office@example.com"]));
    let ended = &mails[1];
    assert!(ended.subject().ends_with("disk “OFFSITE” – UNPLUG IT NOW"), "{}", ended.subject());
    assert!(ended.body().trim_end().lines().count() <= 10, "{}", ended.body());
    has(ended, &["You can unplug the disk now.", "Copied: ", " files, ", "Free on the disk: ", "duration: "]);
    let [(general_name, general), (rsync_name, rsync)] = ended.attachments().try_into().unwrap();
    assert_eq!((general_name.as_str(), rsync_name.as_str()), ("asbackup.log", "rsync.log"));
    for step in 1..=9 {
        assert!(general.contains(&format!("Step {step} (")), "{general}");
    }
    assert!(daemon.text_log().contains(&general), "{general}");
    for file in ["empty.file", "config/big.bco", "config/job.vbm"] {
        assert!(rsync.contains(&format!(">f+++++++++ {file}\n")), "{file} in {rsync}");
    }
}

#[tokio::test]
async fn logs_without_room_are_reported_and_cost_no_copy() {
    let mut scene = Scene::new();
    let sink = serve(&mut scene);
    let logs = scene.testbed.make_directory("logs").display().to_string();
    scene.testbed.run(&["mount", "-t", "tmpfs", "-o", "size=64k,mode=0755", "tmpfs", &logs]);
    scene.testbed.run(&["sh", "-c", &format!("dd if=/dev/zero of={logs}/other bs=4k 2> /dev/null; true")]);
    for (key, name) in [("log-file-path", "asbackup.log"), ("rsync-log-file-path", "rsync.log")] {
        scene.config.set("Backup", key, &format!("{logs}/{name}"));
    }
    let (daemon, finished) = scene.run_once().await;
    assert_eq!(finished.result, "success", "{}", finished.message);
    let ended = sink.received(2).await.pop().unwrap();
    has(&ended, &["You can unplug the disk now.", "rsync.log cannot be written (", "no space"]);
    for name in ["asbackup.log", "rsync.log"] {
        let told = format!("{logs}/{name} cannot be written");
        assert_eq!(daemon.log().matches(&told).count(), 1, "{told}: {}", daemon.log());
        has(&ended, &[&format!("{logs}/{name} contains nothing about this run")]);
    }
    scene.assert_copied(Fidelity::Full);
}

#[tokio::test]
async fn the_mail_of_a_second_copy_has_the_second_copys_log() {
    let mut scene = Scene::new();
    let sink = serve(&mut scene);
    let (daemon, _) = scene.run_once().await;
    sink.received(2).await;
    scene.source.file("late.txt", b"late");
    daemon.start_run("").await.unwrap();
    daemon.finished(2).await;
    let rsync = sink.received(4).await[3].attachments().remove(1).1;
    assert!(rsync.contains("late.txt"), "{rsync}");
    assert_eq!(rsync.matches(">f+++++++++").count(), 1, "{rsync}");
}
