//! What copying by extents needs of the kernel: shared ranges, maps of where files lie, write-back of a range, and paths that
//! lead nowhere else. It knows nothing of what any of it is for.
//!
//! `kernel` has the calls without a safe wrapper, `extents` reads whole maps page by page, `beneath` opens.

pub mod beneath;
mod extents;
#[allow(unsafe_code)]
mod kernel;

pub use extents::{Dirty, Extent, Extents, Flags};
pub use kernel::{begin_write_back, clone_range, count_extents, end_write_back, is_realtime};
