//! Project Wycheproof's vectors, and the one of RFC 8037 whose payload is no JSON, on the keys that verify tokens.
//!
//! They are here and not in `tests/`, because their messages are arbitrary bytes and a token's signed text is not: they go
//! to the same `MacState` and `PublicKey` that the verifier calls.
//!
//! Not run, each for its reason:
//! - RSA with SHA-1, SHA-224, SHA-3, SHA-512/224, SHA-512/256 and SHAKE, ECDSA with another hash or curve, Ed448: no JSON Web
//!   Algorithm of ours;
//! - ECDSA signatures in DER: a JWS has them as r ‖ s (P1363);
//! - `rsa_pss_…_params`: the same vectors with a key whose own algorithm identifier restricts it, which a JWK cannot say.
//!
//! PSS with a salt of another length or another MGF1 hash **is** run: there the valid ones must be refused
//! (RFC 7518, section 3.5).

use super::algorithm::Algorithm;
use super::claims::Claims;
use super::keys::MacState;
use super::parsed::Parsed;
use super::public_key;
use crate::encoding::base64url_decode;
use crate::secret::SecretBytes;
use wycheproof::ecdsa::{self, TestName as Ecdsa};
use wycheproof::eddsa::{self, TestName as Eddsa};
use wycheproof::mac::{self, TestName as Mac};
use wycheproof::rsa_pkcs1_verify::{self as pkcs1, TestFlag as Pkcs1Flag, TestName as Pkcs1};
use wycheproof::rsa_pss_verify::{self as pss, TestName as Pss};
use wycheproof::{HashFunction, Mgf, TestResult};

/// How many vectors were accepted and refused.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    accepted: usize,
    refused: usize,
}

impl Count {
    fn judge(&mut self, answer: bool, expected: bool, what: &str) {
        assert_eq!(answer, expected, "{what}");
        *(if answer { &mut self.accepted } else { &mut self.refused }) += 1;
    }
}

/// The counts that a file of this release of the vectors has: a file that is skipped or cut cannot pass.
const fn count(accepted: usize, refused: usize) -> Count {
    Count { accepted, refused }
}

/// A parsed token is the argument of `MacState::verify`; its text must be UTF-8, so not every message fits in one.
fn as_token<'t>(signed: &'t str, signature: &'t [u8]) -> Parsed<'t> {
    let claims = Claims::of_parameters(std::iter::empty());
    Parsed { signed, signature, algorithm: None, algorithm_text: None, key_id: None, claims }
}

/// Every vector twice where it can be: the MAC compared here with what `mac` makes, and given to `verify`, which takes text.
fn hmac(name: Mac, algorithm: Algorithm, length: usize) -> (Count, usize) {
    let (mut run, mut as_text) = (Count::default(), 0);
    for group in mac::TestSet::load(name).unwrap().test_groups {
        // RFC 7518, section 3.2: a MAC is never cut. So the valid cut ones of the file must be refused as well.
        let is_whole = group.tag_size == length * 8;
        for test in group.tests {
            let what = format!("{name:?} {} {}", test.tc_id, test.comment);
            let expected = is_whole && test.result == TestResult::Valid;
            let state = MacState::new(algorithm, &SecretBytes::new(test.key.to_vec())).unwrap();
            let made = state.mac(&test.msg);
            run.judge(made.expose() == test.tag.as_slice(), expected, &what);
            if !is_whole && test.result == TestResult::Valid {
                assert!(made.expose().starts_with(&test.tag), "{what}");
            }
            if let Ok(text) = std::str::from_utf8(&test.msg) {
                as_text += 1;
                assert_eq!(state.verify(&as_token(text, &test.tag)), expected, "{what}");
            }
            // Whatever the message: its own MAC over a text verifies, and cut by a byte it does not.
            let mac = state.mac(b"text");
            assert!(state.verify(&as_token("text", mac.expose())));
            assert!(!state.verify(&as_token("text", &mac.expose()[..length - 1])));
        }
    }
    (run, as_text)
}

