//! Key delivery addresses: where a player asks for a key, and which key such an address is about.

use crate::encoding::percent_decode;
use crate::error::{Error, ErrorCode, Result};
use crate::id::KeyId;
use crate::key::ContentKeyType;
use crate::policy::{KeyDeliveryType, is_absolute_uri};

/// The address at which a key is delivered: `root`, the path of the delivery type, and the key id.
///
/// A PlayReady address names no key, since a PlayReady challenge does. FairPlay's is https, too; packagers put the scheme
/// `skd` in its place where they write it into a manifest.
///
/// # Errors
/// `deliver.bad_root`; `deliver.no_delivery_type` for type 0; `deliver.wrong_key_type` where the type of the key is given and
/// its keys are not delivered so.
pub fn key_delivery_url(
    root: &str,
    delivery: KeyDeliveryType,
    key_id: KeyId,
    key_type: Option<ContentKeyType>,
) -> Result<String> {
    if !is_root(root) {
        let why =
            "delivery addresses begin with an http or https URL that ends with a slash, such as https://keys.example/";
        return Err(Error::new(ErrorCode::DeliverBadRoot, why).at("root"));
    }
    let (path, expected) = route(delivery)?;
    if let Some(key_type) = key_type.filter(|key_type| *key_type != expected) {
        let why = format!(
            "keys of type {} are not delivered by delivery type {}: it needs one of type {}",
            key_type.name(),
            delivery.number(),
            expected.name()
        );
        return Err(Error::new(ErrorCode::DeliverWrongKeyType, why).at("keyDeliveryType"));
    }
    Ok(match delivery {
        KeyDeliveryType::PlayReadyLicense => format!("{root}{path}"),
        _ => format!("{root}{path}?KID={}", key_id.guid()),
    })
}

/// The path of a delivery type below the root, and the type of keys that it delivers.
fn route(delivery: KeyDeliveryType) -> Result<(&'static str, ContentKeyType)> {
    Ok(match delivery {
        KeyDeliveryType::None => {
            let why = "keys of delivery type 0 are not delivered: expected 1 (PlayReady), 2 (the key itself), \
                       3 (Widevine) or 4 (FairPlay)";
            return Err(Error::new(ErrorCode::DeliverNoDeliveryType, why).at("keyDeliveryType"));
        }
        KeyDeliveryType::PlayReadyLicense => ("PlayReady/", ContentKeyType::CommonEncryption),
        KeyDeliveryType::BaselineHttp => ("", ContentKeyType::EnvelopeEncryption),
        KeyDeliveryType::Widevine => ("Widevine/", ContentKeyType::CommonEncryption),
        KeyDeliveryType::FairPlay => ("FairPlay/", ContentKeyType::CommonEncryptionCbcs),
    })
}

/// What the delivery addresses of an Azure Media Services account began with. For old addresses; nobody answers there now.
///
/// # Errors
/// `deliver.bad_root` for what cannot be the name of an account: lower-case letters and digits.
pub fn account_delivery_root(account: &str) -> Result<String> {
    let fits = (1..=63).contains(&account.len())
        && account.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !fits {
        let why = "the name of an account is made of lower-case letters and digits";
        return Err(Error::new(ErrorCode::DeliverBadRoot, why).at("account"));
    }
    Ok(format!("https://{account}.keydelivery.mediaservices.windows.net/"))
}

/// The key that an address is about: its parameter `kid`, in any letter case. Packagers append it to addresses that have it
/// already, so it may stand there twice, if it says the same.
///
/// # Errors
/// `deliver.no_key_id` without it, or with two different ones; `id.*` where it is no key id.
pub fn key_id_of_url(url: &str) -> Result<KeyId> {
    let none = |why: &'static str| Error::new(ErrorCode::DeliverNoKeyId, why).at("url");
    let url = url.split('#').next().unwrap_or_default();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    // What was appended with a question mark of its own is a parameter, too: no key id holds one.
    let pairs = query.split(['&', '?']).filter_map(|pair| pair.split_once('='));
    let is_kid = |name: &str| percent_decode(name).is_some_and(|name| name.eq_ignore_ascii_case("kid"));
    let mut found = None;
    for (_, value) in pairs.filter(|(name, _)| is_kid(name)) {
        let value = percent_decode(value).ok_or_else(|| none("the parameter KID is not correctly percent-encoded"))?;
        let id = KeyId::parse(&value).map_err(|error| error.at("KID"))?;
        if found.is_some_and(|found| found != id) {
            return Err(none("the address names two different keys"));
        }
        found = Some(id);
    }
    found.ok_or_else(|| {
        none("the address names no key: expected a parameter KID, as in https://keys.example/?KID={guid}")
    })
}

