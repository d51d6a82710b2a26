//! Prints the nodes of each file, one a line, indented by depth.
//!
//! `cargo run -p lawtext --example tree -- FILE…`

fn main() -> std::io::Result<()> {
    for name in std::env::args().skip(1) {
        let bytes = std::fs::read(&name)?;
        let text = lawtext::detect(&name, &bytes)
            .ok_or(lawtext::Unreadable::NotThisFormat)
            .and_then(|format| lawtext::read(format, &bytes));
        let parsed = match text {
            Ok(text) => lawtext::parse(&text),
            Err(why) => {
                eprintln!("{name}: {why}");
                continue;
            }
        };
        for document in &parsed.documents {
            println!("== {} | {}", document.head.number, document.head.title);
            for (node, depth) in document.walk() {
                let indent = "  ".repeat(depth);
                println!(
                    "{indent}{:?} [{}] {} {}",
                    node.level,
                    node.printed,
                    node.heading,
                    node.text.replace('\n', " ⏎ ")
                );
            }
        }
    }
    Ok(())
}
