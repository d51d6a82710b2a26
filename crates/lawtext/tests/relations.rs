//! What documents say of others, in invented ones (numbers of 2099 cannot exist), and on the gold relations.

use lawtext::{
    Cited, Format, Parsed, Place, RelationKind, Which, laws_named, parse, read, references, relations,
};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn parsed(text: &str) -> Parsed {
    parse(&read(Format::Text, text.as_bytes()).expect("text"))
}

/// Kind, number or name, provision, a mark where only parts are meant.
fn found(text: &str) -> Vec<String> {
    let found = relations(&parsed(text));
    let line = |relation: &lawtext::Relation| {
        let Cited { number, name, .. } = &relation.target;
        let target = if number.is_empty() { name } else { number };
        let provision = relation.provision.path().map(|path| format!(" {path}")).unwrap_or_default();
        format!("{} {target}{provision}{}", relation.kind.code(), if relation.partial { " *" } else { "" })
    };
    found.iter().filter(|relation| relation.kind != RelationKind::RefersTo).map(line).collect()
}

fn decree(title: &str, bases: &str, articles: &str) -> String {
    format!(
        "CHÍNH PHỦ\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 901/2099/NĐ-CP\nHà Nội, ngày 02 tháng 03 năm 2099\n\
         NGHỊ ĐỊNH\n{title}\n{bases}\nChính phủ ban hành Nghị định {title}.\n{articles}\nTM. CHÍNH PHỦ\n"
    )
}

#[test]
fn legal_bases_are_the_first_document_of_each_clause() {
    let bases = "Căn cứ Luật Bến sông số 11/2098/QH99 được sửa đổi, bổ sung bởi Luật số 12/2098/QH99;\n\
                 Căn cứ Luật Thuyền ngày 20 tháng 6 năm 2098; Luật sửa đổi, bổ sung một số điều của Luật Thuyền ngày \
                 21 tháng 6 năm 2098;\n\
                 Căn cứ Nghị định số 7/2098/NĐ-CP ngày 5/1/2098 của Chính phủ quy định chi tiết Luật Bến sông;\n\
                 Theo đề nghị của Bộ trưởng Bộ Bến sông theo Luật Bến sông số 11/2098/QH99;";
    assert_eq!(
        found(&decree("quy định về phao", bases, "Điều 1. Phạm vi\n1. Phao.\n2. Nổi.")),
        [
            "based-on 11/2098/QH99",
            "based-on Luật Thuyền",
            "based-on Luật sửa đổi, bổ sung một số điều của Luật Thuyền",
            "based-on 07/2098/NĐ-CP",
        ]
    );
}

#[test]
fn the_title_says_what_a_document_guides_or_amends() {
    let title = "Quy định chi tiết một số điều và biện pháp thi hành Luật Bến sông";
    let found_in = |title: &str| {
        found(&decree(title, "", "Điều 1. Phạm vi\nNội dung.")).into_iter().collect::<BTreeSet<_>>()
    };
    assert_eq!(found_in(title), BTreeSet::from(["guides Luật Bến sông".to_string()]));
    let title = "SỬA ĐỔI, BỔ SUNG MỘT SỐ ĐIỀU CỦA NGHỊ ĐỊNH SỐ 5/2098/NĐ-CP NGÀY 12 THÁNG 6 NĂM 2098 CỦA CHÍNH PHỦ QUY \
                 ĐỊNH VỀ BẾN SÔNG";
    assert_eq!(found_in(title), BTreeSet::from(["amends 05/2098/NĐ-CP *".to_string()]));
}

