//! Real documents: every number must read back. Needs the shared measuring data, else skips.

use serde_json::Value;
use std::path::PathBuf;
use viet::{LegalNumber, clean, find_legal_numbers};

/// The lines of a JSON-lines file of the shared data, unpacked if it is packed; `None` if it is absent.
fn records(path: &str) -> Option<Vec<Value>> {
    let root = std::env::var_os("LANTOA_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")));
    let file = root.join(path);
    let Ok(bytes) = std::fs::read(&file) else {
        println!("skipped: no {}", file.display());
        return None;
    };
    let bytes =
        if path.ends_with(".zst") { zstd::decode_all(bytes.as_slice()).expect("zstd") } else { bytes };
    let text = String::from_utf8(bytes).expect("UTF-8");
    Some(text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
}

fn string<'v>(record: &'v Value, field: &str) -> &'v str {
    record[field].as_str().unwrap_or_default()
}

/// At least `share` of the numbers are their own normal form, and are found in running text. Numbers that were cut
/// at a blank when they were collected ("33/2018/TT-") have no right answer and do not count.
fn check(path: &str, share: f64) {
    let Some(mut records) = records(path) else { return };
    records.retain(|r| !string(r, "number").ends_with(['-', '/']));
    let (mut same, mut found) = (0, 0);
    for record in &records {
        let number = clean(string(record, "number"));
        let normal = LegalNumber::parse(&number).map(|n| n.normal());
        if normal.as_deref() == Some(&number) {
            same += 1;
        } else {
            println!("{number}  read as  {normal:?}");
        }
        let sentence = format!("theo {} {number} ngày 05/01/2026 của cơ quan", string(record, "type"));
        found += usize::from(
            matches!(find_legal_numbers(&sentence).as_slice(), [f] if Some(f.number.normal()) == normal),
        );
    }
    let of_all = |n: usize| n as f64 / records.len() as f64;
    println!(
        "{path}: {} numbers, {:.4} their own normal form, {:.4} found in text",
        records.len(),
        of_all(same),
        of_all(found)
    );
    assert!(of_all(same) >= share && of_all(found) >= share, "{path}");
}

#[test]
fn numbers_of_the_gold_documents() {
    check("data/documents/gold.jsonl", 0.99);
}

#[test]
fn numbers_of_the_codification() {
    check("data/search/documents.jsonl.zst", 0.99);
}

/// The kind read from the number alone is the document's; many numbers of the National Assembly tell none.
#[test]
fn kinds_of_the_codification() {
    let Some(records) = records("data/search/documents.jsonl.zst") else { return };
    let (mut right, mut told) = (0, 0);
    for record in &records {
        let Some(kind) = LegalNumber::parse(string(record, "number")).and_then(|n| n.kind) else { continue };
        told += 1;
        if kind.name() == string(record, "type") {
            right += 1;
        } else {
            println!(
                "{}  is  {}  read as  {}",
                string(record, "number"),
                string(record, "type"),
                kind.name()
            );
        }
    }
    println!("{told} of {} numbers tell a kind, {right} rightly", records.len());
    assert!(told as f64 > 0.9 * records.len() as f64 && right as f64 >= 0.99 * told as f64);
}

/// Look-ups as people type them lead to a document they mean: the normal form, or its beginning where the body
/// was not typed.
#[test]
fn numbers_as_people_type_them() {
    let Some(records) = records("data/search/lookups.jsonl") else { return };
    let asked: Vec<&Value> = records.iter().filter(|r| string(r, "qid").starts_with("num-")).collect();
    let mut led = 0;
    for record in &asked {
        let question = string(record, "question");
        let meant = |normal: &str| {
            let serial_and_year: String = normal.split('/').take(2).collect::<Vec<_>>().join("/");
            let documents =
                record["relevant_docs"].as_array().into_iter().flatten().filter_map(Value::as_str);
            documents.clone().any(|d| clean(d).starts_with(normal))
                // A resolution of the National Assembly has no "NQ" in its number.
                || normal.ends_with("/NQ") && documents.clone().any(|d| d.starts_with(&serial_and_year))
        };
        match find_legal_numbers(question).as_slice() {
            [one] if meant(&one.number.normal()) => led += 1,
            other => println!(
                "{question}  read as  {:?}",
                other.iter().map(|f| f.number.normal()).collect::<Vec<_>>()
            ),
        }
    }
    println!("{led} of {} look-ups by number", asked.len());
    assert!(led as f64 >= 0.97 * asked.len() as f64);
}
