use crate::randomness::{Broken, Repeatable};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywicket::error::ErrorCode;
use keywicket::id::{Guid, KeyId};
use keywicket::key::{Certificate, ContentKey, ContentKeyType, OaepHash, checksum, wrap, wrap_content_key};
use keywicket::secret::SecretBytes;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{Oaep, RsaPrivateKey};
use sha1::Sha1;

const CERTIFICATE: &str = include_str!("../fixtures/rsa-2048.cert.pem");
const PRIVATE_KEY: &str = include_str!("../fixtures/rsa-2048.key.pem");

fn key_id(text: &str) -> KeyId {
    KeyId::new(Guid::parse(text).unwrap())
}

/// Computed with openssl: `openssl enc -aes-128-ecb -nopad` over the GUID in .NET order; also published for the seeds.
#[test]
fn checksums_of_published_keys() {
    let kid = key_id("339C45B5-FB6D-4BD9-994C-EABD9D41C95B");
    let sum = |bytes: Vec<u8>| STANDARD.encode(checksum(kid, &SecretBytes::new(bytes)).unwrap());
    assert_eq!(sum((0..16).collect()), "YXXn5SwesfA=");
    assert_eq!(sum((0..32).collect()), "/PUvzVMtX6Y=");
    for length in [0, 8, 15, 17, 31, 33] {
        assert_eq!(checksum(kid, &SecretBytes::zeroed(length)).unwrap_err().code(), ErrorCode::KeyWrongLength);
    }
}

#[test]
fn lengths_are_those_of_the_types() {
    let kid = key_id("339C45B5-FB6D-4BD9-994C-EABD9D41C95B");
    let make = |kind, length| ContentKey::new(kind, kid, SecretBytes::zeroed(length)).map_err(|error| error.code());
    for kind in ContentKeyType::ALL {
        let right = match kind {
            ContentKeyType::ConfigurationEncryption | ContentKeyType::UrlEncryption => {
                assert_eq!(make(kind, 32).unwrap_err(), ErrorCode::KeyNotImportable);
                continue;
            }
            ContentKeyType::StorageEncryption => 32,
            ContentKeyType::FairPlayPfxPassword => {
                assert!(make(kind, 0).is_ok() && make(kind, 300).is_ok());
                continue;
            }
            _ => 16,
        };
        assert!(make(kind, right).is_ok());
        for wrong in [0, right - 1, right + 1, 48 - right] {
            assert_eq!(make(kind, wrong).unwrap_err(), ErrorCode::KeyWrongLength, "{kind:?} {wrong}");
        }
    }
    let nobody = ContentKey::new(ContentKeyType::CommonEncryption, key_id(&"0".repeat(32)), SecretBytes::zeroed(16));
    assert_eq!(nobody.unwrap_err().code(), ErrorCode::IdAllZero);
}

#[test]
fn a_wrapped_key_unwraps_to_itself_and_the_entity_says_what_it_is() {
    let certificate = Certificate::from_text(CERTIFICATE).unwrap();
    let private = RsaPrivateKey::from_pkcs8_pem(PRIVATE_KEY).unwrap();
    let mut rng = Repeatable(1);
    for kind in [ContentKeyType::EnvelopeEncryption, ContentKeyType::StorageEncryption, ContentKeyType::FairPlayASk] {
        let key = ContentKey::generate(kind, None, &mut rng).unwrap();
        let entity =
            wrap_content_key(&key, &certificate, "name", &["video".into(), "audio".into()], OaepHash::Sha1, &mut rng)
                .unwrap();
        let wrapped = STANDARD.decode(&entity.encrypted_content_key).unwrap();
        assert_eq!(wrapped.len(), 256);
        assert_eq!(private.decrypt(Oaep::<Sha1>::new(), &wrapped).unwrap(), key.bytes().expose());
        assert_eq!(entity.content_key_type, kind.number());
        assert_eq!(entity.protection_key_id, certificate.thumbprint());
        assert_eq!(entity.track_identifiers.as_deref(), Some("video,audio"));
        assert_eq!(entity.checksum.unwrap(), STANDARD.encode(checksum(key.id(), key.bytes()).unwrap()));
    }
}

#[test]
fn oaep_carries_214_bytes_under_2048_bits_and_no_more() {
    let certificate = Certificate::from_text(CERTIFICATE).unwrap();
    let mut rng = Repeatable(2);
    assert_eq!(wrap(&certificate, &SecretBytes::zeroed(214), OaepHash::Sha1, &mut rng).unwrap().len(), 256);
    assert_eq!(
        wrap(&certificate, &SecretBytes::zeroed(215), OaepHash::Sha1, &mut rng).unwrap_err().code(),
        ErrorCode::WrapKeyTooLong
    );
}

#[test]
fn without_randomness_nothing_is_made() {
    let certificate = Certificate::from_text(CERTIFICATE).unwrap();
    let made = ContentKey::generate(ContentKeyType::CommonEncryption, None, &mut Broken);
    assert_eq!(made.unwrap_err().code(), ErrorCode::RandomUnavailable);
    let wrapped = wrap(&certificate, &SecretBytes::zeroed(16), OaepHash::Sha1, &mut Broken);
    assert_eq!(wrapped.unwrap_err().code(), ErrorCode::RandomUnavailable);
}

#[test]
fn debug_output_of_a_key_has_no_key_in_it() {
    let key = ContentKey::generate(ContentKeyType::CommonEncryption, None, &mut Repeatable(3)).unwrap();
    let text = format!("{key:?}");
    let bytes = key.bytes().expose();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    for secret in [hex, STANDARD.encode(bytes), format!("{bytes:?}")] {
        assert!(!text.contains(&secret), "{text}");
    }
}