#[test]
fn the_last_articles_end_other_documents() {
    let articles = "\
Điều 9. Hiệu lực thi hành
1. Nghị định này có hiệu lực từ ngày 01 tháng 5 năm 2099 và thay thế Nghị định số 1/2098/NĐ-CP ngày 02 tháng 01 năm \
2098 của Chính phủ quy định chi tiết Luật Thuyền số 3/2097/QH99, Nghị định số 2/2098/NĐ-CP.
2. Luật Bến cũ số 4/2090/QH98 đã được sửa đổi, bổ sung một số điều theo Luật số 5/2091/QH98 và Luật số 6/2092/QH98 \
hết hiệu lực kể từ ngày Nghị định này có hiệu lực.
3. Bãi bỏ các văn bản sau đây:
a) Quyết định số 7/2097/QĐ-TTg ngày 8/1/2097 của Thủ tướng Chính phủ về phao;
b) Điều 5 và khoản 2 Điều 7 Thông tư số 8/2097/TT-BTC.
4. Bãi bỏ cụm từ “Nghị định số 9/2097/NĐ-CP” tại khoản 1 Điều 3 của Luật Phao số 10/2096/QH99.
5. Bộ trưởng nghiên cứu, trình Chính phủ sửa đổi Nghị định số 11/2096/NĐ-CP.
6. Hồ sơ đã nộp được giải quyết theo Nghị định số 12/2096/NĐ-CP cho đến khi Nghị định số 13/2096/NĐ-CP hết hiệu lực.
7. Ngưng hiệu lực thi hành khoản 3 Điều 4 Nghị định số 14/2096/NĐ-CP.
8. Khoản 2 Điều 6 của Luật Neo số 15/2095/QH99 được sửa đổi, bổ sung như sau:
“2. Bãi bỏ Nghị định số 16/2095/NĐ-CP.”.";
    assert_eq!(
        found(&decree("quy định về phao", "", articles)),
        [
            "replaces 01/2098/NĐ-CP",
            "replaces 02/2098/NĐ-CP",
            "ends-effect 04/2090/QH98",
            "repeals 07/2097/QĐ-TTg",
            "repeals 08/2097/TT-BTC dieu-5 *",
            "repeals 08/2097/TT-BTC dieu-7/khoan-2 *",
            "repeals 10/2096/QH99 dieu-3/khoan-1 *",
            "suspends 14/2096/NĐ-CP dieu-4/khoan-3 *",
            "amends 15/2095/QH99 dieu-6/khoan-2 *",
        ]
    );
}

#[test]
fn an_amending_law_amends_what_its_articles_name() {
    let text = "QUỐC HỘI\nLuật số: 902/2099/QH99\nLUẬT\nSỬA ĐỔI, BỔ SUNG MỘT SỐ ĐIỀU CỦA HAI LUẬT\n\
                Quốc hội ban hành Luật sửa đổi, bổ sung một số điều của Luật Bến sông số 3/2097/QH99.\n\
                Điều 1. Sửa đổi, bổ sung một số điều của Luật Bến sông\n1. Bãi bỏ khoản 2 Điều 4.\n\
                Điều 2. Sửa đổi, bổ sung một số điều của Luật Tài nguyên, bến bãi và hải đảo\n1. Bãi bỏ Điều 9.\n";
    let found = found(text);
    for line in
        ["amends 03/2097/QH99", "amends Luật Bến sông *", "amends Luật Tài nguyên, bến bãi và hải đảo *"]
    {
        assert!(found.iter().any(|found| found == line), "{line}: {found:?}");
    }
}

#[test]
fn evidence_is_the_sentence_where_it_stands() {
    let text = decree(
        "quy định về phao",
        "",
        "Điều 1. Phạm vi\nPhao nổi. Nghị định này thay thế Nghị định số 1/2098/NĐ-CP. Hết.",
    );
    let parsed = parsed(&text);
    let all = relations(&parsed);
    let relation = all.iter().find(|relation| relation.kind == RelationKind::Replaces).expect("replaces");
    assert_eq!(relation.evidence, "Nghị định này thay thế Nghị định số 1/2098/NĐ-CP.");
    assert_eq!(relation.source.path.as_deref(), Some("dieu-1"));
    let node = parsed.articles().next().expect("an article");
    assert_eq!(&node.text[relation.source.range.clone()], relation.evidence);
}

/// The words of each reference and where it points.
fn cited(text: &str) -> Vec<(String, String)> {
    let place = Place { article: Some("8".into()), clause: Some("2".into()), point: None };
    let line = |reference: lawtext::Reference| {
        let document = match &reference.document {
            Which::This => String::new(),
            Which::Other(cited) if cited.number.is_empty() => format!("{} ", cited.name),
            Which::Other(cited) => format!("{} ", cited.number),
        };
        let path = reference.provision.path().unwrap_or_default();
        (text[reference.range].to_string(), format!("{document}{path}").trim().to_string())
    };
    references(text, &place).into_iter().map(line).collect()
}

