//! Templates of reports: dated data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub code: String,
    pub from: Date,
    pub until: Option<Date>,
    /// "BÁO CÁO" and its abbreviation "BC".
    pub kind: String,
    pub kind_code: String,
    pub about: String,
    /// How the paper's head, signature and recipients read, by the level of the unit.
    pub agency: BTreeMap<String, Agency>,
    pub block: Vec<Block>,
    pub appendix: Appendix,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    pub parent: Option<String>,
    pub agency: String,
    /// Inside a sentence.
    pub name: String,
    pub symbol: String,
    pub addressed_to: Vec<String>,
    pub authority: Vec<String>,
    pub recipients: Vec<String>,
}

/// One block; which of its fields stand says what it is.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Block {
    Heading {
        heading: String,
        #[serde(default = "one")]
        level: u8,
        text: String,
    },
    /// A block that the officer writes.
    Written {
        written: String,
        prompt_vi: String,
        prompt_en: String,
        prefill: String,
    },
    /// Figures that are stated by hand as long as no feature counts them.
    Stated {
        figures: Vec<String>,
        text: String,
    },
    Table {
        table: String,
        caption: String,
        indicators: Vec<String>,
    },
    List {
        list: Vec<String>,
    },
    /// A sentence with indicators bound in it.
    Text {
        text: String,
    },
}
fn one() -> u8 {
    1
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appendix {
    pub title: String,
    pub name: String,
    /// The levels of units that have a row of their own.
    pub levels: Vec<String>,
    pub by_unit: Vec<String>,
    pub by_month: Vec<String>,
}

impl Template {
    /// Keys of the blocks that the officer writes.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        self.block.iter().filter_map(|b| match b {
            Block::Written { written, .. } => Some(written.as_str()),
            _ => None,
        })
    }
    /// Codes of the figures stated by hand.
    pub fn stated(&'static self) -> impl Iterator<Item = &'static str> {
        self.block
            .iter()
            .flat_map(|b| match b {
                Block::Stated { figures, .. } => figures.as_slice(),
                _ => &[],
            })
            .map(String::as_str)
    }
}

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let files = [include_str!("annual-report.toml")];
    let read = |text: &&str| toml::from_str(text).unwrap_or_else(|e| panic!("report template: {e}"));
    files.iter().map(read).collect()
});

/// The template of a code in force on a day.
pub fn find_template(code: &str, day: Date) -> Option<&'static Template> {
    TEMPLATES.iter().find(|t| t.code == code && t.from <= day && t.until.is_none_or(|u| day < u))
}

/// A piece of a template's text.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece<'a> {
    Words(&'a str),
    /// What stands between braces.
    Name(&'a str),
}

pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        if !before.is_empty() {
            pieces.push(Piece::Words(before));
        }
        pieces.push(Piece::Name(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::numbers::find_indicator;

    #[test]
    fn every_bound_name_is_known() {
        let words = ["unit", "in-unit", "period", "last-period", "next-period", "province", "agency-name"];
        for template in TEMPLATES.iter() {
            let mut texts: Vec<&str> = vec![&template.about, &template.appendix.name];
            let mut indicators: Vec<&String> =
                template.appendix.by_unit.iter().chain(&template.appendix.by_month).collect();
            let mut stated: Vec<&String> = vec![];
            for block in &template.block {
                match block {
                    Block::Heading { text, .. } | Block::Text { text } => texts.push(text),
                    Block::List { list } => texts.extend(list.iter().map(String::as_str)),
                    Block::Stated { figures, text } => {
                        stated.extend(figures);
                        texts.push(text);
                    }
                    Block::Table { indicators: i, .. } => indicators.extend(i),
                    Block::Written { .. } => {}
                }
            }
            for indicator in indicators {
                assert!(find_indicator(indicator).is_some(), "{indicator}");
            }
            let names = texts.iter().flat_map(|t| pieces(t)).filter_map(|p| match p {
                Piece::Name(name) => Some(name),
                Piece::Words(_) => None,
            });
            for name in names {
                let known = match name.split_once(':') {
                    Some(("last", code)) => find_indicator(code).is_some(),
                    Some(("stated", code)) => stated.iter().any(|s| *s == code),
                    Some(_) => false,
                    None => words.contains(&name) || find_indicator(name).is_some(),
                };
                assert!(known, "{name} in {}", template.code);
            }
        }
    }
}
