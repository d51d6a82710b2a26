//! The order of Vietnamese dictionaries.

use proptest::prelude::*;
use std::cmp::Ordering;
use viet::{clean, collation_key};

/// The list must be in order already, each entry strictly before the next.
fn check(sorted: &[&str]) {
    for pair in sorted.windows(2) {
        let keys: Vec<String> = pair.iter().map(|t| collation_key(t)).collect();
        assert!(keys[0].as_bytes() < keys[1].as_bytes(), "{pair:?} {keys:?}");
    }
}

#[test]
fn letters() {
    check(&[
        "a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "ô",
        "ơ", "p", "q", "r", "s", "t", "u", "ư", "v", "w", "x", "y", "z",
    ]);
    check(&["az", "ăn", "ân", "ba", "dù", "đa", "ôm", "ơn", "xa"]);
}

#[test]
fn tones_after_letters_case_last() {
    check(&["ma", "mà", "mả", "mã", "má", "mạ", "mai", "mài", "măng", "mâm"]);
    check(&["ba", "Ba", "BA", "bà", "Bà", "ban"]);
    check(&["lê", "lề", "lể", "lễ", "lế", "lệ", "lên"]);
}

#[test]
fn word_by_word() {
    check(&["ba", "ba ba", "ba hoa", "bà", "bà con", "bá", "bá quan", "bạ", "ban"]);
    check(&["Bình An", "Bình Đức", "Bình Hòa", "Bính Bắc", "Bịnh"]);
    check(&["Lê Văn An", "Lê Văn Ân", "Lê Văn Bình", "Lệ Văn An"]);
}

#[test]
fn units_of_the_state() {
    check(&[
        "An Giang",
        "Bắc Ninh",
        "Cà Mau",
        "Cao Bằng",
        "Cần Thơ",
        "Đà Nẵng",
        "Đắk Lắk",
        "Điện Biên",
        "Đồng Nai",
        "Đồng Tháp",
    ]);
    check(&["Hà Nội", "Hà Tĩnh", "Hải Phòng", "Hồ Chí Minh", "Huế", "Hưng Yên"]);
    check(&["Lai Châu", "Lạng Sơn", "Lào Cai", "Lâm Đồng", "Nghệ An", "Ninh Bình", "Phú Thọ"]);
    check(&[
        "Quảng Ngãi",
        "Quảng Ninh",
        "Quảng Trị",
        "Sơn La",
        "Tây Ninh",
        "Thái Nguyên",
        "Thanh Hóa",
        "Tuyên Quang",
        "Vĩnh Long",
    ]);
    check(&["Bến Lức", "Bình Đức", "Lương Hòa", "Mỹ Yên", "Thạnh Lợi"]);
}

#[test]
fn numbers_by_value() {
    check(&["Ấp 1", "Ấp 2", "Ấp 02", "Ấp 2A", "Ấp 10", "Ấp 100", "Ấp Bắc"]);
    check(&["Tổ 9 ấp 1", "Tổ 9 ấp 12", "Tổ 10 ấp 1"]);
    let long = |zeros: usize| format!("n 1{}", "0".repeat(zeros));
    for zeros in 0..90 {
        check(&[&long(zeros), &long(zeros + 1)]);
    }
}

/// Another way to the same order, slow and plain: per word the letters as ranks, then the tone.
fn order(a: &str, b: &str) -> Ordering {
    const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
    const TONED: [&str; 6] =
        ["aăâeêioôơuưy", "àằầèềìòồờùừỳ", "ảẳẩẻểỉỏổởủửỷ", "ãẵẫẽễĩõỗỡũữỹ", "áắấéếíóốớúứý", "ạặậẹệịọộợụựỵ"];
    let word = |w: &str| {
        let (mut ranks, mut tone) = (Vec::new(), 0);
        for c in w.chars() {
            let (t, bare) = TONED
                .iter()
                .enumerate()
                .find_map(|(t, row)| Some((t, TONED[0].chars().nth(row.chars().position(|x| x == c)?)?)))
                .unwrap_or((0, c));
            tone = tone.max(t);
            ranks.push(ALPHABET.chars().position(|x| x == bare));
        }
        (ranks, tone)
    };
    a.split(' ').map(word).cmp(b.split(' ').map(word))
}

const SYLLABLES: [&str; 26] = [
    "a", "an", "ăn", "ân", "ba", "bà", "bả", "bã", "bá", "bạ", "ban", "băng", "da", "đa", "đà", "hòa", "hoa",
    "hoan", "hóa", "lê", "lễ", "mười", "mươi", "quý", "thủy", "ưu",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn agrees_with_the_plain_order(
        a in prop::collection::vec(prop::sample::select(&SYLLABLES[..]), 1..4),
        b in prop::collection::vec(prop::sample::select(&SYLLABLES[..]), 1..4),
    ) {
        let (a, b) = (a.join(" "), b.join(" "));
        prop_assert_eq!(collation_key(&a).cmp(&collation_key(&b)), order(&a, &b), "{} {}", a, b);
    }

    #[test]
    fn one_key_one_cleaned_text(a in "[aAáÁàoOòơhHđĐd01. \u{301}\u{300}\u{323}ñß]{0,7}", b in "[aAáÁàoOòơhHđĐd01. \u{301}\u{300}\u{323}ñß]{0,7}") {
        prop_assert_eq!(collation_key(&a) == collation_key(&b), clean(&a) == clean(&b), "{:?} {:?}", a, b);
    }

    #[test]
    fn any_text_has_a_key_a_database_can_store(text in any::<String>()) {
        let key = collation_key(&text);
        prop_assert!(!key.contains(char::is_control));
        prop_assert_eq!(collation_key(&clean(&text)), key);
    }

    #[test]
    fn a_beginning_stands_before_the_whole(text in "[a-zđêô0-9 ]{1,8}", more in "[a-zđêô]{1,4}") {
        let (text, longer) = (clean(&text), clean(&format!("{text} {more}")));
        prop_assert!(collation_key(&text) < collation_key(&longer));
    }
}
