//! Copies of directors' files, and inventories of what was found in them.

use super::{Place, snapshot};

const INCLUDING: &str =
    "global_defs {\n    router_id lw1\n}\n\ninclude /etc/keepalived/conf.d/*.conf\n";
const SERVICE: &str = "virtual_server 10.0.0.31 80 {\n    delay_loop 6\n    lvs_sched rr\n    \
                       lvs_method NAT\n    protocol TCP\n    real_server 10.0.0.29 {\n        \
                       TCP_CHECK {\n        }\n    }\n}\n";

#[test]
fn what_a_copy_includes_stands_in_the_copy() {
    let place = Place::new()
        .file("site/lw1/keepalived.conf", INCLUDING)
        .file("site/lw1/conf.d/web.conf", SERVICE);
    snapshot!(place.run(&["convert", "keepalived-to-inventory", "--from", "site"]));
}

#[test]
fn what_a_copy_lacks_is_told() {
    let place = Place::new().file("site/lw1/keepalived.conf", INCLUDING);
    let checked = place.run(&["check", "--output", "short", "site"]);
    let arguments = ["convert", "keepalived-to-inventory", "--from", "site", "--strict"];
    snapshot!(format!("{checked}\n{}", place.run(&arguments)));
}

/// keepalived would check port 0 where a real server has none.
#[test]
fn real_servers_are_written_with_a_port() {
    let site = "stack = \"keepalived\"\n[directors.lw1]\naddress = \"10.0.0.27\"\n\
                [directors.lw2]\naddress = \"10.0.0.28\"\n[real_servers]\n\
                lw3 = { address = \"10.0.0.29\" }\n[routers.web]\nvirtual_router_id = 51\n\
                interface = \"eth0\"\naddresses = [\"10.0.0.31/24\"]\n\
                [mail]\nrecipients = [\"ops@example.org\"]\n\
                [[services]]\naddress = \"10.0.0.31:80\"\nscheduler = \"rr\"\nmethod = \"dr\"\n\
                servers = [\"lw3\"]\nprobe = \"tcp\"\n";
    let place = Place::new().file("site.toml", site);
    place.run(&["render", "site.toml", "--out", "new"]);
    let path = place.0.path().join("new/lw1/etc/keepalived/keepalived.conf");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(written.contains("real_server 10.0.0.29 80 {"), "{written}");
    assert!(written.contains("smtp_server 127.0.0.1\n"), "{written}");
    // Behind a mark nobody knows it.
    let place = Place::new().file("site.toml", site.replace("10.0.0.31:80", "fwmark 7"));
    snapshot!(place.run(&["check", "site.toml"]));
}

#[test]
fn what_ldirectord_does_by_itself_is_no_loss_of_an_inventory() {
    let services = "cleanstop=yes\nfork=no\nreaddquiescent=no\nemailalertfreq=0\n\
                    emailalertstatus=all\nvirtual=10.0.0.31:9001\n\treal=10.0.0.29:9001 gate\n\
                    \tchecktype=external-perl\n\tcheckcommand=/usr/local/bin/check.pl\n\
                    \tscheduler=rr\n";
    let place = Place::new().file("ldirectord.cf", services);
    snapshot!(place.run(&["convert", "heartbeat-to-inventory", "lw1=ldirectord.cf"]));
}

/// A file that two directors include stands above their directories: it is none of a director.
#[test]
fn a_shared_include_hides_no_director() {
    let common = "vrrp_instance A {\n interface eth0\n}\n";
    let own = "include ../common.conf\nglobal_defs {\n router_id x\n}\n";
    let place = Place::new()
        .file("site/common.conf", common)
        .file("site/lw1/keepalived.conf", own)
        .file("site/lw2/keepalived.conf", own);
    let told = place.run(&["check", "site"]);
    assert!(told.contains("2 files checked"), "{told}");
    // Without files of the usual name below, it is what the directory holds.
    let place = Place::new().file("site/common.conf", common).file("site/conf.d/x.conf", common);
    let told = place.run(&["check", "site"]);
    assert!(told.contains("1 file checked"), "{told}");
}