/// A root is an http or https URL ending with a slash, without query or fragment.
pub(crate) fn is_root(root: &str) -> bool {
    let http = root.starts_with("https://") || root.starts_with("http://");
    http && root.ends_with('/') && is_absolute_uri(root) && !root.contains(['?', '#', '\''])
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::id::Guid;
    use proptest::prelude::*;

    const ROOT: &str = "https://keys.example/a/";

    fn code<T>(result: Result<T>) -> Option<ErrorCode> {
        result.err().map(|error| error.code())
    }

    /// The table of the old service: delivery type, key type, and what stands between root and key id.
    #[test]
    fn each_delivery_type_has_its_key_type() {
        let table = [(1, 0, "PlayReady/"), (2, 4, "?KID="), (3, 0, "Widevine/?KID="), (4, 6, "FairPlay/?KID=")];
        let id = KeyId::parse("nb:kid:UUID:DA3813AF-55E6-48E7-AA9F-A4D6031F7B4D").unwrap();
        for (delivery, fitting, path) in table {
            for kind in ContentKeyType::ALL {
                let url = key_delivery_url(ROOT, KeyDeliveryType::from_number(delivery).unwrap(), id, Some(kind));
                let id = if delivery == 1 { "" } else { "da3813af-55e6-48e7-aa9f-a4d6031f7b4d" };
                match kind.number() == fitting {
                    true => assert_eq!(url, Ok(format!("{ROOT}{path}{id}"))),
                    false => assert_eq!(code(url), Some(ErrorCode::DeliverWrongKeyType)),
                }
            }
        }
        let none = key_delivery_url(ROOT, KeyDeliveryType::None, id, None);
        assert_eq!(code(none), Some(ErrorCode::DeliverNoDeliveryType));
    }

    #[test]
    fn roots_and_accounts_are_checked() {
        let id = KeyId::new(Guid::from_cenc_bytes([1; 16]));
        for root in ["https://keys.example", "ftp://keys.example/", "/", "", "https://keys.example/?a=/", "https:///"] {
            let url = key_delivery_url(root, KeyDeliveryType::BaselineHttp, id, None);
            assert_eq!(code(url), Some(ErrorCode::DeliverBadRoot), "{root}");
        }
        for account in ["", "a.b", "evil.example/", "A", "a b", "é", "a?"] {
            assert_eq!(code(account_delivery_root(account)), Some(ErrorCode::DeliverBadRoot), "{account}");
        }
    }

    #[test]
    fn what_names_no_key_is_refused() {
        let (one, other) = ("da3813af-55e6-48e7-aa9f-a4d6031f7b4d", "ba7e8fb0-ee22-4291-9654-6222ac611bd8");
        for url in ["", "https://a.example/PlayReady/", "https://a.example/?skid=1", "https://a.example/#?kid=1"] {
            assert_eq!(code(key_id_of_url(url)), Some(ErrorCode::DeliverNoKeyId), "{url}");
        }
        let twice = |second: &str| key_id_of_url(&format!("https://a.example/Widevine/?KID={one}{second}"));
        for same in [format!("&kid={one}"), format!("?KID={one}"), format!("&KID={}", one.to_uppercase())] {
            assert!(twice(&same).is_ok(), "{same}");
        }
        assert_eq!(code(twice(&format!("&kid={other}"))), Some(ErrorCode::DeliverNoKeyId));
        assert_eq!(code(twice("&kid=")), Some(ErrorCode::IdEmpty));
        assert_eq!(code(key_id_of_url("https://a.example/?kid=7")), Some(ErrorCode::IdNotAGuid));
        assert_eq!(code(key_id_of_url("https://a.example/?kid=%zz")), Some(ErrorCode::DeliverNoKeyId));
    }

    proptest! {
        #[test]
        fn every_address_names_the_key_it_was_made_for(bytes: [u8; 16], which in 1_usize..4, skd: bool, capitals: bool) {
            let delivery = [KeyDeliveryType::BaselineHttp, KeyDeliveryType::Widevine, KeyDeliveryType::FairPlay];
            let id = KeyId::new(Guid::from_cenc_bytes(bytes));
            let root = account_delivery_root("account001").unwrap();
            let url = key_delivery_url(&root, delivery[which - 1], id, None).unwrap();
            let url = if skd { url.replace("https", "skd") } else { url };
            let url = if capitals { url.to_uppercase() } else { url.replace("KID", "k%69d") + "&token=x" };
            prop_assert_eq!(key_id_of_url(&url).unwrap(), id);
        }

        #[test]
        fn nothing_makes_it_stop(url in ".{0,80}", query in "[?&=kidKID%#0-9a-f-]{0,80}") {
            _ = key_id_of_url(&url);
            _ = key_id_of_url(&query);
        }
    }
}
