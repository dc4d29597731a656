use super::*;

fn envelope(queued_at: Micros) -> Envelope {
    let to = vec!["a@x".to_owned(), "b@x".to_owned()];
    Envelope { run: 7, subject: "Grüße\n".to_owned(), from: "me@x".to_owned(), to, queued_at, without_logs: None }
}

fn outbox() -> (tempfile::TempDir, Outbox) {
    let directory = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(directory.path().join("outbox")).unwrap();
    (directory, outbox)
}

/// Another thread sends and removes mails while one is to be stored; else that one would not be.
#[test]
fn a_mail_that_has_gone_meanwhile_counts_nothing() {
    let (_directory, outbox) = outbox();
    outbox.store("run-7", &envelope(1), b"12345").unwrap();
    let size = outbox.size().unwrap();
    std::os::unix::fs::symlink("gone", outbox.directory().join("0000000000000002-run-8.mail")).unwrap();
    assert_eq!((outbox.pending().unwrap().len(), outbox.size().unwrap()), (2, size));
    let (ours, over) = (outbox.clone(), std::sync::atomic::AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                ours.store("run-9", &envelope(3), b"1").unwrap();
                ours.remove("0000000000000003-run-9.mail").unwrap();
            }
        });
        let sizes: Vec<_> = (0..2000).map(|_| outbox.size()).collect();
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(sizes.iter().all(Result::is_ok), "{:?}", sizes.iter().find(|size| size.is_err()));
    });
}

#[test]
fn mails_are_read_as_stored_oldest_first() {
    let (_directory, outbox) = outbox();
    for (at, id) in [(2_000, "second"), (10, "first"), (1_795_442_700_000_000, "third")] {
        outbox.store(id, &envelope(at), b"one\r\ntwo\n\nthree").unwrap();
    }
    let names = outbox.pending().unwrap();
    let order: Vec<&str> = names.iter().map(|name| &name[17..]).collect();
    assert_eq!(order, ["first.mail", "second.mail", "third.mail"]);
    let mail = outbox.read(&names[0]).unwrap();
    assert_eq!(mail, OutgoingMail { envelope: envelope(10), message: b"one\r\ntwo\n\nthree".to_vec() });
    assert_eq!(Outbox::age(&names[0], 60), Duration::from_micros(50));
    assert_eq!(Outbox::age("strange.mail", 60), Duration::ZERO);
    outbox.remove(&names[0]).unwrap();
    assert_eq!(outbox.pending().unwrap(), names[1..]);
}

#[test]
fn a_mail_with_the_same_id_replaces_the_first() {
    let (_directory, outbox) = outbox();
    outbox.store("run-1", &envelope(10), b"old").unwrap();
    outbox.store("run-1", &envelope(10), b"new").unwrap();
    let names = outbox.pending().unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!(outbox.read(&names[0]).unwrap().message, b"new");
}

#[test]
fn an_incomplete_file_is_no_mail_and_is_removed() {
    let (_directory, outbox) = outbox();
    let unfinished = outbox.directory().join("0000000000000010-x.mail.new");
    fs::write(&unfinished, "{").unwrap();
    assert_eq!(outbox.pending().unwrap(), Vec::<String>::new());
    Outbox::open(outbox.directory().to_owned()).unwrap();
    assert!(!unfinished.exists());
}

#[test]
fn a_damaged_file_is_an_error() {
    let (_directory, outbox) = outbox();
    for (name, text) in [("1.mail", ""), ("2.mail", "{}\nx"), ("3.mail", "no line")] {
        fs::write(outbox.directory().join(name), text).unwrap();
        assert!(outbox.read(name).is_err(), "{name}");
    }
}

#[test]
fn failed_mails_are_kept_up_to_the_limit() {
    let (_directory, outbox) = outbox();
    for (at, id) in [(1, "a"), (2, "b"), (3, "c")] {
        outbox.store(id, &envelope(at), &[b'x'; 1000]).unwrap();
    }
    for name in outbox.pending().unwrap() {
        outbox.give_up(&name, 2500).unwrap();
    }
    let failed = names(&outbox.directory().join(FAILED), SUFFIX).unwrap();
    assert_eq!(failed, ["0000000000000002-b.mail", "0000000000000003-c.mail"]);
    assert_eq!(outbox.size().unwrap(), 0);
}

#[test]
fn the_last_mailed_run_is_remembered() {
    let (_directory, outbox) = outbox();
    assert_eq!(outbox.last_mailed_run(), None);
    outbox.set_last_mailed_run(17).unwrap();
    assert_eq!(outbox.last_mailed_run(), Some(17));
    assert_eq!(outbox.pending().unwrap(), Vec::<String>::new());
}

#[test]
fn only_root_may_read_mails() {
    use std::os::unix::fs::PermissionsExt;
    let (_directory, outbox) = outbox();
    outbox.store("a", &envelope(1), b"x").unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(outbox.directory()), 0o700);
    assert_eq!(mode(&outbox.directory().join("0000000000000001-a.mail")), 0o600);
}
