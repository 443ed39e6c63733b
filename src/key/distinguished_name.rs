//! An X.501 name as people read it: `CN=example, O=Example`.

use crate::encoding::hex_lower;
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode as _, Reader as _, SliceReader, Tag};

/// Writes a name in its own order. Whatever cannot be shown as text is shown as `#` and hexadecimal.
pub(super) fn to_text(name: AnyRef<'_>) -> String {
    let mut parts = Vec::new();
    // A name that breaks off is shown as far as it goes: it is for reading, nothing is decided by it.
    let _ =
        name.sequence(|r: &mut SliceReader<'_>| {
            while !r.is_finished() {
                let set = AnyRef::decode(r)?;
                let mut attributes = SliceReader::new(set.value())?;
                while !attributes.is_finished() {
                    parts.push(AnyRef::decode(&mut attributes)?.sequence(|r| {
                        Ok::<_, der::Error>(attribute(ObjectIdentifier::decode(r)?, AnyRef::decode(r)?))
                    })?);
                }
            }
            Ok::<_, der::Error>(())
        });
    parts.join(", ")
}

fn attribute(kind: ObjectIdentifier, value: AnyRef<'_>) -> String {
    let oid = kind.to_string();
    let name = match oid.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "1.2.840.113549.1.9.1" => "emailAddress",
        "0.9.2342.19200300.100.1.25" => "DC",
        other => other,
    };
    format!("{name}={}", value_text(value))
}

fn value_text(value: AnyRef<'_>) -> String {
    let bytes = value.value();
    let text = match der::Tagged::tag(&value) {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::VisibleString => {
            String::from_utf8(bytes.to_vec()).ok()
        }
        // T.61 in name, Latin-1 in practice.
        Tag::TeletexString => Some(bytes.iter().copied().map(char::from).collect()),
        Tag::BmpString => {
            let units =
                bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit: u16, byte| (unit << 8) | u16::from(*byte)));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        _ => None,
    };
    // Control characters have no place in something that is shown.
    text.filter(|text: &String| !text.chars().any(char::is_control)).unwrap_or_else(|| format!("#{}", hex_lower(bytes)))
}
