//! The .cmd files under Wine, with an ssh.exe on the path that records its arguments and exits as it is told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const TOP: &str = env!("CARGO_MANIFEST_DIR");
const STAND_IN: &str = r#"
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
    FILE *seen = fopen(getenv("SSH_SEEN"), "wb");
    for (int i = 1; i < argc; i++) fprintf(seen, "%s\n", argv[i]);
    fclose(seen);
    return atoi(getenv("SSH_EXIT"));
}
"#;

struct Windows {
    room: TempDir,
}

struct Told {
    code: Option<i32>,
    /// None: it was never called.
    ssh: Option<Vec<String>>,
    complaints: String,
}

impl Windows {
    fn new() -> Self {
        let room = tempfile::tempdir().unwrap();
        let source = room.path().join("ssh.c");
        fs::write(&source, STAND_IN).unwrap();
        fs::create_dir(room.path().join("path")).unwrap();
        let mut gcc = Command::new("x86_64-w64-mingw32-gcc");
        let built = gcc.arg("-o").arg(room.path().join("path/ssh.exe")).arg(source).status();
        assert!(built.expect("gcc-mingw-w64-x86-64-win32 is installed").success());
        Self { room }
    }

    /// Calls `script` as Veeam does: as a line with the job in it, here in a file so that no shell of Linux reads it.
    fn call(&self, script: &str, arguments: &str, exit: i32) -> Told {
        let line = format!("@\"Z:{TOP}/windows/{script}\" {arguments}\r\n").replace('/', "\\");
        let caller = self.room.path().join("caller.cmd");
        fs::write(&caller, line).unwrap();
        let seen = self.room.path().join("seen");
        let _ = fs::remove_file(&seen);
        let mut wine = self.wine();
        wine.arg(windows(&caller)).env("SSH_SEEN", windows(&seen)).env("SSH_EXIT", exit.to_string());
        let output = wine.output().expect("wine's end");
        let lines = fs::read_to_string(seen).ok();
        Told {
            code: output.status.code(),
            ssh: lines.map(|lines| lines.lines().map(str::to_owned).collect()),
            complaints: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn wine(&self) -> Command {
        // Debian keeps the one for 64 bits off the path, under a name that changes.
        let places = ["/usr/lib/wine/wine64", "/usr/lib/wine/wine"];
        let program = places.iter().find(|place| Path::new(place).exists()).expect("wine64 is installed");
        let mut wine = Command::new(program);
        wine.args(["cmd", "/c"]).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.room.path());
        wine.env("WINEPREFIX", self.room.path().join("wine")).env("WINEDEBUG", "-all");
        // Neither a browser engine nor .NET, which it would ask for.
        wine.env("WINEDLLOVERRIDES", "mscoree,mshtml=").env("WINEPATH", windows(&self.room.path().join("path")));
        // Its server leaves a directory there.
        wine.env("TMPDIR", self.room.path());
        wine.env("ASBACKUP_HOST", "atlantis.example").env("LANG", "C.UTF-8");
        wine
    }
}

impl Drop for Windows {
    fn drop(&mut self) {
        // Else it would write into the directory while that is removed.
        for server in ["/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver"] {
            let mut kill = Command::new(server);
            kill.env("TMPDIR", self.room.path()).env("WINEPREFIX", self.room.path().join("wine"));
            let _ = kill.args(["--kill", "--wait"]).status();
        }
    }
}

fn windows(path: &Path) -> PathBuf {
    PathBuf::from(format!("Z:{}", path.display()).replace('/', "\\"))
}

#[test]
fn the_cmd_files_hand_job_and_exit_code_through() {
    let windows = Windows::new();
    for (written, job) in [
        ("Nightly", "Nightly"),
        ("\"Backup Job 1\"", "Backup Job 1"),
        ("\"R&D (new), <old> | x^y !z!\"", "R&D (new), <old> | x^y !z!"),
        ("\"it's; $(id) `id` ..\\x\"", "it's; $(id) `id` ..\\x"),
    ] {
        let told = windows.call("veeam-lock.cmd", written, 0);
        let ssh = told.ssh.unwrap_or_else(|| panic!("{written}: {}", told.complaints));
        assert_eq!(ssh.last().unwrap(), &format!("veeam-lock --timeout 840 -- {job}"));
        assert_eq!(ssh[ssh.len() - 2], "veeam@atlantis.example");
        for option in ["BatchMode=yes", "ConnectTimeout=10", "StrictHostKeyChecking=yes"] {
            assert!(ssh.iter().any(|argument| argument == option), "{ssh:?}");
        }
        assert_eq!(told.code, Some(0), "{written}");
    }
    let told = windows.call("veeam-lock.cmd", "Nightly", 3);
    assert_eq!((told.code, told.complaints.contains("can't be reached")), (Some(3), false));
    let told = windows.call("veeam-unlock.cmd", "\"Backup Job 1\"", 5);
    assert_eq!(told.ssh.unwrap().last().unwrap(), "veeam-unlock -- Backup Job 1");
    assert_eq!(told.code, Some(5));
    for (script, wrong) in [("veeam-lock.cmd", ""), ("veeam-unlock.cmd", "two words")] {
        let told = windows.call(script, "Nightly", 255);
        assert_eq!(told.code, Some(255));
        assert!(told.complaints.contains("The server atlantis.example can't be reached"), "{}", told.complaints);
        let told = windows.call(script, wrong, 0);
        assert_eq!((told.code, told.ssh), (Some(2), None), "{wrong}");
        assert!(told.complaints.contains("usage: "), "{}", told.complaints);
    }
    fs::remove_file(windows.room.path().join("path/ssh.exe")).unwrap();
    let told = windows.call("veeam-lock.cmd", "Nightly", 0);
    assert_eq!(told.code, Some(255), "{}", told.complaints);
}

#[test]
fn the_cmd_files_have_the_line_ends_of_windows() {
    for name in ["veeam-lock.cmd", "veeam-unlock.cmd"] {
        let text = fs::read_to_string(Path::new(TOP).join("windows").join(name)).unwrap();
        assert!(text.split_inclusive('\n').all(|line| line.ends_with("\r\n")), "{name}");
    }
}
