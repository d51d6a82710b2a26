//! Checks: rules that are data, over figures computed or typed and over a report's text (promise G24).

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::{By, Figure, Indicator, Period, Question, find_indicator, find_stated, list_overrides, read};
use crate::app::App;
use crate::error::Result;
use crate::i18n::Lang;

/// A rule; its kind says what is compared.
#[derive(Debug, Deserialize)]
pub struct Check {
    pub code: String,
    /// Such a value cannot be: no reason makes it stand.
    #[serde(default)]
    impossible: bool,
    pub vi: String,
    pub en: String,
    #[serde(default)]
    advice_vi: String,
    #[serde(default)]
    advice_en: String,
    #[serde(flatten)]
    kind: Kind,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Kind {
    /// top / bottom must not exceed the limit.
    RatioAbove { top: String, bottom: String, limit: f64 },
    /// top / bottom must not be more than `limit` times that of the period before; asked from `least` of bottom.
    RatioJump { top: String, bottom: String, limit: f64, least: i64 },
    /// A figure that is more than `limit` times that of a year earlier: last year's rows may be incomplete. Asked when
    /// last year's figure rests on `least` rows; a multiple of fewer says nothing, and is not printed either.
    Growth { figures: Vec<String>, limit: f64, least: i64, named_from: i64 },
    /// An indicator that is part of another must not exceed it.
    PartAboveWhole,
    /// A unit's figure must not exceed that of the unit above it.
    UnitAboveParent,
    /// The parts must sum to the whole, when all are stated.
    Sum { whole: String, parts: Vec<String> },
    /// A percentage written beside two figures must follow from them, to the places it is written with.
    Percentage { joined: Vec<String> },
    /// A typed count must be a whole number.
    WholeNumber,
    /// Figures must not be the same in several periods that contain each other: asked when as many as `together`
    /// are, because a single one is when all of it was done in one half of a year.
    SameInPeriods { figures: Vec<String>, least: i64, together: usize },
    /// A sentence must not speak of another year, unless excused by its words.
    OtherYear { excused: Vec<String> },
    /// The text must not be last year's.
    SameText { limit: f64, least: usize },
}

#[derive(Deserialize)]
struct File {
    check: Vec<Check>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("checks.toml")).unwrap_or_else(|e| panic!("checks.toml: {e}"))
});

/// What is checked: one unit's figures of one period, as computed or as typed, with what they stand beside.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// Figures by code, as printed ("1.234", "94,42").
    pub printed: BTreeMap<String, String>,
    /// The same unit's figures of the period before, and the number of rows they rest on.
    pub before: BTreeMap<String, i64>,
    pub before_rows: BTreeMap<String, i64>,
    /// The figures of the unit above, in the same period.
    pub parent: BTreeMap<String, i64>,
    /// The same figures for other periods that contain this one or lie in it: the period, by code.
    pub other_periods: Vec<(Period, BTreeMap<String, i64>)>,
    /// The period, when text is checked.
    pub period: Option<Period>,
    pub sentences: Vec<String>,
    pub sentences_before: Vec<String>,
}

/// Something a rule found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub check: &'static str,
    pub impossible: bool,
    /// The figure it is about; empty for text.
    pub figure: String,
    /// What was found, as papers say it.
    pub vi: String,
    pub en: String,
    advice: (&'static str, &'static str),
}
impl Finding {
    /// What was found, and what to look at.
    pub fn sentence(&self, lang: Lang) -> String {
        let advice = lang.pick(self.advice.0, self.advice.1);
        format!("{} {advice}", lang.pick(&self.vi, &self.en)).trim_end().to_owned()
    }
}

/// The codes of the rules.
pub fn codes() -> impl Iterator<Item = &'static str> {
    FILE.check.iter().map(|c| c.code.as_str())
}

/// Runs every rule over the material. Figures that are not there are not checked.
pub fn run(material: &Material) -> Vec<Finding> {
    FILE.check.iter().flat_map(|check| check.run(material)).collect()
}

/// How many comparisons the rules make over the material: the measure for false alarms.
pub fn count_comparisons(material: &Material) -> usize {
    FILE.check.iter().filter(|c| c.applies(material)).count()
}

