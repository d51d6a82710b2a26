//! Numbers and dates: printed, typed, read aloud.

use proptest::prelude::*;
use viet::*;

#[test]
fn numbers_are_printed_with_point_and_comma() {
    for (n, text) in [
        (0, "0"),
        (999, "999"),
        (1234, "1.234"),
        (-23_977_557, "-23.977.557"),
        (i64::MIN, "-9.223.372.036.854.775.808"),
    ] {
        assert_eq!(format_int(n), text);
    }
    for (x, places, text) in [
        (1234.5, 1, "1.234,5"),
        (94.4816, 2, "94,48"),
        (0.0, 1, "0,0"),
        (-0.04, 1, "0,0"),
        (-1234.56, 1, "-1.234,6"),
        (1e6, 0, "1.000.000"),
        (f64::NAN, 2, "–"),
        (f64::INFINITY, 0, "–"),
    ] {
        assert_eq!(format_decimal(x, places), text);
    }
}

#[test]
fn typed_numbers_are_taken_only_without_doubt() {
    let whole = [
        ("1234", Some(1234)),
        ("1.234", Some(1234)),
        ("1 234", Some(1234)),
        ("1\u{a0}234\u{202f}567", None),
        ("1\u{a0}234\u{a0}567", Some(1_234_567)),
        (" -1.234 ", Some(-1234)),
        ("−5", Some(-5)),
        ("+5", Some(5)),
        ("05", Some(5)),
        ("0", Some(0)),
        ("465.00", None),
        ("12.34", None),
        ("1,234", None),
        ("1.234 567", None),
        ("0.123", None),
        ("1.23.456", None),
        ("1.2345", None),
        ("1234.567", None),
        (".123", None),
        ("1..234", None),
        ("", None),
        ("-", None),
        ("--5", None),
        ("12a", None),
        ("1e5", None),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("-9.223.372.036.854.775.808", Some(i64::MIN)),
    ];
    for (text, value) in whole {
        // A narrow blank is a blank like any other.
        let value = if text.contains('\u{202f}') { Some(1_234_567) } else { value };
        assert_eq!(parse_int(text), value, "{text}");
    }
    let decimal = [
        ("1.234,5", Some(1234.5)),
        ("1234,5", Some(1234.5)),
        ("1 234,50", Some(1234.5)),
        ("-0,5", Some(-0.5)),
        ("1.234", Some(1234.0)),
        ("94,48", Some(94.48)),
        ("1.5", None),
        ("465.00", None),
        ("1,5,6", None),
        ("1,234.5", None),
        (",5", None),
        ("5,", None),
    ];
    for (text, value) in decimal {
        assert_eq!(parse_decimal(text), value, "{text}");
    }
}

