//! Functions, over a store in memory and a private key of the tests.

use super::{Function, Target, call};
use crate::encoding::{base64_decode, base64_encode, percent_encode};
use crate::error::{Error, ErrorCode, Result};
use crate::id::KeyId;
use crate::key::{Certificate, ContentKey, ContentKeyType, OaepHash, hazmat, wrap_content_key};
use crate::secret::{SecretBytes, fill};
use crate::service::auth::Admin;
use crate::service::deliver::Caches;
use crate::service::http::HttpRequest;
use crate::service::management::refusal::Refusal;
use crate::service::platform::{FetchedPlaylist, Platform};
use crate::service::settings::{ProtectionKey, Settings};
use crate::service::store::{Batch, MemoryStore, Range, Row, Store, Versioned, keys};
use crate::service::{EntitySet, random::PlatformRandom};
use crate::token::JsonWebKeySet;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

const CERTIFICATE: &str = include_str!("../../../../tests/fixtures/rsa-2048.cert.pem");
const PRIVATE_KEY: &str = include_str!("../../../../tests/fixtures/rsa-2048.key.pem");
const OTHER_CERTIFICATE: &str = include_str!("../../../../tests/fixtures/recipient.cert.pem");
const OTHER_PRIVATE_KEY: &str = include_str!("../../../../tests/fixtures/recipient.key.pem");
const DOCUMENTED: &str = include_str!("../../../../tests/fixtures/documented-protection-certificate.txt");
const ID: &str = "nb:kid:UUID:da3813af-55e6-48e7-aa9f-a4d6031f7b4d";
const KEY: [u8; 16] = [7; 16];

#[derive(Default)]
struct Machine {
    store: MemoryStore,
}

impl Store for Machine {
    async fn get(&self, keys: &[String]) -> Result<Vec<Option<Versioned>>> {
        self.store.get(keys).await
    }
    async fn list(&self, range: &Range) -> Result<Vec<Row>> {
        self.store.list(range).await
    }
    async fn count(&self, range: &Range) -> Result<u64> {
        self.store.count(range).await
    }
    async fn commit(&self, batch: Batch) -> Result<bool> {
        self.store.commit(batch).await
    }
}

impl Platform for Machine {
    /// No test looks at the numbers.
    fn fill_random(&self, bytes: &mut [u8]) -> Result<()> {
        bytes.fill(3);
        Ok(())
    }
    async fn unwrap(&self, protection_key: usize, wrapped: &[u8]) -> Result<SecretBytes> {
        assert_eq!(protection_key, 1, "the second key of the settings has the private key");
        unwrap(PRIVATE_KEY, wrapped)
    }
    async fn key_set(&self, _: &str, _: bool) -> Result<JsonWebKeySet> {
        Err(Error::new(ErrorCode::UpstreamUnavailable, "not here"))
    }
    async fn fetch_playlist(&self, _: &str) -> Result<FetchedPlaylist> {
        Err(Error::new(ErrorCode::UpstreamUnavailable, "not here"))
    }
}

fn unwrap(pem: &str, wrapped: &[u8]) -> Result<SecretBytes> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = SecretBytes::new(base64_decode(&body).unwrap());
    hazmat::unwrap(&der, wrapped, OaepHash::Sha1, &mut PlatformRandom(&Machine::default()))
}

fn settings() -> Settings {
    let key = |text: &str, can_unwrap| ProtectionKey { certificate: Certificate::from_text(text).unwrap(), can_unwrap };
    Settings { protection_keys: vec![key(DOCUMENTED, false), key(CERTIFICATE, true)], ..Settings::default() }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a store in memory waits"),
    }
}

fn ask(
    settings: &Settings,
    machine: &impl Platform,
    target: &Target,
    query: &str,
    body: &str,
) -> std::result::Result<String, Refusal> {
    let request = HttpRequest {
        method: "GET".into(),
        url: format!("https://media.example/api/x?{query}"),
        headers: Vec::new(),
        body: SecretBytes::new(body.as_bytes().to_vec()),
        client_address: None,
        received_at: 1_423_017_172_000,
    };
    let admin = Admin { token_digest: "d1".to_owned() };
    let context =
        super::Context { settings, caches: &Caches::default(), platform: machine, request: &request, admin: &admin };
    run(call(&context, target))
}

