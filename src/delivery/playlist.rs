//! Playlists rewritten so that native players, which cannot send headers, bring the viewer's token to the key server.
//!
//! The token is put on the addresses of keys at the key servers that are listed, and on nothing else of a media playlist. In
//! a master playlist, addresses of other playlists can be led through the route that rewrites them. That route needs the
//! token too, and an address is the only place where a native player carries one: so such a playlist is for its viewer alone,
//! and must be answered with `Cache-Control: no-store`.
//!
//! Relative addresses are made absolute, since the rewritten playlist comes from elsewhere. All the rest stays as it is, byte
//! for byte. An address that begins with a variable (`{$name}`, `EXT-X-DEFINE`) stays as well: what it means is not known here.

use super::uri::{origin, resolve, with_parameter};
use crate::encoding::percent_encode;
use crate::error::{Error, ErrorCode, Result};
use crate::policy::is_absolute_uri;
use crate::secret::SecretText;
use crate::signal::hls::{Attribute, Line, LineKind, PlaylistKey, attributes, lines};
use crate::token::MAX_TOKEN_BYTES;

/// What comes out at most, in bytes: absolute addresses are longer.
const MAX_REWRITTEN_BYTES: usize = 16 * 1024 * 1024;

/// What is needed to rewrite a playlist.
#[derive(Clone, Copy)]
pub struct Rewrite<'r> {
    /// Where the playlist came from: an http or https URL.
    pub playlist_url: &'r str,
    /// The viewer's token, as it is.
    pub token: &'r str,
    /// Key servers that may see the token, by origin (`https://keys.example`) or any address there.
    pub key_origins: &'r [&'r str],
    /// Where other playlists are led through; without it they are left to come from their own server.
    pub variant_route: Option<VariantRoute<'r>>,
}

/// The address that rewrites playlists: it is given theirs as `url`, and the token as `token`.
#[derive(Clone, Copy, Debug)]
pub struct VariantRoute<'r> {
    /// An http or https URL, such as `https://keys.example/playlist`.
    pub url: &'r str,
    /// Origins whose playlists are led through it, beside that of the playlist itself.
    pub origins: &'r [&'r str],
}

impl std::fmt::Debug for Rewrite<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rewrite").field("playlist_url", &self.playlist_url).finish_non_exhaustive()
    }
}

/// Rewrites a playlist.
///
/// # Errors
/// `argument.out_of_range` where an address is not an http or https URL, or the token is empty or longer than 16 KiB;
/// `playlist.not_a_playlist`; `playlist.too_large`.
pub fn rewrite_playlist(playlist: &str, rewrite: &Rewrite<'_>) -> Result<SecretText> {
    let rewriter = Rewriter::new(rewrite)?;
    let mut text = SecretText::with_capacity(playlist.len().saturating_mul(2).min(MAX_REWRITTEN_BYTES));
    let mut is_variant_next = false;
    for line in lines(playlist)? {
        match rewriter.line(&line, is_variant_next) {
            Some(rewritten) => text.push_str(rewritten.expose()),
            None => text.push_str(line.text),
        }
        text.push_str(line.end);
        if text.expose().len() > MAX_REWRITTEN_BYTES {
            let why = "the playlist has too many addresses for such a long one of its own";
            return Err(Error::new(ErrorCode::PlaylistTooLarge, why));
        }
        is_variant_next = match line.kind() {
            LineKind::Tag { name: "EXT-X-STREAM-INF", .. } => true,
            LineKind::Uri(_) => false,
            _ => is_variant_next,
        };
    }
    Ok(text)
}

/// A rewrite with its addresses read and its token encoded.
struct Rewriter<'r> {
    base: &'r str,
    token: SecretText,
    key_origins: Vec<String>,
    route: Option<&'r str>,
    routed_origins: Vec<String>,
}

impl<'r> Rewriter<'r> {
    fn new(rewrite: &Rewrite<'r>) -> Result<Self> {
        let own_origin = check_url(rewrite.playlist_url, "url")?;
        if rewrite.token.is_empty() || rewrite.token.len() > MAX_TOKEN_BYTES {
            let why = format!("a token has 1 to {MAX_TOKEN_BYTES} bytes");
            return Err(Error::new(ErrorCode::ArgumentOutOfRange, why).at("token"));
        }
        let mut routed_origins = vec![own_origin];
        if let Some(route) = &rewrite.variant_route {
            check_url(route.url, "route")?;
            routed_origins.extend(read_origins(route.origins, "routeOrigins")?);
        }
        Ok(Self {
            base: rewrite.playlist_url,
            token: percent_encode(rewrite.token),
            key_origins: read_origins(rewrite.key_origins, "keyServers")?,
            route: rewrite.variant_route.map(|route| route.url),
            routed_origins,
        })
    }

