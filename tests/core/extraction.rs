//! Where tokens stand in requests, in all spellings that players and sample pages use.

use crate::signers::{Signer, signing_input, with_signature};
use keywicket::id::{Guid, KeyId};
use keywicket::policy::{TokenRestriction, TokenType, VerificationKey};
use keywicket::secret::SecretBytes;
use keywicket::token::{
    Algorithm, CompiledPolicy, DecisionCode, Rule, TokenRequest, TokenSource, TokenVerifier, VerifierSettings,
    extract_token,
};

const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl-_";
/// A SWT is percent-encoded itself, holds `+`, and is signed as it stands.
const SWT: &str =
    "Audience=urn%3avideo+x&ExpiresOn=1&Issuer=i&HMACSHA256=2XrNjMo1EIZflJOovHxt9dekEhb2DhqG9fU5MjQy9vI%3d";
/// The same in a query: by `encodeURIComponent` of Node.
const SWT_IN_QUERY: &str = "Audience%3Durn%253avideo%2Bx%26ExpiresOn%3D1%26Issuer%3Di%26HMACSHA256%3D2XrNjMo1EIZflJOovHxt9dekEhb2DhqG9fU5MjQy9vI%253d";
const NAMESPACE: &str = "http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyCustomData/v1";

/// The token and its place, or the code.
type Found = Result<(String, &'static str), DecisionCode>;

fn extract(source: TokenSource<'_>) -> Found {
    match extract_token(&source) {
        Ok(found) => Ok((found.token.expose().to_owned(), found.source)),
        Err(refusal) => {
            assert!(!refusal.why.is_empty() && !refusal.fix.is_empty());
            Err(refusal.code)
        }
    }
}

fn header(text: &str) -> Found {
    extract(TokenSource { authorization: Some(text), ..TokenSource::default() })
}

fn url(text: &str) -> Found {
    extract(TokenSource { url: Some(text), ..TokenSource::default() })
}

fn custom_data(text: &str) -> Found {
    extract(TokenSource { playready_custom_data: Some(text), ..TokenSource::default() })
}

#[test]
fn authorization_headers() {
    let mut run = 0;
    for token in [JWT, SWT] {
        for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
            for separator in [" ", "=", "%3D", "%3d", "%20", "\t", "  ", " \t"] {
                for (before, after) in [("", ""), (" ", " "), ("\t", "\r\n")] {
                    let text = format!("{before}{scheme}{separator}{token}{after}");
                    assert_eq!(header(&text), Ok((token.to_owned(), "authorization")), "{text:?}");
                    run += 1;
                }
            }
        }
    }
    for text in
        ["", " ", "Bearer", "Bearer ", "Bearer=", "Bearer%20", JWT, "Basic dTpw", "Bearers x", "Bearer-x y", "Béarer x"]
    {
        assert_eq!(header(text), Err(DecisionCode::Missing), "{text:?}");
        run += 1;
    }
    println!("extraction: {run} headers");
}

