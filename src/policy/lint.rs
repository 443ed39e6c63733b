//! What is risky or unusual about a token restriction that is perfectly valid.

use super::{CONTENT_KEY_IDENTIFIER_CLAIM, MAX_VERIFICATION_KEYS, TokenRestriction, TokenType, VerificationKey};
use crate::error::{Finding, Severity};

/// The claim that limits how often a token may be used (of the v3 documentation).
const MAX_USES_CLAIM: &str = "urn:microsoft:azure:mediaservices:maxuses";
/// HMAC-SHA-256 keys shorter than its output can be guessed more easily than it (RFC 7518, section 3.2).
const MIN_HMAC_KEY_BYTES: usize = 32;

/// Looks for what people regret later: weak keys, issuers that anybody on the way can change, slips in texts that must be
/// equal to the letter, tokens that open every key.
#[must_use]
pub fn lint_token_restriction(restriction: &TokenRestriction) -> Vec<Finding> {
    let mut findings = Vec::new();
    keys(restriction, &mut findings);
    texts(restriction, &mut findings);
    claims(restriction, &mut findings);
    discovery(restriction, &mut findings);
    findings
}

fn keys(restriction: &TokenRestriction, findings: &mut Vec<Finding>) {
    let all: Vec<(String, &VerificationKey)> = restriction.verification_keys().take(MAX_VERIFICATION_KEYS).collect();
    if restriction.verification_keys().count() > MAX_VERIFICATION_KEYS {
        let why = "more than 32 verification keys: no verifier takes this policy";
        findings.push(
            Finding::new("token_restriction.too_many_keys", Severity::Error, "alternateVerificationKeys", why)
                .fix("drop the keys that sign nothing any more"),
        );
    }
    for (index, (name, key)) in all.iter().enumerate() {
        match key {
            VerificationKey::Symmetric(bytes) => symmetric_key(name, bytes.expose(), findings),
            _ => asymmetric_key(name, key, findings),
        }
        if all.iter().take(index).any(|(_, earlier)| earlier == key) {
            let why = "the same key stands twice: the second is never needed";
            findings.push(Finding::new("verification_key.repeated", Severity::Info, name, why).fix("remove it"));
        }
        if restriction.token_type == TokenType::Swt && !matches!(key, VerificationKey::Symmetric(_)) {
            let why = "Simple Web Tokens are signed with symmetric keys only: this key never verifies one";
            findings.push(
                Finding::new("verification_key.not_for_swt", Severity::Error, name, why)
                    .fix("use a symmetric key, or JWT"),
            );
        }
    }
}

fn symmetric_key(path: &str, bytes: &[u8], findings: &mut Vec<Finding>) {
    let mut warn = |code, severity, why: &'static str| {
        findings.push(Finding::new(code, severity, path, why).fix("make a new key of 64 random bytes"));
    };
    if bytes.len() < MIN_HMAC_KEY_BYTES {
        warn(
            "verification_key.weak",
            Severity::Warning,
            "the key is shorter than 32 bytes, which can be guessed from one token",
        );
    }
    if bytes.len() > 1 && bytes.iter().all(|byte| bytes.first() == Some(byte)) {
        warn("verification_key.constant", Severity::Error, "all bytes of the key are the same: it is no secret");
    } else if bytes.len() >= 16 && bytes.iter().all(u8::is_ascii_graphic) {
        warn(
            "verification_key.looks_like_text",
            Severity::Info,
            "the key is made of printable characters: perhaps its base64 or hexadecimal text was used as the key, or a password",
        );
    }
}

fn asymmetric_key(path: &str, key: &VerificationKey, findings: &mut Vec<Finding>) {
    match key.rsa_key() {
        Ok(Some(rsa)) if rsa.bits() < 2048 => {
            let finding =
                Finding::new("verification_key.weak", Severity::Warning, path, "the RSA key is shorter than 2048 bits");
            findings.push(finding.fix("sign with a key of 2048 bits or more"));
        }
        Ok(_) => {}
        Err(error) => {
            let why = format!("the key cannot verify anything: {}", error.message());
            findings.push(
                Finding::new("verification_key.unusable", Severity::Error, path, why).fix("put in the right key"),
            );
        }
    }
}

fn texts(restriction: &TokenRestriction, findings: &mut Vec<Finding>) {
    for (path, text) in [("issuer", &restriction.issuer), ("audience", &restriction.audience)] {
        if text.trim() != text {
            let why = "white space at an end counts: tokens must have it too";
            let finding = Finding::new("token_restriction.white_space", Severity::Warning, path, why).fix("remove it");
            findings.push(Finding { mended: Some(text.trim().to_owned()), ..finding });
        }
        if let Some(host) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))
            && !host.contains('/')
        {
            let why = "no slash after the host: libraries that treat this as a URI add one, and then nothing matches";
            findings.push(
                Finding::new("token_restriction.no_trailing_slash", Severity::Info, path, why)
                    .fix("check what your tokens say, to the letter"),
            );
        }
    }
    if restriction.issuer.starts_with("http://") {
        let why = "the issuer is an http address: whoever discovers keys there can be lied to";
        findings.push(
            Finding::new("token_restriction.http_issuer", Severity::Info, "issuer", why)
                .fix("use https where the issuer has it"),
        );
    }
}

fn claims(restriction: &TokenRestriction, findings: &mut Vec<Finding>) {
    let claims = &restriction.required_claims;
    if !claims.iter().any(|claim| claim.claim_type == CONTENT_KEY_IDENTIFIER_CLAIM) {
        let why = "tokens are not tied to a content key: one token opens every key that uses this policy";
        findings.push(
            Finding::new("token_restriction.no_key_identifier", Severity::Warning, "requiredClaims", why)
                .fix(format!("require the claim {CONTENT_KEY_IDENTIFIER_CLAIM} without a value")),
        );
    }
    for (index, claim) in claims.iter().enumerate() {
        let path = format!("requiredClaims[{index}]");
        if claim.is_content_key_identifier() && claim.value.is_some() {
            let why =
                "the key identifier has a fixed value: the policy then fits one key only, and other SDKs overrule it";
            findings.push(
                Finding::new("token_restriction.fixed_key_identifier", Severity::Warning, &path, why)
                    .fix("leave the value out: it then means the requested key"),
            );
        }
        if claim.claim_type == MAX_USES_CLAIM {
            let why = "tokens with a use limit must be counted, and the old service let them live for an hour at most";
            findings.push(
                Finding::new("token_restriction.max_uses_life", Severity::Info, &path, why)
                    .fix("issue such tokens for an hour or less"),
            );
        }
        if claims.iter().take(index).any(|earlier| earlier.claim_type == claim.claim_type) {
            let why = "the claim is required twice";
            findings.push(
                Finding::new("token_restriction.repeated_claim", Severity::Warning, &path, why).fix("require it once"),
            );
        }
    }
}

fn discovery(restriction: &TokenRestriction, findings: &mut Vec<Finding>) {
    if let Some(uri) = &restriction.open_id_discovery_uri
        && !uri.starts_with("https://")
    {
        let why = "keys that are fetched without https can be replaced on the way: they are not fetched";
        findings.push(
            Finding::new("token_restriction.insecure_discovery", Severity::Error, "openIdDiscoveryUri", why)
                .fix("use the https address"),
        );
    }
}
