//! Applies the [`CallLimits`]. Looks up once which user a caller is; until that is known, holds back this caller's
//! messages and nobody else's. Must not know what a call is about.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::export::async_trait::async_trait;
use zbus::message::{Flags, Message};

use asbackup_system::bus_socket::{Frame, Framing, MessageFilter};

use super::call_limits::{self, Arrival, CallDecision, CallLimits};
use super::callers::Callers;

/// In bytes: messages that are held back, from all senders. Beyond that, nothing is read until a sender is known.
const MAX_HELD_BYTES: usize = 4 << 20;

/// A call that was turned away.
#[derive(Debug)]
pub struct Refusal {
    /// The caller's user id.
    pub user: u32,
    /// The caller's name and the call's serial number, if the caller waits for an answer.
    pub waits: Option<(String, NonZeroU32)>,
    /// Turned away for its length, not for the number of other calls.
    pub is_too_long: bool,
}

/// Messages whose senders are being looked up.
struct HeldMessages {
    callers: Callers,
    by_sender: HashMap<String, Vec<Frame>>,
    bytes: usize,
    /// Senders whose lookup has ended.
    looked_up: (UnboundedSender<String>, UnboundedReceiver<String>),
}

impl HeldMessages {
    fn new(callers: Callers) -> Self {
        Self { callers, by_sender: HashMap::new(), bytes: 0, looked_up: unbounded_channel() }
    }

    /// The sender's user; none if it is not known yet, or earlier messages of this sender are still held.
    fn user(&self, name: &str) -> Option<u32> {
        if self.by_sender.contains_key(name) { None } else { self.callers.known(name) }
    }

    fn has_room(&self) -> bool {
        self.bytes < MAX_HELD_BYTES
    }

    fn hold(&mut self, name: &str, frame: Frame) {
        self.bytes += frame.bytes.len();
        if let Some(held) = self.by_sender.get_mut(name) {
            held.push(frame);
            return;
        }
        self.by_sender.insert(name.to_owned(), vec![frame]);
        let (callers, looked_up, name) = (self.callers.clone(), self.looked_up.0.clone(), name.to_owned());
        tokio::spawn(async move {
            // If the sender has gone, its messages are dropped.
            let _ = callers.look_up(&name).await;
            let _ = looked_up.send(name);
        });
    }

    /// The sender's messages, in order.
    fn release(&mut self, name: &str) -> Vec<Frame> {
        let held = self.by_sender.remove(name).unwrap_or_default();
        self.bytes -= held.iter().map(|frame| frame.bytes.len()).sum::<usize>();
        if self.callers.known(name).is_some() { held } else { Vec::new() }
    }
}

/// Lets calls in as the limits allow.
pub struct CallFilter {
    call_limits: Arc<Mutex<CallLimits>>,
    held: HeldMessages,
    /// Messages whose senders have become known.
    released: VecDeque<Frame>,
    refusals: UnboundedSender<Refusal>,
}

impl CallFilter {
    pub fn new(call_limits: Arc<Mutex<CallLimits>>, callers: Callers, refusals: UnboundedSender<Refusal>) -> Self {
        Self { call_limits, held: HeldMessages::new(callers), released: VecDeque::new(), refusals }
    }

    fn decide(&self, call: &Arrival<'_>, is_too_long: bool) -> CallDecision {
        match is_too_long {
            true if call.wants_answer => CallDecision::Refused,
            true => CallDecision::Dropped { log: false },
            false => call_limits::lock(&self.call_limits).enter(call, Instant::now()),
        }
    }
}

#[async_trait]
impl MessageFilter for CallFilter {
    async fn next_frame(&mut self, framing: &mut Framing) -> io::Result<Frame> {
        loop {
            if let Some(frame) = self.released.pop_front() {
                return Ok(frame);
            }
            tokio::select! {
                biased;
                Some(name) = self.held.looked_up.1.recv() => self.released.extend(self.held.release(&name)),
                frame = framing.next(), if self.held.has_room() => return frame,
            }
        }
    }

    /// Holds back messages of unknown senders.
    fn admits(&mut self, call: &Message, is_too_long: bool) -> bool {
        let header = call.header();
        let Some(sender) = header.sender() else { return false };
        let Some(user) = self.held.user(sender.as_str()) else {
            self.held.hold(sender.as_str(), Frame { bytes: call.data().to_vec(), is_too_long });
            return false;
        };
        let serial = header.primary().serial_num();
        let wants_answer = !header.primary().flags().contains(Flags::NO_REPLY_EXPECTED);
        let arrival = Arrival { user, name: sender.as_str(), serial: serial.get(), wants_answer };
        let waits = match self.decide(&arrival, is_too_long) {
            CallDecision::Admitted => return true,
            CallDecision::Dropped { log: false } => return false,
            CallDecision::Dropped { log: true } => None,
            CallDecision::Refused => Some((sender.to_string(), serial)),
        };
        // The receiver ends only with the connection.
        let _ = self.refusals.send(Refusal { user, waits, is_too_long });
        false
    }
}
