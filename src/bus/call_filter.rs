//! Applies the [`CallLimits`]: finds out once whose a call is, and holds back what this caller sends until then, but nothing of others.
//! Must not know what a call is about.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::export::async_trait::async_trait;
use zbus::message::{Flags, Message};

use asbackup_system::bus_socket::{Frame, Framing, MessageFilter};

use super::call_limits::{self, Admission, Arrival, CallLimits};
use super::callers::Callers;

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
    held: HashMap<String, Vec<Frame>>,
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

    fn hold(&mut self, name: &str, heard: Frame) {
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
    fn release(&mut self, name: &str) -> Vec<Frame> {
        let held = self.held.remove(name).unwrap_or_default();
        self.held_bytes -= held.iter().map(|heard| heard.bytes.len()).sum::<usize>();
        if self.callers.known(name).is_some() { held } else { Vec::new() }
    }
}

/// Lets calls in as the limits allow.
pub struct CallFilter {
    call_limits: Arc<Mutex<CallLimits>>,
    who: Who,
    /// Their callers have become known.
    released: VecDeque<Frame>,
    refusals: UnboundedSender<Refusal>,
}

impl CallFilter {
    pub fn new(call_limits: Arc<Mutex<CallLimits>>, callers: Callers, refusals: UnboundedSender<Refusal>) -> Self {
        Self { call_limits, who: Who::new(callers), released: VecDeque::new(), refusals }
    }

    fn judge(&self, visit: &Arrival<'_>, is_too_long: bool) -> Admission {
        match is_too_long {
            true if visit.wants_answer => Admission::Refused,
            true => Admission::Dropped { tell: false },
            false => call_limits::lock(&self.call_limits).enter(visit, Instant::now()),
        }
    }
}

#[async_trait]
impl MessageFilter for CallFilter {
    async fn next_frame(&mut self, framing: &mut Framing) -> io::Result<Frame> {
        loop {
            if let Some(heard) = self.released.pop_front() {
                return Ok(heard);
            }
            tokio::select! {
                biased;
                Some(name) = self.who.told.1.recv() => self.released.extend(self.who.release(&name)),
                heard = framing.next(), if self.who.has_room() => return heard,
            }
        }
    }

    /// Holds back what nobody knows the sender of yet.
    fn admits(&mut self, call: &Message, is_too_long: bool) -> bool {
        let header = call.header();
        let Some(sender) = header.sender() else { return false };
        let Some(user) = self.who.is(sender.as_str()) else {
            self.who.hold(sender.as_str(), Frame { bytes: call.data().to_vec(), is_too_long });
            return false;
        };
        let serial = header.primary().serial_num();
        let wants_answer = !header.primary().flags().contains(Flags::NO_REPLY_EXPECTED);
        let visit = Arrival { user, name: sender.as_str(), serial: serial.get(), wants_answer };
        let waits = match self.judge(&visit, is_too_long) {
            Admission::In => return true,
            Admission::Dropped { tell: false } => return false,
            Admission::Dropped { tell: true } => None,
            Admission::Refused => Some((sender.to_string(), serial)),
        };
        // Its receiver goes when the connection does.
        let _ = self.refusals.send(Refusal { user, waits, is_too_long });
        false
    }
}
