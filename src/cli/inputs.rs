//! From what was named on the command line to files that belong together.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::printer::Problem;
use crate::model::read::Input;
use crate::source::{FileId, LoadError, LoadReason, Sources};
use crate::syntax::{Format, configuration, detect, started, suggest};

/// What the named paths hold.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Files that belong to one cluster, or to one node of it.
    pub(super) groups: Vec<Group>,
    /// What could not be used.
    pub(super) problems: Vec<Problem>,
}

/// Files of one directory that one cluster manager reads.
#[derive(Debug)]
pub(super) struct Group {
    directory: PathBuf,
    is_keepalived: bool,
    /// The files, in the order in which their formats build on each other.
    pub(super) inputs: Vec<Input>,
}

impl Group {
    /// Names of heartbeat's resource scripts, when both directories that it searches are there:
    /// `resource.d` in the directory and `init.d` beside it.
    pub(super) fn resource_scripts(&self) -> Option<BTreeSet<String>> {
        if self.is_keepalived {
            return None;
        }
        let places = [self.directory.join("resource.d"), self.directory.parent()?.join("init.d")];
        if !places.iter().all(|place| place.is_dir()) {
            return None;
        }
        let names = places
            .iter()
            .flat_map(|place| entries(place))
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        Some(names.collect())
    }

    /// The node that the files are of, when their directory tells: the directory of the site, and
    /// the node's name.
    pub(super) fn node(&self) -> Option<(&Path, &str)> {
        let mut directory = self.directory.as_path();
        // `lw1/etc/ha.d` are the files of lw1.
        while let Some(parent) = directory.parent()
            && directory
                .file_name()
                .is_some_and(|name| SYSTEM_DIRECTORIES.iter().any(|s| name == *s))
        {
            directory = parent;
        }
        Some((directory.parent()?, directory.file_name()?.to_str()?))
    }
}

/// Loads `paths`: files, and the known files of directories. Without `forced` each file's name
/// and text tell its format.
pub(super) fn gather(paths: &[PathBuf], forced: Option<Format>, sources: &mut Sources) -> Gathered {
    let mut gatherer =
        Gatherer { sources, seen: HashSet::new(), groups: Vec::new(), problems: vec![] };
    for path in paths {
        if path.is_dir() {
            gatherer.directory(path);
        } else {
            gatherer.file(path, forced);
        }
    }
    let Gatherer { mut groups, problems, .. } = gatherer;
    for group in &mut groups {
        group.inputs.sort_by_key(|input| input.format);
    }
    Gathered { groups, problems }
}

/// Whether a path is an inventory: no other format of lvsha is TOML.
pub(super) fn is_inventory(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

struct Gatherer<'a> {
    sources: &'a mut Sources,
    /// Files that are loaded, by their real path.
    seen: HashSet<PathBuf>,
    groups: Vec<Group>,
    problems: Vec<Problem>,
}

