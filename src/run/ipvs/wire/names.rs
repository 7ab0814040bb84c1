//! Numbers of the family, as linux/ip_vs.h has them.

use neli::consts::genl::{Cmd, NlAttrType};
use neli::neli_enum;

/// Name of the family.
pub const FAMILY: &str = "IPVS";
/// Version of its interface; there has never been another.
pub const VERSION: u8 = 1;

/// IPVS_CMD_*.
#[neli_enum(serialized_type = "u8")]
pub enum Command {
    NewService = 1,
    SetService = 2,
    DelService = 3,
    GetService = 4,
    NewDest = 5,
    SetDest = 6,
    DelDest = 7,
    GetDest = 8,
    NewDaemon = 9,
    DelDaemon = 10,
    GetDaemon = 11,
    SetConfig = 12,
    GetConfig = 13,
    SetInfo = 14,
    GetInfo = 15,
    Zero = 16,
    Flush = 17,
}

impl Cmd for Command {}

/// IPVS_CMD_ATTR_*: the outermost attributes.
#[neli_enum(serialized_type = "u16")]
pub enum Top {
    Service = 1,
    Dest = 2,
    Daemon = 3,
    TimeoutTcp = 4,
    TimeoutTcpFin = 5,
    TimeoutUdp = 6,
}

impl NlAttrType for Top {}

/// IPVS_SVC_ATTR_*.
#[neli_enum(serialized_type = "u16")]
pub enum ServiceAttribute {
    Af = 1,
    Protocol = 2,
    Addr = 3,
    Port = 4,
    Fwmark = 5,
    SchedName = 6,
    Flags = 7,
    Timeout = 8,
    Netmask = 9,
    Stats = 10,
    PeName = 11,
    Stats64 = 12,
}

impl NlAttrType for ServiceAttribute {}

/// IPVS_DEST_ATTR_*.
#[neli_enum(serialized_type = "u16")]
pub enum DestAttribute {
    Addr = 1,
    Port = 2,
    FwdMethod = 3,
    Weight = 4,
    UThresh = 5,
    LThresh = 6,
    ActiveConns = 7,
    InactConns = 8,
    PersistConns = 9,
    Stats = 10,
    AddrFamily = 11,
    Stats64 = 12,
    TunType = 13,
    TunPort = 14,
    TunFlags = 15,
}

impl NlAttrType for DestAttribute {}

/// IPVS_DAEMON_ATTR_*.
#[neli_enum(serialized_type = "u16")]
pub enum DaemonAttribute {
    State = 1,
    McastIfn = 2,
    SyncId = 3,
    SyncMaxlen = 4,
    McastGroup = 5,
    McastGroup6 = 6,
    McastPort = 7,
    McastTtl = 8,
}

impl NlAttrType for DaemonAttribute {}

/// AF_INET.
pub(super) const AF_INET: u16 = 2;
/// AF_INET6.
pub(super) const AF_INET6: u16 = 10;

/// IP_VS_SVC_F_*: bits of a service.
pub(super) mod service_flag {
    pub(in super::super) const PERSISTENT: u32 = 0x01;
    pub(in super::super) const ONE_PACKET: u32 = 0x04;
    pub(in super::super) const SCHEDULER_1: u32 = 0x08;
    pub(in super::super) const SCHEDULER_2: u32 = 0x10;
    pub(in super::super) const SCHEDULER_3: u32 = 0x20;
}

/// IP_VS_CONN_F_*: the forwarding method.
pub(super) mod forwarding {
    pub(in super::super) const MASK: u32 = 0x07;
    pub(in super::super) const MASQ: u32 = 0;
    pub(in super::super) const LOCALNODE: u32 = 1;
    pub(in super::super) const TUNNEL: u32 = 2;
    pub(in super::super) const DROUTE: u32 = 3;
}

/// IP_VS_CONN_F_TUNNEL_TYPE_*.
pub(super) mod tunnel {
    pub(in super::super) const IPIP: u8 = 0;
    pub(in super::super) const GUE: u8 = 1;
    pub(in super::super) const GRE: u8 = 2;
}

/// IP_VS_TUNNEL_ENCAP_FLAG_*.
pub(super) mod encapsulation {
    pub(in super::super) const NOCSUM: u16 = 0;
    pub(in super::super) const CSUM: u16 = 1;
    pub(in super::super) const REMCSUM: u16 = 2;
}

/// IP_VS_STATE_*: what a sync thread does.
pub(super) mod sync_state {
    pub(in super::super) const MASTER: u32 = 1;
    pub(in super::super) const BACKUP: u32 = 2;
}
