//! How a service is set up.

use super::http::Address;
use crate::key::Certificate;
use crate::token::TokenVerifier;

/// How long policies and unwrapped keys are remembered, in seconds, unless the settings say otherwise.
pub const DEFAULT_CACHE_SECONDS: u32 = 60;
/// Azure Media Services remembered policies for 15 minutes; longer is not allowed.
pub const MAX_CACHE_SECONDS: u32 = 900;
/// Rows that a query looks at, unless the settings say otherwise.
pub const DEFAULT_SCAN_LIMIT: u32 = 5000;

/// A certificate that content keys are wrapped to.
#[derive(Debug)]
pub struct ProtectionKey {
    /// Its thumbprint is the `ProtectionKeyId`.
    pub certificate: Certificate,
    /// Whether the platform holds the private key.
    pub can_unwrap: bool,
}

/// How a service is set up. Everything is off or closed unless it is said.
#[derive(Debug)]
pub struct Settings {
    /// The public root of the API, such as `https://media.example/api/`; by default that of each request.
    pub root: Option<String>,
    /// Hosts whose requests for the API are sent on to `root` with 301.
    pub entry_hosts: Vec<String>,
    /// Hosts that serve the management API; every host if there are none.
    pub admin_hosts: Vec<String>,
    /// Hosts that deliver keys; every host if there are none.
    pub delivery_hosts: Vec<String>,
    /// What key delivery URLs begin with, such as `https://keys.example/`; by default the origin of the request.
    pub delivery_root: Option<String>,
    /// Who may manage. Without it nobody may.
    pub admin: Option<TokenVerifier>,
    /// The first is the one that new keys are wrapped to.
    pub protection_keys: Vec<ProtectionKey>,
    /// Origins of pages that may ask for keys.
    pub allowed_origins: Vec<String>,
    /// Origins whose playlists may be rewritten.
    pub playlist_origins: Vec<String>,
    /// How long policies and unwrapped keys are remembered, in seconds; 0 asks the store every time.
    pub cache_seconds: u32,
    /// Rows that a query may look at before it is refused.
    pub scan_limit: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            root: None,
            entry_hosts: Vec::new(),
            admin_hosts: Vec::new(),
            delivery_hosts: Vec::new(),
            delivery_root: None,
            admin: None,
            protection_keys: Vec::new(),
            allowed_origins: Vec::new(),
            playlist_origins: Vec::new(),
            cache_seconds: DEFAULT_CACHE_SECONDS,
            scan_limit: DEFAULT_SCAN_LIMIT,
        }
    }
}

impl Settings {
    /// A protection key and its number, by its thumbprint in any letter case: the Java SDK writes small letters.
    pub(super) fn protection_key(&self, thumbprint: &str) -> Option<(usize, &ProtectionKey)> {
        let mut known = self.protection_keys.iter().enumerate();
        known.find(|(_, key)| key.certificate.thumbprint().eq_ignore_ascii_case(thumbprint))
    }

    /// Where an entry host sends requests for the API: to the root of the account, as the old service did; its clients add
    /// their path themselves. Not from the root's own host, which would go round in circles.
    pub(super) fn redirect(&self, address: Address<'_>) -> Option<&str> {
        let is = |host: &str| host.eq_ignore_ascii_case(address.host);
        let root = self.root.as_deref().filter(|root| !is(Address::of(root).host))?;
        self.entry_hosts.iter().any(|host| is(host)).then_some(root)
    }
}
