//! Normal form, folding, tone placement, tokens.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use viet::{clean, fold, is_marked_syllable, marked_share, nfc, slug, syllables, tone_place};

#[test]
fn clean_makes_one_writing_of_many() {
    let cases = [
        ("  Ủy\u{a0}ban \t nhân\r\n dân\u{3000}", "Ủy ban nhân dân"),
        ("Ð\u{1eb7}ng \u{d0}\u{ec}nh \u{f0}i", "Đặng Đình đi"),
        ("zero\u{200b}width\u{feff} so\u{ad}ft", "zerowidth soft"),
        ("hoa\u{300} gia\u{309}i", "hoà giải"),
        ("ê\u{323}", "ệ"),
        ("a\u{200b}\u{301}", "á"),
        ("", ""),
        ("\u{a0}\u{200b}", ""),
    ];
    for (given, expected) in cases {
        assert_eq!(clean(given), expected, "{given:?}");
    }
}

#[test]
fn fold_removes_every_mark() {
    let cases = [
        ("Hòa giải ở cơ sở", "hoa giai o co so"),
        ("ĐƯỜNG Đi Ðà đ", "duong di da d"),
        ("Số: 30/2020/NĐ-CP, ngày 05", "so: 30/2020/nd-cp, ngay 05"),
        ("façade Ñandú", "facade nandu"),
        ("Việt\u{a0}Nam", "viet\u{a0}nam"),
        ("ПРАВО 法", "право 法"),
    ];
    for (given, expected) in cases {
        assert_eq!(fold(given), expected, "{given:?}");
        let decomposed: String = given.nfd().collect();
        assert_eq!(fold(&decomposed), expected, "decomposed {given:?}");
    }
}

#[test]
fn tones_go_to_one_place() {
    // given, expected
    let cases = [
        ("hoà", "hòa"),
        ("hòa", "hòa"),
        ("HOÀ BÌNH", "HÒA BÌNH"),
        ("Thanh Hoá", "Thanh Hóa"),
        ("khoẻ", "khỏe"),
        ("Thuỷ", "Thủy"),
        ("uỷ ban", "ủy ban"),
        ("Uỷ", "Ủy"),
        ("hòan", "hoàn"),
        ("hoàn", "hoàn"),
        ("tóan", "toán"),
        ("lóet", "loét"),
        ("qúy", "quý"),
        ("quý", "quý"),
        ("qủa", "quả"),
        ("quả", "quả"),
        ("quốc", "quốc"),
        ("qùynh", "quỳnh"),
        ("gìa", "già"),
        ("già", "già"),
        ("gì", "gì"),
        ("gìn", "gìn"),
        ("giếng", "giếng"),
        ("giữa", "giữa"),
        ("mía", "mía"),
        ("miá", "mía"),
        ("mùa", "mùa"),
        ("muà", "mùa"),
        ("của", "của"),
        ("cuả", "của"),
        ("mưa", "mưa"),
        ("sưả", "sửa"),
        ("núi", "núi"),
        ("hòai", "hoài"),
        ("ngóay", "ngoáy"),
        ("khủyu", "khuỷu"),
        ("thuở", "thuở"),
        ("thủơ", "thuở"),
        ("tiến", "tiến"),
        ("đươc", "đươc"),
        ("nguời", "nguời"),
        ("người", "người"),
        ("khuyến", "khuyến"),
        ("quyền", "quyền"),
        ("đựơc", "được"),
        ("thưòng", "thưòng"),
        ("trẻem", "trẻem"),
        ("café", "café"),
        ("Đắk Lắk", "Đắk Lắk"),
        ("Krông Pắc", "Krông Pắc"),
        ("résumé", "résumé"),
        ("Zürich", "Zürich"),
    ];
    for (given, expected) in cases {
        assert_eq!(tone_place(given), expected, "{given}");
        let decomposed: String = given.nfd().collect();
        assert_eq!(tone_place(&decomposed), expected, "decomposed {given}");
    }
}

