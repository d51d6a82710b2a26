//! The index as its callers use it.

use proptest::prelude::*;
use seek::{Entry, Index, Query, SeekError};
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;

/// A document of invented law: number, kind, title, day of issue and its articles (heading, text).
fn document(number: &str, kind: &str, title: &str, issued: &str, articles: &[(&str, &str)]) -> Vec<Entry> {
    let entry = |(n, (heading, text)): (usize, &(&str, &str))| Entry {
        id: format!("{number}+{}", n + 1),
        document: number.into(),
        number: number.into(),
        kind: kind.into(),
        title: title.into(),
        issuer: if number.contains("QH") { "Quốc hội" } else { "Bộ Công an; Chính phủ" }.into(),
        issued: Some(issued.into()),
        effective: None,
        topics: if n == 0 { vec!["justice".into()] } else { vec![] },
        article: (n + 1).to_string(),
        heading: (*heading).into(),
        text: (*text).into(),
    };
    articles.iter().enumerate().map(entry).collect()
}

fn kites() -> Vec<Entry> {
    document(
        "07/2099/QH20",
        "Luật",
        "Thả diều",
        "2099-06-20",
        &[
            ("Phạm vi điều chỉnh", "Luật này quy định về thả diều ở làng quê và trong đô thị."),
            (
                "Chiều cao được phép",
                "1. Diều không bay cao quá hai trăm mét.\n2. Gần sân bay, người thả diều phải xin phép Ủy ban nhân dân \
                 cấp xã.",
            ),
            ("Hiệu lực thi hành", "Luật này có hiệu lực từ ngày 01 tháng 01 năm 2100."),
        ],
    )
}

fn fines() -> Vec<Entry> {
    document(
        "15/2099/NĐ-CP",
        "Nghị định",
        "Xử phạt vi phạm hành chính về thả diều",
        "2099-09-01",
        &[
            ("Phạm vi điều chỉnh", "Nghị định này quy định mức phạt khi thả diều."),
            (
                "Vi phạm về chiều cao",
                "1. Phạt tiền từ 100.000 đồng đến 200.000 đồng khi thả diều quá chiều cao.\n2. Tịch thu diều.",
            ),
        ],
    )
}

fn filled() -> (TempDir, Index) {
    let dir = tempfile::tempdir().expect("a folder");
    let index = Index::open(dir.path()).expect("a new index");
    index.add_all(kites().into_iter().chain(fines())).expect("added");
    index.commit().expect("committed");
    (dir, index)
}

fn ids(index: &Index, text: &str) -> Vec<String> {
    let answer = index.search(&Query::new(text)).expect("an answer");
    answer.hits.into_iter().map(|hit| hit.id).collect()
}

fn first(index: &Index, text: &str) -> String {
    ids(index, text).into_iter().next().unwrap_or_default()
}

#[test]
fn found_with_and_without_marks() {
    let (_dir, index) = filled();
    for question in [
        "thả diều gần sân bay phải xin phép ai?",
        "tha dieu gan san bay phai xin phep ai",
        "THẢ DIỀU gan sân bay phai xin phép",
    ] {
        assert_eq!(first(&index, question), "07/2099/QH20+2", "{question}");
    }
}

#[test]
fn found_by_number_and_by_name() {
    let (_dir, index) = filled();
    for (question, id) in [
        ("nđ 15/2099 điều 2", "15/2099/NĐ-CP+2"),
        ("nd 15/2099 dieu 2", "15/2099/NĐ-CP+2"),
        ("điều 2 nghị định 15 năm 2099", "15/2099/NĐ-CP+2"),
        ("15/2099/nd-cp", "15/2099/NĐ-CP+1"),
        ("luật thả diều", "07/2099/QH20+1"),
        ("luat tha dieu 2099", "07/2099/QH20+1"),
        ("dieu 3 luat tha dieu", "07/2099/QH20+3"),
    ] {
        assert_eq!(first(&index, question), id, "{question}");
    }
    assert_eq!(
        first(&index, "điều 99 luật thả diều gần sân bay"),
        "07/2099/QH20+2",
        "no such article: its words"
    );
    let answer = index.search(&Query::new("khoản 1 điều 2 nđ 15/2099")).expect("an answer");
    assert_eq!(answer.understood.number.as_deref(), Some("15/2099/NĐ-CP"));
    assert_eq!(answer.understood.article.as_deref(), Some("2"));
    assert_eq!(answer.understood.clause.as_deref(), Some("1"));
    let answer = index.search(&Query::new("luat tha dieu")).expect("an answer");
    assert_eq!(answer.understood.name.as_deref(), Some("Luật Thả diều"));
    assert_eq!(answer.understood.documents, ["07/2099/QH20"]);
}

