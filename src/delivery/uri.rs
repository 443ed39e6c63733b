//! Addresses as playlists use them: whose they are, and what a relative one means.

use crate::encoding::percent_decode;
use crate::policy::without_dot_segments;
use crate::secret::SecretText;

/// The origin of an http or https URL in its normal form: lower case, without the default port. `None` for every other text,
/// and where browsers might read another host in it: user names, backslashes, white space.
#[must_use]
pub fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let host = host.strip_suffix(default_port).unwrap_or(&host);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'[' | b']');
    (!host.is_empty() && host.bytes().all(is_plain)).then(|| format!("{scheme}://{host}"))
}

/// What a reference means in a document at `base`, which is an absolute http or https URL (RFC 3986, section 5.2). An absolute
/// one stays as it is written, and so does one that begins with an HLS variable, which may be absolute.
pub(super) fn resolve(base: &str, reference: &str) -> String {
    if has_scheme(reference) || reference.is_empty() || reference.starts_with("{$") {
        return reference.to_owned();
    }
    let base = split_at_any(base, &['#']).0;
    let scheme_end = base.find("://").map_or(0, |at| at.saturating_add(3));
    let (scheme, rest) = base.split_at_checked(scheme_end).unwrap_or(("", base));
    if reference.starts_with("//") {
        return format!("{}{reference}", scheme.trim_end_matches('/'));
    }
    let (host, tail) = split_at_any(rest, &['/', '?']);
    let (base_path, base_query) = split_at_any(tail, &['?']);
    let (path, query) = split_at_any(reference, &['?', '#']);
    if path.is_empty() {
        let kept = if query.starts_with('?') { "" } else { base_query };
        let base_path = if base_path.is_empty() { "/" } else { base_path };
        return format!("{scheme}{host}{base_path}{kept}{query}");
    }
    let folder = base_path.rfind('/').and_then(|at| base_path.get(..at)).unwrap_or_default();
    let path = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
    format!("{scheme}{host}{}{query}", without_dot_segments(&path))
}

/// The same URL with a parameter, which replaces those of the same name. `value` is already percent-encoded, and may be a
/// token.
pub(super) fn with_parameter(url: &str, name: &str, value: &str) -> SecretText {
    let (url, fragment) = split_at_any(url, &['#']);
    let (before, query) = url.split_once('?').unwrap_or((url, ""));
    let is_same = |pair: &str| {
        let written = pair.split('=').next().unwrap_or_default();
        percent_decode(written).is_some_and(|written| written == name)
    };
    let mut text = SecretText::with_capacity(url.len().saturating_add(value.len()).saturating_add(64));
    text.push_str(before);
    text.push_str("?");
    for pair in query.split('&').filter(|pair| !pair.is_empty() && !is_same(pair)) {
        text.push_str(pair);
        text.push_str("&");
    }
    for part in [name, "=", value, fragment] {
        text.push_str(part);
    }
    text
}

fn split_at_any<'t>(text: &'t str, characters: &[char]) -> (&'t str, &'t str) {
    text.split_at(text.find(characters).unwrap_or(text.len()))
}

fn has_scheme(reference: &str) -> bool {
    let Some((scheme, _)) = reference.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::{origin, resolve, with_parameter};

    /// RFC 3986, section 5.4, without what HLS does not have (the fragment of an http base).
    #[test]
    fn references_mean_what_the_rfc_says() {
        let base = "http://a/b/c/d;p?q";
        for (reference, target) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("g?y#s", "http://a/b/c/g?y#s"),
            (";x", "http://a/b/c/;x"),
            ("g;x?y#s", "http://a/b/c/g;x?y#s"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
            ("g?y/./x", "http://a/b/c/g?y/./x"),
        ] {
            assert_eq!(resolve(base, reference), target, "{reference}");
        }
        assert_eq!(resolve("https://a.example", "g"), "https://a.example/g");
        assert_eq!(resolve("https://a.example?q", "#s"), "https://a.example/?q#s");
        assert_eq!(resolve(base, "{$host}/g"), "{$host}/g");
    }

    #[test]
    fn origins_are_those_that_every_reader_sees() {
        for (url, expected) in [
            ("HTTPS://Keys.Example:443/x?y", Some("https://keys.example")),
            ("http://keys.example:80", Some("http://keys.example")),
            ("http://keys.example:443/", Some("http://keys.example:443")),
            ("https://[2001:db8::1]:8443/", Some("https://[2001:db8::1]:8443")),
            ("https://keys.example?x", Some("https://keys.example")),
        ] {
            assert_eq!(origin(url).as_deref(), expected, "{url}");
        }
        for url in [
            "https://keys.example@evil.example/",
            "https://keys.example\\.evil.example/",
            "https://keys.exa\tmple/",
            "https:/keys.example/",
            "https:keys.example",
            "//keys.example/",
            "skd://keys.example/",
            "https:///x",
            "https://{$host}/",
            "https://kéys.example/",
            "",
        ] {
            assert_eq!(origin(url), None, "{url}");
        }
    }

    #[test]
    fn a_parameter_takes_the_place_of_its_namesakes() {
        for (url, expected) in [
            ("https://k/?KID=1", "https://k/?KID=1&token=t"),
            ("https://k/", "https://k/?token=t"),
            ("https://k/?", "https://k/?token=t"),
            ("https://k/?token=a&KID=1&%74oken=b&tokens=c", "https://k/?KID=1&tokens=c&token=t"),
            ("https://k/?token#f", "https://k/?token=t#f"),
        ] {
            assert_eq!(with_parameter(url, "token", "t").expose(), expected);
        }
    }
}
