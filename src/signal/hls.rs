//! HLS playlists (RFC 8216) as far as keys are concerned: lines, tags, attribute lists, and where keys are named.
//!
//! Nothing is decoded or copied: all that is read are parts of the playlist's own text, so that whoever changes one leaves
//! the rest as it was, byte for byte.

use crate::error::{Error, ErrorCode, Result};

/// What is read of a playlist, in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Lines of a playlist; a day in segments of two seconds has a quarter of it.
pub const MAX_LINES: usize = 500_000;
const BYTE_ORDER_MARK: char = '\u{FEFF}';
/// Attributes of one tag.
const MAX_ATTRIBUTES: usize = 128;

/// A line and how it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'p> {
    /// Without its end.
    pub text: &'p str,
    /// A line feed, with or without a carriage return; nothing at the end of the playlist.
    pub end: &'p str,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind<'p> {
    /// `#EXT…`: its name without `#`, and what follows the first colon.
    Tag {
        /// Such as `EXT-X-KEY`.
        name: &'p str,
        /// For many tags an attribute list; empty where there is nothing.
        value: &'p str,
    },
    /// The address of a segment or playlist.
    Uri(&'p str),
    /// A comment, or nothing.
    Other,
}

impl<'p> Line<'p> {
    /// What the line is.
    #[must_use]
    pub fn kind(&self) -> LineKind<'p> {
        let text = self.text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(self.text);
        if let Some(rest) = text.strip_prefix('#') {
            let (name, value) = rest.split_once(':').unwrap_or((rest, ""));
            return if name.starts_with("EXT") { LineKind::Tag { name, value } } else { LineKind::Other };
        }
        if self.text.trim().is_empty() { LineKind::Other } else { LineKind::Uri(self.text) }
    }
}

/// The lines of a playlist; together they are its text. A byte order mark before the first one is let pass, and stays in it.
///
/// # Errors
/// `playlist.too_large` beyond [`MAX_BYTES`] or [`MAX_LINES`]; `playlist.not_a_playlist` where the first line is not
/// `#EXTM3U`.
pub fn lines(playlist: &str) -> Result<Vec<Line<'_>>> {
    if playlist.len() > MAX_BYTES || playlist.split('\n').take(MAX_LINES.saturating_add(1)).count() > MAX_LINES {
        let why = format!("a playlist has at most {MAX_BYTES} bytes and {MAX_LINES} lines here");
        return Err(Error::new(ErrorCode::PlaylistTooLarge, why));
    }
    let lines: Vec<Line<'_>> = playlist.split_inclusive('\n').map(line).collect();
    let first = lines.first().map(|line| line.text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line.text).trim_end());
    if first != Some("#EXTM3U") {
        let why = "this is not an HLS playlist: its first line must be #EXTM3U";
        return Err(Error::new(ErrorCode::PlaylistNotAPlaylist, why));
    }
    Ok(lines)
}

fn line(whole: &str) -> Line<'_> {
    let text = whole.strip_suffix('\n').map_or(whole, |text| text.strip_suffix('\r').unwrap_or(text));
    Line { text, end: whole.get(text.len()..).unwrap_or_default() }
}

/// An attribute of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its value, without quotation marks.
    pub value: &'p str,
    /// Whether it stands in quotation marks.
    pub is_quoted: bool,
    /// Where in the list the value begins, in bytes.
    pub start: usize,
}

/// Reads an attribute list (RFC 8216, section 4.2) to its end. `None` where it is not one, where a name stands twice, and
/// where there are control characters in it: readers disagree on what such a list means.
#[must_use]
pub fn attributes(list: &str) -> Option<Vec<Attribute<'_>>> {
    if list.chars().any(|character| character.is_control() && character != '\t') {
        return None;
    }
    let mut attributes: Vec<Attribute<'_>> = Vec::new();
    let mut rest = list.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_name) || attributes.iter().any(|known| known.name == name) {
            return None;
        }
        let (value, is_quoted, next) = value(after)?;
        let quote = usize::from(is_quoted);
        let start = list.len().checked_sub(after.len())?.checked_add(quote)?;
        attributes.push(Attribute { name, value, is_quoted, start });
        if attributes.len() > MAX_ATTRIBUTES {
            return None;
        }
        rest = next;
    }
    Some(attributes)
}

/// A value, whether it is quoted, and what follows its comma.
fn value(text: &str) -> Option<(&str, bool, &str)> {
    let (value, is_quoted, rest) = match text.strip_prefix('"') {
        Some(quoted) => {
            let (value, rest) = quoted.split_once('"')?;
            (value, true, rest.trim_start())
        }
        None => {
            let (value, rest) = text.split_at(text.find(',').unwrap_or(text.len()));
            (value.trim_end(), false, rest)
        }
    };
    if !is_quoted && value.contains('"') {
        return None;
    }
    let next = if rest.is_empty() { rest } else { rest.strip_prefix(',')?.trim_start() };
    Some((value, is_quoted, next))
}

/// A key that a playlist names: `EXT-X-KEY` or `EXT-X-SESSION-KEY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaylistKey<'p> {
    /// `EXT-X-SESSION-KEY`: for the whole presentation, in a master playlist.
    pub is_session: bool,
    /// `NONE`, `AES-128`, `SAMPLE-AES`, …
    pub method: &'p str,
    /// Where the key is; always in quotation marks.
    pub uri: Option<Attribute<'p>>,
    /// How the key is got; nothing means `identity`: its bytes, by HTTP.
    pub key_format: Option<&'p str>,
    /// The initialization vector as it is written.
    pub iv: Option<&'p str>,
}

impl<'p> PlaylistKey<'p> {
    /// Reads a tag's attributes. `None` for other tags, and for lists that cannot be read or name no method.
    #[must_use]
    pub fn of(tag: &str, value: &'p str) -> Option<Self> {
        if !matches!(tag, "EXT-X-KEY" | "EXT-X-SESSION-KEY") {
            return None;
        }
        let attributes = attributes(value)?;
        let find = |name| attributes.iter().find(|attribute| attribute.name == name).copied();
        let text = |name| find(name).map(|attribute| attribute.value);
        Some(Self {
            is_session: tag == "EXT-X-SESSION-KEY",
            method: text("METHOD")?,
            uri: find("URI").filter(|uri| uri.is_quoted),
            key_format: text("KEYFORMAT"),
            iv: text("IV"),
        })
    }

    /// Whether the key is got by asking for its URI.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.method != "NONE" && self.key_format.is_none_or(|format| format == "identity")
    }
}

/// All keys that a playlist names, each with its line, from 1.
///
/// # Errors
/// As [`lines`].
pub fn keys(playlist: &str) -> Result<Vec<(usize, PlaylistKey<'_>)>> {
    let numbered = (1..).zip(lines(playlist)?);
    Ok(numbered
        .filter_map(|(number, line)| match line.kind() {
            LineKind::Tag { name, value } => Some((number, PlaylistKey::of(name, value)?)),
            _ => None,
        })
        .collect())
}
