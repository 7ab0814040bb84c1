//! Redirections, as ldirectord follows them: also to other hosts.

use std::net::SocketAddr;

use hyper::body::Incoming;
use hyper::header::LOCATION;
use hyper::http::uri::Authority;
use hyper::{Response, Uri};

use super::super::super::Failure;
use super::super::{cause, line};

/// Where a request goes.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) target: SocketAddr,
    pub(super) is_encrypted: bool,
    pub(super) host: Option<String>,
    pub(super) uri: Uri,
}

/// What a `Location` header says, before a name is looked up.
#[derive(Clone, Debug)]
pub(super) struct Location {
    path: Uri,
    /// Another server: its name, its port and whether it is spoken to by TLS.
    server: Option<(Authority, u16, bool)>,
}

impl Place {
    /// The place that `location` names, seen from here. Names are resolved within the check's limit.
    pub(super) async fn follow(&self, location: &str) -> Result<Self, Failure> {
        let Location { path: uri, server } = self.read(location)?;
        let Some((authority, port, is_encrypted)) = server else {
            return Ok(Self { uri, ..self.clone() });
        };
        let name = authority.host().trim_start_matches('[').trim_end_matches(']');
        let found = tokio::net::lookup_host((name, port)).await;
        let mut found = found
            .map_err(|error| Failure::new(format!("redirected to `{name}`: {}", cause(&error))))?;
        let target = found.next().ok_or_else(|| refused(location))?;
        Ok(Self { target, is_encrypted, host: Some(authority.as_str().to_owned()), uri })
    }

    /// What `location` says, seen from here.
    pub(super) fn read(&self, location: &str) -> Result<Location, Failure> {
        let uri: Uri = self.absolute(location).parse().map_err(|_| refused(location))?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = path.parse().map_err(|_| refused(location))?;
        let Some(authority) = uri.authority() else {
            return Ok(Location { path, server: None });
        };
        let is_encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            // `//host/path`
            None => self.is_encrypted,
            Some(_) => return Err(refused(location)),
        };
        let port = authority.port_u16().unwrap_or(if is_encrypted { 443 } else { 80 });
        Ok(Location { path, server: Some((authority.clone(), port, is_encrypted)) })
    }

    /// RFC 3986, section 5, as far as servers use it.
    fn absolute(&self, location: &str) -> String {
        let location = escape(location.split('#').next().unwrap_or_default());
        if let Some(rest) = location.strip_prefix("//") {
            let scheme = if self.is_encrypted { "https" } else { "http" };
            return format!("{scheme}://{rest}");
        }
        if location.starts_with('/') || location.contains("://") {
            return location;
        }
        let folder = self.uri.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{location}")
    }
}

fn refused(location: &str) -> Failure {
    Failure::new(format!("redirected to `{}`", line(location)))
}

/// Where a response points to, if it is a redirection.
pub(super) fn location(response: &Response<Incoming>) -> Option<String> {
    let is_redirection = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| is_redirection)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// A path as it may stand in a request line: blanks and everything beyond ASCII in percent form.
pub(super) fn escape(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
