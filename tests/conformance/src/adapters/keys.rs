//! Content keys, checksums, certificates and wrapping.

use super::Answer;
use super::input::{FixedBytes, PlatformRng, base64, hex, list, optional_text, secret, text};
use keywicket::encoding::{base64_encode, hex_lower};
use keywicket::error::Error;
use keywicket::id::{Guid, KeyId};
use keywicket::key::{
    Certificate, ContentKey, ContentKeyEntity, ContentKeyType, OaepHash, checksum as compute, derive_content_key,
    hazmat, java_sdk_checksum, php_sdk_checksum, wrap, wrap_content_key,
};
use keywicket::secret::SecretBytes;
use serde_json::{Value, json};

pub fn checksum(input: &Value) -> Answer {
    let run = || {
        Ok::<_, Error>(base64_encode(&compute(
            KeyId::new(Guid::parse(text(input, "key_id"))?),
            &secret(input, "key_b64"),
        )?))
    };
    run().into()
}

pub fn php_checksum(input: &Value) -> Answer {
    recognised(php_sdk_checksum(text(input, "id_string"), &secret(input, "key_b64")))
}

pub fn java_checksum(input: &Value) -> Answer {
    let sum = Guid::parse(text(input, "key_id")).map(|id| java_sdk_checksum(KeyId::new(id), &secret(input, "key_b64")));
    sum.map_or_else(Answer::from, recognised)
}

fn recognised(sum: Option<[u8; 8]>) -> Answer {
    sum.map_or_else(|| Answer::Refused("key.wrong_length".to_owned()), |sum| Answer::ok(base64_encode(&sum)))
}

/// Two files spell this: base64 with a GUID, and base64 with a hexadecimal key id.
pub fn key_from_seed(input: &Value) -> Answer {
    let seed = optional_text(input, "seed_b64").or_else(|| optional_text(input, "seed_base64")).unwrap_or_default();
    let id = optional_text(input, "key_id").or_else(|| optional_text(input, "kid_hex")).unwrap_or_default();
    let key = Guid::parse(id).and_then(|id| derive_content_key(&SecretBytes::new(base64(seed)), KeyId::new(id)));
    match key {
        Ok(key) => {
            Answer::values([("ok", base64_encode(key.expose()).into()), ("key_hex", hex_lower(key.expose()).into())])
        }
        Err(error) => error.into(),
    }
}

pub fn unwrap(input: &Value) -> Answer {
    let private_key = SecretBytes::new(base64(&pem_body(text(input, "private_key_pem"))));
    let wrapped = base64(text(input, "ciphertext_b64"));
    hazmat::unwrap(&private_key, &wrapped, OaepHash::Sha1, &mut PlatformRng)
        .map(|key| base64_encode(key.expose()))
        .into()
}

fn pem_body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

pub fn certificate_facts(input: &Value) -> Answer {
    let facts = |certificate: Certificate| {
        let exponent = certificate.key().exponent().iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        json!({
            "thumbprint": certificate.thumbprint(),
            "rsa_bits": certificate.key().bits(),
            "exponent": exponent,
            "modulus_hex": hex_lower(certificate.key().modulus()),
            "not_before": iso_time(certificate.not_before()),
            "not_after": iso_time(certificate.not_after()),
            "serial_is_negative": certificate.has_negative_serial(),
            "signature_oid": certificate.signature_algorithm_oid(),
        })
    };
    Certificate::from_der(&base64(text(input, "der_b64"))).map(facts).into()
}

/// The vectors print times as ISO 8601 where the API gives seconds (days to civil date, after Howard Hinnant).
fn iso_time(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

pub fn wrap_with_seed(input: &Value) -> Answer {
    let mut seed = FixedBytes(hex(text(input, "oaep_seed_hex")));
    let mut run = || {
        let certificate = Certificate::from_der(&base64(text(input, "cert_der_b64")))?;
        Ok::<_, Error>(base64_encode(&wrap(&certificate, &secret(input, "data_b64"), OaepHash::Sha1, &mut seed)?))
    };
    run().into()
}

pub fn build(input: &Value) -> Answer {
    let tracks: Vec<String> = list(input, "tracks").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let run = || {
        let kind = ContentKeyType::from_name(text(input, "type"))?;
        let id = KeyId::new(Guid::parse(text(input, "key_id"))?);
        let key = ContentKey::new(kind, id, secret(input, "key_b64"))?;
        let certificate = Certificate::from_der(&base64(text(input, "protection_cert_der_b64")))?;
        wrap_content_key(&key, &certificate, text(input, "name"), &tracks, OaepHash::Sha1, &mut PlatformRng)
    };
    run().map(write_entity).into()
}

fn write_entity(entity: ContentKeyEntity) -> Value {
    json!({
        "Id": entity.id,
        "ContentKeyType": entity.content_key_type,
        "ProtectionKeyId": entity.protection_key_id,
        "ProtectionKeyType": entity.protection_key_type,
        "Name": entity.name,
        "Checksum": entity.checksum,
        "TrackIdentifiers": entity.track_identifiers,
    })
}
