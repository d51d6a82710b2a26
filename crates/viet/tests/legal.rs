//! Numbers of legal documents and references into them.

use proptest::prelude::*;
use viet::{DocumentKind, LegalNumber, find_legal_numbers, find_provisions};

/// The text holds exactly these numbers, in normal form; the slice found is `written`.
fn check(text: &str, expected: &[(&str, &str)]) {
    let found = find_legal_numbers(text);
    let got: Vec<(&str, String)> =
        found.iter().map(|f| (&text[f.range.clone()], f.number.normal())).collect();
    let expected: Vec<(&str, String)> = expected.iter().map(|(w, n)| (*w, n.to_string())).collect();
    assert_eq!(got, expected, "{text}");
}

/// The text is one number.
fn one(text: &str, normal: &str) {
    check(text, &[(text, normal)]);
}

#[test]
fn printed_numbers() {
    for number in [
        "35/2013/QH13",
        "30/2020/NĐ-CP",
        "26/2025/QĐ-TTg",
        "56/2023/TT-BTC",
        "02/2021/TT-BLĐTBXH",
        "17/2022/UBTVQH15",
        "1244/NQ-UBTVQH15",
        "32-CT/TW",
        "80-KL/TW",
        "66-NQ/TW",
        "4402/QĐ-UBND",
        "1521/QĐ-TTg",
        "12/KH-UBND",
        "03/QĐ-HĐPH",
        "45/BC-STP",
        "15/UBND-VP",
        "112/VBHN-VPQH",
        "23-L/CTN",
        "119-CP",
        "04/CP",
        "02/TTLB",
        "191/2005/TTLT/BQP-BLĐTBXH-BTC",
        "102/2025/NQLT-UBTVQH15-CP-ĐCTUBTWMTTQVN",
        "02/2002/TT-BGD&ĐT",
        "522b/NQ-UBTVQH13",
    ] {
        one(number, number);
        assert_eq!(LegalNumber::parse(number).map(|n| n.normal()).as_deref(), Some(number));
    }
    one("QCVN 41:2024/BGTVT", "QCVN 41:2024/BGTVT");
}

#[test]
fn typed_numbers() {
    for (typed, normal) in [
        ("NĐ 30/2020", "30/2020/NĐ-CP"),
        ("nd 30/2020", "30/2020/NĐ-CP"),
        ("nđ30/2020", "30/2020/NĐ-CP"),
        ("nghị định 30/2020", "30/2020/NĐ-CP"),
        ("Nghi dinh so 30/2020", "30/2020/NĐ-CP"),
        ("nd-cp 30/2020", "30/2020/NĐ-CP"),
        ("nghị định số 100", "100/NĐ-CP"),
        ("nd 100", "100/NĐ-CP"),
        ("Quyết định số 15", "15/QĐ"),
        ("Kế hoạch số 12/2025", "12/2025/KH"),
        ("nghị định 100 năm 2019", "100/2019/NĐ-CP"),
        ("30/2020/nd-cp", "30/2020/NĐ-CP"),
        ("30/2020/NÐ-CP", "30/2020/NĐ-CP"),
        ("30/2020/NĐ - CP", "30/2020/NĐ-CP"),
        ("30/2020/ NĐ-CP", "30/2020/NĐ-CP"),
        ("Luật 14/2012", "14/2012/QH13"),
        ("luat 14/2016", "14/2016/QH"),
        ("bộ luật 91/2015", "91/2015/QH13"),
        ("35/2013/qh13", "35/2013/QH13"),
        ("TT 56/2023/TT-BTC", "56/2023/TT-BTC"),
        ("thông tư 56/2023/BTC", "56/2023/TT-BTC"),
        ("thong tu 12 nam 2014", "12/2014/TT"),
        ("tt 6/2015", "06/2015/TT"),
        ("qđ 766/qđ-ttg", "766/QĐ-TTg"),
        ("Quyết định số 4402/QĐ-UBND", "4402/QĐ-UBND"),
        ("Chỉ thị 32-CT/TW", "32-CT/TW"),
        ("chi thi so 32-ct/tw", "32-CT/TW"),
        ("nghi quyet 51 nam 2017", "51/2017/NQ"),
        ("11/2015/ttlt-byt-bnv", "11/2015/TTLT-BYT-BNV"),
        ("02/2021/tt-bldtbxh", "02/2021/TT-BLĐTBXH"),
        ("pháp lệnh 09/2025/UBTVQH15", "09/2025/UBTVQH15"),
        ("95/1998-NĐ-CP", "95/1998/NĐ-CP"),
        ("TT số 02-2018-BYT", "02/2018/TT-BYT"),
        ("01_2019_TT-BTC", "01/2019/TT-BTC"),
        ("Quyết định số 143/CP", "143/CP"),
        ("Quyết định số 426/QĐ", "426/QĐ"),
        ("Thông tư số 01/BYT-TT", "01/BYT-TT"),
        ("03/2018/TTLT- BCA-VKSNDTC", "03/2018/TTLT-BCA-VKSNDTC"),
        ("07/2015/TTLT-BVHTTDL- BNV", "07/2015/TTLT-BVHTTDL-BNV"),
        ("QCVN 02 - 16: 2012/BNNPTNT", "QCVN 02-16:2012/BNNPTNT"),
        ("21-lct/hđnn8", "21-LCT/HĐNN8"),
        ("100/NĐ-CP/2019", "100/2019/NĐ-CP"),
    ] {
        one(typed, normal);
    }
}

