//! The resource scripts that come with heartbeat, LVS and DRBD. Any other name is an init script.

use super::Argument::{Integer, Many, Name, OneOf, Optional, Path, Rest};
use super::{Argument, Keyword, ROW};

/// The rows: arguments are what `::` separates.
pub const KEYWORDS: &[Keyword] = &[
    row("IPaddr", &[ADDRESS], "address with an alias interface, through ifconfig or ip"),
    row("IPaddr2", &[ADDRESS], "address; a copy of it on lo is moved away while it is held"),
    row("IPv6addr", &[ADDRESS], "IPv6 address; it may hold no `::`"),
    row("IPsrcaddr", &[ADDRESS], "source address of the default route"),
    row("SendArp", &[ADDRESS], "gratuitous ARP only, address/interface"),
    row("MailTo", &[Name, OPTIONAL_NAME], "mail when the group starts and stops"),
    row("Filesystem", FILESYSTEM, "mount a file system"),
    row("LVSSyncDaemonSwap", &[OneOf(&["master", "backup"])], "role of the IPVS sync daemon"),
    row("ldirectord", &[Optional(&Path)], "director daemon with its configuration"),
    row("drbddisk", &[OPTIONAL_NAME], "make a DRBD device primary"),
    row("drbdupper", &[OPTIONAL_NAME], "make a stacked DRBD device primary"),
    row("Delay", &[Optional(&Integer(0, MAX)), Optional(&Integer(0, MAX))], "wait, 10 s"),
    row("portblock", PORTBLOCK, "block ports while a service moves"),
    row("apache", &[Optional(&Path)], "Apache with its configuration"),
    row("AudibleAlarm", &[Many(&Name)], "beep while the node is not one of these"),
    row("WinPopup", &[Optional(&Path)], "pop-up message to Windows hosts"),
    row("Xinetd", &[Name], "switch a service of xinetd on and off"),
    row("Raid1", &[Path, Path], "software RAID"),
    row("LVM", &[Name], "volume group"),
    row("LinuxSCSI", &[Rest], "SCSI device, host:channel:target"),
    row("ServeRAID", &[Name, Name], "IBM ServeRAID"),
    row("ICP", &[Name, Name], "ICP Vortex RAID"),
    row("WAS", &[Optional(&Name)], "WebSphere"),
    row("db2", &[Name], "DB2 instance of a user"),
    row("ids", &[Path, Name, Name], "Informix Dynamic Server"),
    row("OCF", &[Name, Name], "OCF agent with its parameter file"),
];

/// Every script stands for one resource of a router; which kind is the reader's table.
const fn row(word: &'static str, arguments: &'static [Argument], meaning: &'static str) -> Keyword {
    Keyword { word, arguments, meaning, field: "routers.resources", ..ROW }
}

// An address with mask, interface and broadcast behind slashes: one word.
const ADDRESS: Argument = Argument::Prefix;
const OPTIONAL_NAME: Argument = Optional(&Name);
const FILESYSTEM: &[Argument] = &[Path, Path, OPTIONAL_NAME, OPTIONAL_NAME];
const PORTBLOCK: &[Argument] = &[OneOf(&["tcp", "udp"]), Name, OneOf(&["block", "unblock"])];
const MAX: i64 = i32::MAX as i64;
