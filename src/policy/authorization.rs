//! Authorization policies: options are alternatives, and all restrictions of one option must hold.

use super::{IpRestriction, Reading, TokenRestriction, read_token_restriction};
use crate::error::{Error, ErrorCode, Result};

/// Conditions of one option; each may cost the reading of a token.
const MAX_RESTRICTIONS: usize = 16;

/// How a key reaches the viewer. Numbers and names are those of the REST API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyDeliveryType {
    /// 0: not at all.
    None,
    /// 1: inside a PlayReady licence.
    PlayReadyLicense,
    /// 2: the 16 bytes themselves, over HTTPS.
    BaselineHttp,
    /// 3: inside a Widevine licence.
    Widevine,
    /// 4: inside a FairPlay licence.
    FairPlay,
}

impl KeyDeliveryType {
    /// All of them, by number.
    pub const ALL: [Self; 5] = [Self::None, Self::PlayReadyLicense, Self::BaselineHttp, Self::Widevine, Self::FairPlay];

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::PlayReadyLicense => 1,
            Self::BaselineHttp => 2,
            Self::Widevine => 3,
            Self::FairPlay => 4,
        }
    }

    /// Finds a type by its number.
    ///
    /// # Errors
    /// `policy.bad_option`.
    pub fn from_number(number: u8) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|kind| kind.number() == number);
        found.ok_or_else(|| {
            Error::new(
                ErrorCode::PolicyBadOption,
                "the key delivery type is 1 (PlayReady), 2 (the key itself), 3 (Widevine) or 4 (FairPlay)",
            )
            .at("KeyDeliveryType")
        })
    }
}

/// One condition of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restriction {
    /// 0: everybody.
    Open,
    /// 1: who has a token.
    Token(Box<TokenRestriction>),
    /// 2: who asks from certain networks. Reserved in Azure Media Services; an extension here.
    Ip(IpRestriction),
}

impl Restriction {
    /// Reads a restriction as the REST API has it: a number and its requirements.
    ///
    /// # Errors
    /// `policy.bad_option` for an unknown number or missing requirements; those of the requirements' own reader.
    pub fn read(number: u8, requirements: Option<&str>) -> Result<Self> {
        let requirements = requirements.filter(|text| !text.trim().is_empty());
        let needed =
            || Error::new(ErrorCode::PolicyBadOption, "this restriction needs Requirements").at("Requirements");
        match number {
            0 => Ok(Self::Open),
            1 => {
                let (restriction, _) = read_token_restriction(requirements.ok_or_else(needed)?, Reading::Lenient)?;
                Ok(Self::Token(Box::new(restriction)))
            }
            2 => IpRestriction::parse(requirements.ok_or_else(needed)?)
                .map(Self::Ip)
                .map_err(|error| error.within("Requirements")),
            _ => {
                let why = "the restriction type is 0 (open), 1 (token) or 2 (client address)";
                Err(Error::new(ErrorCode::PolicyBadOption, why).at("KeyRestrictionType"))
            }
        }
    }
}

/// One way to get a key. There is at least one restriction: without any, "all hold" would mean nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyOption {
    key_delivery_type: KeyDeliveryType,
    restrictions: Vec<Restriction>,
}

impl PolicyOption {
    /// An option out of its parts.
    ///
    /// # Errors
    /// `policy.bad_option` without restrictions, with more than 16, or for a delivery type that delivers nothing.
    pub fn new(key_delivery_type: KeyDeliveryType, restrictions: Vec<Restriction>) -> Result<Self> {
        if key_delivery_type == KeyDeliveryType::None {
            let why = "an option that delivers nothing (0) opens nothing: expected 1, 2, 3 or 4";
            return Err(Error::new(ErrorCode::PolicyBadOption, why).at("KeyDeliveryType"));
        }
        if restrictions.len() > MAX_RESTRICTIONS {
            let why =
                format!("an option has at most {MAX_RESTRICTIONS} restrictions; this one has {}", restrictions.len());
            return Err(Error::new(ErrorCode::PolicyBadOption, why).at("Restrictions"));
        }
        if restrictions.is_empty() {
            let why = "an option needs at least one restriction: the open one (0) to let everybody in";
            return Err(Error::new(ErrorCode::PolicyBadOption, why).at("Restrictions"));
        }
        Ok(Self { key_delivery_type, restrictions })
    }

    /// How the key is delivered.
    #[must_use]
    pub const fn key_delivery_type(&self) -> KeyDeliveryType {
        self.key_delivery_type
    }

    /// What must hold, all of it.
    #[must_use]
    pub fn restrictions(&self) -> &[Restriction] {
        &self.restrictions
    }
}
