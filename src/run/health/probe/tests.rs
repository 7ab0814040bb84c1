//! Against real sockets and programs of this machine.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, UdpSocket};

use super::super::{Origin, ScriptAsk, UdpAsk, User, WeightChange};
use super::*;

mod dialogues;

/// Long enough for a loaded machine; a failure that is expected does not wait for it.
const PATIENT: Duration = Duration::from_secs(20);
/// For questions whose answer is that there is none.
const SHORT: Duration = Duration::from_millis(400);

fn question(ask: Ask, target: SocketAddr, limit: Duration) -> Question {
    let interval = Duration::from_secs(10);
    Question { ask, target, origin: Origin::default(), limit, interval }
}

async fn ask(question: &Question) -> Result<String, String> {
    let probe = build(question, &Trust::default()).unwrap();
    run(probe.as_ref(), question.limit)
        .await
        .map(|reply| reply.text.into_owned())
        .map_err(|failure| failure.cause)
}

fn nowhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// A port on which nobody listens: it was free a moment ago.
async fn closed() -> SocketAddr {
    TcpListener::bind(nowhere()).await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_connection_is_made_or_refused() {
    let listener = TcpListener::bind(nowhere()).await.unwrap();
    let open = listener.local_addr().unwrap();
    assert_eq!(ask(&question(Ask::Connect, open, PATIENT)).await, Ok("connected".to_owned()));
    let refused = Err("connection refused".to_owned());
    assert_eq!(ask(&question(Ask::Connect, closed().await, PATIENT)).await, refused);
}

#[tokio::test]
async fn a_connection_leaves_from_the_address_it_is_told() {
    let listener = TcpListener::bind(nowhere()).await.unwrap();
    let mut question = question(Ask::Connect, listener.local_addr().unwrap(), PATIENT);
    question.origin.address = Some("127.0.0.7".parse().unwrap());
    let (answer, accepted) = tokio::join!(ask(&question), listener.accept());
    assert_eq!(answer, Ok("connected".to_owned()));
    assert_eq!(accepted.unwrap().1.ip().to_string(), "127.0.0.7");
    question.origin.interface = Some("lvsha-none".to_owned());
    let failure = ask(&question).await.unwrap_err();
    assert!(["no such device", "operation not permitted"].contains(&failure.as_str()), "{failure}");
}

#[tokio::test]
async fn an_address_that_is_not_here_is_no_failure_of_the_server() {
    let listener = TcpListener::bind(nowhere()).await.unwrap();
    let mut question = question(Ask::Connect, listener.local_addr().unwrap(), PATIENT);
    let failure = async |question: &Question| {
        let probe = build(question, &Trust::default()).unwrap();
        run(probe.as_ref(), question.limit).await.unwrap_err()
    };
    question.origin.address = Some("192.0.2.7".parse().unwrap());
    assert!(failure(&question).await.is_local);
    question.origin.address = None;
    question.target = closed().await;
    assert!(!failure(&question).await.is_local);
}

#[tokio::test]
async fn an_echo_comes_back() {
    let target = SocketAddr::from(([127, 0, 0, 1], 0));
    let answer = ask(&question(Ask::Ping { tries: 2 }, target, PATIENT)).await;
    // Without the right to any kind of ICMP socket the failure has to say so. Who runs the daemon has it.
    let denied = Err("operation not permitted".to_owned());
    let may_be_denied = !crate::run::net::thread::has_network_capabilities();
    let is_denied = may_be_denied && answer == denied;
    assert!(answer == Ok("echo".to_owned()) || is_denied, "{answer:?}");
}

#[tokio::test]
async fn udp_silence_is_good_unless_a_reply_is_wanted() {
    let server = UdpSocket::bind(nowhere()).await.unwrap();
    let target = server.local_addr().unwrap();
    let silent = UdpAsk { payload: b"?".to_vec(), longest: 255, ..UdpAsk::default() };
    let wanting = UdpAsk { needs_reply: true, ..silent.clone() };
    let told = ask(&question(Ask::Udp(silent.clone()), target, SHORT)).await;
    assert_eq!(told, Ok("no error".to_owned()));
    let told = ask(&question(Ask::Udp(wanting), target, SHORT)).await;
    assert_eq!(told, Err("no reply".to_owned()));
    let told = ask(&question(Ask::Udp(silent), closed_udp().await, PATIENT)).await;
    assert_eq!(told, Err("connection refused".to_owned()));
}

async fn closed_udp() -> SocketAddr {
    UdpSocket::bind(nowhere()).await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_udp_reply_is_compared_under_its_mask() {
    let server = UdpSocket::bind(nowhere()).await.unwrap();
    let target = server.local_addr().unwrap();
    let echo = tokio::spawn(async move {
        let mut buffer = [0; 16];
        loop {
            let (length, from) = server.recv_from(&mut buffer).await.unwrap();
            server.send_to(buffer.get(..length).unwrap(), from).await.unwrap();
        }
    });
    let wanting = |reply: Vec<(u8, u8)>, longest| UdpAsk {
        payload: vec![0x12, 0x34],
        needs_reply: true,
        reply,
        shortest: 0,
        longest,
    };
    let any_digit = wanting(vec![(0x12, 0xff), (0x04, 0x0f)], 255);
    assert!(ask(&question(Ask::Udp(any_digit), target, PATIENT)).await.is_ok());
    let other = wanting(vec![(0x13, 0xff)], 255);
    let told = ask(&question(Ask::Udp(other), target, PATIENT)).await;
    assert_eq!(told, Err("another reply".to_owned()));
    let told = ask(&question(Ask::Udp(wanting(vec![(0x12, 0xff)], 1)), target, PATIENT)).await;
    assert_eq!(told, Err("a reply of 2 bytes".to_owned()));
    // The length counts only where bytes do, and of a pattern only as much as came.
    let any = wanting(Vec::new(), 1);
    assert!(ask(&question(Ask::Udp(any), target, PATIENT)).await.is_ok());
    let longer = wanting(vec![(0x12, 0xff), (0x34, 0xff), (0x56, 0xff)], 255);
    assert!(ask(&question(Ask::Udp(longer.clone()), target, PATIENT)).await.is_ok());
    let told = ask(&question(Ask::Udp(UdpAsk { shortest: 3, ..longer }), target, PATIENT)).await;
    assert_eq!(told, Err("a reply of 2 bytes".to_owned()));
    echo.abort();
}

fn script(line: &str, sets_weight: bool) -> Ask {
    let command = ["/bin/sh", "-c", line].map(str::to_owned).to_vec();
    let environment = [("WHO".to_owned(), "lvsha".to_owned())].into();
    let is_secure = false;
    Ask::Script(Box::new(ScriptAsk { command, environment, user: None, sets_weight, is_secure }))
}

#[tokio::test]
async fn an_exit_code_is_a_verdict_or_a_weight() {
    let told = |line: &'static str| async move {
        ask(&question(script(line, false), nowhere(), PATIENT)).await
    };
    assert_eq!(told("exit 0").await, Ok("exit code 0".to_owned()));
    assert_eq!(told("exit 3").await, Err("exit code 3".to_owned()));
    assert_eq!(told("kill -9 $$").await, Err("signal: 9 (SIGKILL)".to_owned()));
    // A clean environment, apart from what the question gives it.
    assert!(told("[ -z \"$CARGO_MANIFEST_DIR\" ] && [ $WHO = lvsha ]").await.is_ok());
    let question = question(script("exit 12", true), nowhere(), PATIENT);
    let probe = build(&question, &Trust::default()).unwrap();
    let reply = run(probe.as_ref(), question.limit).await.unwrap();
    assert_eq!(reply.weight, Some(WeightChange::Set(10)));
    let missing = ScriptAsk {
        command: vec!["/nowhere/check".to_owned()],
        environment: Default::default(),
        user: None,
        sets_weight: false,
        is_secure: false,
    };
    let told =
        ask(&super::tests::question(Ask::Script(Box::new(missing)), nowhere(), PATIENT)).await;
    assert_eq!(told, Err("/nowhere/check: no such file or directory".to_owned()));
}

#[tokio::test]
async fn what_others_could_have_written_is_not_run_as_root() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("check");
    std::fs::write(&path, "#!/bin/sh\n").unwrap();
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(&path, permissions).unwrap();
    let ask_as = |user: Option<User>| {
        Ask::Script(Box::new(ScriptAsk {
            command: vec![path.to_string_lossy().into_owned()],
            environment: Default::default(),
            user,
            sets_weight: false,
            is_secure: true,
        }))
    };
    let root = Some(User { user: 0, group: 0 });
    let told = ask(&question(ask_as(root), nowhere(), PATIENT)).await.unwrap_err();
    assert!(told.ends_with("could be written by others than root"), "{told}");
}

