use super::*;

fn hooks(name: &str) -> ServerHooks {
    let command = ScriptAsk {
        command: vec![name.to_owned()],
        environment: BTreeMap::new(),
        user: None,
        sets_weight: false,
        is_secure: false,
    };
    ServerHooks { up: Vec::new(), down: vec![command] }
}

/// The program that is run when the server is down.
fn run(hooks: &ServiceHooks, address: IpAddr, port: u16) -> Option<&str> {
    let server = DestinationKey { address, port };
    let event = Event::ServerDown {
        service: String::new(),
        server,
        cause: "connection refused".to_owned(),
    };
    Some(hooks.of(&event).first()?.command.first()?.as_str())
}

#[test]
fn servers_of_one_address_have_commands_of_their_own() {
    let address = IpAddr::from([127, 0, 0, 1]);
    let other = IpAddr::from([127, 0, 0, 2]);
    let servers = BTreeMap::from([
        ((address, Some(8001)), hooks("first")),
        ((address, Some(8002)), hooks("second")),
        ((other, None), hooks("third")),
    ]);
    let hooks = ServiceHooks { servers, ..ServiceHooks::default() };
    assert_eq!(run(&hooks, address, 8001), Some("first"));
    assert_eq!(run(&hooks, address, 8002), Some("second"));
    assert_eq!(run(&hooks, address, 8003), None);
    // The port of the service, and the port of a server behind direct routing.
    assert_eq!(run(&hooks, other, 80), Some("third"));
    assert_eq!(run(&hooks, other, 0), Some("third"));
    assert_eq!(run(&hooks, IpAddr::from([127, 0, 0, 3]), 0), None);
}

#[test]
fn arguments_are_not_told() {
    let mut command = hooks("/bin/false").down.remove(0);
    command.command.extend(["--password", "hunter2"].map(str::to_owned));
    assert_eq!(program(&command), "/bin/false");
}

#[tokio::test]
async fn a_burst_of_changes_loses_no_command() {
    let folder = tempfile::tempdir().unwrap();
    let story = folder.path().join("story");
    let mut command = hooks("/bin/sh").down.remove(0);
    command.command.extend(["-c".to_owned(), format!("echo >> {}", story.display())]);
    let down = ServiceHooks { down: vec![command], ..ServiceHooks::default() };
    let all = BTreeMap::from([("web".to_owned(), down)]);
    let event = Event::ServiceDown { service: "web".to_owned() };
    let mut runner = Runner::default();
    for _ in 0..100 {
        runner.follow(&all, &event);
    }
    runner.finish().await;
    assert_eq!(std::fs::read_to_string(&story).unwrap().lines().count(), 100);
}
