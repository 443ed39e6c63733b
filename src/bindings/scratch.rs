//! A part of this module's memory that JavaScript writes to: what a verifier is asked, as bytes.
//!
//! Writing there at once saves an allocation and a copy for each token: a twelfth of a check.

use crate::token::MAX_TOKEN_BYTES;
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

/// Room for a token that is just too long, a key id and an address, in UTF-8 at its widest. The facade has the same numbers.
const BYTES: usize = 3 * (MAX_TOKEN_BYTES + 1 + 256 + 64);

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; BYTES]);
}

/// Where it lies. It never moves, as long as this instance lives.
#[wasm_bindgen(js_name = scratchAddress)]
#[must_use]
pub fn address() -> usize {
    // The pointer goes out to the one who writes behind our back, between calls.
    SCRATCH.with_borrow_mut(|bytes| bytes.as_mut_ptr().expose_provenance())
}

/// Its length.
#[wasm_bindgen(js_name = scratchLength)]
#[must_use]
pub fn length() -> usize {
    BYTES
}

/// What JavaScript wrote, up to `length`; wiped afterwards.
pub(super) fn take<T>(length: u32, read: impl FnOnce(&[u8]) -> T) -> T {
    let result = look(length, read);
    wipe(length);
    result
}

/// What JavaScript wrote, up to `length`; whoever looks sees to it that it is wiped.
pub(super) fn look<T>(length: u32, read: impl FnOnce(&[u8]) -> T) -> T {
    SCRATCH.with_borrow(|bytes| read(usize::try_from(length).ok().and_then(|end| bytes.get(..end)).unwrap_or_default()))
}

/// Wipes what JavaScript wrote, up to `length`.
#[wasm_bindgen(js_name = wipeScratch)]
pub fn wipe(length: u32) {
    SCRATCH.with_borrow_mut(|bytes| {
        let written = usize::try_from(length).ok().and_then(|end| bytes.get_mut(..end)).unwrap_or_default();
        written.fill(0);
        // So that nobody finds out that the zeros are not read.
        std::hint::black_box(written);
    });
}