impl Gatherer<'_> {
    /// Takes one file that was named.
    fn file(&mut self, path: &Path, forced: Option<Format>) {
        let Some(file) = self.load(path) else { return };
        match forced.or_else(|| detect(self.sources.get(file))) {
            Some(format) => self.add(path, Input { file, format }),
            None => self.problems.push(
                Problem::new(format!("cannot tell the format of `{}`", path.display()))
                    .help("name it with `--as ha.cf`, `--as ldirectord` and so on"),
            ),
        }
    }

    /// Takes the known files of a directory, or else those of the directories in it, however deep.
    fn directory(&mut self, path: &Path) {
        if let Err(error) = std::fs::read_dir(path) {
            let text = format!("cannot list `{}`: {error}", path.display());
            self.problems.push(Problem::new(text).help("name the files themselves"));
            return;
        }
        let before = (self.groups.len(), self.problems.len());
        let found = self.known_files(path);
        if !found {
            self.deeper(path);
        }
        if before == (self.groups.len(), self.problems.len()) && !found {
            self.problems.push(
                Problem::new(format!("`{}` holds no file of a known format", path.display())).help(
                    "name the files, or a directory with ha.cf, haresources, authkeys, \
                         ldirectord.cf or keepalived.conf",
                ),
            );
        }
    }

    /// Takes the known files of the directories in `path`. One that holds some is not searched
    /// further: what is below it belongs to them.
    fn deeper(&mut self, path: &Path) {
        let inside = |path: &Path| {
            let is_searched = |entry: &PathBuf| entry.is_dir() && !entry.is_symlink();
            entries(path).into_iter().filter(is_searched).rev().collect::<Vec<_>>()
        };
        let mut open = inside(path);
        while let Some(directory) = open.pop() {
            if !self.known_files(&directory) {
                open.extend(inside(&directory));
            }
        }
    }

    /// Takes the known files directly in a directory; false when there are none.
    fn known_files(&mut self, directory: &Path) -> bool {
        let entries = entries(directory);
        let mut found = false;
        for format in Format::ALL {
            let path = directory.join(format.file_name());
            if entries.contains(&path) {
                found = true;
                if let Some(file) = self.load(&path) {
                    self.add(&path, Input { file, format });
                }
            }
        }
        // Beside a keepalived.conf, files of other names are what it includes.
        let found_usual = found;
        // ldirectord's files have free names: a resource names them, or their text tells.
        let started = self.started_by(directory);
        for path in &entries {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_usual = Format::ALL.iter().any(|format| format.file_name() == name);
            if is_usual || !path.is_file() {
                continue;
            }
            let is_started = started.contains(&name);
            if is_started || name.ends_with(".cf") {
                found |= self.director_file(path, is_started);
            } else if !found_usual && name.ends_with(".conf") {
                found |= self.suspected(path, Format::Keepalived);
            }
        }
        for path in started.iter().filter_map(|name| configuration(directory, name)) {
            if let Some(file) = self.load(&path) {
                self.add_to(directory.to_owned(), Input { file, format: Format::Ldirectord });
            }
        }
        found
    }

    /// Takes a file if ldirectord reads it; one that is only suspected is passed over in silence.
    fn director_file(&mut self, path: &Path, is_started: bool) -> bool {
        if !is_started {
            return self.suspected(path, Format::Ldirectord);
        }
        if let Some(file) = self.load(path) {
            self.add(path, Input { file, format: Format::Ldirectord });
        }
        true
    }

    /// Takes a file if its text is of `format`.
    fn suspected(&mut self, path: &Path, format: Format) -> bool {
        let mut trial = Sources::new();
        let found = trial.load(path).ok().and_then(|file| detect(trial.get(file)));
        if found != Some(format) {
            return false;
        }
        if let Some(file) = self.load(path) {
            self.add(path, Input { file, format });
        }
        true
    }

    /// Names of the files that the haresources of this directory give to ldirectord, its own
    /// directory left out.
    fn started_by(&self, directory: &Path) -> Vec<String> {
        let haresources = self
            .groups
            .iter()
            .filter(|group| group.directory == directory)
            .flat_map(|group| &group.inputs)
            .find(|input| input.format == Format::Haresources);
        let text = haresources.map_or("", |input| self.sources.get(input.file).text());
        started(text).map(str::to_owned).collect()
    }

    /// Loads a file once.
    fn load(&mut self, path: &Path) -> Option<FileId> {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if !self.seen.insert(real) {
            return None;
        }
        match self.sources.load(path) {
            Ok(file) => Some(file),
            Err(error) => {
                self.problems.push(unusable(&error));
                None
            }
        }
    }

    /// Puts a file to its neighbours. A director has one file of each format, only ldirectord
    /// may have several: a second keepalived.conf is that of another node.
    fn add(&mut self, path: &Path, input: Input) {
        self.add_to(path.parent().unwrap_or(Path::new("")).to_owned(), input);
    }

    fn add_to(&mut self, directory: PathBuf, input: Input) {
        let is_keepalived = input.format == Format::Keepalived;
        let is_free = |group: &Group| {
            input.format == Format::Ldirectord
                || group.inputs.iter().all(|other| other.format != input.format)
        };
        let group = self.groups.iter_mut().find(|group| {
            group.directory == directory && group.is_keepalived == is_keepalived && is_free(group)
        });
        match group {
            Some(group) => group.inputs.push(input),
            None => self.groups.push(Group { directory, is_keepalived, inputs: vec![input] }),
        }
    }
}

/// What is in a directory, sorted; nothing when it cannot be listed.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let Ok(listing) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut entries: Vec<PathBuf> =
        listing.filter_map(Result::ok).map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

/// Why a file is of no use, and what to type instead.
pub(super) fn unusable(error: &LoadError) -> Problem {
    let problem = Problem::new(error.to_string());
    match &error.reason {
        LoadReason::Empty => problem
            .help("its program would start without any service; name the file that is really used"),
        LoadReason::Directory => problem.help("name a file in it"),
        LoadReason::TooLarge => problem.help("split it with `include`"),
        LoadReason::Endless | LoadReason::Pipe => problem.help("write what is needed into a file"),
        LoadReason::Unreadable(cause) => match cause.kind() {
            std::io::ErrorKind::NotFound => match neighbour(&error.path) {
                Some(near) => problem.help(format!("did you mean `{}`?", near.display())),
                None => problem.help("name a file or a directory that exists"),
            },
            std::io::ErrorKind::PermissionDenied => {
                problem.help("run lvsha as a user who may read it, for example with `sudo`")
            }
            _ => problem,
        },
    }
}

/// The file beside `path` with the most similar name.
fn neighbour(path: &Path) -> Option<PathBuf> {
    let directory = path.parent()?;
    let listed = if directory == Path::new("") { Path::new(".") } else { directory };
    let names: Vec<String> = entries(listed)
        .iter()
        .filter_map(|entry| Some(entry.file_name()?.to_str()?.to_owned()))
        .collect();
    let near = suggest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(directory.join(near))
}

/// Directories that every node has: the node's own is above them.
const SYSTEM_DIRECTORIES: [&str; 4] = ["conf", "etc", "ha.d", "keepalived"];
