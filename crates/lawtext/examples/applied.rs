//! Carries out the instructions of an amending document on each of the laws, and says which could not be.
//!
//! `cargo run -p lawtext --example applied -- AMENDING LAW…`

use lawtext::Parsed;
use lawtext::amend::{apply, instructions, undo};
use std::collections::BTreeMap;

fn parsed(name: &str) -> std::io::Result<Parsed> {
    let bytes = std::fs::read(name)?;
    let text = lawtext::detect(name, &bytes)
        .ok_or(lawtext::Unreadable::NotThisFormat)
        .and_then(|format| lawtext::read(format, &bytes));
    Ok(lawtext::parse(&text.map_err(std::io::Error::other)?))
}

fn main() -> std::io::Result<()> {
    let mut names = std::env::args().skip(1);
    let amending = parsed(&names.next().unwrap_or_default())?;
    let instructions = instructions(&amending);
    let day = amending.documents.first().and_then(|document| document.head.issued);
    let mut counts = BTreeMap::<String, usize>::new();
    for name in names {
        let Some(law) = parsed(&name)?.documents.into_iter().next() else { continue };
        let number = law.head.number.as_str();
        let (mut nodes, mut done) = (law.nodes.clone(), Vec::new());
        let meant = |law: &lawtext::Cited| law.resolved(day) == Some(number);
        for instruction in instructions.iter().filter(|found| found.law.as_ref().is_some_and(meant)) {
            let said = match apply(&mut nodes, instruction) {
                Ok(edits) => {
                    done.push(edits);
                    "carried out".to_string()
                }
                Err(why) => {
                    let place = instruction.target.provision.path().unwrap_or_default();
                    println!("{number} {place}: {why}: {}", instruction.sentence);
                    why.to_string()
                }
            };
            *counts.entry(said).or_default() += 1;
        }
        for edits in done.iter().rev() {
            undo(&mut nodes, edits).map_err(std::io::Error::other)?;
        }
        if nodes != law.nodes {
            println!("{number}: not the same after taking everything back");
        }
    }
    println!("{counts:?}");
    Ok(())
}
