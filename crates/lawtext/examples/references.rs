//! Prints what the articles of each file cite: the words, and where they point.
//!
//! `cargo run -p lawtext --example references -- FILE…`

use lawtext::{Level, Place, Which, references};

fn main() -> std::io::Result<()> {
    for name in std::env::args().skip(1) {
        let bytes = std::fs::read(&name)?;
        let text = lawtext::detect(&name, &bytes)
            .ok_or(lawtext::Unreadable::NotThisFormat)
            .and_then(|format| lawtext::read(format, &bytes));
        let parsed = lawtext::parse(&text.map_err(std::io::Error::other)?);
        for article in parsed.articles() {
            let mut place = Place { article: Some(article.label.clone()), ..Place::default() };
            for node in article.walk_own() {
                match node.level {
                    Level::Clause => (place.clause, place.point) = (Some(node.label.clone()), None),
                    Level::Point => place.point = Some(node.label.clone()),
                    _ => {}
                }
                for found in references(&node.text, &place) {
                    let document = match &found.document {
                        Which::This => String::new(),
                        Which::Other(cited) if cited.number.is_empty() => format!("[{}] ", cited.name),
                        Which::Other(cited) => format!("[{}] ", cited.number),
                    };
                    let words = node.text.get(found.range.clone()).unwrap_or_default();
                    let path = found.provision.path().unwrap_or_default();
                    println!("Điều {}\t{words}\t{document}{path}", article.label);
                }
            }
        }
    }
    Ok(())
}
