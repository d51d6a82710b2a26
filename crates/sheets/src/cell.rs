//! One cell: from what was typed to a value of its column's kind, or what is wrong with it.

use jiff::civil::{Date, date};
use thiserror::Error;

use crate::template::Kind;
use crate::text::{clean, fold};

/// A cell as Excel stores it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Raw {
    Text(String),
    Number(f64),
    /// Days since the workbook's epoch, shown as a date.
    Serial(f64),
    Bool(bool),
    /// `#REF!` and the like.
    Error(String),
    /// A formula without a stored value.
    Formula,
}

/// Which day is number 1 in this workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Epoch {
    /// Day 1 is 1 January 1900, and day 60 is a 29 February that never was.
    Y1900,
    /// Day 0 is 1 January 1904.
    Y1904,
}

/// A cell that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Empty,
    /// NFC, trimmed; for [`Kind::Choice`] the choice as the template spells it.
    Text(String),
    /// [`Kind::Integer`], or đồng for [`Kind::Money`].
    Integer(i64),
    Date(Date),
    /// [`Kind::ChoiceMany`]: the choices as the template spells them, in the template's order, each once.
    Many(Vec<String>),
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Wrong {
    #[error("required")]
    Required,
    #[error("{length} characters, at most {max}")]
    TooLong { length: usize, max: usize },
    #[error("not a number")]
    NotANumber,
    #[error("not a whole number")]
    NotWhole,
    #[error("less than {min}")]
    TooSmall { min: i64 },
    #[error("more than {max}")]
    TooLarge { max: i64 },
    #[error("not a date (dd/mm/yyyy)")]
    NotADate,
    /// A year, or a month and a year, without the day.
    #[error("day, month and year are needed")]
    DateIncomplete,
    /// `5/1/56`: 1956 or 2056?
    #[error("the year needs four digits")]
    TwoDigitYear,
    /// 31 February, or a year outside 1900-2199.
    #[error("no such date")]
    NoSuchDate,
    #[error("not one of the choices: {part}")]
    NotAChoice { part: String },
    #[error("the formula gives an error ({error})")]
    ErrorCell { error: String },
    #[error("the formula has no stored value")]
    FormulaWithoutValue,
    /// The value stands once for several merged cells, and this is not the first of them.
    #[error("merged with another cell")]
    Merged,
}

impl Wrong {
    /// Stable word for translation.
    pub fn code(&self) -> &'static str {
        match self {
            Wrong::Required => "required",
            Wrong::TooLong { .. } => "too-long",
            Wrong::NotANumber => "not-a-number",
            Wrong::NotWhole => "not-whole",
            Wrong::TooSmall { .. } => "too-small",
            Wrong::TooLarge { .. } => "too-large",
            Wrong::NotADate => "not-a-date",
            Wrong::DateIncomplete => "date-incomplete",
            Wrong::TwoDigitYear => "two-digit-year",
            Wrong::NoSuchDate => "no-such-date",
            Wrong::NotAChoice { .. } => "not-a-choice",
            Wrong::ErrorCell { .. } => "error-cell",
            Wrong::FormulaWithoutValue => "formula-without-value",
            Wrong::Merged => "merged",
        }
    }
}

/// Excel keeps 15 digits of a number; more would come back changed.
pub(crate) const MAX_EXACT: i64 = 999_999_999_999_999;

/// The cell as a person sees it.
pub(crate) fn typed(raw: &Raw, epoch: Epoch) -> String {
    match raw {
        Raw::Text(text) => clean(text),
        Raw::Number(number) => number.to_string(),
        Raw::Serial(serial) => match serial_date(*serial, epoch) {
            Some(date) => date.strftime("%d/%m/%Y").to_string(),
            None => serial.to_string(),
        },
        Raw::Bool(true) => "TRUE".to_owned(),
        Raw::Bool(false) => "FALSE".to_owned(),
        Raw::Error(error) => error.clone(),
        Raw::Formula => String::new(),
    }
}