/// A unit's figures of a period with what the rules compare them to: those of a year earlier, and those of the
/// periods that hold this one or lie in it. What a person stated stands in place of what was computed.
pub async fn gather(
    app: &App,
    question: &Question,
    all: &[&'static Indicator],
    now: &[Figure],
    last: &[Figure],
) -> Result<Material> {
    let by_code = |figures: &[Figure]| -> BTreeMap<String, i64> {
        all.iter().zip(figures).map(|(i, f)| (i.code.clone(), f.total())).collect()
    };
    let mut material = Material::default().beside(question.period, all, last);
    for (code, value) in by_code(now) {
        material.figure(&code, value);
    }
    let overrides = list_overrides(&app.db, question.unit, question.period).await?;
    let is_stated = !overrides.is_empty();
    for o in overrides {
        material.figure(&o.indicator, o.stated);
    }
    let year = question.period.from.year();
    let (whole, halves) = (Period::year(year), [Period::half(year, 1), Period::half(year, 2)]);
    let others = match question.period {
        p if p == whole => halves.to_vec(),
        p if halves.contains(&p) => vec![whole],
        _ => vec![],
    };
    for period in others {
        let table = read(app, &Question { period, by: By::Whole, ..question.clone() }, all).await?;
        material.other_periods.push((period, by_code(&table.total)));
    }
    // What is computed cannot exceed the sum it is in; what a person stated can.
    let tree = app.trees.on(&app.db, app.today()).await?;
    let above = tree.parent(question.unit).and_then(|above| tree.get(above));
    // Of the nation only what this installation keeps is known: a province is not a part of it to be compared.
    if let Some(above) = above.filter(|u| is_stated && u.level != "nation").map(|u| u.unit_id) {
        let above = Question { unit: above, by: By::Whole, ..question.clone() };
        material.parent = by_code(&read(app, &above, all).await?.total);
        for o in list_overrides(&app.db, above.unit, above.period).await? {
            material.parent.insert(o.indicator, o.stated);
        }
    }
    Ok(material)
}

/// One unit's figures in a table of the units of an area, beside the area's.
pub fn of_row(all: &[&'static Indicator], figures: &[Figure], whole: &[Figure]) -> Material {
    let mut material = Material::default();
    for ((indicator, figure), whole) in all.iter().zip(figures).zip(whole) {
        material.figure(&indicator.code, figure.total());
        material.parent.insert(indicator.code.clone(), whole.total());
    }
    material
}

impl Material {
    fn number(&self, code: &str) -> Option<i64> {
        viet::parse_int(self.printed.get(code)?)
    }
    /// The same beside the figures of a year earlier.
    pub(super) fn beside(mut self, period: Period, all: &[&'static Indicator], last: &[Figure]) -> Material {
        self.period = Some(period);
        for (indicator, figure) in all.iter().zip(last) {
            self.before.insert(indicator.code.clone(), figure.total());
            self.before_rows.insert(indicator.code.clone(), figure.rows);
        }
        self
    }
    /// The figure without a part of it.
    pub(super) fn take_away(&mut self, code: &str, part: i64) {
        if let Some(value) = self.number(code).filter(|_| part != 0) {
            self.figure(code, value - part);
        }
    }
    pub fn figure(&mut self, code: &str, value: i64) {
        self.printed.insert(code.to_owned(), viet::format_int(value));
    }
}

impl Check {
    fn applies(&self, m: &Material) -> bool {
        let has = |codes: &[&String]| codes.iter().all(|c| m.number(c).is_some());
        match &self.kind {
            Kind::RatioAbove { top, bottom, .. } => has(&[top, bottom]),
            Kind::RatioJump { top, bottom, .. } => has(&[top, bottom]) && m.before.contains_key(bottom),
            Kind::Growth { .. } => !m.before_rows.is_empty(),
            Kind::PartAboveWhole | Kind::WholeNumber => !m.printed.is_empty(),
            Kind::UnitAboveParent => !m.parent.is_empty(),
            Kind::Sum { whole, parts } => has(&[whole]) && parts.iter().all(|p| m.number(p).is_some()),
            Kind::Percentage { .. } => !m.sentences.is_empty(),
            Kind::SameInPeriods { .. } => !m.other_periods.is_empty(),
            Kind::OtherYear { .. } => !m.sentences.is_empty(),
            Kind::SameText { .. } => !m.sentences_before.is_empty(),
        }
    }

    fn finding(&'static self, figure: &str, values: &[(&str, Said)]) -> Finding {
        let fill = |lang: Lang| {
            let put = |text: String, (key, value): &(&str, Said)| {
                let value = match value {
                    Said::Text(text) => text.as_str(),
                    Said::Figure(code) => name(code, lang),
                };
                text.replace(&format!("{{ ${key} }}"), value)
            };
            values.iter().fold(lang.pick(&self.vi, &self.en).to_owned(), put)
        };
        Finding {
            check: &self.code,
            impossible: self.impossible,
            figure: figure.to_owned(),
            vi: fill(Lang::Vi),
            en: fill(Lang::En),
            advice: (&self.advice_vi, &self.advice_en),
        }
    }

    fn part_above_whole(&'static self, part: &str, value: i64, whole: &str, limit: i64) -> Finding {
        let values = [
            ("part", Said::Figure(part)),
            ("value", int(value)),
            ("whole", Said::Figure(whole)),
            ("limit", int(limit)),
        ];
        self.finding(part, &values)
    }

    fn run(&'static self, m: &Material) -> Vec<Finding> {
        let mut found = Vec::new();
        match &self.kind {
            Kind::RatioAbove { top, bottom, limit } => {
                if let Some(ratio) = ratio(m.number(top), m.number(bottom)).filter(|r| r > limit) {
                    let values = [("value", places(ratio, 0)), ("limit", places(*limit, 0))];
                    found.push(self.finding(top, &values));
                }
            }
            Kind::RatioJump { top, bottom, limit, least } => {
                let enough = m.number(bottom) >= Some(*least) && m.before.get(bottom) >= Some(least);
                let now = ratio(m.number(top), m.number(bottom));
                let before = ratio(m.before.get(top).copied(), m.before.get(bottom).copied());
                if let (true, Some(now), Some(before)) = (enough, now, before)
                    && before > 0.0
                    && now / before > *limit
                {
                    let values = [("value", places(now / before, 1)), ("limit", places(*limit, 0))];
                    found.push(self.finding(top, &values));
                }
            }
            Kind::Growth { figures, limit, least, .. } => {
                for code in figures {
                    let (Some(now), Some(before)) = (m.number(code), m.before.get(code).copied()) else {
                        continue;
                    };
                    let enough = m.before_rows.get(code) >= Some(least);
                    if let Some(times) = ratio(Some(now), Some(before)).filter(|t| enough && t > limit) {
                        let values = [
                            ("part", Said::Figure(code)),
                            ("value", places(times, 1)),
                            ("before", int(before)),
                            ("now", int(now)),
                        ];
                        found.push(self.finding(code, &values));
                    }
                }
            }
            Kind::PartAboveWhole => {
                for code in m.printed.keys() {
                    let Some(whole) = whole_of(code) else { continue };
                    if let (Some(part), Some(all)) = (m.number(code), m.number(whole))
                        && part > all
                    {
                        found.push(self.part_above_whole(code, part, whole, all));
                    }
                }
            }
            Kind::UnitAboveParent => {
                for (code, above) in &m.parent {
                    if let Some(part) = m.number(code).filter(|p| p > above) {
                        let values =
                            [("part", Said::Figure(code)), ("value", int(part)), ("limit", int(*above))];
                        found.push(self.finding(code, &values));
                    }
                }
            }
            Kind::Sum { whole, parts } => {
                let sum: Option<i64> = parts.iter().map(|p| m.number(p)).sum();
                if let (Some(sum), Some(all)) = (sum, m.number(whole))
                    && sum != all
                {
                    let values = [("value", int(sum)), ("whole", Said::Figure(whole)), ("limit", int(all))];
                    found.push(self.finding(whole, &values));
                }
            }
            Kind::Percentage { joined } => {
                for sentence in &m.sentences {
                    for (top, bottom, written) in percentages(sentence, joined) {
                        let Some(value) = viet::parse_decimal(&written) else { continue };
                        let computed = top as f64 * 100.0 / bottom as f64;
                        let after = written.rsplit_once(',').map_or(0, |(_, after)| after.len());
                        // Half of the last place written, and a hair for the arithmetic.
                        let margin = 0.5 * 10f64.powi(-i32::try_from(after).unwrap_or(0)) + 1e-9;
                        if (value - computed).abs() > margin {
                            let limit = places(computed, after.max(2));
                            let values =
                                [("value", Said::Text(written)), ("limit", limit), ("part", short(sentence))];
                            found.push(self.finding("", &values));
                        }
                    }
                }
            }
            Kind::WholeNumber => {
                for (code, printed) in &m.printed {
                    if viet::parse_int(printed).is_none() {
                        let values = [("part", Said::Figure(code)), ("value", Said::Text(printed.clone()))];
                        found.push(self.finding(code, &values));
                    }
                }
            }
            Kind::SameInPeriods { figures, least, together } => {
                for code in figures {
                    let Some(value) = m.number(code).filter(|v| v >= least) else { continue };
                    let same: Vec<String> = m
                        .other_periods
                        .iter()
                        .filter(|(_, figures)| figures.get(code) == Some(&value))
                        .map(|(period, _)| period.to_string())
                        .collect();
                    if !same.is_empty() {
                        let own = m.period.map(|p| p.to_string());
                        let periods: Vec<String> = own.into_iter().chain(same).collect();
                        let values = [
                            ("part", Said::Figure(code)),
                            ("value", int(value)),
                            ("periods", Said::Text(periods.join(", "))),
                        ];
                        found.push(self.finding(code, &values));
                    }
                }
                if found.len() < *together {
                    found.clear();
                }
            }
            Kind::OtherYear { excused } => {
                let Some(period) = m.period else { return found };
                let year = period.from.year();
                for sentence in &m.sentences {
                    let folded = viet::fold(sentence);
                    // Whole words; "pháp luật" (law) is not "Luật …" (a law).
                    let words: Vec<&str> =
                        folded.split(|c: char| !c.is_ascii_alphanumeric() && c != '/').collect();
                    let spaced = format!(" {} ", words.join(" ")).replace("phap luat", "");
                    if excused.iter().any(|word| {
                        spaced.contains(&format!(" {word} ")) || (word == "/" && spaced.contains('/'))
                    }) {
                        continue;
                    }
                    // Plans for the year to come belong into a report; years gone by do not.
                    if let Some(other) = years_of(&folded).into_iter().find(|y| *y < year) {
                        let values = [
                            ("value", Said::Text(other.to_string())),
                            ("limit", Said::Text(year.to_string())),
                            ("part", short(sentence)),
                        ];
                        found.push(self.finding("", &values));
                    }
                }
            }
            Kind::SameText { limit, least } => {
                let now = shingles(&m.sentences);
                let before = shingles(&m.sentences_before);
                if now.len() >= *least && !before.is_empty() {
                    let same = now.intersection(&before).count() as f64 / now.len() as f64;
                    if same > *limit {
                        let values =
                            [("value", places(same * 100.0, 0)), ("limit", places(limit * 100.0, 0))];
                        found.push(self.finding("", &values));
                    }
                }
            }
        }
        found
    }
}

/// A change from a year earlier, as far as it may be named.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// In percent.
    Percent(f64),
    /// From too few rows of last year; or so much that it would be asked about, of a figure no rule looks at.
    Nothing,
    /// There is no figure of last year.
    Unknown,
}

/// The change of a figure from a year earlier, which rests on so many rows. One rule for every period and every
/// place that names a change.
pub fn change(code: &str, now: i64, before: i64, rows: i64) -> Change {
    let few = |c: &Check| matches!(c.kind, Kind::Growth { named_from, .. } if rows < named_from);
    let asked = |c: &Check| match &c.kind {
        Kind::Growth { figures, least, .. } => rows >= *least && figures.iter().any(|f| f == code),
        _ => false,
    };
    match before {
        0 => Change::Unknown,
        _ if FILE.check.iter().any(few) => Change::Nothing,
        _ if is_doubtful_growth(now, before) && !FILE.check.iter().any(asked) => Change::Nothing,
        _ => Change::Percent((now - before) as f64 * 100.0 / before as f64),
    }
}

/// Whether a figure grew so much in a year that it is asked about: such growth is no achievement until somebody has
/// looked.
pub fn is_doubtful_growth(now: i64, before: i64) -> bool {
    let beyond =
        |c: &Check| matches!(c.kind, Kind::Growth { limit, .. } if now as f64 > before as f64 * limit);
    FILE.check.iter().any(beyond)
}

fn ratio(top: Option<i64>, bottom: Option<i64>) -> Option<f64> {
    let bottom = bottom.filter(|b| *b > 0)?;
    Some(top? as f64 / bottom as f64)
}

/// What stands in a sentence: a text, or the name of a figure in the reader's language.
enum Said<'a> {
    Text(String),
    Figure(&'a str),
}

fn int(value: i64) -> Said<'static> {
    Said::Text(viet::format_int(value))
}
fn places(value: f64, places: usize) -> Said<'static> {
    Said::Text(viet::format_decimal(value, places))
}
fn short(sentence: &str) -> Said<'static> {
    Said::Text(sentence.chars().take(80).collect())
}

