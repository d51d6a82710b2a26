//! Prints the outline of each file as a line of JSON, in the format of the gold outlines.
//!
//! `cargo run -p lawtext --example outline -- FILE…`

fn main() -> std::io::Result<()> {
    for name in std::env::args().skip(1) {
        let bytes = std::fs::read(&name)?;
        let file = name.rsplit('/').next().unwrap_or(&name).to_string();
        let text = lawtext::detect(&name, &bytes)
            .ok_or(lawtext::Unreadable::NotThisFormat)
            .and_then(|format| lawtext::read(format, &bytes));
        let outline = match text {
            Ok(text) => lawtext::Outline { file, ..lawtext::outline_json(&lawtext::parse(&text)) },
            Err(why) => {
                eprintln!("{file}: {why}");
                continue;
            }
        };
        println!("{}", serde_json::to_string(&outline)?);
    }
    Ok(())
}
