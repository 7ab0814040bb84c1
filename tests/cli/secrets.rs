//! No output shows a secret, wherever its author put it.

use std::fmt::Write as _;

use lvsha::syntax::{Format, schema};

use super::Place;

/// Stands for a secret in the texts below.
const SECRET: &str = "SECRET";

/// Bodies of a vrrp_instance, of which nearly all have a mistake.
const IN_ROUTER: &[&str] = &[
    "authentication {\nauth_type PASS\nauth_pass SECRET\n}",
    "authentication { auth_type PASS auth_pass SECRET }",
    "authentication { auth_type PASS auth_pas SECRET }",
    "authentication { auth_typ PASS auth_pass SECRET }",
    "authentication { auth_pass SECRET auth_type PASS }",
    "authentication {\nauth_pass SECRET\n}",
    "authentication {\nauth_type pass\nauth_pass SECRET\n}",
    "authentication {\nauth_type 7\nauth_pass SECRET\n}",
    "authentication {\nauth_type PASS SECRET\n}",
    "authentication {\nauth_type PASS\nauth_pass SECRET SECRET\nauth_pass SECRET\n}",
    "authentication {\nauth_type PASS\nauth_pas SECRET\n}",
    "authentication {\nauth_type PASS\nAUTH_PASS SECRET\n}",
    "authentication {\nauth_type PASS\nauth_pass=SECRET\n}",
    "authentication {\nauth_type PASS\nauth_pass:SECRET\n}",
    "authentication {\nauth_type=PASS auth_pass=SECRET\n}",
    "authentication {\nauth_type PASS\n\"auth_pass=SECRET\"\n}",
    "authentication {\nauth_type PASS\nsecret SECRET\n}",
    "authentication {\nauth_type PASS\nfoo:SECRET\n}",
    "authentication {\nauth_type PASS\nauth_pass \"SECRET\n}",
    "authentication {\nauth_type PASS\nauth_pass x#SECRET\n}",
    "authentication {\nauth_type PASS\n# auth_pass SECRET\nauth_pass new\n}",
    "authentication {\nauth_type PASS\nauth_pass $SECRET\n}",
    "authentication {\nauth_type PASS\n@lw1 auth_pass SECRET\n@lw2 auth_pass SECRET\n}",
    "authentication {\nauth_type PASS\n@lw1 auth_pas SECRET\n@lw1 auth_pass=SECRET\n}",
    "@lw1 authentication {\nauth_type PASS\nauth_pass SECRET\n}",
    "authentification {\nauth_type PASS\nauth_pass SECRET\n}",
    "authentification {\nfoo SECRET\n}",
    "authentication\nauth_type PASS\nauth_pas SECRET\n}",
    "authentication\n{\nauth_type PASS\nauth_pass SECRET\n}",
    "priorty 100\nauth_pass SECRET",
    "auth_pass SECRET {\n}",
    "virtual_ipaddress {\nauth_pass SECRET\n}",
    "virtual_ipaddress {\n10.0.0.9/24\nauthentication {\nauth_type PASS\nauth_pass SECRET\n}",
    "track_script {\nauth_pass SECRET\n}",
    "virtual_routes {\nauth_pass SECRET\n}",
    "auth_hmac {\nkey 1 SECRET\nactive_key 1\n}",
    "auth_hmac {\nkey 300 SECRET\n}",
    "auth_hmac {\nkey one SECRET\n}",
    "auth_hmac {\nkey SECRET\n}",
    "auth_hmac {\nkye 1 SECRET\n}",
    "auth_hmac {\n@lw1 kye 1 SECRET\n}",
    "auth_hmac { key 1 SECRET active_key 1 }",
    "auth_hmca {\nkey 1 SECRET\n}",
    "auth_hmac {\nkey 1 SECRET\n}\nauthentication {\nauth_type PASS\nauth_pass SECRET\n}",
];

