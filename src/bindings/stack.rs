//! Wiping the stack, which ciphers and hashes move keys through.

use wasm_bindgen::prelude::wasm_bindgen;

/// Overwrites the part of the stack that calls use. The facade asks for it after each call, when all of it is free:
/// ciphers and hashes wipe themselves where they end, but not the places that the compiler moved them from.
///
/// The deepest call uses 12 KiB.
#[wasm_bindgen(js_name = wipeStack)]
pub fn wipe_stack() {
    std::hint::black_box([0_u8; 32 * 1024]);
}

/// The part that a check uses: MAC states pass through it.
pub(super) fn wipe_after_check() {
    std::hint::black_box([0_u8; 4096]);
}
