//! How many may be connected, and how many of them may stay for the live page: a bound for each address, so that no host can
//! take all places; and fewer places for those who stay than there are, so that a question is always answered.
//! Owns the counts. Must not know what is served.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;

/// Those on this machine, a proxy with all its readers among them, and those elsewhere have as many each.
const CONNECTIONS: Limits = Limits { of_one: 200, of_all: 700 };
const STAYING: Limits = Limits { of_one: 100, of_all: 600 };
const FORWARDED: &str = "x-forwarded-for";

/// Who is counted as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guest {
    /// On this machine. A proxy speaks for many, so that only all together have a bound.
    Here,
    Elsewhere(IpAddr),
    /// Whom a proxy on this machine names.
    Behind(IpAddr),
}

impl Guest {
    /// By the other end of a connection. Whoever has one address of IPv6 has 2⁶⁴ of them.
    pub fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        if address.is_loopback() { Self::Here } else { Self::Elsewhere(network(address)) }
    }

    /// Who asks. Only a proxy on this machine is believed, and only the name that it has put there itself, the last one.
    pub fn who_asks(self, headers: &HeaderMap) -> Self {
        let newest = headers.get_all(FORWARDED).iter().next_back().and_then(|value| value.to_str().ok());
        let named = newest.and_then(|list| list.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
        match (self, named.map(Self::of)) {
            (Self::Here, Some(Self::Elsewhere(address))) => Self::Behind(address),
            _ => self,
        }
    }

    fn is_here(self) -> bool {
        !matches!(self, Self::Elsewhere(_))
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[derive(Debug, Clone, Copy)]
struct Limits {
    of_one: usize,
    of_all: usize,
}

/// Who has come and not gone.
#[derive(Debug, Clone)]
pub struct Guests {
    limits: Limits,
    present: Arc<Mutex<HashMap<Guest, usize>>>,
}

impl Guests {
    pub fn connected() -> Self {
        Self::with(CONNECTIONS)
    }

    pub fn staying() -> Self {
        Self::with(STAYING)
    }

    fn with(limits: Limits) -> Self {
        Self { limits, present: Arc::default() }
    }

    /// None when there is no place for them.
    pub fn admit(&self, guest: Guest) -> Option<Place> {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let alike = present.iter().filter(|(other, _)| other.is_here() == guest.is_here());
        let all: usize = alike.map(|(_, count)| count).sum();
        let own = present.get(&guest).copied().unwrap_or_default();
        if all >= self.limits.of_all || (guest != Guest::Here && own >= self.limits.of_one) {
            return None;
        }
        present.insert(guest, own + 1);
        Some(Place { guest, guests: self.clone() })
    }

    fn leave(&self, guest: Guest) {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        match present.get_mut(&guest) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(present.remove(&guest)),
        }
    }
}

/// Is given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    guest: Guest,
    guests: Guests,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.guests.leave(self.guest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Guest {
        Guest::of(address.parse().unwrap())
    }

    fn named(peer: &str, lines: &[&str]) -> Guest {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        from(peer).who_asks(&headers)
    }

    #[test]
    fn a_network_of_ipv6_is_one_guest_and_so_is_this_machine() {
        assert_eq!(from("2001:db8:1:2::1"), from("2001:db8:1:2:ffff::9"));
        assert_ne!(from("2001:db8:1:2::1"), from("2001:db8:1:3::1"));
        assert_eq!(from("::ffff:192.0.2.7"), from("192.0.2.7"));
        assert_ne!(from("192.0.2.7"), from("192.0.2.8"));
        for own in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(from(own), Guest::Here);
        }
    }

    #[test]
    fn only_what_a_proxy_here_has_put_last_is_believed() {
        let behind = Guest::Behind("192.0.2.7".parse().unwrap());
        assert_eq!(named("127.0.0.1", &["192.0.2.7"]), behind);
        assert_eq!(named("127.0.0.1", &["10.0.0.1", "10.0.0.2, 192.0.2.7"]), behind);
        assert_eq!(named("192.0.2.1", &["192.0.2.7"]), from("192.0.2.1"), "a stranger names nobody");
        for nobody in ["", "unknown", "192.0.2.7, x", "127.0.0.1"] {
            assert_eq!(named("127.0.0.1", &[nobody]), Guest::Here, "{nobody}");
        }
    }

    #[test]
    fn one_takes_no_more_than_its_share_and_all_leave_a_reserve() {
        let guests = Guests::with(Limits { of_one: 2, of_all: 5 });
        let crowd: Vec<_> = (0..9).filter_map(|_| guests.admit(from("192.0.2.7"))).collect();
        assert_eq!(crowd.len(), 2);
        let others: Vec<_> = (1..9).filter_map(|nth| guests.admit(from(&format!("192.0.3.{nth}")))).collect();
        assert_eq!(others.len(), 3, "five in all");
        let here: Vec<_> = (0..9).filter_map(|_| guests.admit(Guest::Here)).collect();
        assert_eq!(here.len(), 5, "this machine has places of its own, and no share");
        drop((crowd, others, here));
        assert!(guests.present.lock().unwrap().is_empty(), "whoever leaves is forgotten");
    }
}