/// Whole files of keepalived.
const AROUND_ROUTER: &[&str] = &[
    "SSL {\npassword SECRET\n}\n",
    "SSL {\npasword SECRET\npassword=SECRET\nfoo SECRET\n}\n",
    "SSL { ca /etc/ca.pem password SECRET }\n",
    "password SECRET\n",
    "global_defs {\nauth_pass SECRET\n}\n",
    "vrrp_instance A {\nauthentication {\nauth_type PASS\nauth_pass SECRET\n",
    "$PASS = SECRET\nvrrp_instance A {\nauthentication {\nauth_type PASS\nauth_pass $PASS\n}\n}\n",
    "$PASS =SECRET\nvrrp_instance A {\nauthentication {\nauth_type PASS\nauth_pass $PASS\n}\n}\n",
    "$PASS= SECRET\nvrrp_instance A {\nauthentication {\nauth_type PASS\nauth_pass $PASS\n}\n}\n",
    "$OWN=SECRET\nvrrp_instance A {\nauthentication {\nauth_type PASS\nauth_pass $OWN\n}\n}\n",
    "$PASS=SECRET\nvrrp_instance A {\nauthentication {\nauth_type PASS\nauth_pass $PAS\n}\n}\n",
    "@lw1 $PASS = SECRET\nvrrp_instance A {\n}\n",
    "$LINE=auth_pass SECRET\nvrrp_instance A {\n}\n",
    "virtual_server_group G {\nauth_pass SECRET\n}\n",
];

/// Lines of a section of ldirectord.
const IN_SECTION: &[&str] = &[
    "passwd=\"SECRET\"",
    "passwd=SECRET",
    "passwd=\"SECRET",
    "passwd = SECRET SECRET",
    "passwd SECRET",
    "passwd:SECRET",
    "Passwd=\"SECRET\"",
    "pasword=\"SECRET\"",
    "login=\"me\" passwd=\"SECRET\"",
    "lgin=\"me\"\n\tpasswd=\"SECRET\"",
    "# passwd=\"SECRET\"",
    "passwd=\"{{ SECRET }}\"",
    "secret=\"SECRET\"",
    "secret=SECRET",
    "secrte=\"SECRET\"",
    "secret:SECRET",
    "login=\"me\" secret=\"SECRET\"",
];

/// Lines of ha.cf.
const IN_HA_CF: &[&str] = &[
    "stonith_host * rsa SECRET",
    "stonit_host * rsa SECRET",
    "stonith_host=SECRET",
    "stonith_host SECRET",
];

/// Whole authkeys.
const IN_AUTHKEYS: &[&str] = &[
    "auth 1\n1 sha1 SECRET\n",
    "auth 1\n1 md5 SECRET\n",
    "auth 1\n1 sha1 SECRET SECRET\n1 md5 SECRET # SECRET\n",
    "auth SECRET\n1 sha1 SECRET\n",
    "auth SECRET SECRET # SECRET\n",
    "auth 1 SECRET\n1 sha1SECRET\n",
    "auth 1\n16 sha1 SECRET\n",
    "auth 1\n1 SHA256 SECRET\n",
    "auth 1\n1 SECRET\n",
    "sha1 SECRET\n#1 sha1 SECRET\n",
];

#[test]
fn each_keyword_of_a_secret_is_tried() {
    let texts = [
        (Format::Authkeys, IN_AUTHKEYS.concat()),
        (Format::HaCf, IN_HA_CF.concat()),
        (Format::Keepalived, IN_ROUTER.concat() + &AROUND_ROUTER.concat()),
        (Format::Ldirectord, IN_SECTION.concat()),
    ];
    for (format, text) in texts {
        let words = schema::secret_words(format);
        assert!(!words.is_empty());
        let missing: Vec<_> = words.iter().filter(|word| !text.contains(**word)).collect();
        assert!(missing.is_empty(), "{format:?}: {missing:?}");
    }
}

