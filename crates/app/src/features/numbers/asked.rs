//! A question as it stands in an address, and in words.

use jiff::civil::Date;
use serde::Deserialize;
use store::Id;

use super::{By, Period, Place, Question, RowKey, Units};
use crate::access::Act;
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::activities::reference::find_audience;
use crate::i18n::{Lang, Words};
use crate::page::{Page, date_text};
use crate::web::Signed;

/// The query of the pages of figures.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(rename = "don-vi")]
    pub unit: Option<String>,
    #[serde(rename = "ky")]
    pub period: Option<String>,
    /// Any days instead: both, as people write them.
    #[serde(rename = "tu", default)]
    pub from: String,
    #[serde(rename = "den", default)]
    pub to: String,
    /// `nay`: units as they are today; `luc-do`: as they were; a date: as on that day.
    #[serde(rename = "cay")]
    pub units: Option<String>,
    #[serde(rename = "theo")]
    pub by: Option<String>,
    #[serde(rename = "chi-tieu")]
    pub indicator: Option<String>,
    /// The row: a place ("rieng", "duoi:<id>", "chia:<id>"), a month, a value.
    #[serde(rename = "cho")]
    pub place: Option<String>,
    #[serde(rename = "thang")]
    pub month: Option<String>,
    #[serde(rename = "gia-tri")]
    pub value: Option<String>,
    /// Only the rows that are estimates.
    #[serde(rename = "uoc-tinh")]
    pub estimate: Option<String>,
    /// The freeze whose figure is asked about: the rows as they were then.
    #[serde(rename = "chot")]
    pub freeze: Option<String>,
    #[serde(rename = "sau")]
    pub after: Option<String>,
}

impl Asked {
    /// The question, with defaults, if the person may see the unit.
    pub fn question(&self, signed: &Signed) -> Result<Question> {
        let asked = self.unit.as_deref().filter(|u| !u.is_empty());
        let unit = match asked {
            Some(id) => id.parse::<Id>()?,
            None => signed.unit(None, Act::See)?,
        };
        signed.require(Act::See, unit)?;
        let period = match self.period.as_deref().filter(|p| !p.is_empty()) {
            _ if !self.from.is_empty() || !self.to.is_empty() => self.days()?,
            Some(text) => text.parse().map_err(|_| Error::invalid("ky", "numbers-bad-period"))?,
            None => Period::year(signed.app.today().year()),
        };
        let units = match self.units.as_deref() {
            Some("luc-do") => Units::AsTheyWere,
            None | Some("nay" | "") => Units::AsOn(signed.app.today()),
            Some(day) => Units::AsOn(day.parse().map_err(|_| Error::invalid("cay", "error-date"))?),
        };
        let by = match self.by.as_deref().filter(|b| !b.is_empty()) {
            Some(code) => By::from_code(code).ok_or(Error::invalid("theo", "error-choice"))?,
            None => By::Whole,
        };
        Ok(Question { unit, period, units, by })
    }

    /// The period between two days.
    fn days(&self) -> Result<Period> {
        let day = |field, text| {
            let read = viet::parse_date(text).and_then(|(y, m, d)| Date::new(y, m, d).ok());
            read.ok_or(Error::invalid(field, "error-date"))
        };
        let period = Period { from: day("tu", &self.from)?, to: day("den", &self.to)? };
        // As it would stand in an address: the same bounds hold.
        period.to_string().parse().map_err(|_| Error::invalid("den", "numbers-bad-period"))
    }

    pub fn row(&self) -> Result<Option<RowKey>> {
        let place = match self.place.as_deref().filter(|p| !p.is_empty()) {
            None => None,
            Some("rieng") => Some(Place::Own),
            Some(text) => match text.split_once(':') {
                Some(("duoi", id)) => Some(Place::Under(id.parse()?)),
                Some(("chia", id)) => Some(Place::Divided(id.parse()?)),
                _ => return Err(Error::NotFound),
            },
        };
        let month = match self.month.as_deref().filter(|m| !m.is_empty()) {
            Some(month) => Some(month.parse().map_err(|_| Error::NotFound)?),
            None => None,
        };
        let value = self.value.clone().filter(|v| !v.is_empty());
        let row = RowKey { place, month, value };
        Ok((row != RowKey::default()).then_some(row))
    }
}

/// A place as addresses and marks name it.
pub(super) fn place_word(place: Place) -> String {
    match place {
        Place::Own => "rieng".into(),
        Place::Under(id) => format!("duoi:{id}"),
        Place::Divided(id) => format!("chia:{id}"),
    }
}

fn units_word(units: Units, today: Date) -> String {
    match units {
        Units::AsTheyWere => "luc-do".into(),
        Units::AsOn(day) if day == today => "nay".into(),
        Units::AsOn(day) => day.to_string(),
    }
}