#[test]
fn a_pasted_page_is_a_question() {
    let (_dir, index) = filled();
    let page = "thả diều gần sân bay, luật thả diều điều 2, nđ 15/2099; ".repeat(20_000);
    let begun = std::time::Instant::now();
    assert!(!ids(&index, &page).is_empty());
    assert!(begun.elapsed().as_secs() < 2);
}

#[test]
fn filters_leave_out() {
    let (_dir, index) = filled();
    let search = |query: Query| -> Vec<String> {
        index.search(&query).expect("an answer").hits.into_iter().map(|hit| hit.document).collect()
    };
    let all = Query::new("thả diều");
    assert!(search(all.clone()).contains(&"07/2099/QH20".to_owned()));
    for only in [
        Query { kind: Some("nghị định".into()), ..all.clone() },
        Query { issuer: Some("Chinh phu".into()), ..all.clone() },
        Query { issued_from: Some("2099-07-01".into()), ..all.clone() },
    ] {
        let found = search(only.clone());
        assert!(!found.is_empty() && found.iter().all(|d| d == "15/2099/NĐ-CP"), "{only:?}: {found:?}");
    }
    assert!(search(Query { issued_to: Some("2099-01-01".into()), ..all.clone() }).is_empty());
    let only = |ids: &[&str]| Some(Arc::new(ids.iter().map(|id| (*id).to_owned()).collect()));
    let found = search(Query { documents: only(&["15/2099/NĐ-CP", "9/2099"]), ..all.clone() });
    assert!(!found.is_empty() && found.iter().all(|d| d == "15/2099/NĐ-CP"), "{found:?}");
    assert!(search(Query { documents: only(&[]), ..all.clone() }).is_empty());
    assert!(search(Query { topic: Some("khác".into()), ..all.clone() }).is_empty());
    // Of a document that is named, the articles of the topic; the document is known all the same.
    for text in ["thả diều", "15/2099/NĐ-CP", "15/2099/NĐ-CP điều 2"] {
        let query = Query { topic: Some("Justice".into()), ..Query::new(text) };
        let answer = index.search(&query).expect("an answer");
        assert!(
            !answer.hits.is_empty() && answer.hits.iter().all(|hit| hit.article == "1"),
            "{text}: {answer:?}"
        );
        assert!(!text.contains('/') || !answer.understood.documents.is_empty(), "{text}");
    }
}

#[test]
fn replaced_and_removed() {
    let (_dir, index) = filled();
    let mut entries = kites();
    entries.truncate(1);
    entries[0].text = "Chong chóng tre.".into();
    index.replace("07/2099/QH20", &entries).expect("replaced");
    index.commit().expect("committed");
    assert_eq!(ids(&index, "chong chong tre"), ["07/2099/QH20+1"]);
    assert!(!ids(&index, "xin phép sân bay").contains(&"07/2099/QH20+2".to_owned()));
    assert_eq!(index.len(), 3);
    index.remove("07/2099/QH20").expect("removed");
    index.commit().expect("committed");
    assert!(ids(&index, "luật thả diều").iter().all(|id| id.starts_with("15/2099")));
}

#[test]
fn opened_again() {
    let (dir, index) = filled();
    drop(index);
    let index = Index::open(dir.path()).expect("opened");
    assert_eq!(index.len(), 5);
    assert_eq!(first(&index, "xin phép sân bay"), "07/2099/QH20+2");
}

