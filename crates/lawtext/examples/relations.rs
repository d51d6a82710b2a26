//! Prints what each file says it does to other documents, a relation a line, in the format of the gold relations.
//!
//! `cargo run -p lawtext --example relations -- FILE…`; `--references` prints what it only refers to as well.

use lawtext::RelationKind;
use serde_json::json;
use std::collections::HashSet;

fn main() -> std::io::Result<()> {
    let (flags, files): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let references = flags.iter().any(|flag| flag == "--references");
    for name in files {
        let bytes = std::fs::read(&name)?;
        let file = name.rsplit('/').next().unwrap_or(&name).to_string();
        let text = lawtext::detect(&name, &bytes)
            .ok_or(lawtext::Unreadable::NotThisFormat)
            .and_then(|format| lawtext::read(format, &bytes));
        let text = match text {
            Ok(text) => text,
            Err(why) => {
                eprintln!("{file}: {why}");
                continue;
            }
        };
        let parsed = lawtext::parse(&text);
        let day = parsed.documents.first().and_then(|document| document.head.issued);
        let mut seen = HashSet::new();
        for relation in lawtext::relations(&parsed) {
            let target = &relation.target;
            let key = (relation.kind, target.number.clone(), target.name.clone(), target.date);
            if relation.kind == RelationKind::RefersTo && !references || !seen.insert(key) {
                continue;
            }
            let line = json!({
                "file": file,
                "relation": relation.kind.code(),
                "target_number": Some(&target.number).filter(|number| !number.is_empty()),
                "target_name": target.name,
                "target_date": target.date.map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}")),
                "resolved": target.resolved(day),
                "provision": relation.provision.path(),
                "partial": relation.partial,
                "where": relation.source.path,
                "sentence80": relation.evidence.chars().take(80).collect::<String>(),
            });
            println!("{line}");
        }
    }
    Ok(())
}
