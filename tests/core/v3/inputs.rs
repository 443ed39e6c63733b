//! Policies of v3, written by hand.

use serde_json::{Value, json};

pub(super) fn policy(option: Value) -> String {
    json!({ "properties": { "options": [option] } }).to_string()
}

pub(super) fn typed(kind: &str, members: Value) -> Value {
    let mut value = json!({ "@odata.type": format!("#Microsoft.Media.ContentKeyPolicy{kind}") });
    let object = value.as_object_mut().unwrap();
    object.extend(members.as_object().unwrap().clone());
    value
}

pub(super) fn clear_key(restriction: Value) -> String {
    policy(json!({ "configuration": typed("ClearKeyConfiguration", json!({})), "restriction": restriction }))
}

pub(super) fn open(configuration: Value) -> String {
    policy(json!({ "configuration": configuration, "restriction": typed("OpenRestriction", json!({})) }))
}

pub(super) fn fairplay(members: Value) -> Value {
    let mut value = typed(
        "FairPlayConfiguration",
        json!({ "ask": "ERbdO+aFdmEZhytaFuu0UA==", "fairPlayPfxPassword": "pw", "fairPlayPfx": "AAAA", "rentalAndLeaseKeyType": "Undefined", "rentalDuration": 0 }),
    );
    value.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    value
}

pub(super) fn playready(license: Value, right: Value) -> Value {
    let mut all = json!({ "allowTestDevices": false, "licenseType": "Persistent", "contentKeyLocation": typed("PlayReadyContentEncryptionKeyFromHeader", json!({})), "contentType": "Unspecified", "playRight": { "digitalVideoOnlyContentRestriction": false, "imageConstraintForAnalogComponentVideoRestriction": false, "imageConstraintForAnalogComputerMonitorRestriction": false, "allowPassingVideoContentToUnknownOutput": "NotAllowed" } });
    all["playRight"].as_object_mut().unwrap().extend(right.as_object().unwrap().clone());
    all.as_object_mut().unwrap().extend(license.as_object().unwrap().clone());
    typed("PlayReadyConfiguration", json!({ "licenses": [all] }))
}
