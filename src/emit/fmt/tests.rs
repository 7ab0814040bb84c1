use super::*;

fn formatted(text: &str, format: Format) -> String {
    let mut sources = Sources::new();
    let file = sources.add(format.file_name(), text.as_bytes());
    super::format(sources.get(file), format).expect("the layout says the same").text
}

#[test]
fn one_statement_a_line_and_four_blanks_a_block() {
    let text = "\n\nvrrp_instance A { state   BACKUP\n\tinterface\teth0 # here\n\n\n\
        virtual_ipaddress\n{ 10.0.0.1/24   dev eth0 } # done\n\n}\n\n";
    let wanted = "vrrp_instance A {\n    state BACKUP\n    interface eth0 # here\n\n    \
        virtual_ipaddress {\n        10.0.0.1/24 dev eth0\n    } # done\n}\n";
    assert_eq!(formatted(text, Format::Keepalived), wanted);
}

#[test]
fn what_is_replaced_before_it_is_read_stays_as_it_is() {
    let text =
        "  $VIP=10.0.0.1  \n@a   vrrp_instance A {\n@b interface  eth0\ninclude  x.conf\n}\n";
    let wanted =
        "  $VIP=10.0.0.1  \n@a   vrrp_instance A {\n@b interface  eth0\ninclude  x.conf\n}\n";
    assert_eq!(formatted(text, Format::Keepalived), wanted);
}

/// Braces that are read on one node only, or once in each round, stay in their line.
#[test]
fn lines_for_some_nodes_are_not_taken_apart() {
    let whole = "    @n1 track_interface {\n    @n1   eth1\n  @n1 }  # both\n";
    let server = "@n1 real_server 10.0.0.9 80 { TCP_CHECK { } }\n";
    let rounds = "~SEQ(i, 1, 3) real_server 10.0.0.$i 80 { weight $i }\n\
        ~LST({A,B},{1,2},{3,4})  real_server 10.0.1.$A 80 { weight $B }\n";
    let service = |indent: &str| {
        format!("virtual_server 10.0.0.1 80 {{\n{indent}lvs_sched rr\n{server}{rounds}}}\n")
    };
    let router = |indent: &str| {
        format!("vrrp_instance A {{\n{indent}interface eth0\n{whole}{indent}priority 100\n}}\n")
    };
    let text = router("  ") + &service(" ");
    assert_eq!(formatted(&text, Format::Keepalived), router("    ") + &service("    "));
}

#[test]
fn every_node_of_a_file_keeps_its_meaning() {
    let text = "@a vrrp_instance A {\n@a   interface eth0\n@a }\n\
        @b vrrp_instance B {\n@b interface eth1 } @b\n";
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let ids = config_ids(text, Format::Keepalived);
    let wanted = ["a", "b", " "].map(|id| ConfigId::Exactly(id.to_owned()));
    assert_eq!(ids, wanted);
    let formatted = super::format(sources.get(file), Format::Keepalived);
    assert_eq!(formatted.map(|formatted| formatted.text), Ok(text.to_owned()));
}

/// The expanded text is another one: places in it say nothing about the comments of this one.
#[test]
fn a_definition_beside_a_comment_is_no_reason_to_refuse() {
    let text = "$IF=eth0\nglobal_defs {\n# note\n    router_id a\n}\n@b vrrp_instance A {\n\
        state MASTER    # this one\ninclude  x.conf\ninterface  $IF\n}\n";
    let wanted = "$IF=eth0\nglobal_defs {\n    # note\n    router_id a\n}\n@b vrrp_instance A {\n    \
        state MASTER # this one\ninclude  x.conf\n    interface $IF\n}\n";
    assert_eq!(formatted(text, Format::Keepalived), wanted);
}

#[test]
fn blanks_inside_commands_stay() {
    let text = "vrrp_script a {\nscript   \"/bin/x  y\"\n}\nvrrp_script b {\n script '/bin/x  y'  root\n}\n";
    let wanted = "vrrp_script a {\n    script \"/bin/x  y\"\n}\nvrrp_script b {\n    script '/bin/x  y'  root\n}\n";
    assert_eq!(formatted(text, Format::Keepalived), wanted);
}

#[test]
fn blocks_whose_braces_do_not_match_are_left_alone() {
    let text = "  vrrp_instance A {\n   interface eth0\n  vrrp_instance B {\n interface eth0\n}\n";
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let formatted = super::format(sources.get(file), Format::Keepalived).expect("says the same");
    assert_eq!(formatted.kept, [1]);
    assert_eq!(
        formatted.text,
        "  vrrp_instance A {\n   interface eth0\nvrrp_instance B {\n    interface eth0\n}\n"
    );
}

#[test]
fn sections_of_ldirectord_are_indented_by_tabs() {
    let text = "checktimeout  =  3\n\n\nvirtual =10.0.0.1:80\n    real= 10.0.0.2:80 gate  5 # one\n\t  # two\n\tscheduler=rr\n";
    let wanted = "checktimeout=3\n\nvirtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate  5 # one\n\t\
        # two\n\tscheduler=rr\n";
    assert_eq!(formatted(text, Format::Ldirectord), wanted);
}

#[test]
fn heartbeat_files_have_one_blank_between_words() {
    assert_eq!(
        formatted("keepalive\t 2\n\n\n bcast  eth0   eth1 # x\n", Format::HaCf),
        "keepalive 2\n\nbcast eth0 eth1 # x\n"
    );
    assert_eq!(formatted("lw1   10.0.0.1\thttpd\n", Format::Haresources), "lw1 10.0.0.1 httpd\n");
    assert_eq!(
        formatted("auth   1\n1  sha1   a  key\n", Format::Authkeys),
        "auth 1\n1 sha1   a  key\n"
    );
}

#[test]
fn line_ends_stay() {
    assert_eq!(
        formatted("vrrp_instance A {\r\n state  BACKUP\r\n}\r\n", Format::Keepalived),
        "vrrp_instance A {\r\n    state BACKUP\r\n}\r\n"
    );
}

#[test]
fn a_definition_may_end_with_the_file() {
    for text in ["$A=b\\\n#e ", "$A=b\\ #c", "$A=b\\", "$A=b\\\n\n#c\n #d"] {
        let once = formatted(text, Format::Keepalived);
        assert_eq!(formatted(&once, Format::Keepalived), once, "{text:?}");
    }
}

#[test]
fn a_comment_that_touched_a_word_stands_behind_its_brace() {
    assert_eq!(formatted("\"f  g\"!\n{}", Format::Keepalived), "\"f  g\" { !\n}\n");
}

/// keepalived cuts it, and an indent would move the place.
#[test]
fn a_file_with_a_line_that_is_too_long_is_left_alone() {
    let text = format!("vrrp_instance A {{\n  # {}\n}}\n", "x".repeat(1100));
    let mut sources = Sources::new();
    let file = sources.add("keepalived.conf", text.as_bytes());
    let refused = super::format(sources.get(file), Format::Keepalived);
    assert_eq!(refused, Err(Refusal::Findings("LV0009")));
}
