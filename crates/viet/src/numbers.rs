//! Numbers as they are printed, typed and read aloud: point between thousands, comma before decimals.

use crate::text::clean;

/// `1234567` as `1.234.567`.
pub fn format_int(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(&n.unsigned_abs().to_string()))
}

/// `1234.5` with one place as `1.234,5`; what is not a number is `–`. Rounds as the standard library does.
pub fn format_decimal(x: f64, places: usize) -> String {
    if !x.is_finite() {
        return "–".into();
    }
    let plain = format!("{:.*}", places, x.abs());
    let sign = if x < 0.0 && plain.bytes().any(|b| matches!(b, b'1'..=b'9')) { "-" } else { "" };
    match plain.split_once('.') {
        Some((whole, decimals)) => format!("{sign}{},{decimals}", grouped(whole)),
        None => format!("{sign}{}", grouped(&plain)),
    }
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// A whole number as people type it: `1234`, `1.234`, `1 234` (any kind of blank), with `-` or `+`.
///
/// `None` where the writing leaves a doubt: `465.00`, `12.34`, `1,234`, `1.234 567`, `0.123`.
pub fn parse_int(text: &str) -> Option<i64> {
    let text = clean(text);
    let (negative, digits) = signed(&text);
    whole(digits, negative)
}

/// A decimal number as people type it: what [`parse_int`] takes, and `1.234,5`, `1234,5`, `1 234,5`.
///
/// A point never separates decimals: `1.5` is `None`, because its neighbour `1.500` means one thousand five
/// hundred.
pub fn parse_decimal(text: &str) -> Option<f64> {
    let text = clean(text);
    let (negative, digits) = signed(&text);
    let (whole_part, decimals) = digits.split_once(',').unwrap_or((digits, "0"));
    if decimals.is_empty() || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    whole(whole_part, negative)?;
    let plain: String = whole_part.chars().filter(char::is_ascii_digit).collect();
    let sign = if negative { "-" } else { "" };
    format!("{sign}{plain}.{decimals}").parse().ok()
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '−', '–']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text).trim_start()),
    }
}

fn whole(text: &str, negative: bool) -> Option<i64> {
    let separators: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let separator = separators.first().copied();
    if separators.iter().any(|c| Some(*c) != separator || !matches!(c, '.' | ' ')) {
        return None;
    }
    if let Some(separator) = separator {
        let mut groups = text.split(separator);
        let first = groups.next()?;
        if !(1..=3).contains(&first.len()) || first.starts_with('0') || groups.any(|g| g.len() != 3) {
            return None;
        }
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    // The sign goes in before parsing: i64::MIN has no positive twin.
    if negative { format!("-{digits}").parse().ok() } else { digits.parse().ok() }
}

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// The number read aloud: `1205` as `một nghìn hai trăm linh năm`.
///
/// School rules: mười, mươi; mốt after mươi, tư after mươi, lăm after mười and mươi; linh for an empty ten;
/// `không trăm` for an empty hundred inside a number; an empty group of three is passed over; above tỷ the
/// count begins anew (`một nghìn tỷ`, `một tỷ tỷ`).
pub fn number_in_words(n: i64) -> String {
    if n == 0 {
        return digit(0).into();
    }
    let mut words = Vec::new();
    if n < 0 {
        words.push("âm");
    }
    billions(n.unsigned_abs(), false, &mut words);
    words.join(" ")
}

/// `inner`: something was read before, so empty hundreds are spoken.
fn billions(n: u64, inner: bool, words: &mut Vec<&'static str>) {
    let (high, rest) = (n / 1_000_000_000, n % 1_000_000_000);
    if high > 0 {
        billions(high, inner, words);
        words.push("tỷ");
    }
    let mut inner = inner || high > 0;
    for (group, unit) in [(rest / 1_000_000, "triệu"), (rest / 1000 % 1000, "nghìn"), (rest % 1000, "")] {
        if group == 0 {
            continue;
        }
        three_digits(group, inner, words);
        if !unit.is_empty() {
            words.push(unit);
        }
        inner = true;
    }
}

fn three_digits(n: u64, inner: bool, words: &mut Vec<&'static str>) {
    let (hundreds, tens, units) = (n / 100, n / 10 % 10, n % 10);
    if hundreds > 0 || inner {
        words.extend([digit(hundreds), "trăm"]);
        if tens == 0 && units > 0 {
            words.push("linh");
        }
    }
    match tens {
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([digit(tens), "mươi"]),
    }
    match units {
        0 => {}
        1 if tens >= 2 => words.push("mốt"),
        4 if tens >= 2 => words.push("tư"),
        5 if tens >= 1 => words.push("lăm"),
        _ => words.push(digit(units)),
    }
}

fn digit(n: u64) -> &'static str {
    DIGITS.get(n as usize).copied().unwrap_or_default()
}

/// An amount of đồng as vouchers write it: `300000` as `Ba trăm nghìn đồng`.
pub fn money_in_words(dong: i64) -> String {
    let words = number_in_words(dong);
    let mut letters = words.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    format!("{}{} đồng", first.collect::<String>(), letters.as_str())
}

/// Roman numeral for 1 to 3999; other numbers stay in digits.
pub fn roman(n: u32) -> String {
    if !(1..4000).contains(&n) {
        return n.to_string();
    }
    const SIGNS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = n;
    let mut out = String::new();
    for (value, sign) in SIGNS {
        while rest >= value {
            out.push_str(sign);
            rest -= value;
        }
    }
    out
}
