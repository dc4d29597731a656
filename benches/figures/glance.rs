//! How long a glance at the status takes from the shell, as a whole process: `asbackup status` against `busctl get-property`,
//! in turn on the same bus. Both are started through the same two programs that lead into the bench.

use std::time::Instant;

use crate::Amounts;
use crate::common::run;
use crate::common::scene::Scene;
use crate::common::seen::{NAME, PATH};
use crate::figures::{Samples, Table, shown};

pub async fn measure(amounts: &Amounts, table: &mut Table) {
    let scene = Scene::new();
    let _daemon = scene.daemon().await;
    let ours = [env!("CARGO_BIN_EXE_asbackup"), "status"];
    let theirs = ["busctl", "get-property", NAME, PATH, NAME, "Status"];
    let (mut status, mut property, mut nothing) = (Samples::default(), Samples::default(), Samples::default());
    for _ in 0..amounts.glances {
        for (words, samples) in [(&ours[..], &mut status), (&theirs, &mut property), (&["true"], &mut nothing)] {
            let begin = Instant::now();
            run(scene.bench.command(words[0]).args(&words[1..]));
            samples.add(begin.elapsed());
        }
    }
    let note = format!("peer: `busctl get-property … Status`; `true` alone {}", shown(nothing.median()));
    table.compare("`asbackup status`, the whole process", status.median(), property.median(), &note);
}
