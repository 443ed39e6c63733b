//! Reading a small document into a tree that borrows from its text.

use super::Limits;
use crate::error::{Error, ErrorCode, Position, Result};
use crate::secret::SecretText;
use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};
use std::borrow::Cow;
use std::fmt;
use zeroize::Zeroize as _;

/// A well-formed document within its limits.
#[derive(Debug)]
pub struct Document<'a> {
    source: &'a str,
    root: Element<'a>,
}

/// An element with its attributes, its child elements and its own text.
///
/// The text is all character data directly inside, joined; comments and processing instructions are dropped.
pub struct Element<'a> {
    namespace: String,
    name: String,
    attributes: Vec<Attribute>,
    children: Vec<Element<'a>>,
    text: Text<'a>,
    offset: usize,
}

/// An attribute other than a namespace declaration.
#[derive(Debug)]
pub struct Attribute {
    /// Namespace URI; empty for an attribute without prefix.
    pub namespace: String,
    /// Local name.
    pub name: String,
    /// Value with references resolved.
    pub value: String,
    /// Where the value is a qualified name (`p:local`), the namespace URI its prefix is bound to here.
    pub value_namespace: String,
}

/// Borrowed while it can be; owned (and then wiped) once references or several pieces make it necessary.
enum Text<'a> {
    Borrowed(&'a str),
    Owned(SecretText),
}

impl<'a> Document<'a> {
    /// Parses a whole document.
    ///
    /// # Errors
    /// `xml.*`, each with its position.
    pub fn parse(source: &'a str, limits: Limits) -> Result<Self> {
        if source.trim().is_empty() {
            return Err(Error::new(ErrorCode::XmlEmpty, "the document is empty: expected XML"));
        }
        if source.len() > limits.bytes {
            return Err(Error::new(
                ErrorCode::XmlTooLarge,
                format!("the document has {} bytes; at most {} are read", source.len(), limits.bytes),
            ));
        }
        refuse_forbidden_characters(source)?;
        let root = TreeBuilder::new(source, limits).build()?;
        Ok(Self { source, root })
    }

    /// The root element.
    #[must_use]
    pub const fn root(&self) -> &Element<'a> {
        &self.root
    }

    /// Line and column of an element's start tag.
    #[must_use]
    pub fn position(&self, element: &Element<'_>) -> Position {
        position_of(self.source, element.offset)
    }
}

impl<'a> Element<'a> {
    /// Namespace URI; empty where there is none.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Local name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Child elements in document order.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        &self.children
    }

    /// Attributes in document order.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Character data directly inside, references resolved.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.text {
            Text::Borrowed(text) => text,
            Text::Owned(text) => text.expose(),
        }
    }

    /// An attribute by namespace URI (empty for none) and local name.
    #[must_use]
    pub fn attribute(&self, namespace: &str, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name && attribute.namespace == namespace)
    }

    fn push_text(&mut self, piece: Cow<'a, str>) {
        match (&mut self.text, piece) {
            (Text::Borrowed(""), Cow::Borrowed(piece)) => self.text = Text::Borrowed(piece),
            (Text::Borrowed(before), piece) => {
                let piece = Piece(piece);
                let mut owned = SecretText::new();
                owned.push_str(before);
                owned.push_str(&piece.0);
                self.text = Text::Owned(owned);
            }
            (Text::Owned(owned), piece) => owned.push_str(&Piece(piece).0),
        }
    }
}

/// A piece of text on its way into an element. Line ends and references make the tokenizer own it; then it is wiped.
struct Piece<'a>(Cow<'a, str>);

impl Drop for Piece<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.0 {
            text.zeroize();
        }
    }
}

/// Structure only: the text may be a key.
impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Element").field("name", &self.name).field("children", &self.children).finish_non_exhaustive()
    }
}

/// Line and column (in characters) of a byte offset.
fn position_of(source: &str, offset: usize) -> Position {
    let before = source.get(..offset).unwrap_or(source);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    Position { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX) }
}

/// XML 1.0's `Char` production: no control characters but tab, line feed and carriage return.
const fn is_xml_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