#[test]
#[expect(clippy::print_stdout, reason = "the count is part of the proof")]
fn hmac_of_every_length() {
    for (name, algorithm, length) in [
        (Mac::HmacSha256, Algorithm::Hs256, 32),
        (Mac::HmacSha384, Algorithm::Hs384, 48),
        (Mac::HmacSha512, Algorithm::Hs512, 64),
    ] {
        let (run, as_text) = hmac(name, algorithm, length);
        println!("wycheproof {name:?}: {run:?}, of them {as_text} as text through verify");
        // 174 vectors, 66 of them valid and half of those cut.
        assert_eq!(run, count(33, 141), "{name:?}");
        assert!(as_text >= 20, "{name:?} {as_text}");
    }
}

/// The files have one case that is "acceptable": DigestInfo without its NULL. RFC 8017 (section 9.2, note 2) has the
/// verifier rebuild the one right encoding and compare, so it is refused.
#[test]
#[expect(clippy::print_stdout, reason = "the count is part of the proof")]
fn rsa_pkcs1() {
    let mut total = Count::default();
    for (name, algorithm, bits, hash, expected) in [
        (Pkcs1::Rsa2048Sha256, Algorithm::Rs256, 2048, HashFunction::Sha2_256, count(9, 250)),
        (Pkcs1::Rsa2048Sha384, Algorithm::Rs384, 2048, HashFunction::Sha2_384, count(7, 251)),
        (Pkcs1::Rsa2048Sha512, Algorithm::Rs512, 2048, HashFunction::Sha2_512, count(8, 251)),
        (Pkcs1::Rsa3072Sha256, Algorithm::Rs256, 3072, HashFunction::Sha2_256, count(8, 251)),
        (Pkcs1::Rsa3072Sha384, Algorithm::Rs384, 3072, HashFunction::Sha2_384, count(7, 252)),
        (Pkcs1::Rsa3072Sha512, Algorithm::Rs512, 3072, HashFunction::Sha2_512, count(8, 252)),
        (Pkcs1::Rsa4096Sha256, Algorithm::Rs256, 4096, HashFunction::Sha2_256, count(7, 251)),
        (Pkcs1::Rsa4096Sha384, Algorithm::Rs384, 4096, HashFunction::Sha2_384, count(7, 252)),
        (Pkcs1::Rsa4096Sha512, Algorithm::Rs512, 4096, HashFunction::Sha2_512, count(7, 252)),
        (Pkcs1::Rsa8192Sha256, Algorithm::Rs256, 8192, HashFunction::Sha2_256, count(7, 251)),
        (Pkcs1::Rsa8192Sha384, Algorithm::Rs384, 8192, HashFunction::Sha2_384, count(7, 252)),
        (Pkcs1::Rsa8192Sha512, Algorithm::Rs512, 8192, HashFunction::Sha2_512, count(7, 252)),
    ] {
        let mut run = Count::default();
        for group in pkcs1::TestSet::load(name).unwrap().test_groups {
            assert!(group.key_size == bits && group.hash == hash);
            let key = public_key::prepare(algorithm, &group.der).unwrap();
            for test in group.tests {
                if test.result == TestResult::Acceptable {
                    assert_eq!(test.flags, [Pkcs1Flag::MissingNull], "a new kind of acceptable: decide about it");
                }
                let what = format!("{name:?} {} {}", test.tc_id, test.comment);
                run.judge(key.verify(&test.msg, &test.sig), test.result == TestResult::Valid, &what);
            }
        }
        assert_eq!(run, expected, "{name:?}");
        total = count(total.accepted + run.accepted, total.refused + run.refused);
    }
    println!("wycheproof RSA PKCS#1 v1.5, 12 files: {total:?}");
}

