//! Reading the XML of any writer: .NET's, PHP's, Java's, and what the documentation's link sweep made of it.
//!
//! The old .NET reader was particular about order and silently skipped what came too late. This one finds each
//! element wherever it stands and reports, as a finding, everything that the old reader would have treated otherwise.

use super::{NAMESPACE, TokenClaim, TokenRestriction, TokenType, VerificationKey};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::secret::SecretBytes;
use crate::xml::{Document, Element, Limits, SCHEMA_INSTANCE};

/// A sweep that turned `http` into `https` went over the published documentation and its namespaces.
const SWEPT_SCHEMA_INSTANCE: &str = "https://www.w3.org/2001/XMLSchema-instance";
/// Element order of the .NET serializer, which is alphabetical.
const ORDER: [&str; 7] = [
    "AlternateVerificationKeys",
    "Audience",
    "Issuer",
    "OpenIdConnectDiscoveryDocument",
    "PrimaryVerificationKey",
    "RequiredClaims",
    "TokenType",
];

/// Reads a TokenRestrictionTemplate and says what had to be mended.
///
/// # Errors
/// `xml.*`; `token_restriction.*` with the element's path and position.
pub fn read_token_restriction(xml: &str) -> Result<(TokenRestriction, Vec<Finding>)> {
    let document = Document::parse(xml.trim_start_matches('\u{FEFF}'), Limits::POLICY)?;
    let mut reader = Reader { document: &document, findings: Vec::new() };
    if xml.starts_with('\u{FEFF}') {
        reader.note(
            "token_restriction.byte_order_mark",
            document.root(),
            "",
            "the text begins with a byte order mark, which the old service refused",
            "remove it",
        );
    }
    let restriction = reader.read_root()?;
    Ok((restriction, reader.findings))
}

