//! .NET's `Uri.IsWellFormedUriString(text, UriKind.Absolute)`, as far as issuers, audiences and addresses need it.

/// Whether a text is an absolute URI: a scheme, a colon and something after it, every character allowed in a URI
/// or beyond ASCII, percent signs followed by two hexadecimal digits. With `//` there must be a host (a file needs
/// none) and the port must be a number up to 65535. `urn:test` is absolute; a bare name, a path, or anything with a
/// space is not.
#[must_use]
pub fn is_absolute_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    is_scheme(scheme) && !rest.is_empty() && has_only_uri_characters(rest) && has_authority_if_announced(scheme, rest)
}

/// .NET's `Uri.AbsoluteUri`, as far as the early SDK releases put issuers and audiences through it: scheme and host in lower
/// case, default ports left out, `.` and `..` resolved, a path after the host. Anything but http and https keeps its text
/// behind the scheme.
pub(super) fn normal_form(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once(':') else { return text.to_owned() };
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => return format!("{scheme}:{rest}"),
    };
    let Some(rest) = rest.strip_prefix("//") else { return text.to_owned() };
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (path, query) = tail.split_at(tail.find(['?', '#']).unwrap_or(tail.len()));
    let authority = authority.to_ascii_lowercase();
    let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
    format!("{scheme}://{authority}{}{query}", without_dot_segments(path))
}

/// RFC 3986, section 5.2.4. The result begins with a slash.
pub(crate) fn without_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
        // A path that ends in a dot segment ends in a slash.
        if last && matches!(segment, "." | "..") {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

fn is_scheme(scheme: &str) -> bool {
    // One letter would be a Windows drive.
    scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn has_only_uri_characters(rest: &str) -> bool {
    let mut after_percent = 0_u8;
    let allowed = rest.chars().all(|c| {
        if after_percent > 0 {
            after_percent = after_percent.saturating_sub(1);
            return c.is_ascii_hexdigit();
        }
        if c == '%' {
            after_percent = 2;
        }
        !c.is_control() && !c.is_whitespace() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
    });
    allowed && after_percent == 0
}

fn has_authority_if_announced(scheme: &str, rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix("//") else {
        // http and https without `//` name no host.
        return !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match host_and_port.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, after)) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
            (address, after.strip_prefix(':').unwrap_or(after))
        }
        Some(_) => return false,
        None => host_and_port.split_once(':').unwrap_or((host_and_port, "")),
    };
    let port_fits = port.is_empty() || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    (!host.is_empty() || scheme.eq_ignore_ascii_case("file")) && port_fits
}

#[cfg(test)]
mod tests {
    use super::{is_absolute_uri, normal_form};

    #[test]
    fn normal_forms_are_those_of_the_early_sdk() {
        for (text, expected) in [
            ("http://testacs.com", "http://testacs.com/"),
            ("HTTP://Issuer.Example.COM/Path", "http://issuer.example.com/Path"),
            ("https://sts.example.com:443/a/../b/./c/..", "https://sts.example.com/b/"),
            ("https://sts.example.com:8443?x=/../y", "https://sts.example.com:8443/?x=/../y"),
            ("urn:Test:Abc", "urn:Test:Abc"),
            ("http://a/../../..", "http://a/"),
        ] {
            assert_eq!(normal_form(text), expected);
        }
    }

    #[test]
    fn accepts_what_identifies_absolutely() {
        for text in [
            "urn:test",
            "http://a",
            "https://sts.example/x?y=%20#z",
            "http://[::1]:8080/",
            "file:///c:/x",
            "skd://host",
        ] {
            assert!(is_absolute_uri(text), "{text}");
        }
    }

    #[test]
    fn refuses_names_paths_spaces_and_broken_escapes() {
        for text in [
            "",
            "test",
            "/a",
            "c:\\x",
            "http://",
            "http:a",
            "http://a b",
            "http://a/%zz",
            "http://a/%2",
            "http://a:99999/",
            "http://[::g]/",
            "urn:",
            ":x",
        ] {
            assert!(!is_absolute_uri(text), "{text}");
        }
    }
}
