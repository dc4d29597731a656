//! How long a glance at the status takes from the shell, as a whole process: `asbackup status` against `busctl get-property`,
//! in turn on the same bus. Both are started through the same two programs that lead into the testbed.

use std::time::Instant;

use asbackup_testing::recorder::{NAME, PATH};
use asbackup_testing::testbed::scene::Scene;
use asbackup_testing::{program, run};

use crate::Amounts;
use crate::figures::{Samples, Table, shown};

pub async fn measure(amounts: &Amounts, table: &mut Table) {
    let scene = Scene::new();
    let _daemon = scene.daemon().await;
    let ours = [program("asbackup"), "status"];
    let theirs = ["busctl", "get-property", NAME, PATH, NAME, "Status"];
    let (mut status, mut property, mut nothing) = (Samples::default(), Samples::default(), Samples::default());
    for _ in 0..amounts.glances {
        for (words, samples) in [(&ours[..], &mut status), (&theirs, &mut property), (&["true"], &mut nothing)] {
            let begin = Instant::now();
            run(scene.testbed.command(words[0]).args(&words[1..]));
            samples.add(begin.elapsed());
        }
    }
    let note = format!("peer: `busctl get-property … Status`; `true` alone {}", shown(nothing.median()));
    table.compare("`asbackup status`, the whole process", status.median(), property.median(), &note);
}
