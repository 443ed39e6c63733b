//! A platform for tests: a store in memory, randomness that repeats, and the private key of the fixture.

use crate::randomness::Repeatable;
use crate::signers::{CERTIFICATE, hmac, pem_body, signing_input, with_signature};
use keywicket::error::{Error, ErrorCode, Result};
use keywicket::key::{Certificate, OaepHash, hazmat};
use keywicket::policy::{TokenRestriction, TokenType, VerificationKey};
use keywicket::secret::SecretBytes;
use keywicket::service::store::{Batch, MemoryStore, Range, Row, Store, Versioned};
use keywicket::service::{FetchedPlaylist, HttpRequest, HttpResponse, Platform, ProtectionKey, Service, Settings};
use keywicket::token::{Algorithm, CompiledPolicy, JsonWebKeySet, TokenVerifier, VerifierSettings};
use rand_core::TryRng as _;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

const PRIVATE_KEY: &str = include_str!("../../fixtures/rsa-2048.key.pem");
const ADMIN_KEY: [u8; 64] = [7; 64];
/// 2015-02-04T02:37:46.968Z, in milliseconds.
pub const NOW: i64 = 1_423_017_466_968;
pub const ROOT: &str = "https://keys.example/api/";

/// What happens just before a commit.
pub type Interruption = Box<dyn FnOnce()>;

pub struct TestPlatform {
    pub store: Rc<MemoryStore>,
    random: RefCell<Repeatable>,
    /// Run once, before the next commit: somebody else is faster.
    pub interruption: RefCell<Option<Interruption>>,
    /// How many commits meet a conflict that nobody sees.
    pub conflicts: Cell<usize>,
    /// Whether the store answers.
    pub is_down: Cell<bool>,
}

impl TestPlatform {
    pub fn new() -> Self {
        Self {
            store: Rc::new(MemoryStore::new()),
            random: RefCell::new(Repeatable(1)),
            interruption: RefCell::default(),
            conflicts: Cell::default(),
            is_down: Cell::default(),
        }
    }

    /// All rows but those of the audit log.
    pub fn rows(&self) -> Vec<(String, String)> {
        self.all_rows().into_iter().filter(|(key, _)| !key.starts_with("a/") && !key.starts_with("m/")).collect()
    }

    /// All rows, in order, as text.
    pub fn all_rows(&self) -> Vec<(String, String)> {
        let range = Range { from: String::new(), to: "\u{7f}".into(), is_reverse: false, skip: 0, limit: u32::MAX };
        let rows = block_on(self.store.list(&range)).unwrap();
        let text = |row: Row| (row.key, String::from_utf8(row.value.value.expose().to_vec()).unwrap());
        rows.into_iter().map(text).collect()
    }

    fn check_up(&self) -> Result<()> {
        if self.is_down.get() { Err(Error::new(ErrorCode::StoreUnavailable, "the store is down")) } else { Ok(()) }
    }
}

impl Store for TestPlatform {
    async fn get(&self, keys: &[String]) -> Result<Vec<Option<Versioned>>> {
        self.check_up()?;
        self.store.get(keys).await
    }

    async fn list(&self, range: &Range) -> Result<Vec<Row>> {
        self.check_up()?;
        self.store.list(range).await
    }

    async fn count(&self, range: &Range) -> Result<u64> {
        self.check_up()?;
        self.store.count(range).await
    }

    async fn commit(&self, batch: Batch) -> Result<bool> {
        self.check_up()?;
        if let Some(interrupt) = self.interruption.borrow_mut().take() {
            interrupt();
        }
        if self.conflicts.get() > 0 {
            self.conflicts.set(self.conflicts.get() - 1);
            return Ok(false);
        }
        self.store.commit(batch).await
    }
}

impl Platform for TestPlatform {
    fn fill_random(&self, bytes: &mut [u8]) -> Result<()> {
        self.random.borrow_mut().try_fill_bytes(bytes).unwrap();
        Ok(())
    }

    async fn unwrap(&self, protection_key: usize, wrapped: &[u8]) -> Result<SecretBytes> {
        assert_eq!(protection_key, 0, "there is one protection key");
        hazmat::unwrap(&SecretBytes::new(pem_body(PRIVATE_KEY)), wrapped, OaepHash::Sha1, &mut Repeatable(2))
    }

    async fn key_set(&self, _: &str, _: bool) -> Result<JsonWebKeySet> {
        Err(Error::new(ErrorCode::UpstreamUnavailable, "there is no network in this test"))
    }

