//! Counting how often a token was used, so that no two requests are both the last.
//!
//! A counter stands under the digest of its token, whatever its spelling and whichever key it opens, until the token has ended
//! for good. Counters that have are taken away a few at a time, whenever a new one is made.

use crate::encoding::hex_lower;
use crate::error::Result;
use crate::json::{Json, Members};
use crate::secret::SecretBytes;
use crate::service::Platform;
use crate::service::store::{Batch, CORRUPT, Range, Versioned, keys, read_json};
use crate::token::Decision;

/// How long a counter outlives its token, in seconds: more than the skew that any policy forgives.
const AFTERLIFE: i64 = 900;
/// Old counters that go when a new one comes: more than one, so that there are ever fewer of them.
const SWEPT: u32 = 4;

/// The counter of a token as it was read.
#[derive(Debug)]
pub(super) struct Tally {
    digest: String,
    end: i64,
    /// How often the token was used.
    pub(super) uses: i64,
    version: u64,
}

impl Tally {
    /// Reads the counter of the token that a decision is about; `None` where nothing names the token.
    pub(super) async fn read<P: Platform>(platform: &P, decision: &Decision, token: &str) -> Result<Option<Self>> {
        let (Some(digest), Some(end)) = (decision.token_digest(token), decision.expires_at()) else { return Ok(None) };
        let mut tally = Self { digest: hex_lower(&digest), end: end.saturating_add(AFTERLIFE), uses: 0, version: 0 };
        tally.read_again(platform).await?;
        Ok(Some(tally))
    }

    /// Reads it anew, after somebody else has counted.
    pub(super) async fn read_again<P: Platform>(&mut self, platform: &P) -> Result<()> {
        let row = platform.get(&[keys::uses(&self.digest)]).await?.pop().flatten();
        (self.uses, self.version) = row.map_or(Ok((0, 0)), |row| read(&row))?;
        Ok(())
    }

    /// Counts one use. Not if somebody else has counted since it was read.
    ///
    /// # Errors
    /// `store.unavailable`: then it is not known whether it was counted, and no key may go out.
    pub(super) async fn count<P: Platform>(&self, platform: &P, now: i64) -> Result<bool> {
        let row = keys::uses(&self.digest);
        let value = Json::object([("n", Json::number(self.uses.saturating_add(1))), ("end", Json::number(self.end))]);
        let value = value.to_text().into_bytes();
        let mut batch =
            Batch { expect: vec![(row.clone(), self.version)], put: vec![(row, value)], ..Batch::default() };
        if self.version == 0 {
            batch.put.push((keys::uses_end(self.end, &self.digest), SecretBytes::default()));
            batch.delete = ended(platform, now).await?;
        }
        platform.commit(batch).await
    }
}

/// Rows of some counters whose tokens have ended.
async fn ended<P: Platform>(platform: &P, now: i64) -> Result<Vec<String>> {
    let (from, to) = (keys::uses_end(0, ""), keys::uses_end(now.max(0), ""));
    let range = Range { from, to, is_reverse: false, skip: 0, limit: SWEPT };
    let ends = platform.list(&range).await?;
    Ok(ends.into_iter().flat_map(|end| [keys::uses(keys::last_part(&end.key)), end.key]).collect())
}

fn read(row: &Versioned) -> Result<(i64, u64)> {
    let json = read_json(&row.value)?;
    let members = Members::of(&json, "", CORRUPT)?;
    let uses: i64 = members.integer("n")?.ok_or_else(|| members.missing("n"))?;
    if uses < 0 {
        return Err(members.bad("n", "a counter is not negative"));
    }
    Ok((uses, row.version))
}
