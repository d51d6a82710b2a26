//! A question as it stands in an address, and in words.

use jiff::civil::Date;
use serde::Deserialize;
use store::Id;

use super::{By, Period, Place, Question, RowKey, Units};
use crate::access::Act;
use crate::error::{Error, Result};
use crate::page::{Page, date_text};
use crate::web::Signed;

/// The query of the pages of figures.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(rename = "don-vi")]
    pub unit: Option<String>,
    #[serde(rename = "ky")]
    pub period: Option<String>,
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
    pub month: Option<i64>,
    #[serde(rename = "gia-tri")]
    pub value: Option<String>,
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
        let value = self.value.clone().filter(|v| !v.is_empty());
        let row = RowKey { place, month: self.month, value };
        Ok((row != RowKey::default()).then_some(row))
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

/// The address of the rows behind a figure.
pub fn rows_path(question: &Question, today: Date, indicator: &str, row: Option<&RowKey>) -> String {
    let Question { unit, period, units, by } = question;
    let mut path = format!(
        "/so-lieu/dong?don-vi={unit}&ky={period}&cay={}&theo={}&chi-tieu={indicator}",
        units_word(*units, today),
        by.code()
    );
    if let Some(row) = row {
        match row.place {
            Some(Place::Own) => path.push_str("&cho=rieng"),
            Some(Place::Under(id)) => path.push_str(&format!("&cho=duoi:{id}")),
            Some(Place::Divided(id)) => path.push_str(&format!("&cho=chia:{id}")),
            None => {}
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

/// "năm 2026", "6 tháng đầu năm 2026", "từ 15/01/2026 đến 31/03/2026"
pub fn period_words(page: &Page, period: Period) -> String {
    let year = period.from.year();
    if period == Period::year(year) {
        page.t1("numbers-period-year", "year", year.to_string())
    } else if period == Period::half(year, 1) {
        page.t1("numbers-period-half-1", "year", year.to_string())
    } else if period == Period::half(year, 2) {
        page.t1("numbers-period-half-2", "year", year.to_string())
    } else {
        page.t2("numbers-period-days", "from", date_text(period.from), "to", date_text(period.to))
    }
}

/// "theo địa giới lúc đó" …
pub fn units_words(page: &Page, units: Units) -> String {
    match units {
        Units::AsTheyWere => page.t("numbers-units-as-they-were"),
        Units::AsOn(day) => page.t1("numbers-units-as-on", "day", date_text(day)),
    }
}

pub fn month_words(page: &Page, month: i64) -> String {
    page.t2("numbers-month", "month", month % 100, "year", (month / 100).to_string())
}
