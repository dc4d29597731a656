//! Who owns the name.

use asbackup::bus::BusError;
use asbackup_api::bus::BUS_NAME;
use asbackup_testing::harness::bus::{NOBODY, PrivateBus};
use asbackup_testing::harness::service::{BusService, serve_again};
use asbackup_texts::{Language, Texts};
use zbus::fdo::DBusProxy;

#[tokio::test]
async fn a_second_daemon_is_told_that_the_name_is_taken_and_the_first_keeps_it() {
    let service = BusService::new().await;
    let second = service.bus.connect().await;
    let error = serve_again(&second).await.unwrap_err();
    assert!(matches!(error, BusError::NameTaken), "{error:?}");
    for language in Language::ALL {
        let said = error.message(&Texts::new(language));
        assert!(said.contains(BUS_NAME), "{said}");
    }
    let bus = DBusProxy::new(&second).await.unwrap();
    let name = zbus::names::BusName::try_from(BUS_NAME).unwrap();
    let owner = bus.get_name_owner(name).await.unwrap();
    assert_ne!(Some(&owner), second.unique_name());
    assert_eq!(service.client().await.state().await.unwrap(), "idle");
}

#[tokio::test]
async fn the_name_can_be_had_again_when_its_owner_has_gone() {
    let bus = PrivateBus::start();
    let first = bus.connect().await;
    let _served = serve_again(&first).await.unwrap();
    first.close().await.unwrap();
    let second = bus.connect().await;
    serve_again(&second).await.unwrap();
}

#[tokio::test]
async fn no_ordinary_user_can_own_the_name() {
    let bus = PrivateBus::start();
    let nobody = bus.connect_as(NOBODY).await;
    let error = serve_again(&nobody).await.unwrap_err();
    assert!(matches!(error, BusError::NameRefused(_)), "{error:?}");
    let said = error.message(&Texts::new(Language::English));
    assert!(said.contains("de.example.Backup.conf"), "{said}");
}
