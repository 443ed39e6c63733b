//! Project Wycheproof's vectors on everything here that they apply to.
//!
//! Exceptions, each for its reason: vectors with an OAEP label (content keys are wrapped without one, so they are refused
//! like any other that does not unwrap), and AES-192 (no content key has 24 bytes).

use crate::randomness::Repeatable;
use keywicket::error::ErrorCode;
use keywicket::key::OaepHash;
use keywicket::key::file_encryption::{
    EnvelopeDecryptor, EnvelopeEncryptor, decrypt_configuration, encrypt_configuration,
};
use keywicket::key::hazmat;
use keywicket::secret::{SecretBytes, SecretText};
use wycheproof::TestResult;
use wycheproof::cipher::{self, TestName as CipherName};
use wycheproof::rsa_oaep::{self, TestName as OaepName};

/// Runs a set and says how many vectors there were and how many carried a label.
fn oaep(name: OaepName, hash: OaepHash) -> (usize, usize) {
    let set = rsa_oaep::TestSet::load(name).unwrap();
    let (mut run, mut labelled) = (0, 0);
    for group in set.test_groups {
        let key = SecretBytes::new(group.pkcs8.to_vec());
        for test in group.tests {
            let answer = hazmat::unwrap(&key, &test.ct, hash, &mut Repeatable(1));
            run += 1;
            labelled += usize::from(!test.label.is_empty());
            let must_unwrap = test.result != TestResult::Invalid && test.label.is_empty();
            match answer {
                Ok(clear) => {
                    assert!(must_unwrap && clear.expose() == test.pt.as_slice(), "{} {}", test.tc_id, test.comment)
                }
                Err(error) => {
                    assert!(!must_unwrap, "{} {}", test.tc_id, test.comment);
                    assert_eq!(error.code(), ErrorCode::UnwrapFailed, "one code for all reasons");
                }
            }
        }
    }
    (run, labelled)
}

#[test]
fn rsa_oaep_sha1() {
    let (run, labelled) = oaep(OaepName::Rsa2048Sha1Mgf1Sha1, OaepHash::Sha1);
    assert!(run > 30 && labelled < run / 2, "{run} {labelled}");
}

#[test]
fn rsa_oaep_sha256() {
    for name in [OaepName::Rsa2048Sha256Mgf1Sha256, OaepName::Rsa3072Sha256Mgf1Sha256] {
        let (run, labelled) = oaep(name, OaepHash::Sha256);
        assert!(run > 25 && labelled < run / 2, "{run} {labelled}");
    }
}

#[test]
fn aes_cbc_pkcs5() {
    let set = cipher::TestSet::load(CipherName::AesCbcPkcs5).unwrap();
    let mut run = [0; 3];
    for group in set.test_groups {
        for test in group.tests {
            let valid = test.result == TestResult::Valid;
            let (key, iv) = (SecretBytes::new(test.key.to_vec()), test.nonce.as_slice());
            match key.len() {
                16 => {
                    run[0] += 1;
                    envelope(&key, iv, &test.pt, &test.ct, valid);
                }
                32 => {
                    run[2] += 1;
                    configuration(&key, iv, &test.pt, &test.ct, valid);
                }
                _ => run[1] += 1,
            }
        }
    }
    assert!(run[0] > 50 && run[2] > 50 && run[1] > 0, "{run:?}");
}

fn envelope(key: &SecretBytes, iv: &[u8], clear: &[u8], encrypted: &[u8], valid: bool) {
    let mut decryptor = EnvelopeDecryptor::new(key, iv).unwrap();
    let head = decryptor.update(encrypted);
    let answer = decryptor.finish().map(|tail| [head, tail].concat());
    assert_eq!(answer.is_ok(), valid);
    if valid {
        assert_eq!(answer.unwrap(), clear);
        let mut encryptor = EnvelopeEncryptor::new(key, iv).unwrap();
        let head = encryptor.update(clear);
        assert_eq!([head, encryptor.finish()].concat(), encrypted);
    }
}

/// Configurations are texts, so of the valid vectors those whose message is text can be compared.
fn configuration(key: &SecretBytes, iv: &[u8], clear: &[u8], encrypted: &[u8], valid: bool) {
    let answer = decrypt_configuration(key, iv, &keywicket::encoding::base64_encode(encrypted));
    let text = std::str::from_utf8(clear).ok().filter(|_| valid);
    assert_eq!(answer.ok().as_ref().map(SecretText::expose), text);
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        let again = encrypt_configuration(key, iv, &SecretText::from_string(text.to_owned())).unwrap();
        assert_eq!(again, keywicket::encoding::base64_encode(encrypted));
    }
}
