//! Reading the XML of any writer: .NET's, PHP's, Java's, and what the documentation's link sweep made of it.
//!
//! There are two ways to read and one reader. The old .NET reader went forward through the elements and silently
//! skipped what came too late; [`Reading::Strict`] does what it did. [`Reading::Lenient`] first puts the elements in
//! order and accepts two slips of the published documentation. Both report, as findings, what the other would have
//! done differently.

use super::forward_scan::{ForwardScan, Member};
use super::{NAMESPACE, TokenClaim, TokenRestriction, TokenType, VerificationKey};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::policy::reading::{Reading, SWEPT_SCHEMA_INSTANCE};
use crate::secret::{SecretBytes, SecretText};
use crate::xml::{Document, Element, Limits, SCHEMA_INSTANCE};
use std::borrow::Cow;

const MAX_FINDINGS: usize = 100;
const ALTERNATES: &str = "AlternateVerificationKeys";
const DISCOVERY: &str = "OpenIdConnectDiscoveryDocument";
const PRIMARY: &str = "PrimaryVerificationKey";
const CLAIMS: &str = "RequiredClaims";
/// Element order of the .NET serializer, which is alphabetical.
const ROOT_MEMBERS: [Member; 7] = [
    Member::optional(ALTERNATES),
    Member::required("Audience"),
    Member::required("Issuer"),
    Member::optional(DISCOVERY),
    Member::optional(PRIMARY),
    Member::optional(CLAIMS),
    Member::optional("TokenType"),
];
const CLAIM_MEMBERS: [Member; 2] = [Member::required("ClaimType"), Member::optional("ClaimValue")];

/// Reads a TokenRestrictionTemplate and says what had to be mended.
///
/// # Errors
/// `xml.*`; `token_restriction.*` with the element's path and position.
pub fn read_token_restriction(xml: &str, reading: Reading) -> Result<(TokenRestriction, Vec<Finding>)> {
    let without_mark = xml.strip_prefix('\u{FEFF}');
    if reading == Reading::Strict && without_mark.is_some() {
        return Err(Error::new(ErrorCode::XmlMalformed, "the text begins with a byte order mark")
            .at_position(crate::error::Position { line: 1, column: 1 }));
    }
    let document = Document::parse(without_mark.unwrap_or(xml), Limits::POLICY)?;
    let mut reader = Reader { document: &document, reading, findings: Vec::new() };
    if without_mark.is_some() {
        let why = "the text begins with a byte order mark, which the old service refused";
        reader.note("token_restriction.byte_order_mark", document.root(), document.root().name(), why, "remove it");
    }
    let restriction = reader.read_root()?;
    Ok((restriction, reader.findings))
}