#[test]
#[expect(clippy::print_stdout, reason = "the count is part of the proof")]
fn rsa_pss() {
    let (mut total, mut other_parameters) = (Count::default(), Count::default());
    for (name, expected) in [
        (Pss::RsaPss2048Sha256Mgf1SaltLen32, count(63, 45)),
        (Pss::RsaPss3072Sha256Mgf1SaltLen32, count(63, 45)),
        (Pss::RsaPss4096Sha256Mgf1SaltLen32, count(63, 45)),
        (Pss::RsaPss2048Sha384Mgf1SaltLen48, count(95, 46)),
        (Pss::RsaPss4096Sha384Mgf1SaltLen48, count(95, 46)),
        (Pss::RsaPss4096Sha512Mgf1SaltLen64, count(132, 47)),
        // Another salt or another MGF1 hash than RFC 7518 says: what is valid there is not so here.
        (Pss::RsaPss2048Sha256Mgf1SaltLen0, count(1, 102)),
        (Pss::RsaPss2048Sha256Mgf1Sha1_20, count(0, 108)),
        (Pss::RsaPss4096Sha512Mgf1SaltLen32, count(0, 177)),
    ] {
        let run = pss_file(name);
        assert_eq!(run.1, expected, "{name:?}");
        let sum = if run.0 { &mut total } else { &mut other_parameters };
        *sum = count(sum.accepted + run.1.accepted, sum.refused + run.1.refused);
    }
    println!("wycheproof RSA PSS: {total:?}; with other salts or MGF1 hashes: {other_parameters:?}");
    // Keys of 2048 bits with every mix of hash, MGF1 hash and salt length; one mix for each of ours is right.
    let mut run = Count::default();
    for group in pss::TestSet::load(Pss::RsaPssmisc).unwrap().test_groups {
        let Some((algorithm, length)) = pss_algorithm(group.hash) else { continue };
        let is_ours = is_ours(group.mgf, group.mgf_hash, group.hash, group.salt_size, length);
        let key = public_key::prepare(algorithm, &group.der).unwrap();
        for test in group.tests {
            let what = format!("misc {} {}", test.tc_id, test.comment);
            run.judge(key.verify(&test.msg, &test.sig), is_ours && test.result == TestResult::Valid, &what);
        }
    }
    println!("wycheproof RSA PSS, mixed parameters: {run:?}");
    assert_eq!(run, count(3, 87));
}

fn pss_algorithm(hash: HashFunction) -> Option<(Algorithm, usize)> {
    match hash {
        HashFunction::Sha2_256 => Some((Algorithm::Ps256, 32)),
        HashFunction::Sha2_384 => Some((Algorithm::Ps384, 48)),
        HashFunction::Sha2_512 => Some((Algorithm::Ps512, 64)),
        _ => None,
    }
}

fn is_ours(mgf: Mgf, mgf_hash: Option<HashFunction>, hash: HashFunction, salt: usize, length: usize) -> bool {
    mgf == Mgf::Mgf1 && mgf_hash == Some(hash) && salt == length
}

/// Whether the file's parameters are those of a JWS, and how it went.
fn pss_file(name: Pss) -> (bool, Count) {
    let (mut ours, mut run) = (true, Count::default());
    for group in pss::TestSet::load(name).unwrap().test_groups {
        let (algorithm, length) = pss_algorithm(group.hash).unwrap();
        ours = is_ours(group.mgf, group.mgf_hash, group.hash, group.salt_size, length);
        let key = public_key::prepare(algorithm, &group.der).unwrap();
        for test in group.tests {
            assert_ne!(test.result, TestResult::Acceptable, "a new kind of acceptable: decide about it");
            let what = format!("{name:?} {} {}", test.tc_id, test.comment);
            // In a file for another salt length, the one made with ours is its defect, and right for us.
            let is_made_ours = is_ours(group.mgf, group.mgf_hash, group.hash, length, length)
                && test.comment == format!("s_len changed to {length}");
            let expected = if ours { test.result == TestResult::Valid } else { is_made_ours };
            run.judge(key.verify(&test.msg, &test.sig), expected, &what);
        }
    }
    (ours, run)
}

