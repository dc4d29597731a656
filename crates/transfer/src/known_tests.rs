//! The interval map against the plainest one there is: a number for each block.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::stamp::Time;

fn witness<'a>(trees: &Trees<'a>) -> Witness<'a> {
    let never = Time { seconds: 0, nanoseconds: 0 };
    let stamp = Stamp { inode: 1, size: 1 << 40, modified: never, changed: never };
    Witness {
        directory: trees.source,
        path: PathBuf::from("file"),
        source_stamp: stamp,
        target_stamp: stamp,
        device: (1, 2),
    }
}

/// Start, length, offset in the file.
fn extent((physical, length, logical): (u64, u64, u64)) -> Extent {
    Extent { logical, physical, length }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_map_finds_what_was_put_last_at_each_address(
        puts in proptest::collection::vec((0u64..300, 1u64..60, 0u64..1000), 0..40),
        asked in (0u64..320, 1u64..80),
    ) {
        let top = File::open("/").expect("a directory");
        let trees = Trees { source: top.as_fd(), target: top.as_fd() };
        let mut known = Known::new(trees);
        let mut plain: Vec<Option<(usize, u64)>> = vec![None; 500];
        for (number, put) in puts.iter().enumerate() {
            prop_assert!(known.add(witness(&trees), &[extent(*put)]));
            for step in 0..put.1 {
                plain[usize::try_from(put.0 + step).expect("small")] = Some((number, put.2 + step));
            }
        }
        let mut seen: Vec<Option<(usize, u64)>> = vec![None; 500];
        let mut last_end = 0;
        for found in known.find(&extent((asked.0, asked.1, 0))) {
            prop_assert!(found.physical >= last_end && found.length > 0);
            last_end = found.physical + found.length;
            for step in 0..found.length {
                seen[usize::try_from(found.physical + step).expect("small")] = Some((found.witness, found.offset + step));
            }
        }
        for at in 0..500 {
            let inside = at >= usize::try_from(asked.0).expect("small") && at < usize::try_from(asked.0 + asked.1).expect("small");
            prop_assert_eq!(seen[at], if inside { plain[at] } else { None }, "at {}", at);
        }
    }
}

#[test]
fn addresses_of_another_device_are_not_taken() {
    let top = File::open("/").expect("a directory");
    let trees = Trees { source: top.as_fd(), target: top.as_fd() };
    let mut known = Known::new(trees);
    assert!(known.add(witness(&trees), &[extent((0, 10, 0))]));
    let elsewhere = Witness { device: (9, 9), ..witness(&trees) };
    assert!(!known.add(elsewhere, &[extent((20, 10, 0))]));
    assert_eq!(known.find(&extent((20, 10, 0))).count(), 0);
}

#[test]
fn what_lies_behind_the_end_of_the_file_is_not_known() {
    let top = File::open("/").expect("a directory");
    let trees = Trees { source: top.as_fd(), target: top.as_fd() };
    let mut known = Known::new(trees);
    let mut short = witness(&trees);
    short.target_stamp.size = 5;
    known.add(short, &[extent((100, 10, 0)), extent((200, 10, 8))]);
    let found: Vec<_> = known.find(&extent((0, 300, 0))).map(|found| (found.physical, found.length)).collect();
    assert_eq!(found, [(100, 5)]);
}
