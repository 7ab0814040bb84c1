//! What routers follow: scripts, processes, files, BFD sessions.

use super::Argument::{
    Address, Boolean, Command, Integer, Many, Name, OneOf, Optional, Path, Seconds,
};
use super::{AFTER_2_2_7, Keyword, MANY, ROW, table};

table! {
    /// Scripts.
    SCRIPT within "vrrp_script";
    "script" [Command] "" "the command whose exit code is judged", field: "command";
    "interval" [Seconds(0.001, 4294.0)] "1" "time between two runs", field: "interval";
    "timeout" [Seconds(0.001, 4294.0)] "interval" "time limit of one run", field: "timeout";
    "weight" [Integer(-253, 253), Optional(&OneOf(&["reverse"]))]
        "0" "change of priority; 0 means fault", field: "weight";
    "rise" [Integer(1, MANY)] "1" "successes until it is up", field: "rise";
    "fall" [Integer(1, MANY)] "1" "failures until it is down", field: "fall";
    "user" [Name, Optional(&Name)] "script_user" "user and group that it runs as", field: "user";
    "init_fail" [] "off" "down until the first run", field: "starts_down";
}

table! {
    /// Processes.
    PROCESS within "vrrp_track_process";
    "process" [Name, Many(&Name)] "" "name and parameters of the process", field: "process";
    "param_match" [Optional(&OneOf(&["initial", "partial"]))] "exact" "how parameters are compared",
        field: "parameters";
    "weight" [Integer(-254, 254), Optional(&OneOf(&["reverse"]))]
        "0" "change of priority; 0 means fault", field: "weight";
    "quorum" [Integer(1, 65535)] "1" "processes that must run", field: "quorum";
    "quorum_max" [Integer(0, 65535)] "" "processes that may run", field: "most";
    "delay" [Seconds(0.000_001, 3600.0)] "0" "how long a change must last", field: "delay";
    "terminate_delay" [Seconds(0.000_001, 3600.0)] "0" "how long a loss must last",
        field: "terminate_delay";
    "fork_delay" [Seconds(0.000_001, 3600.0)] "0" "how long a return must last",
        field: "fork_delay";
    "full_command" [] "off" "compare the whole command line", field: "full_command";
}

table! {
    /// Files.
    FILE within "track_file";
    "file" [Path] "" "file that holds a number", field: "path";
    "weight" [Integer(-254, 254), Optional(&OneOf(&["reverse"]))] "1" "factor of the number",
        field: "weight";
    "init_file" [Many(&Name)] "off" "create the file at the start", field: "create";
}

table! {
    /// Files, under their older name.
    OLD_FILE within "vrrp_track_file";
    "file" [Path] "" "file that holds a number", field: "path";
    "weight" [Integer(-254, 254), Optional(&OneOf(&["reverse"]))] "1" "factor of the number",
        field: "weight";
    "init_file" [Many(&Name)] "off" "create the file at the start", field: "create";
}

table! {
    /// BFD sessions.
    BFD within "bfd_instance";
    "neighbor_ip" [Address] "" "the other side", field: "neighbour";
    "neighbour_ip" [Address] "" "the other side", field: "neighbour";
    "source_ip" [Address] "any" "source address", field: "source";
    "min_rx" [Seconds(1.0, 4_294_967.0)] "10" "milliseconds between received packets",
        field: "receive_interval";
    "min_tx" [Seconds(1.0, 4_294_967.0)] "10" "milliseconds between sent packets",
        field: "transmit_interval";
    "idle_tx" [Seconds(1000.0, 4_294_967.0)] "1000" "milliseconds while the session is down",
        field: "idle_interval";
    "multiplier" [Integer(1, 255)] "5" "missed packets until it is down", field: "multiplier";
    "passive" [] "off" "wait for the other side to begin", field: "passive";
    "ttl" [Integer(1, 255)] "255" "time to live of IPv4", field: "ttl";
    "hoplimit" [Integer(1, 255)] "64" "hop limit of IPv6", field: "hop_limit";
    "max_hops" [Integer(-1, 255)] "0" "how far the other side may be", field: "most_hops";
    "multihop" [Boolean] "false" "the port for several hops", since: AFTER_2_2_7, field: "multihop";
    "weight" [Integer(-253, 253), Optional(&OneOf(&["reverse"]))]
        "0" "change of priority; 0 means fault", field: "weight";
    "vrrp" [] "both" "only routers are told", field: "routers_only";
    "checker" [] "both" "only checkers are told", field: "checkers_only";
}
