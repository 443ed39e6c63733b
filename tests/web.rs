//! The core inside a real browser: 32-bit, WebAssembly SIMD, the browser's own randomness.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use js_sys::{JSON, Object, Reflect, Uint8Array};
use keywicket::bindings::{checksum, gate, key, platform, policy, scratch, token};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// The certificate that the Azure Media Services REST documentation prints.
const CERTIFICATE: &str = include_str!("fixtures/documented-protection-certificate.txt");

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap()
}

fn object(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

/// The code of what a binding throws.
fn code<T>(result: Result<T, JsValue>) -> String {
    text(&result.err().unwrap(), "code")
}

#[wasm_bindgen_test]
fn checksum_of_the_published_key() {
    let key = Uint8Array::from((0..16).collect::<Vec<u8>>().as_slice());
    let sum = checksum::compute_checksum("339C45B5-FB6D-4BD9-994C-EABD9D41C95B".into(), key.into()).unwrap();
    assert_eq!(sum, "YXXn5SwesfA=");
}

#[wasm_bindgen_test]
fn two_generated_keys_differ_and_have_ids_of_version_4() {
    let (a, b) = (
        key::generate_content_key(JsValue::UNDEFINED).unwrap(),
        key::generate_content_key(JsValue::UNDEFINED).unwrap(),
    );
    let bytes = |key: &JsValue| get(key, "key").dyn_into::<Uint8Array>().unwrap().to_vec();
    assert_eq!(bytes(&a).len(), 16);
    assert_ne!(bytes(&a), bytes(&b));
    assert_ne!(text(&a, "id"), text(&b, "id"));
    assert_eq!(text(&a, "id").chars().nth(26), Some('4'));
}

#[wasm_bindgen_test]
fn the_documented_certificate_wraps() {
    let certificate = key::read_protection_certificate(CERTIFICATE.into(), object(r#"{"now":1577836800}"#)).unwrap();
    assert_eq!(text(&certificate, "thumbprint"), "7D9BB04D9D0A4A24800CADBFEF232689E048F69C");
    let key = key::generate_content_key(object(r#"{"type":"EnvelopeEncryption"}"#)).unwrap();
    let entity = key::wrap_content_key(key.clone(), CERTIFICATE.into(), JsValue::UNDEFINED).unwrap();
    assert_eq!(text(&entity, "ProtectionKeyId"), "7D9BB04D9D0A4A24800CADBFEF232689E048F69C");
    assert_eq!(text(&entity, "EncryptedContentKey").len(), 344);
    assert_eq!(text(&entity, "Id"), text(&key, "id"));
}

#[wasm_bindgen_test]
fn a_minted_token_opens_its_key_and_no_other() {
    let restriction = object(
        r#"{"tokenType":"JWT","issuer":"https://sts.example/","audience":"urn:video",
            "requiredClaims":[{"type":"urn:microsoft:azure:mediaservices:contentkeyidentifier"}]}"#,
    );
    let verification_key = Object::new();
    Reflect::set(&verification_key, &"kind".into(), &"symmetric".into()).unwrap();
    Reflect::set(&verification_key, &"key".into(), &policy::generate_verification_key(JsValue::UNDEFINED).unwrap())
        .unwrap();
    Reflect::set(&restriction, &"primaryVerificationKey".into(), &verification_key).unwrap();
    let xml = policy::build_token_restriction(restriction, JsValue::UNDEFINED).unwrap();
    let compiled = Uint8Array::from(token::compile_policy(xml.clone(), JsValue::UNDEFINED).unwrap()).to_vec();
    let gate = gate::Gate::new(compiled).unwrap();
    let (mine, other) = ("01020304-0506-4708-890a-0b0c0d0e0f10", "11020304-0506-4708-890a-0b0c0d0e0f10");
    let minted = token::mint_token(xml, object(&format!(r#"{{"keyId":"{mine}","now":1800000000}}"#))).unwrap();
    let ask = |id: &str| {
        let input = format!("{id}{}", minted.as_string().unwrap());
        let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
        let place = u32::try_from(scratch::address()).unwrap();
        Uint8Array::new_with_byte_offset(&memory.buffer(), place).set(&Uint8Array::from(input.as_bytes()), 0);
        let length = |text: &str| u32::try_from(text.len()).unwrap();
        let packed = gate.check(length(&input), length(id), 1_800_000_000.0, -1.0);
        let place = usize::try_from(packed & 0xFF).unwrap();
        gate::decision_codes().split(' ').nth(place).unwrap().to_owned()
    };
    assert_eq!(ask(mine), "token.allowed");
    assert_eq!(ask(other), "token.wrong_key_id");
}

#[wasm_bindgen_test]
fn bytes_are_a_uint8array_and_nothing_else() {
    let sum = |key: JsValue| code(checksum::compute_checksum("339C45B5-FB6D-4BD9-994C-EABD9D41C95B".into(), key));
    let buffer = Uint8Array::new_with_length(16).buffer();
    for wrong in [
        JsValue::from("0123456789abcdef"),
        buffer.into(),
        object(r#"{"length":2000000000}"#),
        object("[1,2,3]"),
        JsValue::NULL,
    ] {
        assert_eq!(sum(wrong), "argument.wrong_type");
    }
    assert_eq!(sum(JsValue::UNDEFINED), "argument.missing");
    assert_eq!(sum(Uint8Array::new_with_length(15).into()), "key.wrong_length");
    assert_eq!(sum(Uint8Array::new_with_length(70_000).into()), "argument.too_long");
}

/// The versions that bug reports name are those of the manifest.
#[wasm_bindgen_test]
fn versions_are_those_of_the_manifest() {
    let manifest = include_str!("../Cargo.toml");
    assert!(manifest.contains(&format!("wasm-bindgen = \"={}\"", platform::wasm_bindgen_version())));
    assert!(manifest.contains(&format!("version = \"{}\"", platform::crate_version())));
}