#[test]
fn references_point_to_articles_of_their_documents() {
    let check = |text: &str, expected: &[(&str, &str)]| {
        let expected: Vec<_> = expected.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        assert_eq!(cited(text), expected, "{text}");
    };
    check(
        "theo khoản 2 Điều 13 của Luật Bến sông số 3/2097/QH99 và Điều 5 Nghị định số 30/2097/NĐ-CP",
        &[
            ("khoản 2 Điều 13 của Luật Bến sông số 3/2097/QH99", "03/2097/QH99 dieu-13/khoan-2"),
            ("Điều 5 Nghị định số 30/2097/NĐ-CP", "30/2097/NĐ-CP dieu-5"),
        ],
    );
    check(
        "tại điểm a, điểm đ khoản 1 Điều này và khoản 3, trừ Điều 6 của Luật này",
        &[
            ("điểm a", "dieu-8/khoan-1/diem-a"),
            ("điểm đ khoản 1 Điều này", "dieu-8/khoan-1/diem-dd"),
            ("khoản 3", "dieu-8/khoan-3"),
            ("Điều 6 của Luật này", "dieu-6"),
        ],
    );
    check(
        "theo Điều 4 và khoản 1 Điều 7 của Luật Đất đai và pháp luật về bến sông",
        &[
            ("Điều 4", "Luật Đất đai dieu-4"),
            ("khoản 1 Điều 7 của Luật Đất đai", "Luật Đất đai dieu-7/khoan-1"),
        ],
    );
    check(
        "Chương II của Nghị định này, Phụ lục III",
        &[("Chương II của Nghị định này", "chuong-2"), ("Phụ lục III", "phu-luc-3")],
    );
    check(
        "theo khoản này, điểm b khoản này",
        &[("khoản này", "dieu-8/khoan-2"), ("điểm b khoản này", "dieu-8/khoan-2/diem-b")],
    );
    check(
        "khoản 1, 2 và 3 Điều này, các điều 5, 6 và 7 của Luật Đất đai",
        &[
            ("khoản 1", "dieu-8/khoan-1"),
            ("2", "dieu-8/khoan-2"),
            ("3 Điều này", "dieu-8/khoan-3"),
            ("điều 5", "Luật Đất đai dieu-5"),
            ("6", "Luật Đất đai dieu-6"),
            ("7 của Luật Đất đai", "Luật Đất đai dieu-7"),
        ],
    );
    check("Điều 3 của Công ước về quyền trẻ em", &[]);
    check("kỷ luật và pháp luật, Luật sư, luật khác", &[]);
}

#[test]
fn laws_are_known_by_name_and_day() {
    let named = laws_named("Luật Tổ chức Chính phủ");
    assert!(named.len() > 1 && named.windows(2).all(|pair| pair[0].issued < pair[1].issued), "{named:?}");
    let cited = |date| Cited { name: "Luật Tổ chức chính phủ".into(), date, ..Cited::default() };
    assert_eq!(cited(Some((2015, 6, 19))).resolved(None), Some("76/2015/QH13"));
    assert_eq!(cited(None).resolved(Some((2020, 1, 1))), Some("76/2015/QH13"));
    assert_eq!(cited(None).resolved(None), None);
    assert_eq!(laws_named("Luật Bến sông"), []);
}

const PIECES: &[&str] = &[
    "Luật này ",
    "Luật Đất đai ",
    "Luật sửa đổi, bổ sung một số điều của ",
    "số 1/2098/QH99 ",
    "Nghị định số 2/2098/NĐ-CP ",
    "ngày 5 tháng 6 năm 2098 ",
    "ngày 5/6/2098",
    "hết hiệu lực ",
    "thay thế ",
    "bãi bỏ ",
    "được sửa đổi ",
    "theo ",
    "; ",
    ", ",
    "và ",
    ":",
    ". ",
    "\n",
    "“",
    "”",
    "\"",
    "(",
    ")",
    "Căn cứ ",
    "Điều 5 ",
    "khoản 1, 2 ",
    "điểm a ",
    "Điều này ",
    "Hiến pháp ",
    "của ",
    "như sau: ",
    "Điều 1. ",
    "1. ",
    "a) ",
    "Chương II ",
    "Phụ lục ",
    "Pháp lệnh ",
    "ban hành ",
    "hướng dẫn ",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranges_are_of_the_text(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40), noise in "\\PC{0,60}") {
        let text = pieces.concat() + &noise;
        let mut end = 0;
        for reference in references(&text, &Place::default()) {
            prop_assert!(text.get(reference.range.clone()).is_some_and(|words| !words.is_empty()));
            prop_assert!(reference.range.start >= end, "{:?}", reference);
            end = reference.range.end;
        }
        if let Ok(read) = read(Format::Text, text.as_bytes()) {
            for relation in relations(&parse(&read)) {
                prop_assert!(!relation.evidence.is_empty());
            }
        }
    }
}

fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("LANTOA_SHARED")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(), PathBuf::from);
    let folder = shared.join("data/documents");
    if !folder.join("relations.jsonl").exists() {
        eprintln!("skipped: no gold relations in {} (LANTOA_SHARED)", folder.display());
        return None;
    }
    Some(folder)
}

/// As `score.py relations` counts: precision over the targets that the gold names, recall over bases and amendments.
#[test]
fn gold_relations() {
    let Some(folder) = shared() else { return };
    let gold = std::fs::read_to_string(folder.join("relations.jsonl")).expect("relations.jsonl");
    let gold: Vec<Value> = gold.lines().map(|line| serde_json::from_str(line).expect("a relation")).collect();
    let key = |number: &str| number.to_lowercase().replace(' ', "");
    let mut known = BTreeMap::<(String, String), BTreeSet<String>>::new();
    let mut want = BTreeSet::new();
    for relation in &gold {
        let Some(number) = relation["target_number"].as_str() else { continue };
        let (file, kind) = (relation["file"].to_string(), relation["relation"].as_str().unwrap_or_default());
        let accepted = relation["accept"].as_array().into_iter().flatten().filter_map(|kind| kind.as_str());
        known
            .entry((file.clone(), key(number)))
            .or_default()
            .extend(accepted.chain([kind]).map(String::from));
        if ["based-on", "amends"].contains(&kind) {
            want.insert((file, kind.to_string(), key(number)));
        }
    }
    let mut given = BTreeSet::new();
    let files: BTreeSet<&str> = gold.iter().filter_map(|relation| relation["file"].as_str()).collect();
    for file in files {
        let bytes = std::fs::read(folder.join("files").join(file)).expect("a gold document");
        let format = lawtext::detect(file, &bytes).expect("a format");
        let Ok(text) = read(format, &bytes) else { continue };
        for relation in relations(&parse(&text)).iter().filter(|r| r.kind != RelationKind::RefersTo) {
            let file = Value::from(file).to_string();
            given.insert((file, relation.kind.code().to_string(), key(&relation.target.number)));
        }
    }
    let judged: Vec<_> = given
        .iter()
        .filter_map(|(file, kind, number)| Some((kind, known.get(&(file.clone(), number.clone()))?)))
        .collect();
    let right = judged.iter().filter(|(kind, known)| known.contains(*kind)).count();
    let precision = right as f64 / judged.len().max(1) as f64;
    let recall = want.intersection(&given).count() as f64 / want.len().max(1) as f64;
    println!("precision {precision:.4} of {}, recall {recall:.4} of {}", judged.len(), want.len());
    assert!(precision >= 0.98 && recall >= 0.98, "{precision} {recall}");
}

/// The time for a text of some length, in a unit that the machine does not matter for: that of half the length.
#[test]
fn time_is_linear() {
    let pieces = [
        "bãi bỏ Điều 5 Nghị định số 2/2098/NĐ-CP; ",
        "Luật Bến sông, ",
        "khoản 1, ",
        "hết hiệu lực ",
        "“",
        "(",
        "sửa đổi ",
        "Luật sửa đổi, bổ sung Luật ",
    ];
    for piece in pieces {
        let time = |times: usize| {
            let text = piece.repeat(times);
            let started = std::time::Instant::now();
            references(&text, &Place::default());
            relations(&parsed(&format!("Điều 1. Phạm vi\n1. {text}")));
            lawtext::amend::instructions(&parsed(&format!(
                "Điều 1. Sửa đổi Luật Bến số 1/2098/QH99\n1. Sửa đổi {text}"
            )));
            started.elapsed().as_secs_f64()
        };
        let (half, whole) = (time(1_000), time(2_000));
        assert!(whole < 4.0 * half + 0.5, "{piece}: {half} s, {whole} s");
    }
}