fn unbound(settings: &Settings, function: &str, query: &str) -> std::result::Result<String, Refusal> {
    ask(settings, &Machine::default(), &Target::Unbound(Function::from_name(function).unwrap()), query, "")
}

fn refused(answer: std::result::Result<String, Refusal>) -> (u16, &'static str) {
    answer.map_err(|refusal| (refusal.status, refusal.code)).unwrap_err()
}

/// A machine with one content key, wrapped to the certificate of the tests.
fn with_key(kind: ContentKeyType, change: impl FnOnce(String) -> String) -> Machine {
    let machine = Machine::default();
    let key = ContentKey::new(kind, KeyId::parse(ID).unwrap(), SecretBytes::new(KEY.to_vec())).unwrap();
    let certificate = Certificate::from_text(CERTIFICATE).unwrap();
    let rng = &mut PlatformRandom(&machine);
    let entity = wrap_content_key(&key, &certificate, "", &[], OaepHash::Sha1, rng).unwrap();
    let json = change(serde_json::to_string(&entity).unwrap());
    let put = vec![(keys::entity(EntitySet::ContentKeys, ID), SecretBytes::new(json.into_bytes()))];
    assert!(run(machine.commit(Batch { put, ..Batch::default() })).unwrap());
    machine
}

fn log(machine: &Machine) -> Vec<String> {
    let rows = run(machine.list(&Range::prefix(keys::AUDIT, 100))).unwrap();
    rows.iter().map(|row| String::from_utf8(row.value.value.expose().to_vec()).unwrap()).collect()
}

/// The answers printed in the REST documentation.
#[test]
fn the_documented_certificate_is_found_by_its_documented_thumbprint() {
    let thumbprint = "7D9BB04D9D0A4A24800CADBFEF232689E048F69C";
    let settings = settings();
    assert_eq!(unbound(&settings, "GetProtectionKeyId", "contentKeyType=0"), Ok(thumbprint.to_owned()));
    assert_eq!(unbound(&settings, "GetProtectionKeyId", "api-version=1&ContentKeyType=8"), Ok(thumbprint.to_owned()));
    let compact: String = DOCUMENTED.chars().filter(|c| !c.is_whitespace()).collect();
    let lower = thumbprint.to_lowercase();
    for query in [format!("ProtectionKeyId='{thumbprint}'"), format!("protectionKeyId=%27{lower}%27")] {
        assert_eq!(unbound(&settings, "GetProtectionKey", &query), Ok(compact.clone()));
    }
    let second = settings.protection_keys[1].certificate.thumbprint();
    let found = unbound(&settings, "GetProtectionKey", &format!("ProtectionKeyId='{second}'"));
    assert_eq!(found, Ok(base64_encode(settings.protection_keys[1].certificate.der())));
}

#[test]
fn protection_keys_that_are_not_there_are_refused() {
    let settings = settings();
    for query in ["", "contentKeyType=", "contentKeyType=-1", "contentKeyType='0'", "contentKeyType=0&ContentKeyType=0"]
    {
        assert_eq!(
            refused(unbound(&settings, "GetProtectionKeyId", query)),
            (400, "function.bad_parameter"),
            "{query}"
        );
    }
    for query in ["contentKeyType=5", "contentKeyType=9"] {
        assert_eq!(refused(unbound(&settings, "GetProtectionKeyId", query)), (400, "key.unknown_type"), "{query}");
    }
    for query in ["ProtectionKeyId=7D", "ProtectionKeyId='7D", "ProtectionKeyId='a'b'", "ProtectionKeyId=%zz", "x='a'"]
    {
        assert_eq!(refused(unbound(&settings, "GetProtectionKey", query)), (400, "function.bad_parameter"), "{query}");
    }
    assert_eq!(
        refused(unbound(&settings, "GetProtectionKey", "ProtectionKeyId=''")),
        (404, "function.no_protection_key")
    );
    let none = unbound(&Settings::default(), "GetProtectionKeyId", "contentKeyType=0");
    assert_eq!(refused(none), (404, "function.no_protection_key"));
}

