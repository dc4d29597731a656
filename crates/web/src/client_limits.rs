//! Limits how many clients may be connected, and how many of them may follow the live page. A limit per address keeps one host
//! from taking all connections; live readers get fewer than there are, so that other requests are always answered.
//! Owns the counts. Must not know what is served.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;

/// Applied to clients on this machine and to remote ones separately; a local proxy counts with all its readers.
const CONNECTIONS: Limits = Limits { per_client: 200, total: 700 };
const LIVE_READERS: Limits = Limits { per_client: 100, total: 600 };
const FORWARDED: &str = "x-forwarded-for";

/// Whoever is counted as one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// On this machine. It may be a proxy for many readers, so only the total limit applies.
    Local,
    Remote(IpAddr),
    /// Remote, as reported by a proxy on this machine.
    Proxied(IpAddr),
}

impl Client {
    /// The client at the other end of a connection. An IPv6 host owns a whole /64, so that network counts as one client.
    pub fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        if address.is_loopback() { Self::Local } else { Self::Remote(network(address)) }
    }

    /// The client that a proxy on this machine forwards for; no other proxy is trusted. Only the last address in the header counts,
    /// because the proxy added that one itself.
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

/// The clients that hold a permit now.
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

    /// `None` if a limit is reached.
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

/// Counts its client until it is dropped.
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
    fn an_ipv6_network_and_this_machine_each_count_as_one_client() {
        assert_eq!(from("2001:db8:1:2::1"), from("2001:db8:1:2:ffff::9"));
        assert_ne!(from("2001:db8:1:2::1"), from("2001:db8:1:3::1"));
        assert_eq!(from("::ffff:192.0.2.7"), from("192.0.2.7"));
        assert_ne!(from("192.0.2.7"), from("192.0.2.8"));
        for own in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(from(own), Client::Local);
        }
    }

    #[test]
    fn only_the_last_address_from_a_local_proxy_is_trusted() {
        let behind = Client::Proxied("192.0.2.7".parse().unwrap());
        assert_eq!(named("127.0.0.1", &["192.0.2.7"]), behind);
        assert_eq!(named("127.0.0.1", &["10.0.0.1", "10.0.0.2, 192.0.2.7"]), behind);
        assert_eq!(named("192.0.2.1", &["192.0.2.7"]), from("192.0.2.1"), "a remote proxy is not trusted");
        for nobody in ["", "unknown", "192.0.2.7, x", "127.0.0.1"] {
            assert_eq!(named("127.0.0.1", &[nobody]), Client::Local, "{nobody}");
        }
    }

    #[test]
    fn each_client_and_all_together_are_limited() {
        let limits = ClientLimits::with(Limits { per_client: 2, total: 5 });
        let crowd: Vec<_> = (0..9).filter_map(|_| limits.admit(from("192.0.2.7"))).collect();
        assert_eq!(crowd.len(), 2);
        let others: Vec<_> = (1..9).filter_map(|nth| limits.admit(from(&format!("192.0.3.{nth}")))).collect();
        assert_eq!(others.len(), 3, "five in total");
        let here: Vec<_> = (0..9).filter_map(|_| limits.admit(Client::Local)).collect();
        assert_eq!(here.len(), 5, "this machine has limits of its own, and none per client");
        drop((crowd, others, here));
        assert!(limits.counts.lock().unwrap().is_empty(), "a client without permits is forgotten");
    }
}
