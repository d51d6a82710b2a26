//! What articles concern, in invented ones, and on articles labelled by hand (`labels/`).

use lawtext::concerns::{Concern, Part, concerns, fields};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

const DAY: (i16, i8, i8) = (2026, 1, 1);

fn codes(concerns: &[Concern]) -> BTreeSet<&str> {
    concerns.iter().map(|concern| concern.code).collect()
}

#[test]
fn fields_and_audiences_are_proposed_with_their_words() {
    let heading = "Tiền lương trong thời gian nghỉ";
    let text = "1. Người lao động nghỉ ốm có giấy của bệnh viện được hưởng bảo hiểm xã hội.\n\
                2. Người sử dụng lao động không trừ lương của người lao động.";
    let found = concerns("Bộ luật Lao động", heading, text, DAY);
    assert!(codes(&found.fields).contains("labour"), "{found:?}");
    assert_eq!(found.audiences.first().map(|concern| concern.code), Some("workers"));
    let words: Vec<&str> = found.audiences[0]
        .words
        .iter()
        .filter(|spot| spot.part == Part::Text)
        .filter_map(|spot| text.get(spot.range.clone()))
        .collect();
    assert_eq!(words, ["Người lao động", "người lao động"]);
}

#[test]
fn the_names_of_bodies_are_no_fields() {
    let text =
        "Bộ trưởng Bộ Y tế, Bộ trưởng Bộ Giáo dục và Đào tạo chịu trách nhiệm thi hành Quyết định này.";
    let found = concerns("Về bến sông", "", text, DAY);
    assert_eq!(found.fields, []);
    assert_eq!(codes(&found.audiences), BTreeSet::from(["officials"]));
    assert_eq!(concerns("", "", "", DAY), Default::default());
}

#[test]
fn an_article_speaks_to_whoever_acts_in_it() {
    let audiences = |heading: &str, text: &str| {
        let found = concerns("Về bến sông", heading, text, DAY).audiences;
        found.into_iter().map(|concern| concern.code).collect::<Vec<_>>()
    };
    let text = "Trong thời hạn 5 ngày kể từ ngày nhận hồ sơ, doanh nghiệp phải báo cáo Sở Công Thương.";
    assert_eq!(audiences("", text), ["business"]);
    let text = "Hồ sơ của doanh nghiệp được gửi đến Sở Công Thương.";
    assert_eq!(audiences("", text), [""; 0], "only mentioned");
    let text = "Nghị định này áp dụng đối với các thương nhân và cơ quan cấp giấy.";
    assert_eq!(audiences("", text), ["business", "officials"], "both stand in a row");
    let text = "1. Lập sổ theo mẫu.\n2. Báo cáo hằng năm.";
    assert_eq!(audiences("Trách nhiệm của doanh nghiệp", text), ["business"]);
    assert_eq!(audiences("Kiểm tra doanh nghiệp", text), [""; 0]);
    let text = "1. Doanh nghiệp là tổ chức có tên riêng.\n2. Công dân là người có quốc tịch.";
    assert_eq!(audiences("Giải thích từ ngữ", text), [""; 0]);
    let text = "Cơ sở vật chất phải đủ.\nSở hữu chung được giữ.";
    assert_eq!(audiences("", text), [""; 0], "parts of other words");
}

#[test]
fn lists_are_used_from_their_day_on() {
    assert!(
        fields(DAY).count() > 15 && fields(DAY).all(|field| !field.vi.is_empty() && !field.en.is_empty())
    );
    assert_eq!(fields((2012, 12, 31)).count(), 0);
    assert_eq!(concerns("Luật Đất đai", "", "Thu hồi đất", (2012, 12, 31)), Default::default());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn places_are_of_the_text(title in "\\PC{0,40}", words in prop::collection::vec("đất đai|Người lao động|, |thuế|\\PC{1,4}", 0..30)) {
        let text = words.concat();
        let found = concerns(&title, &text, &text, DAY);
        for spot in found.fields.iter().chain(&found.audiences).flat_map(|concern| &concern.words) {
            let part = if spot.part == Part::Title { &title } else { &text };
            prop_assert!(part.get(spot.range.clone()).is_some_and(|words| !words.is_empty()));
        }
    }
}

