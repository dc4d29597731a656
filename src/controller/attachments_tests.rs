use proptest::prelude::*;

use super::*;
use crate::disks::Hindrance;

fn volume(uuid: &str, diskseq: u64) -> Volume {
    Volume { diskseq: Some(diskseq), ..Volume::sample(uuid) }
}

fn config(disks: &[&str]) -> Config {
    let disks = disks.iter().map(|id| KnownDisk { id: DiskId::new(id), recipients: vec![] }).collect();
    Config { disks, ..Config::default() }
}

fn due_now(disk: &str) -> Due {
    Due::Now { disk: DiskId::new(disk), interrupted: false }
}

#[test]
fn a_disk_is_due_once_it_has_settled() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    let difference = attachments.update(vec![volume("A", 1)], start);
    assert_eq!(difference.appeared.len(), 1);
    assert_eq!(attachments.due(&config, start), Due::At(start + SETTLE));
    assert_eq!(attachments.due(&config, start + SETTLE), due_now("A"));
}

#[test]
fn our_own_unmount_makes_nothing_due_again_but_a_new_plug_in_does() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("A", 1)], start);
    attachments.of(&DiskId::new("A")).for_each(|attachment| attachment.served = true);
    let mut mounted = volume("A", 1);
    mounted.mount_points.push("/mnt".into());
    for picture in [mounted, volume("A", 1)] {
        assert!(attachments.update(vec![picture], start).appeared.is_empty());
        assert_eq!(attachments.due(&config, start + SETTLE), Due::Nothing);
    }
    let difference = attachments.update(vec![volume("A", 2)], start);
    assert_eq!((difference.appeared.len(), difference.gone.len()), (1, 1));
    assert_eq!(attachments.due(&config, start + SETTLE), due_now("A"));
}

#[test]
fn a_disk_that_can_be_got_at_now_is_due_anew_and_was_not_pulled() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    let hindrance = Hindrance { why: Unusable::Locked, marks: vec![], likely: false, cause: String::new() };
    attachments.update(vec![Volume { hindrance: Some(hindrance), ..volume("A", 1) }], start);
    assert_eq!(attachments.due(&config, start + SETTLE), Due::At(start + UNLOCKING));
    attachments.of(&DiskId::new("A")).for_each(|attachment| attachment.served = true);
    let difference = attachments.update(vec![volume("A", 1)], start);
    assert_eq!((difference.appeared.len(), difference.gone.len()), (1, 0));
    assert_eq!(attachments.due(&config, start + SETTLE), due_now("A"));
}

#[test]
fn the_config_sets_the_order_and_unknown_disks_are_left_alone() {
    let (start, config) = (Instant::now(), config(&["B", "A", "C"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("X", 1), volume("A", 2), volume("B", 3)], start);
    assert_eq!(attachments.first_present(&config), Some(DiskId::new("B")));
    assert_eq!(attachments.waiting(&config), [DiskId::new("B"), DiskId::new("A")]);
    assert_eq!(attachments.due(&config, start + SETTLE), due_now("B"));
}

#[test]
fn a_disk_that_waits_for_its_source_is_due_when_that_has_come() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("A", 1), volume("X", 2)], start);
    attachments.of(&DiskId::new("X")).for_each(|attachment| attachment.awaits_source = true);
    assert!(!attachments.awaits_source(&config), "nobody knows it");
    attachments
        .of(&DiskId::new("A"))
        .for_each(|attachment| (attachment.served, attachment.awaits_source) = (true, true));
    assert_eq!(attachments.due(&config, start + SETTLE), Due::Nothing);
    assert!(attachments.awaits_source(&config) && attachments.retry_awaiting_source(&config, |_| true));
    assert_eq!(attachments.due(&config, start + SETTLE), due_now("A"));
    assert!(!attachments.retry_awaiting_source(&config, |_| true));
    attachments
        .of(&DiskId::new("A"))
        .for_each(|attachment| (attachment.served, attachment.awaits_source) = (true, true));
    assert!(!attachments.retry_awaiting_source(&config, |_| false), "it was pulled");
    assert_eq!(attachments.due(&config, start + SETTLE), Due::Nothing);
}

#[test]
fn what_is_mounted_again_is_not_safe_any_more() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("A", 1)], start);
    attachments.of(&DiskId::new("A")).for_each(|attachment| (attachment.served, attachment.safe) = (true, true));
    assert_eq!(attachments.safe(&config), ["A"]);
    let mut mounted = volume("A", 1);
    mounted.mount_points.push("/mnt".into());
    attachments.update(vec![mounted], start);
    assert!(attachments.safe(&config).is_empty());
}

prop_compose! {
    /// A plug-in in any state, of a known disk, of its clone, or of an unknown one.
    fn any_plugin()(disk in "[ABX]", flags: [bool; 6], diskseq in 1..4u64) -> Attachment {
        let [served, awaits_source, releasing, in_use, safe, ignored] = flags;
        let volume = Volume { ignored, ..volume(&disk, diskseq) };
        Attachment { served, awaits_source, releasing, in_use, safe, ..Attachment::new(volume, Instant::now()) }
    }
}

proptest! {
    #[test]
    fn whatever_the_state_no_disk_waits_for_its_copy_and_may_be_taken_away(
        attachments in prop::collection::vec(any_plugin(), 0..6)
    ) {
        let (attachments, config) = (Attachments { attached: attachments, ..Attachments::default() }, config(&["A", "B"]));
        let (safe, waiting) = (attachments.safe(&config), attachments.waiting(&config));
        for disk in ["A", "B"].map(DiskId::new) {
            let mut of_it = attachments.iter().filter(|attachment| attachment.volume.id == disk).peekable();
            let is_proven = of_it.peek().is_some() && of_it.all(|attachment| attachment.safe);
            let expected = is_proven && !waiting.contains(&disk);
            prop_assert_eq!(safe.contains(&disk.to_string()), expected, "{}", disk);
        }
        prop_assert!(safe.iter().all(|disk| ["A", "B"].contains(&disk.as_str())), "{:?}", safe);
    }
}

#[test]
fn what_the_mount_table_has_is_not_safe_until_it_is_proven_anew() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("A", 1)], start);
    attachments.of(&DiskId::new("A")).for_each(|attachment| (attachment.served, attachment.safe) = (true, true));
    attachments.note_mounts(|_| false);
    assert_eq!(attachments.safe(&config), ["A"]);
    attachments.note_mounts(|volume| volume.id == DiskId::new("A"));
    assert!(attachments.safe(&config).is_empty());
    attachments.note_mounts(|_| false);
    assert!(attachments.safe(&config).is_empty());
    assert!(attachments.iter().all(|attachment| !attachment.in_use));
}

#[test]
fn a_disk_that_the_administrator_hides_is_left_alone() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![Volume { ignored: true, ..volume("A", 1) }], start);
    assert_eq!(attachments.due(&config, start + SETTLE), Due::Nothing);
}

#[test]
fn a_disk_that_is_being_tidied_lets_others_go_first() {
    let (start, config) = (Instant::now(), config(&["A", "B"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("A", 1), volume("B", 2)], start);
    attachments.of(&DiskId::new("A")).for_each(|attachment| attachment.releasing = true);
    assert_eq!(attachments.due(&config, start + SETTLE), due_now("B"));
}
