//! Programs below /etc/ha.d, from templates/heartbeat.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, context};

use crate::emit::scripts::{File, quote};
use crate::emit::translate::to_heartbeat::{GeneratedScript, Purpose, ServerChecks};

/// The programs as files, executable.
///
/// # Errors
/// Only when a template does not fit its values, which a test excludes for the built-in ones.
pub fn scripts(scripts: &[GeneratedScript]) -> Result<Vec<File>, minijinja::Error> {
    let environment = environment()?;
    let file = |script: &GeneratedScript| {
        let name = script.name.rsplit('/').next().unwrap_or_default();
        let (template, values) = match &script.purpose {
            Purpose::Fallback { start, stop } => (FALLBACK, context! { name, start, stop }),
            Purpose::Mail => (MAIL, context! { name }),
            Purpose::Notify { start, stop } => (NOTIFY, context! { name, start, stop }),
            Purpose::Probe(servers) => (CHECK, context! { servers => json(servers)? }),
            Purpose::SyncDaemon { options } => (SYNC_DAEMON, context! { options }),
        };
        let text = environment.get_template(template)?.render(values)?;
        Ok(File { name: script.name.clone(), mode: 0o755, text })
    };
    scripts.iter().map(file).collect()
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().keep_trailing_newline(true).build()?);
    environment.add_filter("quote", quote);
    environment.add_template(CHECK, include_str!("../../../templates/heartbeat/check.pl.j2"))?;
    environment
        .add_template(FALLBACK, include_str!("../../../templates/heartbeat/fallback.sh.j2"))?;
    environment.add_template(MAIL, include_str!("../../../templates/heartbeat/mail-to.sh.j2"))?;
    environment.add_template(NOTIFY, include_str!("../../../templates/heartbeat/notify.sh.j2"))?;
    environment.add_template(
        SYNC_DAEMON,
        include_str!("../../../templates/heartbeat/sync-daemon.sh.j2"),
    )?;
    Ok(environment)
}

/// The data section of a Perl program.
fn json(servers: &[ServerChecks]) -> Result<String, minijinja::Error> {
    serde_json::to_string_pretty(servers).map_err(|error| {
        minijinja::Error::new(ErrorKind::BadSerialization, "not a value of JSON").with_source(error)
    })
}

const CHECK: &str = "check.pl";
const FALLBACK: &str = "fallback.sh";
const MAIL: &str = "mail-to.sh";
const NOTIFY: &str = "notify.sh";
const SYNC_DAEMON: &str = "sync-daemon.sh";
