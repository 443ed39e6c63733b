//! Reading v3's JSON.

use super::fairplay::{FairPlay, FairPlayKeys, FairPlaySecrets, OfflineRental, RentalType};
use super::from_v2::widevine;
use super::write::{TYPE, short_type};
use super::{Configuration, Policy, PolicyOption, playready_read};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::json::{Codes, Json, Members, Names};
use crate::policy::{Restriction, TokenClaim, TokenRestriction, TokenType, VerificationKey};
use crate::secret::{SecretBytes, SecretText};

const CODES: Codes = Codes { missing: ErrorCode::V3MissingMember, bad: ErrorCode::V3BadValue };
const NAMES: Names = Names { unknown: "v3.unknown_member", letter_case: "v3.letter_case" };
/// What an answer has around the properties.
const RESOURCE: [&str; 6] = ["properties", "id", "name", "type", "systemData", "apiVersion"];

pub(super) fn read(json: &str) -> Result<(Policy, Vec<Finding>)> {
    read_document(&Json::parse(json, ErrorCode::V3NotJson)?)
}

pub(super) fn read_document(document: &Json) -> Result<(Policy, Vec<Finding>)> {
    let mut reader = Reader { findings: Vec::new() };
    let root = Members::of(document, "", CODES)?;
    let properties = match root.object("properties")? {
        None => root,
        Some(properties) => {
            reader.check(&root, &RESOURCE);
            properties
        }
    };
    let policy = reader.policy(&properties)?;
    Ok((policy, reader.findings))
}

/// One option by itself.
pub(super) fn read_option(document: &Json) -> Result<PolicyOption> {
    Reader { findings: Vec::new() }.option(&Members::of(document, "", CODES)?)
}

/// The restriction of an option by itself.
pub(super) fn read_restriction(document: &Json) -> Result<Restriction> {
    Reader { findings: Vec::new() }.restriction(&Members::of(document, "", CODES)?)
}

pub(super) struct Reader {
    findings: Vec<Finding>,
}

impl Reader {
    fn policy(&mut self, properties: &Members<'_>) -> Result<Policy> {
        self.check(properties, &["policyId", "created", "lastModified", "description", "options"]);
        if properties.list("options")?.is_none() {
            return Err(properties.missing("options"));
        }
        let options = properties.objects("options")?;
        Ok(Policy {
            description: properties.text("description")?.map(str::to_owned),
            options: options.iter().map(|option| self.option(option)).collect::<Result<_>>()?,
        })
    }

    fn option(&mut self, option: &Members<'_>) -> Result<PolicyOption> {
        self.check(option, &["policyOptionId", "name", "configuration", "restriction"]);
        Ok(PolicyOption {
            name: option.text("name")?.map(str::to_owned),
            configuration: self.configuration(&option.required_object("configuration")?)?,
            restrictions: vec![self.restriction(&option.required_object("restriction")?)?],
        })
    }

    fn configuration(&mut self, members: &Members<'_>) -> Result<Configuration> {
        match kind(members)? {
            "ClearKeyConfiguration" => {
                self.check(members, &[TYPE]);
                Ok(Configuration::ClearKey)
            }
            "WidevineConfiguration" => {
                self.check(members, &[TYPE, "widevineTemplate"]);
                let template = members.required_text("widevineTemplate")?;
                Ok(widevine(template, &members.path("widevineTemplate"), &mut self.findings))
            }
            "PlayReadyConfiguration" => {
                playready_read::read(self, members).map(|read| Configuration::PlayReady(Box::new(read)))
            }
            "FairPlayConfiguration" => self.fairplay(members).map(|read| Configuration::FairPlay(Box::new(read))),
            _ => Err(unknown_type(members, "ClearKey, Widevine, PlayReady or FairPlayConfiguration")),
        }
    }

    fn fairplay(&mut self, members: &Members<'_>) -> Result<FairPlay> {
        const SECRETS: [&str; 3] = ["ask", "fairPlayPfxPassword", "fairPlayPfx"];
        const OTHERS: [&str; 4] = [TYPE, "rentalAndLeaseKeyType", "rentalDuration", "offlineRentalConfiguration"];
        self.check(members, &OTHERS.into_iter().chain(SECRETS).collect::<Vec<_>>());
        for name in SECRETS {
            if members.text(name)?.unwrap_or_default().is_empty() {
                self.blank(members.path(name));
            }
        }
        let pfx_password = SecretText::copied(members.text("fairPlayPfxPassword")?.unwrap_or_default());
        let ask = members.base64("ask")?.unwrap_or_default();
        let rental = members.choice("rentalAndLeaseKeyType", &RentalType::ALL)?;
        Ok(FairPlay {
            keys: FairPlayKeys::Embedded(FairPlaySecrets { ask, pfx_password }),
            pfx: members.base64("fairPlayPfx")?.unwrap_or_default(),
            content_encryption_iv: None,
            rental_type: rental.ok_or_else(|| members.missing("rentalAndLeaseKeyType"))?,
            rental_duration: members.integer("rentalDuration")?.unwrap_or_default(),
            offline_rental: self.offline_rental(members)?,
        })
    }

