//! `lvsha daemon`: be a director.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use super::conditions::Conditions;
use super::printer::{LogForm, Printer, Problem};
use super::{ExitCode, Failure, inputs};
use crate::model::read;
use crate::run::control::DEFAULT_SOCKET;
use crate::run::daemon::{self, Ended, Loaded, Options, Plan, StartError};
use crate::run::services;
use crate::site::{self, Secrets};
use crate::source::codes::daemon as codes;
use crate::source::words::counted;
use crate::source::{Code, Diagnostic, Findings, Severity, Sources, report};

/// Be a director: elect, hold the virtual addresses, announce them
///
/// The configuration is a keepalived.conf, a directory with heartbeat's files, or an inventory
/// (*.toml), of which this node's part counts. Without any,
/// /etc/keepalived/keepalived.conf is read, or else /etc/ha.d.
///
/// SIGHUP reads it again: all of it, or, if there is an error, nothing. SIGTERM hands over to
/// another director and leaves no address behind. Started by systemd (Type=notify), it says
/// when it is ready.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files of one cluster, or a directory with them
    #[arg(value_name = "CONFIG")]
    configuration: Vec<PathBuf>,

    /// The director that this is [default: the host name]
    #[arg(long, value_name = "NAME")]
    node: Option<String>,

    #[command(flatten)]
    conditions: Conditions,

    /// Address of a director, where only its name is known and unicast needs it; repeat it
    #[arg(long, value_name = "NODE=IP", value_parser = super::node_name::node_address)]
    address: Vec<(String, IpAddr)>,

    /// Only say what is wrong with the configuration
    #[arg(long)]
    check: bool,

    /// Socket for `lvsha ctl`
    #[arg(long, value_name = "PATH", default_value = DEFAULT_SOCKET)]
    control: PathBuf,

    /// Serve metrics at http://ADDRESS/metrics (OpenMetrics), such as `127.0.0.1:9650`
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics: Option<SocketAddr>,

    /// Real-time priority of the thread that speaks VRRP [default: `vrrp_rt_priority`]
    #[arg(long, value_name = "PRIORITY", value_parser = clap::value_parser!(u8).range(1..=99))]
    real_time: Option<u8>,

    /// Where the log goes
    #[arg(long, value_enum, default_value_t = LogForm::Auto, value_name = "WHERE")]
    log: LogForm,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Result<ExitCode, Failure> {
    let node = match &arguments.node {
        Some(node) => node.clone(),
        None => host_name()?,
    };
    let mut request = Request {
        paths: paths(arguments)?,
        node: node.clone(),
        conditions: arguments.conditions.clone(),
        addresses: arguments.address.iter().cloned().collect(),
        told: HashSet::new(),
    };
    if arguments.configuration.is_empty() {
        let paths = request.paths.iter().map(|path| path.display().to_string());
        printer.status(&format!("{node}: reading {}", paths.collect::<Vec<_>>().join(", ")));
    }
    let (loaded, sources) = request.load()?;
    let errors = loaded.findings.count(Severity::Error);
    let diagnostics = loaded.findings.sorted();
    printer.account(&report::human(&sources, &diagnostics, printer.colour_of_notes()));
    if errors > 0 {
        return Ok(ExitCode::Findings);
    }
    if arguments.check {
        let Plan { routers, services, .. } = &loaded.plan;
        printer.status(&format!("{node}: {}", counted(routers.len(), "virtual router")));
        printer.result(&loaded.plan.routers_in_words())?;
        if *services != services::Plan::default() {
            printer.status(&format!(
                "{node}: {}",
                counted(services.services.len(), "virtual service")
            ));
            printer.result(&services.to_string())?;
        }
        // Who asks before a reload must not learn it from the log.
        if let Some(unread) = &loaded.unread {
            let line = report::short(&sources, std::slice::from_ref(unread));
            let line = line.trim_end();
            printer
                .status(&format!("{node}: a start passes over this, a reload is refused: {line}"));
            return Ok(ExitCode::Findings);
        }
        return Ok(ExitCode::Success);
    }
    request.told = warnings(&diagnostics).map(identity).collect();
    printer.start_log(arguments.log).map_err(|error| {
        Problem::new(format!("cannot open the log: {error}")).help("use `--log terminal`")
    })?;
    let options = Options {
        node,
        socket: Some(arguments.control.clone()),
        metrics: arguments.metrics,
        memory: arguments.control.parent().map(|directory| directory.join("ipvs.services")),
        real_time: arguments.real_time,
        load: Box::new(move || request.reload()),
    };
    match daemon::run(loaded.plan, options) {
        Ok(Ended::Stopped) => Ok(ExitCode::Success),
        Ok(Ended::Broken) => Ok(ExitCode::Internal),
        Err(error) => Err(refusal(&error).into()),
    }
}

/// What is read at the start, and again at each reload.
struct Request {
    paths: Vec<PathBuf>,
    node: String,
    conditions: Conditions,
    addresses: HashMap<String, IpAddr>,
    /// Warnings about what runs, wherever they stand: they are told once.
    told: HashSet<(Code, String)>,
}

