//! The words of a comparison.

use super::diff::ChangeKind;
use super::{Configuration, PolicyOption};
use crate::json::{Json, Object};
use crate::policy::{CONTENT_KEY_IDENTIFIER_CLAIM, Restriction, TokenType, VerificationKey};

/// Members whose values are never shown.
const SECRETS: [&str; 8] = [
    "ask",
    "fairPlayPfxPassword",
    "fairPlayPfx",
    // Of a Widevine message.
    "key",
    "iv",
    "payload",
    "provider_session_token",
    "provider_client_token",
];

/// Members that have words of their own.
const WORDS: [(&str, &str); 19] = [
    ("description", "the description"),
    ("issuer", "the issuer"),
    ("audience", "the audience"),
    ("restrictionTokenType", "the token type"),
    ("openIdConnectDiscoveryDocument", "the address of the discovery document"),
    ("requiredClaims", "the required claim"),
    ("claimValue", "the value"),
    ("primaryVerificationKey", "the primary verification key"),
    ("alternateVerificationKeys", "an alternate verification key"),
    ("widevineTemplate", "the Widevine message"),
    ("responseCustomData", "the custom data"),
    ("licenses", "licence"),
    ("ask", "the application secret key"),
    ("fairPlayPfx", "the FairPlay certificate file"),
    ("fairPlayPfxPassword", "the password of the FairPlay certificate file"),
    ("askId", "the id of the application secret key"),
    ("fairPlayPfxPasswordId", "the id of the password of the FairPlay certificate file"),
    ("contentEncryptionIV", "the initialization vector"),
    ("rentalAndLeaseKeyType", "the kind of rental"),
];

/// A place in a policy, for programs and for people.
#[derive(Clone)]
pub(super) struct Place {
    path: String,
    option: Option<String>,
    members: Vec<String>,
}

impl Place {
    pub(super) fn policy() -> Self {
        Self { path: String::new(), option: None, members: Vec::new() }
    }

    pub(super) fn option(label: &str) -> Self {
        Self { path: format!("options[{label}]"), option: Some(label.to_owned()), members: Vec::new() }
    }

    pub(super) fn member(&self, name: &str) -> Self {
        let mut place = self.clone();
        place.path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        place.members.push(name.to_owned());
        place
    }

    pub(super) fn item(&self, label: &str) -> Self {
        let mut place = self.clone();
        place.path = format!("{}[{label}]", self.path);
        if !matches!(self.last(), "alternateVerificationKeys") {
            place.members.push(format!("“{label}”"));
        }
        place
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    fn last(&self) -> &str {
        self.members.last().map_or("", String::as_str)
    }

    /// A whole message is one too: there may be keys in it.
    pub(super) fn is_secret(&self) -> bool {
        SECRETS.contains(&self.last()) || self.is_template()
    }

    pub(super) fn is_template(&self) -> bool {
        self.last() == "widevineTemplate"
    }

    /// `option “hls”`
    pub(super) fn subject(&self) -> String {
        match &self.option {
            None => "the policy".to_owned(),
            Some(label) => format!("option “{label}”"),
        }
    }

    /// `option “hls”: the issuer`; what everything of an option stands in is not said.
    fn sentence(&self) -> String {
        let said = self.members.iter().filter(|name| !matches!(name.as_str(), "configuration" | "restriction"));
        let words: Vec<&str> = said.map(|name| words_for(name)).collect();
        match &self.option {
            None => words.join(" "),
            Some(label) => format!("option “{label}”: {}", words.join(" ")),
        }
    }
}

fn words_for(name: &str) -> &str {
    WORDS.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| words)
}

pub(super) fn changed(place: &Place, before: Option<&str>, after: Option<&str>) -> String {
    let what = place.sentence();
    match (before, after) {
        (Some(before), Some(after)) => format!("{what} is {after} instead of {before}"),
        (None, Some(after)) => format!("{what} is new: {after}"),
        (Some(before), None) => format!("{what} is gone: it was {before}"),
        (None, None) => what,
    }
}

