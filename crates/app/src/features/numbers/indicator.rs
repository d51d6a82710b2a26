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

#[derive(Deserialize)]
struct File {
    indicator: Vec<Indicator>,
}

static INDICATORS: LazyLock<Vec<Indicator>> = LazyLock::new(|| {
    let file: Result<File, _> = toml::from_str(include_str!("indicators.toml"));
    file.map(|f| f.indicator).unwrap_or_else(|e| panic!("indicators.toml: {e}"))
});

/// The indicators in force on some day of a period.
pub fn indicators(from: Date, to: Date) -> Vec<&'static Indicator> {
    INDICATORS.iter().filter(|i| i.from <= to && i.until.is_none_or(|u| from < u)).collect()
}
pub fn find_indicator(code: &str) -> Option<&'static Indicator> {
    INDICATORS.iter().find(|i| i.code == code)
}
/// Where an indicator stands among all: the order of reports and tables; one that is gone comes last.
pub(super) fn position(code: &str) -> usize {
    INDICATORS.iter().position(|i| i.code == code).unwrap_or(usize::MAX)
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
}