    /// The line as it becomes; `None` where it stays.
    fn line(&self, line: &Line<'_>, is_variant: bool) -> Option<SecretText> {
        match line.kind() {
            LineKind::Other => None,
            LineKind::Uri(uri) if is_variant => Some(self.variant(uri.trim())),
            LineKind::Uri(uri) => self.absolute(uri),
            LineKind::Tag { name, value } => {
                let list = self.tag(name, value)?;
                let mut text = SecretText::with_capacity(line.text.len().saturating_add(list.expose().len()));
                text.push_str(line.text.strip_suffix(value)?);
                text.push_str(list.expose());
                Some(text)
            }
        }
    }

    /// The attribute list of a tag with its addresses rewritten.
    fn tag(&self, name: &str, value: &str) -> Option<SecretText> {
        if let Some(key) = PlaylistKey::of(name, value) {
            let uri = key.uri?;
            let address = if key.is_identity() { self.key(uri.value) } else { self.absolute(uri.value)? };
            return replaced(value, &[(uri, address)]);
        }
        let (addresses, is_playlist) = addresses_of(name)?;
        let found = attributes(value)?.into_iter().filter(|found| found.is_quoted && addresses.contains(&found.name));
        let rewritten = found.filter_map(|found| {
            let address = if is_playlist { self.variant(found.value) } else { self.absolute(found.value)? };
            Some((found, address))
        });
        replaced(value, &rewritten.collect::<Vec<_>>())
    }

    /// The address of a key: with the token, if it is at a key server.
    fn key(&self, uri: &str) -> SecretText {
        let address = resolve(self.base, uri);
        let is_ours = origin(&address).is_some_and(|origin| self.key_origins.contains(&origin));
        match is_ours {
            true => with_parameter(&address, "token", self.token.expose()),
            false => SecretText::from_string(address),
        }
    }

    /// The address of another playlist: through the route, if it is of an origin that is.
    fn variant(&self, uri: &str) -> SecretText {
        let address = resolve(self.base, uri);
        let is_routed = origin(&address).is_some_and(|origin| self.routed_origins.contains(&origin));
        // A variable in a parameter would be encoded, and stay what it is.
        let route = self.route.filter(|_| is_routed && !address.contains("{$"));
        let Some(route) = route else { return SecretText::from_string(address) };
        let link = with_parameter(route, "url", percent_encode(&address).expose());
        with_parameter(link.expose(), "token", self.token.expose())
    }

    /// Any other address; `None` where it is absolute already.
    fn absolute(&self, uri: &str) -> Option<SecretText> {
        let address = resolve(self.base, uri);
        (address != uri).then(|| SecretText::from_string(address))
    }
}

/// The attributes of a tag that are addresses, and whether they lead to playlists.
fn addresses_of(tag: &str) -> Option<(&'static [&'static str], bool)> {
    Some(match tag {
        "EXT-X-MEDIA" | "EXT-X-I-FRAME-STREAM-INF" => (&["URI"], true),
        "EXT-X-MAP"
        | "EXT-X-PART"
        | "EXT-X-PRELOAD-HINT"
        | "EXT-X-RENDITION-REPORT"
        | "EXT-X-SESSION-DATA"
        | "EXT-X-IMAGE-STREAM-INF" => (&["URI"], false),
        "EXT-X-CONTENT-STEERING" => (&["SERVER-URI"], false),
        "EXT-X-DATERANGE" => (&["X-ASSET-URI", "X-ASSET-LIST"], false),
        _ => return None,
    })
}

/// A list with other values in the place of some; `None` where there is nothing to replace. An address that would end its
/// quotation marks is left as it was.
fn replaced(list: &str, values: &[(Attribute<'_>, SecretText)]) -> Option<SecretText> {
    let safe = values.iter().filter(|(_, value)| !value.expose().contains(['"', '\r', '\n']));
    let mut text = SecretText::new();
    let mut copied = 0_usize;
    for (attribute, value) in safe {
        text.push_str(list.get(copied..attribute.start)?);
        text.push_str(value.expose());
        copied = attribute.start.checked_add(attribute.value.len())?;
    }
    text.push_str(list.get(copied..)?);
    (copied > 0).then_some(text)
}

fn read_origins(addresses: &[&str], path: &str) -> Result<Vec<String>> {
    let items = addresses.iter().enumerate();
    items.map(|(index, address)| check_url(address, &format!("{path}[{index}]"))).collect()
}

/// An http or https URL that can stand in a playlist: its origin.
fn check_url(url: &str, path: &str) -> Result<String> {
    origin(url).filter(|_| is_absolute_uri(url)).ok_or_else(|| {
        let why = "expected an http or https URL, percent-encoded and without a user name";
        Error::new(ErrorCode::ArgumentOutOfRange, why).at(path)
    })
}
