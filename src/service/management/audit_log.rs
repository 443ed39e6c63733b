//! Reading the audit log, page by page, each row as it is stored: whoever has the rows can check the chain of their hashes.

use super::context::Context;
use super::refusal::Refusal;
use super::respond::{Answer, Content};
use crate::encoding::percent_decode;
use crate::secret::SecretBytes;
use crate::service::platform::Platform;
use crate::service::store::{Range, keys};

const DEFAULT_ROWS: u32 = 100;
const MAX_ROWS: u32 = 1000;

/// `from=n`: from that number on, upwards. `before=n`: downwards. `$top`: at most so many. `$skip`: not those. Without a
/// number: the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Query {
    from: Option<u64>,
    before: Option<u64>,
    top: u32,
    skip: u32,
}

/// `{"value":[rows],"next":query of the next page or null}`.
pub(super) async fn page<P: Platform>(context: &Context<'_, P>) -> Result<Answer, Refusal> {
    let query = read_query(context.request.address().query)?;
    let rows = context.platform.list(&query.range()).await?;
    let last = rows.last().and_then(|row| keys::last_part(&row.key).parse().ok());
    let is_full = u32::try_from(rows.len()).is_ok_and(|length| length == query.top);
    let next = last.filter(|_| is_full).and_then(|last| query.next(last));
    let mut body = SecretBytes::new(br#"{"value":["#.to_vec());
    for (index, row) in rows.iter().enumerate() {
        body.push(if index > 0 { b"," } else { b"" });
        body.push(row.value.value.expose());
    }
    let next = next.map_or_else(|| "null".to_owned(), |next| format!("\"{next}\""));
    body.push(format!("],\"next\":{next}}}").as_bytes());
    Ok(Answer::ok(Content::Document { content_type: "application/json;charset=utf-8", body }))
}

impl Query {
    fn range(self) -> Range {
        let mut range = Range::prefix(keys::AUDIT, self.top);
        range.skip = self.skip;
        range.is_reverse = self.from.is_none();
        range.from = self.from.map_or(range.from, keys::audit_entry);
        range.to = self.before.map_or(range.to, keys::audit_entry);
        range
    }

    fn next(self, last: u64) -> Option<String> {
        match (self.from, last) {
            (Some(_), last) => Some(format!("from={}&$top={}", last.saturating_add(1), self.top)),
            (None, 2..) => Some(format!("before={last}&$top={}", self.top)),
            (None, _) => None,
        }
    }
}

fn read_query(query: &str) -> Result<Query, Refusal> {
    let mut read = Query { from: None, before: None, top: DEFAULT_ROWS, skip: 0 };
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let name = percent_decode(name).unwrap_or_default();
        let number = || {
            let why = format!("{name} is a number (at {name})");
            value.parse::<u64>().map_err(|_| Refusal::new(400, "query.bad_value", why))
        };
        match &*name {
            "from" => read.from = Some(number()?),
            "before" => read.before = Some(number()?),
            "$top" => read.top = u32::try_from(number()?).unwrap_or(MAX_ROWS).clamp(1, MAX_ROWS),
            "$skip" => read.skip = u32::try_from(number()?).unwrap_or(u32::MAX),
            _ => {
                let why = "the audit log is asked with from, before, $top and $skip";
                return Err(Refusal::new(400, "query.unknown_option", why));
            }
        }
    }
    if read.from.is_some() && read.before.is_some() {
        return Err(Refusal::new(400, "query.bad_value", "from goes upwards and before downwards: give one of them"));
    }
    Ok(read)
}
