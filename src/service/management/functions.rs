//! The functions of the REST API.

use super::refusal::Refusal;
use crate::json::Json;
use crate::service::deliver::Caches;
use crate::service::platform::Platform;
use crate::service::settings::Settings;

/// A function, by its name in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    GetKeyDeliveryUrl,
    GetProtectionKeyId,
    GetProtectionKey,
    RebindContentKey,
    RaiseEpoch,
    Epoch,
}

/// A function and what it is called on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Unbound(Function),
    Key(Function, String),
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Text(String),
}

impl Function {
    const ALL: [(&str, Self); 6] = [
        ("GetKeyDeliveryUrl", Self::GetKeyDeliveryUrl),
        ("GetProtectionKeyId", Self::GetProtectionKeyId),
        ("GetProtectionKey", Self::GetProtectionKey),
        ("RebindContentKey", Self::RebindContentKey),
        ("RaiseEpoch", Self::RaiseEpoch),
        ("Epoch", Self::Epoch),
    ];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, function)| function)
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, function)| *function == self).map_or("", |(name, _)| name)
    }

    pub(super) const fn methods(self) -> &'static [&'static str] {
        match self {
            Self::GetKeyDeliveryUrl | Self::RaiseEpoch => &["POST"],
            Self::GetProtectionKeyId | Self::GetProtectionKey | Self::RebindContentKey | Self::Epoch => &["GET"],
        }
    }
}

/// Calls a function.
pub(super) async fn call<P: Platform>(
    _settings: &Settings,
    _caches: &Caches,
    _platform: &P,
    target: Target,
    _query: &str,
    _body: &Json,
) -> Result<Answer, Refusal> {
    match target {
        Target::Unbound(function) => Ok(Answer::Text(function.name().to_owned())),
        Target::Key(function, id) => Ok(Answer::Text(format!("{} {id}", function.name()))),
    }
}
