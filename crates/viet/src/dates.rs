//! Dates as state papers print them and people type them. A date is year, month, day.

use crate::syllable::syllables;
use crate::text::{clean, fold};

/// `ngày 05 tháng 01 năm 2026`: a zero before days under 10 and before months 1 and 2
/// (Nghị định 30/2020/NĐ-CP, Phụ lục I).
pub fn date_long(year: i16, month: i8, day: i8) -> String {
    let month = if month < 3 { format!("{month:02}") } else { month.to_string() };
    format!("ngày {day:02} tháng {month} năm {year}")
}

/// `05/01/2026`.
pub fn date_short(year: i16, month: i8, day: i8) -> String {
    format!("{day:02}/{month:02}/{year:04}")
}

/// The date of a text that is a date and nothing else: `5/1/2026`, `05-01-2026`, `5.1.2026`, `2026-01-05`,
/// `ngày 5 tháng 1 năm 2026` (marks, case and `ngày` optional). `None` if there is no such day, or the year
/// has not four digits.
pub fn parse_date(text: &str) -> Option<(i16, i8, i8)> {
    let text = fold(&clean(text));
    let text = text.trim_end_matches(['.', ',', ';']);
    let parts: Vec<&str> = match ['/', '-', '.'].iter().find(|c| text.contains(**c)) {
        Some(separator) => text.split(*separator).map(str::trim).collect(),
        None => {
            let words: Vec<&str> = syllables(text).map(|(_, word)| word).collect();
            let words = words.strip_prefix(&["ngay"]).unwrap_or(&words);
            match *words {
                [day, "thang", month, "nam", year] | [day, "thang", month, year] => vec![day, month, year],
                _ => return None,
            }
        }
    };
    let [first, month, last] = parts.as_slice() else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    let year = digits(year, 4..=4)?;
    let (month, day) = (digits(month, 1..=2)?, digits(day, 1..=2)?);
    let exists = year >= 1000 && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    exists.then_some((year, month as i8, day as i8))
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let well_formed = length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if well_formed { text.parse().ok() } else { None }
}

fn days_in(year: i16, month: i16) -> i16 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}