impl Request {
    fn load(&self) -> Result<(Loaded, Sources), Problem> {
        let mut sources = Sources::in_place();
        if let [path] = self.paths.as_slice()
            && inputs::is_inventory(path)
        {
            return Ok((self.inventory(path, &mut sources)?.on_this_machine(), sources));
        }
        let gathered = inputs::gather(&self.paths, &mut sources);
        if let Some(problem) = gathered.problems.into_iter().next() {
            return Err(problem);
        }
        let [group] = gathered.groups.as_slice() else {
            return Err(Problem::new("the files belong to several nodes or clusters")
                .help("name the files of one node, or of one cluster"));
        };
        let options = read::Options::on(self.conditions.of_node(&self.node));
        let inputs = &group.inputs;
        let loaded = daemon::load(&mut sources, inputs, &options, &self.node, &self.addresses);
        Ok((loaded.on_this_machine(), sources))
    }

    /// An inventory is the same on all nodes: this node's part of it counts.
    fn inventory(&self, path: &Path, sources: &mut Sources) -> Result<Loaded, Problem> {
        let (site, found) =
            site::load(sources, path, Secrets::Fetch).map_err(|error| inputs::unusable(&error))?;
        let mut errors = found.sorted();
        errors.retain(|finding| finding.severity() == Severity::Error);
        let Some(mut loaded) = daemon::of_site(&site, sources, &self.node) else {
            // A director may be missing because nothing behind an error was read.
            if !errors.is_empty() {
                let mut findings = Findings::new();
                findings.extend(errors);
                return Ok(Loaded { plan: Plan::default(), findings, unread: None });
            }
            let names: Vec<&str> = site.machines("directors");
            let text = format!("the inventory has no director `{}`", self.node);
            let help = format!("name one of {} with `--node`", names.join(", "));
            return Err(Problem::new(text).help(help));
        };
        loaded.findings.extend(errors);
        Ok(loaded)
    }

    /// For the log: the first error is enough to say why nothing has changed.
    fn reload(&mut self) -> Result<Plan, String> {
        let (loaded, sources) = self.load().map_err(|problem| problem.to_string())?;
        let is_error = |diagnostic: &&Diagnostic| diagnostic.severity() == Severity::Error;
        let diagnostics = loaded.findings.sorted();
        let line = |finding: &Diagnostic| {
            let line = report::short(&sources, std::slice::from_ref(finding));
            line.trim_end().to_owned()
        };
        // What cannot be read is the cause of what is said of the rest.
        if let Some(error) = loaded.unread.as_ref().or(diagnostics.iter().find(is_error)) {
            return Err(line(error));
        }
        // A script may have gone without any change of a file, and be missing at each reload.
        let is_told_again = |code| [codes::DISABLED_SCRIPT, codes::UNUSABLE_HOOK].contains(&code);
        let is_news = |finding: &&Diagnostic| {
            is_told_again(finding.code) || !self.told.contains(&identity(finding))
        };
        for finding in warnings(&diagnostics).filter(is_news) {
            tracing::warn!("{}", line(finding));
        }
        self.told = warnings(&diagnostics).map(identity).collect();
        Ok(loaded.plan)
    }
}

fn warnings(diagnostics: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    diagnostics.iter().filter(|finding| finding.severity() == Severity::Warning)
}

/// What makes two findings of different readings the same one: lines move.
fn identity(finding: &Diagnostic) -> (Code, String) {
    (finding.code, finding.message.clone())
}

fn paths(arguments: &Arguments) -> Result<Vec<PathBuf>, Problem> {
    if !arguments.configuration.is_empty() {
        return Ok(arguments.configuration.clone());
    }
    let usual = DEFAULT_PATHS.iter().map(Path::new).find(|path| path.exists());
    let usual = usual.ok_or_else(|| {
        Problem::new(format!("there is no {}", DEFAULT_PATHS.join(", no ")))
            .help("name the configuration: `lvsha daemon FILE`")
    })?;
    Ok(vec![usual.to_owned()])
}

fn host_name() -> Result<String, Problem> {
    let name = rustix::system::uname().nodename().to_str().map(ToOwned::to_owned);
    // Other programs compare only the first part, too.
    name.map(|name| name.split('.').next().unwrap_or_default().to_owned())
        .map_err(|_| Problem::new("the host name is not readable").help("use `--node NAME`"))
}

fn refusal(error: &StartError) -> Problem {
    let problem = Problem::new(error.to_string());
    match error {
        StartError::NotPermitted => {
            problem.help("run it as root, or with CAP_NET_ADMIN and CAP_NET_RAW")
        }
        StartError::Running(path) if path == Path::new(DEFAULT_SOCKET) => {
            problem.help("ask it with `lvsha ctl status`")
        }
        StartError::Running(path) => {
            let path = path.display();
            problem.help(format!("ask it with `lvsha ctl --control {path} status`"))
        }
        StartError::Control { error, .. } if error.kind() == std::io::ErrorKind::AlreadyExists => {
            problem.help("move it away, or name another place with `--control PATH`")
        }
        StartError::Control { .. } => problem.help("name another place with `--control PATH`"),
        StartError::Metrics { .. } => {
            problem.help("name an address of this machine and a free port with `--metrics`")
        }
        StartError::Kernel(_) => problem,
    }
}

/// Where other programs have theirs.
const DEFAULT_PATHS: [&str; 2] = ["/etc/keepalived/keepalived.conf", "/etc/ha.d"];
