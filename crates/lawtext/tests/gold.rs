//! Real documents against their gold outlines (`data/documents` of the shared folder; its README says what counts).
//!
//! Measured: articles, clauses and points right in number and boundaries, as `score.py` counts them; the same again
//! from the text alone, and from the text broken into lines with running heads.

use lawtext::{Document, Format, Level, Node, Outline, Parsed, Unreadable, addresses, outline_json};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::LazyLock;

#[derive(Default, Debug)]
struct Score {
    right: usize,
    most: usize,
}

impl Score {
    fn add<K: Ord>(&mut self, gold: &BTreeMap<K, usize>, found: &BTreeMap<K, usize>) {
        self.right += gold.iter().map(|(key, n)| found.get(key).copied().unwrap_or(0).min(*n)).sum::<usize>();
        self.most += gold.values().sum::<usize>().max(found.values().sum());
    }

    fn share(&self) -> f64 {
        self.right as f64 / self.most.max(1) as f64
    }
}

type Articles = BTreeMap<(usize, String, String, String), usize>;
type Clauses = BTreeMap<(usize, String, String), usize>;
type Points = BTreeMap<(usize, String, String, String), usize>;

/// What is compared of an outline, gold or found.
fn parts(outline: &Value) -> (Articles, Clauses, Points) {
    let (mut articles, mut clauses, mut points) = (Articles::new(), Clauses::new(), Points::new());
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for (d, document) in list(&outline["docs"]).iter().enumerate() {
        for article in list(&document["articles"]) {
            let text = |key: &str| viet::clean(article[key].as_str().unwrap_or_default());
            let number = text("number").to_lowercase();
            let first: String = text("first60").chars().take(40).collect();
            let last = text("last60");
            let last: String = last.chars().skip(last.chars().count().saturating_sub(40)).collect();
            *articles.entry((d, number.clone(), first, last)).or_default() += 1;
            for clause in list(&article["khoan_labels"]) {
                let clause = clause.as_str().unwrap_or_default().to_string();
                *clauses.entry((d, number.clone(), clause)).or_default() += 1;
            }
            for (clause, labels) in article["diem_by_khoan"].as_object().into_iter().flatten() {
                for label in list(labels) {
                    let label = label.as_str().unwrap_or_default().to_string();
                    *points.entry((d, number.clone(), clause.clone(), label)).or_default() += 1;
                }
            }
        }
    }
    (articles, clauses, points)
}

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("LANTOA_SHARED")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(), PathBuf::from);
    let folder = shared.join("data/documents");
    if !folder.join("gold.jsonl").exists() {
        eprintln!("skipped: no gold documents in {} (LANTOA_SHARED)", folder.display());
        return None;
    }
    Some(folder)
}

struct Case {
    gold: Value,
    text: Result<lawtext::Text, Unreadable>,
}

/// Every gold document with its text, read once for all tests.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);

fn cases() -> Vec<Case> {
    let Some(folder) = folder() else { return Vec::new() };
    let gold = std::fs::read_to_string(folder.join("gold.jsonl")).expect("gold.jsonl");
    let case = |line: &str| {
        let gold: Value = serde_json::from_str(line).expect("a line of gold.jsonl");
        let name = gold["file"].as_str().expect("file").to_string();
        let bytes = std::fs::read(folder.join("files").join(&name)).expect("a gold document");
        let format = lawtext::detect(&name, &bytes).expect("a known format");
        Case { gold, text: lawtext::read(format, &bytes) }
    };
    gold.lines().filter(|line| !line.trim().is_empty()).map(case).collect()
}

fn score(cases: &[Case], read: impl Fn(&lawtext::Text) -> Parsed) -> [f64; 3] {
    let (mut articles, mut clauses, mut points) = (Score::default(), Score::default(), Score::default());
    for case in cases.iter().filter(|case| case.gold["score"] != false && case.gold["counts"]["dieu"] != 0) {
        let Ok(text) = &case.text else { continue };
        let found = serde_json::to_value(outline_json(&read(text))).expect("an outline");
        let (gold, found) = (parts(&case.gold), parts(&found));
        articles.add(&gold.0, &found.0);
        clauses.add(&gold.1, &found.1);
        points.add(&gold.2, &found.2);
    }
    [articles.share(), clauses.share(), points.share()]
}

fn is_rule(text: &str) -> bool {
    text.chars().all(|c| "-_=*–—.…~ ".contains(c))
}

fn own(text: &lawtext::Text) -> impl Iterator<Item = &lawtext::Paragraph> {
    text.paragraphs.iter().filter(|p| !p.furniture && !p.footnote)
}

