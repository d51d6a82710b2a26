//! Invented laws compared with those they replace, and the gold pairs.

use lawtext::compare::{Kind, Piece, Side, compare, differences};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn side(heading: &str, text: &str) -> Side {
    Side { heading: heading.into(), text: text.into() }
}

fn old_law() -> Vec<Side> {
    vec![
        side("Phạm vi điều chỉnh", "Luật này quy định việc giữ sạch bến sông."),
        side("Các hành vi bị cấm", "1. Xả rác xuống sông.\n2. Neo thuyền ngoài bến."),
        side(
            "Cấp giấy phép neo thuyền",
            "1. Bến trưởng cấp giấy phép neo thuyền trong ba ngày làm việc.\n2. Giấy phép ghi tên thuyền và chủ thuyền.",
        ),
        side(
            "Thu hồi giấy phép neo thuyền",
            "1. Bến trưởng thu hồi giấy phép khi chủ thuyền xả rác hai lần.\n2. Chủ thuyền nộp lại giấy phép.",
        ),
        side(
            "Phí qua bến",
            "1. Khách trả phí theo bảng niêm yết.\n2. Trẻ em dưới sáu tuổi, người cao tuổi và người khuyết tật không phải \
             trả phí khi qua bến vào bất kỳ giờ nào.",
        ),
        side("Đèn hiệu ban đêm", "Mỗi cầu tàu treo hai đèn đỏ, thắp từ lúc mặt trời lặn."),
        side("Điều khoản chuyển tiếp", "Giấy phép cũ dùng đến hết năm 2098."),
    ]
}

fn new_law() -> Vec<Side> {
    vec![
        side("Phạm vi điều chỉnh", "Luật này quy định việc giữ sạch bến sông, bến hồ."),
        side("Hành vi bị nghiêm cấm", "1. Xả rác xuống sông, hồ.\n2. Neo thuyền ngoài bến."),
        side(
            "Cấp, thu hồi giấy phép neo thuyền",
            "1. Bến trưởng cấp giấy phép neo thuyền trong hai ngày làm việc.\n2. Giấy phép ghi tên thuyền và chủ thuyền.\n\
             3. Bến trưởng thu hồi giấy phép khi chủ thuyền xả rác hai lần. Chủ thuyền nộp lại giấy phép.",
        ),
        side("Phí qua bến", "1. Khách trả phí theo bảng niêm yết.\n2. Phí thu bằng phương tiện điện tử."),
        side(
            "Miễn phí cho người được ưu tiên",
            "Trẻ em dưới sáu tuổi, người cao tuổi và người khuyết tật không phải trả phí khi qua bến vào bất kỳ giờ nào.",
        ),
        side("Cơ sở dữ liệu về thuyền", "Bộ lập cơ sở dữ liệu quốc gia về phương tiện, nối với căn cước."),
        side("Quy định chuyển tiếp", "Thuyền chưa đăng ký phải đăng ký trước ngày 01 tháng 01 năm 2100."),
    ]
}

#[test]
fn articles_find_their_predecessors() {
    let comparison = compare(&old_law(), &new_law());
    let found: Vec<_> = comparison.matches.iter().map(|found| (found.kind, found.old.clone())).collect();
    let expected = [
        (Kind::Same, vec![0]),
        (Kind::Same, vec![1]),
        (Kind::Merged, vec![3, 2]),
        (Kind::Same, vec![4]),
        (Kind::Moved, vec![4]),
        (Kind::New, vec![]),
        (Kind::Same, vec![6]),
    ];
    assert_eq!(found, expected);
    assert_eq!(comparison.gone, [5]);
}

#[test]
fn a_law_against_itself_and_against_nothing() {
    let law = old_law();
    let itself = compare(&law, &law);
    assert!(itself.gone.is_empty());
    for (n, found) in itself.matches.iter().enumerate() {
        assert_eq!((found.kind, found.old.as_slice()), (Kind::Same, [n].as_slice()));
        assert!(found.likeness > 0.99);
    }
    assert_eq!(compare(&law, &[]).gone, (0..law.len()).collect::<Vec<_>>());
    assert!(compare(&[], &law).matches.iter().all(|found| found.kind == Kind::New));
}

fn marked(old: &str, new: &str) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Same(text) => text.to_string(),
        Piece::Gone(text) => format!("[-{text}-]"),
        Piece::Came(text) => format!("[+{text}+]"),
    };
    differences(old, new).iter().map(piece).collect()
}

#[test]
fn differences_are_words() {
    assert_eq!(
        marked("Khách trả phí theo bảng niêm yết.", "Khách qua bến trả phí theo bảng điện tử."),
        "Khách[+ qua bến+] trả phí theo bảng[- niêm yết-][+ điện tử+]."
    );
    assert_eq!(marked("Uỷ ban", "Ủy ban"), "[-Uỷ-][+Ủy+] ban");
    // A lone word between changes belongs to them.
    assert_eq!(
        marked("trong ba ngày và năm giờ kể từ đó", "trong hai tuần và mười phút kể từ đó"),
        "trong[- ba ngày và năm giờ-][+ hai tuần và mười phút+] kể từ đó"
    );
    assert_eq!(marked("", "Mới"), "[+Mới+]");
    assert_eq!(marked("Cũ", ""), "[-Cũ-]");
    assert_eq!(marked("", ""), "");
}

