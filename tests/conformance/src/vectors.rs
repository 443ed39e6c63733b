//! The three file formats as one list of vectors.

use serde_json::{Map, Value};

/// One vector, whatever file it came from.
#[derive(Debug)]
pub struct Vector {
    /// Its name.
    pub id: String,
    /// What the table counts by.
    pub feature: String,
    /// What selects the adapter: the operation, where the format has one.
    pub operation: String,
    /// Whether a stricter answer may be fine.
    pub tolerance: bool,
    /// What goes in.
    pub input: Value,
    /// What must come out.
    pub expected: Expected,
}

/// What must come out.
#[derive(Debug)]
pub enum Expected {
    /// Accepted, with these values.
    Accept(Map<String, Value>),
    /// Refused, with the file's own name for the reason.
    Refuse(String),
    /// Peers disagree, and either answer can be defended.
    Either,
}

/// Reads a file of any of the formats.
pub fn load(path: &str) -> Result<Vec<Vector>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let file: Value = serde_json::from_str(&text).map_err(|error| format!("{path}: not JSON: {error}"))?;
    let vectors = match (&file, file.get("vectors").and_then(Value::as_array)) {
        (Value::Array(entries), _) => {
            let folder =
                std::path::Path::new(path).parent().unwrap_or(std::path::Path::new("")).to_string_lossy().into_owned();
            entries.iter().map(|entry| cpix(entry, &folder)).collect::<Option<Vec<_>>>()
        }
        (_, Some(entries)) => {
            entries.iter().map(|entry| if entry.get("op").is_some() { signalling(entry) } else { ams(entry) }).collect()
        }
        _ => None,
    };
    let vectors = vectors.ok_or_else(|| format!("{path}: not one of the known formats of test vectors"))?;
    if vectors.is_empty() {
        return Err(format!("{path}: no vectors in it"));
    }
    Ok(vectors)
}

fn text(entry: &Value, name: &str) -> Option<String> {
    entry.get(name)?.as_str().map(str::to_owned)
}

/// `{ id, feature, kind, level, input, expect: { …values } or { refuse } }`
fn ams(entry: &Value) -> Option<Vector> {
    let feature = text(entry, "feature")?;
    let expect = entry.get("expect")?.as_object()?;
    let expected = match expect.get("refuse") {
        Some(reason) => Expected::Refuse(reason.as_str()?.to_owned()),
        None => Expected::Accept(expect.clone()),
    };
    let level = text(entry, "level")?;
    Some(Vector {
        id: text(entry, "id")?,
        // Examples exactly as the documentation prints them, slips included, are read by the lenient reader.
        operation: if level == "seed-alias" { format!("{feature} as printed") } else { feature.clone() },
        feature,
        tolerance: level == "tolerance",
        input: with_rows(entry.get("input")?, expect.get("ok")),
        expected,
    })
}

/// A table states its cases in its expected rows: what stands before the column `state` is given to the adapter.
fn with_rows(input: &Value, expected: Option<&Value>) -> Value {
    let mut input = input.clone();
    let given = |columns: &Value| columns.as_array()?.iter().position(|column| column == "state");
    if let (Some(given), Some(rows)) = (input.get("columns").and_then(given), expected.and_then(Value::as_array))
        && let Some(members) = input.as_object_mut()
    {
        let rows = rows.iter().filter_map(Value::as_array).map(|row| row.iter().take(given).cloned().collect());
        members.insert("rows".to_owned(), Value::Array(rows.collect()));
    }
    input
}

/// `{ id, feature, op, input, expected }`; a refusal is `expected.reject`.
fn signalling(entry: &Value) -> Option<Vector> {
    let expected = entry.get("expected")?.as_object()?;
    let refused = expected.get("reject").and_then(Value::as_bool) == Some(true);
    let reason = || text(entry.get("expected")?, "reason").or_else(|| text(entry.get("expected")?, "error"));
    Some(Vector {
        id: text(entry, "id")?,
        feature: text(entry, "feature")?,
        // Two files name an operation alike and mean different things (`widevine.parse`).
        operation: format!("signalling {}", text(entry, "op")?),
        tolerance: false,
        input: entry.get("input")?.clone(),
        expected: if refused {
            Expected::Refuse(reason().unwrap_or_default())
        } else {
            Expected::Accept(expected.clone())
        },
    })
}

/// One per document: `{ file, kind, expect: { result, error?, … } }`. The adapter gets the whole entry and the folder.
fn cpix(entry: &Value, folder: &str) -> Option<Vector> {
    let kind = text(entry, "kind")?;
    let expect = entry.get("expect")?;
    let expected = match text(expect, "result")?.as_str() {
        "reject" => Expected::Refuse(text(expect, "error").unwrap_or_default()),
        "policy" => Expected::Either,
        _ => Expected::Accept(expect.as_object()?.clone()),
    };
    let mut input = entry.clone();
    input.as_object_mut()?.insert("folder".to_owned(), Value::from(folder));
    Some(Vector { id: text(entry, "file")?, feature: kind.clone(), operation: kind, tolerance: false, input, expected })
}
