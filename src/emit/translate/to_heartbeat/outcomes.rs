//! What becomes of every directive of keepalived.conf that no other part speaks for: one table.

mod table;

use std::collections::{HashMap, HashSet};

use super::NodeFile;
use crate::emit::{Account, Mark, Outcome};
use crate::model::read::Input;
use crate::model::{Carried, Cluster};
use crate::source::codes::conversion::NOT_UNDERSTOOD;
use crate::source::codes::to_heartbeat::SERVICE_IMPOSSIBLE;
use crate::source::{Code, Place, Sources};
use crate::syntax::schema::Body;
use crate::syntax::{Format, Kind, NodeRef, Tree};
use table::{BLOCKS, Row};

/// Speaks for what is left, by block and keyword. Lines without a row share the fate of their
/// block; what the reader could not put into the model stays open when its row says that it is
/// kept.
pub(in crate::emit) fn settle(
    sources: &Sources,
    trees: &[(Input, Tree)],
    files: &[NodeFile],
    account: &mut Account,
) {
    let unread: HashSet<Place> =
        files.iter().flat_map(|file| carried(&file.cluster)).map(|carried| carried.at).collect();
    let inert: HashMap<Place, &str> = files
        .iter()
        .flat_map(|file| &file.cluster.inert)
        .map(|inert| (inert.at, inert.why))
        .collect();
    for (input, tree) in trees {
        let text = sources.get(input.file).text();
        // Blocks around the current node: where each ends, how much of the path lies around it, and its
        // place. Thousands that nobody closed stand in each other, so there is one path for all.
        let mut around: Vec<(u32, usize, Place)> = Vec::new();
        let mut path = String::new();
        for node in tree.walk(text).filter(|node| node.kind() != Kind::Blank) {
            while let Some((_, outside, _)) = around.pop_if(|(behind, ..)| *behind <= node.index())
            {
                path.truncate(outside);
            }
            let parent = around.last().map(|(.., at)| (path.as_str(), *at));
            let at = node.place();
            if !account.knows(at) {
                if let Some(why) = inert.get(&at) {
                    account.needless(Some(at), why);
                } else if node.kind() != Kind::Directive {
                    account.lossy(Some(at), NOT_UNDERSTOOD, "", &[UNREAD]);
                } else {
                    one(node, parent, unread.contains(&at), account);
                }
            }
            if node.has_body() {
                around.push((node.behind(), path.len(), at));
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(&node.name());
            }
        }
    }
}

fn one(node: NodeRef<'_>, parent: Option<(&str, Place)>, unread: bool, account: &mut Account) {
    let at = node.place();
    let path = parent.map_or("", |(path, _)| path);
    let of_block = parent.and_then(|(_, block)| account.outcome_at(block)).cloned();
    // Nothing inside of a block that is gone can be kept.
    let gone = of_block.as_ref().is_some_and(is_gone);
    let row = if gone { None } else { row(path, &node.name()) };
    match row.map(|row| row.fate) {
        Some(Fate::Kept(_)) | None if unread => {
            account.lossy(Some(at), NOT_UNDERSTOOD, "", &[UNREAD]);
        }
        Some(Fate::Kept(becomes)) => account.exact(Some(at), becomes),
        Some(Fate::Needless(why)) => account.needless(Some(at), why),
        Some(Fate::Changed(code, becomes, note)) => account.changed(Some(at), code, becomes, note),
        Some(Fate::Lost(code, why, instead)) => {
            let notes: Vec<&str> = [why, instead].into_iter().filter(|n| !n.is_empty()).collect();
            account.lossy(Some(at), code, "", &notes);
        }
        Some(Fate::Impossible(code, why)) => account.impossible(Some(at), code, &[why]),
        None => {
            if let Some(outcome) = of_block.filter(|_| gone || is_list(path)) {
                inherit(at, &outcome, account);
            } else if !is_known(path, &node.name()) {
                account.lossy(Some(at), NOT_UNDERSTOOD, "", &[STRANGE]);
            }
        }
    }
}

/// Whether nothing is left of a block. One that has words in the target only bears a mark; those of a
/// service that is impossible were said before that came out.
fn is_gone(block: &Outcome) -> bool {
    let is_refused = block.mark == Mark::Impossible && block.code == Some(SERVICE_IMPOSSIBLE);
    block.mark >= Mark::Lossy && (block.becomes.is_empty() || is_refused)
}

/// Whether the keyword table has the word in this block.
fn is_known(path: &str, keyword: &str) -> bool {
    crate::syntax::schema::find(Format::Keepalived, path, keyword).is_some()
}

