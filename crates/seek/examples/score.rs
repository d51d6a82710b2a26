//! Builds an index of the yardstick's corpus and answers its questions.
//!
//! ```text
//! score CORPUS.jsonl INDEX-DIR answers QUESTIONS.jsonl FIELD OUT.jsonl    ranked article ids, for score.py
//! score CORPUS.jsonl INDEX-DIR features QUESTIONS.jsonl OUT.tsv           for training/train.py
//! score CORPUS.jsonl INDEX-DIR speed QUESTIONS.jsonl FIELD                how fast
//! score CORPUS.jsonl INDEX-DIR ask "câu hỏi"                              one answer, to look at
//! ```
//!
//! The index is built when INDEX-DIR has none. FIELD is the field of a line that is asked (`question`, `nodia`).

use seek::{Entry, Index, Query};
use serde_json::Value;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn lines(path: &str) -> Result<impl Iterator<Item = Value>> {
    let lines = BufReader::new(File::open(path)?).lines();
    Ok(lines.map_while(std::result::Result::ok).filter_map(|line| serde_json::from_str(&line).ok()))
}

fn text(value: &Value, field: &str) -> String {
    value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn entry(value: Value) -> Entry {
    let id = text(&value, "id");
    let day = |field| Some(text(&value, field)).filter(|day| !day.is_empty());
    Entry {
        document: id.rsplit_once('+').map_or(id.as_str(), |(document, _)| document).to_owned(),
        number: text(&value, "number"),
        kind: text(&value, "type"),
        title: text(&value, "title"),
        issuer: text(&value, "body"),
        issued: day("issued"),
        effective: day("effective"),
        topics: vec![text(&value, "topic")],
        article: text(&value, "art"),
        heading: text(&value, "art_title"),
        text: text(&value, "text"),
        id,
    }
}

fn size(dir: &Path) -> Result<u64> {
    let mut sum = 0;
    for found in std::fs::read_dir(dir)? {
        let found = found?;
        sum += if found.file_type()?.is_dir() { size(&found.path())? } else { found.metadata()?.len() };
    }
    Ok(sum)
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("memory unknown");
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let [corpus, dir, command, rest @ ..] = args.as_slice() else {
        return Err("usage: score CORPUS INDEX-DIR answers|speed|features|ask …".into());
    };
    let index = Index::open(Path::new(dir))?;
    if index.is_empty() {
        let begun = Instant::now();
        let mut rebuild = index.rebuild()?;
        let count = rebuild.add_all(lines(corpus)?.map(entry))?;
        rebuild.finish()?;
        let size = size(Path::new(dir))? as f64 / 1e6;
        eprintln!("{count} articles in {:.1} s, {size:.0} MB, {}", begun.elapsed().as_secs_f64(), memory());
    }
    match (*command, rest) {
        ("answers", [questions, field, out]) => answers(&index, questions, field, out),
        ("speed", [questions, field]) => speed(&index, questions, field),
        ("features", [questions, out]) => features(&index, questions, out),
        ("ask", [question]) => ask(&index, question),
        _ => Err("unknown command".into()),
    }
}

fn answers(index: &Index, questions: &str, field: &str, out: &str) -> Result<()> {
    let mut out = BufWriter::new(File::create(out)?);
    for question in lines(questions)? {
        let answer = index.search(&Query { limit: 100, ..Query::new(text(&question, field)) })?;
        let ranked: Vec<String> = answer.hits.into_iter().map(|hit| hit.id).collect();
        writeln!(out, "{}", serde_json::json!({ "qid": question["qid"], "ranked": ranked }))?;
    }
    Ok(())
}

/// Every question three times, for ten hits with their snippets, in one thread.
fn speed(index: &Index, questions: &str, field: &str) -> Result<()> {
    let asked: Vec<String> = lines(questions)?.map(|question| text(&question, field)).collect();
    let mut times = Vec::new();
    for text in asked.iter().chain(&asked).chain(&asked) {
        let begun = Instant::now();
        index.search(&Query::new(text.as_str()))?;
        times.push(begun.elapsed());
    }
    let sum: Duration = times.iter().sum();
    times.sort();
    let at = |share: f64| {
        let place = (times.len() as f64 * share) as usize;
        times.get(place.min(times.len().saturating_sub(1))).copied().unwrap_or(Duration::ZERO)
    };
    let rate = times.len() as f64 / sum.as_secs_f64();
    println!("{rate:.0}/s, p50 {:.1?}, p95 {:.1?}, p99 {:.1?}, {}", at(0.5), at(0.95), at(0.99), memory());
    Ok(())
}

/// A line a candidate: number of the question, its style (0 without marks, 1 with), number of the document that
/// answers, 1 if the article is right, the features.
fn features(index: &Index, questions: &str, out: &str) -> Result<()> {
    let mut out = BufWriter::new(File::create(out)?);
    let mut documents: Vec<String> = Vec::new();
    for (n, question) in lines(questions)?.enumerate() {
        let marked = text(&question, "question");
        let right: Vec<&str> =
            question["relevant"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let document = right.first().and_then(|id| id.rsplit_once('+')).map_or("", |(document, _)| document);
        let known = documents.iter().position(|other| other == document);
        let document = known.unwrap_or_else(|| {
            documents.push(document.to_owned());
            documents.len() - 1
        });
        for (style, asked) in [viet::fold(&marked), marked].into_iter().enumerate() {
            for (id, features) in index.features(&Query::new(asked))? {
                write!(out, "{n}\t{style}\t{document}\t{}", u8::from(right.contains(&id.as_str())))?;
                for feature in features {
                    write!(out, "\t{feature}")?;
                }
                writeln!(out)?;
            }
        }
    }
    Ok(())
}

fn ask(index: &Index, question: &str) -> Result<()> {
    let answer = index.search(&Query::new(question))?;
    println!("{:?}", answer.understood);
    for hit in answer.hits {
        println!("{:.3} {} {} – {}", hit.score, hit.id, hit.title, hit.heading);
        let mark =
            |piece: &seek::Piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() };
        println!("      {}", hit.snippet.iter().map(mark).collect::<String>());
    }
    Ok(())
}
