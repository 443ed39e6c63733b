//! HTTP as the service sees it: whole messages, already read. Who serves them (a Worker, a Service Worker, a test) turns
//! its own types into these and back.

use crate::secret::SecretBytes;
use std::fmt;
use std::net::IpAddr;
use zeroize::Zeroize as _;

/// The largest body that is read, in bytes; a longer one is answered with 413.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A request to the service. Tokens ride in its address and headers, so it wipes them when it goes, and `Debug` tells none.
pub struct HttpRequest {
    /// In capitals: `GET`, `POST`, `MERGE`, …
    pub method: String,
    /// Absolute, as the client asked: scheme, host, path and query.
    pub url: String,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// May hold verification keys, so it wipes itself.
    pub body: SecretBytes,
    /// Where the client is, if the server is set up to know.
    pub client_address: Option<IpAddr>,
    /// When it came: milliseconds since 1970. The answer is about that moment.
    pub received_at: i64,
}

impl HttpRequest {
    /// The first header of that name, which is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The parts of the address.
    #[must_use]
    pub fn address(&self) -> Address<'_> {
        Address::of(&self.url)
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn now(&self) -> i64 {
        self.received_at.div_euclid(1000)
    }

    fn wipe(&mut self) {
        self.url.zeroize();
        self.headers.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

impl Drop for HttpRequest {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.address().path;
        f.debug_struct("HttpRequest").field("method", &self.method).field("path", &path).finish_non_exhaustive()
    }
}

/// The parts of an absolute URL, still percent-encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'u> {
    /// `https://host:port`
    pub origin: &'u str,
    /// `host:port`
    pub host: &'u str,
    /// From the first slash; empty where there is none.
    pub path: &'u str,
    /// After the question mark; empty where there is none.
    pub query: &'u str,
}

impl<'u> Address<'u> {
    /// Takes a URL apart. What does not look like one has an empty host.
    #[must_use]
    pub fn of(url: &'u str) -> Self {
        let url = url.split_once('#').map_or(url, |(before, _)| before);
        let (before, query) = url.split_once('?').unwrap_or((url, ""));
        let host_start = before.find("://").map_or(before.len(), |at| at.saturating_add(3));
        let rest = before.get(host_start..).unwrap_or_default();
        let (host, path) = rest.find('/').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
        let origin = before.get(..host_start.saturating_add(host.len())).unwrap_or_default();
        Self { origin, host, path, query }
    }
}

/// The answer.
#[derive(Debug)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// Names as they are written.
    pub headers: Vec<(&'static str, String)>,
    /// May be a key, so it wipes itself.
    pub body: SecretBytes,
    /// Entries for the audit log that need not be written before the answer goes out: see [`super::audit`].
    pub audit: Vec<String>,
}

impl HttpResponse {
    /// An answer without headers and body.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: SecretBytes::default(), audit: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body and its type.
    #[must_use]
    pub fn with_body(mut self, content_type: impl Into<String>, body: SecretBytes) -> Self {
        self.body = body;
        self.with("Content-Type", content_type)
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, HttpRequest};
    use crate::secret::SecretBytes;

    #[test]
    fn tokens_are_not_printed_and_go_with_the_request() {
        let mut request = HttpRequest {
            method: "GET".to_owned(),
            url: "https://a.example/AES/?KID=1&token=in-the-url".to_owned(),
            headers: vec![("authorization".to_owned(), "Bearer in-a-header".to_owned())],
            body: SecretBytes::default(),
            client_address: None,
            received_at: 0,
        };
        assert_eq!(format!("{request:?}"), r#"HttpRequest { method: "GET", path: "/AES/", .. }"#);
        request.wipe();
        assert_eq!((request.url.as_str(), request.header("authorization")), ("", Some("")));
    }

    #[test]
    fn addresses_are_taken_apart() {
        let whole = Address::of("https://a.example:8443/api/Assets('x')?$top=1?#f");
        let parts = ("https://a.example:8443", "a.example:8443", "/api/Assets('x')", "$top=1?");
        assert_eq!((whole.origin, whole.host, whole.path, whole.query), parts);
        let bare = Address::of("http://a");
        assert_eq!((bare.origin, bare.host, bare.path, bare.query), ("http://a", "a", "", ""));
        assert_eq!(Address::of("no url").host, "");
    }
}
