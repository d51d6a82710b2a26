//! Working days: weekdays without the days off of a dated file, with the Saturdays worked in exchange.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use crate::i18n::Lang;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    first: Date,
    last: Date,
    off: Vec<Days>,
    working: Vec<Days>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Days {
    days: Vec<Date>,
    vi: String,
    en: String,
    verified: bool,
}

/// A day that is not what its weekday says.
#[derive(Debug)]
pub struct Special {
    pub works: bool,
    vi: String,
    en: String,
    pub verified: bool,
}
impl Special {
    pub fn is_like(&self, other: &Special) -> bool {
        (self.works, &self.vi, self.verified) == (other.works, &other.vi, other.verified)
    }
    pub fn name(&self, lang: impl Borrow<Lang>) -> &str {
        lang.borrow().pick(&self.vi, &self.en)
    }
}

struct Calendar {
    first: Date,
    last: Date,
    special: BTreeMap<Date, Special>,
}

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
    let file: Result<File, _> = toml::from_str(include_str!("holidays.toml"));
    let file = file.unwrap_or_else(|e| panic!("holidays.toml: {e}"));
    let mut special = BTreeMap::new();
    for (works, groups) in [(false, file.off), (true, file.working)] {
        for group in groups {
            for day in group.days {
                let (vi, en, verified) = (group.vi.clone(), group.en.clone(), group.verified);
                special.insert(day, Special { works, vi, en, verified });
            }
        }
    }
    Calendar { first: file.first, last: file.last, special }
});

/// Whether offices work on a day.
pub fn works(day: Date) -> bool {
    match CALENDAR.special.get(&day) {
        Some(special) => special.works,
        None => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
    }
}

/// A day, or the first working day after it.
pub fn working_from(day: Date) -> Date {
    if works(day) { day } else { after(day, 1) }
}

/// The last of so many working days after a day; the day itself does not count (Bộ luật Dân sự 91/2015/QH13
/// Điều 147).
pub fn after(day: Date, working_days: i64) -> Date {
    let mut at = day;
    let mut left = working_days;
    while left > 0 {
        match at.tomorrow() {
            Ok(next) => at = next,
            Err(_) => return at,
        }
        if works(at) {
            left -= 1;
        }
    }
    at
}

/// Working days after one day up to and with another.
pub fn between(from: Date, to: Date) -> i64 {
    from.series(jiff::Span::new().days(1)).skip(1).take_while(|d| *d <= to).filter(|d| works(*d)).count()
        as i64
}

/// The special days after one day up to and with another, and whether the file knows all the days between.
pub fn specials(from: Date, to: Date) -> (Vec<(Date, &'static Special)>, bool) {
    let Ok(from) = from.tomorrow() else { return (vec![], false) };
    if from > to {
        return (vec![], true);
    }
    let known = CALENDAR.first <= from && to <= CALENDAR.last;
    (CALENDAR.special.range(from..=to).map(|(d, s)| (*d, s)).collect(), known)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    due: Vec<Rule>,
}

/// How long the units below have for their own plans.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub working_days: i64,
    pub from: Date,
    pub verified: bool,
    pub source: String,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let file: Result<RuleFile, _> = toml::from_str(include_str!("due.toml"));
    file.map(|f| f.due).unwrap_or_else(|e| panic!("due.toml: {e}"))
});

/// The rule in force on a day.
pub fn rule(day: Date) -> Option<&'static Rule> {
    RULES.iter().filter(|r| r.from <= day).max_by_key(|r| r.from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn seven_working_days_step_over_weekends_holidays_and_count_worked_saturdays() {
        let check = |from: &str, days: i64, expected: &str| {
            assert_eq!(after(day(from), days), day(expected), "{days} after {from}");
        };
        check("2026-03-02", 7, "2026-03-11");
        // Issued on a Friday, on a Saturday, on a Sunday: the count begins on Monday.
        check("2026-03-06", 7, "2026-03-17");
        check("2026-03-07", 7, "2026-03-17");
        check("2026-03-08", 7, "2026-03-17");
        // Over Tết 2026 (16 to 20 February).
        check("2026-02-10", 7, "2026-02-26");
        // Over 27 April, 30 April and 1 May 2026.
        check("2026-04-24", 7, "2026-05-08");
        // The Saturday worked in exchange counts.
        check("2026-01-05", 7, "2026-01-13");
        check("2026-01-09", 1, "2026-01-10");
        check("2026-03-02", 0, "2026-03-02");
    }

    /// Whatever the day and the number, the last day works, and exactly so many working days lie between.
    #[test]
    fn the_day_found_is_a_working_day_and_the_count_between_is_the_number_asked() {
        let mut at = day("2024-01-01");
        while at < day("2027-11-01") {
            for n in 1..=20 {
                let due = after(at, n);
                assert!(works(due), "{n} after {at} is {due}");
                assert_eq!(between(at, due), n, "{n} after {at}");
                assert_eq!(between(at, due.yesterday().unwrap()), n - 1, "{n} after {at}");
            }
            at = at.tomorrow().unwrap();
        }
    }

    #[test]
    fn the_file_of_days_off_is_sound() {
        for (day, special) in &CALENDAR.special {
            assert!(CALENDAR.first <= *day && *day <= CALENDAR.last, "{day}");
            let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            assert_eq!(weekend, special.works, "{day} {}", special.vi);
        }
        // Eleven days off by law in each year, and what was exchanged has its worked Saturday.
        for year in 2024..=2027 {
            let of_year = |works: bool, name: &str| {
                let days = CALENDAR.special.iter().filter(|(d, s)| d.year() == year && s.works == works);
                days.filter(|(_, s)| (s.vi == "Nghỉ hoán đổi" || s.works) == (name == "exchange")).count()
            };
            let culture = usize::from(year >= 2026);
            assert_eq!(of_year(false, ""), 11 + culture, "{year}");
            assert_eq!(of_year(false, "exchange"), of_year(true, "exchange"), "{year}");
        }
    }

    #[test]
    fn a_span_outside_the_file_is_said_to_be_unknown() {
        assert!(specials(day("2026-11-20"), day("2026-12-01")).1);
        assert!(!specials(day("2027-12-25"), day("2028-01-05")).1);
        assert!(
            specials(day("2026-11-20"), day("2026-12-01"))
                .0
                .iter()
                .any(|(d, s)| *d == day("2026-11-24") && !s.verified)
        );
    }
}