#[test]
fn syllables_carry_ranges_of_the_text() {
    let text = "Điều 8, Luật số 35/2013/QH13 (ho\u{300}a giải).";
    let words: Vec<&str> = syllables(text).map(|(_, w)| w).collect();
    assert_eq!(words, ["Điều", "8", "Luật", "số", "35", "2013", "QH13", "ho\u{300}a", "giải"]);
}

#[test]
fn marked_share_tells_typed_with_marks_from_without() {
    assert_eq!(marked_share("Ủy ban 2013"), 0.5);
    assert_eq!(marked_share("uy ban nhan dan xa"), 0.0);
    assert_eq!(marked_share("123 / 456"), 0.0);
    assert_eq!(marked_share(""), 0.0);
    assert!(marked_share("tổ hòa giải ở cơ sở") > 0.8);
    for (syllable, marked) in
        [("đi", true), ("di", false), ("ư", true), ("e\u{302}", true), ("ñ", false), ("Ðo", true)]
    {
        assert_eq!(is_marked_syllable(syllable), marked, "{syllable}");
    }
}

#[test]
fn slugs_are_plain() {
    for (given, expected) in [
        ("Luật Hòa giải ở cơ sở", "luat-hoa-giai-o-co-so"),
        ("35/2013/QH13", "35-2013-qh13"),
        (" -- Đ -- ", "d"),
        ("法", ""),
    ] {
        assert_eq!(slug(given), expected, "{given}");
    }
}

/// Text with the letters that matter here, whole and in parts, and anything else.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-ZăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậỳỷỹýỵ]{1,6}",
        2 => "[aeiouy\u{300}\u{301}\u{302}\u{303}\u{306}\u{309}\u{31b}\u{323}]{1,5}",
        2 => "[ \u{a0}\u{200b}.,/0-9-]{1,3}",
        1 => "\\PC{0,4}",
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn clean_once_is_enough(text in any_text()) {
        let once = clean(&text);
        prop_assert_eq!(clean(&once), once.clone());
        prop_assert!(nfc(&once) == once);
        prop_assert!(!once.contains("  ") && once.trim() == once);
    }

    #[test]
    fn fold_is_blind_to_the_form(text in any_text()) {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded.clone());
        prop_assert_eq!(fold(&text.nfc().collect::<String>()), folded.clone());
        prop_assert_eq!(fold(&text.nfd().collect::<String>()), folded);
    }

    #[test]
    fn tone_place_moves_tones_and_nothing_else(text in any_text()) {
        let placed = tone_place(&text);
        prop_assert_eq!(tone_place(&placed), placed.clone());
        prop_assert_eq!(fold(&placed), fold(&text));
        prop_assert!(nfc(&placed) == placed);
        let tones = |t: &str| {
            let mut tones: Vec<char> = t.nfd().filter(|c| "\u{300}\u{301}\u{303}\u{309}\u{323}".contains(*c)).collect();
            tones.sort_unstable();
            tones
        };
        prop_assert_eq!(tones(&placed), tones(&text));
    }

    #[test]
    fn syllables_cover_every_letter_and_digit(text in any_text()) {
        let mut end = 0;
        let mut kept = String::new();
        for (range, word) in syllables(&text) {
            prop_assert!(range.start >= end && text.get(range.clone()) == Some(word) && !word.is_empty());
            end = range.end;
            kept.push_str(word);
        }
        let letters = |t: &str| t.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>();
        prop_assert_eq!(letters(&kept), letters(&text));
        prop_assert!((0.0..=1.0).contains(&marked_share(&text)));
    }

    #[test]
    fn slug_fits_an_address(text in any_text()) {
        let address = slug(&text);
        prop_assert!(address.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')));
        prop_assert!(!address.starts_with('-') && !address.ends_with('-') && !address.contains("--"));
        prop_assert_eq!(slug(&address), address);
    }
}
