//! PlayReady licence templates: what is written reads back in both readers; rules, order and what the old reader let pass.

mod properties;
mod readers;
mod rules;
mod values;

use keywicket::error::{ErrorCode, Finding};
use keywicket::policy::Reading;
use keywicket::policy::playready::{DateTime, License, PlayReadyTemplate, TimeSpan, read_playready_template};

const OPEN: &str = r#"<PlayReadyLicenseResponseTemplate xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyTemplate/v1">"#;
const CLOSE: &str = "</PlayReadyLicenseResponseTemplate>";
const HEADER: &str = r#"<ContentKey i:type="ContentEncryptionKeyFromHeader" />"#;
const BOTH: [Reading; 2] = [Reading::Lenient, Reading::Strict];

/// A document with one licence.
fn license(children: &str) -> String {
    format!(
        "{OPEN}<LicenseTemplates><PlayReadyLicenseTemplate>{children}</PlayReadyLicenseTemplate></LicenseTemplates>{CLOSE}"
    )
}

/// The same, with a content key and this play right.
fn right(children: &str) -> String {
    license(&format!("{HEADER}<PlayRight>{children}</PlayRight>"))
}

fn read(xml: &str, reading: Reading) -> (License, Vec<Finding>) {
    let (template, findings) = read_playready_template(xml, reading).unwrap();
    (template.license_templates.into_iter().next().unwrap(), findings)
}

fn refusal(xml: &str, reading: Reading) -> (ErrorCode, String) {
    let error = read_playready_template(xml, reading).unwrap_err();
    assert!(error.position().is_some(), "{error}");
    (error.code(), error.path().unwrap_or_default().to_owned())
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

fn span(text: &str) -> TimeSpan {
    TimeSpan::parse(text).unwrap()
}

fn date(text: &str) -> DateTime {
    DateTime::parse(text).unwrap()
}

/// Word for word what the REST documentation prints, its namespace restored.
#[test]
fn the_default_template_is_the_documented_one() {
    let template = PlayReadyTemplate { license_templates: vec![License::default()], ..PlayReadyTemplate::default() };
    let documented = r#"<PlayReadyLicenseResponseTemplate xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyTemplate/v1"><LicenseTemplates><PlayReadyLicenseTemplate><AllowTestDevices>false</AllowTestDevices><ContentKey i:type="ContentEncryptionKeyFromHeader" /><LicenseType>Nonpersistent</LicenseType><PlayRight /></PlayReadyLicenseTemplate></LicenseTemplates></PlayReadyLicenseResponseTemplate>"#;
    assert_eq!(template.to_xml().unwrap(), documented);
    let printed = documented.replace("http://www.w3.org", "https://www.w3.org");
    let (read, findings) = read_playready_template(&printed, Reading::Lenient).unwrap();
    assert_eq!((read, codes(&findings)), (template, vec!["playready.https_schema_instance"]));
    assert_eq!(refusal(&printed, Reading::Strict), (ErrorCode::PlayReadyHttpsSchemaInstance, "ContentKey".to_owned()));
}
