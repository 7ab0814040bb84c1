//! Conversions as data: a folder holds the input, perhaps a file `options`, and `expected/`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use lvsha::emit::translate::Options;
use lvsha::emit::translate::to_heartbeat::Options as HeartbeatOptions;
use lvsha::emit::{NodeInput, Target};
use lvsha::model::read::Input;
use lvsha::source::Sources;
use lvsha::syntax::schema::Version;
use lvsha::syntax::{ConfigId, Format, detect};

use super::{all_files, files, folders, folders_of_nodes, name_of, root};

/// Conversions to keepalived.
pub(crate) fn cases_to_keepalived() -> Vec<PathBuf> {
    folders(&root().join("tests/conversions"))
}

/// Conversions to heartbeat.
pub(crate) fn cases_to_heartbeat() -> Vec<PathBuf> {
    folders(&root().join("tests/to_heartbeat"))
}

/// The files of a cluster or of a director that stand in `folder`, in the order in which they are read.
pub(crate) fn load(folder: &Path, sources: &mut Sources) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in files(folder) {
        let name = name_of(&path);
        // haresources may name several configurations of ldirectord.
        if Format::ALL.iter().any(|format| format.file_name() == name) || name.ends_with(".cf") {
            let file = sources.add(name, &fs::read(path).unwrap());
            inputs.push(Input { file, format: detect(sources.get(file)).unwrap() });
        }
    }
    inputs.sort_by_key(|input| input.format);
    inputs
}

/// `version 2.0.6` and `address lw1 10.0.0.27`, one per line.
pub(crate) fn keepalived_options(case: &Path) -> Options {
    let mut options = Options { target: Target::DEFAULT, addresses: HashMap::new() };
    each_option(case, |words| match *words {
        ["version", version] => {
            options.target.version = Version::parse(version).unwrap();
            true
        }
        ["address", node, address] => {
            options.addresses.insert(node.to_owned(), address.parse().unwrap());
            true
        }
        _ => false,
    });
    options
}

/// `node lw1`, `peer lw2`, `peer lw2 10.0.0.28`, `address lw1 10.0.0.27`, one per line; and the name of
/// the director whose file stands in the case's own folder.
pub(crate) fn heartbeat_options(case: &Path) -> (HeartbeatOptions, Option<String>) {
    let mut options = HeartbeatOptions::default();
    let mut own = None;
    each_option(case, |words| {
        match *words {
            ["node", name] => own = Some(name.to_owned()),
            ["peer", name] => options.peers.push((name.to_owned(), None)),
            ["peer", name, address] => {
                options.peers.push((name.to_owned(), Some(address.parse().unwrap())));
            }
            ["address", name, address] => {
                options.addresses.insert(name.to_owned(), address.parse().unwrap());
            }
            _ => return false,
        }
        true
    });
    (options, own)
}

/// Every director's keepalived.conf: the one in the case's own folder, which is of `own`, and the one in each
/// folder below, which has the director's name.
pub(crate) fn directors(case: &Path, own: Option<String>, sources: &mut Sources) -> Vec<NodeInput> {
    let below = folders_of_nodes(case).into_iter().map(|folder| (Some(name_of(&folder)), folder));
    let mut nodes = Vec::new();
    for (name, folder) in std::iter::once((own, case.to_owned())).chain(below) {
        let path = folder.join(Format::Keepalived.file_name());
        let Ok(bytes) = fs::read(&path) else { continue };
        // Reports name the file as it was named on the command line.
        let shown = path.strip_prefix(case).unwrap().display().to_string();
        let inputs = vec![Input { file: sources.add(shown, &bytes), format: Format::Keepalived }];
        let config_id = name.clone().map_or_else(ConfigId::default, ConfigId::Node);
        nodes.push(NodeInput { name, inputs, config_id });
    }
    nodes
}

/// Holds what `run` makes of each case, by the names of the files, against the files in `expected/`.
/// `LVSHA_UPDATE=1` rewrites them.
pub(crate) fn assert_expected(cases: &[PathBuf], run: impl Fn(&Path) -> BTreeMap<String, String>) {
    let update = std::env::var_os("LVSHA_UPDATE").is_some();
    let mut wrong = String::new();
    for case in cases {
        let (got, folder) = (run(case), case.join("expected"));
        if update {
            let _ = fs::remove_dir_all(&folder);
            got.iter().for_each(|(name, text)| write(&folder.join(name), text));
            continue;
        }
        let wanted: BTreeMap<String, String> = all_files(&folder)
            .into_iter()
            .map(|path| {
                let name = path.strip_prefix(&folder).unwrap().display().to_string();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect();
        for name in got.keys().chain(wanted.keys()).collect::<BTreeSet<_>>() {
            let (got, wanted) = (got.get(name), wanted.get(name));
            if got != wanted {
                let [got, wanted] =
                    [got, wanted].map(|text| text.map_or("(no such file)", String::as_str));
                let case = case.display();
                wrong += &format!("== {case}/{name}\n-- expected\n{wanted}\n-- got\n{got}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nLVSHA_UPDATE=1 accepts what was got");
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Gives `take` the words of each line of the file `options`; a line that it does not take is a mistake.
fn each_option(case: &Path, mut take: impl FnMut(&[&str]) -> bool) {
    let text = fs::read_to_string(case.join("options")).unwrap_or_default();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(take(&words), "{}: what is `{line}`?", case.display());
    }
}
