//! Indicators: dated data over facts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use store::{Filter, Relation};

use crate::facts::Fact;
use crate::i18n::Lang;

/// A figure that the law or a report asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    pub code: String,
    pub vi: String,
    pub en: String,
    /// Its unit of measure.
    pub unit_vi: String,
    pub unit_en: String,
    /// A fact by name, and what of it is summed; `rows` counts.
    pub fact: String,
    pub measure: String,
    /// Only rows whose column holds one of these.
    #[serde(default, rename = "where")]
    pub filters: BTreeMap<String, Vec<String>>,
    /// Only rows whose day is over: what is late can be so only then.
    #[serde(default)]
    pub overdue: bool,
    /// Dimensions by which it may be split, besides unit and month.
    pub by: Vec<String>,
    /// It is a part of this other figure and may never exceed it.
    pub part_of: Option<String>,
    pub legal: String,
    pub from: Date,
    pub until: Option<Date>,
}

/// A figure that a person states because nothing counts it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedFigure {
    pub code: String,
    vi: String,
    en: String,
    /// It is a part of this other figure and may never exceed it.
    pub part_of: Option<String>,
    /// It is never typed: the percentage of two others.
    pub rate: Option<Rate>,
    /// What comes of it at the unit above.
    #[serde(default)]
    pub roll_up: RollUp,
    pub legal: String,
    pub from: Date,
    pub until: Option<Date>,
}
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub top: String,
    pub bottom: String,
}
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RollUp {
    #[default]
    None,
    Sum,
}
impl StatedFigure {
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.vi, &self.en)
    }
}

#[derive(Deserialize)]
struct File {
    indicator: Vec<Indicator>,
    stated: Vec<StatedFigure>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("indicators.toml")).unwrap_or_else(|e| panic!("indicators.toml: {e}"))
});

/// The indicators in force on some day of a period.
pub fn indicators(from: Date, to: Date) -> Vec<&'static Indicator> {
    FILE.indicator.iter().filter(|i| i.from <= to && i.until.is_none_or(|u| from < u)).collect()
}
pub fn find_indicator(code: &str) -> Option<&'static Indicator> {
    FILE.indicator.iter().find(|i| i.code == code)
}
/// The figures that a person states, in the order of reports, of every day.
pub fn stated_figures() -> impl Iterator<Item = &'static StatedFigure> {
    FILE.stated.iter()
}
pub fn find_stated(code: &str) -> Option<&'static StatedFigure> {
    stated_figures().find(|s| s.code == code)
}
/// Where an indicator stands among all: the order of reports and tables; one that is gone comes last.
pub(super) fn position(code: &str) -> usize {
    FILE.indicator.iter().position(|i| i.code == code).unwrap_or(usize::MAX)
}

impl Indicator {
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.vi, &self.en)
    }
    pub fn unit_of_measure(&self, lang: Lang) -> &str {
        lang.pick(&self.unit_vi, &self.unit_en)
    }
    /// "Kinh phí thực hiện (đồng)"; a name that says its unit, "Số cuộc phổ biến", does not say it twice.
    pub fn titled(&self, lang: Lang) -> Cow<'_, str> {
        let (name, unit) = (self.name(lang), self.unit_of_measure(lang));
        let says = format!(" {} ", name.to_lowercase()).contains(&format!(" {} ", unit.to_lowercase()));
        if says { name.into() } else { format!("{name} ({unit})").into() }
    }
    /// Its fact; indicators' files are tested against the facts there are.
    pub fn fact(&self) -> Option<&'static Fact> {
        crate::facts().into_iter().find(|f| f.name == self.fact)
    }
    /// Its conditions on a relation's columns, asked on a day.
    pub fn conditions(&self, relation: &'static Relation, today: Date) -> Vec<Filter> {
        let filters = self.filters.iter();
        let chosen = filters
            .filter_map(|(column, values)| Some(Filter::any_of(relation.column(column)?.name(), values)));
        let over = relation.column("day").filter(|_| self.overdue);
        chosen.chain(over.map(|day| Filter::below(day.name(), today))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_says_its_unit_twice() {
        for (code, vi, en) in [
            ("talks", "Số cuộc phổ biến pháp luật trực tiếp", "Direct talks"),
            (
                "talk-attendances",
                "Số lượt người dự các cuộc phổ biến trực tiếp",
                "Attendances at direct talks",
            ),
            ("cost", "Kinh phí thực hiện (đồng)", "Cost (đồng)"),
            ("materials", "Số tài liệu phát miễn phí (bản)", "Materials handed out free (copies)"),
        ] {
            let indicator = find_indicator(code).unwrap();
            assert_eq!((&*indicator.titled(Lang::Vi), &*indicator.titled(Lang::En)), (vi, en));
        }
    }

    #[test]
    fn stated_figures_are_parts_and_rates_of_others() {
        for figure in &FILE.stated {
            let known = |code: &String| find_stated(code).is_some();
            assert!(figure.part_of.as_ref().is_none_or(known), "{figure:?}");
            assert!(figure.rate.as_ref().is_none_or(|r| known(&r.top) && known(&r.bottom)), "{figure:?}");
            // A rate of sums is no sum of rates.
            assert!(figure.rate.is_none() || figure.roll_up == RollUp::None, "{figure:?}");
        }
    }
}
