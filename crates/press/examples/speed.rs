//! Times the annual report and a 200-row table: `cargo run --release -p press --example speed`.
//! Budget: DOCX and PDF of the report together within 1 s, aim 200 ms when warm.

#[path = "../tests/samples/mod.rs"]
mod samples;

use press::{Block, Document};
use std::time::Instant;

fn main() -> Result<(), press::PressError> {
    let nation = samples::long_table();
    let nation = Document { blocks: vec![Block::Table(samples::table("Toàn quốc", 3_321))], ..nation };
    for (name, mut document) in
        [("report", samples::report()), ("200 rows", samples::long_table()), ("3,321 rows", nation)]
    {
        for round in 0..6 {
            // Another number each time, or the layout cache would do the work.
            document.number = Some((100 + round).to_string());
            document.blocks.insert(0, samples::paragraph(&format!("Lần {round}.")));
            let start = Instant::now();
            let docx = press::docx(&document)?;
            let written = start.elapsed();
            let pdf = press::pdf(&document, jiff::Timestamp::UNIX_EPOCH)?;
            println!(
                "{name} {round}: docx {written:.1?} ({} kB), pdf {:.1?} ({} kB)",
                docx.len() / 1000,
                start.elapsed() - written,
                pdf.len() / 1000
            );
        }
    }
    Ok(())
}
