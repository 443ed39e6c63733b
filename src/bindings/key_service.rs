//! The key service for JavaScript: requests go in as their parts, and each step says what is to be done.
//!
//! Who calls does the waiting: it performs what a step asks (`{ ask, … }`), hands the reply to the next one, and finds the
//! answer (`[status, headers, body, audit]`) in the last. The shapes of asks and replies are those of
//! `pkg-template/service/platform.js`. Lists of texts cross as one text, a line each: crossing costs more by the piece than
//! by the byte, and most requests cross once, there and back.

use super::read::{self, MAX_DOCUMENT, Members, Result};
use super::{platform::PlatformRng, write};
use crate::error::{Error, ErrorCode};
use crate::key::Certificate;
use crate::secret::{SecretBytes, SecretText, fill};
use crate::service::call::{Ask, Call, Reply, Step};
use crate::service::store::{Batch, Range, Row, Versioned};
use crate::service::{
    FetchedPlaylist, HttpRequest, HttpResponse, MAX_BODY_BYTES, MAX_CACHE_SECONDS, ProtectionKey, Service, Settings,
    audit,
};
use crate::token::{CompiledPolicy, JsonWebKeySet, TokenVerifier};
use js_sys::Array;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// The service with its settings and caches.
#[wasm_bindgen]
#[derive(Debug)]
pub struct KeyServiceCore {
    service: Rc<Service>,
}

/// A request under way.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ServiceCall {
    call: RefCell<Call>,
    /// What was asked last, which says how its reply is read.
    awaited: RefCell<Awaited>,
}

#[derive(Clone, Copy, Debug)]
enum Awaited {
    Values,
    Rows,
    Count,
    Committed,
    Bytes,
    KeySet,
    Playlist,
    Paused,
}

#[wasm_bindgen]
impl KeyServiceCore {
    #[wasm_bindgen(constructor)]
    pub fn new(settings: JsValue) -> Result<Self> {
        Ok(Self { service: Rc::new(Service::new(read_settings(&settings)?)) })
    }

    /// Takes up a request and goes as far as it can without waiting: an answer, or `{ ask, …, call }`. Headers are names in
    /// lower case and values, a line each.
    pub fn begin(
        &self,
        method: String,
        url: String,
        headers: String,
        body: Option<Vec<u8>>,
        client_address: Option<String>,
        received_at: f64,
    ) -> Result<JsValue> {
        // Tokens ride in them.
        let headers = SecretText::from_string(headers);
        let request = HttpRequest {
            method,
            url,
            headers: read_headers(headers.expose()),
            body: SecretBytes::new(body.unwrap_or_default()),
            // What is no address is not known.
            client_address: client_address.and_then(|text| text.parse().ok()),
            received_at: super::number::whole(received_at).unwrap_or_default(),
        };
        let mut call = Call::new(Rc::clone(&self.service), request, |bytes| fill(&mut PlatformRng, bytes));
        Ok(match call.step(None)? {
            Step::Done(response) => write_response(&response),
            Step::Ask(ask) => {
                let (awaited, ask) = write_ask(ask);
                let call = ServiceCall { call: RefCell::new(call), awaited: RefCell::new(awaited) };
                ask.set("call", call).finish()
            }
        })
    }

    /// The longest body that is read.
    #[wasm_bindgen(js_name = maxBody)]
    #[must_use]
    pub fn max_body() -> usize {
        MAX_BODY_BYTES
    }
}

#[wasm_bindgen]
impl ServiceCall {
    /// Goes on: an answer, or `{ ask, … }`.
    pub fn step(&self, reply: JsValue) -> Result<JsValue> {
        let awaited = *self.awaited.borrow();
        let reply = read_reply(awaited, &reply).unwrap_or_else(Reply::Failed);
        let step = self.call.borrow_mut().step(Some(reply))?;
        Ok(match step {
            Step::Ask(ask) => {
                let (awaited, ask) = write_ask(ask);
                *self.awaited.borrow_mut() = awaited;
                ask.finish()
            }
            Step::Done(response) => write_response(&response),
        })
    }
}

/// The rows that append entries to an audit log: keys and values, in turns. For stores, inside their transactions.
#[wasm_bindgen(js_name = appendAudit)]
pub fn append_audit(head: Option<Vec<u8>>, entries: Vec<String>) -> Result<JsValue> {
    let rows = audit::append(head.map(SecretBytes::new).as_ref(), &entries)?;
    let flat = rows.into_iter().flat_map(|(key, value)| [JsValue::from(key), write::secret_bytes(&value)]);
    Ok(flat.collect::<Array>().into())
}

