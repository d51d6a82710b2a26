//! Templates of reports: dated data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use crate::features::numbers::{find_indicator, find_stated};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub code: String,
    pub from: Date,
    pub until: Option<Date>,
    /// Said in place of last year's figures when there are none.
    pub no_last: String,
    /// Said in place of a change that says nothing.
    pub few_last: String,
    /// Of a hundred units below, so many should have issued theirs before the figures of all are frozen; with fewer
    /// the page warns.
    pub below_issued: usize,
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
    /// In which offices its leaders sign, the usual one first.
    pub signs: Vec<Office>,
    pub recipients: Vec<String>,
}

/// The office in which a leader signs (Nghị định 30/2020/NĐ-CP Điều 13).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    pub code: String,
    /// The lines over the signature: "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH".
    pub authority: Vec<String>,
}

impl Agency {
    /// An office by its code; without one, the usual one.
    pub fn office(&self, code: Option<&str>) -> Option<&Office> {
        let asked = code.and_then(|code| self.signs.iter().find(|o| o.code == code));
        asked.or(self.signs.first())
    }
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
        label_vi: String,
        label_en: String,
        prompt_vi: String,
        prompt_en: String,
        prefill: String,
        /// What the paper says when the officer states, with a reason, that there is nothing of it. Without it the
        /// block has to be written.
        absent: Option<String>,
    },
    /// Figures that are stated by hand as long as no feature counts them: all of them, or that there are none.
    Stated {
        stated: String,
        label_vi: String,
        label_en: String,
        figures: Vec<String>,
        text: String,
        /// What a draft says as long as some of them are missing.
        open: String,
        absent: Option<String>,
    },
    Table {
        table: String,
        caption: String,
        indicators: Vec<String>,
        /// Said below it: how it is to be read; of one row, only where that row stands in it.
        note: Option<String>,
        note_of: Option<String>,
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

/// A block of figures stated by hand: its key, and their codes.
#[derive(Debug, Clone, Copy)]
pub struct StatedFigures {
    pub key: &'static str,
    pub figures: &'static [String],
}

impl Template {
    /// How papers of a unit of a level are headed and signed.
    pub fn agency(&self, level: &str) -> Option<&Agency> {
        self.agency.get(level).or_else(|| self.agency.values().next())
    }
    /// Keys of the blocks that the officer writes.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        self.block.iter().filter_map(|b| match b {
            Block::Written { written, .. } => Some(written.as_str()),
            _ => None,
        })
    }
    /// Keys of the blocks of which may be stated that there is nothing of them, with the codes of their figures.
    pub fn absent(&'static self) -> impl Iterator<Item = (&'static str, &'static [String])> {
        self.block.iter().filter_map(|b| match b {
            Block::Written { written, absent: Some(_), .. } => Some((written.as_str(), [].as_slice())),
            Block::Stated { stated, figures, absent: Some(_), .. } => {
                Some((stated.as_str(), figures.as_slice()))
            }
            _ => None,
        })
    }
    /// The blocks of figures stated by hand.
    pub fn stated(&'static self) -> impl Iterator<Item = StatedFigures> {
        self.block.iter().filter_map(|b| match b {
            Block::Stated { stated, figures, .. } => Some(StatedFigures { key: stated, figures }),
            _ => None,
        })
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

/// Names that stand for words: of the unit and the period, and of what the records show as left undone.
const WORDS: [&str; 10] = [
    "unit",
    "in-unit",
    "period",
    "last-period",
    "next-period",
    "province",
    "agency-name",
    "late-tasks",
    "silent-units",
    "untold-laws",
];

/// Whether something stands behind a name in a text.
fn is_known(name: &str) -> bool {
    match name.split_once(':') {
        Some(("last" | "estimate" | "now" | "change", code)) => find_indicator(code).is_some(),
        Some(("stated", code)) => find_stated(code).is_some(),
        Some(_) => false,
        None => WORDS.contains(&name) || find_indicator(name).is_some(),
    }
}

/// The first name in a text behind which nothing stands. Braces of an officer's own are let be.
pub fn unknown_name(text: &str) -> Option<&str> {
    let is_ours = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | ':'));
    pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Name(name) if is_ours(name) && !is_known(name) => Some(name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_name_is_known() {
        for template in TEMPLATES.iter() {
            let mut texts: Vec<&str> = vec![&template.about, &template.appendix.name];
            let mut indicators: Vec<&String> =
                template.appendix.by_unit.iter().chain(&template.appendix.by_month).collect();
            let mut stated: Vec<&String> = vec![];
            for block in &template.block {
                match block {
                    Block::Heading { text, .. } | Block::Text { text } => texts.push(text),
                    Block::List { list } => texts.extend(list.iter().map(String::as_str)),
                    Block::Stated { figures, text, open, absent, .. } => {
                        stated.extend(figures);
                        texts.extend([text, open].map(String::as_str));
                        texts.extend(absent.as_deref());
                    }
                    Block::Table { indicators: i, note, .. } => {
                        indicators.extend(i);
                        texts.extend(note.as_deref());
                    }
                    Block::Written { absent, .. } => texts.extend(absent.as_deref()),
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
                // Why there is nothing of a block stands in no text but that of its absence.
                assert!(is_known(name) || name == "reason", "{name} in {}", template.code);
                if let Some(("stated", code)) = name.split_once(':') {
                    let is_asked = stated.iter().any(|s| *s == code);
                    assert!(
                        is_asked || find_stated(code).is_some_and(|f| f.rate.is_some()),
                        "{name} in {}",
                        template.code
                    );
                }
            }
            for (level, agency) in &template.agency {
                assert!(agency.signs.iter().all(|o| !o.authority.is_empty()), "{level}");
                assert!(!agency.signs.is_empty(), "{level}: nobody signs");
            }
        }
    }
}
