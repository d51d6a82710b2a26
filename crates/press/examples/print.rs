//! Prints the fictional papers into a folder: `cargo run -p press --example print -- /tmp/out`.

#[path = "../tests/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    std::fs::create_dir_all(&folder)?;
    for (name, document) in [
        ("decision", samples::decision()),
        ("report", samples::report()),
        ("blank", samples::blank()),
        ("letter", samples::letter()),
        ("long", samples::long_table()),
        ("hostile", samples::hostile()),
    ] {
        std::fs::write(folder.join(format!("{name}.docx")), press::docx(&document)?)?;
        std::fs::write(
            folder.join(format!("{name}.pdf")),
            press::pdf(&document, jiff::Timestamp::UNIX_EPOCH)?,
        )?;
        for problem in press::problems(&document) {
            println!("{name}: {problem}");
        }
    }
    Ok(())
}
