//! What the package leaves behind when it is purged.

use std::fs;

use asbackup_testing::testbed::Testbed;

#[test]
fn a_purge_takes_our_secrets_and_names_those_that_may_be_others() {
    let testbed = Testbed::without_udisks();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/debian/postrm");
    let files = [
        ("/etc/asbackup/config.ini", true),
        ("/etc/credstore/asbackup.web-password", true),
        ("/etc/credstore.encrypted/asbackup.luks.B78E-6CC4", true),
        ("/etc/credstore/mail-password", false),
        ("/etc/credstore.encrypted/veeam-api-password", false),
        ("/etc/credstore/another-service", false),
    ];
    for (path, _) in files {
        let place = testbed.path(path);
        fs::create_dir_all(place.parent().expect("a directory")).expect("a directory");
        fs::write(place, "hunter2").expect("a secret");
    }
    let said = testbed.run(&["sh", "-c", "sh \"$0\" purge 2>&1", script]);
    for (path, ours) in files {
        assert_eq!(testbed.path(path).exists(), !ours, "{path}: {said}");
        assert_eq!(said.contains(&format!("{path} was kept")), path.ends_with("-password") && !ours, "{path}: {said}");
    }
}