#[test]
fn numbers_in_running_text() {
    check(
        "Căn cứ Luật Hòa giải ở cơ sở số 35/2013/QH13; Căn cứ Nghị định số 15/2014/NĐ-CP ngày 27/02/2014 của Chính phủ.",
        &[("35/2013/QH13", "35/2013/QH13"), ("Nghị định số 15/2014/NĐ-CP", "15/2014/NĐ-CP")],
    );
    check(
        "Luật 14/2012/QH13, NĐ 28/2013; Thông tư số 10/2016/TT-BTP.",
        &[
            ("Luật 14/2012/QH13", "14/2012/QH13"),
            ("NĐ 28/2013", "28/2013/NĐ-CP"),
            ("Thông tư số 10/2016/TT-BTP", "10/2016/TT-BTP"),
        ],
    );
    check("Quyết định 12/QĐ-UBND - UBND xã Mỹ Yên", &[("Quyết định 12/QĐ-UBND", "12/QĐ-UBND")]);
    check("Nghị định số 63/2011/NĐ-CPngày 28 tháng 7", &[("Nghị định số 63/2011/NĐ-CP", "63/2011/NĐ-CP")]);
    check("điều 8 nđ 30/2020 khoản 2", &[("nđ 30/2020", "30/2020/NĐ-CP")]);
}

#[test]
fn what_is_no_number() {
    for text in [
        "ngày 15/04/2025",
        "tháng 04/2025",
        "60 km/h",
        "báo cáo 6/2025",
        "kế hoạch 5 năm",
        "quyết định 3 tháng một lần",
        "đạt 146/171 vụ việc",
        "tỷ lệ 1/2",
        "năm 2020-2025",
        "điều 8 khoản 2",
        "Luật 5 điều",
        "theo Mẫu số 01/TP-HGTM",
        "mẫu 36/TB-ĐKT",
        "nghị định 2020",
        "nd 5",
        "kế hoạch 12/2025",
        "luật 0/2020",
        "QCVN 12 : mục 3",
        "",
    ] {
        check(text, &[]);
    }
}

#[test]
fn parts_of_a_number() {
    let number = LegalNumber::parse("Thông tư liên tịch số 1/2014/ttlt-bca-bqp").expect("a number");
    assert_eq!(number.serial, "01");
    assert_eq!(number.year, Some(2014));
    assert_eq!(number.kind, Some(DocumentKind::JointCircular));
    assert_eq!(number.issuer.as_deref(), Some("BCA-BQP"));
    assert_eq!(number.written, "Thông tư liên tịch số 1/2014/ttlt-bca-bqp");
    assert_eq!(number.slug(), "01-2014-ttlt-bca-bqp");
    let kind = |text: &str| LegalNumber::parse(text).and_then(|n| n.kind);
    assert_eq!(kind("35/2013/QH13"), None);
    assert_eq!(kind("Luật số 35/2013/QH13"), Some(DocumentKind::Law));
    assert_eq!(kind("Bộ luật số 91/2015/QH13"), Some(DocumentKind::Code));
    assert_eq!(kind("Số: 5/KH-UBND"), Some(DocumentKind::Plan));
    assert_eq!(kind("Nghị quyết số 17/2022/UBTVQH15"), Some(DocumentKind::Resolution));
    assert_eq!(kind("không phải số 15"), None);
    assert_eq!(kind("15/UBND-VP"), Some(DocumentKind::OfficialLetter));
    assert_eq!(kind("30/2020/nd-cp"), Some(DocumentKind::Decree));
    assert_eq!(kind("119-CP"), None);
    assert_eq!(kind("23-L/CTN"), None);
    assert_eq!(kind("Luật số 23-L/CTN"), Some(DocumentKind::Law));
    assert_eq!(kind("Quy định số 842-QĐ/TU"), Some(DocumentKind::Rules));
    assert_eq!(kind("Quyết định số 1141/TC/CĐKT"), Some(DocumentKind::Decision));
}