struct Reader<'a> {
    document: &'a Document<'a>,
    reading: Reading,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn read_root(&mut self) -> Result<TokenRestriction> {
        let root = self.document.root();
        if root.name() != "TokenRestrictionTemplate" || !self.is_ours(root.namespace()) {
            let why = format!(
                "this is not a token restriction: expected the element TokenRestrictionTemplate in the namespace {NAMESPACE}"
            );
            return Err(self.refuse(ErrorCode::TokenRestrictionWrongRoot, root, root.name(), why));
        }
        if root.namespace() != NAMESPACE {
            let why = "the namespace is spelt with https, which the old service refused";
            self.note(
                "token_restriction.https_namespace",
                root,
                root.name(),
                why,
                "write http://schemas.microsoft.com/…",
            );
        }
        let (mut restriction, discovery) = self.read_members(root)?;
        // What the SDK checked once all was read.
        if restriction.primary_verification_key.is_none() && discovery.is_none() {
            let why = "there is neither a PrimaryVerificationKey nor an OpenIdConnectDiscoveryDocument: no token could ever be verified";
            return Err(self.refuse(ErrorCode::TokenRestrictionNoKeyAndNoDiscovery, root, PRIMARY, why));
        }
        restriction.open_id_discovery_uri = discovery.map(|document| self.read_discovery(document)).transpose()?;
        Ok(restriction)
    }

    /// The members, and the discovery document if there is one that is not nil: it is looked at when all is read.
    fn read_members(&mut self, root: &'a Element<'a>) -> Result<(TokenRestriction, Option<&'a Element<'a>>)> {
        let mut discovery = None;
        let mut restriction = TokenRestriction {
            // A missing token type means SWT, as in the first release, which had no JWT.
            token_type: TokenType::Swt,
            issuer: String::new(),
            audience: String::new(),
            primary_verification_key: None,
            alternate_verification_keys: Vec::new(),
            required_claims: Vec::new(),
            open_id_discovery_uri: None,
        };
        let mut scan = ForwardScan::new(&ROOT_MEMBERS);
        for child in self.in_reading_order(root, &ROOT_MEMBERS, "") {
            let Some(name) = self.accept(&mut scan, child, "")? else { continue };
            match name {
                ALTERNATES => restriction.alternate_verification_keys = self.read_keys(child)?,
                "Audience" => restriction.audience = self.not_empty(child)?,
                "Issuer" => restriction.issuer = self.not_empty(child)?,
                DISCOVERY if !self.is_nil(child) => discovery = Some(child),
                PRIMARY if !self.is_nil(child) => {
                    restriction.primary_verification_key = Some(self.read_key(child, PRIMARY)?)
                }
                CLAIMS => restriction.required_claims = self.read_claims(child)?,
                "TokenType" => restriction.token_type = self.read_token_type(child)?,
                _ => {}
            }
        }
        self.finish(&scan, root, "")?;
        Ok((restriction, discovery))
    }

    fn read_token_type(&self, element: &Element<'_>) -> Result<TokenType> {
        match element.text() {
            "Undefined" => Ok(TokenType::Swt),
            name => TokenType::from_name(name).ok_or_else(|| {
                let why = "the token type must be SWT or JWT, in capitals";
                self.refuse(ErrorCode::TokenRestrictionUnknownTokenType, element, "TokenType", why)
            }),
        }
    }

    fn read_discovery(&self, document: &Element<'_>) -> Result<String> {
        const PATH: &str = "OpenIdConnectDiscoveryDocument.OpenIdDiscoveryUri";
        let uri = document
            .children()
            .iter()
            .find(|child| child.name() == "OpenIdDiscoveryUri" && self.is_ours(child.namespace()));
        match uri.map(Element::text).filter(|uri| !uri.is_empty()) {
            None => Err(self.refuse(
                ErrorCode::TokenRestrictionEmptyValue,
                document,
                PATH,
                "the discovery document has no address",
            )),
            Some(uri) if !super::is_absolute_uri(uri) => {
                let why = "the address of the discovery document must be an absolute URI";
                Err(self.refuse(ErrorCode::TokenRestrictionNotAnAbsoluteUri, document, PATH, why))
            }
            Some(uri) => Ok(uri.to_owned()),
        }
    }

    fn read_keys(&mut self, list: &'a Element<'a>) -> Result<Vec<VerificationKey>> {
        let items = self.items(list, "TokenVerificationKey");
        items
            .into_iter()
            .enumerate()
            .map(|(index, item)| self.read_key(item, &format!("{ALTERNATES}[{index}]")))
            .collect()
    }

    fn read_claims(&mut self, list: &'a Element<'a>) -> Result<Vec<TokenClaim>> {
        let items = self.items(list, "TokenClaim");
        items
            .into_iter()
            .enumerate()
            .map(|(index, item)| self.read_claim(item, &format!("{CLAIMS}[{index}]")))
            .collect()
    }

    /// The items of a list. A nil list counts as an empty one; nil items and strangers are passed over, as in .NET.
    fn items(&mut self, list: &'a Element<'a>, name: &str) -> Vec<&'a Element<'a>> {
        if self.is_nil(list) {
            let finding = Finding::new(
                "token_restriction.nil_list",
                Severity::Info,
                list.name(),
                "the list is nil; it is read as empty",
            );
            self.findings.push(Finding { position: Some(self.document.position(list)), ..finding });
        }
        list.children()
            .iter()
            .filter(|item| item.name() == name && self.is_ours(item.namespace()) && !self.is_nil(item))
            .collect()
    }

    fn read_claim(&mut self, element: &'a Element<'a>, path: &str) -> Result<TokenClaim> {
        let mut claim = TokenClaim { claim_type: String::new(), value: None };
        let mut scan = ForwardScan::new(&CLAIM_MEMBERS);
        for child in self.in_reading_order(element, &CLAIM_MEMBERS, path) {
            match self.accept(&mut scan, child, path)? {
                Some("ClaimType") => claim.claim_type = self.plain_text(child, path)?,
                Some(_) if !self.is_nil(child) => claim.value = Some(self.plain_text(child, path)?),
                _ => {}
            }
        }
        self.finish(&scan, element, path)?;
        Ok(claim)
    }

    fn read_key(&mut self, element: &'a Element<'a>, path: &str) -> Result<VerificationKey> {
        let Some(kind) = self.key_type(element, path) else {
            let why = "the key has no known i:type: expected SymmetricVerificationKey, X509CertTokenVerificationKey or RsaTokenVerificationKey";
            return Err(self.refuse(ErrorCode::TokenRestrictionUnknownKeyType, element, path, why));
        };
        let member = if kind == "SymmetricVerificationKey" { "KeyValue" } else { "RawBody" };
        let path = format!("{path}.{member}");
        let body = element.children().iter().find(|child| child.name() == member && self.is_ours(child.namespace()));
        let Some(body) = body else {
            return Err(self.refuse(
                ErrorCode::TokenRestrictionMissingElement,
                element,
                &path,
                format!("the key has no {member}"),
            ));
        };
        let bytes = self.base64(body, &path)?;
        Ok(match kind {
            "SymmetricVerificationKey" => VerificationKey::Symmetric(bytes),
            "X509CertTokenVerificationKey" => VerificationKey::X509 { raw_body: bytes.expose().to_vec() },
            _ => VerificationKey::Rsa { raw_body: bytes.expose().to_vec() },
        })
    }

    /// The value of `i:type`, if it names a kind of key: by namespace, whatever the prefixes are.
    fn key_type(&mut self, element: &Element<'_>, path: &str) -> Option<&'static str> {
        const KINDS: [&str; 3] =
            ["SymmetricVerificationKey", "X509CertTokenVerificationKey", "RsaTokenVerificationKey"];
        let attribute = match element.attribute(SCHEMA_INSTANCE, "type") {
            None if self.reading == Reading::Lenient => {
                let swept = element.attribute(SWEPT_SCHEMA_INSTANCE, "type")?;
                self.note_swept_namespace(element, path);
                swept
            }
            attribute => attribute?,
        };
        let local = attribute.value.rsplit(':').next().unwrap_or_default();
        KINDS.into_iter().find(|kind| *kind == local && self.is_ours(&attribute.value_namespace))
    }

    fn not_empty(&self, element: &Element<'_>) -> Result<String> {
        let text = self.plain_text(element, "")?;
        if self.is_nil(element) || text.is_empty() {
            let why = format!("{} is empty: tokens are compared with it, so it must say something", element.name());
            return Err(self.refuse(ErrorCode::TokenRestrictionEmptyValue, element, element.name(), why));
        }
        Ok(text)
    }

    /// The text of an element that has nothing but text inside.
    fn plain_text(&self, element: &Element<'_>, outer: &str) -> Result<String> {
        if element.children().is_empty() {
            return Ok(element.text().to_owned());
        }
        let path = member_path(outer, element.name());
        Err(self.refuse(ErrorCode::TokenRestrictionBadValue, element, &path, "expected text, found elements"))
    }

    /// Base64 with white space anywhere, as XML Schema allows it.
    fn base64(&self, element: &Element<'_>, path: &str) -> Result<SecretBytes> {
        if self.is_nil(element) {
            return Err(self.refuse(ErrorCode::TokenRestrictionBadValue, element, path, "the key is nil"));
        }
        let mut compact = SecretText::new();
        element.text().split_ascii_whitespace().for_each(|piece| compact.push_str(piece));
        SecretBytes::from_base64(compact.expose()).map_err(|error| {
            self.refuse(ErrorCode::TokenRestrictionBadValue, element, path, error.message().to_owned())
        })
    }

    /// The children as they are to be scanned: as they stand, or, when lenient, in the order of the members.
    fn in_reading_order(&mut self, parent: &'a Element<'a>, members: &[Member], path: &str) -> Vec<&'a Element<'a>> {
        let mut children: Vec<_> = parent.children().iter().collect();
        let place = |child: &Element<'_>| members.iter().position(|member| member.name == child.name());
        let mut furthest = 0;
        for child in &children {
            match place(child).filter(|_| self.is_ours(child.namespace())) {
                Some(index) if index < furthest => {
                    let why =
                        "the element stands too late: the old .NET reader skipped it silently or refused the document";
                    self.note(
                        "token_restriction.out_of_order",
                        child,
                        &member_path(path, child.name()),
                        why,
                        "put the elements in alphabetical order",
                    );
                }
                Some(index) => furthest = index,
                None => self.note(
                    "token_restriction.unknown_element",
                    child,
                    &member_path(path, child.name()),
                    "nothing reads this element",
                    "remove it",
                ),
            }
        }
        if self.reading == Reading::Lenient {
            children.sort_by_key(|child| place(child).unwrap_or(members.len()));
        }
        children
    }

    /// Offers a child to the scan: the member it is, if it is one that still counts.
    fn accept(&mut self, scan: &mut ForwardScan, child: &Element<'_>, path: &str) -> Result<Option<&'static str>> {
        if !self.is_ours(child.namespace()) {
            return Ok(None);
        }
        let accepted = scan.accept(child.name()).map_err(|missing| self.missing(child, path, missing))?;
        if accepted.is_none() && scan.has_read(child.name()) {
            let why = "the element stands twice; the first one counts";
            self.note(
                "token_restriction.duplicate_element",
                child,
                &member_path(path, child.name()),
                why,
                "remove the second",
            );
        }
        Ok(accepted)
    }

    fn finish(&self, scan: &ForwardScan, element: &Element<'_>, path: &str) -> Result<()> {
        scan.finish().map_err(|missing| self.missing(element, path, missing))
    }

    fn missing(&self, element: &Element<'_>, path: &str, name: &'static str) -> Error {
        let why = format!("the element {name} is missing, or stands after one that follows it");
        self.refuse(ErrorCode::TokenRestrictionMissingElement, element, &member_path(path, name), why)
    }

    fn is_ours(&self, namespace: &str) -> bool {
        self.reading.takes_namespace(namespace, NAMESPACE)
    }

    fn is_nil(&self, element: &Element<'_>) -> bool {
        self.reading.is_nil(element)
    }

    fn note_swept_namespace(&mut self, element: &Element<'_>, path: &str) {
        const CODE: &str = "token_restriction.https_schema_instance";
        if self.findings.iter().all(|finding| finding.code != CODE) {
            let why = "the prefix of i:type is bound to https://www.w3.org/…, a slip of the published documentation: the old service saw no key type and refused the document";
            self.note(CODE, element, path, why, "write http://www.w3.org/2001/XMLSchema-instance");
        }
    }

    fn note(&mut self, code: &'static str, element: &Element<'_>, path: &str, why: &'static str, fix: &'static str) {
        // Finding a position costs a scan of the text, and nobody reads more than these.
        if self.findings.len() >= MAX_FINDINGS {
            return;
        }
        let finding = Finding::new(code, Severity::Warning, path, why).fix(fix);
        self.findings.push(Finding { position: Some(self.document.position(element)), ..finding });
    }

    fn refuse(&self, code: ErrorCode, element: &Element<'_>, path: &str, why: impl Into<Cow<'static, str>>) -> Error {
        Error::new(code, why).at(path).at_position(self.document.position(element))
    }
}

fn member_path(outer: &str, name: &str) -> String {
    if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") }
}
