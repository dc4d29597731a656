//! Who keeps a mounted file system busy: the processes with a working directory, root or open file on it.

use std::path::Path;

use procfs::process::{FDTarget, Process, all_processes};

/// `rsync (4711)` for each process that is on the mount point, at most `limit`.
/// Processes that end meanwhile, or that may not be looked at, are left out.
pub fn holders(mount_point: &Path, limit: usize) -> Vec<String> {
    let Ok(processes) = all_processes() else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter(|process| holds(process, mount_point))
        .filter_map(|process| process.stat().ok().map(|stat| format!("{} ({})", stat.comm, stat.pid)))
        .take(limit)
        .collect()
}

fn holds(process: &Process, mount_point: &Path) -> bool {
    let on_it = |path: &Path| path.starts_with(mount_point);
    if process.cwd().is_ok_and(|path| on_it(&path)) || process.root().is_ok_and(|path| on_it(&path)) {
        return true;
    }
    let Ok(descriptors) = process.fd() else {
        return false;
    };
    descriptors.flatten().any(|descriptor| matches!(&descriptor.target, FDTarget::Path(path) if on_it(path)))
}