const SETTINGS: &[&str] = &[
    "root",
    "entryHosts",
    "adminHosts",
    "deliveryHosts",
    "deliveryRoot",
    "adminPolicy",
    "protectionKeys",
    "allowedOrigins",
    "playlistOrigins",
    "cacheSeconds",
    "scanLimit",
];

fn read_settings(value: &JsValue) -> Result<Settings> {
    let members = Members::of(value, "options", SETTINGS)?;
    let defaults = Settings::default();
    let number = |name: &str, default: u32, max: u32| -> Result<u32> {
        let Some(number) = members.optional_whole_number(name)? else { return Ok(default) };
        let number = u32::try_from(number).ok().filter(|number| *number <= max);
        let why = || Error::new(ErrorCode::ArgumentOutOfRange, format!("expected a number from 0 to {max}"));
        Ok(number.ok_or_else(|| why().at(members.path(name)))?)
    };
    Ok(Settings {
        root: root(&members, "root", ErrorCode::EntityBadRoot)?,
        entry_hosts: members.texts("entryHosts")?,
        admin_hosts: members.texts("adminHosts")?,
        delivery_hosts: members.texts("deliveryHosts")?,
        delivery_root: root(&members, "deliveryRoot", ErrorCode::DeliverBadRoot)?,
        admin: members.optional_bytes("adminPolicy")?.map(verifier).transpose()?,
        protection_keys: read_protection_keys(&members)?,
        allowed_origins: members.texts("allowedOrigins")?,
        playlist_origins: members.texts("playlistOrigins")?,
        cache_seconds: number("cacheSeconds", defaults.cache_seconds, MAX_CACHE_SECONDS)?,
        scan_limit: number("scanLimit", defaults.scan_limit, 1_000_000)?,
    })
}

/// Addresses are made by adding to it.
fn root(members: &Members, name: &str, code: ErrorCode) -> Result<Option<String>> {
    let root = members.optional_text(name)?;
    if root.as_deref().is_none_or(crate::delivery::is_root) {
        return Ok(root);
    }
    let why = "expected an http or https URL that ends with a slash, such as https://media.example/api/";
    Err(Error::new(code, why).at(members.path(name)).into())
}

fn verifier(compiled: Vec<u8>) -> Result<TokenVerifier> {
    let compiled = SecretBytes::new(compiled);
    let policy = CompiledPolicy::from_bytes(compiled.expose()).map_err(|error| error.at("options.adminPolicy"))?;
    Ok(TokenVerifier::new(policy).map_err(|error| error.within("options.adminPolicy"))?)
}

fn read_protection_keys(members: &Members) -> Result<Vec<ProtectionKey>> {
    let items = members.list("protectionKeys")?.into_iter().enumerate();
    items
        .map(|(index, item)| {
            let path = format!("{}[{index}]", members.path("protectionKeys"));
            let key = Members::of(&item, &path, &["certificate", "canUnwrap"])?;
            let text = read::text(&key.required("certificate")?, &key.path("certificate"), MAX_DOCUMENT)?;
            let certificate = Certificate::from_text(&text).map_err(|error| error.within(&key.path("certificate")))?;
            Ok(ProtectionKey { certificate, can_unwrap: key.optional_flag("canUnwrap")? })
        })
        .collect()
}

/// The lines of [`KeyServiceCore::begin`]. No name or value of HTTP holds the end of a line.
fn read_headers(text: &str) -> Vec<(String, String)> {
    let mut lines = text.split('\n');
    std::iter::from_fn(|| lines.next().zip(lines.next())).map(|(name, value)| (name.into(), value.into())).collect()
}

fn write_ask(ask: Ask) -> (Awaited, write::Members) {
    let named = |name: &str| write::Members::new().set("ask", name);
    match ask {
        Ask::Get(keys) => (Awaited::Values, named("get").set("keys", write::list(keys, JsValue::from))),
        Ask::List(range) => (Awaited::Rows, named("list").set("range", write_range(range))),
        Ask::Count(range) => (Awaited::Count, named("count").set("range", write_range(range))),
        Ask::Commit(batch) => (Awaited::Committed, named("commit").set("batch", write_batch(batch))),
        Ask::Unwrap { protection_key, wrapped } => {
            let key = u32::try_from(protection_key).unwrap_or(u32::MAX);
            (Awaited::Bytes, named("unwrap").set("key", key).set("wrapped", write::public_bytes(&wrapped)))
        }
        Ask::KeySet { discovery_uri, is_refresh } => {
            (Awaited::KeySet, named("keySet").set("uri", discovery_uri).set("refresh", is_refresh))
        }
        Ask::FetchPlaylist(url) => (Awaited::Playlist, named("fetchPlaylist").set("url", url)),
        Ask::Pause(milliseconds) => (Awaited::Paused, named("pause").set("milliseconds", milliseconds)),
    }
}

