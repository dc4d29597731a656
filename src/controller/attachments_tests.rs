//! Which attachment is due and which is released, whatever the order of events.

use proptest::prelude::*;

use super::*;
use crate::disks::Hindrance;

const DUE: AttachmentState = AttachmentState::Due { resumes: false };
const AWAITING: AttachmentState = AttachmentState::AwaitingSource(Release::Unproven);
const DONE: AttachmentState = AttachmentState::Done(Release::Unproven);
const RELEASED: AttachmentState = AttachmentState::Done(Release::Released);

fn volume(uuid: &str, diskseq: u64) -> Volume {
    Volume { diskseq: Some(diskseq), ..Volume::sample(uuid) }
}

fn config(disks: &[&str]) -> Config {
    let disks = disks.iter().map(|id| KnownDisk { id: DiskId::new(id), recipients: vec![] }).collect();
    Config { disks, ..Config::default() }
}

fn due_now(disk: &str) -> Due {
    Due::Now { disk: DiskId::new(disk), resumes: false }
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
fn only_a_new_attachment_makes_a_copied_disk_due_again() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("A", 1)], start);
    attachments.of(&DiskId::new("A")).for_each(|attachment| attachment.state = DONE);
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
fn a_disk_that_becomes_usable_is_due_and_does_not_count_as_detached() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    let hindrance = Hindrance { why: Unusable::Locked, marks: vec![], likely: false, cause: String::new() };
    attachments.update(vec![Volume { hindrance: Some(hindrance), ..volume("A", 1) }], start);
    assert_eq!(attachments.due(&config, start + SETTLE), Due::At(start + UNLOCKING));
    attachments.of(&DiskId::new("A")).for_each(|attachment| attachment.state = DONE);
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
fn a_disk_that_awaits_its_source_is_due_once_the_source_is_there() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("A", 1), volume("X", 2)], start);
    attachments.of(&DiskId::new("X")).for_each(|attachment| attachment.state = AWAITING);
    assert!(!attachments.awaits_source(&config), "nobody knows it");
    attachments.of(&DiskId::new("A")).for_each(|attachment| attachment.state = AWAITING);
    assert_eq!(attachments.due(&config, start + SETTLE), Due::Nothing);
    assert!(attachments.awaits_source(&config) && attachments.retry_awaiting_source(&config, |_| true));
    assert_eq!(attachments.due(&config, start + SETTLE), due_now("A"));
    assert!(!attachments.retry_awaiting_source(&config, |_| true));
    attachments.of(&DiskId::new("A")).for_each(|attachment| attachment.state = AWAITING);
    assert!(!attachments.retry_awaiting_source(&config, |_| false), "it was pulled");
    assert_eq!(attachments.due(&config, start + SETTLE), Due::Nothing);
}

#[test]
fn a_disk_that_is_mounted_again_is_not_released() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("A", 1)], start);
    attachments.of(&DiskId::new("A")).for_each(|attachment| attachment.state = RELEASED);
    assert_eq!(attachments.released(&config), ["A"]);
    let mut mounted = volume("A", 1);
    mounted.mount_points.push("/mnt".into());
    attachments.update(vec![mounted], start);
    assert!(attachments.released(&config).is_empty());
}

prop_compose! {
    /// An attachment in any state, of a known disk, of its clone, or of an unknown one.
    fn any_attachment()(
        disk in "[ABX]",
        diskseq in 1..4u64,
        ignored: bool,
        state in prop::sample::select(vec![DUE, AttachmentState::Running, AWAITING, DONE, RELEASED]),
        cleanup in prop::sample::select(vec![Cleanup::None, Cleanup::Running, Cleanup::Repeat]),
    ) -> Attachment {
        let volume = Volume { ignored, ..volume(&disk, diskseq) };
        Attachment { state, cleanup, ..Attachment::new(volume, Instant::now()) }
    }
}

proptest! {
    #[test]
    fn no_disk_is_released_while_it_waits_for_its_copy(attached in prop::collection::vec(any_attachment(), 0..6)) {
        let (attachments, config) = (Attachments { attached, ..Attachments::default() }, config(&["A", "B"]));
        let (released, waiting) = (attachments.released(&config), attachments.waiting(&config));
        for disk in ["A", "B"].map(DiskId::new) {
            let mut same = attachments.iter().filter(|attachment| attachment.volume.id == disk).peekable();
            let expected = same.peek().is_some() && same.all(|attachment| attachment.state == RELEASED);
            prop_assert_eq!(released.contains(&disk.to_string()), expected, "{}", disk);
            prop_assert!(!expected || !waiting.contains(&disk), "{} waits", disk);
        }
        prop_assert!(released.iter().all(|disk| ["A", "B"].contains(&disk.as_str())), "{:?}", released);
    }
}

#[test]
fn a_disk_in_the_mount_table_has_to_be_proven_released_anew() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("A", 1)], start);
    attachments.of(&DiskId::new("A")).for_each(|attachment| attachment.state = RELEASED);
    attachments.note_mounts(|_| false);
    assert_eq!(attachments.released(&config), ["A"]);
    attachments.note_mounts(|volume| volume.id == DiskId::new("A"));
    assert!(attachments.released(&config).is_empty());
    attachments.note_mounts(|_| false);
    assert!(attachments.released(&config).is_empty());
    assert!(attachments.iter().all(|attachment| attachment.state == DONE));
}

#[test]
fn a_disk_hidden_by_the_administrator_is_left_alone() {
    let (start, config) = (Instant::now(), config(&["A"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![Volume { ignored: true, ..volume("A", 1) }], start);
    assert_eq!(attachments.due(&config, start + SETTLE), Due::Nothing);
}

#[test]
fn a_disk_being_cleaned_up_lets_others_go_first() {
    let (start, config) = (Instant::now(), config(&["A", "B"]));
    let mut attachments = Attachments::default();
    attachments.update(vec![volume("A", 1), volume("B", 2)], start);
    attachments.of(&DiskId::new("A")).for_each(|attachment| attachment.cleanup = Cleanup::Running);
    assert_eq!(attachments.due(&config, start + SETTLE), due_now("B"));
}
