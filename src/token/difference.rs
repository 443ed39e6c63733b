//! Where two texts that should be equal differ, in words: the trailing slash that nobody sees.

/// Says how `observed` differs from `expected`. Both are issuers or audiences, which are not secret.
pub(super) fn describe(noun: &str, observed: &str, expected: &str) -> String {
    if observed.strip_suffix('/') == Some(expected) {
        return format!("the token's {noun} has a slash at its end and the policy's has not");
    }
    if expected.strip_suffix('/') == Some(observed) {
        return format!("the policy's {noun} has a slash at its end and the token's has not");
    }
    if observed.eq_ignore_ascii_case(expected) {
        return "they differ in upper and lower case only".to_owned();
    }
    if observed.trim() == expected.trim() {
        return "they differ in white space at an end only".to_owned();
    }
    let scheme_aside =
        |text: &str| text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).map(str::to_owned);
    if scheme_aside(observed).is_some() && scheme_aside(observed) == scheme_aside(expected) {
        return "they differ in http and https only".to_owned();
    }
    let same = observed.chars().zip(expected.chars()).take_while(|(a, b)| a == b).count();
    let rest = |text: &str| text.chars().skip(same).take(16).collect::<String>();
    match (rest(observed).as_str(), rest(expected).as_str()) {
        ("", missing) => {
            format!("the token's {noun} stops after {same} characters, where the policy's goes on with “{missing}”")
        }
        (extra, "") => format!("the token's {noun} goes on after {same} characters with “{extra}”"),
        (ours, theirs) if same > 0 => {
            format!(
                "they are equal for {same} characters; then the token's {noun} has “{ours}” and the policy's “{theirs}”"
            )
        }
        _ => "they have nothing in common".to_owned(),
    }
}

/// The same for a token that names several: one text is asked for, or the nearest of them is compared.
pub(super) fn describe_list(noun: &str, observed: &[String], expected: &str) -> String {
    if observed.iter().any(|item| item == expected) {
        return format!("the token's {noun} is a list; it must be one text");
    }
    let equal_characters = |item: &&String| item.chars().zip(expected.chars()).take_while(|(a, b)| a == b).count();
    match observed.iter().max_by_key(equal_characters) {
        None => format!("the token's {noun} is an empty list"),
        Some(nearest) => format!(
            "none of the token's {noun}s is it; of the nearest, “{nearest}”: {}",
            describe(noun, nearest, expected)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn names_the_usual_slips() {
        assert!(describe("issuer", "https://sts/", "https://sts").contains("slash"));
        assert!(describe("issuer", "https://sts", "https://sts/").contains("slash"));
        assert!(describe("issuer", "URN:Test", "urn:test").contains("case"));
        assert!(describe("issuer", "urn:test ", "urn:test").contains("white space"));
        assert!(describe("issuer", "http://sts/a", "https://sts/a").contains("http and https"));
        assert!(describe("issuer", "urn:test1", "urn:test2").contains("equal for 8 characters"));
        assert!(describe("issuer", "urn:te", "urn:test").contains("stops after 6"));
        assert!(describe("issuer", "x", "y").contains("nothing in common"));
    }
}
