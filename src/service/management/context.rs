//! One request to the management API, and what its handlers need.

use super::query;
use crate::encoding::hex_lower;
use crate::error::{Error, ErrorCode};
use crate::service::audit::Entry;
use crate::service::auth::Admin;
use crate::service::deliver::Caches;
use crate::service::http::HttpRequest;
use crate::service::settings::Settings;
use sha2::{Digest as _, Sha256};

/// 100 ns from the year 1 to 1970.
const TICKS_TO_1970: i64 = 621_355_968_000_000_000;
const TICKS_PER_MILLISECOND: i64 = 10_000;

/// A request by somebody who may manage.
#[derive(Debug)]
pub(super) struct Context<'c, P> {
    pub(super) settings: &'c Settings,
    pub(super) caches: &'c Caches,
    pub(super) platform: &'c P,
    pub(super) request: &'c HttpRequest,
    pub(super) admin: &'c Admin,
}

impl<P> Context<'_, P> {
    /// An entry for the audit log about what happens now.
    pub(super) fn entry(&self, action: &str) -> Entry {
        Entry::new(action, self.request.received_at).with("admin", &self.admin.token_digest)
    }

    /// The moment of the request as entities have it: `2015-02-04T02:37:46.9684379Z`, always with seven digits, so that the
    /// order of the texts is that of the times.
    pub(super) fn timestamp(&self) -> Result<String, Error> {
        let ticks = self.request.received_at.checked_mul(TICKS_PER_MILLISECOND);
        let text = ticks.and_then(|ticks| query::time_text(ticks.checked_add(TICKS_TO_1970)?));
        let why = || Error::new(ErrorCode::ArgumentOutOfRange, "the server's clock is outside the years 1 to 9999");
        text.ok_or_else(why)
    }
}

/// The weak entity tag of a stored value.
pub(super) fn etag(stored: &[u8]) -> String {
    let digest = hex_lower(&Sha256::digest(stored));
    format!("W/\"{}\"", digest.get(..32).unwrap_or_default())
}
