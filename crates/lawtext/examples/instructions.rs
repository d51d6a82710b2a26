//! Prints the amending instructions of each file, one a line of JSON.
//!
//! `cargo run -p lawtext --example instructions -- FILE…`

use serde_json::json;

fn main() -> std::io::Result<()> {
    for name in std::env::args().skip(1) {
        let bytes = std::fs::read(&name)?;
        let file = name.rsplit('/').next().unwrap_or(&name).to_string();
        let text = lawtext::detect(&name, &bytes)
            .ok_or(lawtext::Unreadable::NotThisFormat)
            .and_then(|format| lawtext::read(format, &bytes));
        let parsed = match text {
            Ok(text) => lawtext::parse(&text),
            Err(why) => {
                eprintln!("{file}: {why}");
                continue;
            }
        };
        for found in lawtext::amend::instructions(&parsed) {
            let law =
                found.law.as_ref().map(|law| if law.number.is_empty() { &law.name } else { &law.number });
            let line = json!({
                "file": file,
                "law": law,
                "target": found.target.provision.path(),
                "part": found.target.part,
                "act": found.act,
                "where": found.source.path,
                "sentence": found.sentence,
            });
            println!("{line}");
        }
    }
    Ok(())
}
