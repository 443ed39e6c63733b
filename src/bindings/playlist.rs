//! Playlists for JavaScript.

use super::read::{self, MAX_DOCUMENT, Members, Result};
use super::write;
use crate::delivery::{Rewrite, VariantRoute, rewrite_playlist as rewrite};
use crate::error::Error;
use crate::secret::SecretText;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// What the core reads of a playlist, in UTF-16 units.
const MAX_PLAYLIST: u32 = 4 * MAX_DOCUMENT;

/// The playlist with the token on the keys of the listed servers.
#[wasm_bindgen(js_name = rewritePlaylist)]
pub fn rewrite_playlist(text: JsValue, options: JsValue) -> Result<JsValue> {
    let text = read::text(&text, "text", MAX_PLAYLIST)?;
    let members = Members::of(&options, "options", &["url", "token", "keyServers", "route", "routeOrigins"])?;
    members.required("keyServers")?;
    let (url, token) = (members.text("url")?, SecretText::from_string(members.text("token")?));
    let (key_servers, origins) = (members.texts("keyServers")?, members.texts("routeOrigins")?);
    let (key_servers, origins): (Vec<&str>, Vec<&str>) =
        (key_servers.iter().map(String::as_str).collect(), origins.iter().map(String::as_str).collect());
    let route = members.optional_text("route")?;
    let rewritten = rewrite(
        &text,
        &Rewrite {
            playlist_url: &url,
            token: token.expose(),
            key_origins: &key_servers,
            variant_route: route.as_deref().map(|url| VariantRoute { url, origins: &origins }),
        },
    );
    let place = |error: Error| if error.path().is_some() { error.within("options") } else { error.at("text") };
    Ok(write::secret_text(&rewritten.map_err(place)?))
}
