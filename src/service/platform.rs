//! What the service needs from where it runs, beside a store.

use super::store::Store;
use crate::error::Result;
use crate::secret::SecretBytes;
use crate::token::JsonWebKeySet;

/// Storage, randomness, private keys and the network: everything outside is a parameter.
#[expect(async_fn_in_trait, reason = "the service runs on one thread, where futures need not be Send")]
pub trait Platform: Store {
    /// Fills with random bytes.
    ///
    /// # Errors
    /// `random.unavailable`.
    fn fill_random(&self, bytes: &mut [u8]) -> Result<()>;

    /// Unwraps a content key (RSA-OAEP, SHA-1) with the private key of the settings' protection key of that number.
    ///
    /// # Errors
    /// `unwrap.failed`, one and the same whatever the reason.
    async fn unwrap(&self, protection_key: usize, wrapped: &[u8]) -> Result<SecretBytes>;

    /// The key set behind a discovery document that a policy names; asked again at the provider if `is_refresh`.
    ///
    /// # Errors
    /// Those of the fetcher.
    async fn key_set(&self, discovery_uri: &str, is_refresh: bool) -> Result<JsonWebKeySet>;

    /// Waits that many milliseconds, for writers that met to part; at once where nobody else writes.
    async fn pause(&self, milliseconds: u32) {
        let _ = milliseconds;
    }

    /// Fetches a playlist. The address is of an origin that the settings list.
    ///
    /// # Errors
    /// `upstream.unavailable`.
    async fn fetch_playlist(&self, url: &str) -> Result<FetchedPlaylist>;
}

/// A playlist as its server gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedPlaylist {
    /// Status of the answer.
    pub status: u16,
    /// Its text.
    pub text: String,
}