#[test]
fn kinds_have_names_and_abbreviations() {
    for kind in DocumentKind::ALL {
        assert_eq!(DocumentKind::from_name(&viet::fold(kind.name())), Some(*kind));
        if !kind.abbreviation().is_empty() {
            assert_eq!(DocumentKind::from_abbreviation(kind.abbreviation()), Some(*kind));
        }
    }
    assert_eq!(DocumentKind::from_abbreviation("nd"), Some(DocumentKind::Decree));
    assert_eq!(DocumentKind::from_abbreviation("xyz"), None);
}

/// Provisions as "article/clause/point", "-" for what is not said.
fn provisions(text: &str, expected: &[&str]) {
    let show = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".into());
    let found = find_provisions(text);
    let got: Vec<String> = found
        .iter()
        .map(|p| format!("{}/{}/{}", show(&p.article), show(&p.clause), show(&p.point)))
        .collect();
    assert_eq!(got, expected, "{text}");
    for p in found {
        assert!(text.get(p.range).is_some_and(|t| !t.is_empty()));
    }
}

#[test]
fn provisions_in_both_directions() {
    provisions("Điều 8", &["8/-/-"]);
    provisions("điểm a khoản 2 Điều 8", &["8/2/a"]);
    provisions("Điều 8 khoản 2 điểm a", &["8/2/a"]);
    provisions("dieu 8 khoan 2 diem a", &["8/2/a"]);
    provisions("điểm đ khoản 1 Điều 113a của Nghị định", &["113a/1/đ"]);
    provisions("khoản 1, 2 và 3 Điều 5", &["5/1/-", "5/2/-", "5/3/-"]);
    provisions("các điểm a, b và c khoản 1 Điều 5", &["5/1/a", "5/1/b", "5/1/c"]);
    provisions("điểm a khoản 1, điểm b khoản 2 Điều 5", &["5/1/a", "5/2/b"]);
    provisions("khoản 1, khoản 2 Điều 5 và khoản 3 Điều 6", &["5/1/-", "5/2/-", "6/3/-"]);
    provisions("Điều 5, Điều 6 và Điều 7", &["5/-/-", "6/-/-", "7/-/-"]);
    provisions("các điều 5, 6 và 7 của Luật này", &["5/-/-", "6/-/-", "7/-/-"]);
    provisions("Điều 8 khoản 1 điểm a, khoản 2 điểm b", &["8/1/a", "8/2/b"]);
    provisions("điểm a) khoản 2 điều 8", &["8/2/a"]);
    provisions("khoản 2 và khoản 3 của Điều này", &["-/2/-", "-/3/-"]);
    provisions("Điều 5, 20 người tham gia", &["5/-/-"]);
    provisions("điều kiện 5, địa điểm A, bài khoán 10, điều tra", &[]);
}

#[test]
fn a_range_holds_the_reference() {
    let text = "Theo khoản 2 Điều 8 Luật này";
    let found = find_provisions(text);
    assert_eq!(found.iter().map(|p| &text[p.range.clone()]).collect::<Vec<_>>(), ["khoản 2 Điều 8"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_in_order(text in prop_oneof![
        any::<String>(),
        "((NĐ|nd|Luật|TT|số|điều|khoản|điểm|QĐ|CP|QH13|TTg|TW|CT|năm|QCVN|[0-9]{1,5}|2020|[a-đ])[ /.,&:)-]{0,2}){0,12}",
    ]) {
        let mut end = 0;
        for found in find_legal_numbers(&text) {
            prop_assert!(found.range.start >= end && found.range.end > found.range.start);
            end = found.range.end;
            let written = text.get(found.range).expect("a range of the text");
            prop_assert_eq!(&found.number.written, &viet::clean(written));
            prop_assert!(found.number.normal().starts_with(found.number.serial.as_str()));
            let slug = found.number.slug();
            prop_assert!(!slug.is_empty() && slug == viet::slug(&slug));
        }
        for provision in find_provisions(&text) {
            prop_assert!(text.get(provision.range).is_some());
            prop_assert!(provision.article.is_some() || provision.clause.is_some() || provision.point.is_some());
        }
    }

    #[test]
    fn a_normal_number_is_its_own_normal(serial in 1u32..9999, year in 1994i16..2030, symbol in prop::sample::select(vec![
        "NĐ-CP", "QĐ-TTg", "TT-BTC", "TT-BGDĐT", "QH15", "UBTVQH15", "TTLT-BCA-BQP", "NQ-HĐTP", "CT-TTg",
    ])) {
        let number = format!("{serial:02}/{year}/{symbol}");
        for typed in [number.clone(), number.to_lowercase(), viet::fold(&number)] {
            let found = find_legal_numbers(&typed);
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(found[0].number.normal(), number.clone());
            prop_assert_eq!(found[0].range.clone(), 0..typed.len());
        }
    }
}
