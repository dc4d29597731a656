//! The copy: nine steps from a known disk to one that may be taken away.
//!
//! `steps` is the story; each step has its file: `know` and `identity` (1), `gate` (2), `mount` (3, 8, 9), `locks` (4, 7), `check` and
//! `compare` (5), `copying` (6), and beside them `sick` (what the file system says of itself all along), `silent` (a disk that hangs) and
//! `power` (off, after a good copy). Beneath them, each knowing one thing: `rsync` (its command line), `items` (its output),
//! `command` (its process), `refusal` (a disk that can't be mounted), `confine` (what it may reach), `drive` (all together), `exit`
//! (its end), `complaint` (its messages), `evidence`, `cause` and `mount_trouble` (why it failed); `plan` and `survey` (what the dry
//! run means), `loss` (what the disk would hold less), `beginnings`, `strangers` and `kinds`; `progress`; `trees`, `source`, `target`,
//! `beneath`, `walk`, `halves`, `doubt` (the two trees); `complete` and `own_names` (what is not on the disk after all); `fit`, `names`,
//! `trial`, `spelling` (targets that take different names for one); `retime`, `times` (and those that can't hold every time);
//! `lockfile`, `runlock`, `held`, `leftover`; `stop`, `news`. `foresee` looks at a disk for setup, which no run is on.
//! Knows nothing of bus, logs and mail: it tells news, and is told to stop.

mod beginnings;
mod beneath;
mod cause;
mod check;
mod command;
mod compare;
mod complaint;
mod complete;
mod confine;
mod copying;
mod doubt;
mod drive;
mod evidence;
mod exit;
mod fit;
pub mod foresee;
mod gate;
mod halves;
mod held;
mod identity;
mod items;
mod kinds;
pub mod know;
pub mod leftover;
mod lockfile;
mod locks;
mod loss;
mod mount;
mod mount_trouble;
mod names;
pub mod news;
mod own_names;
mod plan;
mod power;
mod progress;
mod refusal;
mod retime;
mod rsync;
pub mod runlock;
mod sick;
mod silent;
mod source;
mod spelling;
pub mod steps;
pub mod stop;
mod strangers;
mod survey;
mod target;
mod times;
mod trees;
mod trial;
mod walk;

pub use source::is_there;

pub use news::{Busy, Ending, News, Teller};
pub use steps::{Known, Order, Ports, run};
pub use stop::{Puller, Stop, StopReason};
