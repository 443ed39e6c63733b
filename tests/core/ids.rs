use keywicket::error::ErrorCode;
use keywicket::id::{EntityId, EntityKind, Guid, KeyId};
use proptest::prelude::*;

/// The pair that PlayReady's documentation of GUID byte order turns around.
#[test]
fn the_two_byte_orders_of_a_known_guid() {
    let guid = Guid::parse("339C45B5-FB6D-4BD9-994C-EABD9D41C95B").unwrap();
    assert_eq!(hex(&guid.playready_bytes()), "b5459c336dfbd94b994ceabd9d41c95b");
    assert_eq!(hex(&guid.cenc_bytes()), "339c45b5fb6d4bd9994ceabd9d41c95b");
}

#[test]
fn every_dotnet_spelling_reads_as_the_same_guid() {
    let expected = "ca761232-ed42-11ce-bacd-00aa0057b223";
    for text in [
        "ca761232-ed42-11ce-bacd-00aa0057b223",
        "CA761232ED4211CEBACD00AA0057B223",
        "{ca761232-ed42-11ce-bacd-00aa0057b223}",
        "(CA761232-ED42-11CE-BACD-00AA0057B223)",
        " \t ca761232-ed42-11ce-bacd-00aa0057b223\n",
        "{0xca761232, 0xed42, 0x11ce, {0xba, 0xcd, 0x00, 0xaa, 0x00, 0x57, 0xb2, 0x23}}",
    ] {
        assert_eq!(Guid::parse(text).unwrap().to_string(), expected, "{text}");
    }
}

#[test]
fn what_is_not_a_guid_says_so() {
    for text in [
        "x",
        "urn:uuid:ca761232-ed42-11ce-bacd-00aa0057b223",
        "{ca761232ed4211cebacd00aa0057b223}",
        "ca761232-ed42-11ce-bacd-00aa0057b22",
        "ca761232-ed42-11ce-bacd-00aa0057b2233",
        "{ca761232-ed42-11ce-bacd-00aa0057b223",
        "ca76-1232ed42-11ce-bacd-00aa0057b223",
        "{0xca761232,0xed42,0x11ce,{0xba,0xcd,0x00,0xaa,0x00,0x57,0xb2}}",
        "{0xca761232,0xed42,0x11ce,{0x1ba,0xcd,0,0xaa,0,0x57,0xb2,0x23}}",
    ] {
        assert_eq!(Guid::parse(text).unwrap_err().code(), ErrorCode::IdNotAGuid, "{text}");
    }
    assert_eq!(Guid::parse("  ").unwrap_err().code(), ErrorCode::IdEmpty);
}

#[test]
fn an_entity_id_needs_its_own_prefix_in_any_case() {
    let id = EntityId::parse(EntityKind::ContentKey, "NB:KID:uuid:9C8EA9C6-52BD-4232-8A43-8E43D8564A99").unwrap();
    assert_eq!(id.to_string(), "nb:kid:UUID:9c8ea9c6-52bd-4232-8a43-8e43d8564a99");
    assert_eq!(id.uri_encoded(), "nb%3Akid%3AUUID%3A9c8ea9c6-52bd-4232-8a43-8e43d8564a99");
    let wrong = EntityId::parse(EntityKind::Asset, "nb:kid:UUID:9c8ea9c6-52bd-4232-8a43-8e43d8564a99").unwrap_err();
    assert_eq!(wrong.code(), ErrorCode::IdWrongPrefix);
    // Multi-byte characters right where the prefix would end.
    assert_eq!(KeyId::parse_entity_id("nb:kid:UUIDé").unwrap_err().code(), ErrorCode::IdWrongPrefix);
}

proptest! {
    #[test]
    fn all_spellings_lead_back(bytes: [u8; 16]) {
        let guid = Guid::from_cenc_bytes(bytes);
        prop_assert_eq!(guid.cenc_bytes(), bytes);
        prop_assert_eq!(Guid::from_playready_bytes(guid.playready_bytes()), guid);
        let forms = KeyId::new(guid).forms();
        prop_assert_eq!(KeyId::parse(&forms.id).unwrap().guid(), guid);
        prop_assert_eq!(KeyId::parse(&forms.guid).unwrap().guid(), guid);
        prop_assert_eq!(Guid::parse(&forms.cenc_hex.to_uppercase()).unwrap(), guid);
        // The definition, by hand: the first three fields turned around.
        let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
        let turned = [[d, c, b, a, f, e, h, g].as_slice(), &rest].concat();
        prop_assert_eq!(guid.playready_bytes().to_vec(), turned);
    }

    #[test]
    fn no_text_stops_the_readers(text in ".{0,80}") {
        let _ = Guid::parse(&text);
        let _ = KeyId::parse(&text);
        let _ = KeyId::parse(&format!("nb:kid:UUID:{text}"));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
