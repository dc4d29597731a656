//! Messages of rsync 3.2.7 to 3.5.0.

use proptest::prelude::*;

use super::*;

/// Message, side, operation, path.
const MESSAGES: [(&str, Side, Operation, &str); 35] = [
    (r#"[sender] read errors mapping "/srv/a b": No data available (61)"#, Side::Source, Operation::Read, "/srv/a b"),
    (r#"[sender] send_files failed to open "/srv/a": Permission denied (13)"#, Side::Source, Operation::Read, "/srv/a"),
    (r#"[sender] readlink_stat("/srv/a") failed: Input/output error (5)"#, Side::Source, Operation::Read, "/srv/a"),
    (r#"[sender] opendir "/srv/a" failed: Permission denied (13)"#, Side::Source, Operation::Read, "/srv/a"),
    (r#"[sender] readdir("/srv/a"): Structure needs cleaning (117)"#, Side::Source, Operation::Read, "/srv/a"),
    (r#"[sender] link_stat "/srv/a" failed: No such file or directory (2)"#, Side::Source, Operation::Read, "/srv/a"),
    (r#"[sender] change_dir "/srv" failed: No such file or directory (2)"#, Side::Source, Operation::Read, "/srv"),
    (
        r#"[sender] get_xattr_data: lgetxattr("/srv/a","user.x",9) failed: Input/output error (5)"#,
        Side::Source,
        Operation::Read,
        "/srv/a",
    ),
    (
        r#"[sender] get_acl: sys_acl_get_file(a/b, ACL_TYPE_ACCESS): Input/output error (5)"#,
        Side::Source,
        Operation::Read,
        "a/b",
    ),
    (r#"[receiver] write failed on "/d/a": No space left on device (28)"#, Side::Target, Operation::Contents, "/d/a"),
    (
        r#"[receiver] close failed on "/d/.a.Xy12Zz": Disk quota exceeded (122)"#,
        Side::Target,
        Operation::Contents,
        "/d/a",
    ),
    (r#"[receiver] ftruncate failed on "/d/a": File too large (27)"#, Side::Target, Operation::Contents, "/d/a"),
    (r#"[receiver] fsync failed on "/d/a": Input/output error (5)"#, Side::Target, Operation::Contents, "/d/a"),
    (
        r#"[receiver] lseek of "/d/a" returned -1, not 4096: Invalid argument (22)"#,
        Side::Target,
        Operation::Contents,
        "/d/a",
    ),
    (
        r#"[receiver] mkstemp "/d/sub/.a.b.Abc123" failed: Read-only file system (30)"#,
        Side::Target,
        Operation::Name,
        "/d/sub/a.b",
    ),
    (
        r#"[receiver] rename "/d/sub/.a.Abc123" -> "sub/a": Operation not permitted (1)"#,
        Side::Target,
        Operation::Name,
        "sub/a",
    ),
    (
        r#"[generator] rename "/d/.l.Abc123" -> "/d/l" failed: Is a directory (21)"#,
        Side::Target,
        Operation::Name,
        "/d/l",
    ),
    (
        r#"[receiver] rename failed for "/d/a" (from .asbackup-partial/a): Invalid argument (22)"#,
        Side::Target,
        Operation::Name,
        "/d/a",
    ),
    (
        r#"[generator] recv_generator: mkdir "/d/a" failed: File name too long (36)"#,
        Side::Target,
        Operation::Name,
        "/d/a",
    ),
    (
        r#"[generator] recv_generator: failed to stat "/d/a": Input/output error (5)"#,
        Side::Target,
        Operation::Read,
        "/d/a",
    ),
    (
        r#"[generator] symlink "/d/a" -> "some/where" failed: Too many levels of symbolic links (40)"#,
        Side::Target,
        Operation::Name,
        "/d/a",
    ),
    (r#"[generator] mknod "/d/a" failed: Operation not permitted (1)"#, Side::Target, Operation::Name, "/d/a"),
    (r#"[generator] link "/d/a" => b failed: Too many links (31)"#, Side::Target, Operation::Link, "/d/a"),
    (r#"[generator] chown "/d/a" failed: Operation not permitted (1)"#, Side::Target, Operation::Owner, "/d/a"),
    (
        r#"[generator] failed to set times on "/d/.": Operation not permitted (1)"#,
        Side::Target,
        Operation::Owner,
        "/d/.",
    ),
    (
        r#"[receiver] failed to set permissions on "/d/.a.Abc123": Operation not permitted (1)"#,
        Side::Target,
        Operation::Owner,
        "/d/a",
    ),
    (
        r#"[generator] delete_file: unlink(sub/a (1)) failed: Operation not permitted (1)"#,
        Side::Target,
        Operation::Delete,
        "sub/a (1)",
    ),
    (
        r#"[generator] delete_file: rmdir(sub) failed: Device or resource busy (16)"#,
        Side::Target,
        Operation::Delete,
        "sub",
    ),
    (
        r#"[receiver] rsync_xal_set: lsetxattr("/d/.a.Abc123","user.x") failed: No space left on device (28)"#,
        Side::Target,
        Operation::Attribute,
        "/d/a",
    ),
    (
        r#"[receiver] rsync_xal_set: fsetxattr("/d/.a.Abc123","user.x") failed: No space left on device (28)"#,
        Side::Target,
        Operation::Attribute,
        "/d/a",
    ),
    (
        r#"[generator] rsync_xal_set: lremovexattr("/d/a","user.x") failed: Operation not supported (95)"#,
        Side::Target,
        Operation::Attribute,
        "/d/a",
    ),
    (
        r#"[generator] set_acl: sys_acl_set_file(sub/a, ACL_TYPE_ACCESS): Operation not supported (95)"#,
        Side::Target,
        Operation::Attribute,
        "sub/a",
    ),
    (
        r#"[generator] set_acl: sys_acl_delete_def_file(sub): No space left on device (28)"#,
        Side::Target,
        Operation::Attribute,
        "sub",
    ),
    (
        r#"[receiver] write failed on "/d/gr\#303\#266\#303\#237e": File too large (27)"#,
        Side::Target,
        Operation::Contents,
        "/d/größe",
    ),
    (r#"[generator] opendir "/d/a" failed: Permission denied (13)"#, Side::Target, Operation::Read, "/d/a"),
];

#[test]
fn messages_are_parsed_into_side_operation_file_and_error() {
    for (message, side, operation, path) in MESSAGES {
        let found = Complaint::parse(&format!("rsync: {message}")).unwrap_or_else(|| panic!("{message}"));
        assert_eq!((found.side, found.operation, found.path), (side, operation, path.into()), "{message}");
        assert!(message.ends_with(&format!("({})", found.errno)), "{message}: {}", found.errno);
    }
}

#[test]
fn a_directory_in_the_way_is_named() {
    let line = r"could not make way for new regular file: a: b\#012c";
    let found = Complaint::parse(line).unwrap();
    assert_eq!((found.side, found.operation, found.path), (Side::Target, Operation::Delete, "a: b\nc".into()));
    assert_eq!((found.errno, found.text.as_str()), (39, line));
    assert_eq!(Complaint::parse("could not make way for"), None);
}

#[test]
fn messages_without_file_or_error_are_ignored() {
    for line in [
        "rsync: [sender] write error: Broken pipe (32)",
        "rsync: [generator] read error: Connection reset by peer (104)",
        "rsync: [Receiver] safe_read failed to read 1 bytes: Connection reset by peer (104)",
        "rsync: connection unexpectedly closed (36 bytes received so far) [sender]",
        "rsync error: error in file IO (code 11) at receiver.c(384) [receiver=3.5.0]",
        "rsync: [client] failed to open log-file /x: Permission denied (13)",
        r#"file has vanished: "/srv/a""#,
        r#"WARNING: a failed verification -- update discarded (will try again)."#,
        "IO error encountered -- skipping file deletion",
        "",
    ] {
        assert_eq!(Complaint::parse(line), None, "{line}");
    }
}

proptest! {
    #[test]
    fn any_message_is_accepted(line in ".*", tail in ".*") {
        Complaint::parse(&line);
        Complaint::parse(&format!("rsync: [receiver] {line}\"{tail}"));
        Complaint::parse(&format!("rsync: [generator] delete_file: {line}({tail}: x (5)"));
    }
}