fn refuse_forbidden_characters(source: &str) -> Result<()> {
    match source.char_indices().find(|(_, c)| !is_xml_character(*c)) {
        Some((offset, c)) => Err(Error::new(
            ErrorCode::XmlBadCharacter,
            format!("the character U+{:04X} is not allowed in XML", u32::from(c)),
        )
        .at_position(position_of(source, offset))),
        None => Ok(()),
    }
}

/// The events of the tokenizer become a tree on an explicit stack: depth costs no machine stack.
struct TreeBuilder<'a> {
    source: &'a str,
    limits: Limits,
    reader: NsReader<&'a [u8]>,
    open: Vec<Element<'a>>,
    root: Option<Element<'a>>,
    elements: usize,
}

impl<'a> TreeBuilder<'a> {
    fn new(source: &'a str, limits: Limits) -> Self {
        let mut reader = NsReader::from_str(source);
        reader.config_mut().check_comments = true;
        Self { source, limits, reader, open: Vec::new(), root: None, elements: 0 }
    }

    fn build(mut self) -> Result<Element<'a>> {
        loop {
            let offset = self.offset();
            let event = self.reader.read_event().map_err(|error| self.malformed(error))?;
            match event {
                Event::Start(tag) => self.open_element(&tag, offset)?,
                Event::Empty(tag) => {
                    self.open_element(&tag, offset)?;
                    self.close_element();
                }
                Event::End(_) => self.close_element(),
                Event::Text(text) => self.character_data(text.xml10_content(), offset)?,
                Event::CData(text) => self.character_data(text.xml10_content(), offset)?,
                Event::GeneralRef(reference) => {
                    let resolved = self.resolve(&reference, offset)?;
                    self.character_data(Cow::Owned(resolved.to_string()), offset)?;
                }
                Event::Decl(_) if offset != 0 => {
                    return Err(self.error(
                        ErrorCode::XmlMalformed,
                        "an XML declaration stands at the very start or nowhere",
                        offset,
                    ));
                }
                Event::DocType(_) => {
                    return Err(self.error(
                        ErrorCode::XmlDtdRefused,
                        "a document type declaration is never read: remove the <!DOCTYPE …>",
                        offset,
                    ));
                }
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if let Some(unclosed) = self.open.last() {
            return Err(self.error(
                ErrorCode::XmlMalformed,
                format!("the element {} is not closed", unclosed.name),
                unclosed.offset,
            ));
        }
        let end = self.source.len();
        self.root.take().ok_or_else(|| self.error(ErrorCode::XmlMalformed, "there is no element: expected XML", end))
    }

    fn open_element(&mut self, tag: &BytesStart<'a>, offset: usize) -> Result<()> {
        self.elements = self.elements.saturating_add(1);
        if self.elements > self.limits.elements {
            return Err(self.error(
                ErrorCode::XmlTooManyElements,
                format!("more than {} elements", self.limits.elements),
                offset,
            ));
        }
        if self.open.len() >= self.limits.depth {
            return Err(self.error(
                ErrorCode::XmlTooDeep,
                format!("elements are nested deeper than {}", self.limits.depth),
                offset,
            ));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.error(ErrorCode::XmlMalformed, "there is a second root element", offset));
        }
        let element = Element {
            namespace: self.namespace_of_element(tag.name(), offset)?,
            name: tag.local_name().as_ref().to_owned(),
            attributes: self.read_attributes(tag, offset)?,
            children: Vec::new(),
            text: Text::Borrowed(""),
            offset,
        };
        self.open.push(element);
        Ok(())
    }