    fn offline_rental(&mut self, members: &Members<'_>) -> Result<Option<OfflineRental>> {
        let Some(rental) = members.object("offlineRentalConfiguration")? else { return Ok(None) };
        self.check(&rental, &["playbackDurationSeconds", "storageDurationSeconds"]);
        let seconds = |name: &str| rental.integer(name)?.ok_or_else(|| rental.missing(name));
        Ok(Some(OfflineRental {
            playback_duration_seconds: seconds("playbackDurationSeconds")?,
            storage_duration_seconds: seconds("storageDurationSeconds")?,
        }))
    }

    fn restriction(&mut self, members: &Members<'_>) -> Result<Restriction> {
        match kind(members)? {
            "OpenRestriction" => {
                self.check(members, &[TYPE]);
                Ok(Restriction::Open)
            }
            "TokenRestriction" => self.token(members).map(|token| Restriction::Token(Box::new(token))),
            _ => Err(unknown_type(members, "Open or TokenRestriction")),
        }
    }

    fn token(&mut self, members: &Members<'_>) -> Result<TokenRestriction> {
        const TOKEN_TYPES: [(&str, TokenType); 2] = [("Swt", TokenType::Swt), ("Jwt", TokenType::Jwt)];
        const KEYS: [&str; 2] = ["primaryVerificationKey", "alternateVerificationKeys"];
        const OTHERS: [&str; 6] =
            [TYPE, "issuer", "audience", "requiredClaims", "restrictionTokenType", "openIdConnectDiscoveryDocument"];
        self.check(members, &OTHERS.into_iter().chain(KEYS).collect::<Vec<_>>());
        let token_type = members.choice("restrictionTokenType", &TOKEN_TYPES)?;
        let primary = members.object("primaryVerificationKey")?;
        let discovery = members.text("openIdConnectDiscoveryDocument")?.filter(|text| !text.is_empty());
        if primary.is_none() && discovery.is_none() {
            return Err(members.missing("primaryVerificationKey"));
        }
        let alternates = members.objects("alternateVerificationKeys")?;
        let claims = members.objects("requiredClaims")?;
        Ok(TokenRestriction {
            token_type: token_type.ok_or_else(|| members.missing("restrictionTokenType"))?,
            issuer: members.required_text("issuer")?.to_owned(),
            audience: members.required_text("audience")?.to_owned(),
            primary_verification_key: primary.map(|key| self.key(&key)).transpose()?,
            alternate_verification_keys: alternates.iter().map(|key| self.key(key)).collect::<Result<_>>()?,
            required_claims: claims.iter().map(|claim| self.claim(claim)).collect::<Result<_>>()?,
            open_id_discovery_uri: discovery.map(str::to_owned),
        })
    }

    fn claim(&mut self, members: &Members<'_>) -> Result<TokenClaim> {
        self.check(members, &["claimType", "claimValue"]);
        Ok(TokenClaim {
            claim_type: members.required_text("claimType")?.to_owned(),
            value: members.text("claimValue")?.map(str::to_owned),
        })
    }

    fn key(&mut self, members: &Members<'_>) -> Result<VerificationKey> {
        let required = |name: &str| members.base64(name)?.ok_or_else(|| members.missing(name));
        match kind(members)? {
            "SymmetricTokenKey" => {
                self.check(members, &[TYPE, "keyValue"]);
                let key: SecretBytes = members.base64("keyValue")?.unwrap_or_default();
                if key.is_empty() {
                    self.blank(members.path("keyValue"));
                }
                Ok(VerificationKey::Symmetric(key))
            }
            "X509CertificateTokenKey" => {
                self.check(members, &[TYPE, "rawBody"]);
                Ok(VerificationKey::X509 { raw_body: required("rawBody")?.expose().to_vec() })
            }
            "RsaTokenKey" => {
                self.check(members, &[TYPE, "exponent", "modulus"]);
                let (modulus, exponent) = (required("modulus")?, required("exponent")?);
                Ok(VerificationKey::from_rsa_numbers(modulus.expose(), exponent.expose()))
            }
            _ => Err(unknown_type(members, "Symmetric, Rsa or X509CertificateTokenKey")),
        }
    }

    /// Reports names that nothing reads: they would be lost without a word.
    pub(super) fn check(&mut self, members: &Members<'_>, known: &[&str]) {
        members.check_names(known, NAMES, &mut self.findings);
    }

    pub(super) fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn blank(&mut self, path: String) {
        let why = "the secret is left out, as the service answers unless it is asked for secrets";
        let fix = "ask for the policy with getPolicyPropertiesWithSecrets";
        self.note(Finding::new("v3.secret_missing", Severity::Error, path, why).fix(fix));
    }
}

/// The short name of an object's type.
pub(super) fn kind<'j>(members: &Members<'j>) -> Result<&'j str> {
    short_type(members.required_text(TYPE)?).ok_or_else(|| unknown_type(members, "a type of content key policies"))
}

pub(super) fn unknown_type(members: &Members<'_>, expected: &str) -> Error {
    let why = format!(
        "this is not a type that can be read here: expected {expected} after #Microsoft.Media.ContentKeyPolicy"
    );
    Error::new(ErrorCode::V3UnknownType, why).at(members.path(TYPE))
}