pub(super) fn secret_changed(place: &Place, kind: ChangeKind, is_left_out: bool) -> String {
    let what = place.sentence();
    match kind {
        ChangeKind::Added => format!("{what} is new"),
        ChangeKind::Removed => format!("{what} is gone"),
        ChangeKind::Changed if is_left_out => {
            format!("{what} cannot be compared: one of the policies was answered without its secrets")
        }
        ChangeKind::Changed => format!("{what} is another one"),
    }
}

pub(super) fn key_changed(
    place: &Place,
    before: Option<&VerificationKey>,
    after: Option<&VerificationKey>,
    remark: Option<&str>,
) -> String {
    let what = place.sentence();
    let is_empty = |key: Option<&VerificationKey>| key.is_some_and(|key| key.body().is_empty());
    let said = match (before, after) {
        (Some(_), Some(_)) if is_empty(before) != is_empty(after) => {
            format!("{what} cannot be compared: one of the policies was answered without its secrets")
        }
        (Some(old), Some(new)) if old.type_name() == new.type_name() => format!("{what} is another key"),
        (Some(old), Some(new)) => format!("{what} is {} instead of {}", key(new), key(old)),
        (None, Some(new)) => format!("{what} is new: {}", key(new)),
        (Some(old), None) => format!("{what} is gone: it was {}", key(old)),
        (None, None) => what,
    };
    remark.map_or(said.clone(), |remark| format!("{said}, {remark}"))
}

/// What kind of key it is, and never which.
pub(super) fn key(key: &VerificationKey) -> String {
    match key {
        VerificationKey::Symmetric(bytes) => format!("a symmetric key of {} bytes", bytes.len()),
        VerificationKey::X509 { .. } => "a certificate".to_owned(),
        VerificationKey::Rsa { .. } => "an RSA key".to_owned(),
    }
}

pub(super) const fn delivery(configuration: &Configuration) -> &'static str {
    match configuration {
        Configuration::None => "nothing",
        Configuration::ClearKey => "the key itself",
        Configuration::Widevine { .. } => "Widevine licences",
        Configuration::PlayReady(_) => "PlayReady licences",
        Configuration::FairPlay(_) => "FairPlay licences",
    }
}

/// Who gets a key, as a group of people.
pub(super) fn restrictions(restrictions: &[Restriction]) -> String {
    let who: Vec<String> = restrictions.iter().map(restriction).collect();
    if who.is_empty() { "nobody".to_owned() } else { who.join(" who are also ") }
}

fn restriction(restriction: &Restriction) -> String {
    match restriction {
        Restriction::Open => "everybody".to_owned(),
        Restriction::Token(token) => {
            let kind = match token.token_type {
                TokenType::Swt => "an SWT",
                TokenType::Jwt => "a JWT",
            };
            format!("holders of {kind} from “{}”", token.issuer)
        }
        Restriction::Ip(networks) => format!("clients in {networks}"),
    }
}

/// `PlayReady licences for everybody`
pub(super) fn summary(option: &PolicyOption) -> String {
    format!("{} for {}", delivery(&option.configuration), restrictions(&option.restrictions))
}

/// A value that may be shown. Of objects only the outline: their members may be secrets.
pub(super) fn show(value: &Json) -> String {
    match value {
        Json::Text(text) => format!("“{}”", text.expose()),
        Json::Object(members) => {
            let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            claim(members).unwrap_or_else(|| format!("{{{}}}", names.join(", ")))
        }
        Json::List(items) => format!("{} items", items.len()),
        plain => plain.to_text().expose().to_owned(),
    }
}

/// A required claim in words.
fn claim(members: &Object) -> Option<String> {
    let kind = text_member(members, "claimType")?;
    Some(match text_member(members, "claimValue") {
        Some(value) => format!("“{value}”"),
        None if kind == CONTENT_KEY_IDENTIFIER_CLAIM => "the id of the requested key".to_owned(),
        None => "any value".to_owned(),
    })
}

pub(super) fn member<'j>(members: &'j Object, name: &str) -> Option<&'j Json> {
    members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

pub(super) fn text_member(members: &Object, name: &str) -> Option<String> {
    match member(members, name) {
        Some(Json::Text(text)) => Some(text.expose().to_owned()),
        _ => None,
    }
}
