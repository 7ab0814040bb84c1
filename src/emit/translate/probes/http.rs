//! HTTP checks: redirects and HEAD differ; without `regex` a script searches the page.

use super::super::{GeneratedScript, Purpose, SCRIPT_DIRECTORY};
use super::{Translator, script};
use crate::emit::Feature;
use crate::model::{Appended, Http, HttpRequest, Located, Pattern, ProbeKind, Sourced};
use crate::source::Place;
use crate::source::codes::conversion;

impl Translator<'_> {
    pub(super) fn http(&mut self, mut http: Http, chosen: &[Place], port: Option<Sourced<u16>>) {
        self.account.exact(http.host.place(), "virtualhost");
        // ldirectord sends the server's address without port when no host is named.
        http.address_as_host = self.host.is_none();
        // A proxy is asked for a URL, whose own host is sent.
        if let Some(host) = http.requests.iter().find_map(HttpRequest::host_of_url) {
            http.host = Some(Sourced::implied(host));
        }
        if let Some(head) = http.head.take() {
            if !head.value {
                self.account.exact(head.at, "HTTP_GET");
            } else if http.requests.iter().any(|request| request.body.is_some()) {
                let note = "keepalived has only GET, and its answer has a body: in ldirectord all servers are down, because no receive matches the answer to HEAD";
                self.account.changed(head.at, conversion::CHECK_DIFFERENT, "HTTP_GET", note);
            } else {
                let note = "keepalived has only GET";
                self.account.changed(head.at, conversion::CHECK_DIFFERENT, "HTTP_GET", note);
            }
        }
        let ranges = self.version.has(Feature::StatusRanges);
        let mut searches = None;
        for request in &mut http.requests {
            self.path(request);
            if request.status.is_empty() && ranges {
                request.status = vec![Sourced::implied((200, 299))];
            }
            if let Some(body) = &request.body
                && !self.searchable(body)
            {
                searches = Some(request.clone());
            }
        }
        let dialogue = self.dialogue_timeout();
        let kind = match searches {
            Some(request) => {
                let note = "a script fetches and searches the page";
                self.changed(chosen, conversion::VERSION_TOO_OLD, "MISC_CHECK", note);
                self.fetch(&http, &request)
            }
            None => {
                let becomes = if http.tls { "SSL_GET" } else { "HTTP_GET" };
                self.changed(chosen, conversion::CHECK_DIFFERENT, becomes, REDIRECTS);
                ProbeKind::Http(Box::new(http))
            }
        };
        self.push(kind, dialogue, port);
    }

    fn path(&mut self, request: &mut HttpRequest) {
        let path = request.path.get_or_insert_with(|| Sourced::implied("/".to_owned()));
        self.account.changed(path.at, conversion::CHECK_DIFFERENT, "path", REDIRECTS);
    }

    /// Whether this keepalived can search the page itself.
    fn searchable(&mut self, body: &Sourced<Pattern>) -> bool {
        if !self.version.has(Feature::Regex) {
            let note = format!(
                "keepalived {} has no regex; a script fetches and searches the page",
                self.version.version
            );
            self.account.changed(body.at, conversion::VERSION_TOO_OLD, "MISC_CHECK", &note);
            return false;
        }
        self.account.exact(body.at, "regex");
        if perl_only(&body.value) {
            let note = "PCRE2 reads this expression in its own dialect; try it with pcre2test";
            self.account.changed(body.at, conversion::CHECK_DIFFERENT, "regex", note);
        }
        true
    }

    /// A script with page and expression in it; equal ones are written once.
    fn fetch(&mut self, http: &Http, request: &HttpRequest) -> ProbeKind {
        let text = |value: Option<&Sourced<String>>| value.map(|value| value.value.clone());
        let purpose = Purpose::Fetch {
            path: text(request.path.as_ref()).unwrap_or_default(),
            tls: http.tls,
            host: text(http.host.as_ref()).or_else(|| self.host.clone()),
            expression: request
                .body
                .as_ref()
                .map(|body| body.value.expression.clone())
                .unwrap_or_default(),
        };
        let scripts = &mut self.extras.scripts;
        let known = scripts.iter().find(|script| script.purpose == purpose);
        let name = known.map(|script| script.name.clone()).unwrap_or_else(|| {
            let name = format!("check-page-{}", scripts.len() + 1);
            scripts.push(GeneratedScript { name: name.clone(), purpose });
            name
        });
        script(format!("{SCRIPT_DIRECTORY}/{name}"), Appended::AddressAndPort)
    }
}

/// Perl's constructs that PCRE2 lacks or spells differently (perlre, pcre2compat(3)).
fn perl_only(pattern: &Pattern) -> bool {
    PERL_ONLY.iter().any(|construct| pattern.expression.contains(construct))
}

/// ldirectord's library follows seven of them.
const REDIRECTS: &str =
    "keepalived does not follow redirects: the page itself must answer with 200 to 299";
const PERL_ONLY: &[&str] = &["(?{", "(??{", "\\p{Is", "\\N{"];
