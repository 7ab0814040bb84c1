use super::*;
use crate::run::control::Action;

#[test]
fn the_name_that_nobody_has_is_said() {
    let services = ["tcp 10.0.0.31:80", "udp 10.0.0.31:53"];
    let said = |service: Option<&str>| {
        let request = OrderRequest {
            server: "10.0.0.29:80".to_owned(),
            service: service.map(str::to_owned),
            action: Action::Drain,
            reason: String::new(),
            seconds: None,
        };
        unknown(&request, &services)
    };
    assert_eq!(said(None), "no service has a server `10.0.0.29:80`");
    assert_eq!(
        said(Some("foo")),
        "there is no service `foo`; the services are tcp 10.0.0.31:80, udp 10.0.0.31:53"
    );
    assert_eq!(
        said(Some("udp 10.0.0.31:53")),
        "the service `udp 10.0.0.31:53` has no server `10.0.0.29:80`"
    );
}
