//! Widevine: the message of a licence template, as JSON.

mod lint;
mod read;

use crate::error::{Error, ErrorCode, Result};
use crate::json::{Json, Object};
use crate::secret::SecretText;
pub use lint::lint_widevine_message;
pub use read::read_widevine_message;

/// Which content keys a licence holds, by the resolutions they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AllowedTrackTypes {
    /// Standard definition only.
    SdOnly,
    /// Standard and high definition.
    SdHd,
}

impl AllowedTrackTypes {
    /// Both, under their names.
    pub const ALL: [(&str, Self); 2] = [("SD_ONLY", Self::SdOnly), ("SD_HD", Self::SdHd)];

    /// The name in the message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SdOnly => "SD_ONLY",
            Self::SdHd => "SD_HD",
        }
    }
}

/// Which copy protection the screen's cable must have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Hdcp {
    /// None is required.
    #[default]
    None,
    /// HDCP 1.
    V1,
    /// HDCP 2.
    V2,
}

impl Hdcp {
    /// All of them, under their names.
    pub const ALL: [(&str, Self); 3] = [("HDCP_NONE", Self::None), ("HDCP_V1", Self::V1), ("HDCP_V2", Self::V2)];

    /// The name in the message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "HDCP_NONE",
            Self::V1 => "HDCP_V1",
            Self::V2 => "HDCP_V2",
        }
    }
}

/// What a client must be able to do to get the key of a track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentKeySpec {
    /// Name of the track type: `SD`, `HD`, `AUDIO`, …
    pub track_type: Option<String>,
    /// Which key is meant.
    pub key_id: Option<String>,
    /// How robust the client must be, 1 (software) to 5 (the whole path in hardware). The SDK did not check it.
    pub security_level: Option<i32>,
    /// What the output must be protected with.
    pub required_output_protection: Option<Hdcp>,
    /// Further members, as they came.
    pub other: Object,
}

/// The licence template for Widevine. Everything may be absent: `{}` means the defaults of the licence service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WidevineMessage {
    /// Which keys the licence holds.
    pub allowed_track_types: Option<AllowedTrackTypes>,
    /// The same, track by track.
    pub content_key_specs: Option<Vec<ContentKeySpec>>,
    /// A free object for the licence service: `can_play`, `license_duration_seconds`, …
    pub policy_overrides: Option<Object>,
    /// Further members of the message (`payload`, `content_id`, `provider`, …), as they came.
    pub other: Object,
}

impl WidevineMessage {
    /// Writes the message as the .NET SDK did: compact, members in its order and then the further ones, absent ones left out.
    ///
    /// # Errors
    /// `widevine.bad_value` where one of the further members has a name of the message's own.
    pub fn to_json(&self) -> Result<SecretText> {
        let mut members = Object::new();
        push(&mut members, "allowed_track_types", self.allowed_track_types.map(|types| Json::text(types.name())));
        let specs = self.content_key_specs.as_deref().map(|specs| specs.iter().map(write_spec).collect::<Result<_>>());
        push(&mut members, "content_key_specs", specs.transpose()?.map(Json::List));
        push(&mut members, "policy_overrides", self.policy_overrides.clone().map(Json::Object));
        with_others(members, &read::MEMBERS, &self.other).map(|message| message.to_text())
    }
}

fn write_spec(spec: &ContentKeySpec) -> Result<Json> {
    let mut members = Object::new();
    push(&mut members, "track_type", spec.track_type.as_deref().map(Json::text));
    push(&mut members, "key_id", spec.key_id.as_deref().map(Json::text));
    push(&mut members, "security_level", spec.security_level.map(Json::number));
    let protection = spec.required_output_protection.map(|hdcp| Json::object([("hdcp", Json::text(hdcp.name()))]));
    push(&mut members, "required_output_protection", protection);
    with_others(members, &read::SPEC_MEMBERS, &spec.other)
}

fn push(members: &mut Object, name: &str, value: Option<Json>) {
    members.extend(value.map(|value| (name.to_owned(), value)));
}

/// Adds the further members. Readers find names in any letter case, so none may stand twice that way.
fn with_others(mut members: Object, own: &[&str], others: &Object) -> Result<Json> {
    for (name, value) in others {
        let taken = members.iter().map(|(taken, _)| taken.as_str()).chain(own.iter().copied());
        if taken.into_iter().any(|taken| taken.eq_ignore_ascii_case(name)) {
            let why = "a further member has a name that the message has already";
            return Err(Error::new(ErrorCode::WidevineBadValue, why).at(name.as_str()));
        }
        members.push((name.clone(), value.clone()));
    }
    Ok(Json::Object(members))
}
