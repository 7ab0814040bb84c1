//! `vrrp_sync_group` and `virtual_server_group`.

use super::router::hooks;
use super::service::family_name;
use super::text::{Text, word};
use super::tracker::tracks;
use crate::model::{GroupMember, ServiceGroup, SyncGroup};

pub(super) fn sync(group: &SyncGroup, text: &mut Text<'_>) {
    text.block(format_args!("vrrp_sync_group {}", word(&group.name.value)), |text| {
        text.block_of_any("group", |text| {
            group.members.iter().for_each(|member| text.line(word(&member.value)));
        });
        tracks(&group.tracks, text);
        hooks(&group.hooks, text);
        text.settings("", &group.settings);
        text.carried(&group.carried);
    });
}

pub(super) fn service(group: &ServiceGroup, text: &mut Text<'_>) {
    text.block(format_args!("virtual_server_group {}", word(&group.name.value)), |text| {
        group.members.iter().for_each(|member| text.line(line(&member.value)));
        text.carried(&group.carried);
    });
}

fn line(member: &GroupMember) -> String {
    let with_port = |traffic: String, port: &Option<u16>| match port {
        Some(port) => format!("{traffic} {port}"),
        None => traffic,
    };
    match member {
        GroupMember::Mark { mark, family } => {
            let family = family.map(|family| format!(" {}", family_name(family)));
            format!("fwmark {mark}{}", family.unwrap_or_default())
        }
        GroupMember::Network { address, prefix, port } => {
            with_port(format!("{address}/{prefix}"), port)
        }
        GroupMember::Range { first, last, port } if first == last => {
            with_port(first.to_string(), port)
        }
        GroupMember::Range { first, last, port } => with_port(format!("{first}-{last}"), port),
    }
}
