//! What the platform lends: randomness and version numbers.

use rand_core::{TryCryptoRng, TryRng};
use wasm_bindgen::prelude::wasm_bindgen;

/// `crypto.getRandomValues`, which every supported runtime has; Cloudflare Workers refuse it while a module loads.
pub(super) struct PlatformRng;

impl TryRng for PlatformRng {
    type Error = getrandom::Error;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        getrandom::u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        getrandom::u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        getrandom::fill(bytes)
    }
}

impl TryCryptoRng for PlatformRng {}

/// Version of this crate.
#[wasm_bindgen(js_name = crateVersion)]
#[must_use]
pub fn crate_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Version of wasm-bindgen, which glue and module must share; `Cargo.toml` pins it.
#[wasm_bindgen(js_name = wasmBindgenVersion)]
#[must_use]
pub fn wasm_bindgen_version() -> String {
    "0.2.130".to_owned()
}