    fn close_element(&mut self) {
        let Some(element) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn character_data(&mut self, text: Cow<'a, str>, offset: usize) -> Result<()> {
        match self.open.last_mut() {
            Some(element) => element.push_text(text),
            // A byte order mark is the one thing that may precede a document.
            None if text.trim_start_matches('\u{FEFF}').trim().is_empty() => {}
            None => {
                return Err(self.error(
                    ErrorCode::XmlMalformed,
                    "there is text outside the root element: expected XML",
                    offset,
                ));
            }
        }
        Ok(())
    }

    fn read_attributes(&self, tag: &BytesStart<'a>, offset: usize) -> Result<Vec<Attribute>> {
        let mut attributes = Vec::new();
        for (index, attribute) in tag.attributes().enumerate() {
            if index >= self.limits.attributes {
                return Err(self.error(
                    ErrorCode::XmlTooManyAttributes,
                    format!("more than {} attributes on one element", self.limits.attributes),
                    offset,
                ));
            }
            let attribute = attribute.map_err(|_| {
                self.error(ErrorCode::XmlMalformed, "an attribute cannot be read, or stands twice", offset)
            })?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value = self.attribute_value(&attribute.value, offset)?;
            attributes.push(Attribute {
                namespace: self.namespace_of_attribute(attribute.key, offset)?,
                name: attribute.key.local_name().as_ref().to_owned(),
                value_namespace: self.namespace_of_value(&value),
                value,
            });
        }
        Ok(attributes)
    }

    fn attribute_value(&self, raw: &str, offset: usize) -> Result<String> {
        if raw.contains('<') {
            return Err(self.error(ErrorCode::XmlMalformed, "an attribute value holds a bare <", offset));
        }
        let value = quick_xml::escape::unescape(raw).map_err(|_| {
            self.error(ErrorCode::XmlUnknownEntity, "an attribute holds a reference that cannot be resolved", offset)
        })?;
        if value.chars().any(|c| !is_xml_character(c)) {
            return Err(self.error(
                ErrorCode::XmlBadCharacter,
                "an attribute refers to a character that XML does not allow",
                offset,
            ));
        }
        Ok(value.into_owned())
    }

    fn resolve(&self, reference: &BytesRef<'_>, offset: usize) -> Result<char> {
        let built_in = match reference.as_ref() {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "apos" => Some('\''),
            "quot" => Some('"'),
            _ => None,
        };
        match built_in.map_or_else(|| reference.resolve_char_ref(), |c| Ok(Some(c))) {
            Ok(Some(c)) if is_xml_character(c) => Ok(c),
            Ok(Some(_)) | Err(_) => Err(self.error(
                ErrorCode::XmlBadCharacter,
                "a reference to a character that XML does not allow",
                offset,
            )),
            Ok(None) => Err(self.error(
                ErrorCode::XmlUnknownEntity,
                "only &lt; &gt; &amp; &apos; &quot; and character references resolve",
                offset,
            )),
        }
    }

    fn namespace_of_element(&self, name: QName<'_>, offset: usize) -> Result<String> {
        self.namespace(&self.reader.resolver().resolve_element(name).0, offset)
    }

    fn namespace_of_attribute(&self, name: QName<'_>, offset: usize) -> Result<String> {
        self.namespace(&self.reader.resolver().resolve_attribute(name).0, offset)
    }

    /// `i:type="p:Name"`: the URI behind `p`; without a prefix, the default namespace.
    fn namespace_of_value(&self, value: &str) -> String {
        match self.reader.resolver().resolve_element(QName(value)).0 {
            ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
            _ => String::new(),
        }
    }

    fn namespace(&self, resolved: &ResolveResult<'_>, offset: usize) -> Result<String> {
        match resolved {
            ResolveResult::Bound(namespace) => Ok(namespace.as_ref().to_owned()),
            ResolveResult::Unbound => Ok(String::new()),
            ResolveResult::Unknown(_) => {
                Err(self.error(ErrorCode::XmlMalformed, "a namespace prefix is not declared", offset))
            }
        }
    }

    /// Where the next event begins.
    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.source.len())
    }

    fn malformed(&self, error: quick_xml::Error) -> Error {
        let offset = usize::try_from(self.reader.error_position()).unwrap_or(self.source.len());
        // The tokenizer's own sentence may quote names of the document, which are not secrets; values it does not quote.
        self.error(ErrorCode::XmlMalformed, format!("this is not well-formed XML: {error}"), offset)
    }

    fn error(&self, code: ErrorCode, message: impl Into<Cow<'static, str>>, offset: usize) -> Error {
        Error::new(code, message).at_position(position_of(self.source, offset))
    }
}