/// A figure's name, computed or stated.
fn name(code: &str, lang: Lang) -> &str {
    let stated = || find_stated(code).map_or(code, |s| s.name(lang));
    find_indicator(code).map_or_else(stated, |i| i.name(lang))
}

/// The figure of which this one is a part.
pub(super) fn whole_of(code: &str) -> Option<&'static str> {
    let computed = find_indicator(code).and_then(|i| i.part_of.as_deref());
    computed.or_else(|| find_stated(code)?.part_of.as_deref())
}

/// What the rules say of a part that is above its whole in one row.
pub(super) fn part_above_whole(part: &str, value: i64, whole: &str, limit: i64) -> Option<Finding> {
    let rule = FILE.check.iter().find(|c| matches!(c.kind, Kind::PartAboveWhole))?;
    Some(rule.part_above_whole(part, value, whole, limit))
}

/// Percentages written beside their two figures: "2.825/2.990 vụ việc, đạt 94,48 %", "36 trên 39 vụ (92,31 %)".
fn percentages(sentence: &str, joined: &[String]) -> Vec<(i64, i64, String)> {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let count = |word: &str| viet::parse_int(word.trim_matches(['(', ')', ',', ';', ':']));
    let mut found = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let pair = match word.split_once('/') {
            Some((top, bottom)) => Some((count(top), count(bottom), i + 1)),
            None if words.get(i + 1) == Some(&"trên") => {
                Some((count(word), words.get(i + 2).and_then(|w| count(w)), i + 3))
            }
            None => None,
        };
        let Some((Some(top), Some(bottom), next)) = pair else { continue };
        let rest: Vec<&str> = words.iter().skip(next).take(8).copied().collect();
        let Some(at) = rest.iter().position(|w| w.contains('%')) else { continue };
        let is_alone = rest.get(at).is_some_and(|w| w.trim_matches(['(', ')', ',', ';', '.']) == "%");
        let Some(number) = rest.get(if is_alone { at.wrapping_sub(1) } else { at }) else { continue };
        let between =
            format!(" {} ", viet::fold(&rest.iter().take(at).copied().collect::<Vec<_>>().join(" ")));
        let is_joined = number.starts_with('(') || joined.iter().any(|j| between.contains(&format!(" {j} ")));
        let written = number.trim_matches(['(', ')', ',', ';', '%', '.']);
        if bottom > 0 && top <= bottom && is_joined {
            found.push((top, bottom, written.to_owned()));
        }
    }
    found
}