#[test]
#[expect(clippy::print_stdout, reason = "the count is part of the proof")]
fn ecdsa_of_both_curves() {
    for (name, algorithm, expected) in [
        (Ecdsa::EcdsaSecp256r1Sha256P1363, Algorithm::Es256, count(173, 89)),
        (Ecdsa::EcdsaSecp384r1Sha384P1363, Algorithm::Es384, count(193, 87)),
    ] {
        let mut run = Count::default();
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let key = public_key::prepare(algorithm, &group.der).unwrap();
            for test in group.tests {
                assert_ne!(test.result, TestResult::Acceptable, "a new kind of acceptable: decide about it");
                let what = format!("{name:?} {} {}", test.tc_id, test.comment);
                run.judge(key.verify(&test.msg, &test.sig), test.result == TestResult::Valid, &what);
            }
        }
        println!("wycheproof {name:?}: {run:?}");
        assert_eq!(run, expected, "{name:?}");
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the count is part of the proof")]
fn ed25519() {
    let mut run = Count::default();
    for group in eddsa::TestSet::load(Eddsa::Ed25519).unwrap().test_groups {
        let key = public_key::prepare(Algorithm::EdDsa, &group.der).unwrap();
        for test in group.tests {
            assert_ne!(test.result, TestResult::Acceptable, "a new kind of acceptable: decide about it");
            let what = format!("{} {}", test.tc_id, test.comment);
            run.judge(key.verify(&test.msg, &test.sig), test.result == TestResult::Valid, &what);
        }
    }
    println!("wycheproof Ed25519: {run:?}");
    assert_eq!(run, count(88, 63));
}

/// RFC 8037, appendices A.4 and A.5. The payload is text, not JSON, so the verifier calls it malformed (`tests/core`); the
/// signature is judged here.
#[test]
fn rfc_8037_signature() {
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let point = base64url_decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let key = public_key::prepare(Algorithm::EdDsa, &[prefix.as_slice(), &point].concat()).unwrap();
    let signed = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature =
        base64url_decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
    let signature = signature.unwrap();
    assert!(key.verify(signed, &signature));
    for place in 0..signature.len() {
        let mut changed = signature.clone();
        changed[place] ^= 1;
        assert!(!key.verify(signed, &changed), "byte {place}");
    }
    assert!(!key.verify(&signed[1..], &signature));
}

/// Points off the curve, keys of small order, and keys of another kind (RFC 8725, section 3.4).
#[test]
fn unusable_public_keys_are_refused() {
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let mut identity = [0; 32];
    identity[0] = 1;
    for weak in [[0; 32], identity] {
        assert!(public_key::prepare(Algorithm::EdDsa, &[prefix.as_slice(), &weak].concat()).is_err());
    }
    let p256 = ecdsa::TestSet::load(Ecdsa::EcdsaSecp256r1Sha256P1363).unwrap().test_groups.remove(0).der;
    let p384 = ecdsa::TestSet::load(Ecdsa::EcdsaSecp384r1Sha384P1363).unwrap().test_groups.remove(0).der;
    let ed25519 = eddsa::TestSet::load(Eddsa::Ed25519).unwrap().test_groups.remove(0).der;
    let rsa = pkcs1::TestSet::load(Pkcs1::Rsa2048Sha256).unwrap().test_groups.remove(0).der;
    for (kind, info) in [(10, &p256), (11, &p384), (12, &ed25519), (4, &rsa)] {
        for algorithm in Algorithm::ALL.iter().filter(|algorithm| !algorithm.is_symmetric()) {
            let is_right = algorithm.number() == kind || (kind == 4 && (4..10).contains(&algorithm.number()));
            assert_eq!(public_key::prepare(*algorithm, info).is_ok(), is_right, "{}", algorithm.name());
        }
    }
    let mut off_curve = p256.to_vec();
    *off_curve.last_mut().unwrap() ^= 1;
    assert!(public_key::prepare(Algorithm::Es256, &off_curve).is_err());
}
