//! Elements that nothing here reads. The .NET SDK carried them along and wrote them again where they stood.

use super::NAMESPACE;
use super::scan::Level;
use crate::error::{Error, ErrorCode, Result};
use crate::xml::{Document, Element, Limits, SCHEMA_INSTANCE, Writer};

/// What an unknown element may hold, so that the template around it stays within the limits of its reader.
const LIMITS: Limits = Limits { depth: 24, ..Limits::POLICY };
const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// An element kept as it is, and the known element it stands behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownElement {
    after: Option<&'static str>,
    node: Node,
}

impl UnknownElement {
    /// Reads an element that shall stand behind a known one (`None`: before all of them). It declares its namespaces
    /// itself.
    ///
    /// # Errors
    /// `xml.*`; `playready.bad_unknown_element` where `after` is no element of that level, where the element would be
    /// read as a known one, or where it mixes text with elements.
    pub fn new(level: Level, after: Option<&str>, xml: &str) -> Result<Self> {
        let refuse = |why: &'static str, path: &str| Error::new(ErrorCode::PlayReadyBadUnknownElement, why).at(path);
        let order = level.elements();
        let place = |name: &str| order.iter().position(|known| *known == name);
        let after_place = match after {
            None => None,
            Some(name) => Some(place(name).ok_or_else(|| {
                refuse("`after` names a known element of the same parent, such as ContentKey in a license", "after")
            })?),
        };
        let document = Document::parse(xml, LIMITS).map_err(|error| error.at("xml"))?;
        let node = Node::of(document.root()).ok_or_else(|| refuse("text stands between elements here", "xml"))?;
        let is_known = place(&node.name).filter(|_| node.namespace == NAMESPACE);
        if is_known.is_some_and(|at| after_place.is_none_or(|after| after < at)) {
            return Err(refuse("this element is known: give it as a member of its own", "xml"));
        }
        Ok(Self { after: after_place.and_then(|at| order.get(at)).copied(), node })
    }

    /// From a document; `None` where text stands between elements, whose order a tree does not keep.
    pub(super) fn of(after: Option<&'static str>, element: &Element<'_>) -> Option<Self> {
        Some(Self { after, node: Node::of(element)? })
    }

    /// The known element it stands behind.
    #[must_use]
    pub const fn after(&self) -> Option<&'static str> {
        self.after
    }

    /// Local name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.node.name
    }

    /// The element as a document of its own, with all its namespaces.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut xml = Writer::new();
        let instance =
            if self.node.needs_instance() { format!(r#"xmlns:i="{SCHEMA_INSTANCE}""#) } else { String::new() };
        self.node.write(&mut xml, "", &instance);
        xml.finish().expose().to_owned()
    }

    /// Writes it into a template.
    pub(super) fn write(&self, xml: &mut Writer) {
        self.node.write(xml, NAMESPACE, "");
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    namespace: String,
    name: String,
    attributes: Vec<Attribute>,
    text: String,
    children: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Attribute {
    namespace: String,
    name: String,
    value: String,
    /// Of the value, where that is a type name.
    value_namespace: Option<String>,
}

impl Node {
    fn of(element: &Element<'_>) -> Option<Self> {
        let children = element.children().iter().map(Self::of).collect::<Option<Vec<_>>>()?;
        let is_blank = element.text().trim().is_empty();
        if !children.is_empty() && !is_blank {
            return None;
        }
        let attributes = element.attributes().iter().map(|attribute| {
            let is_type = attribute.namespace == SCHEMA_INSTANCE && attribute.name == "type";
            let local = attribute.value.rsplit(':').next().unwrap_or_default();
            Attribute {
                namespace: attribute.namespace.clone(),
                name: attribute.name.clone(),
                value: if is_type { local.to_owned() } else { attribute.value.clone() },
                value_namespace: is_type.then(|| attribute.value_namespace.clone()),
            }
        });
        Some(Self {
            namespace: element.namespace().to_owned(),
            name: element.name().to_owned(),
            attributes: attributes.collect(),
            text: if children.is_empty() { element.text().to_owned() } else { String::new() },
            children,
        })
    }

    fn needs_instance(&self) -> bool {
        self.attributes.iter().any(|attribute| attribute.namespace == SCHEMA_INSTANCE)
            || self.children.iter().any(Self::needs_instance)
    }

    /// Elements carry no prefix: where the namespace changes, the default one is declared anew.
    fn write(&self, xml: &mut Writer, outer: &str, more: &str) {
        let mut attributes = Vec::new();
        if self.namespace != outer {
            attributes.push(format!(r#"xmlns="{}""#, escaped(&self.namespace)));
        }
        if !more.is_empty() {
            attributes.push(more.to_owned());
        }
        for (index, attribute) in self.attributes.iter().enumerate() {
            attribute.write(&mut attributes, index, &self.namespace);
        }
        let attributes = attributes.join(" ");
        if self.children.is_empty() && self.text.is_empty() {
            return xml.empty(&self.name, &attributes);
        }
        if self.children.is_empty() {
            return xml.text_with(&self.name, &attributes, &self.text);
        }
        xml.open(&self.name, &attributes);
        self.children.iter().for_each(|child| child.write(xml, &self.namespace, ""));
        xml.close(&self.name);
    }
}

impl Attribute {
    fn write(&self, written: &mut Vec<String>, index: usize, default_namespace: &str) {
        let mut value = escaped(&self.value);
        let elsewhere = |namespace: &&str| !namespace.is_empty() && *namespace != default_namespace;
        if let Some(namespace) = self.value_namespace.as_deref().filter(elsewhere) {
            written.push(format!(r#"xmlns:t{index}="{}""#, escaped(namespace)));
            value = format!("t{index}:{value}");
        }
        let name = match self.namespace.as_str() {
            "" => self.name.clone(),
            SCHEMA_INSTANCE => format!("i:{}", self.name),
            XML_NAMESPACE => format!("xml:{}", self.name),
            namespace => {
                written.push(format!(r#"xmlns:p{index}="{}""#, escaped(namespace)));
                format!("p{index}:{}", self.name)
            }
        };
        written.push(format!(r#"{name}="{value}""#));
    }
}

/// For an attribute in double quotes; white space other than a blank would not survive as it is.
fn escaped(value: &str) -> String {
    value.chars().fold(String::with_capacity(value.len()), |mut text, c| {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\t' => text.push_str("&#9;"),
            '\n' => text.push_str("&#10;"),
            '\r' => text.push_str("&#13;"),
            c => text.push(c),
        }
        text
    })
}
