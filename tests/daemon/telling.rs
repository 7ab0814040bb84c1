//! Who is told of changes: pipes beside keepalived's, mail.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use super::Program::{Keepalived, Lvsha};
use super::network::eventually;
use super::{ADDRESS, Network, Program, instance};

const OVERLAP: Duration = Duration::from_secs(3);

/// Two routers in a sync group, and a pipe whose reader writes to a file.
fn with_pipe(network: &Network, story: &str) -> String {
    let reader = network.path("reader");
    let text = format!("#!/bin/sh\nexec cat \"$1\" > {}\n", network.path(story).display());
    fs::write(&reader, text).unwrap();
    fs::set_permissions(&reader, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let lines = "version 3\n advert_int 0.2\n track_interface {\n dum0 weight 20\n }";
    let first = instance(150, lines).replace(
        "global_defs {",
        &format!(
            "vrrp_sync_group both {{\n group {{\n VI_1\n VI_2\n }}\n sync_group_tracking_weight\n}}\n\
             global_defs {{\n script_user root\n vrrp_notify_fifo {}\n vrrp_notify_fifo_script {}\n \
             vrrp_notify_priority_changes true",
            network.path("pipe").display(),
            reader.display()
        ),
    );
    let second = instance(150, lines)
        .replace("VI_1", "VI_2")
        .replace("virtual_router_id 51", "virtual_router_id 52")
        .replace("10.9.0.100/24", "10.9.0.101/24");
    let (_, second) = second.split_once("}\n").unwrap();
    format!("{first}{second}")
}

/// What the reader of the pipe heard from the first master on: a change of priority, the link goes and
/// comes, stop. Which router of a group is first is chance, so that lines of one state are sorted.
fn heard(program: Program) -> Option<Vec<String>> {
    let network = Network::new(&[program])?;
    network.ip_in("a", &["link", "add", "dum0", "type", "veth", "peer", "name", "dum1"]);
    network.ip_in("a", &["link", "set", "dum1", "up"]);
    network.ip_in("a", &["link", "set", "dum0", "up"]);
    let story = network.path("story");
    let lines = |word: &str| {
        let text = fs::read_to_string(&story).unwrap_or_default();
        text.lines().filter(|line| line.contains(word)).count()
    };
    let wait = |word: &str, count: usize| {
        eventually(|| {
            if lines(word) >= count {
                return Ok(());
            }
            let text = fs::read_to_string(&story).unwrap_or_default();
            Err(format!("no {count} `{word}` in\n{text}\n{}", network.logs()))
        });
    };
    let a = network.start(program, "a", &with_pipe(&network, "story"));
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    wait("GROUP \"both\" MASTER", 1);
    network.ip_in("a", &["link", "set", "dum1", "down"]);
    wait("MASTER_PRIORITY", 2);
    network.ip_in("a", &["link", "set", "eth0", "down"]);
    wait("GROUP \"both\" FAULT", 1);
    network.ip_in("a", &["link", "set", "eth0", "up"]);
    wait("GROUP \"both\" MASTER", 2);
    a.stop();
    // keepalived ends its reader before it has read that.
    if program == Lvsha {
        wait("STOP", 3);
    }
    let text = fs::read_to_string(&story).unwrap();
    let lines = text.lines().skip_while(|line| !line.ends_with("MASTER 170"));
    let lines: Vec<&str> = lines.filter(|line| !line.contains("STOP")).collect();
    let mut sorted = Vec::new();
    for burst in lines.chunk_by(|a, b| a.split(' ').nth(2) == b.split(' ').nth(2)) {
        let mut burst: Vec<String> = burst.iter().map(|line| (*line).to_owned()).collect();
        // `GROUP` sorts before `INSTANCE`, but comes last.
        assert!(burst.iter().rev().skip(1).all(|line| !line.starts_with("GROUP")), "{text}");
        burst.sort_unstable();
        sorted.extend(burst);
    }
    Some(sorted)
}

#[test]
fn a_pipe_hears_what_keepalived_tells() {
    let (Some(theirs), Some(ours)) = (heard(Keepalived), heard(Lvsha)) else { return };
    assert_eq!(ours, theirs, "lvsha's and keepalived's");
}

#[test]
fn changes_of_a_router_are_mailed() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    // On the bridge, as another machine of the network.
    let server = network.run_listener();
    let router = instance(150, "version 3\n advert_int 0.2\n smtp_alert").replace(
        "global_defs {",
        "global_defs {\n router_id lw1\n notification_email {\n root@example.net\n }\n \
         notification_email_from lvsha@example.net\n smtp_server 127.0.0.1 2525",
    );
    let a = network.start(Lvsha, "a", &router);
    network.expect_owners(ADDRESS, &["a"], OVERLAP);
    let mail = server.join().unwrap();
    assert!(mail.contains("Subject: [lw1] router VI_1: BACKUP: start"), "{mail}");
    drop(a);
}

impl Network {
    /// A mail server in the namespace of the director, which takes one mail and returns its text.
    fn run_listener(&self) -> std::thread::JoinHandle<String> {
        let script = "import socket,sys\n\
            s=socket.socket();s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)\n\
            s.bind(('127.0.0.1',2525));s.listen(1)\n\
            print('ready',flush=True)\n\
            c,_=s.accept();f=c.makefile('rwb')\n\
            def say(t):\n f.write(t);f.flush()\n\
            say(b'220 here\\r\\n')\n\
            while True:\n l=f.readline()\n w=l[:4].upper()\n \
            if w==b'DATA':\n  say(b'354 go\\r\\n')\n  while True:\n   d=f.readline()\n   \
            if d==b'.\\r\\n': break\n   sys.stdout.write(d.decode())\n  sys.stdout.flush()\n  \
            say(b'250 taken\\r\\n')\n  break\n say(b'250 ok\\r\\n')\n";
        let mut child = std::process::Command::new("ip")
            .args(["netns", "exec", &self.space("a"), "timeout", "30", "python3", "-c", script])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut ready = String::new();
        output.read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n");
        std::thread::spawn(move || {
            let mut text = String::new();
            while output.read_line(&mut text).is_ok_and(|length| length > 0) {}
            child.wait().unwrap();
            text
        })
    }
}

/// From another machine, as Prometheus asks.
#[test]
fn a_monitoring_system_is_told_numbers() {
    let Some(network) = Network::new(&[Lvsha]) else { return };
    let options = ["--metrics", "10.9.0.1:9650"];
    let a = network.start_with(&options, "a", &instance(150, "version 3\n advert_int 0.2"));
    a.expect_log("transition to MASTER");
    let ask = |path: &str| {
        let talk = format!(
            "exec 3<>/dev/tcp/10.9.0.1/9650; printf 'GET {path} HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n' >&3; cat <&3"
        );
        let output = network.run_in("b", "bash", &["-c", &talk]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let told = ask("/metrics");
    let master =
        r#"lvsha_router_state{router="VI_1",interface="eth0",vrid="51",state="MASTER"} 1.0"#;
    assert!(told.starts_with("HTTP/1.1 200 OK\r\n"), "{told}");
    assert!(told.contains("content-type: application/openmetrics-text; version=1.0.0"), "{told}");
    assert!(told.contains(master) && told.ends_with("# EOF\n"), "{told}");
    assert!(ask("/").starts_with("HTTP/1.1 404"), "{}", ask("/"));
    assert!(a.ctl(&["metrics"]).contains(master));
}