#[test]
fn delivery_addresses_follow_the_type_of_the_key() {
    let machine = with_key(ContentKeyType::EnvelopeEncryption, |json| json);
    let target = Target::Key(Function::GetKeyDeliveryUrl, ID.to_owned());
    let guid = ID.trim_start_matches("nb:kid:UUID:");
    for body in [r#"{"keyDeliveryType":2}"#, r#"{"KeyDeliveryType":"2"}"#] {
        let url = ask(&Settings::default(), &machine, &target, "", body);
        assert_eq!(url, Ok(format!("https://media.example/?KID={guid}")));
    }
    let settings = Settings { delivery_root: Some("https://keys.example/a/".to_owned()), ..Settings::default() };
    let url = ask(&settings, &machine, &target, "", r#"{"keyDeliveryType":2}"#);
    assert_eq!(url, Ok(format!("https://keys.example/a/?KID={guid}")));
    for (body, code) in [
        (r#"{"keyDeliveryType":1}"#, "deliver.wrong_key_type"),
        (r#"{"keyDeliveryType":0}"#, "deliver.no_delivery_type"),
        (r#"{"keyDeliveryType":5}"#, "policy.bad_option"),
        (r#"{"keyDeliveryType":258}"#, "function.bad_parameter"),
        (r#"{"keyDeliveryType":null}"#, "function.bad_parameter"),
        ("{}", "function.bad_parameter"),
        ("[2]", "function.bad_parameter"),
        ("", "function.bad_parameter"),
    ] {
        assert_eq!(refused(ask(&settings, &machine, &target, "", body)), (400, code), "{body}");
    }
    let other = Target::Key(Function::GetKeyDeliveryUrl, ID.replace("da", "db"));
    assert_eq!(refused(ask(&settings, &machine, &other, "", r#"{"keyDeliveryType":2}"#)), (404, "entity.not_found"));
    assert_eq!(refused(ask(&settings, &machine, &Target::Key(Function::Epoch, ID.to_owned()), "", "")).0, 404);
}

fn rebind_query(certificate: &str) -> String {
    // As PHP's urlencode writes it.
    let certificate = percent_encode(certificate).expose().replace("%20", "+");
    format!("id='{}'&x509Certificate='{certificate}'", ID.replace(':', "%3a"))
}

fn rebind(machine: &Machine, query: &str) -> std::result::Result<String, Refusal> {
    ask(&settings(), machine, &Target::Unbound(Function::RebindContentKey), query, "")
}

#[test]
fn a_key_is_rewrapped_for_the_caller_and_that_is_written_down() {
    let machine = with_key(ContentKeyType::CommonEncryption, |json| json);
    let other = Certificate::from_text(OTHER_CERTIFICATE).unwrap();
    for (certificate, entries) in [(OTHER_CERTIFICATE.to_owned(), 1), (base64_encode(other.der()), 2)] {
        let wrapped = base64_decode(&rebind(&machine, &rebind_query(&certificate)).unwrap()).unwrap();
        assert_eq!(unwrap(OTHER_PRIVATE_KEY, &wrapped).unwrap().expose(), KEY);
        assert!(unwrap(PRIVATE_KEY, &wrapped).is_err());
        let log = log(&machine);
        assert_eq!(log.len(), entries);
        let said = format!(
            r#""entry":{{"time":1423017172000,"action":"rebind","admin":"d1","set":"ContentKeys","id":"{ID}","certificate":"{}"}}"#,
            other.thumbprint()
        );
        assert!(log[entries - 1].contains(&said), "{}", log[entries - 1]);
    }
}

#[test]
fn keys_that_must_not_be_rewrapped_stay() {
    let swapped = |from: &'static str, to: &'static str| {
        let changed = move |json: String| {
            assert!(json.contains(from));
            json.replace(from, to)
        };
        with_key(ContentKeyType::CommonEncryption, changed)
    };
    let good = || with_key(ContentKeyType::CommonEncryption, |json| json);
    let query = rebind_query(OTHER_CERTIFICATE);
    let documented = "7D9BB04D9D0A4A24800CADBFEF232689E048F69C";
    let thumbprint = Certificate::from_text(CERTIFICATE).unwrap().thumbprint();
    let elsewhere = with_key(ContentKeyType::CommonEncryption, |json| json.replace(&thumbprint, documented));
    for (machine, query, refusal) in [
        (good(), rebind_query(""), (400, "rebind.empty_certificate")),
        (good(), rebind_query(" "), (400, "rebind.empty_certificate")),
        (good(), rebind_query("AAAA"), (400, "certificate.not_a_certificate")),
        (good(), query.replace("UUID", "XXID"), (400, "id.wrong_prefix")),
        (good(), query.replace("da38", "da39"), (404, "entity.not_found")),
        (good(), "id='a'".to_owned(), (400, "function.bad_parameter")),
        (elsewhere, query.clone(), (409, "unwrap.no_private_key")),
        (
            swapped("\"EncryptedContentKey\":\"", "\"EncryptedContentKey\":\"AAAA"),
            query.clone(),
            (400, "unwrap.failed"),
        ),
        (swapped("\"Checksum\":\"", "\"Checksum\":\"AAAA"), query.clone(), (409, "unwrap.checksum_mismatch")),
    ] {
        assert_eq!(refused(rebind(&machine, &query)), refusal, "{query}");
        assert!(log(&machine).is_empty());
    }
}

#[test]
fn the_epoch_grows_by_one_and_that_is_written_down() {
    let machine = Machine::default();
    let ask = |function| ask(&settings(), &machine, &Target::Unbound(function), "", "");
    assert_eq!(ask(Function::Epoch), Ok("0".to_owned()));
    for number in 1..=3 {
        assert_eq!(ask(Function::RaiseEpoch), Ok(number.to_string()));
        assert_eq!(ask(Function::Epoch), Ok(number.to_string()));
    }
    let log = log(&machine);
    assert_eq!(log.len(), 3);
    assert!(log[2].contains(r#""action":"raise_epoch","admin":"d1","epoch":"3""#), "{}", log[2]);
    let put = vec![(keys::EPOCH.to_owned(), SecretBytes::new(b"many".to_vec()))];
    assert!(run(machine.commit(Batch { put, ..Batch::default() })).unwrap());
    assert_eq!(refused(ask(Function::RaiseEpoch)), (500, "store.corrupt"));
}

/// A store in which somebody else raises the epoch before every commit.
#[test]
fn an_epoch_that_never_holds_still_is_given_up() {
    struct Racing(Machine);
    impl Store for Racing {
        async fn get(&self, keys: &[String]) -> Result<Vec<Option<Versioned>>> {
            self.0.get(keys).await
        }
        async fn list(&self, range: &Range) -> Result<Vec<Row>> {
            self.0.list(range).await
        }
        async fn count(&self, range: &Range) -> Result<u64> {
            self.0.count(range).await
        }
        async fn commit(&self, batch: Batch) -> Result<bool> {
            let put = vec![(keys::EPOCH.to_owned(), SecretBytes::new(b"5".to_vec()))];
            assert!(self.0.commit(Batch { put, ..Batch::default() }).await?);
            self.0.commit(batch).await
        }
    }
    impl Platform for Racing {
        fn fill_random(&self, bytes: &mut [u8]) -> Result<()> {
            fill(&mut PlatformRandom(&self.0), bytes)
        }
        async fn unwrap(&self, number: usize, wrapped: &[u8]) -> Result<SecretBytes> {
            Platform::unwrap(&self.0, number, wrapped).await
        }
        async fn key_set(&self, uri: &str, is_refresh: bool) -> Result<JsonWebKeySet> {
            self.0.key_set(uri, is_refresh).await
        }
        async fn fetch_playlist(&self, url: &str) -> Result<FetchedPlaylist> {
            self.0.fetch_playlist(url).await
        }
    }
    let racing = Racing(Machine::default());
    let answer = ask(&settings(), &racing, &Target::Unbound(Function::RaiseEpoch), "", "");
    assert_eq!(answer.unwrap_err().status, 503);
    assert!(log(&racing.0).is_empty());
}