/// One scheme is taken off. What is left is for the verifier to name.
#[test]
fn a_doubled_bearer_stays_and_is_named() {
    let restriction = TokenRestriction {
        token_type: TokenType::Jwt,
        issuer: "i".to_owned(),
        audience: "a".to_owned(),
        primary_verification_key: Some(VerificationKey::Symmetric(SecretBytes::new(vec![3; 64]))),
        alternate_verification_keys: Vec::new(),
        required_claims: Vec::new(),
        open_id_discovery_uri: None,
    };
    let verifier =
        TokenVerifier::new(CompiledPolicy::from_restriction(&restriction, &VerifierSettings::default()).unwrap())
            .unwrap();
    let text = signing_input(r#"{"alg":"HS256"}"#, r#"{"iss":"i","aud":"a","exp":1000}"#);
    let token = with_signature(&text, &Signer::Secret(vec![3; 64]).sign(Algorithm::Hs256, text.as_bytes()));
    let request = TokenRequest::new(KeyId::new(Guid::from_cenc_bytes([1; 16])), 0);
    assert!(verifier.check(&token, &request).is_allowed());
    for doubled in ["Bearer Bearer ", "Bearer Bearer=", "Bearer=Bearer ", "bearer%20BEARER%3D", "Bearer Bearer Bearer "]
    {
        let (found, _) = header(&format!("{doubled}{token}")).unwrap();
        assert!(found.len() > token.len() && found.ends_with(&token), "{doubled}");
        let (decision, checks) = verifier.explain(&found, &request);
        assert_eq!(decision.code(), DecisionCode::Malformed, "{doubled}");
        let parse = checks.iter().map(|(_, check)| check).find(|check| check.rule == Rule::Parse).unwrap();
        assert!(parse.why.as_ref().unwrap().contains("Bearer") && parse.fix.as_ref().unwrap().contains("once"));
    }
}

#[test]
fn queries() {
    let found = |token: &str| Ok((token.to_owned(), "query"));
    let mut run = 0;
    for (text, expected) in [
        (format!("https://keys.example/?kid=1&token={JWT}"), found(JWT)),
        (format!("https://keys.example/?token={JWT}&kid=1"), found(JWT)),
        (format!("?token={JWT}"), found(JWT)),
        (format!("token={JWT}"), found(JWT)),
        (format!("kid=1&token={JWT}"), found(JWT)),
        (format!("/path?token={JWT}#token=other"), found(JWT)),
        (format!("?token={SWT_IN_QUERY}"), found(SWT)),
        // Decoded once, not twice; a plus is no space, for a SWT holds it.
        ("?token=a%2525b".to_owned(), found("a%25b")),
        ("?token=a+b%2Bc".to_owned(), found("a+b+c")),
        ("?token=a%20".to_owned(), found("a")),
        ("?token=a=b==".to_owned(), found("a=b==")),
        ("?token=a?b".to_owned(), found("a?b")),
        // The parameter's name may be encoded as well; its letter case counts.
        (format!("?%74oken={JWT}"), found(JWT)),
        (format!("?%74%6F%6b%65n={JWT}"), found(JWT)),
        (format!("?Token={JWT}"), Err(DecisionCode::Missing)),
        (format!("?xtoken={JWT}&token_={JWT}&to=ken"), Err(DecisionCode::Missing)),
        // A blog for Safari puts the scheme in front.
        (format!("?token=Bearer%20{JWT}"), found(JWT)),
        (format!("?token=Bearer={JWT}"), found(JWT)),
        (format!("?token=Bearer%3D{JWT}"), found(JWT)),
        (format!("?token=bearer+{JWT}"), found(JWT)),
        (format!("?token=Bearer%253D{JWT}"), found(JWT)),
        (format!("?token=Bearer%2520{JWT}"), found(JWT)),
        (format!("?token=BEARER%2B{JWT}"), found(JWT)),
        // A fragment never reaches a server: it carries nothing.
        (format!("https://keys.example/?kid=1#token={JWT}"), Err(DecisionCode::Missing)),
        (format!("https://keys.example/#?token={JWT}"), Err(DecisionCode::Missing)),
        ("?token=".to_owned(), Err(DecisionCode::Missing)),
        ("?token".to_owned(), Err(DecisionCode::Missing)),
        ("?token=&kid=1".to_owned(), Err(DecisionCode::Missing)),
        ("?token=%20".to_owned(), Err(DecisionCode::Missing)),
        ("?token=Bearer%20".to_owned(), Err(DecisionCode::Missing)),
        ("?token=Bearer".to_owned(), Err(DecisionCode::Missing)),
        ("?token=Bearers".to_owned(), found("Bearers")),
        ("https://keys.example/".to_owned(), Err(DecisionCode::Missing)),
        (String::new(), Err(DecisionCode::Missing)),
        // Broken percent-encoding: of the token it matters, of other parameters it does not.
        ("?token=a%".to_owned(), Err(DecisionCode::Malformed)),
        ("?token=a%4".to_owned(), Err(DecisionCode::Malformed)),
        ("?token=%zz".to_owned(), Err(DecisionCode::Malformed)),
        ("?token=%+1".to_owned(), Err(DecisionCode::Malformed)),
        ("?token=%C3".to_owned(), Err(DecisionCode::Malformed)),
        ("?token=%ff%fe".to_owned(), Err(DecisionCode::Malformed)),
        ("?token=%é1".to_owned(), Err(DecisionCode::Malformed)),
        (format!("?x=%zz&%=1&token={JWT}"), found(JWT)),
        // Twice is once too often, equal or not.
        (format!("?token={JWT}&token={JWT}"), Err(DecisionCode::Ambiguous)),
        (format!("?token={JWT}&%74oken=x"), Err(DecisionCode::Ambiguous)),
        (format!("?token=x&a=b&token={JWT}"), Err(DecisionCode::Ambiguous)),
    ] {
        assert_eq!(url(&text), expected, "{text}");
        run += 1;
    }
    println!("extraction: {run} queries");
}

#[test]
fn playready_custom_data() {
    let found = |token: &str| Ok((token.to_owned(), "playready_custom_data"));
    let data = |token: &str| format!("<CustomData xmlns=\"{NAMESPACE}\">{token}</CustomData>");
    let escaped = SWT.replace('&', "&amp;");
    let (before, after) = SWT.split_at(30);
    let (malformed, missing) = (Err(DecisionCode::Malformed), Err(DecisionCode::Missing));
    let mut run = 0;
    for (text, expected) in [
        (data(&format!("<Token>{JWT}</Token>")), found(JWT)),
        (data(&format!("<Token>{escaped}</Token>")), found(SWT)),
        (data(&format!("<Token><![CDATA[{SWT}]]></Token>")), found(SWT)),
        (data(&format!("<Token>{before}<![CDATA[{after}]]></Token>").replace("&E", "&amp;E")), found(SWT)),
        (
            data(&format!("<Token>{}<!-- & -->{}</Token>", before.replace('&', "&amp;"), after.replace('&', "&#38;"))),
            found(SWT),
        ),
        (data(&format!("<Token>\r\n  {JWT}\t</Token>")), found(JWT)),
        (data(&format!("<Other>x</Other><!-- c --><Token a=\"1\">{JWT}</Token>")), found(JWT)),
        (format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}", data(&format!("<Token>{JWT}</Token>"))), found(JWT)),
        (format!("<c:CustomData xmlns:c=\"{NAMESPACE}\"><c:Token>{JWT}</c:Token></c:CustomData>"), found(JWT)),
        (data(&format!("<Token>Bearer {JWT}</Token>")), found(JWT)),
        (data(&format!("<Token>Bearer={JWT}</Token>")), found(JWT)),
        (data("<Token>a%20b+c</Token>"), found("a%20b+c")),
        (data("<Token></Token>"), missing.clone()),
        (data("<Token/>"), missing.clone()),
        (data("<Token> \n </Token>"), missing.clone()),
        (data("<Token>Bearer </Token>"), missing.clone()),
        (data("<Token>bearer</Token>"), missing.clone()),
        (" \r\n ".to_owned(), missing.clone()),
        (String::new(), missing),
        // Nothing in it that carries a token, or not in the way that is agreed on.
        (data(""), malformed.clone()),
        (data(&format!("<token>{JWT}</token>")), malformed.clone()),
        (data(&format!("<Token>{JWT}</Token><Token>{JWT}</Token>")), malformed.clone()),
        (data(&format!("<Token>{JWT}</Token><Token/>")), malformed.clone()),
        (data("<Token>eyJ<b>hbGci</b>Oi</Token>"), malformed.clone()),
        (data(&format!("<Token>{JWT}<x/></Token>")), malformed.clone()),
        (data(&format!("<Token xmlns=\"\">{JWT}</Token>")), malformed.clone()),
        (data(&format!("<A><Token>{JWT}</Token></A>")), malformed.clone()),
        (data(&format!("<Token>{SWT}</Token>")), malformed.clone()),
        (data(&format!("<Token>{JWT}")), malformed.clone()),
        (format!("<CustomData><Token>{JWT}</Token></CustomData>"), malformed.clone()),
        (data(&format!("<Token>{JWT}</Token>")).replace("http:", "https:"), malformed.clone()),
        (data(&format!("<Token>{JWT}</Token>")).replace("/v1", "/v2"), malformed.clone()),
        (data(&format!("<Token>{JWT}</Token>")).replace("CustomData", "customData"), malformed.clone()),
        (format!("{}<x/>", data(&format!("<Token>{JWT}</Token>"))), malformed.clone()),
        (format!("<!DOCTYPE CustomData>{}", data(&format!("<Token>{JWT}</Token>"))), malformed.clone()),
        (format!("<!DOCTYPE c [<!ENTITY t \"{JWT}\">]>{}", data("<Token>&t;</Token>")), malformed.clone()),
        (
            format!("<!DOCTYPE c [<!ENTITY t SYSTEM \"file:///etc/passwd\">]>{}", data("<Token>&t;</Token>")),
            malformed.clone(),
        ),
        (data("<Token>&nbsp;</Token>"), malformed.clone()),
        (data("<Token>&#0;</Token>"), malformed.clone()),
        (data(&format!("{}x{}", "<a>".repeat(40), "</a>".repeat(40))), malformed.clone()),
        (data(&format!("<Token>{}</Token>", "a".repeat(300_000))), malformed.clone()),
        (JWT.to_owned(), malformed.clone()),
        ("{}".to_owned(), malformed),
    ] {
        assert_eq!(custom_data(&text), expected, "{}", &text[..text.len().min(300)]);
        run += 1;
    }
    println!("extraction: {run} custom data");
}

/// Two readers of a request with two tokens could disagree on which counts, even where they are equal now.
#[test]
fn a_request_carries_one_token() {
    let authorization = format!("Bearer {JWT}");
    let query = format!("?token={JWT}");
    let xml = format!("<CustomData xmlns=\"{NAMESPACE}\"><Token>{JWT}</Token></CustomData>");
    for places in 0..8_u8 {
        let place = |bit: u8, text| (places & bit != 0).then_some(text);
        let answer = extract(TokenSource {
            authorization: place(1, authorization.as_str()),
            url: place(2, query.as_str()),
            playready_custom_data: place(4, xml.as_str()),
        });
        match places.count_ones() {
            0 => assert_eq!(answer, Err(DecisionCode::Missing)),
            1 => assert_eq!(answer.unwrap().0, JWT),
            _ => assert_eq!(answer, Err(DecisionCode::Ambiguous), "{places}"),
        }
    }
    // What carries no token does not count as one, but what is broken is not passed over.
    let quiet = TokenSource { authorization: Some("Basic dTpw"), url: Some(&query), playready_custom_data: Some(" ") };
    assert_eq!(extract(quiet), Ok((JWT.to_owned(), "query")));
    let broken = TokenSource { authorization: Some(&authorization), url: Some("?token=%"), ..TokenSource::default() };
    assert_eq!(extract(broken), Err(DecisionCode::Malformed));
    let empty = TokenSource { authorization: Some(&authorization), url: Some("?token="), ..TokenSource::default() };
    assert_eq!(extract(empty), Ok((JWT.to_owned(), "authorization")));
}
