//! Who may ask, and how many: one host can't take the page from the others, and no foreign name leads here. Nor is anybody else
//! on the bus taken for the service.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpStream};

use asbackup_api::bus::{INTERFACE, OBJECT_PATH};
use asbackup_testing::PATIENCE;
use asbackup_testing::harness::bus::NOBODY;
use procfs::process::Process;
use tokio::time::{Duration, Instant, sleep};
use zbus::Variant;
use zbus::fdo::DBusProxy;
use zbus::message::Message;
use zbus::names::OwnedUniqueName;

use crate::office::{self, Office};
use crate::town::{self, Town};

const CROWD: usize = 1000;
/// Of each address, see the README.
const SHARE: usize = 100;

/// A service and its page in a town; the page listens at all addresses.
struct Place {
    town: Town,
    office: Office,
}

impl Place {
    async fn new() -> Self {
        let addresses = ["10.77.0.1/24", "10.77.0.2/24", "10.77.0.3/24"];
        let newer = ["fd77:0:0:1::1/64", "fd77:0:0:2::1/64", "fd77:0:0:2::2/64", "fd77:0:0:3::1/64"];
        let town = Town::new(&[&addresses[..], &newer[..]].concat()).await;
        let office = Office::within(&town.network(), "[::]:8080").await;
        town.inside(|| town::until_it_listens("10.77.0.3", page("10.77.0.1"))).await;
        Self { town, office }
    }
}

fn page(address: &str) -> SocketAddr {
    SocketAddr::new(address.parse().expect("an address"), 8080)
}

/// As many readers of one host as there are; those who are let in stay.
fn crowd(hosts: &[&str], to: SocketAddr, headers: &str) -> Vec<TcpStream> {
    let asked = (0..CROWD).filter_map(|nth| town::ask(hosts[nth % hosts.len()], to, "/events", headers));
    asked.filter(|(_, code)| code == "200").map(|(stream, _)| stream).collect()
}

#[tokio::test]
async fn a_crowd_from_one_address_leaves_the_page_to_the_others() {
    let place = Place::new().await;
    let readers = place.town.inside(|| crowd(&["10.77.0.2"], page("10.77.0.1"), "")).await;
    assert_eq!(readers.len(), SHARE, "{}", place.office.site.log());
    for path in ["/", "/healthz", "/events"] {
        let other = place.town.inside(move || town::code("10.77.0.3", page("10.77.0.1"), path)).await;
        assert_eq!(other, "200", "{path} from another address");
        let own = place.town.inside(move || town::code("127.0.0.1", page("127.0.0.1"), path)).await;
        assert_eq!(own, "200", "{path} from this machine");
    }
    drop(readers);
}

#[tokio::test]
async fn a_crowd_from_one_network_of_ipv6_is_one_crowd() {
    let place = Place::new().await;
    let to = page("fd77:0:0:1::1");
    let readers = place.town.inside(move || crowd(&["fd77:0:0:2::1", "fd77:0:0:2::2"], to, "")).await;
    assert_eq!(readers.len(), SHARE);
    for path in ["/", "/healthz", "/events"] {
        let other = place.town.inside(move || town::code("fd77:0:0:3::1", to, path)).await;
        assert_eq!(other, "200", "{path} from another network");
    }
    drop(readers);
}

/// Behind a proxy all come from 127.0.0.1, and the proxy says for whom.
#[tokio::test]
async fn a_crowd_behind_a_proxy_leaves_the_page_to_the_proxys_other_readers() {
    let place = Place::new().await;
    let to = page("127.0.0.1");
    let named = "X-Forwarded-For: 10.0.0.9, 192.0.2.7\r\n";
    let readers = place.town.inside(move || crowd(&["127.0.0.1"], to, named)).await;
    assert_eq!(readers.len(), SHARE);
    let other =
        place.town.inside(move || town::ask("127.0.0.1", to, "/events", "X-Forwarded-For: 192.0.2.8\r\n")).await;
    assert_eq!(other.expect("an answer").1, "200");
    // One that does not say for whom speaks for nobody in particular, and still leaves a reserve.
    let nameless = place.town.inside(move || crowd(&["127.0.0.1"], to, "")).await;
    assert!(nameless.len() >= 400, "{}", nameless.len());
    for path in ["/", "/healthz"] {
        assert_eq!(place.town.inside(move || town::code("127.0.0.1", to, path)).await, "200", "{path}");
    }
    assert_eq!(place.town.inside(move || town::code("10.77.0.3", page("10.77.0.1"), "/events")).await, "200");
    drop((readers, nameless));
}