fn write_range(range: Range) -> JsValue {
    write::Members::new()
        .set("from", range.from)
        .set("to", range.to)
        .set("reverse", range.is_reverse)
        .set("skip", range.skip)
        .set("limit", range.limit)
        .finish()
}

fn write_batch(batch: Batch) -> JsValue {
    let pair =
        |key: String, value: JsValue| -> JsValue { [JsValue::from(key), value].into_iter().collect::<Array>().into() };
    let version = |version: u64| write::number(i64::try_from(version).unwrap_or(i64::MAX));
    write::Members::new()
        .set("expect", write::list(batch.expect, |(key, expected)| pair(key, version(expected))))
        .set("put", write::list(batch.put, |(key, value)| pair(key, write::secret_bytes(&value))))
        .set("delete", write::list(batch.delete, JsValue::from))
        .set("audit", write::list(batch.audit, JsValue::from))
        .finish()
}

fn write_response(response: &HttpResponse) -> JsValue {
    let mut headers = String::new();
    for (name, value) in &response.headers {
        for part in [name, value.as_str()] {
            // The end of a line inside would begin another header.
            headers.extend(part.chars().map(|character| if character.is_control() { ' ' } else { character }));
            headers.push('\n');
        }
    }
    let answer = Array::new_with_length(4);
    answer.set(0, response.status.into());
    answer.set(1, headers.into());
    answer.set(2, write::secret_bytes(&response.body));
    // An entry is one line of JSON.
    answer.set(3, response.audit.join("\n").into());
    answer.into()
}

/// A reply, or why there is none: what a platform gives back is input as any other.
fn read_reply(awaited: Awaited, reply: &JsValue) -> std::result::Result<Reply, Error> {
    let unfit = |_| Error::new(ErrorCode::StoreUnavailable, "the platform gave no fitting reply");
    let failed = Members::optional(reply, "reply", &["failed"]).and_then(|members| members.optional_text("failed"));
    if let Ok(Some(message)) = failed {
        let code = match awaited {
            Awaited::Bytes => ErrorCode::UnwrapFailed,
            Awaited::KeySet | Awaited::Playlist => ErrorCode::UpstreamUnavailable,
            _ => ErrorCode::StoreUnavailable,
        };
        return Err(Error::new(code, message));
    }
    read_value(awaited, reply).map_err(unfit)
}

fn read_value(awaited: Awaited, reply: &JsValue) -> Result<Reply> {
    Ok(match awaited {
        Awaited::Committed => Reply::Committed(reply.as_bool().ok_or(JsValue::NULL)?),
        Awaited::Values => Reply::Values(array(reply)?.iter().map(|value| optional(&value)).collect::<Result<_>>()?),
        Awaited::Rows => Reply::Rows(array(reply)?.iter().map(|value| row(&value)).collect::<Result<_>>()?),
        Awaited::Paused => Reply::Paused,
        Awaited::Count => Reply::Count(count(read::whole_number(reply, "reply")?)?),
        Awaited::Bytes => Reply::Bytes(SecretBytes::new(read::bytes(reply, "reply")?)),
        Awaited::KeySet => Reply::KeySet(JsonWebKeySet::parse(&read::text(reply, "reply", MAX_DOCUMENT)?)?.0),
        Awaited::Playlist => {
            let members = Members::of(reply, "reply", &["status", "text"])?;
            let text = read::text(&members.required("text")?, "reply.text", 4 * MAX_DOCUMENT)?;
            let status = u16::try_from(members.whole_number("status")?).unwrap_or_default();
            Reply::Playlist(FetchedPlaylist { status, text })
        }
    })
}

fn array(value: &JsValue) -> Result<Array> {
    value.dyn_ref::<Array>().cloned().ok_or(JsValue::NULL)
}

fn count(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| JsValue::NULL)
}

const VERSIONED: &[&str] = &["key", "version", "value"];

fn optional(value: &JsValue) -> Result<Option<Versioned>> {
    if value.is_undefined() {
        return Ok(None);
    }
    read_versioned(&Members::of(value, "reply", VERSIONED)?).map(Some)
}

fn read_versioned(members: &Members) -> Result<Versioned> {
    let value = read::chunk(&members.required("value")?, "reply.value")?;
    Ok(Versioned { version: count(members.whole_number("version")?)?, value: SecretBytes::new(value) })
}

fn row(value: &JsValue) -> Result<Row> {
    let members = Members::of(value, "reply", VERSIONED)?;
    Ok(Row { key: members.text("key")?, value: read_versioned(&members)? })
}
