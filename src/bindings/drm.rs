//! Widevine messages and FairPlay configurations for JavaScript. The message crosses as JSON text, which it is on the wire.

use super::id::key_id;
use super::read::{self, MAX_DOCUMENT, Members, Result};
use super::write;
use crate::encoding::hex_upper;
use crate::error::{Error, ErrorCode};
use crate::policy::fairplay::{
    FairPlayConfiguration, RentalAndLeaseKeyType, parse_fairplay_iv, read_fairplay_configuration as read_fairplay,
};
use crate::policy::widevine::read_widevine_message as read_widevine;
use crate::secret::{SecretBytes, SecretText};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(js_name = buildWidevineMessage)]
pub fn build_widevine_message(message: JsValue) -> Result<JsValue> {
    let json = SecretText::from_string(read::text(&message, "message", MAX_DOCUMENT)?);
    let (message, findings) = read_widevine(json.expose()).map_err(|error| error.within("message"))?;
    // What a reader only reports is a mistake in what somebody is writing.
    let misspelt = findings
        .iter()
        .find(|finding| finding.code == "widevine.unknown_member" || finding.code == "widevine.letter_case");
    if let Some(finding) = misspelt {
        let why =
            finding.fix.as_ref().map_or_else(|| finding.why.clone(), |fix| format!("{}: {fix}", finding.why).into());
        return Err(Error::new(ErrorCode::ArgumentUnknownMember, why).at(format!("message.{}", finding.path)).into());
    }
    Ok(write::secret_text(&message.to_json().map_err(|error| error.within("message"))?))
}

#[wasm_bindgen(js_name = readWidevineMessage)]
pub fn read_widevine_message(json: JsValue) -> Result<JsValue> {
    let json = SecretText::from_string(read::text(&json, "json", MAX_DOCUMENT)?);
    let (message, findings) = read_widevine(json.expose())?;
    Ok(write::Members::new()
        .set("message", write::secret_text(&message.to_json()?))
        .set("findings", write::list(findings, write::finding))
        .finish())
}

#[wasm_bindgen(js_name = buildFairPlayConfiguration)]
pub fn build_fairplay_configuration(configuration: JsValue) -> Result<JsValue> {
    const KNOWN: [&str; 6] =
        ["askId", "pfxPasswordId", "pfx", "contentEncryptionIV", "rentalAndLeaseKeyType", "rentalDuration"];
    let members = Members::of(&configuration, "configuration", &KNOWN)?;
    let pfx = SecretBytes::new(members.bytes("pfx")?);
    let id = |name: &str| Ok::<_, JsValue>(key_id(&members.required(name)?, &members.path(name))?.guid());
    let duration = members.optional_whole_number("rentalDuration")?.unwrap_or_default();
    let configuration = FairPlayConfiguration {
        ask_id: id("askId")?,
        pfx_password_id: id("pfxPasswordId")?,
        pfx,
        content_encryption_iv: Some(initialization_vector(&members)?),
        rental_and_lease_key_type: rental(&members)?,
        rental_duration: u32::try_from(duration).map_err(|_| {
            Error::new(ErrorCode::ArgumentOutOfRange, "a rental lasts 0 to 4294967295 seconds")
                .at(members.path("rentalDuration"))
        })?,
    };
    Ok(write::secret_text(&configuration.to_json()))
}

#[wasm_bindgen(js_name = readFairPlayConfiguration)]
pub fn read_fairplay_configuration(json: JsValue) -> Result<JsValue> {
    let json = SecretText::from_string(read::text(&json, "json", MAX_DOCUMENT)?);
    let (configuration, findings) = read_fairplay(json.expose())?;
    let members = write::Members::new()
        .set("askId", configuration.ask_id.to_string())
        .set("pfxPasswordId", configuration.pfx_password_id.to_string())
        .set("pfx", write::secret_bytes(&configuration.pfx))
        .set_some("contentEncryptionIV", configuration.content_encryption_iv.map(|iv| hex_upper(&iv)))
        .set("rentalAndLeaseKeyType", configuration.rental_and_lease_key_type.name())
        .set("rentalDuration", write::number(configuration.rental_duration.into()));
    Ok(write::Members::new()
        .set("configuration", members.finish())
        .set("findings", write::list(findings, write::finding))
        .finish())
}

/// `contentEncryptionIV`, in hexadecimal as both documents that hold it write it.
pub(super) fn initialization_vector(members: &Members) -> Result<[u8; 16]> {
    let hex = members.text("contentEncryptionIV")?;
    Ok(parse_fairplay_iv(&hex).map_err(|error| error.at(members.path("contentEncryptionIV")))?)
}

fn rental(members: &Members) -> Result<RentalAndLeaseKeyType> {
    const NAME: &str = "rentalAndLeaseKeyType";
    let Some(name) = members.optional_text(NAME)? else { return Ok(RentalAndLeaseKeyType::Undefined) };
    Ok(RentalAndLeaseKeyType::from_name(&name).ok_or_else(|| {
        let why = "expected \"Undefined\", \"PersistentUnlimited\" or \"PersistentLimited\"";
        Error::new(ErrorCode::ArgumentOutOfRange, why).at(members.path(NAME))
    })?)
}