#[test]
fn numbers_are_read_aloud() {
    let cases = [
        (0, "không"),
        (4, "bốn"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (55, "năm mươi lăm"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (121, "một trăm hai mươi mốt"),
        (1000, "một nghìn"),
        (1001, "một nghìn không trăm linh một"),
        (1010, "một nghìn không trăm mười"),
        (1205, "một nghìn hai trăm linh năm"),
        (10_000, "mười nghìn"),
        (1_000_000, "một triệu"),
        (1_000_005, "một triệu không trăm linh năm"),
        (1_005_000, "một triệu không trăm linh năm nghìn"),
        (1_000_000_000, "một tỷ"),
        (2_000_000_001, "hai tỷ không trăm linh một"),
        (1_500_000_000_000, "một nghìn năm trăm tỷ"),
        (1_000_000_000_000_000_000, "một tỷ tỷ"),
        (-7, "âm bảy"),
        (
            1_234_567_891,
            "một tỷ hai trăm ba mươi tư triệu năm trăm sáu mươi bảy nghìn tám trăm chín mươi mốt",
        ),
    ];
    for (n, words) in cases {
        assert_eq!(number_in_words(n), words, "{n}");
    }
    assert_eq!(money_in_words(300_000), "Ba trăm nghìn đồng");
    assert_eq!(money_in_words(0), "Không đồng");
    assert_eq!(money_in_words(-1), "Âm một đồng");
}

#[test]
fn roman_numerals() {
    for (n, text) in [
        (1, "I"),
        (4, "IV"),
        (9, "IX"),
        (14, "XIV"),
        (2026, "MMXXVI"),
        (3999, "MMMCMXCIX"),
        (0, "0"),
        (4000, "4000"),
    ] {
        assert_eq!(roman(n), text);
    }
}

#[test]
fn dates_follow_the_decree() {
    for (y, m, d, text) in [
        (2026, 1, 5, "ngày 05 tháng 01 năm 2026"),
        (2026, 2, 28, "ngày 28 tháng 02 năm 2026"),
        (2026, 3, 9, "ngày 09 tháng 3 năm 2026"),
        (2026, 12, 31, "ngày 31 tháng 12 năm 2026"),
    ] {
        assert_eq!(date_long(y, m, d), text);
    }
    assert_eq!(date_short(2026, 1, 5), "05/01/2026");
}

#[test]
fn dates_as_typed() {
    let fifth = Some((2026, 1, 5));
    for (text, date) in [
        ("5/1/2026", fifth),
        ("05/01/2026", fifth),
        ("05-01-2026", fifth),
        ("5.1.2026", fifth),
        ("2026-01-05", fifth),
        (" ngày 5 tháng 1 năm 2026 ", fifth),
        ("Ngày 05 tháng 01 năm 2026.", fifth),
        ("ngay 5 thang 1 nam 2026", fifth),
        ("5 tháng 1, 2026", fifth),
        ("5 / 1 / 2026", fifth),
        ("29/2/2024", Some((2024, 2, 29))),
        ("29/2/2026", None),
        ("29/2/1900", None),
        ("29/2/2000", Some((2000, 2, 29))),
        ("31/4/2026", None),
        ("0/1/2026", None),
        ("1/13/2026", None),
        ("5/1/26", None),
        ("5/1-2026", None),
        ("2026/5/", None),
        ("2026", None),
        ("", None),
        ("5/1/2026/7", None),
        ("ngày 5 tháng 1", None),
    ] {
        assert_eq!(parse_date(text), date, "{text}");
    }
}

/// Reads the words back: the reverse of the school rules, written without looking at them.
fn value_of(words: &str) -> i128 {
    const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
    let (mut total, mut billions, mut group, mut digit) = (0i128, 0i128, 0i128, 0i128);
    let mut negative = false;
    for word in words.split(' ') {
        match word {
            "âm" => negative = true,
            "trăm" => (group, digit) = (digit * 100, 0),
            "mươi" => (group, digit) = (group + digit * 10, 0),
            "mười" => group += 10,
            "linh" => {}
            "mốt" => digit = 1,
            "tư" => digit = 4,
            "lăm" => digit = 5,
            "nghìn" | "triệu" => {
                total += (group + digit) * if word == "nghìn" { 1000 } else { 1_000_000 };
                (group, digit) = (0, 0);
            }
            "tỷ" => {
                billions = (billions + total + group + digit) * 1_000_000_000;
                (total, group, digit) = (0, 0, 0);
            }
            _ => digit = DIGITS.iter().position(|d| *d == word).expect("a digit") as i128,
        }
    }
    let value = billions + total + group + digit;
    if negative { -value } else { value }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn numbers_survive_printing_and_reading(n in prop_oneof![any::<i64>(), -2000i64..2_000_000, (0u32..19).prop_map(|p| 10i64.pow(p.min(18)))]) {
        prop_assert_eq!(parse_int(&format_int(n)), Some(n));
        prop_assert_eq!(parse_int(&n.to_string()), Some(n));
        prop_assert_eq!(value_of(&number_in_words(n)), i128::from(n));
        prop_assert_eq!(parse_decimal(&format_int(n)), Some(n as f64));
    }

    #[test]
    fn decimals_survive_printing(n in -1_000_000_000i64..1_000_000_000) {
        let x = n as f64 / 100.0;
        let back = parse_decimal(&format_decimal(x, 2)).expect("a decimal");
        prop_assert!((back - x).abs() < 1e-6);
    }

    #[test]
    fn dates_survive_printing(y in 1000i16..=9999, m in 1i8..=12, d in 1i8..=31) {
        let short = parse_date(&date_short(y, m, d));
        prop_assert_eq!(short, parse_date(&date_long(y, m, d)));
        prop_assert_eq!(short, parse_date(&format!("{y}-{m:02}-{d:02}")));
        prop_assert!(short == Some((y, m, d)) || d > 28 && short.is_none());
    }

    #[test]
    fn whatever_is_typed_is_answered(text in "[0-9., \\-/a-z\u{a0}]{0,12}") {
        for answer in [parse_int(&text), parse_decimal(&text).map(|x| x as i64)].into_iter().flatten() {
            prop_assert!(text.bytes().any(|b| b.is_ascii_digit()), "{answer} of nothing");
        }
        if let Some((y, m, d)) = parse_date(&text) {
            prop_assert!(y >= 1000 && (1..=12).contains(&m) && (1..=31).contains(&d));
        }
    }
}
