//! What is looked at before any resource is: the method, and the form of the request.

use super::refusal::Refusal;
use crate::error::{Finding, Severity};
use crate::service::http::{HttpRequest, MAX_BODY_BYTES};

/// Methods that a POST may stand for, where something on the way lets no others through.
const TUNNELLED: [&str; 4] = ["MERGE", "PATCH", "PUT", "DELETE"];

/// The method that is meant.
pub(super) fn method(request: &HttpRequest) -> Result<&str, Refusal> {
    let headers = ["x-http-method", "x-http-method-override"];
    let Some(meant) = headers.iter().find_map(|name| request.header(name)).filter(|_| request.method == "POST") else {
        return Ok(&request.method);
    };
    let known = TUNNELLED.into_iter().find(|method| method.eq_ignore_ascii_case(meant.trim()));
    known.ok_or_else(|| {
        let why = format!("X-HTTP-Method is one of {}", TUNNELLED.join(", "));
        Refusal::new(400, "request.bad_method", why)
    })
}

/// Whether the method changes something, or may.
pub(super) fn is_write(method: &str) -> bool {
    !matches!(method, "GET" | "HEAD")
}

/// The size and type of the body, and the version of the API.
pub(super) fn check_form(method: &str, request: &HttpRequest, types: &[&str]) -> Result<Vec<Finding>, Refusal> {
    if request.body.len() > MAX_BODY_BYTES {
        let why = format!("the body is longer than {MAX_BODY_BYTES} bytes");
        return Err(Refusal::new(413, "request.too_large", why));
    }
    let is_read = is_write(method) && method != "DELETE" && !request.body.is_empty();
    if is_read && !request.header("content-type").is_some_and(|kind| is_one_of(kind, types)) {
        let why = format!("the body is {} in UTF-8 (at Content-Type)", types.join(" or "));
        return Err(Refusal::new(415, "request.unsupported_type", why));
    }
    check_version(request.header("x-ms-version"))
}

/// One of the types, whatever parameters of OData's it has.
fn is_one_of(content_type: &str, types: &[&str]) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_kind = parts.next().is_some_and(|kind| types.iter().any(|known| known.eq_ignore_ascii_case(kind)));
    let mut charsets =
        parts.filter_map(|part| part.split_once('=')).filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    is_kind && charsets.all(|(_, charset)| charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

/// The old service refused requests without a version.
fn check_version(version: Option<&str>) -> Result<Vec<Finding>, Refusal> {
    let Some(version) = version else {
        let why = "the old service refused requests without x-ms-version";
        let finding = Finding::new("request.no_version", Severity::Info, "x-ms-version", why).fix("send 2.19");
        return Ok(vec![finding]);
    };
    let is_number = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if version.trim().split_once('.').is_some_and(|(major, minor)| is_number(major) && is_number(minor)) {
        return Ok(Vec::new());
    }
    Err(Refusal::new(400, "request.bad_version", "x-ms-version is a version such as 2.19 (at x-ms-version)"))
}