#[test]
fn no_output_shows_a_secret_of_keepalived() {
    let routers = IN_ROUTER.iter().map(|body| {
        format!(
            "vrrp_instance A {{\ninterface eth0\nvirtual_router_id 5\n{body}\nvirtual_ipaddress {{\n\
             10.0.0.1/24\n}}\n}}\n"
        )
    });
    let texts: Vec<String> = routers.chain(AROUND_ROUTER.iter().map(|&text| text.into())).collect();
    try_all(
        "keepalived.conf",
        &texts,
        &[],
        &[
            &["convert", "keepalived-to-inventory", "lw1"],
            &["convert", "keepalived-to-heartbeat", "lw1/keepalived.conf", "--node", "lw1"],
            &[
                "convert",
                "keepalived-to-heartbeat",
                "lw1/keepalived.conf",
                "--node",
                "lw1",
                "--report",
                "json",
            ],
        ],
    );
}

#[test]
fn no_output_shows_a_secret_of_ldirectord() {
    let section = |line: &&str| {
        format!("virtual=10.0.0.1:3306\n real=10.0.0.5:3306 gate\n\tservice=mysql\n\t{line}\n")
    };
    let texts: Vec<String> = IN_SECTION.iter().map(section).collect();
    try_all(
        "ldirectord.cf",
        &texts,
        &[],
        &[
            &["convert", "heartbeat-to-inventory", "lw1=lw1/ldirectord.cf"],
            &["convert", "heartbeat-to-keepalived", "lw1/ldirectord.cf", "--node", "lw1"],
        ],
    );
}

#[test]
fn no_output_shows_a_secret_of_heartbeat() {
    let ha_cf = "keepalive 2\nbcast eth0\nnode lw1 lw2\n";
    let haresources = ("haresources", "lw1 10.0.0.1/24/eth0\n");
    let convert: [&[&str]; 2] = [
        &["convert", "heartbeat-to-keepalived", "--from", "lw1", "--node", "lw1"],
        &["convert", "heartbeat-to-inventory", "lw1"],
    ];
    let texts: Vec<String> = IN_HA_CF.iter().map(|line| format!("{ha_cf}{line}\n")).collect();
    try_all("ha.cf", &texts, &[haresources], &convert);
    let texts: Vec<String> = IN_AUTHKEYS.iter().map(|&text| text.into()).collect();
    try_all("authkeys", &texts, &[("ha.cf", ha_cf), haresources], &convert);
}

/// Runs what shows a file over each text and over another with other secrets, `beside` next to both.
fn try_all(name: &str, texts: &[String], beside: &[(&str, &str)], convert: &[&[&str]]) {
    let mut leaks = String::new();
    for text in texts {
        let mut place = Place::new();
        for (node, secret) in [("lw1", "s3cret1x"), ("lw2", "s3cret2x")] {
            place = place.file(&format!("{node}/{name}"), text.replace(SECRET, secret));
            for (other, content) in beside {
                place = place.file(&format!("{node}/{other}"), content);
            }
        }
        let path = format!("lw1/{name}");
        let shows: [&[&str]; 7] = [
            &["check", "lw1"],
            &["check", "--output", "json", "lw1"],
            &["check", "--output", "sarif", "lw1"],
            &["check", "--diff", "lw1"],
            &["fmt", "--diff", &path],
            &["diff", "lw1", "lw2"],
            &["diff", "lw1", "lw2", "--output", "json"],
        ];
        for arguments in shows.iter().chain(convert) {
            let got = place.run(arguments);
            assert!(!got.contains("unexpected argument"), "{got}");
            // Of a conversion the account is meant: what is written may have to hold it.
            let is_conversion = arguments.first() == Some(&"convert");
            let (_, account) = got.split_once("--- stderr").unwrap();
            let got = if is_conversion { account } else { &got };
            // A mask that leaves a part is none.
            if got.contains("s3cr") || got.contains("cret1x") || got.contains("cret2x") {
                let _ = writeln!(leaks, "== {text}\n{got}");
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks}");
}