    async fn fetch_playlist(&self, _: &str) -> Result<FetchedPlaylist> {
        Err(Error::new(ErrorCode::UpstreamUnavailable, "there is no network in this test"))
    }
}

/// Settings with the fixture's protection key, and an admin policy that [`admin`] is a token for.
pub fn settings() -> Settings {
    let restriction = TokenRestriction {
        token_type: TokenType::Jwt,
        issuer: "https://admin.example/".into(),
        audience: "urn:manage".into(),
        primary_verification_key: Some(VerificationKey::Symmetric(SecretBytes::new(ADMIN_KEY.to_vec()))),
        alternate_verification_keys: Vec::new(),
        required_claims: Vec::new(),
        open_id_discovery_uri: None,
    };
    let policy = CompiledPolicy::from_restriction(&restriction, &VerifierSettings::default()).unwrap();
    let certificate = Certificate::from_text(CERTIFICATE).unwrap();
    Settings {
        admin: Some(TokenVerifier::new(policy).unwrap()),
        protection_keys: vec![ProtectionKey { certificate, can_unwrap: true }],
        ..Settings::default()
    }
}

/// A token for the management API, signed by hand; it ends at that time.
pub fn admin_until(expires_at: i64) -> String {
    let payload = format!(r#"{{"iss":"https://admin.example/","aud":"urn:manage","exp":{expires_at}}}"#);
    let input = signing_input(r#"{"alg":"HS256","typ":"JWT"}"#, &payload);
    let signature = hmac(Algorithm::Hs256, &ADMIN_KEY, input.as_bytes());
    format!("Bearer {}", with_signature(&input, &signature))
}

pub fn admin() -> String {
    admin_until(NOW / 1000 + 3600)
}

/// Sends a request as it is.
pub fn send(
    service: &Service,
    platform: &TestPlatform,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> HttpResponse {
    let request = HttpRequest {
        method: method.into(),
        url: url.into(),
        headers: headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), (*value).to_owned())).collect(),
        body: SecretBytes::new(body.as_bytes().to_vec()),
        client_address: None,
        received_at: NOW,
    };
    block_on(service.handle(platform, &request))
}

/// A service, its platform, and a client that may manage.
pub struct Desk {
    pub service: Service,
    pub platform: TestPlatform,
}

impl Desk {
    pub fn new() -> Self {
        Self::with(settings())
    }

    pub fn with(settings: Settings) -> Self {
        Self { service: Service::new(settings), platform: TestPlatform::new() }
    }

    /// Another instance of the service over the same store.
    pub fn beside(&self) -> Self {
        let mut other = Self::new();
        other.platform.store = Rc::clone(&self.platform.store);
        other
    }

    /// Sends a request below the root, as a client that may manage.
    pub fn call(&self, method: &str, path: &str, body: &str) -> HttpResponse {
        self.call_with(method, path, &[], body)
    }

    /// The same with further headers; one of the usual ones takes its place.
    pub fn call_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> HttpResponse {
        let admin = admin();
        let usual = [
            ("authorization", admin.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json"),
            ("x-ms-version", "2.19"),
        ];
        let further = usual.into_iter().filter(|(name, _)| headers.iter().all(|(other, _)| other != name));
        let all: Vec<(&str, &str)> = headers.iter().copied().chain(further).collect();
        send(&self.service, &self.platform, method, &format!("{ROOT}{path}"), &all, body)
    }

    /// Creates an entity, which must work, and gives its id back.
    pub fn create(&self, set: &str, body: &str) -> String {
        let response = self.call("POST", set, body);
        assert_eq!(response.status, 201, "{set} {body} {}", text(&response));
        json(&response)["Id"].as_str().unwrap().to_owned()
    }
}

pub fn text(response: &HttpResponse) -> String {
    String::from_utf8(response.body.expose().to_vec()).unwrap()
}

pub fn json(response: &HttpResponse) -> serde_json::Value {
    serde_json::from_slice(response.body.expose()).unwrap()
}

pub fn header<'r>(response: &'r HttpResponse, name: &str) -> Option<&'r str> {
    response.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The code of a refusal in the minimal format.
pub fn code(response: &HttpResponse) -> String {
    json(response)["odata.error"]["code"].as_str().unwrap().to_owned()
}

/// The codes of an answer's findings.
pub fn findings(response: &HttpResponse) -> Vec<String> {
    let Some(header) = header(response, "Keywicket-Findings") else { return Vec::new() };
    let list: Vec<serde_json::Value> = serde_json::from_str(header).unwrap();
    list.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// Nothing in these tests waits for anything.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nobody would wake this up"),
    }
}
