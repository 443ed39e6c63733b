//! An option of a v2 policy as the REST API has it: numbers and texts.

use crate::error::{Error, ErrorCode, Result};
use crate::json::{Codes, Json, Members, Object};
use crate::secret::SecretText;

const CODES: Codes = Codes { missing: ErrorCode::EntityInvalid, bad: ErrorCode::EntityInvalid };
/// What an answer of the service has beside the members that count.
const ANSWERED: [&str; 5] = ["odata.metadata", "odata.type", "__metadata", "Created", "LastModified"];

/// An option of a v2 policy. Its texts may hold keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct V2Option {
    /// `nb:ckpoid:UUID:…`
    pub id: Option<String>,
    /// Friendly name.
    pub name: Option<String>,
    /// 1 PlayReady licence, 2 the key itself, 3 Widevine, 4 FairPlay.
    pub key_delivery_type: u8,
    /// The licence template.
    pub key_delivery_configuration: Option<SecretText>,
    /// What must hold, all of it.
    pub restrictions: Vec<V2Restriction>,
}

/// A restriction of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct V2Restriction {
    /// Friendly name.
    pub name: Option<String>,
    /// 0 open, 1 by token, 2 by address.
    pub key_restriction_type: u8,
    /// The token restriction XML, or a list of networks.
    pub requirements: Option<SecretText>,
}

impl V2Option {
    /// Reads the JSON of an option entity.
    ///
    /// # Errors
    /// `entity.not_json`; `entity.invalid` for missing, unknown and ill-typed members.
    pub fn from_json(json: &str) -> Result<Self> {
        Self::read(&Json::parse(json, ErrorCode::EntityNotJson)?, "")
    }

    /// Reads the JSON of an option entity, or of a list of them.
    ///
    /// # Errors
    /// As [`V2Option::from_json`].
    pub fn list_from_json(json: &str) -> Result<Vec<Self>> {
        Self::list_from(&Json::parse(json, ErrorCode::EntityNotJson)?)
    }

    pub(super) fn list_from(json: &Json) -> Result<Vec<Self>> {
        match json {
            Json::List(items) => {
                items.iter().enumerate().map(|(index, item)| Self::read(item, &format!("[{index}]"))).collect()
            }
            option => Ok(vec![Self::read(option, "")?]),
        }
    }

    fn read(json: &Json, path: &str) -> Result<Self> {
        let members = Members::of(json, path, CODES)?;
        let known = ["Id", "Name", "KeyDeliveryType", "KeyDeliveryConfiguration", "Restrictions"];
        refuse_strangers(&members, &known.into_iter().chain(ANSWERED).collect::<Vec<_>>())?;
        if members.list("Restrictions")?.is_none() {
            return Err(members.missing("Restrictions"));
        }
        Ok(Self {
            id: members.text("Id")?.map(str::to_owned),
            name: members.text("Name")?.map(str::to_owned),
            key_delivery_type: number(&members, "KeyDeliveryType")?,
            key_delivery_configuration: members.text("KeyDeliveryConfiguration")?.map(SecretText::copied),
            restrictions: members.objects("Restrictions")?.iter().map(V2Restriction::read).collect::<Result<_>>()?,
        })
    }

    /// The JSON of the entity, members in wire order.
    #[must_use]
    pub fn to_json(&self) -> SecretText {
        self.json().to_text()
    }

    pub(super) fn json(&self) -> Json {
        let restriction = |restriction: &V2Restriction| {
            Json::object([
                ("Name", optional(restriction.name.as_deref())),
                ("KeyRestrictionType", Json::number(restriction.key_restriction_type)),
                ("Requirements", optional(restriction.requirements.as_ref().map(SecretText::expose))),
            ])
        };
        let mut members = Object::new();
        members.extend(self.id.as_deref().map(|id| ("Id".to_owned(), Json::text(id))));
        members.extend(
            [
                ("Name", optional(self.name.as_deref())),
                ("KeyDeliveryType", Json::number(self.key_delivery_type)),
                (
                    "KeyDeliveryConfiguration",
                    optional(self.key_delivery_configuration.as_ref().map(SecretText::expose)),
                ),
                ("Restrictions", Json::List(self.restrictions.iter().map(restriction).collect())),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Json::Object(members)
    }
}

impl V2Restriction {
    fn read(members: &Members<'_>) -> Result<Self> {
        refuse_strangers(members, &["Name", "KeyRestrictionType", "Requirements"])?;
        Ok(Self {
            name: members.text("Name")?.map(str::to_owned),
            key_restriction_type: number(members, "KeyRestrictionType")?,
            requirements: members.text("Requirements")?.map(SecretText::copied),
        })
    }
}

fn refuse_strangers(members: &Members<'_>, known: &[&str]) -> Result<()> {
    match members.strangers(known).next() {
        None => Ok(()),
        Some((name, _)) => {
            let why = format!("the entity has no such member: expected {}", known.join(", "));
            Err(Error::new(ErrorCode::EntityInvalid, why).at(members.path(name)))
        }
    }
}

fn number(members: &Members<'_>, name: &str) -> Result<u8> {
    members.integer(name)?.ok_or_else(|| members.missing(name))
}

fn optional(text: Option<&str>) -> Json {
    text.map_or(Json::Null, Json::text)
}
