//! Writing XML the way .NET's `DataContractSerializer` did: byte for byte, since templates are compared as text.

use crate::secret::SecretText;

/// Builds a document without XML declaration and without white space between elements.
///
/// Empty elements are `<X />` with the space, nil ones `<X i:nil="true" />`; in text only `&`, `<` and `>` are escaped.
#[derive(Debug, Default)]
pub struct Writer(SecretText);

impl Writer {
    /// An empty document.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `<name attributes>`, the attributes as they shall stand.
    pub fn open(&mut self, name: &str, attributes: &str) {
        self.tag(name, attributes, ">");
    }

    /// `</name>`
    pub fn close(&mut self, name: &str) {
        for part in ["</", name, ">"] {
            self.0.push_str(part);
        }
    }

    /// `<name attributes />`
    pub fn empty(&mut self, name: &str, attributes: &str) {
        self.tag(name, attributes, " />");
    }

    /// `<name i:nil="true" />`
    pub fn nil(&mut self, name: &str) {
        self.empty(name, r#"i:nil="true""#);
    }

    /// `<name>text</name>`; an empty text still gets both tags.
    pub fn text(&mut self, name: &str, text: &str) {
        self.text_with(name, "", text);
    }

    /// `<name attributes>text</name>`; an empty text still gets both tags.
    pub fn text_with(&mut self, name: &str, attributes: &str, text: &str) {
        self.open(name, attributes);
        let mut rest = text;
        while let Some((before, special)) = rest.find(['&', '<', '>']).and_then(|at| rest.split_at_checked(at)) {
            self.0.push_str(before);
            let (escaped, after) = match special.as_bytes().first() {
                Some(b'&') => ("&amp;", special.strip_prefix('&')),
                Some(b'<') => ("&lt;", special.strip_prefix('<')),
                _ => ("&gt;", special.strip_prefix('>')),
            };
            self.0.push_str(escaped);
            rest = after.unwrap_or_default();
        }
        self.0.push_str(rest);
        self.close(name);
    }

    /// `<name>base64</name>`; no bytes give `<name />`.
    pub fn base64(&mut self, name: &str, bytes: &[u8]) {
        if bytes.is_empty() {
            return self.empty(name, "");
        }
        self.open(name, "");
        self.0.push_base64(bytes);
        self.close(name);
    }

    /// The document, which may hold keys.
    #[must_use]
    pub fn finish(self) -> SecretText {
        self.0
    }

    fn tag(&mut self, name: &str, attributes: &str, end: &str) {
        self.0.push_str("<");
        self.0.push_str(name);
        if !attributes.is_empty() {
            self.0.push_str(" ");
            self.0.push_str(attributes);
        }
        self.0.push_str(end);
    }
}
