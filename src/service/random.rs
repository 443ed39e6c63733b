//! The platform's randomness, as the rooms of the core take it.

use super::platform::Platform;
use crate::error::Error;
use rand_core::{TryCryptoRng, TryRng};
use std::fmt;

/// Draws from a platform.
#[derive(Debug)]
pub(super) struct PlatformRandom<'p, P>(pub(super) &'p P);

/// Why there was none.
#[derive(Debug)]
pub(super) struct NoRandomness(Error);

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NoRandomness {}

impl<P: Platform> PlatformRandom<'_, P> {
    fn draw<const N: usize>(&self) -> Result<[u8; N], NoRandomness> {
        let mut bytes = [0; N];
        self.0.fill_random(&mut bytes).map_err(NoRandomness)?;
        Ok(bytes)
    }
}

impl<P: Platform> TryRng for PlatformRandom<'_, P> {
    type Error = NoRandomness;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.draw().map(u32::from_le_bytes)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.draw().map(u64::from_le_bytes)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill_random(bytes).map_err(NoRandomness)
    }
}

impl<P: Platform> TryCryptoRng for PlatformRandom<'_, P> {}
