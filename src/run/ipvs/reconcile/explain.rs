//! What a refusal means, and what to do.

use super::super::{Forwarding, Step};

/// The cause of a refusal in words, with the next thing to type where there is one.
pub fn explain(step: &Step, errno: i32) -> String {
    match (step, errno) {
        (Step::AddService(_, settings) | Step::EditService(_, settings), libc::ENOENT) => {
            let scheduler = &settings.scheduler;
            let engine = settings.engine.as_ref();
            let engine = engine.map(|name| format!(" or `modprobe ip_vs_pe_{name}`"));
            let engine = engine.unwrap_or_default();
            format!("the kernel has no scheduler `{scheduler}`: `modprobe ip_vs_{scheduler}`{engine}")
        }
        (
            Step::AddDestination(_, _, destination) | Step::EditDestination(_, _, destination),
            libc::ERANGE,
        ) if destination.lower_threshold > destination.upper_threshold => {
            "the lower connection limit is above the upper one".to_owned()
        }
        (Step::AddDestination(service, key, destination), libc::EINVAL)
            if service.family() != crate::model::Family::of(key.address)
                && !matches!(destination.forwarding, Forwarding::Tunnelling(_)) =>
        {
            "another address family than the service's needs a tunnel".to_owned()
        }
        (Step::AddDestination(..), libc::EINVAL) => {
            "the address is not unicast on this host (a broadcast address, or no address is configured \
             yet: `ip link set lo up`)"
                .to_owned()
        }
        (Step::StartDaemon(_, daemon), libc::ENODEV) => {
            format!("there is no interface `{}`", daemon.interface)
        }
        (Step::StartDaemon(_, daemon), libc::EADDRNOTAVAIL) => {
            format!("interface `{}` has no address", daemon.interface)
        }
        (_, libc::EPERM | libc::EACCES) => "the daemon lacks the capability CAP_NET_ADMIN".to_owned(),
        (_, libc::EEXIST) => "it exists already: another program edits the table".to_owned(),
        (_, libc::ESRCH | libc::ENOENT) => {
            "it is gone: another program edits the table".to_owned()
        }
        (_, libc::EAFNOSUPPORT) => "the kernel was built without IPv6 for IPVS".to_owned(),
        _ => std::io::Error::from_raw_os_error(errno).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Family, Protocol};
    use crate::run::ipvs::test_values::destination;
    use crate::run::ipvs::{Destination, DestinationKey, ServiceKey, ServiceSettings};

    #[test]
    fn crossed_thresholds_are_a_range_to_the_kernel() {
        let address = "10.0.0.31".parse().unwrap();
        let service = ServiceKey::Endpoint { protocol: Protocol::Tcp, address, port: 80 };
        let server = DestinationKey { address: "10.0.0.29".parse().unwrap(), port: 80 };
        // An upper one of 0 is no limit, but the kernel compares it as well.
        let crossed = Destination { lower_threshold: 5, upper_threshold: 0, ..destination(1) };
        let told = "the lower connection limit is above the upper one";
        for step in [
            Step::AddDestination(service, server, crossed),
            Step::EditDestination(service, server, crossed),
        ] {
            assert_eq!(explain(&step, libc::ERANGE), told, "{step:?}");
        }
        let settings = ServiceSettings::new("rr", Family::V4);
        assert_ne!(explain(&Step::AddService(service, settings), libc::ERANGE), told);
    }
}
