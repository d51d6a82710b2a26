//! Compares laws with those they replace and prints the articles of each new law with their predecessors, in the format of
//! the gold pairs.
//!
//! `cargo run -p lawtext --example pairs -- NEW OLD [NEW OLD …]`

use lawtext::compare::{Side, compare};
use serde_json::json;

fn articles(name: &str) -> std::io::Result<Vec<(String, Side)>> {
    let bytes = std::fs::read(name)?;
    let text = lawtext::detect(name, &bytes)
        .ok_or(lawtext::Unreadable::NotThisFormat)
        .and_then(|format| lawtext::read(format, &bytes))
        .map_err(std::io::Error::other)?;
    let parsed = lawtext::parse(&text);
    let first = parsed.documents.first().into_iter().flat_map(lawtext::Document::articles);
    Ok(first.map(|article| (article.label.clone(), Side::of(article))).collect())
}

fn main() -> std::io::Result<()> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    for pair in names.chunks(2) {
        let [new_name, old_name] = pair else { continue };
        let (new_labels, new): (Vec<_>, Vec<_>) = articles(new_name)?.into_iter().unzip();
        let (old_labels, old): (Vec<_>, Vec<_>) = articles(old_name)?.into_iter().unzip();
        let started = std::time::Instant::now();
        let comparison = compare(&old, &new);
        eprintln!("{new_name}: {} × {} articles in {:?}", new.len(), old.len(), started.elapsed());
        let label = |labels: &[String], n: usize| labels.get(n).cloned().unwrap_or_default();
        let alignment: Vec<_> = comparison
            .matches
            .iter()
            .map(|found| {
                json!({
                    "new": label(&new_labels, found.new),
                    "old": found.old.iter().map(|n| label(&old_labels, *n)).collect::<Vec<_>>(),
                    "kind": found.kind.code(),
                    "likeness": found.likeness,
                })
            })
            .collect();
        let gone: Vec<_> = comparison.gone.iter().map(|n| label(&old_labels, *n)).collect();
        let file = |name: &str| name.rsplit('/').next().unwrap_or(name).to_string();
        println!(
            "{}",
            json!({"new": file(new_name), "old": [file(old_name)], "alignment": alignment, "old_gone": gone})
        );
    }
    Ok(())
}