/// The address of the table that answers a question.
pub fn table_path(question: &Question, today: Date) -> String {
    let Question { unit, period, units, by } = question;
    format!("/so-lieu?don-vi={unit}&ky={period}&cay={}&theo={}", units_word(*units, today), by.code())
}

pub(super) const ROWS: &str = "/so-lieu/dong?";

/// The address of the rows behind a figure.
pub fn rows_path(question: &Question, today: Date, indicator: &str, row: Option<&RowKey>) -> String {
    let Question { unit, period, units, by } = question;
    let mut path = format!(
        "{ROWS}don-vi={unit}&ky={period}&cay={}&theo={}&chi-tieu={indicator}",
        units_word(*units, today),
        by.code()
    );
    if let Some(row) = row {
        if let Some(place) = row.place {
            path.push_str(&format!("&cho={}", place_word(place)));
        }
        if let Some(month) = row.month {
            path.push_str(&format!("&thang={month}"));
        }
        if let Some(value) = &row.value {
            path.push_str(&format!("&gia-tri={}", crate::web::form_urlencoded(value)));
        }
    }
    path
}

/// The address of the rows behind the estimated part of a figure.
pub fn estimate_path(question: &Question, today: Date, indicator: &str) -> String {
    format!("{}&uoc-tinh=1", rows_path(question, today, indicator, None))
}

/// What names a figure: the indicator, the period, the split, the row. Printed papers carry it as a mark.
pub fn mark(question: &Question, indicator: &str, row: Option<&RowKey>) -> String {
    let Question { period, by, .. } = question;
    let mut mark = format!("{indicator} {period} {}", by.code());
    if let Some(row) = row {
        if let Some(place) = row.place {
            mark.push_str(&format!(" {}", place_word(place)));
        }
        mark.extend(row.month.map(|m| format!(" {m}")));
        mark.extend(row.value.as_ref().map(|v| format!(" {v}")));
    }
    mark
}

/// "năm 2026", "6 tháng đầu năm 2026", "từ 15/01/2026 đến 31/03/2026". Papers are in Vietnamese whoever reads
/// them, so the language is asked for.
pub fn period_text(words: &Words, lang: Lang, period: Period) -> String {
    let year = period.from.year();
    let of_year = |key| words.say(lang, key, &[("year", year.to_string())]);
    if period == Period::year(year) {
        of_year("numbers-period-year")
    } else if period == Period::half(year, 1) {
        of_year("numbers-period-half-1")
    } else if period == Period::half(year, 2) {
        of_year("numbers-period-half-2")
    } else {
        let days = [("from", date_text(period.from)), ("to", date_text(period.to))];
        words.say(lang, "numbers-period-days", &days)
    }
}
pub fn period_words(page: &Page, period: Period) -> String {
    period_text(page.words(), page.lang, period)
}

/// "theo địa giới lúc đó" …
pub fn units_text(words: &Words, lang: Lang, units: Units) -> String {
    match units {
        Units::AsTheyWere => words.say(lang, "numbers-units-as-they-were", &[]),
        Units::AsOn(day) => words.say(lang, "numbers-units-as-on", &[("day", date_text(day))]),
    }
}
pub fn units_words(page: &Page, units: Units) -> String {
    units_text(page.words(), page.lang, units)
}

pub fn month_text(words: &Words, lang: Lang, month: i64) -> String {
    let args = [("month", (month % 100).to_string()), ("year", (month / 100).to_string())];
    words.say(lang, "numbers-month", &args)
}

/// A row of a table in words: its unit, month, audience or law.
pub async fn row_text(app: &App, lang: Lang, question: &Question, key: &RowKey) -> Result<String> {
    let name = async |unit| crate::features::orgs::listed_name(app, lang, unit).await;
    let said = async |word, unit| -> Result<String> {
        Ok(app.words.say(lang, word, &[("unit", name(unit).await?)]))
    };
    let mut words = Vec::new();
    match key.place {
        Some(Place::Own) => words.push(said("numbers-own", question.unit).await?),
        Some(Place::Under(unit)) => words.push(name(unit).await?),
        Some(Place::Divided(unit)) => words.push(said("numbers-divided", unit).await?),
        None => {}
    }
    words.extend(key.month.map(|month| month_text(&app.words, lang, month)));
    if let Some(value) = &key.value {
        words.push(match (question.by, value.parse()) {
            (By::Law, Ok(law)) => crate::features::laws::title(&app.db, law).await?,
            (By::Law, Err(_)) if value == super::NO_LAW => app.words.say(lang, "numbers-no-law", &[]),
            (By::Law, Err(_)) => value.clone(),
            _ => find_audience(value).map_or(value.clone(), |a| a.name(lang).to_owned()),
        });
    }
    Ok(words.join(", "))
}