#[test]
fn built_again_while_the_old_one_answers() {
    let (dir, index) = filled();
    let mut rebuild = index.rebuild().expect("begun");
    let mut changed = fines();
    changed[0].heading = "Đối tượng áp dụng".into();
    index.replace("15/2099/NĐ-CP", &changed).expect("replaced");
    index.commit().expect("committed");
    assert_eq!(rebuild.add_all(kites().into_iter().chain(fines())).expect("added"), 3);
    assert_eq!(first(&index, "xin phép sân bay"), "07/2099/QH20+2");
    rebuild.finish().expect("finished");
    assert_eq!(first(&index, "xin phép sân bay"), "07/2099/QH20+2");
    let hit = index.search(&Query::new("nđ 15/2099 điều 1")).expect("an answer").hits.remove(0);
    assert_eq!(hit.heading, "Đối tượng áp dụng");
    drop(index);
    assert_eq!(Index::open(dir.path()).expect("opened").len(), 5);

    let index = Index::open(dir.path()).expect("opened");
    drop(index.rebuild().expect("begun"));
    assert_eq!(index.len(), 5, "a rebuild that is given up leaves the old index");
    index.replace("x", &kites()).expect("replaced");
}

#[test]
fn damage_is_reported_and_repaired() {
    let (dir, index) = filled();
    drop(index);
    let generation = std::fs::read_to_string(dir.path().join("current")).expect("the current folder");
    for file in std::fs::read_dir(dir.path().join(generation)).expect("files") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|e| e == "store" || e == "term") {
            let mut bytes = std::fs::read(&path).expect("bytes");
            let middle = bytes.len() / 3;
            bytes[middle] ^= 0x55;
            std::fs::write(&path, bytes).expect("written");
        }
    }
    assert!(matches!(Index::open(dir.path()), Err(SeekError::Damaged { .. })));
    let index = Index::create(dir.path()).expect("a new index");
    assert!(index.is_empty());
    index.add_all(kites()).expect("added");
    index.commit().expect("committed");
    assert_eq!(index.len(), 3);
}

static FILLED: LazyLock<(TempDir, Index)> = LazyLock::new(filled);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_a_question(text in "\\PC{0,80}", limit in 0_usize..20) {
        let found = FILLED.1.search(&Query { text, limit, ..Query::default() }).expect("an answer");
        prop_assert!(found.hits.len() <= limit);
    }

    #[test]
    fn any_words_are_a_question(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "điều", "khoản 2", "luật", "nđ", "15/2099", "/", "-", "\"", "“", "”", "thả diều", "2099", "năm", "về",
                "bộ luật", "thông tư", "a)", "d\u{323}", "ĐIỀU 2", "xin phép", "0", ";", "\n", "không",
            ]),
            0..12,
        ),
        limit in 0_usize..12,
    ) {
        let found = FILLED.1.search(&Query { text: words.join(" "), limit, ..Query::default() }).expect("an answer");
        prop_assert!(found.hits.len() <= limit);
    }

    #[test]
    fn folding_the_question_finds_what_is_marked(
        start in 0_usize..12, length in 2_usize..8, article in 0_usize..5,
    ) {
        let entries: Vec<Entry> = kites().into_iter().chain(fines()).collect();
        let words: Vec<&str> = entries[article].text.split(' ').skip(start).take(length).collect();
        prop_assume!(words.len() >= 2);
        let query = Query { text: viet::fold(&words.join(" ")), ..Query::default() };
        let found = FILLED.1.search(&query).expect("an answer");
        prop_assert!(found.hits.iter().any(|hit| hit.id == entries[article].id), "{words:?}");
    }
}

fn snippet(index: &Index, text: &str) -> String {
    let hit = index.search(&Query::new(text)).expect("an answer").hits.remove(0);
    let mark = |p: seek::Piece| if p.hit { format!("[{}]", p.text) } else { p.text };
    hit.snippet.into_iter().map(mark).collect()
}

#[test]
fn the_clause_that_answers_is_shown() {
    let (_dir, index) = filled();
    assert_eq!(
        snippet(&index, "gan san bay phai xin phep ai"),
        "2. [Gần sân bay], người thả diều [phải xin phép] Ủy ban nhân dân cấp xã."
    );
    assert_eq!(snippet(&index, "khoản 2 điều 2 nđ 15/2099"), "2. Tịch thu diều.");
    let long = format!("1. {} bồ câu đưa thư. {}", "chim trời cá nước ".repeat(60), "non xanh ".repeat(80));
    let mut entries = kites();
    entries[0].text = long;
    index.replace("07/2099/QH20", &entries).expect("replaced");
    index.commit().expect("committed");
    let shown = snippet(&index, "bo cau dua thu");
    assert!(shown.contains("[bồ câu đưa thư]") && shown.len() < 1000, "{shown}");
    assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
}

