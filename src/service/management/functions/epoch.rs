//! The caching epoch: whoever remembers policies or keys asks for it, and forgets them when it has grown.

use crate::error::{Error, ErrorCode};
use crate::secret::SecretBytes;
use crate::service::management::context::Context;
use crate::service::management::refusal::Refusal;
use crate::service::platform::Platform;
use crate::service::store::{Batch, Store, Versioned, keys};

/// How often it is tried again where somebody else raised it at the same time.
const TRIES: u32 = 8;

/// The number; 0 before it was ever raised.
pub(super) async fn read<S: Store>(store: &S) -> Result<u64, Error> {
    number(row(store).await?.as_ref())
}

/// Raises it by one and says the new number.
pub(super) async fn raise<P: Platform>(context: &Context<'_, P>) -> Result<String, Refusal> {
    let Context { caches, platform, .. } = *context;
    for _ in 0..TRIES {
        let row = row(platform).await?;
        let next = number(row.as_ref())?.saturating_add(1).to_string();
        let batch = Batch {
            expect: vec![(keys::EPOCH.to_owned(), row.map_or(0, |row| row.version))],
            put: vec![(keys::EPOCH.to_owned(), SecretBytes::new(next.clone().into_bytes()))],
            audit: vec![context.entry("raise_epoch").with("epoch", &next).finish()],
            ..Batch::default()
        };
        let written = platform.commit(batch).await;
        // Also where it is not known whether it was written: this is how keys are called back.
        caches.clear();
        if written? {
            return Ok(next);
        }
    }
    Err(Error::new(ErrorCode::StoreUnavailable, "the epoch was raised by others all the time: try again").into())
}

async fn row<S: Store>(store: &S) -> Result<Option<Versioned>, Error> {
    Ok(store.get(&[keys::EPOCH.to_owned()]).await?.into_iter().flatten().next())
}

fn number(row: Option<&Versioned>) -> Result<u64, Error> {
    let Some(row) = row else { return Ok(0) };
    let text = std::str::from_utf8(row.value.expose()).ok();
    let corrupt = || Error::new(ErrorCode::StoreCorrupt, "the epoch in the store is not a number");
    text.and_then(|text| text.parse().ok()).ok_or_else(corrupt)
}
