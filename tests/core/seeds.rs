//! Key seeds, batches and the checksum doctor.

use crate::randomness::Repeatable;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywicket::error::ErrorCode;
use keywicket::id::{Guid, KeyId};
use keywicket::key::{
    ChecksumVerdict, checksum, checksums, derive_content_key, derive_content_keys, diagnose_checksum, generate_key_seed,
};
use keywicket::secret::SecretBytes;
use proptest::prelude::*;

const KID: &str = "316d14d4-b603-4d90-b8db-0fede8aa48f8";

fn key_id(text: &str) -> KeyId {
    KeyId::new(Guid::parse(text).unwrap())
}

/// Microsoft's public test seed and the key that it gives.
#[test]
fn the_published_seed_gives_the_published_key() {
    let seed = SecretBytes::new(STANDARD.decode("XVBovsmzhP9gRIZxWfFta3VVRPzVEWmJsazEJ46I").unwrap());
    let key = derive_content_key(&seed, key_id("339C45B5-FB6D-4BD9-994C-EABD9D41C95B")).unwrap();
    assert_eq!(STANDARD.encode(key.expose()), "pTfNwMplhBQG1SXnvyLXVA==");
    let short = SecretBytes::zeroed(29);
    assert_eq!(derive_content_key(&short, key_id(KID)).unwrap_err().code(), ErrorCode::KeySeedTooShort);
    assert_eq!(generate_key_seed(&mut Repeatable(1)).unwrap().len(), 30);
}

/// Values computed with openssl from key 00…0f, independently of this code.
#[test]
fn the_doctor_names_the_mistake() {
    let key = SecretBytes::new((0..16).collect());
    let entity_id = format!("nb:kid:UUID:{KID}");
    let diagnose = |stored: &[u8]| diagnose_checksum(key_id(KID), &entity_id, &key, stored).unwrap();
    for (stored, verdict) in [
        ("VsHMb9Y/JK4=", ChecksumVerdict::Match),
        ("q01dnXV7eqY=", ChecksumVerdict::BigEndianGuid),
        ("5QX5hO3g/tQ=", ChecksumVerdict::PhpSdk),
        ("b8EyMPpVqlw=", ChecksumVerdict::JavaSdk),
        ("gbVTSUf6LnE=", ChecksumVerdict::EntityIdText),
        ("riQ/1m/MwVY=", ChecksumVerdict::Reversed),
        ("AAAAAAAAAAA=", ChecksumVerdict::Unknown),
    ] {
        assert_eq!(diagnose(&STANDARD.decode(stored).unwrap()), verdict, "{stored}");
    }
    assert_eq!(diagnose(&[]), ChecksumVerdict::Unknown);
    assert_eq!(diagnose(&checksum(key_id(&"0".repeat(32)), &key).unwrap()), ChecksumVerdict::AllZeroId);
}

proptest! {
    #[test]
    fn a_batch_is_its_parts(ids in prop::collection::vec(any::<[u8; 16]>(), 0..20), seed: [u8; 30], long: bool) {
        let length = if long { 32 } else { 16 };
        let keys: Vec<Vec<u8>> = ids.iter().map(|id| id.iter().cycle().take(length).copied().collect()).collect();
        let sums = checksums(&ids.concat(), &SecretBytes::new(keys.concat()), length).unwrap();
        let id_of = |id: &[u8; 16]| KeyId::new(Guid::from_cenc_bytes(*id));
        let expected: Vec<u8> = ids.iter().zip(&keys).flat_map(|(id, key)| checksum(id_of(id), &SecretBytes::new(key.clone())).unwrap()).collect();
        prop_assert_eq!(sums, expected);
        let seed = SecretBytes::new(seed.to_vec());
        let derived = derive_content_keys(&seed, &ids.concat()).unwrap();
        let expected: Vec<u8> = ids.iter().flat_map(|id| derive_content_key(&seed, id_of(id)).unwrap().expose().to_vec()).collect();
        prop_assert_eq!(derived.expose(), expected);
    }
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    for (ids, keys, length, code) in [
        (15, 16, 16, ErrorCode::ArgumentOutOfRange),
        (16, 15, 16, ErrorCode::ArgumentOutOfRange),
        (16, 32, 16, ErrorCode::ArgumentOutOfRange),
        (16, 24, 24, ErrorCode::KeyWrongLength),
        (0, 0, 0, ErrorCode::KeyWrongLength),
    ] {
        assert_eq!(checksums(&vec![0; ids], &SecretBytes::zeroed(keys), length).unwrap_err().code(), code);
    }
}