#[derive(Default)]
struct Score {
    right: usize,
    given: usize,
    wanted: usize,
}

impl Score {
    fn add(&mut self, wanted: &BTreeSet<&str>, given: &BTreeSet<&str>) {
        self.right += wanted.intersection(given).count();
        (self.given, self.wanted) = (self.given + given.len(), self.wanted + wanted.len());
    }

    fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.given + self.wanted).max(1) as f64
    }
}

/// The corpus is packed; `zstd -dc corpus.jsonl.zst` is asked for it, where the program is installed.
fn corpus() -> Option<String> {
    let shared = std::env::var_os("LANTOA_SHARED").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(),
        std::path::PathBuf::from,
    );
    let file = shared.join("data/search/corpus.jsonl.zst");
    let output =
        std::process::Command::new("zstd").arg("-dc").arg(&file).output().ok().filter(|o| o.status.success());
    if output.is_none() {
        eprintln!("skipped: no corpus at {} (LANTOA_SHARED), or no zstd", file.display());
    }
    String::from_utf8(output?.stdout).ok()
}

/// Fields and audiences.
type Wanted<'l> = (BTreeSet<&'l str>, BTreeSet<&'l str>);
type Labels<'l> = HashMap<&'l str, Wanted<'l>>;

fn label(line: &str) -> Option<(&str, Wanted<'_>)> {
    let mut columns = line.split('\t');
    let id = columns.next()?;
    let mut codes =
        || columns.next().unwrap_or_default().split(',').filter(|code| !code.is_empty()).collect();
    Some((id, (codes(), codes())))
}

fn labels(file: &str) -> Labels<'_> {
    file.lines().filter(|line| !line.starts_with('#')).filter_map(label).collect()
}

/// F1 of fields and of audiences.
fn measured(corpus: &str, labels: &Labels) -> (f64, f64) {
    let (mut fields, mut audiences, mut seen) = (Score::default(), Score::default(), 0);
    for line in corpus.lines() {
        // Reading every line as JSON takes long.
        let Some((wanted_fields, wanted_audiences)) = line.split('"').nth(3).and_then(|id| labels.get(id))
        else {
            continue;
        };
        let article: Value = serde_json::from_str(line).expect("an article");
        let text = |key: &str| article[key].as_str().unwrap_or_default().to_string();
        let found = concerns(&text("title"), &text("art_title"), &text("text"), DAY);
        fields.add(wanted_fields, &codes(&found.fields));
        audiences.add(wanted_audiences, &codes(&found.audiences));
        seen += 1;
    }
    if fields.wanted > 0 {
        println!("{seen} articles: fields F1 {:.3}", fields.f1());
    }
    println!("{seen} articles: audiences F1 {:.3}", audiences.f1());
    (fields.f1(), audiences.f1())
}

#[test]
fn labelled_articles() {
    let Some(corpus) = corpus() else { return };
    let (fields, audiences) = measured(&corpus, &labels(include_str!("labels/concerns.tsv")));
    assert!(fields >= 0.8 && audiences >= 0.8, "{fields} {audiences}");
    let (fields, audiences) = measured(&corpus, &labels(include_str!("labels/concerns-fresh.tsv")));
    assert!(fields >= 0.85 && audiences >= 0.78, "{fields} {audiences}");
    let (_, audiences) = measured(&corpus, &labels(include_str!("labels/audiences-design.tsv")));
    assert!(audiences >= 0.78, "{audiences}");
    let (fields, audiences) = measured(&corpus, &labels(include_str!("labels/concerns-drawn.tsv")));
    assert!(fields >= 0.6 && audiences >= 0.6, "{fields} {audiences}");
}
