//! One thread reads and hashes, another writes, with a few buffers between them.

use std::sync::mpsc::sync_channel;
use std::thread;

use rustix::io::Errno;

use crate::cloning::{Cloner, Shared};
use crate::error::{Cause, Error};
use crate::feed::{Feed, Load, Work};
use crate::listen::{Amount, Listener, Refusal, Segment};
use crate::part::Part;
use crate::pieces::Texture;
use crate::pool::Pool;
use crate::writing::{Range, Writer};

/// Loads between the threads; each that is data has a buffer.
const QUEUE: usize = 2;
pub(crate) const BUFFERS: usize = 4;

/// Takes loads, one after the other.
struct Sink<'s> {
    work: &'s Work<'s>,
    part: &'s mut Part,
    writer: Writer<'s>,
    cloner: Cloner<'s>,
    listener: &'s dyn Listener,
    amount: Amount,
    unflushed: u64,
    refusal_told: bool,
}

impl Sink<'_> {
    fn take(&mut self, load: Load<'_>) -> Result<(), Error> {
        if self.listener.stop() {
            return Err(self.work.failed(0, Cause::Stopped));
        }
        match load {
            Load::Data { segment, run_end, buffer } => self.write(segment, run_end, &buffer),
            Load::Clone { at, length, from } => self.share(at, length, from),
            Load::Hole { length } => {
                self.tell(Amount { holes: length, ..Amount::default() });
                Ok(())
            }
        }
    }

    fn tell(&mut self, more: Amount) {
        if more != Amount::default() {
            self.amount += more;
            self.listener.moved(self.work.path, more);
        }
    }

    fn write(&mut self, segment: Segment, run_end: u64, buffer: &[u8]) -> Result<(), Error> {
        let at = segment.offset;
        let failed = |errno| self.work.failed(at, errno);
        // It fitted into a buffer.
        let (length, padded) = (segment.length as usize, self.work.ground.up(segment.length) as usize);
        let range = Range { bytes: &buffer[..padded], at, length, run_end };
        let written = self.writer.write(&range).map_err(failed)?;
        self.part.wrote(segment);
        self.tell(Amount { written, ..Amount::default() });
        self.unflushed += segment.length;
        if self.unflushed >= self.work.flush_every {
            self.flush(at + segment.length)?;
        }
        Ok(())
    }

    fn flush(&mut self, point: u64) -> Result<(), Error> {
        self.drain(point)?;
        self.unflushed = 0;
        self.part.flush(point).map_err(|errno| self.work.failed(point, errno))
    }

    fn drain(&mut self, point: u64) -> Result<(), Error> {
        let written = self.writer.drain().map_err(|errno| self.work.failed(point, errno))?;
        self.tell(Amount { written, ..Amount::default() });
        Ok(())
    }

    fn share(&mut self, at: u64, length: u64, from: (usize, u64)) -> Result<(), Error> {
        let into = (&self.part.file, at);
        match self.cloner.share(from, into, length).map_err(|errno| self.work.failed(at, errno))? {
            Shared::Yes => {
                self.tell(Amount { shared: length, ..Amount::default() });
                Ok(())
            }
            Shared::No(errno) => {
                self.tell_refusal(at, errno);
                self.write_instead(at, length)
            }
        }
    }

    fn tell_refusal(&mut self, offset: u64, errno: Option<Errno>) {
        if !std::mem::replace(&mut self.refusal_told, true) {
            self.listener.refused(&Refusal { path: self.work.path.to_owned(), offset, errno });
        }
    }

    fn write_instead(&mut self, from: u64, length: u64) -> Result<(), Error> {
        let (mut at, end) = (from, from + length);
        // The reader may hold all others, and wait for us.
        let spare = Pool::new(1, usize::try_from(self.work.segment).unwrap_or(0));
        while at < end {
            if self.listener.stop() {
                return Err(self.work.failed(at, Cause::Stopped));
            }
            let next = end.min((at / self.work.segment + 1) * self.work.segment);
            if let Load::Data { segment, run_end, buffer } = self.work.read(at, next - at, spare.take(), end)? {
                self.write(segment, run_end, &buffer)?;
            }
            at = next;
        }
        Ok(())
    }
}

/// Transfers the contents of one file from where its half ends. Returns what became of them. Errors: of either side; the half is left
/// as it is.
pub(crate) fn pump(work: &Work<'_>, part: &mut Part, listener: &dyn Listener) -> Result<Amount, Error> {
    let failed = |errno| work.failed(0, errno);
    let file = part.file.try_clone().map_err(|error| failed(Errno::from_io_error(&error).unwrap_or(Errno::IO)))?;
    let mut writer = Writer::new(&file, work.ground, work.texture == Texture::Even);
    writer.stretch(work.size).map_err(failed)?;
    let cloner = Cloner::new(work.known, work.ground.shares());
    let feed = Feed::new(work, part.point);
    let resumed = Amount { resumed: part.point, ..Amount::default() };
    let (amount, unflushed, refusal_told) = (Amount::default(), 0, false);
    let mut sink = Sink { work, part, writer, cloner, listener, amount, unflushed, refusal_told };
    sink.tell(resumed);
    if work.texture == Texture::Small {
        one_by_one(feed, &mut sink)?
    } else {
        overlapped(feed, &mut sink)?
    }
    sink.drain(work.size)?;
    Ok(sink.amount)
}

fn one_by_one(feed: Feed<'_>, sink: &mut Sink<'_>) -> Result<(), Error> {
    for load in feed {
        sink.take(load?)?;
    }
    Ok(())
}

fn overlapped<'w>(feed: Feed<'w>, sink: &mut Sink<'w>) -> Result<(), Error> {
    let work = feed.work;
    thread::scope(|scope| {
        let (send, receive) = sync_channel(QUEUE);
        // It ends when nobody takes any more.
        let read = move || feed.map(|load| send.send(load)).take_while(Result::is_ok).for_each(drop);
        let reader = thread::Builder::new().name("transfer-read".to_owned()).spawn_scoped(scope, read);
        reader.map_err(|_| work.failed(0, Errno::AGAIN))?;
        for load in receive {
            sink.take(load?)?;
        }
        Ok(())
    })
}
