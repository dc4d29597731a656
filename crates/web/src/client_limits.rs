//! How many may be connected, and how many of them may stay for the live page: a bound for each address, so that no host can
//! take all places; and fewer places for those who stay than there are, so that a question is always answered.
//! Owns the counts. Must not know what is served.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;

/// Those on this machine, a proxy with all its readers among them, and those elsewhere have as many each.
const CONNECTIONS: Limits = Limits { per_client: 200, total: 700 };
const LIVE_READERS: Limits = Limits { per_client: 100, total: 600 };
const FORWARDED: &str = "x-forwarded-for";

/// Who is counted as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// On this machine. A proxy speaks for many, so that only all together have a bound.
    Local,
    Remote(IpAddr),
    /// Whom a proxy on this machine names.
    Proxied(IpAddr),
}

impl Client {
    /// By the other end of a connection. Whoever has one address of IPv6 has 2⁶⁴ of them.
    pub fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        if address.is_loopback() { Self::Local } else { Self::Remote(network(address)) }
    }

    /// Who asks. Only a proxy on this machine is believed, and only the name that it has put there itself, the last one.
    pub fn behind_proxy(self, headers: &HeaderMap) -> Self {
        let newest = headers.get_all(FORWARDED).iter().next_back().and_then(|value| value.to_str().ok());
        let named = newest.and_then(|list| list.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
        match (self, named.map(Self::of)) {
            (Self::Local, Some(Self::Remote(address))) => Self::Proxied(address),
            _ => self,
        }
    }

    fn is_on_this_machine(self) -> bool {
        !matches!(self, Self::Remote(_))
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
    per_client: usize,
    total: usize,
}

/// Who has come and not gone.
#[derive(Debug, Clone)]
pub struct ClientLimits {
    limits: Limits,
    counts: Arc<Mutex<HashMap<Client, usize>>>,
}

impl ClientLimits {
    pub fn for_connections() -> Self {
        Self::with(CONNECTIONS)
    }

    pub fn for_live_readers() -> Self {
        Self::with(LIVE_READERS)
    }

    fn with(limits: Limits) -> Self {
        Self { limits, counts: Arc::default() }
    }

    /// None when there is no place for them.
    pub fn admit(&self, client: Client) -> Option<Permit> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let alike = counts.iter().filter(|(other, _)| other.is_on_this_machine() == client.is_on_this_machine());
        let all: usize = alike.map(|(_, count)| count).sum();
        let own = counts.get(&client).copied().unwrap_or_default();
        if all >= self.limits.total || (client != Client::Local && own >= self.limits.per_client) {
            return None;
        }
        counts.insert(client, own + 1);
        Some(Permit { client, limits: self.clone() })
    }

    fn release(&self, client: Client) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(&client) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(counts.remove(&client)),
        }
    }
}

/// Is given back when it is dropped.
#[derive(Debug)]
pub struct Permit {
    client: Client,
    limits: ClientLimits,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.limits.release(self.client);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Client {
        Client::of(address.parse().unwrap())
    }

    fn named(peer: &str, lines: &[&str]) -> Client {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        from(peer).behind_proxy(&headers)
    }

    #[test]
    fn a_network_of_ipv6_is_one_guest_and_so_is_this_machine() {
        assert_eq!(from("2001:db8:1:2::1"), from("2001:db8:1:2:ffff::9"));
        assert_ne!(from("2001:db8:1:2::1"), from("2001:db8:1:3::1"));
        assert_eq!(from("::ffff:192.0.2.7"), from("192.0.2.7"));
        assert_ne!(from("192.0.2.7"), from("192.0.2.8"));
        for own in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(from(own), Client::Local);
        }
    }

    #[test]
    fn only_what_a_proxy_here_has_put_last_is_believed() {
        let behind = Client::Proxied("192.0.2.7".parse().unwrap());
        assert_eq!(named("127.0.0.1", &["192.0.2.7"]), behind);
        assert_eq!(named("127.0.0.1", &["10.0.0.1", "10.0.0.2, 192.0.2.7"]), behind);
        assert_eq!(named("192.0.2.1", &["192.0.2.7"]), from("192.0.2.1"), "a stranger names nobody");
        for nobody in ["", "unknown", "192.0.2.7, x", "127.0.0.1"] {
            assert_eq!(named("127.0.0.1", &[nobody]), Client::Local, "{nobody}");
        }
    }

    #[test]
    fn one_takes_no_more_than_its_share_and_all_leave_a_reserve() {
        let limits = ClientLimits::with(Limits { per_client: 2, total: 5 });
        let crowd: Vec<_> = (0..9).filter_map(|_| limits.admit(from("192.0.2.7"))).collect();
        assert_eq!(crowd.len(), 2);
        let others: Vec<_> = (1..9).filter_map(|nth| limits.admit(from(&format!("192.0.3.{nth}")))).collect();
        assert_eq!(others.len(), 3, "five in all");
        let here: Vec<_> = (0..9).filter_map(|_| limits.admit(Client::Local)).collect();
        assert_eq!(here.len(), 5, "this machine has places of its own, and no share");
        drop((crowd, others, here));
        assert!(limits.counts.lock().unwrap().is_empty(), "whoever leaves is forgotten");
    }
}
