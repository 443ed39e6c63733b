//! The table, and every disagreement in full.

use crate::judge::Verdict;
use crate::vectors::{Expected, Vector};
use std::collections::BTreeMap;

#[derive(Default)]
struct Row {
    agree: usize,
    stricter: usize,
    differ: usize,
    missing: usize,
    other_reason: usize,
}

/// What all vectors together came to.
#[derive(Default)]
pub struct Report {
    rows: BTreeMap<String, Row>,
    disagreements: Vec<String>,
    reasons: Vec<String>,
}

impl Report {
    /// Counts one vector.
    pub fn add(&mut self, vector: &Vector, verdict: Verdict) {
        let row = self.rows.entry(vector.feature.clone()).or_default();
        match verdict {
            Verdict::Agree { other_reason } => {
                row.agree += 1;
                if let (Some(code), Expected::Refuse(reason)) = (other_reason, &vector.expected) {
                    row.other_reason += 1;
                    self.reasons.push(format!("{}: expected the reason {reason}, ours is {code}", vector.id));
                }
            }
            Verdict::StricterOnPurpose => row.stricter += 1,
            Verdict::Missing => row.missing += 1,
            Verdict::Differ { got } => {
                row.differ += 1;
                let expected = match &vector.expected {
                    Expected::Accept(values) => serde_json::Value::Object(values.clone()).to_string(),
                    Expected::Refuse(reason) => format!("refused: {reason}"),
                    Expected::Either => "either answer".to_owned(),
                };
                self.disagreements.push(format!(
                    "{}\n    input    {}\n    expected {expected}\n    got      {got}",
                    vector.id, vector.input
                ));
            }
        }
    }

    /// Whether nothing that must agree disagreed.
    pub fn all_agree(&self) -> bool {
        self.disagreements.is_empty()
    }

    /// Table, differing reasons, disagreements, and a closing line.
    pub fn print(&self) {
        let columns = ["agree", "stricter", "DIFFER", "missing", "other reason"];
        let mut total = Row::default();
        println!("{:34} {}", "feature", columns.map(|name| format!("{name:>14}")).join(""));
        for (feature, row) in &self.rows {
            print_row(feature, row);
            total.agree += row.agree;
            total.stricter += row.stricter;
            total.differ += row.differ;
            total.missing += row.missing;
            total.other_reason += row.other_reason;
        }
        print_row("all", &total);
        print_list("Refused as expected, for another reason (a finding, not a failure):", &self.reasons);
        print_list("Disagreements:", &self.disagreements);
        println!(
            "\n{} agree, {} stricter on purpose, {} missing, {} differ",
            total.agree, total.stricter, total.missing, total.differ
        );
    }
}

fn print_row(name: &str, row: &Row) {
    let cell = |count: usize| if count == 0 { format!("{:>14}", "·") } else { format!("{count:>14}") };
    println!(
        "{name:34} {}{}{}{}{}",
        cell(row.agree),
        cell(row.stricter),
        cell(row.differ),
        cell(row.missing),
        cell(row.other_reason)
    );
}

fn print_list(title: &str, items: &[String]) {
    if !items.is_empty() {
        println!("\n{title}");
        items.iter().for_each(|item| println!("  {item}"));
    }
}
