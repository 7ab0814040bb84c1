//! From what was named on the command line to files that belong together.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

mod listing;

use listing::{Inside, entries, inside, neighbour, real};

use super::printer::Problem;
use crate::model::read::Input;
use crate::source::{FileId, LoadError, LoadReason, Sources};
use crate::syntax::{DIRECTORY, Format, configuration, detect, started};

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
        // Where one cannot be listed, nobody knows which scripts are missing.
        let mut names = BTreeSet::new();
        for place in &places {
            let listed = entries(place).ok()?.into_iter();
            names.extend(listed.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())));
        }
        Some(names)
    }

    /// Configurations of ldirectord that haresources starts and that are in no place where
    /// heartbeat's script looks. Only beside ha.cf: a lone haresources may be a copy.
    pub(super) fn missing_configurations(&self, sources: &Sources) -> BTreeSet<String> {
        let of = |format| self.inputs.iter().find(move |input| input.format == format);
        let Some(haresources) = of(Format::HaCf).and_then(|_| of(Format::Haresources)) else {
            return BTreeSet::new();
        };
        let is_here = self.directory == Path::new(DIRECTORY);
        let is_missing = |name: &&str| {
            // An absolute path is one of the director, which may be another machine.
            (is_here || !Path::new(name).is_absolute())
                && configuration(&self.directory, name).is_none()
        };
        let text = sources.get(haresources.file).text();
        started(text).filter(is_missing).map(str::to_owned).collect()
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

/// Loads `paths`: files, and the known files of directories, whose names and texts tell their
/// formats. `-` is standard input.
pub(super) fn gather(paths: &[PathBuf], sources: &mut Sources) -> Gathered {
    gathered(paths, None, RENAME, sources)
}

/// The same for a command with the option `--as`: it gives the format of each file that is named.
pub(super) fn gather_as(
    paths: &[PathBuf],
    forced: Option<Format>,
    sources: &mut Sources,
) -> Gathered {
    gathered(paths, forced, NAME_THE_FORMAT, sources)
}

fn gathered(
    paths: &[PathBuf],
    forced: Option<Format>,
    unknown_format: &'static str,
    sources: &mut Sources,
) -> Gathered {
    let mut gatherer = Gatherer {
        sources,
        seen: HashSet::new(),
        is_deeper: false,
        groups: Vec::new(),
        problems: vec![],
        unknown_format,
    };
    for path in paths {
        // A file of this name is `./-`, as with other programs.
        let is_standard = path == Path::new("-");
        let path = if is_standard { Path::new(STANDARD_INPUT) } else { path };
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
    /// Whether directories in a directory are searched, one for each node.
    is_deeper: bool,
    groups: Vec<Group>,
    problems: Vec<Problem>,
    /// What to type when nothing tells a format.
    unknown_format: &'static str,
}

impl Gatherer<'_> {
    /// Takes one file that was named.
    fn file(&mut self, path: &Path, forced: Option<Format>) {
        if is_inventory(path) {
            let path = path.display();
            let message =
                format!("`{path}` is an inventory, and the files of directors are wanted");
            self.problems.push(
                Problem::new(message)
                    .help(format!("`lvsha render {path} --out DIR` writes the files of each")),
            );
            return;
        }
        let Some(file) = self.load(path) else { return };
        match forced.or_else(|| detect(self.sources.get(file))) {
            Some(format) => self.add(path, Input { file, format }),
            None => self.problems.push(
                Problem::new(format!("cannot tell the format of `{}`", path.display()))
                    .help(self.unknown_format),
            ),
        }
    }

    /// Takes the known files of a directory, or else those of the directories in it, however deep.
    fn directory(&mut self, path: &Path) {
        let before = (self.groups.len(), self.problems.len());
        // What directors include may stand above their directories: it is no director's file.
        let is_shared = || !has_usual_file(path) && has_usual_file_below(path);
        let found = !is_shared() && self.known_files(path);
        if !found {
            self.is_deeper = true;
            self.deeper(path);
            self.is_deeper = false;
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
        below(path, |directory| !self.known_files(directory));
    }

    /// Takes the known files directly in a directory; false when there are none, true as well when
    /// nobody can tell.
    fn known_files(&mut self, directory: &Path) -> bool {
        let entries = match entries(directory) {
            Ok(entries) => entries,
            Err(error) => {
                self.problems.push(unlisted(directory, &error));
                return true;
            }
        };
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
        if !self.seen.insert(real(path)) {
            return None;
        }
        match self.sources.load(path) {
            Ok(file) => {
                if self.is_deeper {
                    self.sources.set_copy(file);
                }
                Some(file)
            }
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

/// Shows `enter` each directory in `path`, and those in it where `enter` says so.
fn below(path: &Path, mut enter: impl FnMut(&Path) -> bool) {
    let root = real(path);
    let mut known = HashSet::new();
    let mut open = inside(path);
    // Links come last, so that a directory goes by its own name, and lead nowhere twice.
    let mut links = VecDeque::new();
    loop {
        let directory = match open.pop() {
            Some(Inside::Directory(directory)) => directory,
            Some(Inside::Link(link)) => {
                links.push_back(link);
                continue;
            }
            None => match links.pop_front() {
                // What is above holds what is searched already, and all the rest of the disk.
                Some(link) if root.starts_with(real(&link)) => continue,
                Some(link) => link,
                None => return,
            },
        };
        if known.insert(real(&directory)) && enter(&directory) {
            open.extend(inside(&directory));
        }
    }
}

/// Whether a file directly in a directory has the name that its program reads.
fn has_usual_file(directory: &Path) -> bool {
    Format::ALL.iter().any(|format| directory.join(format.file_name()).is_file())
}

fn has_usual_file_below(path: &Path) -> bool {
    let mut found = false;
    below(path, |directory| {
        found |= has_usual_file(directory);
        !found
    });
    found
}

fn unlisted(directory: &Path, error: &io::Error) -> Problem {
    let problem = Problem::new(format!("cannot list `{}`: {error}", directory.display()));
    match error.kind() {
        io::ErrorKind::PermissionDenied => problem.help(AS_ANOTHER_USER),
        _ => problem.help("name the files themselves"),
    }
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
            // A link that leads nowhere is there, under this very name.
            io::ErrorKind::NotFound if error.path.is_symlink() => {
                problem.help("it is a link, and what it leads to is missing: mend the link")
            }
            io::ErrorKind::NotFound if error.path == Path::new("-") => {
                problem.help(format!("standard input is `{STANDARD_INPUT}` here"))
            }
            io::ErrorKind::NotFound => match neighbour(&error.path) {
                Some(near) => problem.help(format!("did you mean `{}`?", near.display())),
                None => problem.help("name a file or a directory that exists"),
            },
            io::ErrorKind::PermissionDenied => problem.help(AS_ANOTHER_USER),
            _ => problem,
        },
    }
}

/// Where the kernel has it.
pub(super) const STANDARD_INPUT: &str = "/dev/stdin";
/// How to say a format, with and without an option for it.
const NAME_THE_FORMAT: &str = "name it with `--as ha.cf`, `--as ldirectord` and so on";
const RENAME: &str = "its name can tell it: a copy named ha.cf, haresources, authkeys, ldirectord.cf or keepalived.conf";
const AS_ANOTHER_USER: &str = "run lvsha as a user who may read it, for example with `sudo`";
/// Directories that every node has: the node's own is above them. keepalived from its source looks in
/// /usr/local/etc.
const SYSTEM_DIRECTORIES: [&str; 7] =
    ["conf", "etc", "ha.d", "keepalived", "local", "lvsha", "usr"];
