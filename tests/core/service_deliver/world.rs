//! A service with everything around it. Whatever it answers is searched for keys and tokens.

use crate::signers::{CERTIFICATE, Signer, signing_input, with_signature};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keywicket::error::{Error, ErrorCode};
use keywicket::key::Certificate;
use keywicket::policy::token_restriction::Form;
use keywicket::policy::{TokenRestriction, TokenType, VerificationKey};
use keywicket::secret::SecretBytes;
use keywicket::service::call::{Ask, Call, Reply, Step};
use keywicket::service::store::{Batch, MemoryStore, Range, Store as _, keys};
use keywicket::service::{
    EntitySet, FetchedPlaylist, HttpRequest, HttpResponse, Navigation, ProtectionKey, Service, Settings,
};
use keywicket::token::{Algorithm, CompiledPolicy, JsonWebKeySet, MAX_USES_CLAIM, TokenVerifier, VerifierSettings};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

pub const NOW: i64 = 1_800_000_000;
/// A key whose checksum somebody else worked out: see the test of published checksums.
pub const KID: &str = "339c45b5-fb6d-4bd9-994c-eabd9d41c95b";
pub const CHECKSUM: &str = "YXXn5SwesfA=";
pub const SECRET: [u8; 64] = [3; 64];
const ADMIN_SECRET: [u8; 64] = [9; 64];

/// The bytes of [`KID`].
pub fn key_bytes() -> Vec<u8> {
    (0..16).collect()
}

pub struct World {
    pub service: Rc<Service>,
    pub store: MemoryStore,
    clear: BTreeMap<Vec<u8>, Vec<u8>>,
    pub key_set: Option<String>,
    pub playlist: Option<FetchedPlaylist>,
}

/// What a request was answered, and what was asked for on the way.
pub struct Answer {
    pub response: HttpResponse,
    pub asks: Vec<String>,
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.response.status
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.response.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} stands twice");
        value
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.response.body.expose()).unwrap()
    }

    /// Status and code of a refusal, whose body is nothing but the code and its text.
    pub fn refusal(&self) -> (u16, String) {
        let body = self.json();
        let error = body["Error"].as_object().unwrap();
        assert_eq!((body.as_object().unwrap().len(), error.len()), (1, 2), "{body}");
        assert!(error["Message"].as_str().unwrap().ends_with('.'));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        (self.status(), error["Code"].as_str().unwrap().to_owned())
    }
}

/// The settings of a service that unwraps, and that a manager can ask.
pub fn settings() -> Settings {
    let certificate = Certificate::from_text(CERTIFICATE).unwrap();
    Settings {
        admin: Some(TokenVerifier::new(compiled(&restriction(&ADMIN_SECRET))).unwrap()),
        protection_keys: vec![ProtectionKey { certificate, can_unwrap: true }],
        allowed_origins: vec!["https://player.example".to_owned()],
        playlist_origins: vec!["https://media.example".to_owned()],
        ..Settings::default()
    }
}

pub fn restriction(secret: &[u8]) -> TokenRestriction {
    TokenRestriction {
        token_type: TokenType::Jwt,
        issuer: "i".to_owned(),
        audience: "a".to_owned(),
        primary_verification_key: Some(VerificationKey::Symmetric(SecretBytes::new(secret.to_vec()))),
        alternate_verification_keys: Vec::new(),
        required_claims: Vec::new(),
        open_id_discovery_uri: None,
    }
}

fn compiled(restriction: &TokenRestriction) -> CompiledPolicy {
    CompiledPolicy::from_restriction(restriction, &VerifierSettings::default()).unwrap()
}

/// An open option, as the store has it.
pub fn open_option() -> Value {
    json!({"Name": "", "KeyDeliveryType": 2, "KeyDeliveryConfiguration": null,
           "Restrictions": [{"Name": "Open", "KeyRestrictionType": 0, "Requirements": null}]})
}

pub fn token_option(restriction: &TokenRestriction) -> Value {
    let xml = restriction.to_xml(Form::Current).unwrap();
    json!({"Name": "", "KeyDeliveryType": 2, "KeyDeliveryConfiguration": null,
           "Restrictions": [{"Name": "T", "KeyRestrictionType": 1, "Requirements": xml.expose()}]})
}

/// A JWT of the policy, with a limit of uses or none.
pub fn jwt(expires: i64, max_uses: Option<i64>) -> String {
    signed(&SECRET, expires, max_uses)
}

pub fn admin() -> String {
    format!("Bearer {}", signed(&ADMIN_SECRET, NOW + 600, None))
}

