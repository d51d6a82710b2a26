//! Periods (kỳ): half-year, year, any days.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};

use crate::facts::{YEARS, month_of};

/// A span of days, both ends in it. Written `2026`, `2026-H1`, `2026-01-15..2026-03-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    pub fn year(year: i16) -> Period {
        Period { from: date(year, 1, 1), to: date(year, 12, 31) }
    }
    pub fn half(year: i16, half: i8) -> Period {
        if half == 1 {
            Period { from: date(year, 1, 1), to: date(year, 6, 30) }
        } else {
            Period { from: date(year, 7, 1), to: date(year, 12, 31) }
        }
    }
    /// Whole months only: such periods are read from the stored sums.
    pub fn is_whole_months(self) -> bool {
        self.from.day() == 1 && self.to == self.to.last_of_month()
    }
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
    /// The same span a year earlier.
    pub fn year_before(self) -> Period {
        let back = |d: Date| d.checked_sub(jiff::Span::new().years(1)).unwrap_or(d);
        let to = if self.is_whole_months() { back(self.to).last_of_month() } else { back(self.to) };
        Period { from: back(self.from), to }
    }
    /// year × 100 + month of each month it touches.
    pub fn months(self) -> Vec<i64> {
        let mut months = vec![];
        let mut day = self.from.first_of_month();
        while day <= self.to && months.len() < 1_200 {
            months.push(month_of(day));
            day = match day.checked_add(jiff::Span::new().months(1)) {
                Ok(next) => next,
                Err(_) => break,
            };
        }
        months
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.from.year();
        if *self == Period::year(year) {
            write!(f, "{year}")
        } else if *self == Period::half(year, 1) {
            write!(f, "{year}-H1")
        } else if *self == Period::half(year, 2) {
            write!(f, "{year}-H2")
        } else {
            write!(f, "{}..{}", self.from, self.to)
        }
    }
}

/// Not a period.
#[derive(Debug, thiserror::Error)]
#[error("not a period")]
pub struct BadPeriod;

impl FromStr for Period {
    type Err = BadPeriod;
    fn from_str(text: &str) -> Result<Period, BadPeriod> {
        let year = |t: &str| t.parse::<i16>().ok().filter(|y| YEARS.contains(y)).ok_or(BadPeriod);
        if let Some((from, to)) = text.split_once("..") {
            let day = |t: &str| t.parse::<Date>().map_err(|_| BadPeriod);
            let (from, to) = (day(from)?, day(to)?);
            year(&from.year().to_string())?;
            year(&to.year().to_string())?;
            return if from <= to { Ok(Period { from, to }) } else { Err(BadPeriod) };
        }
        match text.split_once("-H") {
            Some((y, "1")) => Ok(Period::half(year(y)?, 1)),
            Some((y, "2")) => Ok(Period::half(year(y)?, 2)),
            Some(_) => Err(BadPeriod),
            None => Ok(Period::year(year(text)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read_back() {
        for text in ["2026", "2026-H1", "2025-H2", "2026-01-15..2026-03-31"] {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.to_string(), text);
        }
        for text in ["", "20266", "2026-H3", "2026-03-01..2026-01-01", "x..y", "0001-01-01..9999-12-31"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_year_before_keeps_whole_months() {
        let february: Period = "2025-02-01..2025-02-28".parse().unwrap();
        assert_eq!(february.year_before().to_string(), "2024-02-01..2024-02-29");
        assert_eq!(Period::half(2026, 1).year_before(), Period::half(2025, 1));
        assert_eq!(Period::half(2026, 1).months(), [202601, 202602, 202603, 202604, 202605, 202606]);
    }
}
