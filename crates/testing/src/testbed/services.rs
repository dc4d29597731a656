//! Bus and UDisks2 of a testbed: started, killed, stopped and started again.

use std::fs;
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};

use rustix::process::Signal;

use super::{Testbed, collect, processes};
use crate::{PATIENCE, top, wait_for};

const UDISKSD: &str = "/usr/libexec/udisks2/udisksd";

impl Testbed {
    /// Starts UDisks2 and waits until it answers.
    pub fn start_udisks(&mut self) {
        let mut command = self.command(UDISKSD);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).spawn().expect("udisksd");
        collect(child.stderr.take().expect("piped"), self.log.clone());
        self.udisks = Some(child);
        wait_for("UDisks2 on the bus", PATIENCE, || {
            let mut ask = self.command("busctl");
            ask.args(["--quiet", "get-property", "org.freedesktop.UDisks2"]);
            ask.args(["/org/freedesktop/UDisks2/Manager"]);
            ask.args(["org.freedesktop.UDisks2.Manager", "Version"]);
            crate::output(&mut ask).status.success().then_some(())
        });
    }

    /// Kills UDisks2, as a crash would.
    pub fn kill_udisks(&mut self) {
        let mut child = self.udisks.take().expect("UDisks2 was started");
        for pid in processes::children(child.id()) {
            processes::signal(pid, Signal::KILL);
        }
        child.wait().expect("udisksd ends");
    }

    /// Stops UDisks2 in its tracks: it neither reads nor sends anything until `wake_udisks`.
    pub fn stun_udisks(&self) {
        self.signal_udisks(Signal::STOP);
    }

    /// Lets a stunned UDisks2 go on, and nsenter, which stops with what it has started.
    pub fn wake_udisks(&self) {
        self.signal_udisks(Signal::CONT);
        self.udisks.iter().for_each(|outer| processes::signal(outer.id(), Signal::CONT));
    }

    fn signal_udisks(&self, signal: Signal) {
        let outer = self.udisks.as_ref().map(Child::id).unwrap_or_default();
        processes::descendants(outer).into_iter().for_each(|pid| processes::signal(pid, signal));
    }

    /// Kills the bus, and with it those that end without it, such as UDisks2.
    pub fn kill_bus(&mut self) {
        for pid in processes::children(self.init) {
            let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            if name.trim() == "dbus-daemon" {
                processes::signal(pid, Signal::KILL);
            }
        }
        if let Some(mut bus) = self.bus.take() {
            processes::children(bus.id()).iter().for_each(|pid| processes::signal(*pid, Signal::KILL));
            bus.wait().expect("dbus-daemon ends");
        }
        self.udisks.take().expect("UDisks2 was started").wait().expect("udisksd ends");
    }

    /// Starts the bus again after `kill_bus`.
    pub fn start_bus(&mut self) {
        let socket = self.path("/run/dbus/system_bus_socket");
        let _ = fs::remove_file(&socket);
        let config = top().join("crates/testing/machine/bus.conf");
        let mut command = self.command("dbus-daemon");
        command.arg(format!("--config-file={}", config.display())).args(["--nofork", "--nopidfile", "--nosyslog"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.bus = Some(command.spawn().expect("dbus-daemon"));
        wait_for("the bus", PATIENCE, || UnixStream::connect(&socket).ok());
    }
}