#[tokio::test]
async fn a_foreign_name_that_leads_here_is_refused_in_plain_words() {
    let office = Office::with(office::ready(), "").await;
    let named = |name: &str, path: &str| format!("GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n");
    for path in ["/", "/events", "/api/status", "/metrics"] {
        let answer = office.site.send(named("evil.example:8080", path).as_bytes()).await;
        assert_eq!(answer.code(), 421, "{path}: {}", answer.head);
        assert!(answer.body.contains("„evil.example“") && answer.body.contains("web-names"), "{}", answer.body);
        assert!(!answer.body.contains("GOLD"), "{}", answer.body);
    }
    for name in [office::NAME, "localhost:8080", "192.0.2.7", "[::1]:8080"] {
        assert_eq!(office.site.send(named(name, "/").as_bytes()).await.code(), 200, "{name}");
    }
}

/// The page's name on the bus, which anybody finds by its process.
async fn name_of(office: &Office) -> OwnedUniqueName {
    let bus = DBusProxy::new(&office.service.bus.connect().await).await.unwrap();
    for name in bus.list_names().await.unwrap() {
        let Ok(unique) = OwnedUniqueName::try_from(name.as_str()) else { continue };
        if bus.get_connection_unix_process_id(unique.clone().into()).await.is_ok_and(|pid| pid == office.site.pid()) {
            return unique;
        }
    }
    panic!("the page is not on the bus: {}", office.site.log());
}

fn memory_peak(office: &Office) -> u64 {
    let status = Process::new(office.site.pid().cast_signed()).unwrap().status().unwrap();
    status.vmhwm.unwrap() >> 10
}

#[tokio::test]
async fn forged_signals_are_neither_shown_nor_kept() {
    let office = Office::new().await;
    let before = office.site.get("/api/status").await.body;
    let memory = memory_peak(&office);
    let page = name_of(&office).await;
    let changed = |changed: &HashMap<String, Variant<'_>>| {
        let signal = Message::signal(OBJECT_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged");
        signal.destination(&page).build(&(INTERFACE, changed, Vec::<&str>::new())).unwrap()
    };
    let lie = HashMap::from([("Status".to_owned(), Variant::from("forged")), ("Run".to_owned(), Variant::from(7_u64))]);
    let many: HashMap<String, Variant<'_>> = (0..1_000_000).map(|nth| (nth.to_string(), Variant::from(nth))).collect();
    let stranger = office.service.bus.connect_as(NOBODY).await;
    let owner = Message::signal("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged");
    let owner = owner.destination(&page).build(&(asbackup_api::bus::BUS_NAME, "", "")).unwrap();
    stranger.send_all(&[owner, changed(&lie)]).await.unwrap();
    stranger.send_all(&vec![changed(&many); 20]).await.unwrap();
    DBusProxy::new(&stranger).await.unwrap().get_id().await.unwrap();
    assert_eq!(office.site.get("/api/status").await.body, before);
    // What the service says comes after all of it.
    office.is(office::copying(58));
    let deadline = Instant::now() + PATIENCE;
    let mut shown = before.clone();
    while shown == before {
        assert!(Instant::now() < deadline, "{shown}");
        sleep(Duration::from_millis(10)).await;
        shown = office.site.get("/api/status").await.body;
    }
    assert!(!shown.contains("forged"), "{shown}");
    let grown = memory_peak(&office) - memory;
    println!("{grown} MiB more");
    assert!(grown < 16, "{grown} MiB more");
}
