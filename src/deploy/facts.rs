//! Reads the answers of scripts.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;

use super::ages::ages;
use super::{Act, Entry, EntryState, Fault, FaultKind, Reply};
use crate::plan::{Found, Tree, TreeFile};

/// The reply in the output of an act's script.
///
/// # Errors
/// When the script refused, or did not come to its end.
pub(super) fn reply(act: &Act, output: &str) -> Result<Reply, Fault> {
    // Whatever start-up files of the shell printed stands in front of this line.
    let begin = output.lines().position(|line| line == "lvsha-begin");
    let lines: Vec<&str> = output.lines().skip(begin.map_or(0, |begin| begin + 1)).collect();
    let is_whole = begin.is_some() && lines.last() == Some(&"lvsha-end");
    if let Some(error) = lines.iter().find_map(|line| line.strip_prefix("error ")) {
        let details: Vec<&str> =
            lines.iter().filter_map(|line| line.strip_prefix("output ")).collect();
        let mut message = error.to_owned();
        for line in details {
            message.push_str("\n  ");
            message.push_str(line);
        }
        let help = lines.iter().find_map(|line| line.strip_prefix("help "));
        let fault = Fault::new(FaultKind::Refused, message);
        return Err(match help {
            Some(help) => fault.help(help),
            None => fault,
        });
    }
    if !is_whole {
        let message = format!("the connection ended during `{}`", act.name());
        return Err(Fault::new(FaultKind::Lost, message));
    }
    Ok(match act {
        Act::Facts { .. } | Act::Look { .. } => Reply::Facts(Box::new(facts(&lines))),
        Act::History => Reply::History(lines.iter().filter_map(|line| entry(line)).collect()),
        Act::Again { .. } => Reply::Files(
            lines
                .iter()
                .filter_map(|line| line.strip_prefix("file ").and_then(file))
                .collect::<Tree>(),
        ),
        _ => Reply::Done(
            lines
                .iter()
                .filter_map(|line| {
                    line.strip_prefix("warning ").or_else(|| line.strip_prefix("unchecked "))
                })
                .map(str::to_owned)
                .collect(),
        ),
    })
}

fn facts(lines: &[&str]) -> Found {
    let mut found = Found::default();
    for line in lines {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "host" => found.host = rest.to_owned(),
            "machine" => found.identity = Some(rest.to_owned()),
            "setting" => {
                let parts = rest.split_once(" = ");
                found.settings.extend(parts.map(|(key, value)| (key.to_owned(), value.to_owned())));
            }
            "system" => found.system = rest.to_owned(),
            "installer" => found.installer = Some(rest.to_owned()),
            "file" => found.files.extend(file(rest)),
            "foreign" => {
                found.foreign.insert(rest.to_owned());
            }
            "link" => {
                let parts = rest.split_once(' ');
                found.links.extend(parts.map(|(path, to)| (path.to_owned(), to.to_owned())));
            }
            "active" => {
                found.active.insert(rest.to_owned());
            }
            "enabled" => {
                found.enabled.insert(rest.to_owned());
            }
            "missing" => found.missing.push(rest.to_owned()),
            "generation" => found.generation = rest.parse().unwrap_or(0),
            "director" => {
                found.directors.insert(rest.to_owned());
            }
            "run" => found.run = Some(rest.to_owned()),
            "newest" => found.newest = rest.parse().unwrap_or(0),
            "managed" => {
                let parts = rest.split_once(' ');
                found.managed.extend(parts.map(|(sum, path)| (path.to_owned(), sum.to_owned())));
            }
            "pending" => found.pending = rest.parse().ok(),
            "lock" => found.lock = Some(rest.to_owned()),
            "address" => {
                let (address, device) = rest.split_once(' ').unwrap_or((rest, ""));
                let place = if device == "lo" { &mut found.loopback } else { &mut found.addresses };
                place.extend(address.parse::<IpAddr>());
            }
            "ages" => found.ages = since(rest).unwrap_or_default(),
            "table" => found.table.push(rest.to_owned()),
            "version" => {
                let parts = rest.split_once(' ');
                found
                    .versions
                    .extend(parts.map(|(name, version)| (name.to_owned(), version.to_owned())));
            }
            _ => {}
        }
    }
    found
}

/// `SECONDS BASE64`: the uptime, and what the kernel knows about the addresses.
fn since(line: &str) -> Option<BTreeMap<IpAddr, Duration>> {
    let (uptime, dump) = line.split_once(' ')?;
    let uptime = Duration::try_from_secs_f64(uptime.parse().ok()?).ok()?;
    let dump = base64::engine::general_purpose::STANDARD.decode(dump).ok()?;
    Some(ages(&dump, uptime))
}

/// `MODE PATH BASE64`.
fn file(line: &str) -> Option<(String, TreeFile)> {
    let mut words = line.split(' ');
    let mode = u32::from_str_radix(words.next()?, 8).ok()?;
    let path = words.next()?.to_owned();
    let content = base64::engine::general_purpose::STANDARD.decode(words.next()?).ok()?;
    Some((path, TreeFile { mode, content }))
}

/// `entry N WHEN STATE WHO<tab>RUN<tab>WHAT`.
fn entry(line: &str) -> Option<Entry> {
    let mut words = line.strip_prefix("entry ")?.splitn(4, ' ');
    let generation = words.next()?.parse().ok()?;
    let (when, state) = (words.next()?.to_owned(), EntryState::of(words.next()?));
    let (who, rest) = words.next()?.split_once('\t')?;
    let (run, what) = rest.split_once('\t')?;
    let [who, run, what] = [who, run, what].map(str::to_owned);
    Some(Entry { generation, when, state, who, run, what })
}