/// Reads one cell. A cell without anything visible is [`Value::Empty`], whatever its kind; that a column is
/// required is its row's affair.
pub(crate) fn interpret(kind: &Kind, raw: &Raw, epoch: Epoch) -> Result<Value, Wrong> {
    match raw {
        Raw::Error(error) => return Err(Wrong::ErrorCell { error: error.clone() }),
        Raw::Formula => return Err(Wrong::FormulaWithoutValue),
        _ => {}
    }
    let text = typed(raw, epoch);
    if text.is_empty() {
        return Ok(Value::Empty);
    }
    match kind {
        Kind::Text { max } => {
            let length = text.chars().count();
            if length > *max { Err(Wrong::TooLong { length, max: *max }) } else { Ok(Value::Text(text)) }
        }
        Kind::Integer { min, max } => integer(raw, &text, *min, *max, &[]).map(Value::Integer),
        Kind::Money => integer(raw, &text, 0, MAX_EXACT, &["đồng", "vnđ", "vnd", "đ"]).map(Value::Integer),
        Kind::Date => match raw {
            Raw::Serial(serial) => date_of_serial(*serial, epoch),
            Raw::Number(number) => date_of_number(*number, epoch),
            _ => date_of_text(&text),
        }
        .map(Value::Date),
        Kind::Choice(choices) => match choose(choices, &text) {
            Some(at) => Ok(Value::Text(choices.get(at).cloned().unwrap_or_default())),
            None => Err(Wrong::NotAChoice { part: text }),
        },
        Kind::ChoiceMany(choices) => choose_many(choices, &text).map(Value::Many),
    }
}

fn integer(raw: &Raw, text: &str, min: i64, max: i64, units: &[&str]) -> Result<i64, Wrong> {
    let number = match raw {
        Raw::Number(number) if number.fract() != 0.0 => return Err(Wrong::NotWhole),
        // Beyond 15 digits the cast below would invent the rest.
        Raw::Number(number) if *number > MAX_EXACT as f64 => return Err(Wrong::TooLarge { max }),
        Raw::Number(number) if *number < -MAX_EXACT as f64 => return Err(Wrong::TooSmall { min }),
        Raw::Number(number) if number.is_finite() => *number as i64,
        Raw::Text(_) => {
            let lower = text.to_lowercase();
            let bare = units.iter().find_map(|unit| lower.strip_suffix(unit)).unwrap_or(&lower);
            integer_of_text(bare.trim(), min, max)?
        }
        _ => return Err(Wrong::NotANumber),
    };
    if number < min {
        Err(Wrong::TooSmall { min })
    } else if number > max {
        Err(Wrong::TooLarge { max })
    } else {
        Ok(number)
    }
}

