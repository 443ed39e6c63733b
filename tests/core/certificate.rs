use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywicket::error::ErrorCode;
use keywicket::key::Certificate;
use proptest::prelude::*;

/// The certificate that the Azure Media Services REST documentation prints.
const DOCUMENTED: &str = include_str!("../fixtures/documented-protection-certificate.txt");
const EC: &str = include_str!("../fixtures/ec-p256.cert.pem");
/// 2020-01-01, within the documented certificate's validity.
const NOW: i64 = 1_577_836_800;

/// Values by `openssl x509 -fingerprint -serial -subject -dates`.
#[test]
fn the_documented_certificate_reads_with_all_its_oddities() {
    let certificate = Certificate::from_text(DOCUMENTED).unwrap();
    assert_eq!(certificate.thumbprint(), "7D9BB04D9D0A4A24800CADBFEF232689E048F69C");
    assert!(
        certificate.thumbprint_sha256().starts_with("A503B52C") && certificate.thumbprint_sha256().ends_with("FAE0BA")
    );
    assert_eq!(certificate.subject(), "CN=wamsblureg001encryptallsecrets-cert");
    assert_eq!(certificate.issuer(), certificate.subject());
    assert_eq!(certificate.serial_number(), "-5600893DB440E34DB9F64CFFAC3E7B64");
    assert_eq!((certificate.not_before(), certificate.not_after()), (1_338_274_800, 1_969_426_800));
    assert_eq!((certificate.key().bits(), certificate.key().exponent()), (2048, [1, 0, 1].as_slice()));
    assert_eq!(certificate.signature_algorithm(), "md5WithRSAEncryption");
    let codes: Vec<_> = certificate.findings(NOW).iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["certificate.md5_signature", "certificate.negative_serial"]);
    let later: Vec<_> = certificate.findings(1_969_426_801).iter().map(|finding| finding.code).collect();
    assert!(later.contains(&"certificate.expired"));
    let earlier: Vec<_> = certificate.findings(0).iter().map(|finding| finding.code).collect();
    assert!(earlier.contains(&"certificate.not_yet_valid"));
}

#[test]
fn der_base64_and_pem_wrapped_anywhere_are_the_same_certificate() {
    let der = STANDARD.decode(DOCUMENTED.trim()).unwrap();
    let lines = |width: usize| {
        DOCUMENTED.trim().as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>()
    };
    let pem = |width, end: &str| {
        format!("-----BEGIN CERTIFICATE-----{end}{}{end}-----END CERTIFICATE-----{end}", lines(width).join(end))
    };
    let expected = Certificate::from_der(&der).unwrap();
    for text in [
        DOCUMENTED.to_owned(),
        lines(76).join("\r\n"),
        pem(64, "\n"),
        pem(76, "\r\n"),
        format!("\n # a note\n{}", pem(64, " \n\t")),
        lines(5).join(" "),
    ] {
        assert_eq!(Certificate::from_text(&text).unwrap(), expected);
        assert_eq!(Certificate::from_bytes(text.as_bytes()).unwrap(), expected);
    }
    assert_eq!(Certificate::from_bytes(&der).unwrap(), expected);
}

#[test]
fn what_is_not_an_rsa_certificate_is_refused_by_name() {
    let ec = Certificate::from_text(EC).unwrap_err();
    assert_eq!(ec.code(), ErrorCode::CertificateNotRsa);
    assert!(ec.message().contains("elliptic-curve"));
    for text in [
        "",
        "hello world",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ] {
        assert_eq!(Certificate::from_text(text).unwrap_err().code(), ErrorCode::CertificateNotACertificate, "{text}");
    }
    let der = STANDARD.decode(DOCUMENTED.trim()).unwrap();
    for cut in 0..der.len() {
        assert_eq!(Certificate::from_der(&der[..cut]).unwrap_err().code(), ErrorCode::CertificateNotACertificate);
    }
    assert_eq!(
        Certificate::from_der(&[der, vec![0]].concat()).unwrap_err().code(),
        ErrorCode::CertificateNotACertificate
    );
}

proptest! {
    /// One byte turned at any place: it reads or it is refused, and nothing else.
    #[test]
    fn no_damage_stops_the_reader(place in 0_usize..845, value: u8) {
        let mut der = STANDARD.decode(DOCUMENTED.trim()).unwrap();
        der[place] = value;
        if let Ok(certificate) = Certificate::from_der(&der) {
            let _ = (certificate.serial_number(), certificate.findings(NOW), certificate.signature_algorithm());
        }
    }
}
