//! What was accepted with a remark: findings, in a header of the answer.

use crate::error::{Finding, Severity};
use crate::json::{Json, Object};
use std::fmt::Write as _;

/// A JSON array of findings, in ASCII.
pub(super) const HEADER: &str = "Keywicket-Findings";
/// Hosts bound their headers; what does not fit is left out.
const MAX_BYTES: usize = 4096;

/// The header's value; none without findings. The gravest come first, so that they are the ones that fit.
pub(super) fn header(findings: &[Finding]) -> Option<String> {
    let mut ordered: Vec<&Finding> = findings.iter().collect();
    ordered.sort_by_key(|finding| rank(finding.severity));
    let mut header = String::new();
    for finding in ordered {
        let text = in_ascii(write(finding).to_text().expose());
        if header.len().saturating_add(text.len()).saturating_add(2) <= MAX_BYTES {
            header.push(if header.is_empty() { '[' } else { ',' });
            header.push_str(&text);
        }
    }
    (!header.is_empty()).then(|| header + "]")
}

const fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    }
}

fn write(finding: &Finding) -> Json {
    let mut members = Object::new();
    let mut add = |name: &str, value: Json| members.push((name.to_owned(), value));
    add("code", Json::text(finding.code));
    add("severity", Json::text(finding.severity.as_str()));
    add("path", Json::text(&finding.path));
    if let Some(position) = finding.position {
        add("line", Json::number(position.line));
        add("column", Json::number(position.column));
    }
    add("why", Json::text(&finding.why));
    if let Some(fix) = &finding.fix {
        add("fix", Json::text(fix));
    }
    if let Some(mended) = &finding.mended {
        add("mended", Json::text(mended));
    }
    Json::Object(members)
}

/// JSON whose texts hold ASCII alone.
fn in_ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        if (' '..='~').contains(&character) {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}