const WORDS: &[&str] = &[
    "bến ",
    "sông",
    "phí,",
    " và ",
    "trả",
    ". ",
    "\n",
    "1. ",
    "khách ",
    "“",
    "”",
    "  ",
    "Điều 5 ",
    "đ) ",
    "a",
];

fn text() -> impl Strategy<Value = String> {
    let known = prop::collection::vec(prop::sample::select(WORDS), 0..60).prop_map(|words| words.concat());
    prop_oneof![4 => known, 1 => "\\PC{0,80}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_give_back_both_texts(old in text(), new in text()) {
        let pieces = differences(&old, &new);
        let of = |left_out: fn(&Piece) -> bool| -> String {
            let text = |piece: &Piece| match *piece {
                Piece::Same(text) | Piece::Gone(text) | Piece::Came(text) => text.to_string(),
            };
            pieces.iter().filter(|piece| !left_out(piece)).map(text).collect()
        };
        prop_assert_eq!(of(|piece| matches!(piece, Piece::Came(_))), old.as_str());
        prop_assert_eq!(of(|piece| matches!(piece, Piece::Gone(_))), new.as_str());
    }

    #[test]
    fn every_article_is_accounted_for(
        old in prop::collection::vec((text(), text()), 0..12),
        new in prop::collection::vec((text(), text()), 0..12),
    ) {
        let sides = |law: Vec<(String, String)>| -> Vec<Side> { law.iter().map(|(a, b)| side(a, b)).collect() };
        let (old, new) = (sides(old), sides(new));
        let comparison = compare(&old, &new);
        prop_assert_eq!(comparison.matches.len(), new.len());
        let mut seen: BTreeSet<usize> = comparison.gone.iter().copied().collect();
        for found in &comparison.matches {
            prop_assert_eq!(found.kind == Kind::New, found.old.is_empty());
            prop_assert_eq!(found.kind == Kind::Merged, found.old.len() > 1);
            prop_assert!(found.old.iter().all(|n| !comparison.gone.contains(n)));
            seen.extend(&found.old);
        }
        prop_assert_eq!(seen, (0..old.len()).collect::<BTreeSet<_>>());
    }
}

fn articles(file: &Path) -> Vec<(String, Side)> {
    let name = file.to_string_lossy();
    let bytes = std::fs::read(file).expect("a gold document");
    let format = lawtext::detect(&name, &bytes).expect("a format");
    let parsed = lawtext::parse(&lawtext::read(format, &bytes).expect("text"));
    parsed.documents[0].articles().map(|article| (article.label.clone(), Side::of(article))).collect()
}

/// As `score.py pairs` counts: links of an article to each predecessor, or to none.
#[test]
fn gold_pairs() {
    let shared = std::env::var_os("LANTOA_SHARED").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(),
        std::path::PathBuf::from,
    );
    let folder = shared.join("data/documents");
    let Ok(gold) = std::fs::read_to_string(folder.join("pairs.jsonl")) else {
        eprintln!("skipped: no gold pairs in {} (LANTOA_SHARED)", folder.display());
        return;
    };
    let (mut right, mut wanted, mut given) = (0, 0, 0);
    for line in gold.lines() {
        let pair: Value = serde_json::from_str(line).expect("a pair");
        let Some(alignment) = pair["alignment"].as_array() else { continue };
        let file = |name: &Value| folder.join("files").join(name.as_str().expect("a name"));
        let (old, new) = (articles(&file(&pair["old"][0])), articles(&file(&pair["new"])));
        let sides = |law: &[(String, Side)]| law.iter().map(|(_, side)| side.clone()).collect::<Vec<_>>();
        let mut gold = BTreeSet::new();
        for entry in alignment {
            let new = entry["new"].as_str().unwrap_or_default().to_string();
            let old: Vec<_> =
                entry["old"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if old.is_empty() {
                gold.insert((new.clone(), String::new()));
            }
            gold.extend(old.iter().map(|old| (new.clone(), old.to_string())));
        }
        let mut found = BTreeSet::new();
        for entry in compare(&sides(&old), &sides(&new)).matches {
            let label = &new[entry.new].0;
            if entry.old.is_empty() {
                found.insert((label.clone(), String::new()));
            }
            found.extend(entry.old.iter().map(|n| (label.clone(), old[*n].0.clone())));
        }
        right += gold.intersection(&found).count();
        (wanted, given) = (wanted + gold.len(), given + found.len());
    }
    let f1 = 2.0 * right as f64 / (wanted + given).max(1) as f64;
    println!("{wanted} links, F1 {f1:.4}");
    assert!(f1 >= 0.97, "{f1}");
}