#[tokio::test]
async fn a_script_that_hangs_is_killed_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let line = format!("sleep 1000 & echo $! > {}; wait", file.display());
    // Long enough for the shell to start, short enough for a test.
    let limit = Duration::from_secs(2);
    let told = ask(&question(script(&line, false), nowhere(), limit)).await;
    assert_eq!(told, Err("no answer within 2 s".to_owned()));
    let child = std::fs::read_to_string(&file).unwrap();
    let stat = format!("/proc/{}/stat", child.trim());
    // A killed orphan stays a zombie until init has time for it.
    let is_gone = || std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "));
    let start = Instant::now();
    while !is_gone() {
        assert!(start.elapsed() < PATIENT, "the child of the script lives on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_file_changes_the_weight() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("load");
    let asked = question(Ask::File { path: path.clone(), factor: -2 }, nowhere(), PATIENT);
    let probe = build(&asked, &Trust::default()).unwrap();
    let strict = question(Ask::File { path: path.clone(), factor: 0 }, nowhere(), PATIENT);
    // A file that is not there takes nothing away and no server out.
    let reply = run(probe.as_ref(), asked.limit).await.unwrap();
    assert_eq!(reply.weight, Some(WeightChange::Add(0)));
    assert!(ask(&strict).await.is_ok());
    for (text, more) in [("12\n", -24), ("", 0), ("many", 0), ("3 of 4", -6)] {
        std::fs::write(&path, text).unwrap();
        let reply = run(probe.as_ref(), asked.limit).await.unwrap();
        assert_eq!(reply.weight, Some(WeightChange::Add(more)), "{text:?}");
    }
    std::fs::write(&path, "1").unwrap();
    assert!(ask(&strict).await.unwrap_err().ends_with("holds 1"));
}

#[tokio::test]
async fn a_negotiation_is_followed_by_plain_connections() {
    let listener = TcpListener::bind(nowhere()).await.unwrap();
    let target = listener.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let negotiate = Box::new(script(&format!("echo asked >> {}", log.display()), false));
    let limit = PATIENT;
    let asked = question(Ask::Combined { connects: 2, limit, negotiate }, target, PATIENT);
    let probe = build(&asked, &Trust::default()).unwrap();
    let mut told = Vec::new();
    for _ in 0..7 {
        told.push(run(probe.as_ref(), asked.limit).await.unwrap().text);
    }
    let (script, connect) = ("exit code 0", "connected");
    assert_eq!(told, [script, connect, connect, script, connect, connect, script]);
    assert_eq!(std::fs::read_to_string(log).unwrap().lines().count(), 3);
    // A connection that fails is followed by a negotiation.
    drop(listener);
    assert!(run(probe.as_ref(), asked.limit).await.is_err());
    assert_eq!(run(probe.as_ref(), asked.limit).await.unwrap().text, script);
}

/// ldirectord's checktimeout is for the negotiation, and a connection has a limit of its own.
#[tokio::test]
async fn a_plain_connection_between_negotiations_keeps_to_its_own_limit() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(nowhere()).unwrap();
    // The kernel lets one connection wait to be accepted and drops what asks for another.
    let listener = socket.listen(0).unwrap();
    let target = listener.local_addr().unwrap();
    let _waiting = tokio::net::TcpStream::connect(target).await.unwrap();
    let negotiate = Box::new(script("true", false));
    let asked = question(Ask::Combined { connects: 1, limit: SHORT, negotiate }, target, PATIENT);
    let probe = build(&asked, &Trust::default()).unwrap();
    assert_eq!(run(probe.as_ref(), asked.limit).await.unwrap().text, "exit code 0");
    let failure = run(probe.as_ref(), asked.limit).await.unwrap_err();
    assert_eq!(failure.cause, "no answer within 0.4 s");
}