fn signed(secret: &[u8], expires: i64, max_uses: Option<i64>) -> String {
    let claim = max_uses.map(|limit| format!(r#","{MAX_USES_CLAIM}":{limit}"#)).unwrap_or_default();
    let text = signing_input(r#"{"alg":"HS256"}"#, &format!(r#"{{"iss":"i","aud":"a","exp":{expires}{claim}}}"#));
    with_signature(&text, &Signer::Secret(secret.to_vec()).sign(Algorithm::Hs256, text.as_bytes()))
}

pub fn request(method: &str, target: &str, headers: &[(&str, &str)]) -> HttpRequest {
    HttpRequest {
        method: method.to_owned(),
        url: format!("https://keys.example{target}"),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: SecretBytes::default(),
        client_address: None,
        received_at: NOW * 1000,
    }
}

/// A request for the key of [`world`].
pub fn get(token: Option<&str>) -> HttpRequest {
    let header = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<(&str, &str)> = header.iter().map(|header| ("authorization", header.as_str())).collect();
    request("GET", &format!("/?KID={KID}"), &headers)
}

/// A world with one envelope key, whose policy has these options.
pub fn world(options: &[Value]) -> World {
    let mut world = World::new(settings());
    world.policy(1, options);
    world.key(KID, 4, Some(1), key_bytes(), Some(CHECKSUM));
    world
}

fn policy_id(number: u8) -> String {
    format!("nb:ckpid:UUID:00000000-0000-0000-0000-0000000000{number:02x}")
}

impl World {
    pub fn new(settings: Settings) -> Self {
        Self {
            service: Rc::new(Service::new(settings)),
            store: MemoryStore::new(),
            clear: BTreeMap::new(),
            key_set: None,
            playlist: None,
        }
    }

    pub fn put(&self, key: String, value: &str) {
        let put = vec![(key, SecretBytes::new(value.as_bytes().to_vec()))];
        assert!(at_once(self.store.commit(Batch { put, ..Batch::default() })).unwrap());
    }

    pub fn rows(&self, prefix: &str) -> Vec<(String, String)> {
        let rows = at_once(self.store.list(&Range::prefix(prefix, 1000))).unwrap();
        let text = |value: &SecretBytes| String::from_utf8(value.expose().to_vec()).unwrap();
        rows.into_iter().map(|row| (row.key, text(&row.value.value))).collect()
    }

    /// Stores a policy with its options, linked in this order.
    pub fn policy(&mut self, number: u8, options: &[Value]) {
        for (index, option) in options.iter().enumerate() {
            let id = format!("nb:ckpoid:UUID:00000000-0000-0000-00{number:02x}-{index:012x}");
            self.put(keys::entity(EntitySet::ContentKeyAuthorizationPolicyOptions, &id), &option.to_string());
            self.put(keys::links(Navigation::Options, &policy_id(number)) + &id, "");
        }
    }

    /// Stores a content key, wrapped in a way that only this world knows.
    pub fn key(&mut self, kid: &str, kind: u8, policy: Option<u8>, bytes: Vec<u8>, checksum: Option<&str>) {
        let wrapped = format!("wrapped {kid}").into_bytes();
        let id = format!("nb:kid:UUID:{kid}");
        let row = json!({
            "Id": id, "Created": "", "LastModified": "", "ContentKeyType": kind,
            "EncryptedContentKey": STANDARD.encode(&wrapped), "Name": "",
            "ProtectionKeyId": Certificate::from_text(CERTIFICATE).unwrap().thumbprint(), "ProtectionKeyType": 0,
            "Checksum": checksum, "AuthorizationPolicyId": policy.map(policy_id),
        });
        self.clear.insert(wrapped, bytes);
        self.put(keys::entity(EntitySet::ContentKeys, &id), &row.to_string());
    }

    pub fn start(&self, request: HttpRequest) -> Call {
        Call::new(Rc::clone(&self.service), request, |bytes| {
            bytes.fill(7);
            Ok(())
        })
    }

    pub fn perform(&self, ask: Ask) -> Reply {
        let failed = |code| Reply::Failed(Error::new(code, "not now"));
        match ask {
            Ask::Get(keys) => Reply::Values(at_once(self.store.get(&keys)).unwrap()),
            Ask::List(range) => Reply::Rows(at_once(self.store.list(&range)).unwrap()),
            Ask::Count(range) => Reply::Count(at_once(self.store.count(&range)).unwrap()),
            Ask::Commit(batch) => Reply::Committed(at_once(self.store.commit(batch)).unwrap()),
            Ask::Unwrap { protection_key: 0, wrapped } => match self.clear.get(&wrapped) {
                Some(bytes) => Reply::Bytes(SecretBytes::new(bytes.clone())),
                None => failed(ErrorCode::UnwrapFailed),
            },
            Ask::KeySet { .. } => match &self.key_set {
                Some(json) => Reply::KeySet(JsonWebKeySet::parse(json).unwrap().0),
                None => failed(ErrorCode::UpstreamUnavailable),
            },
            Ask::FetchPlaylist(_) => match &self.playlist {
                Some(playlist) => Reply::Playlist(playlist.clone()),
                None => failed(ErrorCode::UpstreamUnavailable),
            },
            other => panic!("{other:?}"),
        }
    }

    pub fn answer(&self, request: HttpRequest) -> Answer {
        self.answer_failing(request, None).0
    }

    /// Fails what is asked `at` that place, from 0. Says whether it came to that.
    pub fn answer_failing(&self, request: HttpRequest, at: Option<usize>) -> (Answer, bool) {
        let tokens = tokens_of(&request);
        let (mut call, mut reply, mut asks) = (self.start(request), None, Vec::new());
        loop {
            match call.step(reply).unwrap() {
                Step::Done(response) => {
                    self.search(&response, &tokens);
                    let failed = at.is_some_and(|at| at < asks.len());
                    return (Answer { response, asks }, failed);
                }
                Step::Ask(ask) => {
                    let is_down = at == Some(asks.len());
                    asks.push(name_of(&ask));
                    let failure = Reply::Failed(Error::new(ErrorCode::StoreUnavailable, "not now"));
                    reply = Some(if is_down { failure } else { self.perform(ask) });
                }
            }
        }
    }

    /// Keys are in bodies of 200 and nowhere else; tokens only where playlists carry them.
    pub fn search(&self, response: &HttpResponse, tokens: &[String]) {
        let headers = response.headers.iter().map(|(name, value)| format!("{name}: {value}"));
        let mut texts: Vec<Vec<u8>> = headers.chain(response.audit.iter().cloned()).map(String::into_bytes).collect();
        let content_type =
            response.headers.iter().find(|(name, _)| *name == "Content-Type").map(|(_, value)| value.as_str());
        let may_hold_keys = matches!(content_type, Some("application/octet-stream" | "application/json"));
        let may_hold_tokens = content_type == Some("application/vnd.apple.mpegurl");
        let mut needles: Vec<Vec<u8>> = Vec::new();
        if response.status != 200 || !(may_hold_keys || may_hold_tokens) {
            texts.push(response.body.expose().to_vec());
        }
        for key in self.clear.values().map(Vec::as_slice).chain([SECRET.as_slice(), &ADMIN_SECRET]) {
            let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            let spellings = [hex.to_uppercase(), hex, STANDARD.encode(key), URL_SAFE_NO_PAD.encode(key)];
            needles.extend(spellings.into_iter().map(String::into_bytes).chain([key.to_vec()]));
        }
        for token in tokens {
            let signature = token.rsplit('.').next().unwrap_or_default();
            needles.extend([token.as_bytes().to_vec(), signature.as_bytes().to_vec()]);
        }
        for needle in needles.iter().filter(|needle| needle.len() > 8) {
            let found = texts.iter().find(|text| text.windows(needle.len()).any(|window| window == needle));
            assert!(found.is_none(), "{:?}", String::from_utf8_lossy(found.unwrap()));
        }
    }
}

fn tokens_of(request: &HttpRequest) -> Vec<String> {
    let headers =
        request.headers.iter().filter(|(name, _)| matches!(name.as_str(), "authorization" | "keywicket-admin"));
    let headers = headers.map(|(_, value)| value.trim_start_matches("Bearer ").to_owned());
    let query = request.url.split(['?', '&']).filter_map(|pair| pair.strip_prefix("token="));
    headers.chain(query.map(str::to_owned)).filter(|token| !token.is_empty()).collect()
}

fn name_of(ask: &Ask) -> String {
    match ask {
        Ask::Get(keys) => format!("get {}", keys.len()),
        Ask::List(_) => "list".to_owned(),
        Ask::Commit(_) => "commit".to_owned(),
        Ask::Unwrap { .. } => "unwrap".to_owned(),
        Ask::KeySet { is_refresh, .. } => if *is_refresh { "refresh" } else { "key set" }.to_owned(),
        Ask::FetchPlaylist(url) => format!("fetch {url}"),
        other => format!("{other:?}"),
    }
}

/// The result of a future that never waits, as those of the memory store.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the memory store waits for nothing"),
    }
}
