//! Writing: read, plan, commit; and once more where somebody else was faster.

use super::context::Context;
use super::path::Resource;
use super::refusal::Refusal;
use super::respond::Answer;
use crate::service::platform::Platform;
use crate::service::store::Batch;

/// How often a write is tried before the client is asked to.
const MAX_ATTEMPTS: u32 = 16;

/// What is to be written, and what the client is told then.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) batch: Batch,
    pub(super) answer: Answer,
}

/// Plans and commits. The plan says with `expect` what it relies on, and is made anew where that is no longer so.
pub(super) async fn commit<P: Platform>(
    context: &Context<'_, P>,
    plan: impl AsyncFn() -> Result<Plan, Refusal>,
) -> Result<Answer, Refusal> {
    for attempt in 0..MAX_ATTEMPTS {
        let Plan { batch, answer } = plan().await?;
        let written = context.platform.commit(batch).await;
        // Also where it is not known whether it was written.
        context.caches.clear();
        if written? {
            return Ok(answer);
        }
        context.platform.pause(random_pause(context.platform, attempt)).await;
    }
    Err(Refusal::new(503, "store.busy", "others are writing the same entities: nothing was changed, try again"))
}

/// Writers that met would meet again if they all went on at once: each waits for a time of its own, up to 2, 4, … 256 ms.
fn random_pause<P: Platform>(platform: &P, attempt: u32) -> u32 {
    let longest = 2_u32.checked_shl(attempt).unwrap_or(u32::MAX).min(256);
    let mut bytes = [0; 4];
    // Without randomness all wait as long as they may, which is better than not at all.
    match platform.fill_random(&mut bytes) {
        Ok(()) => u32::from_le_bytes(bytes).checked_rem(longest).unwrap_or(longest),
        Err(_) => longest,
    }
}

/// Appends a refused write to the audit log, before the client hears of it.
pub(super) async fn log_refusal<P: Platform>(
    context: &Context<'_, P>,
    method: &str,
    resource: Option<&Resource>,
    refusal: &Refusal,
) -> Result<(), Refusal> {
    // Methods are as long as the client likes.
    let mut entry = context
        .entry("refuse")
        .with("method", if method.len() <= 8 { method } else { "other" })
        .with("code", refusal.code);
    if let Some(entity) = resource.and_then(Resource::entity) {
        entry = entry.with("set", entity.set.name()).with("id", &entity.id);
    }
    let entry = entry.with("status", &refusal.status.to_string()).finish();
    context.platform.commit(Batch { audit: vec![entry], ..Batch::default() }).await?;
    Ok(())
}
