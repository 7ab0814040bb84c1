use super::*;
use crate::run::health::monitor::CheckStatus;
use crate::run::services::KernelStatus;

#[test]
fn what_is_not_up_says_why() {
    let check = |state: &str, reply: &str| CheckStatus {
        check: "http".to_owned(),
        target: "10.0.0.29:80".to_owned(),
        state: state.to_owned(),
        since: 3,
        reply: Some(reply.to_owned()),
    };
    let up = ServerStatus {
        server: "10.0.0.29:80".to_owned(),
        state: "up".to_owned(),
        since: 7200,
        weight: Some(5),
        reason: None,
        expires: None,
        checks: vec![check("up", "200 OK")],
    };
    let down = ServerStatus {
        server: "10.0.0.30:80".to_owned(),
        state: "down".to_owned(),
        since: 4,
        weight: None,
        checks: vec![check("down", "503 Service Unavailable")],
        ..up.clone()
    };
    let drained = ServerStatus {
        server: "10.0.0.33:80".to_owned(),
        state: "drained".to_owned(),
        weight: Some(0),
        reason: Some("new disk".to_owned()),
        expires: Some(600),
        ..up.clone()
    };
    let service = ServiceStatus {
        service: "tcp 10.0.0.31:80".to_owned(),
        state: "up".to_owned(),
        since: 7200,
        scheduler: "rr".to_owned(),
        on_fallback: false,
        servers: vec![up, down, drained],
    };
    let kernel = KernelStatus { unreachable: None, refused: Vec::new(), repairs: 2 };
    let snapshot = Snapshot { version: 1, services: vec![service], kernel, open_checks: 0 };
    let expected = "tcp 10.0.0.31:80  up for 2 h  rr
    10.0.0.29:80  up for 2 h  weight 5
    10.0.0.30:80  down for 4 s  not in the table
        http 10.0.0.29:80: 503 Service Unavailable
    10.0.0.33:80  drained for 2 h  weight 0  (new disk)  for another 10 min
kernel: 2 changes of others undone
";
    assert_eq!(human(&snapshot), expected);
}
