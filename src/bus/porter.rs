//! Who stands at the [`Door`]: finds out once whose a call is, and holds back what this caller sends until then, but nothing of others.
//! Must not know what a call is about.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::export::async_trait::async_trait;
use zbus::message::{Flags, Message};

use crate::wire::{Doorkeeper, Heard, Inbox};

use super::callers::Callers;
use super::door::{self, Door, Verdict, Visit};

/// Of messages that wait for who sent them, in all; with more, nothing is read until one is known.
const MOST_HELD: usize = 4 << 20;

/// A call that was not let in.
#[derive(Debug)]
pub struct Refusal {
    pub user: u32,
    /// Who waits for an answer, and to which call; nobody, if none was wanted.
    pub waits: Option<(String, NonZeroU32)>,
    /// It is the length of this call, and not the number of others.
    pub is_too_long: bool,
}

/// Who callers are, and what waits for that.
struct Who {
    callers: Callers,
    held: HashMap<String, Vec<Heard>>,
    held_bytes: usize,
    told: (UnboundedSender<String>, UnboundedReceiver<String>),
}

impl Who {
    fn new(callers: Callers) -> Self {
        Self { callers, held: HashMap::new(), held_bytes: 0, told: unbounded_channel() }
    }

    /// None: not known yet, or others of this caller's messages wait for that.
    fn is(&self, name: &str) -> Option<u32> {
        if self.held.contains_key(name) { None } else { self.callers.known(name) }
    }

    fn has_room(&self) -> bool {
        self.held_bytes < MOST_HELD
    }

    fn hold(&mut self, name: &str, heard: Heard) {
        self.held_bytes += heard.bytes.len();
        if let Some(held) = self.held.get_mut(name) {
            held.push(heard);
            return;
        }
        self.held.insert(name.to_owned(), vec![heard]);
        let (callers, tell, name) = (self.callers.clone(), self.told.0.clone(), name.to_owned());
        tokio::spawn(async move {
            // Who has gone is nobody: what he sent is thrown away.
            let _ = callers.ask(&name).await;
            let _ = tell.send(name);
        });
    }

    /// What waited for this answer, in its order.
    fn release(&mut self, name: &str) -> Vec<Heard> {
        let held = self.held.remove(name).unwrap_or_default();
        self.held_bytes -= held.iter().map(|heard| heard.bytes.len()).sum::<usize>();
        if self.callers.known(name).is_some() { held } else { Vec::new() }
    }
}

/// Who stands at the door.
pub struct Porter {
    door: Arc<Mutex<Door>>,
    who: Who,
    /// Their callers have become known.
    released: VecDeque<Heard>,
    refusals: UnboundedSender<Refusal>,
}

impl Porter {
    pub fn new(door: Arc<Mutex<Door>>, callers: Callers, refusals: UnboundedSender<Refusal>) -> Self {
        Self { door, who: Who::new(callers), released: VecDeque::new(), refusals }
    }

    fn judge(&self, visit: &Visit<'_>, is_too_long: bool) -> Verdict {
        match is_too_long {
            true if visit.wants_answer => Verdict::Refused,
            true => Verdict::Dropped { tell: false },
            false => door::lock(&self.door).enter(visit, Instant::now()),
        }
    }
}

#[async_trait]
impl Doorkeeper for Porter {
    async fn hear(&mut self, inbox: &mut Inbox) -> io::Result<Heard> {
        loop {
            if let Some(heard) = self.released.pop_front() {
                return Ok(heard);
            }
            tokio::select! {
                biased;
                Some(name) = self.who.told.1.recv() => self.released.extend(self.who.release(&name)),
                heard = inbox.next(), if self.who.has_room() => return heard,
            }
        }
    }

    /// Holds back what nobody knows the sender of yet.
    fn admits(&mut self, call: &Message, is_too_long: bool) -> bool {
        let header = call.header();
        let Some(sender) = header.sender() else { return false };
        let Some(user) = self.who.is(sender.as_str()) else {
            self.who.hold(sender.as_str(), Heard { bytes: call.data().to_vec(), is_too_long });
            return false;
        };
        let serial = header.primary().serial_num();
        let wants_answer = !header.primary().flags().contains(Flags::NO_REPLY_EXPECTED);
        let visit = Visit { user, name: sender.as_str(), serial: serial.get(), wants_answer };
        let waits = match self.judge(&visit, is_too_long) {
            Verdict::In => return true,
            Verdict::Dropped { tell: false } => return false,
            Verdict::Dropped { tell: true } => None,
            Verdict::Refused => Some((sender.to_string(), serial)),
        };
        // Its receiver goes when the connection does.
        let _ = self.refusals.send(Refusal { user, waits, is_too_long });
        false
    }
}
