//! The escapes of JSON texts (RFC 8259, section 7), in one place for both readers.

/// Why an escape is none, and what was left to read there.
pub(super) struct Refusal<'t> {
    pub(super) why: &'static str,
    pub(super) rest: &'t str,
}

type Read<'t, T> = std::result::Result<(T, &'t str), Refusal<'t>>;

/// The character of an escape, whose backslash was read, and what follows it.
pub(super) fn read(text: &str) -> Read<'_, char> {
    let mut characters = text.chars();
    let character = match characters.next() {
        Some(letter @ ('"' | '\\' | '/')) => letter,
        Some('b') => '\u{8}',
        Some('f') => '\u{C}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return code_point(characters.as_str()),
        Some(_) => return Err(Refusal { why: "there is no such escape", rest: text }),
        None => return Err(Refusal { why: "the text does not end", rest: text }),
    };
    Ok((character, characters.as_str()))
}

/// Four digits, or a pair of them for what lies beyond the basic plane.
fn code_point(text: &str) -> Read<'_, char> {
    let (first, rest) = code_unit(text)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, rest));
    }
    let lone = |rest| Refusal { why: "half of a pair of code units stands alone", rest };
    let second = rest.strip_prefix("\\u").filter(|_| (0xD800..0xDC00).contains(&first));
    let (second, rest) = code_unit(second.ok_or(lone(rest))?)?;
    let low = (0xDC00..0xE000).contains(&second).then_some(second & 0x3FF).ok_or(lone(rest))?;
    let bits = ((first & 0x3FF) << 10) | low;
    let character = bits.checked_add(0x1_0000).and_then(char::from_u32).ok_or(lone(rest))?;
    Ok((character, rest))
}

fn code_unit(text: &str) -> Read<'_, u32> {
    let digits = text.split_at_checked(4).filter(|(digits, _)| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let unit = digits.and_then(|(digits, rest)| Some((u32::from_str_radix(digits, 16).ok()?, rest)));
    unit.ok_or(Refusal { why: "expected four hexadecimal digits", rest: text })
}
