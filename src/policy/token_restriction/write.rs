//! The XML as the .NET SDK wrote it: alphabetical elements, nil where there is nothing.

use super::{Form, NAMESPACE, TokenRestriction, VerificationKey};
use crate::secret::SecretText;
use crate::xml::{SCHEMA_INSTANCE, Writer};

pub(super) fn write(restriction: &TokenRestriction, form: Form) -> SecretText {
    let mut xml = Writer::new();
    xml.open("TokenRestrictionTemplate", &format!(r#"xmlns:i="{SCHEMA_INSTANCE}" xmlns="{NAMESPACE}""#));
    write_alternates(&mut xml, &restriction.alternate_verification_keys);
    xml.text("Audience", &form.uri_text(&restriction.audience));
    xml.text("Issuer", &form.uri_text(&restriction.issuer));
    if form == Form::Current || restriction.open_id_discovery_uri.is_some() {
        write_discovery(&mut xml, restriction.open_id_discovery_uri.as_deref());
    }
    match &restriction.primary_verification_key {
        Some(key) => write_key(&mut xml, "PrimaryVerificationKey", key),
        None => xml.nil("PrimaryVerificationKey"),
    }
    write_claims(&mut xml, restriction);
    if form != Form::Sdk30 {
        xml.text("TokenType", restriction.token_type.name());
    }
    xml.close("TokenRestrictionTemplate");
    xml.finish()
}

fn write_alternates(xml: &mut Writer, keys: &[VerificationKey]) {
    const LIST: &str = "AlternateVerificationKeys";
    if keys.is_empty() {
        return xml.empty(LIST, "");
    }
    xml.open(LIST, "");
    for key in keys {
        write_key(xml, "TokenVerificationKey", key);
    }
    xml.close(LIST);
}

fn write_key(xml: &mut Writer, element: &str, key: &VerificationKey) {
    xml.open(element, &format!(r#"i:type="{}""#, key.type_name()));
    let body = if matches!(key, VerificationKey::Symmetric(_)) { "KeyValue" } else { "RawBody" };
    xml.base64(body, key.body());
    xml.close(element);
}

fn write_discovery(xml: &mut Writer, uri: Option<&str>) {
    const DOCUMENT: &str = "OpenIdConnectDiscoveryDocument";
    match uri {
        Some(uri) => {
            xml.open(DOCUMENT, "");
            xml.text("OpenIdDiscoveryUri", uri);
            xml.close(DOCUMENT);
        }
        None => xml.nil(DOCUMENT),
    }
}

fn write_claims(xml: &mut Writer, restriction: &TokenRestriction) {
    const LIST: &str = "RequiredClaims";
    if restriction.required_claims.is_empty() {
        return xml.empty(LIST, "");
    }
    xml.open(LIST, "");
    for claim in &restriction.required_claims {
        xml.open("TokenClaim", "");
        xml.text("ClaimType", &claim.claim_type);
        match &claim.value {
            Some(value) => xml.text("ClaimValue", value),
            None => xml.nil("ClaimValue"),
        }
        xml.close("TokenClaim");
    }
    xml.close(LIST);
}
