//! What a report still lacks before its figures may be frozen: a proposed text that nobody has looked at, a block
//! left empty, figures that are not stated. Nobody signs a paper that speaks for nobody.

use std::collections::BTreeMap;

use super::compose::figure_key;
use super::report::Text;
use super::stated::source_key;
use super::template::{Block, Template};
use crate::error::{Error, FieldProblem, Result};

/// A block to be looked at, written or stated as absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    pub key: &'static str,
    pub label_vi: &'static str,
    pub label_en: &'static str,
    /// Key of the sentence that says what is missing.
    pub why: &'static str,
}

/// Key of the reason why there is nothing of a block, among the texts.
pub fn absent_key(key: &str) -> String {
    format!("{ABSENT}{key}")
}
pub const ABSENT: &str = "absent:";

/// Why there is nothing of a block, when that was stated.
pub fn absent<'a>(texts: &'a BTreeMap<String, Text>, key: &str) -> Option<&'a str> {
    texts.get(&absent_key(key)).map(|t| t.content.as_str()).filter(|reason| !reason.is_empty())
}

/// The keys of all that is said of a block: its text, or its figures and where they come from, or why there is nothing.
pub fn keys_of<'a>(key: &'a str, figures: &'a [String]) -> impl Iterator<Item = String> + use<'a> {
    let own = [key.to_owned(), source_key(key), absent_key(key)];
    own.into_iter().chain(figures.iter().map(|code| figure_key(code)))
}

/// Counts every change of what is said of a block; a form sends it back, so that nobody overwrites what they have not
/// seen.
pub fn version_of(texts: &BTreeMap<String, Text>, key: &str, figures: &[String]) -> i64 {
    keys_of(key, figures).filter_map(|k| texts.get(&k)).map(|t| t.version).sum()
}

/// What is missing, in the order of the paper.
pub fn open(template: &'static Template, texts: &BTreeMap<String, Text>) -> Vec<Open> {
    let is_empty = |key: &str| texts.get(key).is_none_or(|t| t.content.trim().is_empty());
    let missing = |block: &'static Block| match block {
        Block::Written { written: key, label_vi, label_en, .. } => {
            let why = match texts.contains_key(key) {
                false => "papers-open-unseen",
                true => "papers-open-empty",
            };
            let open = is_empty(key) && absent(texts, key).is_none();
            open.then_some(Open { key, label_vi, label_en, why })
        }
        Block::Stated { stated: key, label_vi, label_en, figures, .. } => {
            let open = figures.iter().any(|code| is_empty(&figure_key(code))) && absent(texts, key).is_none();
            open.then_some(Open { key, label_vi, label_en, why: "papers-open-figures" })
        }
        _ => None,
    };
    template.block.iter().filter_map(missing).collect()
}

/// Refuses a report that lacks something, with everything it lacks.
pub fn require_whole(template: &'static Template, texts: &BTreeMap<String, Text>) -> Result<()> {
    let open = open(template, texts);
    if open.is_empty() {
        return Ok(());
    }
    let first = FieldProblem { field: "con-thieu", key: "papers-not-whole", value: String::new() };
    let each = open.into_iter().map(|o| FieldProblem { field: o.key, key: o.why, value: o.label_vi.into() });
    Err(Error::Invalid(std::iter::once(first).chain(each).collect()))
}

#[cfg(test)]
mod tests {
    use store::Id;

    use super::*;
    use crate::features::papers::template::find_template;

    #[test]
    fn what_is_looked_at_or_stated_as_absent_is_not_missing() {
        let template = find_template("annual-report", "2026-01-01".parse().unwrap()).unwrap();
        let mut texts = BTreeMap::new();
        let write = |texts: &mut BTreeMap<String, Text>, key: &str, content: &str| {
            let text = Text {
                key: key.into(),
                content: content.into(),
                version: 1,
                written_by: Id([0; 16]),
                updated_at: jiff::Timestamp::UNIX_EPOCH,
            };
            texts.insert(key.to_owned(), text);
        };
        let missing = |texts: &BTreeMap<String, Text>| -> Vec<(&str, &str)> {
            open(template, texts).into_iter().map(|o| (o.key, o.why)).collect()
        };
        assert_eq!(missing(&texts).len(), 8);
        for key in ["direction", "strengths", "limits", "causes", "directions"] {
            write(&mut texts, key, "Đã xem.");
        }
        write(&mut texts, &absent_key("law-day"), "địa phương tổ chức vào kỳ sau");
        write(&mut texts, "requests", " ");
        let left = [("mediation", "papers-open-figures"), ("requests", "papers-open-empty")];
        assert_eq!(missing(&texts), left);
        for code in template.stated().flat_map(|b| b.figures).skip(1) {
            write(&mut texts, &figure_key(code), "0");
        }
        assert_eq!(open(template, &texts)[0].key, "mediation");
        write(&mut texts, &absent_key("requests"), "không");
        write(&mut texts, &absent_key("mediation"), "không phát sinh vụ việc");
        assert_eq!(missing(&texts), []);
        require_whole(template, &texts).unwrap();
        // An absence taken back is none.
        write(&mut texts, &absent_key("mediation"), "");
        let Err(Error::Invalid(problems)) = require_whole(template, &texts) else { panic!("whole") };
        assert_eq!(problems.len(), 2);
    }
}