#[test]
fn outlines_are_right() {
    let cases = &*CASES;
    if cases.is_empty() {
        return;
    }
    let shares = score(cases, lawtext::parse);
    println!("articles, clauses, points: {shares:.4?}");
    assert!(shares.iter().all(|share| *share >= 0.999), "{shares:.4?}");
    let heads = |outline: &Value| {
        let lines =
            outline["docs"].as_array().into_iter().flatten().flat_map(|d| d["heads"].as_array().cloned());
        let path = |head: &Value| head["path"].as_str().unwrap_or_default().to_string();
        lines.flatten().map(|head| path(&head)).collect::<Vec<_>>()
    };
    let mut facts = HashMap::<&str, usize>::new();
    for case in cases {
        let Ok(text) = &case.text else {
            assert_eq!(case.gold["format"], "pdf-scan");
            assert_eq!(case.text, Err(Unreadable::NoText));
            continue;
        };
        let found = serde_json::to_value(outline_json(&lawtext::parse(text))).expect("an outline");
        assert_eq!(heads(&case.gold), heads(&found), "{}", case.gold["file"]);
        for fact in ["number", "type", "title", "issuer", "issued"] {
            let folded = |value: &Value| viet::fold(&viet::clean(value[fact].as_str().unwrap_or_default()));
            *facts.entry(fact).or_default() += usize::from(folded(&case.gold) == folded(&found));
        }
    }
    println!("facts of {} documents: {facts:?}", cases.len());
    // Two scans, an excerpt without a heading, a consolidated text that does not print its number.
    assert!(facts.values().all(|right| *right + 6 >= cases.len()), "{facts:?}");
}

#[test]
fn outlines_do_not_need_bold_or_centred_text() {
    let cases = &*CASES;
    let plain = |text: &lawtext::Text| {
        let lines = own(text).map(|p| p.text.as_str()).collect::<Vec<_>>().join("\n");
        lawtext::parse(&lawtext::read(Format::Text, lines.as_bytes()).expect("text"))
    };
    let shares = score(cases, plain);
    assert!(cases.is_empty() || shares.iter().all(|share| *share >= 0.995), "{shares:.4?}");
}

#[test]
fn outlines_survive_broken_lines_and_running_heads() {
    let cases = &*CASES;
    let broken = |text: &lawtext::Text| {
        let (mut out, mut lines, mut page) = (String::new(), 0, 1);
        for paragraph in own(text) {
            let mut line = String::new();
            let words = paragraph.text.split(' ').chain([""]);
            for (n, word) in words.enumerate() {
                let last = word.is_empty() && n > 0;
                if last || line.chars().count() + word.chars().count() > 78 {
                    out.push_str(&line);
                    out.push_str(" \n");
                    line.clear();
                    lines += 1;
                    if lines % 38 == 0 {
                        page += 1;
                        out.push_str(&format!("\nCÔNG BÁO/Số 12 + 13/Ngày 02-8-2099\n{page}\n\n \n"));
                    }
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        lawtext::parse(&lawtext::read(Format::Text, out.as_bytes()).expect("text"))
    };
    let shares = score(cases, broken);
    assert!(cases.is_empty() || shares.iter().all(|share| *share >= 0.99), "{shares:.4?}");
}

/// Letters and digits in order; blanks, and the bars between the cells of a row, are not text.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '|').collect()
}

fn given_back(documents: &[Document]) -> String {
    let nodes = documents.iter().flat_map(Document::walk).filter(|(node, _)| node.level != Level::Footnote);
    nodes.map(|(node, _)| letters(&[node.printed.as_str(), &node.heading, &node.text].concat())).collect()
}

#[test]
fn nothing_of_the_text_is_lost() {
    for case in CASES.iter() {
        let Ok(text) = &case.text else { continue };
        let parsed = lawtext::parse(text);
        let expected: String = own(text).filter(|p| !is_rule(&p.text)).map(|p| letters(&p.text)).collect();
        let marked = |node: &Node| node.level == Level::Footnote && !text.paragraphs[node.paragraph].footnote;
        if parsed.documents.iter().flat_map(Document::walk).any(|(node, _)| marked(node)) {
            continue;
        }
        let found = given_back(&parsed.documents);
        let differs = found.chars().zip(expected.chars()).position(|(a, b)| a != b);
        let near =
            differs.map(|at| expected.chars().skip(at.saturating_sub(30)).take(60).collect::<String>());
        assert!(found == expected, "{}: {near:?}", case.gold["file"]);
        // No node without a label of its own holds more than 2 % of a document of some length.
        let length = expected.chars().count();
        for (node, _) in parsed.documents.iter().flat_map(Document::walk) {
            let catches_all =
                matches!(node.level, Level::Paragraph | Level::Preamble | Level::Signature | Level::Heading);
            let share = letters(&node.text).chars().count() * 100;
            assert!(
                length < 30_000 || !catches_all || share <= 2 * length,
                "{}: {:?} {}",
                case.gold["file"],
                node.level,
                &node.text
            );
        }
    }
}

#[test]
fn addresses_are_free_of_clashes_but_for_misprints() {
    for case in CASES.iter() {
        let Ok(text) = &case.text else { continue };
        let parsed = lawtext::parse(text);
        let all = addresses(&parsed);
        let mut paths: Vec<&str> = all.iter().map(|address| address.path.as_str()).collect();
        paths.sort_unstable();
        assert!(paths.windows(2).all(|pair| pair[0] != pair[1]), "{}", case.gold["file"]);
        let outline: Outline = outline_json(&parsed);
        let articles: usize = outline.docs.iter().map(|doc| doc.articles.len()).sum();
        assert!(all.iter().filter(|address| address.node.level == Level::Article).count() == articles);
    }
}