/// Whether a block holds a list of values and no keywords.
fn is_list(path: &str) -> bool {
    let (within, word) = path.rsplit_once('/').unwrap_or(("", path));
    let row = crate::syntax::schema::find(Format::Keepalived, within, word);
    row.is_some_and(|row| matches!(row.body, Body::Lines(_)))
}

/// A line of a list has the fate of the list.
fn inherit(at: Place, outcome: &Outcome, account: &mut Account) {
    let notes: Vec<&str> = outcome.notes.iter().map(String::as_str).collect();
    match (outcome.mark, outcome.code) {
        (Mark::Exact, _) | (_, None) => account.exact(Some(at), &outcome.becomes),
        (Mark::Approximate, Some(code)) => {
            account.changed(Some(at), code, &outcome.becomes, notes.first().unwrap_or(&""));
        }
        (Mark::Lossy, Some(code)) => account.lossy(Some(at), code, "", &notes),
        (Mark::Impossible, Some(code)) => account.impossible(Some(at), code, &notes),
    }
}

/// Everything that travels along without a field.
fn carried(cluster: &Cluster) -> impl Iterator<Item = &Carried> {
    let services = cluster.services.iter().flat_map(|service| {
        let own = service.servers.iter().filter_map(|server| server.own.as_ref());
        let probes = own.clone().flat_map(|own| own.probes.iter().flat_map(|p| &p.carried));
        service.carried.iter().chain(own.flat_map(|own| &own.carried)).chain(probes)
    });
    let groups = cluster.service_groups.iter().flat_map(|group| &group.carried);
    cluster
        .carried
        .iter()
        .chain(&cluster.globals.carried)
        .chain(groups)
        .chain(cluster.routers.iter().flat_map(|router| &router.carried))
        .chain(cluster.sync_groups.iter().flat_map(|group| &group.carried))
        .chain(cluster.trackers.iter().flat_map(|tracker| &tracker.carried))
        .chain(services)
}

/// The first row that names the keyword, in the block or in one around it.
fn row(path: &str, keyword: &str) -> Option<&'static Row> {
    BLOCKS.iter().flat_map(|block| block.0).find(|row| {
        let inside = match path.strip_prefix(row.within) {
            Some(rest) => {
                row.within.is_empty() == path.is_empty()
                    && (rest.is_empty() || rest.starts_with('/'))
            }
            None => false,
        };
        inside && row.keywords.contains(&keyword)
    })
}

/// What happens to a directive.
#[derive(Clone, Copy)]
enum Fate {
    /// Said again with the same meaning.
    Kept(&'static str),
    /// Needed there by nobody.
    Needless(&'static str),
    /// Nearly the same: code, new words, what differs.
    Changed(Code, &'static str, &'static str),
    /// Gone: code, why, and what to do instead.
    Lost(Code, &'static str, &'static str),
    /// Gone, and missed.
    Impossible(Code, &'static str),
}

const UNREAD: &str = "not understood; `lvsha check` shows what is wrong with it";
const STRANGE: &str = "keepalived has no such word here";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Format;
    use crate::syntax::schema::keywords;

    #[test]
    fn every_keyword_of_every_block_has_a_fate() {
        let rows = keywords(Format::Keepalived).iter().flat_map(|rows| rows.iter());
        // Lines of lists share the fate of their list, forms of the preprocessor are no directives.
        let in_blocks = rows.filter(|row| {
            row.within.is_empty()
                || ["global_defs", "vrrp_", "virtual_server/", "virtual_server"]
                    .iter()
                    .any(|block| row.within.starts_with(block))
        });
        let inherits = ["vrrp_track_", "virtual_server_group"];
        let missing: Vec<String> = in_blocks
            .filter(|row| !inherits.iter().any(|block| row.within.starts_with(block)))
            .filter(|keyword| row(keyword.within, keyword.word).is_none())
            .map(|row| format!("{}/{}", row.within, row.word))
            .collect();
        assert!(missing.is_empty(), "no fate for {missing:#?}");
    }

    #[test]
    fn every_row_names_keywords_that_exist() {
        for row in BLOCKS.iter().flat_map(|block| block.0) {
            for keyword in row.keywords {
                let known = crate::syntax::schema::find_anywhere(Format::Keepalived, keyword);
                let fits = |within: &str| within == row.within || within.starts_with(row.within);
                assert!(known.iter().any(|known| fits(known.within)), "{}/{keyword}", row.within);
            }
        }
    }
}