/// Accepts `1234`, `1.234`, `1,234`, `1 234`, `1.234,00`, `-5`. In `1.234` the point is read as Vietnamese
/// typists mean it, as a mark of thousands.
fn integer_of_text(text: &str, min: i64, max: i64) -> Result<i64, Wrong> {
    let (negative, body) = match text.strip_prefix(['-', '−']) {
        Some(body) => (true, body.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_mark = |c: char| matches!(c, '.' | ',' | ' ');
    if !body.starts_with(|c: char| c.is_ascii_digit())
        || !body.ends_with(|c: char| c.is_ascii_digit())
        || !body.chars().all(|c| c.is_ascii_digit() || is_mark(c))
    {
        return Err(Wrong::NotANumber);
    }
    let grouped = |whole: &str| {
        let marks: Vec<char> = whole.chars().filter(|c| is_mark(*c)).collect();
        let mut groups = whole.split(is_mark);
        let first = groups.next().unwrap_or_default();
        marks.windows(2).all(|pair| pair.first() == pair.last())
            && (marks.is_empty() || ((1..=3).contains(&first.len()) && !first.starts_with('0')))
            && groups.all(|group| group.len() == 3)
    };
    let whole = if grouped(body) {
        body
    } else {
        // Not thousands throughout, so the last mark must begin a fraction.
        let (whole, fraction) = body.rsplit_once(['.', ',']).ok_or(Wrong::NotANumber)?;
        let mark = body.chars().nth_back(fraction.len());
        if !grouped(whole) || whole.chars().any(|c| Some(c) == mark) {
            return Err(Wrong::NotANumber);
        }
        if !fraction.chars().all(|c| c == '0') {
            return Err(Wrong::NotWhole);
        }
        whole
    };
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    match digits.parse::<i64>() {
        Ok(number) if negative => Ok(-number),
        Ok(number) => Ok(number),
        Err(_) if negative => Err(Wrong::TooSmall { min }),
        Err(_) => Err(Wrong::TooLarge { max }),
    }
}

const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

fn ymd(year: i64, month: i64, day: i64) -> Result<Date, Wrong> {
    let date = || Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok();
    date().filter(|date| YEARS.contains(&date.year())).ok_or(Wrong::NoSuchDate)
}

/// The day of a serial number, the time of day dropped.
pub(crate) fn serial_date(serial: f64, epoch: Epoch) -> Option<Date> {
    // 31 December 9999, the last day Excel knows.
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let days = serial.floor() as i64;
    let start = match epoch {
        Epoch::Y1904 => date(1904, 1, 1),
        Epoch::Y1900 if days < 60 => date(1899, 12, 31),
        Epoch::Y1900 if days == 60 => return None,
        Epoch::Y1900 => date(1899, 12, 30),
    };
    start.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

fn is_year(number: f64) -> bool {
    number.fract() == 0.0 && (f64::from(*YEARS.start())..=f64::from(*YEARS.end())).contains(&number)
}

fn date_of_serial(serial: f64, epoch: Epoch) -> Result<Date, Wrong> {
    // "1985" typed into a date cell becomes 7 June 1905. Nobody registers a June 1905.
    if epoch == Epoch::Y1900 && is_year(serial) {
        return Err(Wrong::DateIncomplete);
    }
    serial_date(serial, epoch).filter(|date| YEARS.contains(&date.year())).ok_or(Wrong::NoSuchDate)
}

/// A date whose cell lost its format (pasted as a value) is a bare number; one that falls in our times is
/// taken, another number is a number.
fn date_of_number(number: f64, epoch: Epoch) -> Result<Date, Wrong> {
    if is_year(number) {
        return Err(Wrong::DateIncomplete);
    }
    serial_date(number, epoch).filter(|date| (1950..2100).contains(&date.year())).ok_or(Wrong::NotADate)
}

/// Accepts `5/1/2026`, `05-01-2026`, `5.1.2026`, `2026-01-05`, `ngày 5 tháng 1 năm 2026`, each with or
/// without a time of day.
fn date_of_text(text: &str) -> Result<Date, Wrong> {
    let mut numbers = Vec::new();
    // A word such as `05t08` holds the T between date and time.
    for word in fold(text).split(' ').flat_map(|word| match word.split_once('t') {
        Some((day, hour)) if day.ends_with(|c: char| c.is_ascii_digit()) => [day, hour],
        _ => [word, "z"],
    }) {
        match word {
            "ngay" | "thang" | "nam" | "z" => {}
            word if word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit()) => {
                numbers.push((word.len(), word.parse::<i64>().map_err(|_| Wrong::NotADate)?));
            }
            _ => return Err(Wrong::NotADate),
        }
    }
    let (first, rest) = match numbers.as_slice() {
        [(4, _)] | [(1..=2, _), (4, _)] | [(4, _), (1..=2, _)] => return Err(Wrong::DateIncomplete),
        [a, b, c, rest @ ..] => ([*a, *b, *c], rest),
        _ => return Err(Wrong::NotADate),
    };
    let time_of_day = match rest {
        [] => true,
        [(_, hour), (_, minute), seconds @ ..] => {
            *hour < 24 && *minute < 60 && seconds.len() <= 2 && seconds.iter().all(|(_, part)| *part < 1000)
        }
        _ => false,
    };
    if !time_of_day {
        return Err(Wrong::NotADate);
    }
    match first {
        [(1..=2, day), (1..=2, month), (4, year)] => ymd(year, month, day),
        [(4, year), (1..=2, month), (1..=2, day)] => ymd(year, month, day),
        [(1..=2, day), (1..=2, month), (2, _)] if day <= 31 && month <= 12 => Err(Wrong::TwoDigitYear),
        _ => Err(Wrong::NotADate),
    }
}

/// The choice that is spelt so; failing that, the only one that folds so.
fn choose(choices: &[String], text: &str) -> Option<usize> {
    if let Some(at) = choices.iter().position(|choice| clean(choice) == text) {
        return Some(at);
    }
    let wanted = fold(text);
    let mut same = choices.iter().enumerate().filter(|(_, choice)| fold(choice) == wanted);
    match (same.next(), same.next()) {
        (Some((at, _)), None) if !wanted.is_empty() => Some(at),
        _ => None,
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, ';' | ',' | '\n')
}

/// Choices stand between `;`, commas or on lines of their own. A choice may have such marks in its own words: the
/// longest one is taken.
fn choose_many(choices: &[String], text: &str) -> Result<Vec<String>, Wrong> {
    let mut chosen = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find(|c: char| !c.is_whitespace() && !is_mark(c)) {
        rest = rest.get(begin..).unwrap_or_default();
        let ends = rest.match_indices(is_mark).map(|(at, _)| at).chain([rest.len()]);
        let part = |end: usize| rest.get(..end).unwrap_or_default().trim_end();
        let found = ends.clone().filter_map(|end| Some((choose(choices, part(end))?, end))).next_back();
        let Some((choice, end)) = found else {
            let part = ends.clone().next().map(part).unwrap_or_default().to_owned();
            return Err(Wrong::NotAChoice { part });
        };
        chosen.push(choice);
        rest = rest.get(end..).unwrap_or_default();
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen.into_iter().filter_map(|at| choices.get(at).cloned()).collect())
}