#[test]
fn phrases_in_quotes_stand_as_they_are() {
    let (_dir, index) = filled();
    assert_eq!(ids(&index, "\"xin phép Ủy ban\""), ["07/2099/QH20+2"]);
    assert_eq!(ids(&index, "thả diều “tich thu dieu”"), ["15/2099/NĐ-CP+2"]);
    assert!(ids(&index, "\"phép xin Ủy ban\"").is_empty());
    assert!(ids(&index, "\"xin phèp\"").is_empty(), "marks count where they were typed");
    // Marked as a whole: "thả diều" and "chiều cao" only where they stand so, with marks, without or in between.
    let fine = "1. Phạt tiền từ 100.000 đồng đến 200.000 đồng khi [thả diều quá chiều cao].";
    for quoted in ["\"thả diều quá chiều cao\"", "«tha dieu qua chieu cao»", "“thả diều qua chiều cao”"]
    {
        assert_eq!(snippet(&index, quoted), fine, "{quoted}");
    }
    assert_eq!(snippet(&index, "\"thu diều\" phạt"), "2. Tịch [thu diều].");
    let long = format!("{}bồ câu, đưa thư. {}", "câu cá đưa thư ".repeat(60), "bồ đưa ".repeat(80));
    let mut entries = kites();
    entries[0].text = format!("Câu cá.\n{long}");
    index.replace("07/2099/QH20", &entries).expect("replaced");
    index.commit().expect("committed");
    let shown = snippet(&index, "\"bồ câu đưa thư\"");
    assert!(shown.contains(" cá đưa thư [bồ câu, đưa thư]. bồ đưa bồ đưa"), "{shown}");
}

#[test]
fn a_place_that_is_not_there_is_followed_by_what_else_speaks_of_it() {
    let (_dir, index) = filled();
    let own = ["07/2099/QH20+1", "07/2099/QH20+2", "07/2099/QH20+3"];
    let found = ids(&index, "điều 9 luật thả diều");
    assert_eq!(found[..3], own);
    assert_eq!(found.len(), 5, "{found:?}");
    assert_eq!(ids(&index, "luật thả diều"), own, "what was asked for is all there");
    // Known by its name only.
    let mut named = document("20/2098/QH20", "Luật", "Sáo diều", "2098-06-20", &[("", "Luật Sáo diều")]);
    named[0].article.clear();
    index.replace("20/2098/QH20", &named).expect("replaced");
    index.commit().expect("committed");
    for question in ["luật sáo diều", "điều 3 luật sáo diều"] {
        let found = ids(&index, question);
        assert_eq!(found[0], "20/2098/QH20+1", "{question}");
        assert!(found.len() > 3, "{question}: {found:?}");
    }
    // A clause is one of the article that was named.
    let hits = index.search(&Query::new("khoản 1 điều 9 nđ 15/2099 tịch thu diều")).expect("an answer").hits;
    let fine = hits.into_iter().find(|hit| hit.id == "15/2099/NĐ-CP+2").expect("the fine");
    assert_eq!(fine.snippet[0].text, "2. ");
}

#[test]
fn short_forms_are_written_out() {
    let (_dir, index) = filled();
    assert_eq!(first(&index, "xin phép ubnd"), "07/2099/QH20+2");
    assert_eq!(first(&index, "xin phep UBND cap xa"), "07/2099/QH20+2");
}

#[test]
fn shared_between_threads() {
    let (_dir, index) = filled();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(first(&index, "gần sân bay phải xin phép ai"), "07/2099/QH20+2");
                }
            });
        }
        scope.spawn(|| {
            for n in 0..5 {
                let mut entries = fines();
                entries[0].text = format!("Lần {n}.");
                index.replace("15/2099/NĐ-CP", &entries).expect("replaced");
                index.commit().expect("committed");
            }
        });
    });
    assert_eq!(index.len(), 5);
}