struct Reader<'a> {
    document: &'a Document<'a>,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn read_root(&mut self) -> Result<TokenRestriction> {
        let root = self.document.root();
        if root.name() != "TokenRestrictionTemplate" || !is_our_namespace(root.namespace()) {
            return Err(self.refuse(
                ErrorCode::TokenRestrictionWrongRoot,
                root,
                root.name(),
                format!("this is not a token restriction: expected the element TokenRestrictionTemplate in the namespace {NAMESPACE}"),
            ));
        }
        if root.namespace() != NAMESPACE {
            self.note(
                "token_restriction.https_namespace",
                root,
                root.name(),
                "the namespace is spelt with https, which the old service refused",
                "write http://schemas.microsoft.com/…",
            );
        }
        self.check_order(root);

        let restriction = TokenRestriction {
            alternate_verification_keys: self.read_alternates(root)?,
            audience: self.required_text(root, "Audience")?,
            issuer: self.required_text(root, "Issuer")?,
            open_id_discovery_uri: self.read_discovery(root)?,
            primary_verification_key: match self.child(root, "PrimaryVerificationKey") {
                Some(key) if !self.is_nil(key) => Some(self.read_key(key, "PrimaryVerificationKey")?),
                _ => None,
            },
            required_claims: self.read_claims(root)?,
            token_type: self.read_token_type(root)?,
        };
        if restriction.primary_verification_key.is_none() && restriction.open_id_discovery_uri.is_none() {
            return Err(self.refuse(
                ErrorCode::TokenRestrictionNoKeyAndNoDiscovery,
                root,
                "PrimaryVerificationKey",
                "there is neither a PrimaryVerificationKey nor an OpenIdConnectDiscoveryDocument: no token could ever be verified",
            ));
        }
        Ok(restriction)
    }

    fn read_token_type(&mut self, root: &'a Element<'a>) -> Result<TokenType> {
        let Some(element) = self.child(root, "TokenType") else { return Ok(TokenType::Swt) };
        match element.text() {
            "Undefined" => Ok(TokenType::Swt),
            name => TokenType::from_name(name).ok_or_else(|| {
                self.refuse(
                    ErrorCode::TokenRestrictionUnknownTokenType,
                    element,
                    "TokenType",
                    "the token type must be SWT or JWT, in capitals",
                )
            }),
        }
    }

    fn read_discovery(&mut self, root: &'a Element<'a>) -> Result<Option<String>> {
        const DOCUMENT: &str = "OpenIdConnectDiscoveryDocument";
        let Some(document) = self.child(root, DOCUMENT).filter(|element| !self.is_nil(element)) else {
            return Ok(None);
        };
        let path = "OpenIdConnectDiscoveryDocument.OpenIdDiscoveryUri";
        let uri = document
            .children()
            .iter()
            .find(|child| child.name() == "OpenIdDiscoveryUri")
            .map(|uri| uri.text().to_owned());
        match uri.filter(|uri| !uri.is_empty()) {
            None => Err(self.refuse(
                ErrorCode::TokenRestrictionEmptyValue,
                document,
                path,
                "the discovery document has no address",
            )),
            Some(uri) if !super::is_absolute_uri(&uri) => Err(self.refuse(
                ErrorCode::TokenRestrictionNotAnAbsoluteUri,
                document,
                path,
                "the address of the discovery document must be an absolute URI",
            )),
            Some(uri) => Ok(Some(uri)),
        }
    }

    fn read_alternates(&mut self, root: &'a Element<'a>) -> Result<Vec<VerificationKey>> {
        const LIST: &str = "AlternateVerificationKeys";
        let Some(list) = self.child(root, LIST) else { return Ok(Vec::new()) };
        let items = list.children().iter().filter(|item| item.name() == "TokenVerificationKey" && !self.is_nil(item));
        let items: Vec<_> = items.enumerate().collect();
        items.into_iter().map(|(index, item)| self.read_key(item, &format!("{LIST}[{index}]"))).collect()
    }

    fn read_key(&mut self, element: &Element<'a>, path: &str) -> Result<VerificationKey> {
        let kind = self.type_attribute(element, path).ok_or_else(|| {
            self.refuse(
                ErrorCode::TokenRestrictionUnknownKeyType,
                element,
                path,
                "the key has no known i:type: expected SymmetricVerificationKey, X509CertTokenVerificationKey or RsaTokenVerificationKey",
            )
        })?;
        let body_name = if kind == "SymmetricVerificationKey" { "KeyValue" } else { "RawBody" };
        let path = format!("{path}.{body_name}");
        let body = element
            .children()
            .iter()
            .find(|child| child.name() == body_name && is_our_namespace(child.namespace()))
            .ok_or_else(|| {
                self.refuse(
                    ErrorCode::TokenRestrictionMissingElement,
                    element,
                    &path,
                    format!("the key has no {body_name}"),
                )
            })?;
        let bytes = self.base64(body, &path)?;
        Ok(match kind {
            "SymmetricVerificationKey" => VerificationKey::Symmetric(bytes),
            "X509CertTokenVerificationKey" => VerificationKey::X509 { raw_body: bytes.expose().to_vec() },
            _ => VerificationKey::Rsa { raw_body: bytes.expose().to_vec() },
        })
    }

    /// The value of `i:type`, if it names a kind of key: by namespace, whatever the prefixes are.
    fn type_attribute(&mut self, element: &Element<'a>, path: &str) -> Option<&'static str> {
        const KINDS: [&str; 3] =
            ["SymmetricVerificationKey", "X509CertTokenVerificationKey", "RsaTokenVerificationKey"];
        let attribute = match element.attribute(SCHEMA_INSTANCE, "type") {
            Some(attribute) => attribute,
            None => {
                let swept = element.attribute(SWEPT_SCHEMA_INSTANCE, "type")?;
                self.note_swept_namespace(element, path);
                swept
            }
        };
        let local = attribute.value.rsplit(':').next().unwrap_or_default();
        KINDS.into_iter().find(|kind| *kind == local && is_our_namespace(&attribute.value_namespace))
    }

    fn read_claims(&mut self, root: &'a Element<'a>) -> Result<Vec<TokenClaim>> {
        const LIST: &str = "RequiredClaims";
        let Some(list) = self.child(root, LIST) else { return Ok(Vec::new()) };
        let items = list.children().iter().filter(|item| item.name() == "TokenClaim" && !self.is_nil(item));
        let items: Vec<_> = items.enumerate().collect();
        items.into_iter().map(|(index, item)| self.read_claim(item, &format!("{LIST}[{index}]"))).collect()
    }

    fn read_claim(&mut self, element: &Element<'a>, path: &str) -> Result<TokenClaim> {
        let claim_type =
            element.children().iter().find(|child| child.name() == "ClaimType").map(|child| child.text().to_owned());
        let claim_type = claim_type.ok_or_else(|| {
            self.refuse(
                ErrorCode::TokenRestrictionMissingElement,
                element,
                &format!("{path}.ClaimType"),
                "the claim has no ClaimType",
            )
        })?;
        let value = element.children().iter().find(|child| child.name() == "ClaimValue");
        let value = value.filter(|value| !self.is_nil(value)).map(|value| value.text().to_owned());
        Ok(TokenClaim { claim_type, value })
    }

    fn required_text(&mut self, root: &'a Element<'a>, name: &'static str) -> Result<String> {
        let element = self.child(root, name).ok_or_else(|| {
            self.refuse(ErrorCode::TokenRestrictionMissingElement, root, name, format!("the element {name} is missing"))
        })?;
        if self.is_nil(element) || element.text().is_empty() {
            return Err(self.refuse(ErrorCode::TokenRestrictionEmptyValue, element, name, format!("{name} is empty")));
        }
        Ok(element.text().to_owned())
    }

    /// Base64 with white space anywhere, as XML Schema allows it.
    fn base64(&self, element: &Element<'a>, path: &str) -> Result<SecretBytes> {
        let text = element.text();
        let decoded = if text.contains(|c: char| c.is_ascii_whitespace()) {
            let mut compact = crate::secret::SecretText::new();
            text.split_ascii_whitespace().for_each(|piece| compact.push_str(piece));
            SecretBytes::from_base64(compact.expose())
        } else {
            SecretBytes::from_base64(text)
        };
        if self.is_nil(element) {
            return Err(self.refuse(ErrorCode::TokenRestrictionBadValue, element, path, "the key is nil"));
        }
        decoded.map_err(|error| {
            self.refuse(ErrorCode::TokenRestrictionBadValue, element, path, error.message().to_owned())
        })
    }

    /// The first child of that name; a second one is noted.
    fn child(&mut self, parent: &'a Element<'a>, name: &str) -> Option<&'a Element<'a>> {
        let mut matching =
            parent.children().iter().filter(|child| child.name() == name && is_our_namespace(child.namespace()));
        let first = matching.next();
        if let Some(second) = matching.next() {
            self.note(
                "token_restriction.duplicate_element",
                second,
                name,
                "the element stands twice; the first one counts",
                "remove the second",
            );
        }
        first
    }

    fn check_order(&mut self, root: &'a Element<'a>) {
        let mut furthest = 0;
        for child in root.children() {
            match ORDER.iter().position(|name| *name == child.name() && is_our_namespace(child.namespace())) {
                Some(place) if place < furthest => self.note(
                    "token_restriction.out_of_order",
                    child,
                    child.name(),
                    "the element stands too late: the old .NET reader skipped it silently or refused the document",
                    "put the elements in alphabetical order",
                ),
                Some(place) => furthest = place,
                None => self.note(
                    "token_restriction.unknown_element",
                    child,
                    child.name(),
                    "nothing reads this element",
                    "remove it",
                ),
            }
        }
    }

    fn is_nil(&self, element: &Element<'_>) -> bool {
        [SCHEMA_INSTANCE, SWEPT_SCHEMA_INSTANCE]
            .iter()
            .filter_map(|namespace| element.attribute(namespace, "nil"))
            .any(|attribute| matches!(attribute.value.trim(), "true" | "1"))
    }

    fn note_swept_namespace(&mut self, element: &Element<'_>, path: &str) {
        let code = "token_restriction.https_schema_instance";
        if self.findings.iter().all(|finding| finding.code != code) {
            self.note(code, element, path, "the prefix of i:type is bound to https://www.w3.org/…, a slip of the published documentation: the old service saw no key type and refused the document", "write http://www.w3.org/2001/XMLSchema-instance");
        }
    }

    fn note(&mut self, code: &'static str, element: &Element<'_>, path: &str, why: &'static str, fix: &'static str) {
        let mut finding = Finding::new(code, Severity::Warning, path, why).fix(fix);
        finding.position = Some(self.document.position(element));
        self.findings.push(finding);
    }

    fn refuse(
        &self,
        code: ErrorCode,
        element: &Element<'_>,
        path: &str,
        why: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Error {
        Error::new(code, why).at(path).at_position(self.document.position(element))
    }
}

fn is_our_namespace(namespace: &str) -> bool {
    namespace == NAMESPACE
        || namespace.strip_prefix("https").is_some_and(|rest| NAMESPACE.strip_prefix("http") == Some(rest))
}