/// Years written out after "năm" in folded text.
fn years_of(folded: &str) -> Vec<i16> {
    let mut words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).peekable();
    let mut years = Vec::new();
    while let Some(word) = words.next() {
        if let (true, Some(next)) = (word == "nam", words.peek()) {
            years.extend(next.parse::<i16>().ok().filter(|y| crate::facts::YEARS.contains(y)));
        }
    }
    years
}

/// Runs of five words, numbers left out: two texts that differ in figures only are the same text.
fn shingles(sentences: &[String]) -> HashSet<String> {
    let text = viet::fold(&sentences.join(" "));
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty() && !w.bytes().all(|b| b.is_ascii_digit()))
        .collect();
    words.windows(5).map(|w| w.join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(pairs: &[(&str, &str)]) -> Material {
        let mut m = Material::default();
        m.printed.extend(pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())));
        m
    }
    /// The rules that find something.
    fn found(m: &Material) -> Vec<&'static str> {
        let mut codes: Vec<&str> = run(m).into_iter().map(|f| f.check).collect();
        codes.sort();
        codes.dedup();
        codes
    }
    fn check(m: &Material, expected: &[&str]) {
        assert_eq!(found(m), expected, "{m:?}");
    }

    #[test]
    fn broadcasts_counted_as_attendance() {
        // 742.658 over about 900 sessions; the next half-year 35.195 over 468.
        let mut printed = figures(&[("talks", "900"), ("talk-attendances", "742.658")]);
        check(&printed, &["people-per-talk"]);
        printed.before = BTreeMap::from([("talks".into(), 468), ("talk-attendances".into(), 35_195)]);
        printed.before_rows = BTreeMap::from([("talks".into(), 468), ("talk-attendances".into(), 468)]);
        check(&printed, &["growth", "people-per-talk", "people-per-talk-jump"]);
        check(&figures(&[("talks", "468"), ("talk-attendances", "35.195")]), &[]);
        check(&figures(&[("talks", "900"), ("talk-attendances", "360.000")]), &[]);
    }

    #[test]
    fn clicks_counted_as_entrants() {
        check(&figures(&[("contests", "1"), ("contest-entrants", "420.000")]), &["contest-per-contest"]);
        check(&figures(&[("contests", "1"), ("contest-entrants", "42.000")]), &[]);
    }

    #[test]
    fn growth_beyond_belief() {
        let grown = |now, before, rows| {
            let mut m = figures(&[("materials", now)]);
            m.before = BTreeMap::from([("materials".into(), before)]);
            m.before_rows = BTreeMap::from([("materials".into(), rows)]);
            m
        };
        check(&grown("40.478", 1_000, 30), &["growth"]);
        check(&grown("5.000", 1_000, 30), &[]);
        // Without last year's figure there is no growth, nor a multiple of a handful of rows.
        check(&grown("40.478", 0, 0), &[]);
        check(&grown("40.478", 1_000, 29), &[]);
        assert!(is_doubtful_growth(40_478, 1_000) && !is_doubtful_growth(5_000, 1_000));
        assert_eq!(change("materials", 40_478, 1_000, 30), Change::Percent(3_947.8));
        assert_eq!(change("materials", 40_478, 1_000, 29), Change::Nothing);
        // A change from a handful is not named at all, small or large.
        assert_eq!(change("materials", 1_125, 1_000, 10), Change::Percent(12.5));
        assert_eq!(change("materials", 1_125, 1_000, 9), Change::Nothing);
        assert_eq!(change("materials", 7, 0, 0), Change::Unknown);
        assert_eq!(change("talk-minority", 40, 3, 65), Change::Nothing);
    }

    #[test]
    fn parts_that_do_not_sum() {
        // 175 received, 171 mediated, 146 successful, 25 passed on, 4 pending.
        let pairs = |mediated, successful, unsuccessful, passed_on, pending| {
            figures(&[
                ("mediation-received", "175"),
                ("mediation-mediated", mediated),
                ("mediation-successful", successful),
                ("mediation-unsuccessful", unsuccessful),
                ("mediation-passed-on", passed_on),
                ("mediation-pending", pending),
            ])
        };
        check(&pairs("171", "146", "25", "25", "4"), &["mediation-sum"]);
        check(&pairs("171", "146", "20", "0", "4"), &["mediation-results-sum"]);
        check(&pairs("171", "146", "25", "0", "4"), &[]);
    }

    #[test]
    fn percentages_that_do_not_follow() {
        let text = |sentence: &str| Material { sentences: vec![sentence.to_owned()], ..Material::default() };
        check(&text("Hòa giải thành 2.825/2.990 vụ việc, đạt 94,42 %"), &["percentage"]);
        check(&text("Hòa giải thành 2.825/2.990 vụ việc, đạt 94,48 %"), &[]);
        check(&text("Hòa giải thành 2.825/2.990 vụ việc (94,5%)"), &[]);
        check(&text("Có 1.308 trên 1.860 vụ việc thành, chiếm tỷ lệ 71%"), &["percentage"]);
        check(&text("Có 1.308 trên 1.860 vụ việc thành, chiếm tỷ lệ 70,3%"), &[]);
        // Days, and figures that the percentage is not of.
        check(&text("Hưởng ứng Ngày Pháp luật 9/11 tại các ấp với 100% cơ quan tham gia"), &[]);
        check(&text("Luật số 14/2012/QH13 được phổ biến cho 95% hộ"), &[]);
    }

    #[test]
    fn stated_figures_have_their_names_in_both_languages_and_parts_below_their_wholes() {
        let m = figures(&[("mediation-received", "41"), ("mediation-mediated", "45")]);
        let found = run(&m);
        assert_eq!(found.len(), 1);
        assert!(found[0].impossible);
        assert_eq!(found[0].vi, "“Vụ việc đã hòa giải” là 45, lớn hơn “Vụ việc tiếp nhận” là 41.");
        assert_eq!(found[0].en, "“Cases mediated” is 45, larger than “Cases received”, which is 41.");
    }

    #[test]
    fn a_misprinted_unit() {
        check(&figures(&[("talk-attendances", "465.00")]), &["not-a-whole-number"]);
        check(&figures(&[("talk-attendances", "465.000")]), &[]);
        check(&figures(&[("talk-attendances", "465")]), &[]);
    }

    #[test]
    fn one_figure_for_several_periods() {
        let mut m = figures(&[("talks", "216.584"), ("talk-attendances", "23.977.557")]);
        m.period = Some(Period::year(2025));
        let half = |talks, people| {
            (
                Period::half(2025, 1),
                BTreeMap::from([("talks".into(), talks), ("talk-attendances".into(), people)]),
            )
        };
        m.other_periods = vec![half(216_584, 23_977_557)];
        check(&m, &["same-figure"]);
        m.other_periods = vec![half(216_583, 23_977_556)];
        check(&m, &[]);
        // All materials were handed out in the first half.
        let mut one = figures(&[("talks", "216.584"), ("materials", "1.200")]);
        one.other_periods = vec![(
            Period::half(2025, 1),
            BTreeMap::from([("talks".into(), 101_000), ("materials".into(), 1_200)]),
        )];
        check(&one, &[]);
        // A handful may well be the same by chance.
        let mut few = figures(&[("talks", "4")]);
        few.other_periods = vec![half(4, 80)];
        check(&few, &[]);
    }

    #[test]
    fn a_part_above_the_whole() {
        let mut m = figures(&[("contest-entrants", "2.400.000")]);
        m.parent = BTreeMap::from([("contest-entrants".into(), 2_200_000)]);
        check(&m, &["unit-above-parent"]);
        m.parent = BTreeMap::from([("contest-entrants".into(), 2_400_000)]);
        check(&m, &[]);
        check(
            &figures(&[("talks", "2"), ("talk-attendances", "50"), ("talk-women", "51")]),
            &["part-above-whole"],
        );
        check(&figures(&[("talks", "2"), ("talk-attendances", "50"), ("talk-women", "50")]), &[]);
    }

    #[test]
    fn last_years_year_left_in() {
        let text = |sentence: &str| Material {
            period: Some(Period::year(2023)),
            sentences: vec![sentence.to_owned()],
            ..Material::default()
        };
        check(
            &text("Trong năm 2022, công tác phổ biến pháp luật được triển khai đồng bộ."),
            &["last-years-year"],
        );
        check(&text("Trong năm 2023, công tác phổ biến pháp luật được triển khai đồng bộ."), &[]);
        check(&text("Số cuộc tăng 12 % so với năm 2022."), &[]);
        check(&text("Thực hiện Luật Hòa giải ở cơ sở năm 2013."), &[]);
        check(&text("Nhiệm vụ năm 2024 được giao sớm."), &[]);
    }

    #[test]
    fn last_years_text() {
        let words = |range: std::ops::Range<usize>| -> Vec<String> {
            range
                .map(|i| {
                    format!("câu thứ {} nói về việc {} của địa phương", viet::number_in_words(i as i64), i)
                })
                .collect()
        };
        let text = |now, before| Material {
            period: Some(Period::year(2023)),
            sentences: now,
            sentences_before: before,
            ..Material::default()
        };
        check(&text(words(0..40), words(0..40)), &["same-text"]);
        check(&text(words(0..40), words(60..100)), &[]);
        let half: Vec<String> = words(0..20).into_iter().chain(words(60..80)).collect();
        check(&text(half, words(0..40)), &[]);
    }
}
